import DICOMData
import Testing

/// Text and its bytes in a character set.
struct CharacterSetExample: CustomTestStringConvertible, Sendable {
    let set: String
    let text: String
    let bytes: [UInt8]
    var vr: VR = .PN

    var testDescription: String { "\(set): \(text)" }

    var characterSet: SpecificCharacterSet { SpecificCharacterSet(parsing: set.utf8) }

    init(_ set: String, _ text: String, _ bytes: [[UInt8]], vr: VR = .PN) {
        self.set = set
        self.text = text
        self.bytes = bytes.flatMap { $0 }
        self.vr = vr
    }
}

private func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

private let kanji: [UInt8] = [0x1B, 0x24, 0x42]
private let kanjiSupplement: [UInt8] = [0x1B, 0x24, 0x28, 0x44]
private let toASCII: [UInt8] = [0x1B, 0x28, 0x42]
private let toRomaji: [UInt8] = [0x1B, 0x28, 0x4A]
private let hangul: [UInt8] = [0x1B, 0x24, 0x29, 0x43]
private let hanzi: [UInt8] = [0x1B, 0x24, 0x29, 0x41]

/// PS3.5 annexes H to K, and a word or a name in each single-byte set.
private let examples: [CharacterSetExample] = [
    .init("", "Doe^Jane", [ascii("Doe^Jane")]),
    .init("ISO_IR 100", "Buc^Jérôme", [ascii("Buc^J"), [0xE9], ascii("r"), [0xF4], ascii("me")]),
    .init("ISO_IR 100", "Äneas^Rüdiger", [[0xC4], ascii("neas^R"), [0xFC], ascii("diger")]),
    .init("ISO_IR 101", "Dvořák^Božena", [ascii("Dvo"), [0xF8, 0xE1], ascii("k^Bo"), [0xBE], ascii("ena")]),
    .init("ISO_IR 109", "Ĝangalo^Ĉiam", [[0xD8], ascii("angalo^"), [0xC6], ascii("iam")]),
    .init(
        "ISO_IR 110",
        "Bērziņš^Jānis",
        [ascii("B"), [0xBA], ascii("rzi"), [0xF1, 0xB9], ascii("^J"), [0xE0], ascii("nis")]
    ),
    .init(
        "ISO_IR 148",
        "Yıldız^Şağ",
        [ascii("Y"), [0xFD], ascii("ld"), [0xFD], ascii("z^"), [0xDE], ascii("a"), [0xF0]]
    ),
    .init("ISO_IR 203", "Cœur €", [ascii("C"), [0xBD], ascii("ur "), [0xA4]]),
    .init(
        "ISO_IR 144",
        "Люкceмбypг",
        [[0xBB, 0xEE, 0xDA], ascii("ce"), [0xDC, 0xD1], ascii("yp"), [0xD3]]
    ),
    .init("ISO_IR 127", "قباني^لنزار", [[0xE2, 0xC8, 0xC7, 0xE6, 0xEA], ascii("^"), [0xE4, 0xE6, 0xD2, 0xC7, 0xD1]]),
    .init("ISO_IR 126", "Διονυσιος", [[0xC4, 0xE9, 0xEF, 0xED, 0xF5, 0xF3, 0xE9, 0xEF, 0xF2]]),
    .init("ISO_IR 138", "שרון^דבורה", [[0xF9, 0xF8, 0xE5, 0xEF], ascii("^"), [0xE3, 0xE1, 0xE5, 0xF8, 0xE4]]),
    .init("ISO_IR 166", "นามสกุล", [[0xB9, 0xD2, 0xC1, 0xCA, 0xA1, 0xD8, 0xC5]]),
    .init("ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ", [[0xD4, 0xCF, 0xC0, 0xDE], ascii("^"), [0xC0, 0xDB, 0xB3]]),
    // PS3.5 H.3.1
    .init(
        "\\ISO 2022 IR 87",
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
        [
            ascii("Yamada^Tarou="), kanji, [0x3B, 0x33, 0x45, 0x44], toASCII, ascii("^"), kanji,
            [0x42, 0x40, 0x4F, 0x3A], toASCII, ascii("="), kanji, [0x24, 0x64, 0x24, 0x5E, 0x24, 0x40], toASCII,
            ascii("^"), kanji, [0x24, 0x3F, 0x24, 0x6D, 0x24, 0x26], toASCII,
        ]
    ),
    // PS3.5 H.3.2
    .init(
        "ISO 2022 IR 13\\ISO 2022 IR 87",
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
        [
            [0xD4, 0xCF, 0xC0, 0xDE], ascii("^"), [0xC0, 0xDB, 0xB3], ascii("="), kanji, [0x3B, 0x33, 0x45, 0x44],
            toRomaji, ascii("^"), kanji, [0x42, 0x40, 0x4F, 0x3A], toRomaji, ascii("="), kanji,
            [0x24, 0x64, 0x24, 0x5E, 0x24, 0x40], toRomaji, ascii("^"), kanji, [0x24, 0x3F, 0x24, 0x6D, 0x24, 0x26],
            toRomaji,
        ]
    ),
    .init(
        "\\ISO 2022 IR 87\\ISO 2022 IR 159",
        "丂A山",
        [kanjiSupplement, [0x30, 0x21], toASCII, ascii("A"), kanji, [0x3B, 0x33], toASCII]
    ),
    // PS3.5 I.2
    .init(
        "\\ISO 2022 IR 149",
        "Hong^Gildong=洪^吉洞=홍^길동",
        [
            ascii("Hong^Gildong="), hangul, [0xFB, 0xF3], ascii("^"), hangul, [0xD1, 0xCE, 0xD4, 0xD7], ascii("="),
            hangul, [0xC8, 0xAB], ascii("^"), hangul, [0xB1, 0xE6, 0xB5, 0xBF],
        ]
    ),
    // PS3.5 I.3: a line end resets G1
    .init(
        "\\ISO 2022 IR 149",
        "has 길동.\r\nand 길동, too.\r\nThe end",
        [
            ascii("has "), hangul, [0xB1, 0xE6, 0xB5, 0xBF], ascii(".\r\nand "), hangul,
            [0xB1, 0xE6, 0xB5, 0xBF], ascii(", too.\r\nThe end"),
        ],
        vr: .LT
    ),
    // PS3.5 J.1 and J.3
    .init(
        "ISO_IR 192",
        "Wang^XiaoDong=王^小东=",
        [ascii("Wang^XiaoDong="), [0xE7, 0x8E, 0x8B], ascii("^"), [0xE5, 0xB0, 0x8F, 0xE4, 0xB8, 0x9C], ascii("=")]
    ),
    .init(
        "GB18030",
        "Wang^XiaoDong=王^小东=",
        [ascii("Wang^XiaoDong="), [0xCD, 0xF5], ascii("^"), [0xD0, 0xA1, 0xB6, 0xAB], ascii("=")]
    ),
    .init(
        "GBK",
        "Wang^XiaoDong=王^小东=",
        [ascii("Wang^XiaoDong="), [0xCD, 0xF5], ascii("^"), [0xD0, 0xA1, 0xB6, 0xAB], ascii("=")]
    ),
    .init("GB18030", "𠀀é", [[0x95, 0x32, 0x82, 0x36, 0xA8, 0xA6]]),
    // PS3.5 K.2
    .init(
        "\\ISO 2022 IR 58",
        "Zhang^XiaoDong=张^小东=",
        [
            ascii("Zhang^XiaoDong="), hanzi, [0xD5, 0xC5], ascii("^"), hanzi, [0xD0, 0xA1, 0xB6, 0xAB], ascii("="),
        ]
    ),
    // Single-byte code extensions: the sets of value 1 come back before each delimiter.
    .init(
        "ISO 2022 IR 100\\ISO 2022 IR 144",
        "é^Д=é",
        [[0xE9], ascii("^"), [0x1B, 0x2D, 0x4C, 0xB4, 0x1B, 0x2D, 0x41], ascii("="), [0xE9]]
    ),
    .init(
        "ISO 2022 IR 6\\ISO 2022 IR 126\\ISO 2022 IR 87",
        "ά山ά",
        [[0x1B, 0x2D, 0x46, 0xDC], kanji, [0x3B, 0x33], [0xDC], toASCII]
    ),
]

