/// A context item of an A-ASSOCIATE PDU: a proposal in -RQ (PS3.8 9.3.2.2), a result in -AC (PS3.8 9.3.3.2).
protocol AssociateContextItem {
    static var itemType: UInt8 { get }
    /// What to expect in place of the other PDU's context items.
    static var expectation: String { get }
    var id: UInt8 { get }

    init(reading reader: inout ByteReader, budget: inout Int, ignored: inout Int) throws(PDUError)
    func write(to writer: inout ByteWriter) throws(PDUEncodingError)
}

/// The variable field of A-ASSOCIATE-RQ and -AC, which differ in their context items only (PS3.8 9.3.2, 9.3.3).
struct AssociateBody<Context: AssociateContextItem> {
    var protocolVersion: UInt16
    var calledAETitle: AETitleField
    var callingAETitle: AETitleField
    /// Empty when the peer sent none.
    var applicationContextName: String
    var presentationContexts: [Context]
    var userInformation: UserInformation
    /// Items and sub-items that were skipped on reading.
    var ignoredItemCount = 0

    init(
        protocolVersion: UInt16,
        calledAETitle: AETitleField,
        callingAETitle: AETitleField,
        applicationContextName: String,
        presentationContexts: [Context],
        userInformation: UserInformation
    ) {
        self.protocolVersion = protocolVersion
        self.calledAETitle = calledAETitle
        self.callingAETitle = callingAETitle
        self.applicationContextName = applicationContextName
        self.presentationContexts = presentationContexts
        self.userInformation = userInformation
    }

    /// Reserved fields are not tested. Titles, UIDs and context identifiers are taken as they are.
    init(decoding body: ArraySlice<UInt8>, _ type: PDUType) throws(PDUError) {
        guard body.count <= Limits.maxAssociatePDULength else {
            throw PDUError(
                .limitExceeded(length: UInt64(body.count), limit: UInt64(Limits.maxAssociatePDULength)),
                at: 2,
                expected: "a length of at most \(Limits.maxAssociatePDULength) bytes for \(type)"
            )
        }
        var reader = ByteReader(body: body)
        protocolVersion = try reader.uint16("the protocol version")
        _ = try reader.take(2, "reserved bytes")
        calledAETitle = AETitleField(received: try reader.take(16, "the called AE title"))
        callingAETitle = AETitleField(received: try reader.take(16, "the calling AE title"))
        _ = try reader.take(32, "reserved bytes")
        presentationContexts = []

        var name: String?
        var information: UserInformation?
        var budget = Limits.maxAssociateItems
        while !reader.isAtEnd {
            var item = try reader.item(budget: &budget)
            switch item.type {
            case ItemType.applicationContext where name == nil:
                name = receivedText(item.value.rest())
            case Context.itemType:
                try Self.checkContextCount(presentationContexts.count + 1, at: item.position)
                presentationContexts.append(
                    try Context(reading: &item.value, budget: &budget, ignored: &ignoredItemCount)
                )
            case ItemType.userInformation where information == nil:
                information = try UserInformation(reading: &item.value, budget: &budget, ignored: &ignoredItemCount)
            case ItemType.applicationContext, ItemType.userInformation:
                throw PDUError(
                    .unexpectedParameter(itemType: item.type),
                    at: item.position,
                    expected: "one application context and one user information item"
                )
            case ItemType.proposedContext, ItemType.contextResult:
                throw PDUError(
                    .unexpectedParameter(itemType: item.type),
                    at: item.position,
                    expected: Context.expectation
                )
            default:
                ignoredItemCount += 1
            }
        }
        applicationContextName = name ?? ""
        userInformation = information ?? .unstated
    }

    /// The whole PDU with its header. The title fields are written as they are.
    func encode(_ type: PDUType) throws(PDUEncodingError) -> [UInt8] {
        try checkContextIDs()
        var writer = ByteWriter(type)
        writer.uint16(protocolVersion)
        writer.zeros(2)
        writer.raw(calledAETitle.raw)
        writer.raw(callingAETitle.raw)
        writer.zeros(32)
        try writer.uidItem(ItemType.applicationContext, applicationContextName, "application context name")
        for context in presentationContexts { try context.write(to: &writer) }
        try userInformation.write(to: &writer)
        return try writer.finish(type)
    }

    private static func checkContextCount(_ count: Int, at position: Int) throws(PDUError) {
        guard count <= Limits.maxPresentationContexts else {
            throw PDUError(
                .limitExceeded(length: UInt64(count), limit: UInt64(Limits.maxPresentationContexts)),
                at: position,
                expected: "at most \(Limits.maxPresentationContexts) presentation contexts"
            )
        }
    }

    private func checkContextIDs() throws(PDUEncodingError) {
        guard presentationContexts.count <= Limits.maxPresentationContexts else {
            throw .tooManyContexts(presentationContexts.count)
        }
        var seen: Set<UInt8> = []
        for context in presentationContexts {
            guard context.id % 2 == 1 else { throw .evenContextID(context.id) }
            guard seen.insert(context.id).inserted else { throw .duplicateContextID(context.id) }
        }
    }
}
