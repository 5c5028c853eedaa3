/// An application entity title: 1 to 16 characters of the default repertoire without backslash and control characters,
/// not all spaces; leading and trailing spaces do not count (PS3.5 6.2 AE, PS3.8 9.3.2).
public struct AETitle: Sendable, Hashable, CustomStringConvertible {
    /// The title without leading and trailing spaces. Upper and lower case differ.
    public let text: String

    public var description: String { text }

    /// - Throws: `AETitleError` saying which character or length is wrong.
    public init(_ text: some StringProtocol) throws(AETitleError) {
        for scalar in text.unicodeScalars {
            guard (0x20...0x7E).contains(scalar.value), scalar != "\\" else {
                throw .invalidCharacter(scalar, title: String(text))
            }
        }
        let title = receivedText(Array(text.utf8)[...])
        guard !title.isEmpty else { throw .empty }
        guard title.utf8.count <= Limits.maxAETitleLength else { throw .tooLong(title: title) }
        self.text = title
    }
}

/// Why a text is not an AE title.
public enum AETitleError: Error, Sendable, Hashable, CustomStringConvertible {
    case empty
    case tooLong(title: String)
    case invalidCharacter(Unicode.Scalar, title: String)

    public var description: String {
        switch self {
        case .empty: "an AE title needs 1 to 16 characters that are not all spaces"
        case .tooLong(let title):
            "AE title \"\(title)\" has \(title.utf8.count) characters: use at most \(Limits.maxAETitleLength)"
        case .invalidCharacter(let scalar, _):
            "an AE title cannot contain U+\(String(scalar.value, radix: 16, uppercase: true)): "
                + "use ASCII characters without backslash and control characters"
        }
    }
}

/// The 16-byte AE title field of an A-ASSOCIATE PDU, as it is or was on the wire.
///
/// What peers send is kept as it came: some pad with NUL, some send nothing but spaces, and an A-ASSOCIATE-AC has to return
/// the bytes of the request (PS3.8 9.3.3).
public struct AETitleField: Sendable, Hashable, CustomStringConvertible {
    /// Always 16 bytes.
    public let raw: [UInt8]

    /// A field for a title of our own, padded with spaces.
    public init(_ title: AETitle) {
        self.init(received: title.text.utf8)
    }

    /// A field as received: cut or padded with spaces to 16 bytes.
    public init(received bytes: some Sequence<UInt8>) {
        var raw = Array(bytes.prefix(Limits.maxAETitleLength))
        raw.append(contentsOf: repeatElement(0x20, count: Limits.maxAETitleLength - raw.count))
        self.raw = raw
    }

    /// The title without spaces and NULs at either end; bytes outside ASCII are replaced. May be empty. Not safe for a
    /// terminal: it can hold control characters.
    public var text: String { receivedText(raw[...]) }

    /// The title if it is a valid one.
    public var title: AETitle? { try? AETitle(text) }

    public var description: String { text }
}
