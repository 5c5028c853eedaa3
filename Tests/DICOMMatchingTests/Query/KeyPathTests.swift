import DICOMData
import DICOMMatching
import Testing

private let table = """
    # text | path | value (- is none)
    PatientName=SMI* | PatientName | SMI*
    patientname=SMI* | PatientName | SMI*
    PatientName | PatientName | -
    PatientName= | PatientName | ∅
    Patient's Name=X | PatientName | X
    (0010,0010)=X | PatientName | X
    0010,0010=X | PatientName | X
    00100010=X | PatientName | X
    0010,21c0=4 | PregnancyStatus | 4
    PatientName=A=B=C | PatientName | A=B=C
    PatientName==山田* | PatientName | =山田*
    ScheduledProcedureStepSequence[0].Modality=CT | ScheduledProcedureStepSequence[0].Modality | CT
    (0040,0100)[0].Modality=CT | ScheduledProcedureStepSequence[0].Modality | CT
    (0040,0100)[0].(0008,0060)=CT | ScheduledProcedureStepSequence[0].Modality | CT
    0040,0100[0].0008,0060=CT | ScheduledProcedureStepSequence[0].Modality | CT
    ScheduledProcedureStepSequence.Modality=CT | ScheduledProcedureStepSequence[0].Modality | CT
    ScheduledProcedureStepSequence/Modality=CT | ScheduledProcedureStepSequence[0].Modality | CT
    00400100/00080060=CT | ScheduledProcedureStepSequence[0].Modality | CT
    SPS.Modality=CT | ScheduledProcedureStepSequence[0].Modality | CT
    sps/Modality | ScheduledProcedureStepSequence[0].Modality | -
    SPS[1].Modality=CT | ScheduledProcedureStepSequence[1].Modality | CT
    SPS | ScheduledProcedureStepSequence | -
    SPS[0] | ScheduledProcedureStepSequence | -
    Modality=CT | ScheduledProcedureStepSequence[0].Modality | CT
    0040,0002=today | ScheduledProcedureStepSequence[0].ScheduledProcedureStepStartDate | today
    ScheduledProtocolCodeSequence | ScheduledProcedureStepSequence[0].ScheduledProtocolCodeSequence | -
    SPS.ScheduledProtocolCodeSequence[0].CodeValue=X | ScheduledProcedureStepSequence[0].ScheduledProtocolCodeSequence[0].CodeValue | X
    RequestedProcedureCodeSequence.CodeValue=A/B.C | RequestedProcedureCodeSequence[0].CodeValue | A/B.C
    (0009,1001):LO=X | (0009,1001) | X
    (0009,0010)=ACME | (0009,0010) | ACME
    ·PatientID·=·1· | PatientID | ·1·
    """

@Suite("Keys as people write them")
struct KeyPathTests {
    @Test("Every spelling leads to its path and value")
    func spellings() throws {
        for row in lines(table) {
            let parsed = try KeyPath.parse(row[0])
            #expect(parsed.path.description == row[1], "\(row[0])")
            let expected: String? = row[2] == "-" ? nil : row[2] == "∅" ? "" : row[2]
            #expect(parsed.value == expected, "\(row[0])")
        }
    }

    @Test("Moving a bare attribute into the step is told; outside the worklist model nothing moves")
    func moves() throws {
        #expect(try KeyPath.parse("Modality=CT").note?.contains("Scheduled Procedure Step Sequence") == true)
        #expect(try KeyPath.parse("SPS.Modality=CT").note == nil)
        #expect(try KeyPath.parse("PatientName=X").note == nil)
        #expect(try KeyPath.parse("Modality=CT", model: .studyRoot).path == AttributePath([], .modality))
        #expect(try KeyPath.parse("(0009,1001):LO=X").vr == .LO)
    }

    @Test(
        "Faults are placed and explained",
        arguments: [
            ("", 0, "an attribute is missing"), ("=X", 0, "an attribute is missing"),
            ("PatientNam=X", 0, "did you mean PatientName?"), ("SPS.Modalty=CT", 4, "did you mean Modality?"),
            ("PatinetID=1", 0, "did you mean PatientID?"), ("Qwertzuiop=1", 0, "write its keyword or its tag"),
            ("(0010,001)=X", 0, "is not a tag"), ("0010,00G0", 0, "is not a tag"),
            ("SPS[x].Modality", 3, "is not an item number"),
            ("SPS[-1].Modality", 3, "is not an item number"), ("SPS..Modality", 4, "an attribute is missing"),
            ("PatientName.PatientID=1", 0, "is no sequence"), ("PatientName[0]=1", 0, "it has no items"),
            ("SPS=CT", 4, "is a sequence"), ("(0009,1001):QQ=1", 12, "is not a value representation"),
        ]
    )
    func faults(text: String, position: Int, message: String) throws {
        let error = #expect(throws: KeyPathError.self) { try KeyPath.parse(text) }
        #expect(error?.position == position, "\(text)")
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test("Random text is read or refused, never more")
    func anyText() {
        var random = Random(state: 11)
        let pieces = [
            "SPS", "Modality", ".", "/", "[", "]", "0", "(0010,0010)", "=", ":", ",", "é", " ", "PN", "(", "\u{0}",
        ]
        for _ in 0..<150 {
            let text = (0..<Int(random.next() % 7)).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }
                .joined()
            do throws(KeyPathError) {
                let parsed = try KeyPath.parse(text)
                #expect(!parsed.path.description.isEmpty)
            } catch {
                #expect(error.position <= text.count)
            }
        }
    }
}
