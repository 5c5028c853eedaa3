import DICOMData

/// The command line of DCMTK's `findscu` that asks the same.
public enum FindscuLine {
    /// Who asks whom.
    public struct Peer: Hashable, Sendable {
        public var calling: String
        public var called: String
        public var host: String
        public var port: Int

        public init(calling: String, called: String, host: String, port: Int) {
            self.calling = calling
            self.called = called
            self.host = host
            self.port = port
        }
    }

    /// One line for a POSIX shell; `HOST PORT` where no peer is given. Relative dates are worked out for `now`.
    ///
    /// A terminal hands text over as UTF-8, so a query with other than ASCII text declares ISO_IR 192.
    public static func text(for query: Query, peer: Peer? = nil, now: QueryMoment) -> String {
        var words = ["findscu"]
        switch query.model {
        case .worklist: words.append("-W")
        case .patientRoot: words.append("-P")
        case .studyRoot, .sopClass: words.append("-S")
        }
        if let peer { words += ["-aet", quoted(peer.calling), "-aec", quoted(peer.called)] }
        if query.model.hasLevels { words += ["-k", quoted("(0008,0052)=" + (query.level ?? .study).rawValue)] }
        let values = query.keys.map { ($0, $0.wireValue(now: now)) }
        if values.contains(where: { !$1.utf8.allSatisfy { $0 < 0x80 } }) {
            words += ["-k", quoted("(0008,0005)=ISO_IR 192")]
        }
        for (key, value) in values where key.path.tag != .specificCharacterSet {
            let path = key.path.steps.map { "\($0.tag)[\($0.item)]." }.joined() + key.path.tag.description
            words += ["-k", quoted(value.isEmpty ? path : path + "=" + value)]
        }
        words += peer.map { [quoted($0.host), String($0.port)] } ?? ["HOST", "PORT"]
        return words.joined(separator: " ")
    }

    /// A word as a POSIX shell reads it back.
    public static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2C...0x2F, 0x3A, 0x3D, 0x40, 0x5F: true
            default: false
            }
        }
        if plain, !word.isEmpty { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
