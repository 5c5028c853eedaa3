import Testing

@testable import DICOMData

private let sets: [SpecificCharacterSet] =
    SpecificCharacterSet.definedTerms.map(\.characterSet) + [
        .defaultRepertoire,
        SpecificCharacterSet(terms: ["ISO 2022 IR 100", "ISO 2022 IR 144", "ISO 2022 IR 87"]),
        SpecificCharacterSet(terms: ["", "ISO 2022 IR 13", "ISO 2022 IR 149", "ISO 2022 IR 58"]),
        SpecificCharacterSet(terms: ["ISO 2022 IR 149"]),
        SpecificCharacterSet(terms: ["ISO_IR 192", "ISO 2022 IR 87"]),
        SpecificCharacterSet(terms: ["NONSENSE"]),
    ]

/// Every character of the sets that the terms declare.
private func pool(of set: SpecificCharacterSet) -> [Unicode.Scalar] {
    var values: [UInt32] = Array(0x20...0x7E) + [0x09, 0x0A, 0x0C, 0x0D]
    if case .utf8? = set.repertoire.standalone { values += (0xA0...0xD7FF).map { $0 } + (0x1F300...0x1F5FF).map { $0 } }
    if case .chinese? = set.repertoire.standalone { values += 0x4E00...0x9FA5 }
    for codeSet in set.repertoire.sets {
        if codeSet.isDoubleByte {
            for row in 0x21...0x7E {
                for column in 0x21...0x7E {
                    if let scalar = codeSet.scalar(of: row << 8 | column) { values.append(UInt32(scalar)) }
                }
            }
        } else if !codeSet.isG0 {
            values += (0x20...0x7F).compactMap { codeSet.scalar(of: $0) }.map { UInt32($0) }
        }
    }
    return values.compactMap { Unicode.Scalar($0) }
}

@Suite("Character sets, any text and any bytes")
struct CharacterSetPropertyTests {
    @Test("Text of a repertoire comes back from its bytes as it was", arguments: sets, [VR.PN, .LO, .LT])
    func roundTrip(set: SpecificCharacterSet, vr: VR) throws {
        guard set.unknownTerms.isEmpty else { return }
        var random = DataSetGenerator(seed: 42)
        let pool = pool(of: set).shuffled(using: &random).prefix(2_000)
            .filter { set.canEncode(String($0), vr: vr) }
        #expect(pool.count > 90)
        for _ in 0..<60 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                if let scalar = pool.randomElement(using: &random) { text.append(scalar) }
            }
            let bytes = try set.encode(String(text), vr: vr)
            let decoded = set.decode(bytes[...], vr: vr)
            #expect(decoded.string.unicodeScalars.elementsEqual(text), "\(Hex.dump(bytes))")
            #expect(decoded.problem == nil)
        }
    }

    @Test("Every character of every table has one code, and none is a delimiter")
    func tables() {
        for set in CodeSet.allCases {
            guard let table = CodeTable.shared(for: set) else { continue }
            var count = 0
            for scalar in table.characters {
                count += 1
                #expect(scalar.value >= 0xA0)
                if let code = table.code(of: scalar.value) {
                    #expect(table.scalar(of: code).map { UInt32($0) } == scalar.value)
                } else {
                    Issue.record("no code for U+\(Hex.four(UInt16(truncatingIfNeeded: scalar.value)))")
                }
            }
            #expect(count > (set.isDoubleByte ? 6_000 : 45))
        }
    }

    @Test("GB18030 holds all of Unicode's basic plane")
    func gb18030() throws {
        let set = SpecificCharacterSet(terms: ["GB18030"])
        var text = String.UnicodeScalarView()
        for value: UInt32 in 0xA0...0xD7FF { text.append(Unicode.Scalar(value) ?? "?") }
        let bytes = try set.encode(String(text), vr: .UT)
        let decoded = set.decode(bytes[...], vr: .UT)
        #expect(decoded.problem == nil)
        #expect(decoded.string.unicodeScalars.elementsEqual(text))
    }

    @Test("Any bytes decode without a trap, to text no longer than three times as long", arguments: sets)
    func anyBytes(set: SpecificCharacterSet) {
        var random = DataSetGenerator(seed: 7)
        let spice: [[UInt8]] =
            CodeSet.allCases.map(\.escape) + [
                [0x1B], [0x1B, 0x24], [0x5C], [0x5E], [0x3D], [0x0D, 0x0A], [0x81, 0x30],
            ]
        for round in 0..<400 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...24, using: &random) {
                switch Int.random(in: 0...3, using: &random) {
                case 0: bytes += spice.randomElement(using: &random) ?? []
                case 1: bytes.append(UInt8.random(in: 0x80...0xFF, using: &random))
                case 2: bytes.append(UInt8.random(in: 0x20...0x7E, using: &random))
                default: bytes.append(UInt8.random(in: 0...255, using: &random))
                }
            }
            let vr: VR = [.PN, .LO, .LT, .CS, .UI][round % 5]
            let text = set.decode(bytes[...], vr: vr, fallback: round % 2 == 0 ? .latin1 : nil)
            #expect(text.string.utf8.count <= bytes.count * 3)
            let values = set.decodeValues(bytes[...], vr: vr)
            #expect(values.values.reduce(0) { $0 + $1.utf8.count } <= bytes.count * 3)
            #expect(values.values.count <= bytes.count + 1)
            if vr.isMultiValued { #expect(!values.values.contains { $0.unicodeScalars.contains("\\") }) }
        }
    }

    @Test("Long values of nothing but bad bytes are read in one pass", arguments: sets)
    func longValues(set: SpecificCharacterSet) {
        // A decoder that started over at each bad byte would not come back from this.
        for unit: [UInt8] in [[0xFF], [0x80], [0x1B, 0x24], [0x81, 0x30]] {
            let bytes = (0..<(20_000 / unit.count)).flatMap { _ in unit }
            let text = set.decode(bytes[...], vr: .UT)
            #expect((1...bytes.count * 3).contains(text.string.utf8.count))
        }
    }

    @Test("Plain text is told from text with high bytes or escapes at every position")
    func plain() {
        for length in 0..<40 {
            var bytes = [UInt8](repeating: 0x1A, count: length)
            #expect(bytes.withUnsafeBufferPointer { TextPadding.isPlain($0) })
            for place in 0..<length {
                for intruder: UInt8 in [0x1B, 0x80, 0xFF, 0x9B] {
                    bytes[place] = intruder
                    #expect(bytes.withUnsafeBufferPointer { !TextPadding.isPlain($0) })
                }
                bytes[place] = 0x1C
            }
        }
    }
}
