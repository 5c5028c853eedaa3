import DICOMData
import DICOMMatching
import Testing

/// Of models with levels: key, stored value, whether they match.
private let studies = #"""
    ModalitiesInStudy | CT | MR\CT | yes
    ModalitiesInStudy | PT | MR\CT | no
    ModalitiesInStudy | M* | CT\MR | yes
    ModalitiesInStudy | CT\PT | MR\CT | yes
    ModalitiesInStudy | US\PT | MR\CT | no
    StudyDate | 20260921-20260923 | 20260922 | yes
    StudyDate | 20260921-20260923 | 20260924 | no
    """#

@Suite("Attribute matching")
struct MatchingTableTests {
    @Test("Every line of the table compares as the standard says, decoded and encoded, and is explained so")
    func everyLine() throws {
        #expect(MatchingTable.rows.count >= 200)
        for row in MatchingTable.rows {
            let record = try row.record("R1")
            let query = try CompiledQuery(identifier: MatchingTable.identifier(row.keys), rules: .worklist)
            #expect(query.matches(record) == row.matches, "\(row.line) (\(row.clause))")
            let bytes = try record.encoded(.explicitVRLittleEndian)
            let encoded = query.matches(encoded: bytes.span)
            #expect(encoded == row.matches, "\(row.line) (\(row.clause)), encoded")
            #expect(query.explain(record).allSatisfy(\.isMatch) == row.matches, "\(row.line), explained")
        }
    }

    @Test("Attributes of the models with levels compare so, too")
    func levels() throws {
        for row in lines(studies) {
            let tag = try #require(DataDictionary.tag(keyword: row[0]))
            let query = try CompiledQuery(
                identifier: dataSet([(tag, row[1])]),
                rules: MatchingRules(model: .studyRoot, level: .study)
            )
            #expect(try query.matches(dataSet([(tag, row[2])])) == (row[3] == "yes"), "\(row)")
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
