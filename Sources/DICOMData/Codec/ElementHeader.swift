/// Why and where the bytes of a data set stop making sense.
public struct DataSetDefect: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        /// The header of an element needs more bytes than there are.
        case truncatedHeader
        /// An element says it is longer than what is left.
        case truncatedValue(declared: UInt32, left: Int)
        /// The two VR bytes are not letters.
        case invalidVR(UInt8, UInt8)
        /// Undefined length where only sequences may have it (PS3.5 7.1.1).
        case undefinedLength(VR)
        /// Something else than an item where an item must stand.
        case expectedItem
        /// Sequences nested deeper than ``DataSetLimits/maximumDepth``.
        case tooDeep
        /// A sequence or an item of undefined length without its delimiter.
        case missingDelimiter
        /// A delimiter where none belongs.
        case strayDelimiter
        /// More elements and items than ``DataSetLimits/maximumElements``.
        case tooManyElements
        /// A deflated stream without its end (PS3.5 A.5).
        case truncatedStream
        /// A deflated stream that breaks the rules of RFC 1951; the words are zlib's.
        case corruptStream(String)
        /// More than padding after the end of a deflated stream.
        case bytesAfterStream(Int)
        /// A deflated stream that holds more than may be inflated.
        case inflatedTooLong(limit: Int)
    }

    public let reason: Reason
    /// The element concerned; nil if not even its tag could be read.
    public let tag: Tag?
    /// Bytes from the start of the data set, inflated if it came deflated.
    public let offset: Int

    public var description: String {
        let place = (tag.map { " at \($0)" } ?? "") + ", byte \(offset)"
        return switch reason {
        case .truncatedHeader: "the data set ends inside an element header" + place
        case .truncatedValue(let declared, let left):
            "an element declares \(declared) bytes where \(left) are left" + place
        case .invalidVR(let a, let b): "invalid VR bytes \(Hex.two(a)) \(Hex.two(b))" + place
        case .undefinedLength(let vr): "undefined length for VR \(vr)" + place
        case .expectedItem: "a sequence holds something that is not an item" + place
        case .tooDeep: "sequences nested deeper than \(DataSetLimits.maximumDepth)" + place
        case .missingDelimiter: "a sequence or item of undefined length is not closed" + place
        case .strayDelimiter: "an item delimiter outside of a sequence" + place
        case .tooManyElements: "more than \(DataSetLimits.maximumElements) elements and items" + place
        case .truncatedStream: "the deflated stream is cut off" + place
        case .corruptStream(let words): "the deflated stream is corrupt (\(words))" + place
        case .bytesAfterStream(let count): "\(count) bytes follow the end of the deflated stream" + place
        case .inflatedTooLong(let limit): "the deflated stream holds more than \(limit) bytes" + place
        }
    }
}

/// Bounds for what a peer may send in one data set.
public enum DataSetLimits {
    /// Deeper nesting has no use in a query and has crashed other implementations by stack overflow.
    public static let maximumDepth = 64
    /// Elements and items in all levels: each takes many times the eight bytes it may have on the wire.
    public static let maximumElements = 1 << 20
    /// Bytes of a data set that came deflated: as many as one that came plain may have (64 MB), while a stream can be a
    /// thousandth of that.
    public static let maximumInflatedLength = 64 << 20
}

extension Tag {
    static let item = Tag(0xFFFE, 0xE000)
    static let itemDelimitation = Tag(0xFFFE, 0xE00D)
    static let sequenceDelimitation = Tag(0xFFFE, 0xE0DD)
}

/// Tag, VR and length of an element, read from the wire (PS3.5 7.1).
struct ElementHeader {
    static let undefinedLength: UInt32 = 0xFFFF_FFFF

    var tag: Tag
    var vr: VR
    var length: UInt32
    /// Where the value starts.
    var valueOffset: Int

    /// How elements are laid out; what a decoder needs of a transfer syntax.
    struct Layout {
        var isExplicit: Bool
        var isBigEndian: Bool

