/// Writes text in the ISO 2022 family, with escape sequences where the repertoire allows them (PS3.5 6.1.2.5).
struct CodeExtensionEncoder {
    let repertoire: Repertoire
    let vr: VR
    private var output: [UInt8] = []
    private var g0: CodeSet
    private var g1: CodeSet?

    private init(repertoire: Repertoire, vr: VR) {
        self.repertoire = repertoire
        self.vr = vr
        g0 = repertoire.baseG0
        g1 = repertoire.writtenBaseG1
    }

    /// The bytes, or the first character without a code.
    static func encode(
        _ text: String,
        repertoire: Repertoire,
        vr: VR
    ) -> Result<[UInt8], UnencodableCharacter> {
        var encoder = CodeExtensionEncoder(repertoire: repertoire, vr: vr)
        encoder.output.reserveCapacity(text.utf8.count + 8)
        if text.unicodeScalars.contains(where: { !encoder.append($0) }) {
            // Again, by character: a letter typed as base and accent may have one code that is canonically the same.
            encoder = CodeExtensionEncoder(repertoire: repertoire, vr: vr)
            for character in text {
                let start = encoder
                guard let failed = character.unicodeScalars.first(where: { !encoder.append($0) }) else { continue }
                encoder = start
                guard let composed = encoder.composed(character), encoder.append(composed) else {
                    return .failure(UnencodableCharacter(scalar: failed))
                }
            }
        }
        encoder.returnToInitialState()
        return .success(encoder.output)
    }

    /// Value 1's sets are active at the end of a value and before delimiters and control characters (PS3.5 6.1.2.5.3).
    private mutating func returnToInitialState() {
        if g0 != repertoire.baseG0 { output += repertoire.baseG0.escape }
        g0 = repertoire.baseG0
        if g1 != repertoire.writtenBaseG1, let base = repertoire.writtenBaseG1 { output += base.escape }
        g1 = repertoire.writtenBaseG1
    }

    private mutating func append(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        if value < 0x20 || value == 0x7F {
            guard value != 0x1B else { return false }
            returnToInitialState()
            output.append(UInt8(truncatingIfNeeded: value))
            return true
        }
        if value < 0x80, CodeExtensionDecoder.isDelimiter(UInt8(truncatingIfNeeded: value), vr: vr) {
            returnToInitialState()
            output.append(UInt8(truncatingIfNeeded: value))
            return true
        }
        if write(value, in: g0) { return true }
        if let g1, write(value, in: g1) { return true }
        guard repertoire.hasExtensions else { return false }
        for set in repertoire.sets where code(of: value, in: set) != nil {
            output += set.escape
            if set.isG0 { g0 = set } else { g1 = set }
            return write(value, in: set)
        }
        return false
    }

    private mutating func write(_ scalar: UInt32, in set: CodeSet) -> Bool {
        guard let code = code(of: scalar, in: set) else { return false }
        let high: UInt8 = set.isG0 ? 0 : 0x80
        if set.isDoubleByte { output.append(UInt8(truncatingIfNeeded: code >> 8) | high) }
        output.append(UInt8(truncatingIfNeeded: code) | high)
        return true
    }

    /// The yen sign of ISO-IR 14 has the code of the value delimiter, so it is text only where that is none.
    private func code(of scalar: UInt32, in set: CodeSet) -> Int? {
        if scalar == 0xA5, set == .romaji, vr.isMultiValued { return nil }
        return set.code(of: scalar)
    }

    /// A single code of a declared single-byte set that is canonically equivalent to the character.
    private func composed(_ character: Character) -> Unicode.Scalar? {
        guard character.unicodeScalars.count > 1 else { return nil }
        for set in repertoire.sets where !set.isDoubleByte && !set.isG0 {
            for code in 0x20...0x7F {
                guard let value = set.scalar(of: code), let scalar = Unicode.Scalar(value) else { continue }
                if Character(scalar) == character { return scalar }
            }
        }
        return nil
    }
}
