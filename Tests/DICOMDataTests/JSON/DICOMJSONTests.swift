import Testing

@testable import DICOMData

@Suite struct DICOMJSONTests {
    private func json(_ vr: VR, _ bytes: some Sequence<UInt8>) -> String {
        var dataSet = DataSet()
        dataSet.set(DataElement(tag: .patientComments, vr: vr, bytes: bytes))
        return DICOMJSON.encode(dataSet)
    }

    private func value(_ vr: VR, _ text: String) -> String { json(vr, text.utf8) }

    private func element(_ vr: String, _ rest: String) -> String { "{\"00104000\":{\"vr\":\"\(vr)\"\(rest)}}" }

    @Test("Strings: quotes, backslashes and control characters are escaped, the rest is UTF-8")
    func escapes() {
        #expect(
            DICOMJSON.quoted("a\"b\\c\n\r\t\u{1}\u{7F}\u{85}é漢") == "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u007F\\u0085é漢\""
        )
        #expect(value(.LT, "a\\b") == element("LT", ",\"Value\":[\"a\\\\b\"]"))
        #expect(value(.LO, "a\\b ") == element("LO", ",\"Value\":[\"a\",\"b\"]"))
        #expect(value(.LO, "a\\\\b") == element("LO", ",\"Value\":[\"a\",null,\"b\"]"))
    }

    @Test("Person names: the groups that are there, by name")
    func personNames() {
        #expect(value(.PN, "Doe^J") == element("PN", ",\"Value\":[{\"Alphabetic\":\"Doe^J\"}]"))
        #expect(
            value(.PN, "Yamada^Tarou==phon\\B")
                == element(
                    "PN",
                    ",\"Value\":[{\"Alphabetic\":\"Yamada^Tarou\",\"Phonetic\":\"phon\"},{\"Alphabetic\":\"B\"}]"
                )
        )
        #expect(value(.PN, "==") == element("PN", ",\"Value\":[null]"))
        #expect(value(.PN, "\\A") == element("PN", ",\"Value\":[null,{\"Alphabetic\":\"A\"}]"))
    }

    @Test("A combining mark behind the delimiter of name groups does not hide it")
    func combiningMark() {
        var dataSet = DataSet()
        dataSet.declare(.utf8)
        dataSet.set(DataElement(tag: .patientName, vr: .PN, bytes: "A=\u{301}B".utf8))
        #expect(
            DICOMJSON.encode(dataSet).contains("{\"Alphabetic\":\"A\",\"Ideographic\":\"\u{301}B\"}")
        )
    }

    @Test(
        "IS and DS are numbers where JSON has such a number, and strings where it has not",
        arguments: [
            ("1", "1"), ("-12", "-12"), ("1.50", "1.50"), ("1e5", "1e5"), ("1E+05", "1E+05"), ("0", "0"),
            ("-0.5", "-0.5"),
            ("+1", "\"+1\""), ("007", "\"007\""), (".5", "\".5\""), ("1.", "\"1.\""), ("1e", "\"1e\""),
            ("abc", "\"abc\""),
            ("-", "\"-\""), ("1 2", "\"1 2\""), ("١", "\"١\""),
        ]
    )
    func decimals(text: String, expected: String) {
        var dataSet = DataSet()
        dataSet.declare(.utf8)
        dataSet.set(DataElement(tag: .patientComments, vr: .DS, bytes: text.utf8))
        #expect(DICOMJSON.encode(dataSet).hasSuffix("\"vr\":\"DS\",\"Value\":[\(expected)]}}"))
    }

    @Test("Binary numbers, tags and bytes")
    func binary() {
        #expect(json(.US, [1, 0, 255, 255]) == element("US", ",\"Value\":[1,65535]"))
        #expect(json(.SL, [255, 255, 255, 255]) == element("SL", ",\"Value\":[-1]"))
        #expect(json(.FD, [0, 0, 0, 0, 0, 0, 0xF8, 0x3F]) == element("FD", ",\"Value\":[1.5]"))
        #expect(json(.UV, Array(repeating: 255, count: 8)) == element("UV", ",\"Value\":[\"18446744073709551615\"]"))
        #expect(json(.AT, [0x10, 0, 0x20, 0]) == element("AT", ",\"Value\":[\"00100020\"]"))
        #expect(json(.OB, [1, 2, 3]) == element("OB", ",\"InlineBinary\":\"AQID\""))
        #expect(json(.UN, [1, 2]) == element("UN", ",\"InlineBinary\":\"AQI=\""))
        #expect(json(.OW, [1]) == element("OW", ",\"InlineBinary\":\"AQ==\""))
        // Not a number of this VR: the bytes are kept.
        #expect(json(.US, [1, 2, 3]) == element("US", ",\"InlineBinary\":\"AQID\""))
    }

    @Test(
        "Floating point values that JSON has no number for are named, and the names are read back",
        arguments: [
            ("NaN", 0x7FC0_0000, 0x7FF8_0000_0000_0000), ("Infinity", 0x7F80_0000, 0x7FF0_0000_0000_0000),
            ("-Infinity", 0xFF80_0000, 0xFFF0_0000_0000_0000),
        ] as [(String, UInt32, UInt64)]
    )
    func nonFinite(name: String, single: UInt32, double: UInt64) {
        let four = (0..<4).map { UInt8(truncatingIfNeeded: single >> (8 * UInt32($0))) }
        let eight = (0..<8).map { UInt8(truncatingIfNeeded: double >> (8 * UInt64($0))) }
        #expect(json(.FL, four) == element("FL", ",\"Value\":[\"\(name)\"]"))
        #expect(json(.FD, eight + eight) == element("FD", ",\"Value\":[\"\(name)\",\"\(name)\"]"))
        #expect(DataElement.bytes(ofNumbers: [name], vr: .FL) == four)
        #expect(DataElement.bytes(ofNumbers: [name], vr: .FD) == eight)
    }

    @Test(
        "Every NaN is NaN, whatever its sign and payload",
        arguments: [0xFFC0_0000, 0x7FC0_0012, 0x7F80_0001] as [UInt32]
    )
    func everyNaN(pattern: UInt32) {
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: pattern >> (8 * UInt32($0))) }
        #expect(json(.FL, bytes) == element("FL", ",\"Value\":[\"NaN\"]"))
    }

    @Test("Base64 of every length and byte")
    func base64() {
        #expect(Base64.encode([]) == "")
        #expect(Base64.encode(Array("foobar".utf8)[...]) == "Zm9vYmFy")
        #expect(Base64.encode(Array("foob".utf8)[...]) == "Zm9vYg==")
        #expect(Base64.encode([0xFB, 0xFF, 0xFE]) == "+//+")
    }

    @Test("Empty elements have a VR and nothing else")
    func empty() throws {
        #expect(value(.LO, "") == element("LO", ""))
        #expect(value(.LO, "  ") == element("LO", ""))
        var dataSet = DataSet()
        dataSet.setItems(.scheduledProcedureStepSequence, [])
        #expect(DICOMJSON.encode(dataSet) == "{\"00400100\":{\"vr\":\"SQ\"}}")
        #expect(DICOMJSON.encode(DataSet()) == "{}")
    }

    @Test("Sequences nest, and the text is UTF-8 whatever set the data set declared")
    func nested() throws {
        var item = DataSet()
        item.set(DataElement(tag: .patientID, vr: .LO, bytes: [0xFC]))
        var dataSet = DataSet()
        dataSet.declare(.latin1)
        dataSet.setItems(.scheduledProcedureStepSequence, [item, DataSet()])
        #expect(
            DICOMJSON.encode(dataSet)
                == "{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]},"
                + "\"00400100\":{\"vr\":\"SQ\",\"Value\":[{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"ü\"]}},{}]}}"
        )
    }
}
