import Testing

@testable import DICOMProtocol

/// Changes to a proposal that make it impossible to send, and what is said about them.
private let encodingFaults: [(@Sendable (inout AssociationProposal) -> Void, PDUEncodingError)] = [
    ({ $0.implementation.versionName = "SEVENTEEN_LETTERS" }, .invalidVersionName("SEVENTEEN_LETTERS")),
    ({ $0.implementation.versionName = "" }, .invalidVersionName("")),
    ({ $0.implementation.classUID = "1.2.x" }, .invalidUID("1.2.x", field: "implementation class UID")),
    (
        { $0.extendedNegotiations = [ExtendedNegotiation(sopClassUID: "", information: [])] },
        .invalidUID("", field: "SOP class of an extended negotiation")
    ),
    (
        {
            $0.extendedNegotiations = [
                ExtendedNegotiation(sopClassUID: "1.2", information: .init(repeating: 0, count: 65_535))
            ]
        },
        .itemTooLong(field: "extended negotiation", length: 65_540, limit: 65_535)
    ),
    (
        { $0.userIdentity = .username("a", passcode: "") },
        .invalidUserIdentity("the passcode is empty")
    ),
    ({ $0.userIdentity = .username("") }, .invalidUserIdentity("the user name is empty")),
    (
        { $0.userIdentity = UserIdentity(kind: .saml, primary: .init(repeating: 1, count: 40_000)) },
        .itemTooLong(field: "user identity", length: 40_000, limit: Limits.maxUserIdentityLength)
    ),
]

@Suite struct AssociatePDUTests {
    /// CONSOLE calls RIS for worklists in Implicit VR Little Endian; every length counted by hand from PS3.8 9.3.2.
    static let goldenRequest = bytes(
        hex: """
            01 00 000000B1  0001 0000
            52495320202020202020202020202020  434F4E534F4C45202020202020202020
            0000000000000000000000000000000000000000000000000000000000000000
            10 00 0015 312E322E3834302E31303030382E332E312E312E31
            20 00 0033 01 000000
              30 00 0016 312E322E3834302E31303030382E352E312E342E3331
              40 00 0011 312E322E3834302E31303030382E312E32
            50 00 0019
              51 00 0004 00004000
              52 00 0005 312E322E33
              55 00 0004 54455354
            """
    )

    static func goldenProposal() throws -> AssociationProposal {
        var proposal = AssociationProposal(calling: try AETitle("CONSOLE"), called: try AETitle("RIS"))
        try proposal.propose("1.2.840.10008.5.1.4.31", transferSyntaxes: ["1.2.840.10008.1.2"])
        proposal.maximumLength = 16_384
        proposal.implementation = Implementation(classUID: "1.2.3", versionName: "TEST")
        return proposal
    }

    @Test("A request is encoded byte by byte as PS3.8 9.3.2 says")
    func goldenEncoding() throws {
        #expect(try Self.goldenProposal().request.encode() == Self.goldenRequest)
    }

    @Test("The bytes of a request decode to what was proposed")
    func goldenDecoding() throws {
        let request = try AssociateRequest(decoding: Self.goldenRequest.dropFirst(6))
        #expect(try request == Self.goldenProposal().request)
        #expect(request.callingAETitle.text == "CONSOLE")
        #expect(request.calledAETitle.text == "RIS")
        #expect(request.ignoredItemCount == 0)
    }

    @Test("All sub-items of the user information have the layout of PS3.7 D.3.3")
    func userInformationLayout() throws {
        var proposal = try Self.goldenProposal()
        proposal.asynchronousOperations = AsynchronousOperationsWindow(invoked: 5, performed: 0)
        proposal.roles = [RoleSelection(sopClassUID: "1.2", requestor: .scp)]
        proposal.extendedNegotiations = [ExtendedNegotiation(sopClassUID: "1.3", information: [1, 1, 0])]
        proposal.commonExtendedNegotiations = [
            CommonExtendedNegotiation(
                sopClassUID: "1.4",
                serviceClassUID: "1.5",
                relatedGeneralSOPClassUIDs: ["1.6", "1.7"]
            )
        ]
        proposal.userIdentity = .username("ab", passcode: "xyz", positiveResponseRequested: true)
        let expected = bytes(
            hex: """
                50 00 0061
                  51 00 0004 00004000
                  52 00 0005 312E322E33
                  53 00 0004 0005 0000
                  54 00 0007 0003 312E32 00 01
                  55 00 0004 54455354
                  56 00 0008 0003 312E33 010100
                  57 00 0016 0003 312E34 0003 312E35 000A 0003 312E36 0003 312E37
                  58 00 000B 02 01 0002 6162 0003 78797A
                """
        )
        // The length above is that of the sub-items, added up here once more.
        #expect(expected.count == 4 + 0x61)
        #expect(Array(try proposal.request.encode().suffix(expected.count)) == expected)
    }

