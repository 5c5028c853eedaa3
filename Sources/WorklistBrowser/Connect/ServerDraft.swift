import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// A server as it is being typed: texts, each judged as it stands.
struct ServerDraft: Hashable {
    enum Field: Int, CaseIterable {
        case name, host, port, calledAETitle, callingAETitle, stationAETitle, modality
        // What few servers need.
        case accent, tls, authorities, certificate, key, user, passwordFile
        case sendCharacterSet, assumeCharacterSet, universalMatching, emptySequence
        case transferSyntaxes, queryOptions, rowLimit, timeout, maximumLength

        /// The fields of the first page, and those behind "More".
        static let basic = allCases.filter { $0.rawValue <= Field.modality.rawValue }
        static let more = allCases.filter { $0.rawValue > Field.modality.rawValue }

        /// The words such a field takes; nil where anything may be typed.
        var choices: [String]? {
            switch self {
            case .accent: ["none", "prod", "test"]
            case .tls: ["off", "on"]
            case .universalMatching: ["empty", "*"]
            case .emptySequence: ["no-item", "item"]
            default: nil
            }
        }

        var label: TerminalText {
            switch self {
            case .name: "Server name"
            case .host: "Host"
            case .port: "Port"
            case .calledAETitle: "Called AE title"
            case .callingAETitle: "Calling AE title"
            case .stationAETitle: "Station AE title"
            case .modality: "Modality"
            case .accent: "Kind of place"
            case .tls: "TLS"
            case .authorities: "  Authorities"
            case .certificate: "  Certificate"
            case .key: "  Its key"
            case .user: "User name"
            case .passwordFile: "  Password file"
            case .sendCharacterSet: "Charset to send"
            case .assumeCharacterSet: "Charset assumed"
            case .universalMatching: "Any value is"
            case .emptySequence: "Any sequence is"
            case .transferSyntaxes: "Transfer syntax"
            case .queryOptions: "Query options"
            case .rowLimit: "Row limit"
            case .timeout: "Time-out"
            case .maximumLength: "Longest PDU"
            }
        }

        /// What belongs there, in a few words.
        var hint: TerminalText {
            switch self {
            case .name: "your word for it"
            case .host: "name, address or AE@HOST:PORT"
            case .port: "1 to 65535"
            case .calledAETitle: "the server's (1-16 characters)"
            case .callingAETitle: "ours, known to the server"
            case .stationAETitle: "whose list is 'this scanner'"
            case .modality: "CT MR US CR DX MG NM ..."
            case .accent: "none, prod or test"
            case .tls: "off or on"
            case .authorities: "PEM file; empty: the system's"
            case .certificate: "PEM file, if it wants ours"
            case .key: "PEM file, if not in the same"
            case .user: "if the server wants one"
            case .passwordFile: "only sent over TLS"
            case .sendCharacterSet: "for what ASCII cannot hold"
            case .assumeCharacterSet: "of answers that declare none"
            case .universalMatching: "empty, or * for some servers"
            case .emptySequence: "no-item, or an empty item"
            case .transferSyntaxes: "implicit, explicit, ..."
            case .queryOptions: "fuzzy, timezone, ..."
            case .rowLimit: "0 for no limit"
            case .timeout: "seconds for each step"
            case .maximumLength: "bytes, 0: no limit"
            }
        }

