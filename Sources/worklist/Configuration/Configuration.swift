import DICOMData
import DICOMMatching
import DICOMProtocol
import Glibc
import TOMLKit
import WorklistBrowser

/// `config.toml`: the servers, and which one to start with.
struct Configuration {
    var servers: [ServerProfile] = []
    /// Name of the server to start with; the first if nil.
    var defaultServer: String?
    var theme: String?
    var barcode = BarcodeSettings()
    /// The query to start with: `scanner`, `modality`, `all`, or the name of a saved one; nil for as narrow as the server allows.
    var start: String?
    /// Clicks and the wheel are taken.
    var isMouseOn = true
    /// What could not be used; the rest counts.
    private(set) var problems: [SettingsProblem] = []
    /// Servers that were left out, by name where they have one.
    private(set) var brokenServers: [(name: String?, problem: SettingsProblem)] = []
    /// The first server of the file is one of those.
    private var isFirstServerBroken = false
    /// What is wrong with `default_server`: which server was meant is not known then.
    private var brokenDefault: SettingsProblem?
    /// Seconds from the end of a watched query to the next.
    var watchInterval: Int?
    /// The bell rings when a watched list has new rows.
    var watchRings = false
    /// Where it was read from, or would be written to.
    var path: String
    var exists = false

    /// The server asked for by name, or the one to start with. Nil if none is configured.
    ///
    /// A broken one is an error: another in its place would answer with other patients.
    func server(named name: String?) throws -> ServerProfile? {
        if name == nil, let problem = brokenDefault { throw CommandFailure.usage(problem.description) }
        guard let name = name ?? defaultServer else {
            let first = brokenServers.min { ($0.problem.line ?? 0) < ($1.problem.line ?? 0) }
            if isFirstServerBroken || servers.isEmpty, let broken = first {
                throw CommandFailure.usage(broken.problem.description)
            }
            return servers.first
        }
        if let broken = brokenServers.first(where: { $0.name == name }) {
            throw CommandFailure.usage("server '\(name)' cannot be used: \(broken.problem.description)")
        }
        if let server = servers.first(where: { $0.name == name }) { return server }
        let known = servers.isEmpty ? "none is configured" : "known are " + servers.map(\.name).joined(separator: ", ")
        // What the file holds and cannot be read may be just that server.
        let reason = servers.isEmpty ? problems.first.map { "; \($0.description)" } ?? "" : ""
        throw CommandFailure.usage("there is no server '\(name)' in \(path): \(known)\(reason)")
    }

    typealias Problem = SettingsProblem

    // MARK: Places

    /// `$WORKLIST_CONFIG_DIR`, else `$XDG_CONFIG_HOME/worklist`, else `~/.config/worklist`.
    static var folder: String {
        if let folder = environment("WORKLIST_CONFIG_DIR") { return folder }
        if let base = environment("XDG_CONFIG_HOME") { return base + "/worklist" }
        return (environment("HOME") ?? ".") + "/.config/worklist"
    }

    static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    // MARK: Reading

    /// Reads the file at `path`, or the usual one; a file that is not there is an empty configuration unless it was named.
    ///
    /// What is wrong in it is left out and kept in ``problems``; only a file that was named and cannot be read is an error.
    static func load(_ explicit: String? = nil) throws -> Configuration {
        let path = explicit ?? folder + "/config.toml"
        var configuration = Configuration(path: path)
        switch UserFile.read(path) {
        case .missing where explicit == nil: break
        case .missing:
            throw CommandFailure.usage("cannot read the configuration \(path): \(SystemFailure(ENOENT).words)")
        case .failure(let problem) where explicit == nil:
            configuration.exists = true
            configuration.problems.append(problem)
        case .failure(let problem):
            throw CommandFailure.usage("cannot read the configuration \(problem.description)")
        case .text(let text):
            configuration.exists = true
            configuration.read(text)
        }
        return configuration
    }

