/// Item and sub-item types of the A-ASSOCIATE PDUs (PS3.8 9.3.2 and D.1, PS3.7 D.3.3).
enum ItemType {
    static let applicationContext: UInt8 = 0x10
    static let proposedContext: UInt8 = 0x20
    static let contextResult: UInt8 = 0x21
    static let abstractSyntax: UInt8 = 0x30
    static let transferSyntax: UInt8 = 0x40
    static let userInformation: UInt8 = 0x50
    static let maximumLength: UInt8 = 0x51
    static let implementationClassUID: UInt8 = 0x52
    static let asynchronousOperations: UInt8 = 0x53
    static let roleSelection: UInt8 = 0x54
    static let implementationVersionName: UInt8 = 0x55
    static let extendedNegotiation: UInt8 = 0x56
    static let commonExtendedNegotiation: UInt8 = 0x57
    static let userIdentity: UInt8 = 0x58
    static let userIdentityResponse: UInt8 = 0x59
}

extension UserInformation {
    /// Nothing said at all, as before the first sub-item is read.
    static var unstated: UserInformation {
        UserInformation(maximumLength: nil, implementation: Implementation(classUID: nil))
    }

    /// Reads the sub-items. Unknown ones, and a second one where there is to be one, are skipped and counted in `ignored`.
    init(reading reader: inout ByteReader, budget: inout Int, ignored: inout Int) throws(PDUError) {
        self = .unstated
        while !reader.isAtEnd {
            var item = try reader.item(budget: &budget)
            switch item.type {
            case ItemType.maximumLength where maximumLength == nil:
                try Self.expect(item, length: 4, "the maximum length")
                maximumLength = try item.value.uint32("maximum length")
            case ItemType.implementationClassUID where implementation.classUID == nil:
                implementation.classUID = receivedText(item.value.rest())
            case ItemType.implementationVersionName where implementation.versionName == nil:
                implementation.versionName = receivedText(item.value.rest())
            case ItemType.asynchronousOperations where asynchronousOperations == nil:
                try Self.expect(item, length: 4, "the asynchronous operations window")
                asynchronousOperations = AsynchronousOperationsWindow(
                    invoked: try item.value.uint16("operations invoked"),
                    performed: try item.value.uint16("operations performed")
                )
            case ItemType.roleSelection:
                roles.append(try RoleSelection(reading: &item.value))
            case ItemType.extendedNegotiation:
                let uid = receivedText(try item.value.counted("a SOP class UID"))
                extendedNegotiations.append(
                    ExtendedNegotiation(sopClassUID: uid, information: Array(item.value.rest()))
                )
            case ItemType.commonExtendedNegotiation:
                commonExtendedNegotiations.append(
                    try CommonExtendedNegotiation(reading: &item.value, budget: &budget)
                )
            case ItemType.userIdentity where userIdentity == nil:
                userIdentity = try UserIdentity(reading: &item.value)
            case ItemType.userIdentityResponse where userIdentityResponse == nil:
                userIdentityResponse = Array(try item.value.counted("the server response"))
            default:
                ignored += 1
            }
        }
    }

    private static func expect(_ item: ByteReader.Item, length: Int, _ what: String) throws(PDUError) {
        guard item.value.remaining == length else {
            throw PDUError(
                .invalidValue,
                at: item.position + 2,
                expected: "\(length) bytes for \(what), not \(item.value.remaining)"
            )
        }
    }

    func write(to writer: inout ByteWriter) throws(PDUEncodingError) {
        try writer.item(ItemType.userInformation, "user information") { (writer) throws(PDUEncodingError) in
            if let maximumLength {
                try writer.item(ItemType.maximumLength, "maximum length") { (writer) throws(PDUEncodingError) in
                    writer.uint32(maximumLength)
                }
            }
            if let uid = implementation.classUID {
                try writer.uidItem(ItemType.implementationClassUID, uid, "implementation class UID")
            }
            if let window = asynchronousOperations {
                try writer.item(ItemType.asynchronousOperations, "asynchronous operations") {
                    (writer) throws(PDUEncodingError) in
                    writer.uint16(window.invoked)
                    writer.uint16(window.performed)
                }
            }
            for role in roles { try role.write(to: &writer) }
            if let name = implementation.versionName { try Self.writeVersionName(name, to: &writer) }
            for negotiation in extendedNegotiations {
                try writer.item(ItemType.extendedNegotiation, "extended negotiation") {
                    (writer) throws(PDUEncodingError) in
                    try writer.countedUID(negotiation.sopClassUID, "SOP class of an extended negotiation")
                    writer.raw(negotiation.information)
                }
            }
            for negotiation in commonExtendedNegotiations { try negotiation.write(to: &writer) }
            try userIdentity?.write(to: &writer)
            if let response = userIdentityResponse {
                try writer.item(ItemType.userIdentityResponse, "user identity response") {
                    (writer) throws(PDUEncodingError) in
                    try writer.counted(response, "user identity response")
                }
            }
        }
    }

