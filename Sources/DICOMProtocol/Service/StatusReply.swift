import DICOMData

/// A status with what may go along with it (PS3.7 9.3.2.2, annex C). Belongs to one response; nothing of it stays for the
/// next.
public struct StatusReply: Hashable, Sendable {
    /// (0000,0900).
    public var status: Status
    /// (0000,0902); sent with at most 64 characters.
    public var errorComment: String?
    /// (0000,0901).
    public var offendingElements: [Tag]
    /// (0000,0903).
    public var errorID: UInt16?

    public init(
        _ status: Status,
        errorComment: String? = nil,
        offendingElements: [Tag] = [],
        errorID: UInt16? = nil
    ) {
        self.status = status
        self.errorComment = errorComment
        self.offendingElements = offendingElements
        self.errorID = errorID
    }

    /// From a data set of command elements: Status (0000,0900) and what goes along with it.
    ///
    /// Other elements are left out: what a response is to belongs to the library. Without a Status there is nothing to
    /// answer with, and the reply is C001.
    public init(_ dataSet: DataSet) {
        func number(_ element: UInt16) -> UInt16? {
            guard let value = dataSet[Tag(0, element)]?.bytes, value.count == 2 else { return nil }
            return value.reversed().reduce(0) { $0 << 8 | UInt16($1) }
        }
        guard let code = number(0x0900) else {
            self.init(.statusMissing, errorComment: "a status data set without a status")
            return
        }
        var offending: [Tag] = []
        var rest = (dataSet[Tag(0, 0x0901)]?.bytes).map { Array($0) }?[...] ?? []
        while rest.count >= 4 {
            let four = Array(rest.prefix(4))
            rest = rest.dropFirst(4)
            offending.append(Tag(UInt16(four[0]) | UInt16(four[1]) << 8, UInt16(four[2]) | UInt16(four[3]) << 8))
        }
        self.init(
            Status(code),
            errorComment: dataSet.string(Tag(0, 0x0902)),
            offendingElements: offending,
            errorID: number(0x0903)
        )
    }
}
