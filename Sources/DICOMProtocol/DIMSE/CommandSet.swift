import DICOMData

/// The command field of a DIMSE message (PS3.7 E.1).
public enum CommandField {
    public static let findRequest: UInt16 = 0x0020
    public static let findResponse: UInt16 = 0x8020
    public static let cancelRequest: UInt16 = 0x0FFF
    public static let echoRequest: UInt16 = 0x0030
    public static let echoResponse: UInt16 = 0x8030

    /// The high bit marks a response (PS3.7 E.1).
    public static func isResponse(_ field: UInt16) -> Bool { field & 0x8000 != 0 }

    /// The name of a command, for messages to a person.
    public static func name(_ field: UInt16) -> String {
        let names: [UInt16: String] = [
            0x0001: "C-STORE", 0x0010: "C-GET", 0x0020: "C-FIND", 0x0021: "C-MOVE", 0x0030: "C-ECHO",
            0x0100: "N-EVENT-REPORT", 0x0110: "N-GET", 0x0120: "N-SET", 0x0130: "N-ACTION", 0x0140: "N-CREATE",
            0x0150: "N-DELETE",
        ]
        if field == cancelRequest { return "C-CANCEL-RQ" }
        guard let name = names[field & 0x7FFF] else { return "command " + Hex.four(field) }
        return name + (isResponse(field) ? "-RSP" : "-RQ")
    }
}

/// The command set of a message: the elements that C-FIND, C-ECHO and C-CANCEL use (PS3.7 9.3).
///
/// Always Implicit VR Little Endian, whatever the presentation context says (PS3.7 6.3.1).
public struct CommandSet: Hashable, Sendable {
    /// (0000,0800): this value says that no data set follows.
    public static let noDataSet: UInt16 = 0x0101
    /// What we write when one follows; any value but 0101 would do.
    public static let hasDataSet: UInt16 = 0x0001

    /// (0000,0002), without padding.
    public var affectedSOPClass: String?
    /// (0000,0100).
    public var field: UInt16
    /// (0000,0110).
    public var messageID: UInt16?
    /// (0000,0120).
    public var messageIDBeingRespondedTo: UInt16?
    /// (0000,0700): 0 medium, 1 high, 2 low.
    public var priority: UInt16?
    /// (0000,0800).
    public var dataSetType: UInt16
    /// (0000,0900).
    public var status: Status?
    /// (0000,0901).
    public var offendingElements: [Tag]
    /// (0000,0902), at most 64 characters when we send it.
    public var errorComment: String?
    /// (0000,0903).
    public var errorID: UInt16?

    public init(
        field: UInt16,
        affectedSOPClass: String? = nil,
        messageID: UInt16? = nil,
        messageIDBeingRespondedTo: UInt16? = nil,
        priority: UInt16? = nil,
        dataSetType: UInt16 = CommandSet.noDataSet,
        status: Status? = nil,
        offendingElements: [Tag] = [],
        errorComment: String? = nil,
        errorID: UInt16? = nil
    ) {
        self.field = field
        self.affectedSOPClass = affectedSOPClass
        self.messageID = messageID
        self.messageIDBeingRespondedTo = messageIDBeingRespondedTo
        self.priority = priority
        self.dataSetType = dataSetType
        self.status = status
        self.offendingElements = offendingElements
        self.errorComment = errorComment
        self.errorID = errorID
    }

    public var carriesDataSet: Bool { dataSetType != Self.noDataSet }

    /// The command's bytes, group length first.
    public func encoded() -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(128)
        func put(_ element: UInt16, _ value: some Collection<UInt8>, padding: UInt8 = 0) {
            let length = UInt32(truncatingIfNeeded: value.count + (value.count & 1))
            body.append(contentsOf: [0, 0, UInt8(truncatingIfNeeded: element), UInt8(truncatingIfNeeded: element >> 8)])
            for shift in 0..<4 { body.append(UInt8(truncatingIfNeeded: length >> UInt32(8 * shift))) }
            body.append(contentsOf: value)
            if value.count & 1 == 1 { body.append(padding) }
        }
        func put(_ element: UInt16, number: UInt16) {
            put(element, [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)])
        }
        if let affectedSOPClass { put(0x0002, Array(affectedSOPClass.utf8)) }
        put(0x0100, number: field)
        if let messageID { put(0x0110, number: messageID) }
        if let messageIDBeingRespondedTo { put(0x0120, number: messageIDBeingRespondedTo) }
        if let priority { put(0x0700, number: priority) }
        put(0x0800, number: dataSetType)
        if let status { put(0x0900, number: status.code) }
        if !offendingElements.isEmpty {
            put(
                0x0901,
                offendingElements.flatMap { tag in
                    [tag.group, tag.element].flatMap {
                        [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
                    }
                }
            )
        }
        if let errorComment {
            // VR LO, one value of at most 64 characters in the default repertoire (PS3.7 C.4).
            let text = errorComment.unicodeScalars.prefix(64).map { scalar -> UInt8 in
                (0x20..<0x7F).contains(scalar.value) && scalar != "\\" ? UInt8(scalar.value) : UInt8(ascii: "_")
            }
            put(0x0902, text, padding: 0x20)
        }
        if let errorID { put(0x0903, number: errorID) }
        var result: [UInt8] = []
        result.reserveCapacity(body.count + 12)
        result.append(contentsOf: [0, 0, 0, 0, 4, 0, 0, 0])
        let length = UInt32(truncatingIfNeeded: body.count)
        for shift in 0..<4 { result.append(UInt8(truncatingIfNeeded: length >> UInt32(8 * shift))) }
        result.append(contentsOf: body)
        return result
    }

    /// Reads a command set; elements it does not know are passed over.
    public init(decoding bytes: some Collection<UInt8>) throws(CommandSetError) {
        let array = Array(bytes)
        let scan = try CommandScan(array.span.bytes, from: 0, end: array.count)
        self = scan.commandSet(in: array.span.bytes)
    }
}

