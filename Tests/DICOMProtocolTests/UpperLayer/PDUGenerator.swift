@testable import DICOMProtocol

/// Makes random, valid PDUs from a seed; the same seed gives the same PDUs.
struct PDUGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func flag() -> Bool { Bool.random(using: &self) }
    mutating func byte() -> UInt8 { UInt8.random(in: 0...255, using: &self) }
    mutating func bytes(_ range: ClosedRange<Int>) -> [UInt8] { (0..<int(range)).map { _ in byte() } }

    mutating func maybe<T>(_ make: (inout Self) -> T) -> T? { flag() ? make(&self) : nil }

    mutating func list<T>(_ range: ClosedRange<Int>, _ make: (inout Self) -> T) -> [T] {
        (0..<int(range)).map { _ in make(&self) }
    }

    mutating func uid() -> String {
        let length = int(1...64)
        return String((0..<length).map { $0 % 2 == 0 ? Character(String(int(0...9))) : flag() ? "." : "7" })
    }

    mutating func text(_ range: ClosedRange<Int>) -> String {
        // Ends are letters: padding at the ends does not survive, and should not.
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789_-")
        let inner = letters + Array(" .,:;!#$%&'()*+/<=>?@[]^`{|}~")
        let length = int(range)
        return String((0..<length).map { $0 == 0 || $0 == length - 1 ? letters[int(0...43)] : inner[int(0...72)] })
    }

    mutating func title() -> AETitleField { AETitleField(received: text(1...16).utf8) }

    mutating func implementation() -> Implementation {
        Implementation(classUID: maybe { $0.uid() }, versionName: maybe { $0.text(1...16) })
    }

    mutating func identity() -> UserIdentity {
        let kind = UserIdentity.Kind(rawValue: UInt8(int(1...5)))
        return UserIdentity(
            kind: kind,
            positiveResponseRequested: flag(),
            primary: bytes(1...40),
            secondary: kind == .usernameAndPasscode ? bytes(1...20) : []
        )
    }

    mutating func information(isRequest: Bool) -> UserInformation {
        UserInformation(
            maximumLength: maybe { UInt32.random(in: 0...UInt32.max, using: &$0) },
            implementation: implementation(),
            asynchronousOperations: maybe {
                AsynchronousOperationsWindow(
                    invoked: UInt16.random(in: 0...9, using: &$0),
                    performed: UInt16.random(in: 0...9, using: &$0)
                )
            },
            roles: list(0...3) {
                RoleSelection(sopClassUID: $0.uid(), requestor: RequestorRoles(rawValue: UInt8($0.int(0...3))))
            },
            extendedNegotiations: list(0...3) {
                ExtendedNegotiation(sopClassUID: $0.uid(), information: $0.bytes(0...9))
            },
            commonExtendedNegotiations: isRequest
                ? list(0...2) {
                    CommonExtendedNegotiation(
                        sopClassUID: $0.uid(),
                        serviceClassUID: $0.uid(),
                        relatedGeneralSOPClassUIDs: $0.list(0...3) { $0.uid() }
                    )
                } : [],
            userIdentity: isRequest ? maybe { $0.identity() } : nil,
            userIdentityResponse: isRequest ? nil : maybe { $0.bytes(0...30) }
        )
    }

    /// Distinct odd identifiers, in random order.
    mutating func contextIDs(_ range: ClosedRange<Int>) -> [UInt8] {
        let count = int(range)
        return Array((0..<128).map { UInt8($0 * 2 + 1) }.shuffled(using: &self).prefix(count))
    }

    mutating func request() -> AssociateRequest {
        AssociateRequest(
            protocolVersion: UInt16.random(in: 0...3, using: &self),
            calledAETitle: title(),
            callingAETitle: title(),
            applicationContextName: uid(),
            presentationContexts: contextIDs(1...12).map { id in
                PresentationContext(id: id, abstractSyntax: uid(), transferSyntaxes: list(1...5) { $0.uid() })
            },
            userInformation: information(isRequest: true)
        )
    }

    mutating func accept() -> AssociateAccept {
        AssociateAccept(
            calledAETitle: AETitleField(received: bytes(16...16)),
            callingAETitle: AETitleField(received: bytes(16...16)),
            applicationContextName: uid(),
            presentationContexts: contextIDs(0...12).map { id in
                PresentationContextResult(
                    id: id,
                    result: ContextResult(rawValue: UInt8(int(0...4))),
                    transferSyntax: uid()
                )
            },
            userInformation: information(isRequest: false)
        )
    }

    mutating func pdu() -> PDU {
        switch int(0...9) {
        case 0...3: .associateRequest(request())
        case 4...6: .associateAccept(accept())
        case 7:
            .associateReject(
                AssociateReject(result: .init(rawValue: byte()), source: .init(rawValue: byte()), reason: byte())
            )
        case 8: .abort(Abort(source: .init(rawValue: byte()), reason: .init(rawValue: byte())))
        default: flag() ? .releaseRequest(ReleaseRequest()) : .releaseResponse(ReleaseResponse())
        }
    }
}

/// Bytes from hexadecimal digits; blanks and line ends do not count.
func bytes(hex text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
