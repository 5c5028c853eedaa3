/// An encoding that no term of Specific Character Set stands for, yet that systems in the field write.
///
/// For reading only, at a person's wish: what is read by it is a guess for ever.
struct ForeignEncoding: Sendable, Hashable {
    /// As a person knows it: `windows-1251`.
    let name: String
    let converterName: String
    /// Characters may take two bytes.
    let isDoubleByte: Bool

    /// Text of the bytes, U+FFFD where there is no character, and how often that was.
    func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> (text: String, invalid: Int) {
        guard let converter = Converter(from: converterName, to: "UTF-8") else {
            return (String(decoding: bytes, as: UTF8.self), bytes.count { $0 >= 0x80 })
        }
        return converter.decode(bytes) { offset in
            isDoubleByte && bytes[offset] >= 0x81 && offset + 1 < bytes.count && bytes[offset + 1] >= 0x40 ? 2 : 1
        }
    }

    static let all: [(encoding: ForeignEncoding, about: String)] = [
        (single("windows-1252", "CP1252"), "Western Europe"), (single("windows-1250", "CP1250"), "Central Europe"),
        (single("windows-1251", "CP1251"), "Cyrillic"), (single("KOI8-R", "KOI8-R"), "Cyrillic"),
        (single("windows-1253", "CP1253"), "Greek"), (single("windows-1254", "CP1254"), "Turkish"),
        (single("windows-1255", "CP1255"), "Hebrew"), (single("windows-1256", "CP1256"), "Arabic"),
        (single("windows-1257", "CP1257"), "Baltic"), (single("windows-1258", "CP1258"), "Vietnamese"),
        (single("IBM850", "CP850"), "Western Europe, DOS"), (single("IBM866", "CP866"), "Cyrillic, DOS"),
        (single("Macintosh", "MACINTOSH"), "Western Europe, old Macintosh"),
        (double("Shift-JIS", "CP932"), "Japanese"), (double("EUC-JP", "EUC-JP"), "Japanese"),
        (double("EUC-KR", "CP949"), "Korean"), (double("Big5", "BIG5-HKSCS"), "Chinese, traditional"),
    ]

    private static func single(_ name: String, _ converter: String) -> ForeignEncoding {
        ForeignEncoding(name: name, converterName: converter, isDoubleByte: false)
    }

    private static func double(_ name: String, _ converter: String) -> ForeignEncoding {
        ForeignEncoding(name: name, converterName: converter, isDoubleByte: true)
    }
}

extension SpecificCharacterSet {
    /// Encodings that DICOM has no term for, for a list of readings to try.
    public static let foreignEncodings: [DefinedTerm] = ForeignEncoding.all.map {
        DefinedTerm(value: $0.encoding.name, name: $0.about)
    }

    /// A way to read text: a defined term of (0008,0005), or an encoding of ``foreignEncodings`` by its name in any case.
    ///
    /// Nil for a name that is neither, and for an encoding that this system has no converter for.
    public init?(reading name: String) {
        if let known = ForeignEncoding.all.first(where: { $0.encoding.name.lowercased() == name.lowercased() }) {
            guard Converter(from: known.encoding.converterName, to: "UTF-8") != nil else { return nil }
            self.init([known.encoding.name], Repertoire(foreign: known.encoding), isForced: false)
            return
        }
        let set = SpecificCharacterSet(parsing: name.utf8)
        guard set.unknownTerms.isEmpty, !set.terms.isEmpty else { return nil }
        self = set
    }

    /// DICOM has no term for it.
    public var isForeign: Bool { repertoire.isForeign }

    /// The same set, that as a fallback takes the place of what was declared: for a server that declares what is not so.
    ///
    /// Text beyond ASCII that is read by it is always marked as guessed.
    public var forced: SpecificCharacterSet { SpecificCharacterSet(terms, repertoire, isForced: true) }

    /// The bytes in this set and no other: a guess, or bytes that are not valid in it.
    func reading(_ bytes: UnsafeBufferPointer<UInt8>, vr: VR) -> DecodedText {
        let text: String
        let invalid: Int
        switch repertoire.standalone {
        case .utf8:
            text = String(decoding: bytes, as: UTF8.self)
            invalid = String(validating: bytes, as: UTF8.self) == nil ? max(1, text.count { $0 == "\u{FFFD}" }) : 0
        case .chinese(let encoding): (text, invalid) = encoding.decode(bytes)
        case .foreign(let encoding): (text, invalid) = encoding.decode(bytes)
        case nil:
            let outcome = CodeExtensionDecoder(repertoire: repertoire, vr: vr).decode(bytes)
            (text, invalid) = (outcome.text, outcome.invalid)
        }
        return DecodedText(
            string: text,
            problem: invalid > 0
                ? .invalidBytes(count: invalid) : .guessed(as: terms.isEmpty ? "ISO_IR 6" : encodedValue)
        )
    }
}