    @Test("Decoding what was encoded gives the same PDU", arguments: 0..<8)
    func roundTrip(seed: UInt64) throws {
        var generator = PDUGenerator(seed: 0xA550C + seed)
        for _ in 0..<150 {
            let pdu = generator.pdu()
            let bytes = try pdu.encode()
            #expect(try PDU(decoding: bytes[...]) == pdu)
        }
    }

    @Test("A PDU decodes the same from the middle of a larger buffer")
    func sliceWithinBuffer() throws {
        var generator = PDUGenerator(seed: 7)
        let pdu = generator.request()
        let bytes = try pdu.encode()
        let buffer = [9, 9, 9] + bytes + [9, 9]
        #expect(try AssociateRequest(decoding: buffer[9..<3 + bytes.count]) == pdu)
    }

    @Test("Unknown items, sub-items and items within contexts are ignored and counted")
    func unknownItems() throws {
        var body = Array(Self.goldenRequest.dropFirst(6))
        body += bytes(hex: "5A 00 0003 010203  FF 00 0000")
        let request = try AssociateRequest(decoding: body[...])
        #expect(request.ignoredItemCount == 2)
        #expect(request.presentationContexts.map(\.abstractSyntax) == ["1.2.840.10008.5.1.4.31"])

        let nested =
            Array(Self.goldenRequest[6..<74])
            + bytes(hex: "20 00 0010 03 000000 30 00 0003 312E32 41 00 0001 00")
            + bytes(hex: "50 00 000E 5A 00 0002 0000 51 00 0004 00004000")
        let other = try AssociateRequest(decoding: nested[...])
        #expect(other.ignoredItemCount == 2)
        #expect(
            other.presentationContexts == [PresentationContext(id: 3, abstractSyntax: "1.2", transferSyntaxes: [])]
        )
        #expect(other.userInformation.maximumLength == 16_384)
        #expect(other.applicationContextName.isEmpty)
    }

    @Test("Reserved fields may hold anything")
    func reservedFields() throws {
        var body = Array(Self.goldenRequest.dropFirst(6))
        for i in [2, 3, 36, 50, 67, 69, 94, 98, 99, 100] { body[i] = 0xEE }
        #expect(try AssociateRequest(decoding: body[...]) == Self.goldenProposal().request)
    }

    @Test("NUL padding of titles and UIDs counts as none; the bytes are kept")
    func nulPadding() throws {
        var body = Array(Self.goldenRequest.dropFirst(6))
        for i in 7..<20 { body[i] = 0 }
        let request = try AssociateRequest(decoding: body[...])
        #expect(request.calledAETitle.text == "RIS")
        #expect(request.calledAETitle.title == (try AETitle("RIS")))
        #expect(request.calledAETitle.raw == Array("RIS".utf8) + [UInt8](repeating: 0, count: 13))
        #expect(receivedText(Array("1.2.3\0".utf8)[...]) == "1.2.3")
        #expect(receivedText([0, 0x20, 0]) == "")
    }

    @Test("The title fields of an accept go back untouched, even if they are not titles")
    func acceptEchoesTitles() throws {
        let odd = AETitleField(received: [0x1B, 0x5B, 0x41, 0, 0xFF])
        let accept = AssociateAccept(
            calledAETitle: odd,
            callingAETitle: AETitleField(received: []),
            presentationContexts: []
        )
        let decoded = try AssociateAccept(decoding: try accept.encode().dropFirst(6))
        #expect(decoded.calledAETitle.raw.prefix(5) == [0x1B, 0x5B, 0x41, 0, 0xFF])
        #expect(decoded.callingAETitle.text.isEmpty)
    }

    @Test("A second sub-item of a kind there is to be one of is ignored; the first counts")
    func duplicateSubItems() throws {
        var body = Array(Self.goldenRequest[6..<74])
        body += bytes(hex: "50 00 0010 51 00 0004 00000100 51 00 0004 00000200")
        let request = try AssociateRequest(decoding: body[...])
        #expect(request.userInformation.maximumLength == 256)
        #expect(request.ignoredItemCount == 1)
    }

    @Test("A later version of the common extended negotiation is read as far as it is known")
    func laterVersionOfCommonExtendedNegotiation() throws {
        var body = Array(Self.goldenRequest[6..<74])
        body += bytes(hex: "50 00 0019 57 01 0015 0003 312E34 0003 312E35 0005 0003 312E36 AABBCCDD")
        let request = try AssociateRequest(decoding: body[...])
        #expect(
            request.userInformation.commonExtendedNegotiations == [
                CommonExtendedNegotiation(
                    sopClassUID: "1.4",
                    serviceClassUID: "1.5",
                    relatedGeneralSOPClassUIDs: ["1.6"]
                )
            ]
        )
    }

    @Test(
        "What cannot be sent is refused before anything is written",
        arguments: encodingFaults
    )
    func encodingErrors(change: @Sendable (inout AssociationProposal) -> Void, expected: PDUEncodingError) throws {
        var proposal = try Self.goldenProposal()
        change(&proposal)
        let request = proposal.request
        #expect(throws: expected) { try request.encode() }
        #expect(!expected.description.isEmpty)
    }

    @Test("Context identifiers that are even, used twice or too many are refused")
    func contextIdentifiers() throws {
        var request = try Self.goldenProposal().request
        let context = { PresentationContext(id: $0, abstractSyntax: "1.2", transferSyntaxes: ["1.3"]) }
        request.presentationContexts = [context(1), context(2)]
        #expect(throws: PDUEncodingError.evenContextID(2)) { try request.encode() }
        request.presentationContexts = [context(3), context(3)]
        #expect(throws: PDUEncodingError.duplicateContextID(3)) { try request.encode() }
        request.presentationContexts = (0..<129).map { context(UInt8(truncatingIfNeeded: $0 * 2 + 1)) }
        #expect(throws: PDUEncodingError.tooManyContexts(129)) { try request.encode() }
        request.presentationContexts = []
        #expect(throws: PDUEncodingError.noContexts) { try request.encode() }
        request.presentationContexts = [PresentationContext(id: 1, abstractSyntax: "1.2", transferSyntaxes: [])]
        #expect(throws: PDUEncodingError.noTransferSyntax(contextID: 1)) { try request.encode() }
        request.presentationContexts = [
            PresentationContext(id: 1, abstractSyntax: String(repeating: "1", count: 65), transferSyntaxes: ["1"])
        ]
        #expect(throws: PDUEncodingError.self) { try request.encode() }
    }

    @Test("A received title that is none cannot be sent on in a request")
    func receivedTitlesInRequests() throws {
        var request = try Self.goldenProposal().request
        request.calledAETitle = AETitleField(received: Array("A\\B".utf8))
        #expect(throws: PDUEncodingError.invalidAETitle("A\\B", field: "called AE title")) { try request.encode() }
        request.calledAETitle = AETitleField(received: Array("A\0".utf8))
        #expect(throws: PDUEncodingError.invalidAETitle("A", field: "called AE title")) { try request.encode() }
    }

    @Test("A user identity never shows its secrets in descriptions or dumps")
    func secretsStayHidden() throws {
        var proposal = try Self.goldenProposal()
        proposal.userIdentity = .username("MEIER", passcode: "SESAME")
        var dumped = ""
        dump(proposal.request, to: &dumped)
        let identity = try #require(proposal.userIdentity)
        for text in ["\(identity)", String(reflecting: identity), "\(proposal.request)", dumped] {
            #expect(!text.contains("SESAME") && !text.contains("\(Int(UInt8(ascii: "S"))), \(Int(UInt8(ascii: "E")))"))
        }
        #expect(identity.username == "MEIER")
    }
}

