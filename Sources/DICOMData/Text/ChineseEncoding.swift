/// The two Chinese encodings that stand alone: GB18030 and its subset GBK (PS3.5 6.1.2.4 and annex J).
///
/// A descriptor is opened for each conversion, which takes about a microsecond, so that threads share nothing.
enum ChineseEncoding: Sendable {
    case gb18030, gbk

    var converterName: String { self == .gbk ? "GBK" : "GB18030" }

    /// Open for as long as the process runs, so that the C library does not unload the converters' code between two uses.
    ///
    /// Safe across threads because nobody converts with these; they are only there.
    private nonisolated(unsafe) static let kept = (
        gb18030: Converter(from: "GB18030", to: "UTF-8"), gbk: Converter(from: "GBK", to: "UTF-8")
    )

    /// A converter exists on this system.
    var isAvailable: Bool { self == .gbk ? Self.kept.gbk != nil : Self.kept.gb18030 != nil }

    /// Text of the bytes, U+FFFD where there is no character, and how often that was.
    func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> (text: String, invalid: Int) {
        guard isAvailable, let converter = Converter(from: converterName, to: "UTF-8") else {
            return (String(decoding: bytes, as: UTF8.self), 0)
        }
        return converter.decode(bytes) { unitLength(bytes, at: $0) }
    }

    /// Length of a character by its shape, so that what follows a character without meaning is still read right.
    private func unitLength(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Int {
        guard (0x81...0xFE).contains(bytes[offset]), offset + 1 < bytes.count else { return 1 }
        switch bytes[offset + 1] {
        case 0x40...0x7E, 0x80...0xFE: return 2
        case 0x30...0x39 where self == .gb18030 && offset + 3 < bytes.count:
            let isFour = (0x81...0xFE).contains(bytes[offset + 2]) && (0x30...0x39).contains(bytes[offset + 3])
            return isFour ? 4 : 1
        default: return 1
        }
    }

    /// The bytes of the text, or the first character without a code.
    func encode(_ text: String) -> Result<[UInt8], UnencodableCharacter> {
        let utf8 = Array(text.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(utf8.count)
        let taken =
            utf8.withUnsafeBufferPointer { buffer in
                Converter(from: "UTF-8", to: converterName)?.convert(buffer, into: &output)
            } ?? 0
        guard taken < utf8.count else { return .success(output) }
        let rest = String(decoding: utf8[taken...], as: UTF8.self)
        return .failure(UnencodableCharacter(scalar: rest.unicodeScalars.first ?? "\u{FFFD}"))
    }
}

/// A character that a set has no code for.
struct UnencodableCharacter: Error {
    let scalar: Unicode.Scalar
}
