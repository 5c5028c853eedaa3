import DICOMData
import Testing

@Suite("Text outside the declared character set")
struct CharacterSetGuessTests {
    /// `Hüfte` as a server sends it that declares nothing.
    private let latin: [UInt8] = [0x48, 0xFC, 0x66, 0x74, 0x65]

    @Test("Without a declared set, UTF-8 is recognised and marked as guessed")
    func undeclaredUTF8() {
        let text = SpecificCharacterSet.defaultRepertoire.decode(Array("Hüfte".utf8)[...], vr: .LO)
        #expect(text == DecodedText(string: "Hüfte", problem: .guessed(as: "ISO_IR 192")))
    }

    @Test("Other undeclared bytes are read in the fallback, else in Latin 1, and marked")
    func undeclaredLatin() {
        let none = SpecificCharacterSet.defaultRepertoire
        #expect(none.decode(latin[...], vr: .LO) == DecodedText(string: "Hüfte", problem: .guessed(as: "ISO_IR 100")))
        let cyrillic = SpecificCharacterSet(terms: ["ISO_IR 144"])
        let text = none.decode([0xBB, 0xEE], vr: .LO, fallback: cyrillic)
        #expect(text == DecodedText(string: "Лю", problem: .guessed(as: "ISO_IR 144")))
        #expect(none.decode(latin[...], vr: .LO, fallback: .defaultRepertoire).string == "Hüfte")
        #expect(SpecificCharacterSet(terms: ["ISO_IR 6"]).decode(latin[...], vr: .LO).problem != nil)
    }

    @Test("A forgotten escape sequence is made up for with the declared set")
    func forgottenEscape() {
        let korean = SpecificCharacterSet(terms: ["", "ISO 2022 IR 149"])
        let text = korean.decode([0xC8, 0xAB, 0x5E, 0xB1, 0xE6], vr: .PN)
        #expect(text == DecodedText(string: "홍^길", problem: .guessed(as: "ISO 2022 IR 149")))
        let first = SpecificCharacterSet(terms: ["ISO 2022 IR 149"])
        #expect(first.decode([0xC8, 0xAB], vr: .PN).string == "홍")
    }

    @Test("An escape sequence for an undeclared set is followed, and marked")
    func undeclaredEscape() {
        let text = SpecificCharacterSet.latin1.decode([0x1B, 0x24, 0x42, 0x3B, 0x33, 0x1B, 0x28, 0x42], vr: .PN)
        #expect(text == DecodedText(string: "山", problem: .guessed(as: "ISO 2022 IR 87")))
    }

    @Test("Bytes that are not UTF-8 where UTF-8 is declared are shown as U+FFFD, or read in the fallback")
    func notUTF8() {
        let text = SpecificCharacterSet.utf8.decode(latin[...], vr: .LO)
        #expect(text == DecodedText(string: "H\u{FFFD}fte", problem: .invalidBytes(count: 1)))
        let guessed = SpecificCharacterSet.utf8.decode(latin[...], vr: .LO, fallback: .latin1)
        #expect(guessed == DecodedText(string: "Hüfte", problem: .guessed(as: "ISO_IR 100")))
    }

    @Test("UTF-8 in place of a single-byte set is recognised where the set forbids its bytes")
    func utf8InLatin() {
        // U+2019 has a byte 0x80 and one of 0x99, which no ISO 8859 set assigns.
        let text = SpecificCharacterSet.latin1.decode(Array("O’Neil".utf8)[...], vr: .PN)
        #expect(text == DecodedText(string: "O’Neil", problem: .guessed(as: "ISO_IR 192")))
    }

