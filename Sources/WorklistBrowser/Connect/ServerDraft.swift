import Terminal

/// A server as it is being typed: seven texts, each judged as it stands.
struct ServerDraft: Hashable {
    enum Field: Int, CaseIterable {
        case name, host, port, calledAETitle, callingAETitle, stationAETitle, modality

        var label: TerminalText {
            switch self {
            case .name: "Server name"
            case .host: "Host"
            case .port: "Port"
            case .calledAETitle: "Called AE title"
            case .callingAETitle: "Calling AE title"
            case .stationAETitle: "Station AE title"
            case .modality: "Modality"
            }
        }

        /// What belongs there, in a few words.
        var hint: TerminalText {
            switch self {
            case .name: "your word for it"
            case .host: "name, address or AE@HOST:PORT"
            case .port: "1 to 65535"
            case .calledAETitle: "the server's, 16 characters"
            case .callingAETitle: "ours, known to the server"
            case .stationAETitle: "whose list is 'this scanner'"
            case .modality: "CT MR US CR DX MG NM ..."
            }
        }

        var limit: Int {
            switch self {
            case .name: 32
            case .host: 255
            case .port: 6
            // One more than the standard allows, so that the error is seen instead of a letter missing.
            case .calledAETitle, .callingAETitle, .stationAETitle, .modality: 17
            }
        }
    }

    /// What is to be said about a field.
    enum Finding: Hashable {
        case error(TerminalText)
        /// Works, but may surprise.
        case note(TerminalText)

        var isError: Bool { if case .error = self { true } else { false } }
        var text: TerminalText {
            switch self {
            case .error(let text), .note(let text): text
            }
        }
    }

    private var fields: [TextField]
    /// What the form does not show stays as it was.
    private let base: ServerProfile?

    init(_ profile: ServerProfile?) {
        base = profile
        let texts: [String] =
            if let profile {
                [
                    profile.name, profile.host, String(profile.port), profile.calledAETitle, profile.callingAETitle,
                    profile.stationAETitle, profile.modality,
                ]
            } else {
                ["RIS", "", "104", "", ServerProfile.defaultCallingAETitle, "", ""]
            }
        fields = Field.allCases.map { TextField(texts[$0.rawValue], limit: $0.limit) }
    }

    subscript(field: Field) -> TextField {
        get { fields[field.rawValue] }
        set { fields[field.rawValue] = newValue }
    }

    /// The text of a field without spaces at its ends, as it is used.
    func value(_ field: Field) -> String {
        var text = Substring(self[field].text)
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    // MARK: Judging

    func finding(_ field: Field) -> Finding? {
        let value = value(field)
        switch field {
        case .name:
            return value.isEmpty ? .error("needs a name") : nil
        case .host:
            if value.isEmpty { return .error("needs a host name or address") }
            if let wrong = value.first(where: { !Self.isHostCharacter($0) }) {
                return .error(wrong == " " ? "a host has no spaces" : "'\(wrong)' cannot be in a host name")
            }
            return nil
        case .port:
            if value.isEmpty { return .error("needs a port, such as 104") }
            guard value.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(value) else {
                return .error("a number from 1 to 65535")
            }
            return (1...65_535).contains(number) ? nil : .error("from 1 to 65535")
        case .calledAETitle, .callingAETitle:
            if value.isEmpty { return .error("needs an AE title") }
            return Self.titleFinding(value)
        case .stationAETitle:
            return value.isEmpty ? nil : Self.titleFinding(value)
        case .modality:
            if value.count > 16 { return .error("a code has at most 16 characters") }
            let isCode = value.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_" || $0 == " ") }
            return isCode ? nil : .error("one code, as CT: capitals and digits")
        }
    }

    /// PS3.5 6.2: AE is 1 to 16 characters of the default repertoire without control characters and backslash.
    private static func titleFinding(_ title: String) -> Finding? {
        if let wrong = title.first(where: { !$0.isASCII || $0 == "\\" }) {
            return .error("'\(wrong)' cannot be in an AE title")
        }
        if title.count > 16 { return .error("longer than 16 characters") }
        if title.contains(where: \.isLowercase) { return .note("small letters count: A is not a") }
        return nil
    }

    private static func isHostCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || ".-:_[]%".contains(character))
    }

    var firstError: Field? { Field.allCases.first { finding($0)?.isError == true } }

    /// The server as typed; nil while a field has an error.
    var profile: ServerProfile? {
        guard firstError == nil, let port = Int(value(.port)) else { return nil }
        var profile =
            base
            ?? ServerProfile(name: "", host: "", port: port, calledAETitle: "")
        profile.name = value(.name)
        profile.host = Self.unbracketed(value(.host))
        profile.port = port
        profile.calledAETitle = value(.calledAETitle)
        profile.callingAETitle = value(.callingAETitle)
        profile.stationAETitle = value(.stationAETitle)
        profile.modality = value(.modality)
        return profile
    }

    /// `[::1]` as `::1`.
    private static func unbracketed(_ host: String) -> String {
        guard host.hasPrefix("["), host.hasSuffix("]"), host.count > 2 else { return host }
        return String(host.dropFirst().dropLast())
    }

    // MARK: Typing

    /// Takes text typed or pasted into a field. `AE@HOST:PORT` pasted into the host fills the three fields.
    mutating func insert(_ text: String, into field: Field) {
        if field == .host, text.count > 1, let parts = Self.address(text) {
            self[.host].replace(with: parts.host)
            if let title = parts.title { self[.calledAETitle].replace(with: title) }
            if let port = parts.port { self[.port].replace(with: port) }
            return
        }
        // Codes are capitals (PS3.5 6.2, CS), so a small letter can only mean one.
        self[field].insert(field == .modality ? text.uppercased() : text)
    }

    /// Takes an `AE@HOST:PORT` typed into the host apart, once the field is left.
    mutating func settle(_ field: Field) {
        guard field == .host, self[.host].text.contains("@"), let parts = Self.address(self[.host].text) else { return }
        self[.host].replace(with: parts.host)
        if let title = parts.title { self[.calledAETitle].replace(with: title) }
        if let port = parts.port { self[.port].replace(with: port) }
    }

    private static func address(_ text: String) -> (title: String?, host: String, port: String?)? {
        var rest = Substring(text)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        var title: String?
        if let at = rest.firstIndex(of: "@") {
            title = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        var port: String?
        // More than one colon without brackets is an IPv6 address, not a port.
        let colons = rest.filter { $0 == ":" }.count
        if let colon = rest.lastIndex(of: ":"), colons == 1 || rest.first == "[" {
            let digits = rest[rest.index(after: colon)...]
            if !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) {
                port = String(digits)
                rest = rest[..<colon]
            }
        }
        guard title != nil || port != nil, !rest.isEmpty else { return nil }
        return (title, String(rest), port)
    }
}