    private static let topKeys = [
        "default_server", "theme", "start", "mouse", "watch_interval", "watch_bell", "barcode", "server",
    ]

    private mutating func read(_ whole: String) {
        let parsed = TolerantTOML.parse(whole, path: path)
        problems += parsed.problems
        for part in parsed.lost where part.header.hasPrefix("[[server") || part.header.hasPrefix("[server") {
            leaveOut(part.name, part.problem, isFirst: part.isFirstServer)
        }
        let table = parsed.table
        let text = parsed.text
        let lines = TOMLLines(text)
        for key in table.keys.sorted() where !Self.topKeys.contains(key) {
            problems.append(
                Problem(
                    path: path,
                    line: lines.line(of: key) ?? lines.line(ofHeader: "[\(key)") ?? lines.line(ofHeader: "[[\(key)"),
                    text: "unknown key '\(key)'; expected " + Self.topKeys.dropLast().joined(separator: ", ")
                        + " or [[server]]"
                )
            )
        }
        keep { configuration in
            do {
                configuration.defaultServer = try configuration.string(table, "default_server", text)
            } catch let problem as Problem {
                configuration.brokenDefault = problem
                throw problem
            }
        }
        keep { $0.theme = try $0.string(table, "theme", text) }
        keep { $0.start = try $0.string(table, "start", text) }
        keep { configuration in
            guard let value = table["mouse"] else { return }
            guard let isOn = value.bool else {
                throw Problem(
                    path: configuration.path,
                    line: lines.line(of: "mouse"),
                    text: "mouse must be true or false"
                )
            }
            configuration.isMouseOn = isOn
        }
        if let value = table["barcode"] { readBarcode(value, lines) }
        keep { try $0.readInterval(table, lines) }
        keep { try $0.readBell(table, lines) }
        readServers(table, text, lines)
        problems.sort { ($0.line ?? 0) < ($1.line ?? 0) }
    }

    /// Does a part of the reading; if it throws, that part alone is left out.
    private mutating func keep(_ part: (inout Configuration) throws -> Void) {
        do {
            try part(&self)
        } catch let problem as Problem {
            problems.append(problem)
        } catch {
            problems.append(Problem(path: path, text: "\(error)"))
        }
    }

    private mutating func readServers(_ table: TOMLTable, _ text: String, _ lines: TOMLLines) {
        guard let value = table["server"] else { return }
        guard let array = value.array else {
            let problem = Problem(
                path: path,
                line: lines.line(ofHeader: "[server") ?? lines.line(of: "server"),
                text: "write servers as [[server]]"
            )
            problems.append(problem)
            leaveOut(value.table?["name"]?.string, problem, isFirst: true)
            return
        }
        for (index, entry) in array.enumerated() {
            let name = entry.table?["name"]?.string ?? entry.table?["host"]?.string
            do {
                guard let entry = entry.table else {
                    throw Problem(path: path, line: nil, text: "server \(index + 1) is not a table; write [[server]]")
                }
                let server = try server(entry, number: index, text)
                // The last of a name counts: a server edited in the browser is added, and never written over.
                brokenServers.removeAll { $0.name == server.name }
                if let earlier = servers.firstIndex(where: { $0.name == server.name }) {
                    servers[earlier] = server
                } else {
                    servers.append(server)
                }
            } catch {
                let problem = error as? Problem ?? Problem(path: path, text: "\(error)")
                problems.append(problem)
                leaveOut(name, problem, isFirst: index == 0)
            }
        }
    }

    private mutating func readBarcode(_ value: any TOMLValueConvertible, _ lines: TOMLLines) {
        let header = lines.line(ofHeader: "[barcode]")
        guard let table = value.table else {
            let line = lines.line(of: "barcode")
            self.problems.append(
                SettingsProblem(path: path, line: line, text: "write barcode settings under [barcode]")
            )
            return
        }
        let (settings, problems) = BarcodeTable.read(table)
        barcode = settings
        self.problems += problems.map { problem in
            let line = header.flatMap { lines.line(of: problem.key, after: $0) } ?? header
            return SettingsProblem(path: path, line: line, text: "[barcode]: " + problem.text)
        }
    }