@Suite("Character sets")
struct CharacterSetTests {
    @Test("The bytes of the standard's examples read as their text", arguments: examples)
    func decodes(_ example: CharacterSetExample) {
        let decoded = example.characterSet.decode(example.bytes[...], vr: example.vr)
        #expect(decoded.string.unicodeScalars.elementsEqual(example.text.unicodeScalars), "\(decoded.string)")
        #expect(decoded.problem == nil)
    }

    @Test("The text of the standard's examples is written as their bytes", arguments: examples)
    func encodes(_ example: CharacterSetExample) throws {
        let bytes = try example.characterSet.encode(example.text, vr: example.vr)
        #expect(bytes == example.bytes, "\(Hex.dump(bytes))")
    }

    @Test("Values part at delimiters, never inside a character")
    func delimiters() throws {
        let japanese = SpecificCharacterSet(terms: ["", "ISO 2022 IR 87"])
        let name: [UInt8] = [0x1B, 0x24, 0x42, 0x31, 0x5C, 0x1B, 0x28, 0x42, 0x5C, 0x42, 0x20]
        let values = japanese.decodeValues(name[...], vr: .LO)
        #expect(values.values == ["閲", "B"])
        #expect(values.problem == nil)

        let chinese = SpecificCharacterSet(terms: ["GB18030"])
        let bytes: [UInt8] = [0x81, 0x5C, 0x5C, 0x81, 0x5E]
        #expect(chinese.decodeValues(bytes[...], vr: .PN).values == ["乗", "乛"])
        #expect(try chinese.encode("乗\\乛", vr: .PN) == bytes)
    }

