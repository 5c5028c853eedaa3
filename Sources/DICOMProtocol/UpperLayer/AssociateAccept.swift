/// A-ASSOCIATE-AC: what an association acceptor made of the proposal (PS3.8 9.3.3).
public struct AssociateAccept: Sendable, Hashable {
    public var protocolVersion: UInt16
    /// Reserved: the bytes of the request come back here and are not tested.
    public var calledAETitle: AETitleField
    /// Reserved: the bytes of the request come back here and are not tested.
    public var callingAETitle: AETitleField
    /// Application context name; empty when the peer sent none.
    public var applicationContextName: String
    /// One answer for each proposed context.
    public var presentationContexts: [PresentationContextResult]
    public var userInformation: UserInformation
    /// Items and sub-items that were skipped on reading: unknown ones shall be ignored (PS3.8 9.3.1).
    public private(set) var ignoredItemCount = 0

    public init(
        protocolVersion: UInt16 = 1,
        calledAETitle: AETitleField,
        callingAETitle: AETitleField,
        applicationContextName: String = ApplicationContext.dicom,
        presentationContexts: [PresentationContextResult],
        userInformation: UserInformation = UserInformation()
    ) {
        self.protocolVersion = protocolVersion
        self.calledAETitle = calledAETitle
        self.callingAETitle = callingAETitle
        self.applicationContextName = applicationContextName
        self.presentationContexts = presentationContexts
        self.userInformation = userInformation
    }

    /// Reads the variable field, that is the PDU without its 6-byte header.
    ///
    /// - Throws: `PDUError` with position and expectation; never traps, whatever the bytes.
    public init(decoding body: ArraySlice<UInt8>) throws(PDUError) {
        let body = try AssociateBody<PresentationContextResult>(decoding: body, .associateAccept)
        protocolVersion = body.protocolVersion
        calledAETitle = body.calledAETitle
        callingAETitle = body.callingAETitle
        applicationContextName = body.applicationContextName
        presentationContexts = body.presentationContexts
        userInformation = body.userInformation
        ignoredItemCount = body.ignoredItemCount
    }

    /// The whole PDU with its header. The title fields are sent as they are.
    ///
    /// - Throws: `PDUEncodingError` naming the field that cannot be sent.
    public func encode() throws(PDUEncodingError) -> [UInt8] {
        try AssociateBody(
            protocolVersion: protocolVersion,
            calledAETitle: calledAETitle,
            callingAETitle: callingAETitle,
            applicationContextName: applicationContextName,
            presentationContexts: presentationContexts,
            userInformation: userInformation
        ).encode(.associateAccept)
    }
}

extension PresentationContextResult: AssociateContextItem {
    static var itemType: UInt8 { ItemType.contextResult }
    static var expectation: String { "context results (21H) in A-ASSOCIATE-AC" }

    init(reading reader: inout ByteReader, budget: inout Int, ignored: inout Int) throws(PDUError) {
        let id = try reader.uint8("a presentation context ID")
        _ = try reader.uint8("a reserved byte")
        let result = ContextResult(rawValue: try reader.uint8("a presentation context result"))
        _ = try reader.uint8("a reserved byte")
        var transferSyntax: String?
        while !reader.isAtEnd {
            var item = try reader.item(budget: &budget)
            switch item.type {
            case ItemType.transferSyntax where transferSyntax == nil: transferSyntax = receivedText(item.value.rest())
            default: ignored += 1
            }
        }
        self.init(id: id, result: result, transferSyntax: transferSyntax ?? "")
    }

    func write(to writer: inout ByteWriter) throws(PDUEncodingError) {
        try writer.item(ItemType.contextResult, "presentation context \(id)") { (writer) throws(PDUEncodingError) in
            writer.uint8(id)
            writer.uint8(0)
            writer.uint8(result.rawValue)
            writer.uint8(0)
            try writer.uidItem(ItemType.transferSyntax, transferSyntax, "transfer syntax of context \(id)")
        }
    }
}
