import DICOMData
import DICOMMatching
import Testing

/// Key, stored value, whether they match; PS3.4 C.2.2.2 read line by line. `∅` is a zero-length value, `-` an absent attribute,
/// a middle dot a space.
private let table = #"""
    # Single value
    PatientID | 4711 | 4711 | yes
    PatientID | 4711 | 47110 | no
    PatientID | 47110 | 4711 | no
    PatientID | abc | ABC | no
    PatientID | 4711· | 4711 | yes
    PatientID | 4711 | 4711· | yes
    PatientID | ·4711 | 4711 | yes
    PatientID | 4711 | ·4711 | yes
    PatientID | 47·11 | 4711 | no
    AccessionNumber | 26-004711 | 26-004711 | yes
    Modality | CT | CT | yes
    Modality | ct | CT | no
    Modality | CT | MR | no
    PatientSex | F | F | yes
    PatientSex | F | M | no
    PatientAge | 042Y | 042Y | yes
    PatientAge | 042Y | 42Y | no
    PatientComments | ·a | a | no
    PatientComments | ·a | ·a | yes
    PatientComments | a\b | a\b | yes
    PatientComments | a | a\b | no
    # Universal
    PatientID | ∅ | 4711 | yes
    PatientID | ∅ | ∅ | yes
    PatientID | ∅ | - | yes
    PatientID | * | 4711 | yes
    PatientID | * | ∅ | yes
    PatientID | ** | - | yes
    PatientName | * | ∅ | yes
    StudyInstanceUID | ∅ | 1.2.3 | yes
    # Unknown in the record fits no value
    PatientID | 4711 | ∅ | no
    PatientID | 4711 | - | no
    PatientID | 4* | ∅ | no
    PatientID | ? | ∅ | no
    PatientName | SMITH | - | no
    PatientName | S* | ∅ | no
    PatientBirthDate | 19700101- | ∅ | no
    PatientBirthDate | 19700101 | - | no
    StudyTime | 10- | ∅ | no
    PregnancyStatus | 4 | ∅ | no
    # Wild cards
    PatientID | 47* | 4711 | yes
    PatientID | 47* | 47 | yes
    PatientID | *11 | 4711 | yes
    PatientID | 4*1 | 4711 | yes
    PatientID | 4*2 | 4711 | no
    PatientID | 4?11 | 4711 | yes
    PatientID | 4?1 | 4711 | no
    PatientID | ???? | 4711 | yes
    PatientID | ??? | 4711 | no
    PatientID | ?* | 4711 | yes
    PatientID | *7*1* | 4711 | yes
    PatientID | a* | ABC | no
    AccessionNumber | *-0047?? | 26-004711 | yes
    StudyDescription | *Thorax* | CT Thorax + contrast | yes
    StudyDescription | *thorax* | CT Thorax + contrast | no
    StudyDescription | Sch?del | Schädel | yes
    StudyDescription | *头* | 头部CT | yes
    StudyDescription | ??CT | 头部CT | yes
    StudyDescription | Schadel | Schädel | no
    Modality | C? | CT | yes
    PatientComments | *b* | a\b | yes
    # Wild cards mean nothing in other VRs
    StudyInstanceUID | 1.2.3 | 1.2.3 | yes
    PatientAge | 04?Y | 042Y | no
    # Person names
    PatientName | SMITH^ANNA | SMITH^ANNA | yes
    PatientName | smith^anna | SMITH^ANNA | yes
    PatientName | SMITH^ANNA | Smith^Anna | yes
    PatientName | SMITH | SMITH^ANNA | no
    PatientName | SMITH^ | SMITH | yes
    PatientName | SMITH^^^^ | SMITH | yes
    PatientName | SMITH | SMITH^^^^ | yes
    PatientName | SMITH^ANNA | SMITH^ANNA^^^ | yes
    PatientName | SMI* | SMITH^ANNA | yes
    PatientName | SMITH* | SMITH | yes
    PatientName | SMITH^* | SMITH | yes
    PatientName | SMITH^A* | SMITH^ANNA^M | yes
    PatientName | SMITH^A* | SMITHERS^ANNA | no
    PatientName | SMI*^A* | SMITH^ANNA | yes
    PatientName | SMI*^B* | SMITH^ANNA | no
    PatientName | *^ANNA* | SMITH^ANNA | yes
    PatientName | ?MITH^ANNA | SMITH^ANNA | yes
    PatientName | SMITH·^ANNA | SMITH^ANNA | yes
    PatientName | SMITH^ANNA | SMITH·^·ANNA· | yes
    PatientName | MULLER^JORG | Müller^Jörg | yes
    PatientName | MÜLLER^JÖRG | Muller^Jorg | yes
    PatientName | mül* | MÜLLER^JÖRG | yes
    PatientName | DUBOIS^Elodie | Dubois^Élodie | yes
    PatientName | Nguyen^* | NGUYỄN^Thị Lan | yes
    PatientName | Strasse | Straße | yes
    PatientName | LODZ* | Łódź^Jan | yes
    PatientName | Иванов* | ИВАНОВ^Пётр | yes
    PatientName | иванов^петр | Иванов^Пётр | yes
    PatientName | ΠΑΠΑΔΟΠΟΥΛΟΣ* | Παπαδόπουλος^Γιώργος | yes
    PatientName | 山田^太郎 | YAMADA^TARO=山田^太郎=やまだ^たろう | yes
    PatientName | yamada* | Yamada^Taro=山田^太郎=やまだ^たろう | yes
    PatientName | やまだ* | YAMADA^TARO=山田^太郎=やまだ^たろう | yes
    PatientName | 山?^* | YAMADA^TARO=山田^太郎 | yes
    PatientName | YAMADA^TARO=山田^太郎 | YAMADA^TARO=山田^太郎=やまだ^たろう | yes
    PatientName | =山田* | YAMADA^TARO=山田^太郎 | yes
    PatientName | =山田* | 山田^TARO=鈴木 | no
    PatientName | YAMADA*=鈴木* | YAMADA^TARO=山田^太郎 | no
    PatientName | *=* | YAMADA^TARO | yes
    PatientName | *=* | ∅ | no
    PatientName | 김* | Kim^Hyungdong=김^희중 | yes
    ReferringPhysicianName | holt* | HOLT^Petra^^Dr | yes
    # List of UID
    StudyInstanceUID | 1.2.3 | 1.2.3.4 | no
    StudyInstanceUID | 1.2.3\1.2.4 | 1.2.4 | yes
    StudyInstanceUID | 1.2.3\1.2.4 | 1.2.5 | no
    # Dates
    PatientBirthDate | 19700101 | 19700101 | yes
    PatientBirthDate | 19700101 | 1970.01.01 | yes
    PatientBirthDate | 1970.01.01 | 19700101 | yes
    PatientBirthDate | 19700101 | 19700102 | no
    PatientBirthDate | 19700101-19700131 | 19700101 | yes
    PatientBirthDate | 19700101-19700131 | 19700131 | yes
    PatientBirthDate | 19700101-19700131 | 19700201 | no
    PatientBirthDate | 19700101-19700131 | 19691231 | no
    PatientBirthDate | 19700101- | 20260101 | yes
    PatientBirthDate | 19700101- | 19691231 | no
    PatientBirthDate | -19700101 | 19691231 | yes
    PatientBirthDate | -19700101 | 19700101 | yes
    PatientBirthDate | -19700101 | 19700102 | no
    PatientBirthDate | 1970.01.01-1970.01.31 | 19700115 | yes
    PatientBirthDate | 19700101-19700131 | 1970.01.15 | yes
    PatientBirthDate | 19700101- | nonsense | no
    # Times, by their meaning
    StudyTime | 2230 | 223000 | yes
    StudyTime | 223000 | 2230 | yes
    StudyTime | 223000.000000 | 2230 | yes
    StudyTime | 10 | 100000 | yes
    StudyTime | 10 | 1015 | no
    StudyTime | 1030 | 103001 | no
    StudyTime | 10:30 | 1030 | yes
    StudyTime | 1030 | 10:30:00 | yes
    StudyTime | 1000-1200 | 1000 | yes
    StudyTime | 1000-1200 | 110000.5 | yes
    StudyTime | 1000-1200 | 120059 | yes
    StudyTime | 1000-1200 | 120100 | no
    StudyTime | 1000-1200 | 095959.999999 | no
    StudyTime | 1000- | 2359 | yes
    StudyTime | -1000 | 0000 | yes
    StudyTime | -1000 | 1001 | no
    # Numbers, by value
    PatientWeight | 72.5 | 72.5 | yes
    PatientWeight | 72.5 | 72.50 | yes
    PatientWeight | 72.5 | 7.25E1 | yes
    PatientWeight | 72.5 | 72.6 | no
    NumberOfStudyRelatedSeries | 3 | 03 | yes
    NumberOfStudyRelatedSeries | 3 | 30 | no
    PregnancyStatus | 4 | 4 | yes
    PregnancyStatus | 4 | 1 | no
    # Records with several values
    ModalitiesInStudy | CT | MR\CT | yes
    ModalitiesInStudy | PT | MR\CT | no
    ModalitiesInStudy | M* | CT\MR | yes
    ModalitiesInStudy | CT\PT | MR\CT | yes
    ModalitiesInStudy | US\PT | MR\CT | no
    OtherPatientNames | SMITH* | JONES^A\SMITH^B | yes
    Allergies | PENI* | LATEX\PENICILLIN | yes
    Allergies | LATEX\PENICILLIN | PENICILLIN | yes
    """#

@Suite("Attribute matching")
struct MatchingTableTests {
    @Test("Every line of the table compares as PS3.4 C.2.2.2 says")
    func everyLine() throws {
        let rows = lines(table)
        #expect(rows.count >= 130)
        for row in rows {
            try #require(row.count == 4, "\(row)")
            let tag = try #require(DataDictionary.tag(keyword: row[0]))
            let vr = try #require(DataDictionary.vr(of: tag))
            var identifier = DataSet()
            identifier.declare(.utf8)
            try identifier.set(tag, vr: vr, row[1] == "∅" ? "" : row[1])
            var record = DataSet()
            record.declare(.utf8)
            if row[2] != "-" { try record.set(tag, vr: vr, row[2] == "∅" ? "" : row[2]) }
            let query = try CompiledQuery(identifier: identifier, rules: MatchingRules(model: .studyRoot))
            #expect(query.matches(record) == (row[3] == "yes"), "\(row)")
            let verdict = try #require(query.explain(record).last)
            #expect(verdict.isMatch == (row[3] == "yes"), "\(verdict)")
        }
    }

    @Test(
        "A name matches whatever character set either side is in",
        arguments: [
            ("Müller^Jörg", ["ISO_IR 100"]), ("Иванов^Пётр", ["ISO_IR 144"]), ("Παπαδόπουλος^Γιώργος", ["ISO_IR 126"]),
            ("Yamada^Tarou=山田^太郎=やまだ^たろう", ["", "ISO 2022 IR 87"]),
            ("Hong^Gildong=洪^吉洞=홍^길동", ["", "ISO 2022 IR 149"]),
            ("王^小东", ["GB18030"]), ("قباني^لنزار", ["ISO_IR 127"]), ("שרון^דבורה", ["ISO_IR 138"]),
        ]
    )
    func characterSets(name: String, terms: [String]) throws {
        let record = try dataSet([(.patientName, name)], characterSet: SpecificCharacterSet(terms: terms))
        let query = try CompiledQuery(identifier: try dataSet([(.patientName, name)]), rules: .worklist)
        #expect(query.matches(record))
        let first = name.prefix(2) + "*"
        let wild = try CompiledQuery(identifier: try dataSet([(.patientName, String(first))]), rules: .worklist)
        #expect(wild.matches(record))
        let other = try CompiledQuery(identifier: try dataSet([(.patientName, "Zzz*")]), rules: .worklist)
        #expect(!other.matches(record))
    }

    @Test("A malformed date, time, or a second item of a key sequence is refused with its element")
    func refusals() throws {
        for (tag, value) in [
            (DICOMData.Tag.patientBirthDate, "1970-01-01"), (.studyTime, "2500"), (.studyDate, "20260230"),
        ] {
            let identifier = try dataSet([(tag, value)])
            let error = #expect(throws: IdentifierError.self) {
                try CompiledQuery(identifier: identifier, rules: .worklist)
            }
            #expect(error?.offendingElement == tag)
        }
        let twice = try item(steps: [[(.modality, "CT")], [(.modality, "MR")]])
        let error = #expect(throws: IdentifierError.self) { try CompiledQuery(identifier: twice, rules: .worklist) }
        #expect(error?.reason == .severalItems(2))
    }

    @Test("Bytes of a hostile record or key never trap")
    func anyBytes() throws {
        var random = Random(state: 7)
        let tags: [DICOMData.Tag] = [
            .patientName, .patientID, .patientBirthDate, .studyTime, .patientWeight, .dateTime, .pregnancyStatus,
        ]
        for round in 0..<4_000 {
            let tag = tags[round % tags.count]
            let vr = DataDictionary.vr(of: tag) ?? .UN
            func bytes() -> [UInt8] {
                (0..<Int(random.next() % 12)).map { _ in
                    let alphabet: [UInt8] =
                        Array("0123456789*?^=\\-+. :.E".utf8) + [0, 0x1B, 0x24, 0x42, 0x7E, 0xC3, 0xFF]
                    return alphabet[Int(random.next() % UInt64(alphabet.count))]
                }
            }
            var identifier = DataSet()
            identifier.set(DataElement(tag: tag, vr: vr, bytes: bytes()))
            var record = DataSet()
            record.set(DataElement(tag: tag, vr: vr, bytes: bytes()))
            guard let query = try? CompiledQuery(identifier: identifier, rules: .worklist) else { continue }
            let matches = query.matches(record)
            #expect(query.explain(record).allSatisfy(\.isMatch) == matches)
        }
    }
}