    @Test("A double-byte set stays active over an ASCII delimiter's byte only until it is switched back")
    func activeSet() {
        let set = SpecificCharacterSet(terms: ["", "ISO 2022 IR 87"])
        let name = set.decode([0x1B, 0x24, 0x42, 0x3B, 0x33, 0x5E, 0x3D, 0x1B, 0x28, 0x42, 0x5E, 0x41], vr: .PN)
        #expect(name.string.unicodeScalars.count == 4)
        #expect(name.string.hasPrefix("山") && name.string.hasSuffix("^A"))
    }

    @Test("The state resets at caret and equals in names only, at backslash where it parts values, at every line end")
    func resets() {
        let set = SpecificCharacterSet(terms: ["ISO 2022 IR 6", "ISO 2022 IR 144", "ISO 2022 IR 100"])
        let cyrillic: [UInt8] = [0x1B, 0x2D, 0x4C, 0xB4]
        // Without a new escape the first declared set is assumed, and said to be.
        func problem(_ delimiter: UInt8, _ vr: VR) -> TextProblem? {
            set.decode((cyrillic + [delimiter, 0xB4])[...], vr: vr).problem
        }
        let guess = TextProblem.guessed(as: "ISO 2022 IR 144")
        #expect(problem(0x5E, .PN) == guess)
        #expect(problem(0x3D, .PN) == guess)
        #expect(problem(0x5E, .LO) == nil)
        #expect(problem(0x5C, .LO) == guess)
        #expect(problem(0x5C, .LT) == nil)
        for control: UInt8 in [0x09, 0x0A, 0x0C, 0x0D] { #expect(problem(control, .LT) == guess) }
    }

    @Test("In ISO_IR 13 the code of the backslash is a delimiter where there are several values, else a yen sign")
    func yen() throws {
        let set = SpecificCharacterSet(terms: ["ISO_IR 13"])
        #expect(set.decodeValues([0xD4, 0x5C, 0x41], vr: .LO).values == ["ﾔ", "A"])
        #expect(set.decodeValues([0x41, 0x5C, 0x42], vr: .LO).values == ["A", "B"])
        #expect(set.decode([0x31, 0x5C, 0x7E], vr: .LT).string == "1¥‾")
        #expect(try set.encode("1¥‾", vr: .LT) == [0x31, 0x5C, 0x7E])
        #expect(try set.encode("A\\B", vr: .LO) == [0x41, 0x5C, 0x42])
        #expect(throws: CharacterSetError(character: "¥", terms: ["ISO_IR 13"])) { try set.encode("¥", vr: .LO) }
        #expect(throws: CharacterSetError(character: "~", terms: ["ISO_IR 13"])) { try set.encode("a~", vr: .LO) }
    }

    @Test(
        "Common misspellings of terms are understood",
        arguments: [
            "ISO_IR 100", "ISO IR 100", "ISO-IR 100", "ISO_IR_100", "ISO-IR-100", "ISOIR100", "iso_ir 100",
            " ISO_IR 100 ",
            "ISO 2022 IR 100", "ISO2022IR100", "ISO_2022_IR_100", "ISO-2022-IR-100", "ISO 8859-1", "ISO-8859-1",
        ]
    )
    func spelling(_ term: String) {
        let set = SpecificCharacterSet(parsing: term.utf8)
        #expect(set.unknownTerms.isEmpty)
        #expect(set.decode([0xE9], vr: .LO) == DecodedText(string: "é"))
    }

    @Test(
        "Misspelt code extensions are understood too",
        arguments: ["\\ISO2022IR87", "\\iso 2022 ir 87", "\\ISO_IR 87", "ISO 2022 IR 87"]
    )
    func spellingOfExtensions(_ value: String) throws {
        let set = SpecificCharacterSet(parsing: value.utf8)
        let bytes: [UInt8] = [0x1B, 0x24, 0x42, 0x3B, 0x33, 0x1B, 0x28, 0x42]
        #expect(set.decode(bytes[...], vr: .PN) == DecodedText(string: "山"))
        #expect(try set.encode("山", vr: .PN) == bytes)
    }

    @Test("UTF-8 wins where it is wrongly combined with code extensions")
    func wrongCombination() throws {
        for value in ["ISO_IR 192\\ISO 2022 IR 87", "\\ISO_IR 192", "ISO_IR 100\\ISO_IR 192"] {
            let set = SpecificCharacterSet(parsing: value.utf8)
            #expect(set.decode(Array("Jérôme山".utf8)[...], vr: .PN) == DecodedText(string: "Jérôme山"))
            #expect(try set.encode("Jérôme山", vr: .PN) == Array("Jérôme山".utf8))
        }
        let set = SpecificCharacterSet(parsing: "ISO_IR 192\\ISO 2022 IR 87".utf8)
        let escaped = set.decode([0x1B, 0x24, 0x42, 0x3B, 0x33, 0x1B, 0x28, 0x42], vr: .PN)
        #expect(escaped.string == "山")
        #expect(escaped.problem != nil)
    }

    @Test("Terms are kept as declared, without padding; nothing declared is no terms")
    func terms() {
        #expect(SpecificCharacterSet(parsing: "".utf8).terms == [])
        #expect(SpecificCharacterSet(parsing: "  ".utf8) == .defaultRepertoire)
        #expect(SpecificCharacterSet(terms: [""]) == .defaultRepertoire)
        #expect(SpecificCharacterSet(parsing: "\\ISO 2022 IR 87 ".utf8).terms == ["", "ISO 2022 IR 87"])
        #expect(SpecificCharacterSet(parsing: "\\ISO 2022 IR 87".utf8).encodedValue == "\\ISO 2022 IR 87")
        #expect(SpecificCharacterSet(parsing: "ISO_IR 100".utf8) == SpecificCharacterSet(terms: ["ISO_IR 100"]))
        #expect(SpecificCharacterSet(parsing: "ISO_IR 192\u{0}".utf8) == .utf8)
    }

    @Test("Unknown terms are kept and reported when they matter")
    func unknown() {
        let set = SpecificCharacterSet(terms: ["ISO_IR 999"])
        #expect(set.unknownTerms == ["ISO_IR 999"])
        #expect(set.decode(Array("Doe".utf8)[...], vr: .PN) == DecodedText(string: "Doe"))
        let decoded = set.decode(Array("Jérôme".utf8)[...], vr: .PN)
        #expect(decoded == DecodedText(string: "Jérôme", problem: .unknownCharacterSet("ISO_IR 999")))
        #expect(set.decode([0x4A, 0xE9], vr: .PN).string == "Jé")
        #expect(!set.canEncode("é", vr: .PN))
    }

    @Test("Every defined term is known and names its set")
    func definedTerms() {
        for term in SpecificCharacterSet.definedTerms {
            #expect(term.characterSet.unknownTerms.isEmpty, "\(term.value)")
            #expect(term.characterSet.encodedValue == term.value)
        }
    }

    @Test("Many threads decode at the same time and get the same")
    func threads() async {
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<16 {
                group.addTask {
                    let example = examples[task % examples.count]
                    let chinese = SpecificCharacterSet(terms: [task % 2 == 0 ? "GB18030" : "GBK"])
                    return (0..<200).allSatisfy { _ in
                        chinese.decode([0xCD, 0xF5, 0xD0, 0xA1], vr: .LO).string == "王小"
                            && example.characterSet.decode(example.bytes[...], vr: example.vr).string == example.text
                    }
                }
            }
            for await isSame in group { #expect(isSame) }
        }
    }
}