    private static func writeVersionName(_ name: String, to writer: inout ByteWriter) throws(PDUEncodingError) {
        let isValid =
            (1...Limits.maxImplementationVersionNameLength).contains(name.utf8.count)
            && name.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        guard isValid else { throw .invalidVersionName(name) }
        try writer.item(ItemType.implementationVersionName, "implementation version name") {
            (writer) throws(PDUEncodingError) in
            writer.raw(name.utf8)
        }
    }
}

extension RoleSelection {
    fileprivate init(reading reader: inout ByteReader) throws(PDUError) {
        sopClassUID = receivedText(try reader.counted("a SOP class UID"))
        requestor = []
        // Anything but 0 counts as 1: the field is a flag (PS3.7 table D.3-9).
        if try reader.uint8("the SCU role") != 0 { requestor.insert(.scu) }
        if try reader.uint8("the SCP role") != 0 { requestor.insert(.scp) }
    }

    fileprivate func write(to writer: inout ByteWriter) throws(PDUEncodingError) {
        try writer.item(ItemType.roleSelection, "role selection") { (writer) throws(PDUEncodingError) in
            try writer.countedUID(sopClassUID, "SOP class of a role selection")
            writer.uint8(requestor.contains(.scu) ? 1 : 0)
            writer.uint8(requestor.contains(.scp) ? 1 : 0)
        }
    }
}

extension CommonExtendedNegotiation {
    fileprivate init(reading reader: inout ByteReader, budget: inout Int) throws(PDUError) {
        sopClassUID = receivedText(try reader.counted("a SOP class UID"))
        serviceClassUID = receivedText(try reader.counted("a service class UID"))
        relatedGeneralSOPClassUIDs = []
        // What follows the related classes belongs to later versions of the sub-item and is skipped (PS3.7 D.3.3.6).
        var related = ByteReader(nested: try reader.counted("related general SOP classes"), in: reader)
        while !related.isAtEnd {
            try related.spend(&budget)
            relatedGeneralSOPClassUIDs.append(receivedText(try related.counted("a related general SOP class UID")))
        }
    }

    fileprivate func write(to writer: inout ByteWriter) throws(PDUEncodingError) {
        var related: [UInt8] = []
        for uid in relatedGeneralSOPClassUIDs {
            guard UIDSyntax.isValid(uid) else { throw .invalidUID(uid, field: "related general SOP class") }
            related.append(0)
            related.append(UInt8(truncatingIfNeeded: uid.utf8.count))
            related.append(contentsOf: uid.utf8)
        }
        try writer.item(ItemType.commonExtendedNegotiation, "common extended negotiation") {
            (writer) throws(PDUEncodingError) in
            try writer.countedUID(sopClassUID, "SOP class of a common extended negotiation")
            try writer.countedUID(serviceClassUID, "service class of a common extended negotiation")
            try writer.counted(related, "related general SOP classes")
        }
    }
}

extension UserIdentity {
    fileprivate init(reading reader: inout ByteReader) throws(PDUError) {
        kind = Kind(rawValue: try reader.uint8("a user identity type"))
        positiveResponseRequested = try reader.uint8("the positive response flag") != 0
        let start = reader.offset
        let primary = try reader.counted("the primary field")
        // Types without a secondary field still carry its length; a few peers leave even that out.
        let secondary = reader.isAtEnd ? [] : try reader.counted("the secondary field")
        let length = primary.count + secondary.count
        guard length <= Limits.maxUserIdentityLength else {
            throw PDUError(
                .limitExceeded(length: UInt64(length), limit: UInt64(Limits.maxUserIdentityLength)),
                at: start,
                expected: "a user identity of at most \(Limits.maxUserIdentityLength) bytes"
            )
        }
        self.primary = Array(primary)
        self.secondary = Array(secondary)
    }

    fileprivate func write(to writer: inout ByteWriter) throws(PDUEncodingError) {
        guard kind.isKnown else { throw .invalidUserIdentity("types are 1 to 5, not \(kind.rawValue)") }
        guard !primary.isEmpty else { throw .invalidUserIdentity("the \(kind) is empty") }
        if kind == .usernameAndPasscode, secondary.isEmpty { throw .invalidUserIdentity("the passcode is empty") }
        let length = primary.count + secondary.count
        guard length <= Limits.maxUserIdentityLength else {
            throw .itemTooLong(field: "user identity", length: length, limit: Limits.maxUserIdentityLength)
        }
        try writer.item(ItemType.userIdentity, "user identity") { (writer) throws(PDUEncodingError) in
            writer.uint8(kind.rawValue)
            writer.uint8(positiveResponseRequested ? 1 : 0)
            try writer.counted(primary, "user identity")
            try writer.counted(secondary, "passcode")
        }
    }
}