        var limit: Int {
            switch self {
            case .name: 32
            case .host: 255
            case .port: 6
            // One more than the standard allows, so that the error is seen instead of a letter missing.
            case .calledAETitle, .callingAETitle, .stationAETitle, .modality: 17
            case .accent, .tls, .universalMatching, .emptySequence, .rowLimit, .timeout, .maximumLength: 10
            case .user, .sendCharacterSet, .assumeCharacterSet, .transferSyntaxes, .queryOptions: 64
            case .authorities, .certificate, .key, .passwordFile: 255
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
        let shown = profile ?? ServerProfile(name: "RIS", host: "", port: 104, calledAETitle: "")
        fields = Field.allCases.map { TextField(Self.text($0, of: shown), limit: $0.limit) }
    }

    /// A setting as it stands in its field.
    private static func text(_ field: Field, of profile: ServerProfile) -> String {
        let quirks = profile.quirks
        switch field {
        case .name: return profile.name
        case .host: return profile.host
        case .port: return String(profile.port)
        case .calledAETitle: return profile.calledAETitle
        case .callingAETitle: return profile.callingAETitle
        case .stationAETitle: return profile.stationAETitle
        case .modality: return profile.modality
        case .accent: return profile.accent == .demo ? "none" : profile.accent.rawValue
        case .tls: return profile.tls == nil ? "off" : "on"
        case .authorities: return profile.tls?.authorities.joined(separator: ", ") ?? ""
        case .certificate: return profile.tls?.certificate ?? ""
        case .key: return profile.tls?.key ?? ""
        case .user: return quirks.userName
        case .passwordFile: return quirks.passwordFile ?? ""
        case .sendCharacterSet: return profile.characterSetToSend?.encodedValue ?? ""
        case .assumeCharacterSet: return profile.assumedCharacterSet?.encodedValue ?? ""
        case .universalMatching: return quirks.universalMatching == .asterisk ? "*" : "empty"
        case .emptySequence: return quirks.wholeSequences == .emptyItem ? "item" : "no-item"
        case .transferSyntaxes:
            return quirks.transferSyntaxes.compactMap { syntax in
                ServerQuirks.transferSyntaxNames.first { $0.syntax == syntax }?.name
            }.joined(separator: ", ")
        case .queryOptions:
            guard let options = quirks.queryOptions else { return "" }
            return ServerQuirks.queryOptionNames.filter { options.contains($0.option) }.map(\.name)
                .joined(separator: ", ")
        case .rowLimit: return String(profile.rowLimit)
        case .timeout:
            return quirks.timeout.map { $0 == $0.rounded() && $0 < 1e6 ? String(Int($0)) : String($0) } ?? ""
        case .maximumLength: return quirks.maximumLength.map { String($0) } ?? ""
        }
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
        case .accent, .tls, .universalMatching, .emptySequence:
            let choices = field.choices ?? []
            return choices.contains(value) ? nil : .error(TerminalText(choices.joined(separator: " or ")))
        case .authorities, .certificate:
            return !value.isEmpty && self.value(.tls) != "on" ? .error("only with TLS on") : nil
        case .key:
            return !value.isEmpty && self.value(.certificate).isEmpty ? .error("needs a certificate") : nil
        case .user: return nil
        case .passwordFile:
            if value.isEmpty { return nil }
            if self.value(.user).isEmpty { return .error("needs a user name") }
            return self.value(.tls) != "on" ? .error("a password is sent over TLS only") : nil
        case .assumeCharacterSet:
            if value.isEmpty || SpecificCharacterSet(reading: value) != nil { return nil }
            return .error("as ISO_IR 100, windows-1251")
        case .sendCharacterSet:
            if value.isEmpty { return nil }
            let unknown = SpecificCharacterSet(parsing: value.utf8).unknownTerms
            return unknown.isEmpty ? nil : .error("a DICOM term, as ISO_IR 100")
        case .transferSyntaxes:
            let known = ServerQuirks.transferSyntaxNames.map(\.name)
            return Self.words(value).allSatisfy(known.contains)
                ? nil : .error(TerminalText(known.joined(separator: ", ")))
        case .queryOptions:
            let known = ServerQuirks.queryOptionNames.map(\.name)
            return Self.words(value).allSatisfy(known.contains)
                ? nil : .error(TerminalText(known.joined(separator: ", ")))
        case .rowLimit:
            guard value.allSatisfy({ $0.isASCII && $0.isNumber }), Int(value) != nil else {
                return .error("a number of rows, 0 for no limit")
            }
            return value == "0" ? .note("takes all, however many") : nil
        case .timeout:
            if value.isEmpty { return nil }
            guard let seconds = Double(value), seconds > 0, seconds <= 86_400 else {
                return .error("seconds, above 0")
            }
            return nil
        case .maximumLength:
            if value.isEmpty { return nil }
            guard let length = UInt32(value), length == 0 || length >= 4_096 else {
                return .error("0, or at least 4096")
            }
            return nil
        }
    }

    /// The words of a list with commas or blanks between them.
    private static func words(_ text: String) -> [String] {
        text.split { $0 == "," || $0 == " " }.map(String.init)
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
        if value(.accent) != Self.text(.accent, of: profile) {
            profile.accent = ServerProfile.Accent(rawValue: value(.accent)) ?? .none
        }
        if value(.tls) == "on" {
            // A path may hold a comma: what was not changed is not taken apart.
            var tls = profile.tls ?? ServerTLS()
            if value(.authorities) != tls.authorities.joined(separator: ", ") {
                tls.authorities = value(.authorities).isEmpty ? [] : [value(.authorities)]
            }
            tls.certificate = value(.certificate).isEmpty ? nil : value(.certificate)
            tls.key = value(.key).isEmpty ? nil : value(.key)
            profile.tls = tls
        } else {
            profile.tls = nil
        }
        func characterSet(_ field: Field) -> SpecificCharacterSet? {
            value(field).isEmpty ? nil : SpecificCharacterSet(parsing: value(field).utf8)
        }
        profile.characterSetToSend = characterSet(.sendCharacterSet)
        if value(.assumeCharacterSet) != profile.assumedCharacterSet?.encodedValue ?? "" {
            profile.assumedCharacterSet = SpecificCharacterSet(reading: value(.assumeCharacterSet))
        }
        profile.rowLimit = Int(value(.rowLimit)) ?? ServerProfile.defaultRowLimit
        profile.quirks.userName = value(.user)
        profile.quirks.passwordFile = value(.passwordFile).isEmpty ? nil : value(.passwordFile)
        profile.quirks.universalMatching = value(.universalMatching) == "*" ? .asterisk : .zeroLength
        profile.quirks.wholeSequences = value(.emptySequence) == "item" ? .emptyItem : .zeroLength
        profile.quirks.transferSyntaxes = Self.words(value(.transferSyntaxes)).compactMap { name in
            ServerQuirks.transferSyntaxNames.first { $0.name == name }?.syntax
        }
        let options = Self.words(value(.queryOptions))
        profile.quirks.queryOptions =
            options.isEmpty
            ? nil
            : ServerQuirks.queryOptionNames.filter { options.contains($0.name) }
                .reduce(into: QueryOptions()) { $0.insert($1.option) }
        profile.quirks.timeout = Double(value(.timeout))
        profile.quirks.maximumLength = UInt32(value(.maximumLength))
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
        if let choices = field.choices, text.count == 1 {
            // A letter or a blank goes to the next choice that it may mean.
            let meant = choices.filter { text == " " || $0.hasPrefix(text.lowercased()) }
            guard !meant.isEmpty else { return }
            let index = meant.firstIndex(of: value(field)) ?? -1
            self[field].replace(with: meant[(index + 1) % meant.count])
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
