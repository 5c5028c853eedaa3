/// A-ASSOCIATE-RQ: what an association requestor proposes (PS3.8 9.3.2).
public struct AssociateRequest: Sendable, Hashable {
    /// A bit for each protocol version the requestor speaks; bit 0 is version 1, the only one there is.
    public var protocolVersion: UInt16
    public var calledAETitle: AETitleField
    public var callingAETitle: AETitleField
    /// Application context name; empty when the peer sent none.
    public var applicationContextName: String
    /// Proposed presentation contexts in the order they were sent.
    public var presentationContexts: [PresentationContext]
    public var userInformation: UserInformation
    /// Items and sub-items that were skipped on reading: unknown ones shall be ignored (PS3.8 9.3.1).
    public private(set) var ignoredItemCount = 0

    public init(
        protocolVersion: UInt16 = 1,
        calledAETitle: AETitleField,
        callingAETitle: AETitleField,
        applicationContextName: String = ApplicationContext.dicom,
        presentationContexts: [PresentationContext],
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
    /// Reserved fields are not tested. Titles, UIDs and context identifiers are taken as they are: whether they are
    /// acceptable is for the `Negotiator` to say.
    ///
    /// - Throws: `PDUError` with position and expectation; never traps, whatever the bytes.
    public init(decoding body: ArraySlice<UInt8>) throws(PDUError) {
        let body = try AssociateBody<PresentationContext>(decoding: body, .associateRequest)
        protocolVersion = body.protocolVersion
        calledAETitle = body.calledAETitle
        callingAETitle = body.callingAETitle
        applicationContextName = body.applicationContextName
        presentationContexts = body.presentationContexts
        userInformation = body.userInformation
        ignoredItemCount = body.ignoredItemCount
    }

    /// The whole PDU with its header.
    ///
    /// - Throws: `PDUEncodingError` naming the field that cannot be sent.
    public func encode() throws(PDUEncodingError) -> [UInt8] {
        for (field, name) in [(calledAETitle, "called AE title"), (callingAETitle, "calling AE title")]
        where field.title == nil || field.raw.contains(0) {
            throw .invalidAETitle(field.text, field: name)
        }
        guard !presentationContexts.isEmpty else { throw .noContexts }
        return try AssociateBody(
            protocolVersion: protocolVersion,
            calledAETitle: calledAETitle,
            callingAETitle: callingAETitle,
            applicationContextName: applicationContextName,
            presentationContexts: presentationContexts,
            userInformation: userInformation
        ).encode(.associateRequest)
    }
}

/// Application context names (PS3.7 A.2.1).
public enum ApplicationContext {
    /// The only one: the DICOM application context.
    public static let dicom = "1.2.840.10008.3.1.1.1"
}

extension PresentationContext: AssociateContextItem {
    static var itemType: UInt8 { ItemType.proposedContext }
    static var expectation: String { "proposed contexts (20H) in A-ASSOCIATE-RQ" }

    init(reading reader: inout ByteReader, budget: inout Int, ignored: inout Int) throws(PDUError) {
        let id = try reader.uint8("a presentation context ID")
        _ = try reader.take(3, "reserved bytes of a presentation context")
        var abstractSyntax: String?
        var transferSyntaxes: [String] = []
        while !reader.isAtEnd {
            var item = try reader.item(budget: &budget)
            switch item.type {
            case ItemType.abstractSyntax where abstractSyntax == nil:
                abstractSyntax = receivedText(item.value.rest())
            case ItemType.abstractSyntax:
                throw PDUError(
                    .unexpectedParameter(itemType: item.type),
                    at: item.position,
                    expected: "one abstract syntax in presentation context \(id)"
                )
            case ItemType.transferSyntax:
                transferSyntaxes.append(receivedText(item.value.rest()))
            default:
                ignored += 1
            }
        }
        self.init(id: id, abstractSyntax: abstractSyntax ?? "", transferSyntaxes: transferSyntaxes)
    }

    func write(to writer: inout ByteWriter) throws(PDUEncodingError) {
        guard !transferSyntaxes.isEmpty else { throw .noTransferSyntax(contextID: id) }
        try writer.item(ItemType.proposedContext, "presentation context \(id)") { (writer) throws(PDUEncodingError) in
            writer.uint8(id)
            writer.zeros(3)
            try writer.uidItem(ItemType.abstractSyntax, abstractSyntax, "abstract syntax of context \(id)")
            for syntax in transferSyntaxes {
                try writer.uidItem(ItemType.transferSyntax, syntax, "transfer syntax of context \(id)")
            }
        }
    }
}
