/// The characters of one coded character set, read once from the C library's converter and then never changed.
///
/// A table serves every thread without a lock, where a conversion descriptor would not.
struct CodeTable: Sendable {
    /// Codes start here in each byte.
    private let first: Int
    /// Codes in a byte.
    private let width: Int
    private let isDoubleByte: Bool
    /// By code; zero where there is no character.
    private let scalars: [UInt16]
    /// Character in the high, code in the low 16 bits, sorted.
    private let codes: [UInt32]

    /// Nil when the C library lacks the converter.
    private init?(converter name: String, isDoubleByte: Bool, prefix: [UInt8] = []) {
        guard let converter = Converter(from: name, to: "UTF-8") else { return nil }
        let first = isDoubleByte ? 0x21 : 0x20
        let width = isDoubleByte ? 94 : 96
        var scalars: [UInt16] = []
        var codes: [UInt32] = []
        var reverse: [UInt32] = []
        for row in 0..<(isDoubleByte ? width : 1) {
            for column in 0..<width {
                let low = UInt8(truncatingIfNeeded: first + column) | 0x80
                let high = UInt8(truncatingIfNeeded: first + row) | 0x80
                let bytes = prefix + (isDoubleByte ? [high, low] : [low])
                let code = isDoubleByte ? (first + row) << 8 | (first + column) : first + column
                let scalar = converter.convert(bytes).flatMap(Self.onlyScalar) ?? 0
                scalars.append(scalar)
                if scalar != 0 { reverse.append(UInt32(scalar) << 16 | UInt32(truncatingIfNeeded: code)) }
            }
        }
        reverse.sort()
        codes = reverse
        self.first = first
        self.width = width
        self.isDoubleByte = isDoubleByte
        self.scalars = scalars
        self.codes = codes
    }

    /// The one graphic character in converted text; no control codes, and nothing that DICOM takes for a delimiter.
    private static func onlyScalar(_ utf8: [UInt8]) -> UInt16? {
        let scalars = String(decoding: utf8, as: UTF8.self).unicodeScalars
        guard scalars.count == 1, let scalar = scalars.first, scalar.value >= 0xA0, scalar.value != 0xFFFD else {
            return nil
        }
        return UInt16(exactly: scalar.value)
    }

    func scalar(of code: Int) -> UInt16? {
        let column = (code & 0xFF) - first
        let row = isDoubleByte ? (code >> 8) - first : 0
        guard (0..<width).contains(column), (0..<width).contains(row) else { return nil }
        let place = row * width + column
        guard place < scalars.count, scalars[place] != 0 else { return nil }
        return scalars[place]
    }

    func code(of scalar: UInt32) -> Int? {
        guard scalar <= 0xFFFF else { return nil }
        let wanted = scalar << 16
        var low = 0
        var high = codes.count
        while low < high {
            let middle = (low + high) / 2
            if codes[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        guard low < codes.count, codes[low] >> 16 == scalar else { return nil }
        return Int(codes[low] & 0xFFFF)
    }

    /// Every character with a code.
    var characters: some Sequence<Unicode.Scalar> { codes.lazy.compactMap { Unicode.Scalar($0 >> 16) } }

    private static let latin2 = CodeTable(converter: "ISO-8859-2", isDoubleByte: false)
    private static let latin3 = CodeTable(converter: "ISO-8859-3", isDoubleByte: false)
    private static let latin4 = CodeTable(converter: "ISO-8859-4", isDoubleByte: false)
    private static let cyrillic = CodeTable(converter: "ISO-8859-5", isDoubleByte: false)
    private static let arabic = CodeTable(converter: "ISO-8859-6", isDoubleByte: false)
    private static let greek = CodeTable(converter: "ISO-8859-7", isDoubleByte: false)
    private static let hebrew = CodeTable(converter: "ISO-8859-8", isDoubleByte: false)
    private static let latin5 = CodeTable(converter: "ISO-8859-9", isDoubleByte: false)
    private static let thai = CodeTable(converter: "ISO-8859-11", isDoubleByte: false)
    private static let latin9 = CodeTable(converter: "ISO-8859-15", isDoubleByte: false)
    private static let jisX0208 = CodeTable(converter: "EUC-JP", isDoubleByte: true)
    private static let jisX0212 = CodeTable(converter: "EUC-JP", isDoubleByte: true, prefix: [0x8F])
    private static let ksX1001 = CodeTable(converter: "EUC-KR", isDoubleByte: true)
    private static let gb2312 = CodeTable(converter: "EUC-CN", isDoubleByte: true)

    /// The table of a set; nil for those that need none and those without a converter.
    static func shared(for set: CodeSet) -> CodeTable? {
        switch set {
        case .ascii, .romaji, .katakana, .latin1: nil
        case .latin2: latin2
        case .latin3: latin3
        case .latin4: latin4
        case .latin5: latin5
        case .latin9: latin9
        case .cyrillic: cyrillic
        case .arabic: arabic
        case .greek: greek
        case .hebrew: hebrew
        case .thai: thai
        case .jisX0208: jisX0208
        case .jisX0212: jisX0212
        case .ksX1001: ksX1001
        case .gb2312: gb2312
        }
    }
}
