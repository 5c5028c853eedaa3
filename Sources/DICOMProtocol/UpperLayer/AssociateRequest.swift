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
        var reader = try AssociateFixedFields.reader(for: body, .associateRequest)
        let fixed = try AssociateFixedFields(reading: &reader)
        protocolVersion = fixed.protocolVersion
        calledAETitle = fixed.calledAETitle
        callingAETitle = fixed.callingAETitle
        presentationContexts = []

        var name: String?
        var information: UserInformation?
        var budget = Limits.maxAssociateItems
        while !reader.isAtEnd {
            var item = try reader.item(budget: &budget)
            switch item.type {
            case ItemType.applicationContext where name == nil:
                name = receivedText(item.value.rest())
            case ItemType.proposedContext:
                try AssociateFixedFields.checkContextCount(presentationContexts.count + 1, at: item.position)
                presentationContexts.append(
                    try PresentationContext(reading: &item.value, budget: &budget, ignored: &ignoredItemCount)
                )
            case ItemType.userInformation where information == nil:
                information = try UserInformation(
                    reading: &item.value,
                    budget: &budget,
                    ignored: &ignoredItemCount
                )
            case ItemType.applicationContext, ItemType.userInformation:
                throw PDUError(
                    .unexpectedParameter(itemType: item.type),
                    at: item.position,
                    expected: "one application context and one user information item"
                )
            case ItemType.contextResult:
                throw PDUError(
                    .unexpectedParameter(itemType: item.type),
                    at: item.position,
                    expected: "proposed contexts (20H) in A-ASSOCIATE-RQ"
                )
            default:
                ignoredItemCount += 1
            }
        }
        applicationContextName = name ?? ""
        userInformation = information ?? .unstated
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
        try AssociateFixedFields.checkContextIDs(presentationContexts.map(\.id))

        var writer = ByteWriter(.associateRequest)
        AssociateFixedFields(
            protocolVersion: protocolVersion,
            calledAETitle: calledAETitle,
            callingAETitle: callingAETitle
        ).write(to: &writer)
        try writer.uidItem(ItemType.applicationContext, applicationContextName, "application context name")
        for context in presentationContexts { try context.write(to: &writer) }
        try userInformation.write(to: &writer)
        return try writer.finish(.associateRequest)
    }
}

/// Application context names (PS3.7 A.2.1).
public enum ApplicationContext {
    /// The only one: the DICOM application context.
    public static let dicom = "1.2.840.10008.3.1.1.1"
}

extension PresentationContext {
    fileprivate init(reading reader: inout ByteReader, budget: inout Int, ignored: inout Int) throws(PDUError) {
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

    fileprivate func write(to writer: inout ByteWriter) throws(PDUEncodingError) {
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

/// The 68 bytes that A-ASSOCIATE-RQ and -AC have in common, and checks they share.
struct AssociateFixedFields {
    var protocolVersion: UInt16
    var calledAETitle: AETitleField
    var callingAETitle: AETitleField
}

extension AssociateFixedFields {
    static func reader(for body: ArraySlice<UInt8>, _ type: PDUType) throws(PDUError) -> ByteReader {
        guard body.count <= Limits.maxAssociatePDULength else {
            throw PDUError(
                .limitExceeded(length: UInt64(body.count), limit: UInt64(Limits.maxAssociatePDULength)),
                at: 2,
                expected: "a length of at most \(Limits.maxAssociatePDULength) bytes for \(type)"
            )
        }
        return ByteReader(body: body)
    }

    init(reading reader: inout ByteReader) throws(PDUError) {
        protocolVersion = try reader.uint16("the protocol version")
        _ = try reader.take(2, "reserved bytes")
        calledAETitle = AETitleField(received: try reader.take(16, "the called AE title"))
        callingAETitle = AETitleField(received: try reader.take(16, "the calling AE title"))
        _ = try reader.take(32, "reserved bytes")
    }

    func write(to writer: inout ByteWriter) {
        writer.uint16(protocolVersion)
        writer.zeros(2)
        writer.raw(calledAETitle.raw)
        writer.raw(callingAETitle.raw)
        writer.zeros(32)
    }

    static func checkContextCount(_ count: Int, at position: Int) throws(PDUError) {
        guard count <= Limits.maxPresentationContexts else {
            throw PDUError(
                .limitExceeded(length: UInt64(count), limit: UInt64(Limits.maxPresentationContexts)),
                at: position,
                expected: "at most \(Limits.maxPresentationContexts) presentation contexts"
            )
        }
    }

    static func checkContextIDs(_ ids: [UInt8]) throws(PDUEncodingError) {
        guard ids.count <= Limits.maxPresentationContexts else { throw .tooManyContexts(ids.count) }
        var seen: Set<UInt8> = []
        for id in ids {
            guard id % 2 == 1 else { throw .evenContextID(id) }
            guard seen.insert(id).inserted else { throw .duplicateContextID(id) }
        }
    }
}