/// Why bytes are not a command set we can act on.
public enum CommandSetError: Error, Hashable, Sendable, CustomStringConvertible {
    case truncated(offset: Int)
    case notCommandGroup(Tag)
    case wrongLength(Tag, Int)
    case missing(Tag)

    public var description: String {
        switch self {
        case .truncated(let offset): "the command set ends inside an element, byte \(offset)"
        case .notCommandGroup(let tag): "the command set holds \(tag), which is not a command element"
        case .wrongLength(let tag, let length): "command element \(tag) has \(length) bytes"
        case .missing(let tag): "the command set lacks \(tag)"
        }
    }
}

/// The numbers of a command set, found in place: what the fast path needs, without allocating anything.
struct CommandScan {
    var field: UInt16 = 0
    var messageID: UInt16?
    var respondedTo: UInt16?
    var priority: UInt16?
    var dataSetType: UInt16 = CommandSet.noDataSet
    var status: UInt16?
    var errorID: UInt16?
    // Places of the values that are no numbers; length 0 is "not there".
    var sopClassOffset = 0
    var sopClassLength = 0
    var commentOffset = 0
    var commentLength = 0
    var offendingOffset = 0
    var offendingLength = 0

    /// Walks the elements between two offsets of a span.
    init(_ span: RawSpan, from start: Int, end: Int) throws(CommandSetError) {
        var offset = start
        var seen: UInt8 = 0
        while offset < end {
            guard end - offset >= 8 else { throw .truncated(offset: offset - start) }
            let group = Self.number(span, offset)
            let element = Self.number(span, offset + 2)
            let length = UInt32(littleEndian: span.unsafeLoadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
            let valueOffset = offset + 8
            guard group == 0 else { throw .notCommandGroup(Tag(group, element)) }
            guard UInt64(length) <= UInt64(end - valueOffset) else { throw .truncated(offset: offset - start) }
            let count = Int(length)
            switch element {
            case 0x0100, 0x0110, 0x0120, 0x0700, 0x0800, 0x0900, 0x0903:
                guard count == 2 else { throw .wrongLength(Tag(0, element), count) }
                let value = Self.number(span, valueOffset)
                switch element {
                case 0x0100:
                    field = value
                    seen |= 1
                case 0x0110: messageID = value
                case 0x0120: respondedTo = value
                case 0x0700: priority = value
                case 0x0800:
                    dataSetType = value
                    seen |= 2
                case 0x0903: errorID = value
                default: status = value
                }
            case 0x0002: (sopClassOffset, sopClassLength) = (valueOffset, count)
            case 0x0901: (offendingOffset, offendingLength) = (valueOffset, count)
            case 0x0902: (commentOffset, commentLength) = (valueOffset, count)
            default: break
            }
            offset = valueOffset + count
        }
        guard seen & 1 != 0 else { throw .missing(Tag(0, 0x0100)) }
        guard seen & 2 != 0 else { throw .missing(Tag(0, 0x0800)) }
    }

    @inline(__always)
    private static func number(_ span: RawSpan, _ offset: Int) -> UInt16 {
        UInt16(littleEndian: span.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// The command as a value of its own.
    func commandSet(in span: RawSpan) -> CommandSet {
        func bytes(_ offset: Int, _ length: Int) -> [UInt8] {
            var result: [UInt8] = []
            result.append(copying: span, from: offset, count: length)
            return result
        }
        func text(_ offset: Int, _ length: Int) -> String? {
            guard length > 0 else { return nil }
            var value = bytes(offset, length)
            while let last = value.last, last == 0 || last == 0x20 { value.removeLast() }
            return String(decoding: value, as: UTF8.self)
        }
        var offending: [Tag] = []
        var rest = bytes(offendingOffset, offendingLength)[...]
        while rest.count >= 4 {
            let four = Array(rest.prefix(4))
            rest = rest.dropFirst(4)
            offending.append(Tag(UInt16(four[0]) | UInt16(four[1]) << 8, UInt16(four[2]) | UInt16(four[3]) << 8))
        }
        return CommandSet(
            field: field,
            affectedSOPClass: text(sopClassOffset, sopClassLength),
            messageID: messageID,
            messageIDBeingRespondedTo: respondedTo,
            priority: priority,
            dataSetType: dataSetType,
            status: status.map(Status.init),
            offendingElements: offending,
            errorComment: text(commentOffset, commentLength),
            errorID: errorID
        )
    }
}
