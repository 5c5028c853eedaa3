/// Who may open an association, from where, and for what. Neither a title nor an address proves who somebody is.
///
/// The first rule of ``AcceptorPolicy/peers`` that fits calling title, address and called title governs the association.
public struct PeerRule: Hashable, Sendable {
    /// The position of a rule in ``AcceptorPolicy/peers``.
    public typealias ID = Int

    /// The title it is for; nil for any.
    public var callingAETitle: AETitle?
    /// Addresses it is for; empty for any.
    public var addresses: [AddressRange]
    /// Titles of ours that may be called; empty for any.
    public var calledAETitles: Set<AETitle>
    /// SOP classes that may be used, Verification too if it is to be; nil for all on offer.
    public var sopClasses: Set<String>?
    /// Most associations at a time; nil for no limit but the server's own.
    public var maximumAssociations: Int?

    public init(
        callingAETitle: AETitle? = nil,
        addresses: [AddressRange] = [],
        calledAETitles: Set<AETitle> = [],
        sopClasses: Set<String>? = nil,
        maximumAssociations: Int? = nil
    ) {
        self.callingAETitle = callingAETitle
        self.addresses = addresses
        self.calledAETitles = calledAETitles
        self.sopClasses = sopClasses
        self.maximumAssociations = maximumAssociations
    }

    /// An address that is not known is in no range.
    fileprivate func fits(address: String?) -> Bool {
        guard !addresses.isEmpty else { return true }
        guard let address else { return false }
        return addresses.contains { $0.contains(address) }
    }

    fileprivate func fits(called title: AETitle?) -> Bool {
        guard !calledAETitles.isEmpty else { return true }
        return title.map { calledAETitles.contains($0) } ?? false
    }

    /// Whether a context may be used that is served as a SOP class. Its own class does not count if it is another: what it is
    /// related to is the requestor's word (PS3.7 D.3.3.6).
    func allows(servedAs service: String) -> Bool { sopClasses.map { $0.contains(service) } ?? true }
}

extension AcceptorPolicy {
    enum PeerVerdict {
        /// There are no rules.
        case anyPeer
        case governed(by: PeerRule.ID)
        case refused(AssociateReject, explanation: String)
    }

    /// The rule that governs a request from an address (without a port; nil if it is not known), or what is wrong.
    func peerVerdict(on request: AssociateRequest, from address: String?) -> PeerVerdict {
        guard !peers.isEmpty else { return .anyPeer }
        let (calling, called) = (request.callingAETitle.title, request.calledAETitle.title)
        let candidates = peers.indices.filter { peers[$0].callingAETitle.map { $0 == calling } ?? true }
        let placed = candidates.filter { peers[$0].fits(address: address) }
        if let rule = placed.first(where: { peers[$0].fits(called: called) }) { return .governed(by: rule) }

        let (caller, place) = (request.callingAETitle.named, address ?? "an unknown address")
        if !placed.isEmpty {
            return .refused(
                .calledAETitleNotRecognized,
                explanation:
                    "calling AE title \(caller) at \(place) may not call AE title \(request.calledAETitle.named)"
            )
        }
        if candidates.contains(where: { peers[$0].callingAETitle != nil }) {
            return .refused(
                .callingAETitleNotRecognized,
                explanation: "calling AE title \(caller) is known, but address \(place) does not belong to it"
            )
        }
        if !candidates.isEmpty {
            return .refused(
                .noReason,
                explanation: "address \(place) is in none of the ranges that are let in (calling AE title \(caller))"
            )
        }
        return .refused(
            .callingAETitleNotRecognized,
            explanation: "calling AE title \(caller) is not known (from \(place))"
        )
    }
}

extension AETitleField {
    /// The title in quotation marks, safe to print; in words if it is none.
    var named: String { title.map { "\"\($0)\"" } ?? "(blank, or with characters no title has)" }
}