    /// A server that cannot be used, and all that was said of it before: settings it no longer has must not count.
    private mutating func leaveOut(_ name: String?, _ problem: Problem, isFirst: Bool) {
        if isFirst && servers.isEmpty { isFirstServerBroken = true }
        brokenServers.append((name, problem))
        if let name { servers.removeAll { $0.name == name } }
    }

    private mutating func readInterval(_ table: TOMLTable, _ lines: TOMLLines) throws {
        if let value = table["watch_interval"] {
            guard let seconds = value.int, BrowserSettings.watchIntervals.contains(seconds) else {
                let range = BrowserSettings.watchIntervals
                throw Problem(
                    path: path,
                    line: lines.line(of: "watch_interval"),
                    text: "watch_interval must be a number of seconds from \(range.lowerBound) to \(range.upperBound)"
                )
            }
            watchInterval = seconds
        }
    }

    private mutating func readBell(_ table: TOMLTable, _ lines: TOMLLines) throws {
        if let value = table["watch_bell"] {
            guard let rings = value.bool else {
                throw Problem(path: path, line: lines.line(of: "watch_bell"), text: "watch_bell must be true or false")
            }
            watchRings = rings
        }
    }

    private static let serverKeys = [
        "name", "host", "port", "called_ae", "calling_ae", "station_ae", "modality", "accent", "send_character_set",
        "assume_character_set", "override_character_set", "row_limit", "tls", "universal_matching", "empty_sequence",
        "transfer_syntaxes",
        "query_options", "user", "password_file", "timeout", "max_pdu",
    ]

