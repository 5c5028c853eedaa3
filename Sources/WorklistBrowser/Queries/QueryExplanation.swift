import DICOMData
import DICOMMatching

/// A query key by key: what is sent, where it comes from, and how a server that follows the standard compares it.
public struct QueryExplanation: Sendable {
    public struct Row: Hashable, Sendable {
        /// As ``KeyPath`` reads it: `SPS.Modality`.
        public var key: String
        public var tag: Tag
        public var name: String
        /// How many sequences it stands in.
        public var depth: Int
        public var vr: VR
        /// As written, relative dates too; empty for a key that only returns.
        public var value: String
        /// As it goes on the wire now; nil while it is asked for when the query runs.
        public var sent: String?
        public var source: ValueSource
        public var rule: Verdict.Rule
        /// Key type in the model; nil if the model does not name it.
        public var keyType: ModelAttribute.KeyType?
        public var errors: [String]
        public var notes: [String]
    }

    public let name: String
    public let comment: String
    public let model: QueryModel
    public let level: QueryLevel?
    public let rows: [Row]
    /// What the query declares; nil for none, or while it cannot be sent.
    public let characterSet: String?
    /// Length of the identifier in Explicit VR Little Endian; nil if it cannot be sent.
    public let byteCount: Int?
    /// Why it cannot be sent as it stands.
    public let problem: String?
    /// Start date and start time as one period.
    public let period: String?
    public let findscu: String
    public let find: String

    /// - Parameters:
    ///   - server: Its settings give the values that are not in the file; nil leaves them open.
    ///   - origin: The options of `worklist find` that name the query: `--saved NAME` or `--query FILE`.
    public init(_ saved: SavedQuery, server: ServerProfile?, origin: [String], now: QueryMoment) {
        var query = saved.query
        var open = saved.later.asked
        for (path, source) in saved.later where source == .configuration {
            if let value = server?.value(at: path), !value.isEmpty {
                query.set(path, value, source: .configuration)
            } else {
                open[path] = .configuration
            }
        }
        name = saved.name
        comment = saved.comment
        model = query.model
        level = query.model.hasLevels ? query.level : nil
        rows = query.keys.map { key in
            let findings = KeyCheck.findings(for: key, in: query, now: now)
            return Row(
                key: key.spelling(in: query),
                tag: key.path.tag,
                name: AttributeNames.name(of: key.path.tag),
                depth: key.path.steps.count,
                vr: key.vr,
                value: key.value,
                sent: open[key.path] == nil ? key.wireValue(now: now) : nil,
                source: open[key.path] ?? key.source,
                rule: query.rule(for: key, now: now),
                keyType: query.attribute(at: key.path)?.keyType,
                errors: findings.filter { $0.severity == .error }.map { $0.text + "; " + $0.advice },
                notes: key.isMatching ? findings.filter(Self.isNews).map(\.text) : []
            )
        }
        var problem: String?
        var byteCount: Int?
        var characterSet: String?
        if let key = query.keys.first(where: { open[$0.path] != nil }) {
            let source = open[key.path] == .configuration ? "the settings of the server" : "whoever runs it"
            problem = "\(key.spelling(in: query)) gets its value from \(source)"
        }
        do throws(QueryError) {
            let identifier = try query.identifier(server?.identifierForm ?? IdentifierForm(), now: now)
            characterSet = identifier.declaredCharacterSet.map(\.description)
            if problem == nil { byteCount = (try? identifier.encoded(.explicitVRLittleEndian))?.count }
        } catch {
            problem = error.description
        }
        self.problem = problem
        self.byteCount = byteCount
        self.characterSet = characterSet
        period = KeyCheck.period(of: query, now: now)
        let peer = server.map {
            FindscuLine.Peer(calling: $0.callingAETitle, called: $0.calledAETitle, host: $0.host, port: $0.port)
        }
        findscu = FindscuLine.text(for: query, peer: peer, now: now)
        var words = ["worklist", "find", "--server", server.map(\.name) ?? "NAME"] + origin
        for path in saved.asked {
            if let key = query[path] { words += ["-k", key.spelling(in: query) + "=VALUE"] }
        }
        find = words.map(FindscuLine.quoted).joined(separator: " ")
    }

    /// What no column says already.
    private static func isNews(_ finding: KeyCheck.Finding) -> Bool {
        finding.severity == .note && !finding.text.hasPrefix("sent as ") && !finding.text.hasPrefix("optional key")
    }
}