    @Test("Invalid and truncated sequences are counted and hide nothing that follows")
    func invalid() {
        let chinese = SpecificCharacterSet(terms: ["GB18030"])
        #expect(
            chinese.decode([0xFF, 0x41], vr: .LO) == DecodedText(string: "\u{FFFD}A", problem: .invalidBytes(count: 1))
        )
        #expect(
            chinese.decode([0x41, 0xCD], vr: .LO) == DecodedText(string: "A\u{FFFD}", problem: .invalidBytes(count: 1))
        )
        let greek = SpecificCharacterSet(terms: ["ISO_IR 126"])
        #expect(
            greek.decode([0xD2, 0xC1], vr: .LO) == DecodedText(string: "\u{FFFD}Α", problem: .invalidBytes(count: 1))
        )
        let japanese = SpecificCharacterSet(terms: ["", "ISO 2022 IR 87"])
        let cut = japanese.decode([0x1B, 0x24, 0x42, 0x3B, 0x33, 0x3B], vr: .LO)
        #expect(cut == DecodedText(string: "山\u{FFFD}", problem: .invalidBytes(count: 1)))
        let unknownEscape = japanese.decode([0x1B, 0x5B, 0x41], vr: .LO)
        #expect(unknownEscape == DecodedText(string: "\u{FFFD}[A", problem: .invalidBytes(count: 1)))
    }

    @Test("No control code beyond ASCII comes out of a single-byte set")
    func controlCodes() {
        for term in SpecificCharacterSet.definedTerms.map(\.characterSet)
        where term != .utf8 && !term.terms.contains("GB18030") && !term.terms.contains("GBK") {
            for byte: UInt8 in 0x80...0x9F {
                let text = term.decode([0x41, byte], vr: .LO, fallback: .latin1)
                #expect(!text.string.unicodeScalars.contains { (0x80...0x9F).contains($0.value) })
            }
        }
    }

    @Test("VRs that know only ASCII still show what was sent, marked")
    func asciiVR() {
        let text = SpecificCharacterSet.latin1.decode([0x43, 0xE9], vr: .CS)
        #expect(text == DecodedText(string: "Cé", problem: .guessed(as: "ISO_IR 100")))
        #expect(throws: CharacterSetError(character: "é", terms: [])) {
            try SpecificCharacterSet.latin1.encode("Cé", vr: .CS)
        }
    }

    @Test("What cannot be written is an error that names the character and the set")
    func unencodable() {
        #expect(throws: CharacterSetError(character: "郎", terms: ["ISO_IR 100"])) {
            try SpecificCharacterSet.latin1.encode("Tarou^郎", vr: .PN)
        }
        #expect(throws: CharacterSetError(character: "é", terms: [])) {
            try SpecificCharacterSet.defaultRepertoire.encode("Jérôme", vr: .PN)
        }
        #expect(throws: CharacterSetError(character: "𠀀", terms: ["GBK"])) {
            try SpecificCharacterSet(terms: ["GBK"]).encode("王𠀀", vr: .PN)
        }
        let error = CharacterSetError(character: "郎", terms: ["ISO_IR 100"])
        #expect(error.description.contains("U+90CE") && error.description.contains("ISO_IR 100"))
        #expect(CharacterSetError(character: "𠀀", terms: []).description.contains("U+020000"))
        #expect(!SpecificCharacterSet.latin1.canEncode("\u{1B}$B", vr: .LO))
        #expect(!SpecificCharacterSet.defaultRepertoire.canEncode("\u{1B}$B", vr: .LO))
    }

    @Test("Letters typed as base and accent are written as the one code they are equal to")
    func decomposed() throws {
        #expect(
            try SpecificCharacterSet.latin1.encode("Mu\u{308}ller", vr: .PN) == [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72]
        )
        #expect(!SpecificCharacterSet.latin1.canEncode("x\u{308}", vr: .PN))
    }

    @Test("The least character set is none for ASCII, then the first preferred that holds all, then UTF-8")
    func least() {
        let greek = SpecificCharacterSet(terms: ["ISO_IR 126"])
        #expect(SpecificCharacterSet.least(for: ["Doe", "Jane"], preferring: [greek]) == .defaultRepertoire)
        #expect(SpecificCharacterSet.least(for: ["é"], preferring: [greek, .latin1]) == .latin1)
        #expect(SpecificCharacterSet.least(for: ["é", "Ω"], preferring: [greek, .latin1]) == .utf8)
        #expect(SpecificCharacterSet.least(for: []) == .defaultRepertoire)
    }
}

@Suite("Values of text elements")
struct DecodeValuesTests {
    private func values(_ text: String, _ vr: VR) -> [String] {
        SpecificCharacterSet.defaultRepertoire.decodeValues(Array(text.utf8)[...], vr: vr).values
    }

    @Test("Padding is taken off as the VR allows")
    func padding() {
        #expect(values(" Doe ", .LO) == ["Doe"])
        #expect(values(" Doe ", .PN) == [" Doe"])
        #expect(values(" text \u{0}", .LT) == [" text"])
        #expect(values("1.2.3\u{0}", .UI) == ["1.2.3"])
        #expect(values(" CT \\ MR ", .CS) == ["CT", "MR"])
    }

    @Test("Nothing, or nothing but padding, is no value; delimiters make empty values")
    func empty() {
        #expect(values("", .LO) == [])
        #expect(values("  ", .LO) == [])
        #expect(values("\\", .LO) == ["", ""])
        #expect(values("a\\\\b", .LO) == ["a", "", "b"])
    }

    @Test("A backslash is text where the VR has one value")
    func singleValued() {
        #expect(values("a\\b", .LT) == ["a\\b"])
        #expect(values("a\\b", .UT) == ["a\\b"])
        #expect(SpecificCharacterSet.utf8.decodeValues(Array("é\\b ".utf8)[...], vr: .ST).values == ["é\\b"])
    }

    @Test("Padding and delimiters are found beside characters beyond ASCII too")
    func beyondASCII() {
        let bytes = Array(" é \\ Ω\\\u{301} ".utf8)
        let decoded = SpecificCharacterSet.utf8.decodeValues(bytes[...], vr: .LO)
        #expect(decoded.values == ["é", "Ω", "\u{301}"])
        #expect(decoded.problem == nil)
    }

    @Test("A slice that does not start at zero is read from its own start")
    func slices() {
        let bytes = Array("xxISO_IRyy\u{E9}".utf8)
        #expect(SpecificCharacterSet.utf8.decodeValues(bytes[2..<8], vr: .CS).values == ["ISO_IR"])
        #expect(SpecificCharacterSet.utf8.decode(bytes[8...], vr: .LO).string == "yyé")
    }
}