    private func server(_ table: TOMLTable, number: Int, _ text: String) throws -> ServerProfile {
        let lines = TOMLLines(text)
        let header = lines.line(ofHeader: "[[server", number: number)
        func fail(_ key: String?, _ words: String) -> Problem {
            let line = key.flatMap { lines.line(of: $0, after: header) } ?? header
            return Problem(path: path, line: line, text: "[[server]]: " + words)
        }
        for key in table.keys.sorted() where !Self.serverKeys.contains(key) {
            throw fail(key, "unknown key '\(key)'; expected one of " + Self.serverKeys.joined(separator: ", "))
        }
        func words(_ key: String) throws -> String? {
            guard let value = table[key] else { return nil }
            guard let string = value.string else { throw fail(key, "\(key) must be a text in quotes") }
            return string
        }
        func integer(_ key: String) throws -> Int? {
            guard let value = table[key] else { return nil }
            guard let number = value.int else { throw fail(key, "\(key) must be a number") }
            return number
        }
        guard let host = try words("host"), !host.isEmpty else { throw fail(nil, "host is missing") }
        guard let called = try words("called_ae"), !called.isEmpty else { throw fail(nil, "called_ae is missing") }
        let port = try integer("port") ?? 104
        guard (1...65_535).contains(port) else { throw fail("port", "port \(port) is not between 1 and 65535") }
        var profile = ServerProfile(name: try words("name") ?? host, host: host, port: port, calledAETitle: called)
        profile.callingAETitle = try words("calling_ae") ?? ServerProfile.defaultCallingAETitle
        profile.stationAETitle = try words("station_ae") ?? ""
        profile.modality = try words("modality") ?? ""
        if let accent = try words("accent") {
            guard let known = ServerProfile.Accent(rawValue: accent) else {
                throw fail("accent", "accent '\(accent)' is not one of none, prod, test, demo")
            }
            profile.accent = known
        }
        func characterSet(_ key: String) throws -> SpecificCharacterSet? {
            guard let value = try words(key), !value.isEmpty else { return nil }
            let set = SpecificCharacterSet(parsing: value.utf8)
            guard set.unknownTerms.isEmpty else {
                throw fail(key, "\(key) '\(value)' is no DICOM character set; an example is ISO_IR 192")
            }
            return set
        }
        profile.characterSetToSend = try characterSet("send_character_set")
        func reading(_ key: String) throws -> SpecificCharacterSet? {
            guard let value = try words(key), !value.isEmpty else { return nil }
            guard let set = SpecificCharacterSet(reading: value) else {
                throw fail(key, "\(key) '\(value)' is no character set; examples are ISO_IR 100 and windows-1251")
            }
            return set
        }
        profile.assumedCharacterSet = try reading("assume_character_set")
        if let set = try reading("override_character_set") {
            if profile.assumedCharacterSet != nil {
                throw fail("override_character_set", "use either assume_character_set or override_character_set")
            }
            profile.assumedCharacterSet = set.forced
        }
        if let limit = try integer("row_limit") {
            guard limit >= 0 else { throw fail("row_limit", "row_limit must be 0 (no limit) or more") }
            profile.rowLimit = limit
        }
        if let value = table["tls"] {
            do {
                profile.tls = try TLSConfigurationTable.read(value, folder: Self.folder(of: path))
            } catch {
                throw fail("tls", error.description)
            }
        }
        func oneOf<Value>(_ key: String, _ choices: [(String, Value)]) throws -> Value? {
            guard let value = try words(key) else { return nil }
            guard let known = choices.first(where: { $0.0 == value }) else {
                throw fail(key, "\(key) '\(value)' is not one of " + choices.map(\.0).joined(separator: ", "))
            }
            return known.1
        }
        func list(_ key: String) throws -> [String] {
            guard let value = table[key] else { return [] }
            guard let array = value.array else { throw fail(key, "\(key) must be an array of texts: [\"...\"]") }
            return try array.map { entry in
                guard let text = entry.string else { throw fail(key, "\(key) must be an array of texts: [\"...\"]") }
                return text
            }
        }
        if let form = try oneOf("universal_matching", [("empty", UniversalMatchingForm.zeroLength), ("*", .asterisk)]) {
            profile.quirks.universalMatching = form
        }
        if let form = try oneOf("empty_sequence", [("no-item", WholeSequenceForm.zeroLength), ("item", .emptyItem)]) {
            profile.quirks.wholeSequences = form
        }
        profile.quirks.transferSyntaxes = try list("transfer_syntaxes").map { name in
            guard let known = ServerQuirks.transferSyntaxNames.first(where: { $0.name == name }) else {
                let names = ServerQuirks.transferSyntaxNames.map(\.name).joined(separator: ", ")
                throw fail("transfer_syntaxes", "'\(name)' is no transfer syntax: use \(names)")
            }
            return known.syntax
        }
        if table["query_options"] != nil {
            profile.quirks.queryOptions = try list("query_options").reduce(into: QueryOptions()) { options, name in
                guard let known = ServerQuirks.queryOptionNames.first(where: { $0.name == name }) else {
                    let names = ServerQuirks.queryOptionNames.map(\.name).joined(separator: ", ")
                    throw fail("query_options", "'\(name)' is no query option: use \(names)")
                }
                options.insert(known.option)
            }
        }
        profile.quirks.userName = try words("user") ?? ""
        if let file = try words("password_file") {
            guard !profile.quirks.userName.isEmpty else { throw fail("password_file", "password_file needs user") }
            let folder = Self.folder(of: path)
            profile.quirks.passwordFile = file.hasPrefix("/") || folder.isEmpty ? file : folder + "/" + file
        }
        if let value = table["timeout"] {
            guard let seconds = value.double ?? value.int.map(Double.init), seconds > 0, seconds <= 86_400 else {
                throw fail("timeout", "timeout must be a number of seconds above 0, at most 86400")
            }
            profile.quirks.timeout = seconds
        }
        if let length = try integer("max_pdu") {
            guard length == 0 || (4_096...Int(UInt32.max)).contains(length) else {
                throw fail("max_pdu", "max_pdu must be 0 (no limit) or at least 4096")
            }
            profile.quirks.maximumLength = UInt32(length)
        }
        return profile
    }