@Suite struct ShortPDUTests {
    @Test("Reject, release and abort are ten bytes each")
    func encodings() {
        #expect(AssociateReject.calledAETitleNotRecognized.encode() == [3, 0, 0, 0, 0, 4, 0, 1, 1, 7])
        #expect(ReleaseRequest().encode() == [5, 0, 0, 0, 0, 4, 0, 0, 0, 0])
        #expect(ReleaseResponse().encode() == [6, 0, 0, 0, 0, 4, 0, 0, 0, 0])
        #expect(Abort.byProvider(.invalidParameterValue).encode() == [7, 0, 0, 0, 0, 4, 0, 0, 2, 6])
        #expect(Abort.byUser.encode() == [7, 0, 0, 0, 0, 4, 0, 0, 0, 0])
    }

    @Test("The rejections of PS3.8 table 9-21 have their codes and differ in words")
    func rejections() throws {
        let codes: [(AssociateReject, [UInt8])] = [
            (.noReason, [1, 1, 1]), (.applicationContextNotSupported, [1, 1, 2]),
            (.callingAETitleNotRecognized, [1, 1, 3]), (.calledAETitleNotRecognized, [1, 1, 7]),
            (.userIdentityRefused, [2, 2, 1]), (.protocolVersionNotSupported, [1, 2, 2]),
            (.temporaryCongestion, [2, 3, 1]), (.localLimitExceeded, [2, 3, 2]),
        ]
        for (reject, code) in codes {
            #expect(reject.encode().suffix(3) == code[...])
            #expect(try AssociateReject(decoding: ([0xEE] + code)[...]) == reject)
            #expect(reject.description.contains("\(code[0])/\(code[1])/\(code[2])"))
        }
        #expect(Set(codes.map(\.0.explanation)).count == codes.count)
        #expect(AssociateReject.callingAETitleNotRecognized.advice.contains("administrator of the server"))
        #expect(AssociateReject.calledAETitleNotRecognized.advice.contains("our settings"))
        let unknown = AssociateReject(result: .init(rawValue: 9), source: .init(rawValue: 9), reason: 9)
        #expect(unknown.description.contains("unknown reason") && unknown.description.contains("9/9/9"))
    }

