import DICOMData
import Testing

@Suite("Value checks")
struct ValueCheckTests {
    @Test(
        "What a VR allows is allowed",
        arguments: [
            (VR.AE, "CT_SCANNER 1"), (.AS, "045Y"), (.CS, "ORIGINAL_1 A"), (.DA, "20240229"), (.DS, "-1.25E+3"),
            (.DS, ".5"), (.DT, "20240229-0500"), (.IS, "-2147483648"), (.LO, "Ärztin 5"), (.LT, "line\r\nline\t\\"),
            (.PN, "Doe^Jane^^Dr.^III=山田=やまだ"), (.SH, "A 1"), (.ST, "text"), (.TM, "2230"), (.UC, "long"),
            (.UI, "1.2.840.10008.0.1"), (.UR, "http://example.org/a?b=c"), (.UT, "a\nb"), (.US, "whatever"), (.LO, ""),
        ]
    )
    func allowed(vr: VR, value: String) {
        #expect(ValueCheck.problem(in: value, vr: vr, asKey: false) == nil)
        #expect(ValueCheck.problem(in: value, vr: vr, asKey: true) == nil)
    }

    @Test(
        "What a VR forbids is refused in words",
        arguments: [
            (VR.AE, "A\\B", ValueProblem.forbiddenCharacter(.AE, "\\", position: 2)),
            (.AE, "SEVENTEENLETTERS1", .tooLong(.AE, limit: 16, count: 17)),
            (.AE, "  ", .wrongForm(.AE, expected: "an AE title that is not only spaces")),
            (.CS, "Ct", .forbiddenCharacter(.CS, "t", position: 2)),
            (.CS, "C*", .forbiddenCharacter(.CS, "*", position: 2)),
            (.DA, "20240230", .outOfRange(.DA, "there is no such date: 20240230")),
            (.DA, "2024-02-29", .wrongForm(.DA, expected: "YYYYMMDD")),
            (.DA, "2024.02.29", .wrongForm(.DA, expected: "YYYYMMDD without full stops")),
            (.TM, "2460", .outOfRange(.TM, "there is no such time: 2460")),
            (.TM, "22:30", .wrongForm(.TM, expected: "HHMMSS, or only HHMM or HH without colons")),
            (.IS, "2147483648", .outOfRange(.IS, "IS goes from -2147483648 to 2147483647")),
            (.IS, "1.0", .wrongForm(.IS, expected: "a whole number, such as 42 or -7")),
            (.DS, "1,5", .wrongForm(.DS, expected: "a decimal number, such as 72.5 or 1.2E-3")),
            (.DS, "1.2345678901234567", .tooLong(.DS, limit: 16, count: 18)),
            (.LO, "a\nb", .forbiddenCharacter(.LO, "\n", position: 2)),
            (.LT, "a\u{1B}b", .forbiddenCharacter(.LT, "\u{1B}", position: 2)),
            (.PN, "a=b=c=d", .wrongForm(.PN, expected: "at most three groups: alphabetic=ideographic=phonetic")),
            (.SH, "αβγδεζηθικλμνξοπρ", .tooLong(.SH, limit: 16, count: 17)),
            (.UI, "1.02", .wrongForm(.UI, expected: "numbers without leading zeros, parted by full stops (PS3.5 9.1)")),
            (.UI, "1..2", .wrongForm(.UI, expected: "numbers parted by single full stops")),
            (.UI, "1.a", .forbiddenCharacter(.UI, "a", position: 3)),
            (.AS, "45Y", .wrongForm(.AS, expected: "three digits and D, W, M or Y, such as 045Y")),
        ]
    )
    func refused(vr: VR, value: String, problem: ValueProblem) {
        #expect(ValueCheck.problem(in: value, vr: vr, asKey: false) == problem)
        #expect(!problem.description.isEmpty)
    }

    @Test(
        "Keys may have wildcards, ranges, more than the usual length, and the empty value",
        arguments: [
            (VR.AE, "CT*"), (.CS, "C?"), (.LO, "*"), (.PN, "DOE^*"), (.PN, "*=*"), (.DA, "20240101-"),
            (.DA, "-20240101"), (.DA, "20240101-20240131"), (.TM, "0700-1900"), (.DT, "2024-2025"), (.SH, "\"\""),
            (.DA, "\"\""), (.CS, "A_VERY_LONG_CODE_STRING"), (.UI, "1.2.3"),
        ]
    )
    func keys(vr: VR, value: String) {
        #expect(ValueCheck.problem(in: value, vr: vr, asKey: true) == nil)
        if value != "*" && vr != .PN && value != "1.2.3" && value != "CT*" && value != "\"\"" {
            #expect(ValueCheck.problem(in: value, vr: vr, asKey: false) != nil)
        }
    }

    @Test("Keys may not have wildcards or ranges where matching has none")
    func refusedKeys() {
        #expect(ValueCheck.problem(in: "2024*", vr: .DA, asKey: true) != nil)
        #expect(ValueCheck.problem(in: "1.2.*", vr: .UI, asKey: true) == .forbiddenCharacter(.UI, "*", position: 5))
        #expect(ValueCheck.problem(in: "1-2", vr: .IS, asKey: true) != nil)
        #expect(ValueCheck.problem(in: "20240131-20240101", vr: .DA, asKey: true) == .reversedRange(.DA))
        #expect(ValueCheck.problem(in: "2200-0700", vr: .TM, asKey: true) == .reversedRange(.TM))
        #expect(
            ValueCheck.problem(in: "20240230-", vr: .DA, asKey: true)
                == .outOfRange(.DA, "there is no such date in 20240230-")
        )
        #expect(ValueCheck.problem(in: "today", vr: .DA, asKey: true) != nil)
    }

    @Test("The values of an element are checked one by one")
    func values() {
        #expect(ValueCheck.problem(inValues: "CT\\MR", vr: .CS, asKey: false) == nil)
        #expect(
            ValueCheck.problem(inValues: "CT\\mr", vr: .CS, asKey: false) == .forbiddenCharacter(.CS, "m", position: 1)
        )
        #expect(ValueCheck.problem(inValues: "1.2\\1.3", vr: .UI, asKey: true) == nil)
        #expect(ValueCheck.problem(inValues: "a\\b", vr: .LT, asKey: false) == nil)
    }

    @Test("No text traps, whatever the VR")
    func anyText() {
        let texts = [
            "\u{0}", "\\", "-", "--", "9999999999999999999999", "😀", "e\u{301}^=", String(repeating: "^", count: 999),
        ]
        for vr in VR.allCases {
            for text in texts {
                for asKey in [false, true] {
                    if let problem = ValueCheck.problem(inValues: text, vr: vr, asKey: asKey) {
                        #expect(!problem.description.isEmpty)
                    }
                }
            }
        }
    }
}
