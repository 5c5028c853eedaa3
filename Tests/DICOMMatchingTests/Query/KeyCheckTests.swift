import DICOMData
import DICOMMatching
import Testing

private let table = """
    # key | severity | part of the text (- is nothing to say)
    PatientName=SMITH^* | - | -
    PatientName= | - | -
    PatientName=SMITH | note | no ^ and no *
    PatientName=Smith, Anna | note | LAST^FIRST
    PatientName=* | note | matches every value
    PatientID=12* | note | single value only
    Modality=C* | note | single value only
    ScheduledStationAETitle=CT0? | note | single value only
    ScheduledStationAETitle=CT01\\CT02 | note | several values
    Modality=ct | error | not allowed in CS
    PatientID=abc | note | upper and lower case differ
    AccessionNumber=26-1 | note | optional key
    PatientBirthDate=1970 | error | YYYYMMDD
    PatientBirthDate=197001?? | error | no wildcards
    StudyInstanceUID=1.2.* | error | no wildcards
    StudyInstanceUID=1.2.3\\1.2.4 | note | optional key
    StudyInstanceUID=1.2.3\\1..4 | error | full stops
    ScheduledProcedureStepStartTime=2200-0600 | error | midnight
    ScheduledProcedureStepStartDate=today | note | sent as 20260921
    ScheduledProcedureStepStartDate=20260922-20260921 | error | ends before it begins
    PatientSize=tall | error | decimal number
    PregnancyStatus=five | error | is not a number
    PregnancyStatus=4 | note | optional key
    AccessionNumber=12345678901234567 | note | longer than SH values can be (16)
    AccessionNumber=1234567890123456* | note | optional key
    ScheduledProtocolCodeSequence[0].ProtocolContextSequence[0].ValueType=TEXT | note | not in the model
    SPS.ScheduledProtocolCodeSequence.ProtocolContextSequence.ValueType=TEXT | note | never matched
    SPS[1].Modality=CT | note | has one item
    AccessionNumber="" | note | empty values
    """

@Suite("Checking keys before they are sent")
struct KeyCheckTests {
    @Test("Every key of the table is judged as it says, in sentences for a status line")
    func judgements() throws {
        for row in lines(table) {
            let parsed = try KeyPath.parse(row[0])
            let findings = KeyCheck.findings(for: parsed.key(), in: Query.worklist, now: moment)
            if row[1] == "-" {
                #expect(findings.isEmpty, "\(row): \(findings)")
            } else {
                let isError = row[1] == "error"
                #expect(
                    findings.contains { ($0.severity == .error) == isError && $0.text.contains(row[2]) },
                    "\(row): \(findings)"
                )
                #expect(findings.contains { $0.severity == .error } == isError, "\(row): \(findings)")
            }
            for finding in findings {
                #expect(finding.text.count <= 78)
                #expect(finding.advice.isEmpty == (finding.severity == .note))
            }
        }
    }

    @Test("Date and time of the step are shown as the one period they are")
    func periods() throws {
        var query = Query.worklist(.all)
        #expect(KeyCheck.period(of: query, now: moment) == nil)
        query.set(.step(.scheduledProcedureStepStartTime), "1300-")
        #expect(KeyCheck.period(of: query, now: moment) == "20260921 13:00 -> 20260921 23:59")
        query.set(.step(.scheduledProcedureStepStartDate), "today..+2d")
        query.set(.step(.scheduledProcedureStepStartTime), "1300-1800")
        #expect(KeyCheck.period(of: query, now: moment) == "20260921 13:00 -> 20260923 18:00")
        query.set(.step(.scheduledProcedureStepStartDate), "today..")
        query.set(.step(.scheduledProcedureStepStartTime), "now..")
        #expect(KeyCheck.period(of: query, now: moment) == "20260921 14:32 -> any time")
        let key = try #require(query[.step(.scheduledProcedureStepStartTime)])
        #expect(KeyCheck.findings(for: key, in: query, now: moment).contains { $0.text.contains("20260921 14:32") })
    }

    @Test("Every attribute of the model has a hint that fits a line")
    func hints() {
        for attribute in WorklistModel.attributes {
            let hint = KeyCheck.hint(for: attribute.path, vr: attribute.vr, in: .worklist)
            #expect(hint.count <= 78 && hint.hasPrefix(attribute.vr.description), "\(hint)")
        }
    }
}