    private func string(_ table: TOMLTable, _ key: String, _ text: String) throws -> String? {
        guard let value = table[key] else { return nil }
        guard let string = value.string else {
            throw Problem(path: path, line: TOMLLines(text).line(of: key), text: "\(key) must be a text in quotes")
        }
        return string
    }

    // MARK: Writing

    /// Adds a server at the end of the file, mode 0600; what the user wrote before stays as it is.
    func adding(_ server: ServerProfile) -> Result<String, SystemFailure> {
        var block = access(path, F_OK) == 0 ? "\n" : "# worklist: servers and defaults\n\n"
        block += "[[server]]\n"
        func put(_ key: String, _ value: String) {
            if !value.isEmpty { block += "\(key) = \(Self.quoted(value))\n" }
        }
        put("name", server.name)
        put("host", server.host)
        block += "port = \(server.port)\n"
        put("called_ae", server.calledAETitle)
        put("calling_ae", server.callingAETitle)
        put("station_ae", server.stationAETitle)
        put("modality", server.modality)
        if server.accent != .none { put("accent", server.accent.rawValue) }
        if server.rowLimit != ServerProfile.defaultRowLimit { block += "row_limit = \(server.rowLimit)\n" }
        if let set = server.characterSetToSend { put("send_character_set", set.terms.joined(separator: "\\")) }
        if let set = server.assumedCharacterSet {
            put(set.isForced ? "override_character_set" : "assume_character_set", set.encodedValue)
        }
        block += Self.text(server.quirks)
        if let tls = server.tls { block += "tls = \(TLSConfigurationTable.text(tls, quoted: Self.quoted))\n" }

        let folder = Self.folder(of: path)
        if let failure = Self.makeFolder(folder) { return .failure(failure) }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return .failure(SystemFailure(errno)) }
        defer { close(descriptor) }
        guard FileWriter.writeAll(Array(block.utf8)[...], to: descriptor) else { return .failure(SystemFailure(errno)) }
        return .success(path)
    }

    private static func text(_ quirks: ServerQuirks) -> String {
        var block = ""
        func array(_ key: String, _ names: [String]) {
            block += "\(key) = [\(names.map(quoted).joined(separator: ", "))]\n"
        }
        if quirks.universalMatching == .asterisk { block += "universal_matching = \"*\"\n" }
        if quirks.wholeSequences == .emptyItem { block += "empty_sequence = \"item\"\n" }
        if !quirks.transferSyntaxes.isEmpty {
            let names = quirks.transferSyntaxes.compactMap { syntax in
                ServerQuirks.transferSyntaxNames.first { $0.syntax == syntax }?.name
            }
            array("transfer_syntaxes", names)
        }
        if let options = quirks.queryOptions {
            array("query_options", ServerQuirks.queryOptionNames.filter { options.contains($0.option) }.map(\.name))
        }
        if !quirks.userName.isEmpty { block += "user = \(quoted(quirks.userName))\n" }
        if let file = quirks.passwordFile { block += "password_file = \(quoted(file))\n" }
        if let seconds = quirks.timeout {
            block += "timeout = \(seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds))\n"
        }
        if let length = quirks.maximumLength { block += "max_pdu = \(length)\n" }
        return block
    }

    /// The folder a file is in; empty for a file of the working directory.
    static func folder(of path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }

    static func makeFolder(_ path: String) -> SystemFailure? {
        if path.isEmpty || access(path, F_OK) == 0 { return nil }
        if let failure = makeFolder(folder(of: path)) { return failure }
        return mkdir(path, 0o700) == 0 || errno == EEXIST ? nil : SystemFailure(errno)
    }

    /// A TOML basic string.
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\u{0}"..<"\u{20}", "\u{7F}": out += "\\u" + Hex.four(UInt16(truncatingIfNeeded: scalar.value))
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