        init(_ syntax: TransferSyntax) {
            isExplicit = syntax.isExplicitVR
            isBigEndian = !syntax.isLittleEndian
        }

        /// Content of a UN element of undefined length is Implicit VR Little Endian (PS3.5 6.2.2).
        static let unknown = Layout(.implicitVRLittleEndian)
    }

    /// Reads the header at `offset`, `offset <= end <= span.byteCount`. The length is not yet checked against what is left.
    @inline(__always)
    static func read(
        _ span: RawSpan,
        at offset: Int,
        end: Int,
        layout: Layout
    ) -> Result<ElementHeader, DataSetDefect> {
        guard end - offset >= 8 else {
            return .failure(DataSetDefect(reason: .truncatedHeader, tag: nil, offset: offset))
        }
        let group = load16(span, offset, layout)
        let element = load16(span, offset + 2, layout)
        let tag = Tag(group, element)
        // Items and delimiters have no VR in any syntax (PS3.5 7.5).
        if !layout.isExplicit || group == 0xFFFE {
            let length = load32(span, offset + 4, layout)
            let vr = group == 0xFFFE ? VR.UN : DataDictionary.vr(of: tag) ?? .UN
            return .success(ElementHeader(tag: tag, vr: vr, length: length, valueOffset: offset + 8))
        }
        let first = span.unsafeLoad(fromByteOffset: offset + 4, as: UInt8.self)
        let second = span.unsafeLoad(fromByteOffset: offset + 5, as: UInt8.self)
        guard (0x41...0x5A).contains(first), (0x41...0x5A).contains(second) else {
            return .failure(DataSetDefect(reason: .invalidVR(first, second), tag: tag, offset: offset))
        }
        // A VR newer than this table is read as UN: all of those have the long form (PS3.5 6.2.2).
        let vr = VR(rawValue: UInt16(first) << 8 | UInt16(second)) ?? .UN
        if !vr.hasLongLength {
            let length = UInt32(load16(span, offset + 6, layout))
            return .success(ElementHeader(tag: tag, vr: vr, length: length, valueOffset: offset + 8))
        }
        guard end - offset >= 12 else {
            return .failure(DataSetDefect(reason: .truncatedHeader, tag: tag, offset: offset))
        }
        let length = load32(span, offset + 8, layout)
        return .success(ElementHeader(tag: tag, vr: vr, length: length, valueOffset: offset + 12))
    }

    // RawSpan checks these loads against its bounds; "unsafe" in the name is about types, and every bit pattern is an integer.
    @inline(__always)
    private static func load16(_ span: RawSpan, _ offset: Int, _ layout: Layout) -> UInt16 {
        let value = span.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
        return layout.isBigEndian ? UInt16(bigEndian: value) : UInt16(littleEndian: value)
    }

    @inline(__always)
    private static func load32(_ span: RawSpan, _ offset: Int, _ layout: Layout) -> UInt32 {
        let value = span.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return layout.isBigEndian ? UInt32(bigEndian: value) : UInt32(littleEndian: value)
    }

    /// How the items of this element are laid out; nil if its value is no sequence (PS3.5 6.2.2, 7.5).
    @inline(__always)
    func itemLayout(within layout: Layout) -> Layout? {
        if vr == .SQ { return layout }
        return vr == .UN && length == Self.undefinedLength ? .unknown : nil
    }

    /// A UN element of defined length that the dictionary knows as a sequence: its value may be one (PS3.5 6.2.2).
    @inline(__always)
    var mayBeKnownSequence: Bool {
        vr == .UN && length != Self.undefinedLength && DataDictionary.vr(of: tag) == .SQ
    }

    /// The end of a value of defined length; a failure if it passes `end`.
    @inline(__always)
    func valueEnd(limit end: Int) -> Result<Int, DataSetDefect> {
        guard UInt64(length) <= UInt64(end - valueOffset) else {
            return .failure(
                DataSetDefect(
                    reason: .truncatedValue(declared: length, left: end - valueOffset),
                    tag: tag,
                    offset: valueOffset
                )
            )
        }
        return .success(valueOffset + Int(length))
    }
}