    @Test("An abort says who aborted and why")
    func aborts() {
        #expect(Abort.byUser.explanation.contains("application"))
        #expect(Abort.byProvider(.unexpectedPDU).explanation.contains("unexpected PDU"))
        #expect(Abort.byProvider(.unrecognizedPDU).advice.contains("TLS"))
        #expect(Abort(source: .init(rawValue: 1), reason: .init(rawValue: 3)).description.contains("1/3"))
    }
}

@Suite struct AETitleTests {
    @Test("Spaces at the ends do not count", arguments: ["RIS", " RIS", "RIS   ", "   RIS   "])
    func trimming(text: String) throws {
        #expect(try AETitle(text) == AETitle("RIS"))
        #expect(AETitleField(try AETitle(text)).raw == Array("RIS             ".utf8))
    }

    @Test(
        "What is not 1 to 16 characters of the default repertoire is refused",
        arguments: [
            ("", .empty), ("    ", .empty),
            ("SEVENTEEN_LETTERS", .tooLong(title: "SEVENTEEN_LETTERS")),
            ("A\\B", .invalidCharacter("\\", title: "A\\B")),
            ("A\nB", .invalidCharacter("\n", title: "A\nB")),
            ("A\u{7F}", .invalidCharacter("\u{7F}", title: "A\u{7F}")),
            ("RÖNTGEN", .invalidCharacter("Ö", title: "RÖNTGEN")),
        ] as [(String, AETitleError)]
    )
    func invalid(text: String, error: AETitleError) {
        #expect(throws: error) { try AETitle(text) }
    }

    @Test("Sixteen characters, inner spaces and all printable characters but the backslash are good")
    func valid() throws {
        #expect(try AETitle("SIXTEEN_LETTERS!").text == "SIXTEEN_LETTERS!")
        #expect(try AETitle("CT 1").text == "CT 1")
        for value in UInt8(0x21)...0x7E where value != 0x5C {
            #expect(try AETitle(String(UnicodeScalar(value))).text.utf8.first == value)
        }
    }
}
