import DICOMProtocol
import Logging
import TOMLKit
import WorklistBrowser
import WorklistServer

/// The configuration file of `worklist serve`.
///
/// All of its mistakes are found at once, each with its line; with any of them nothing is served: a rule left out may let
/// in whom it was to keep out.
struct ServeFile {
    private let path: String
    private let lines: TOMLLines
    private(set) var problems: [SettingsProblem]

    /// Lays the file over the settings; what is wrong with it.
    static func read(_ path: String, into settings: inout ServeSettings) -> [SettingsProblem] {
        switch UserFile.read(path) {
        case .missing: return [SettingsProblem(path: path, text: "there is no such file")]
        case .failure(let problem): return [problem]
        case .text(let text):
            let parsed = TolerantTOML.parse(text, path: path)
            var file = ServeFile(path: path, lines: TOMLLines(parsed.text), problems: parsed.problems)
            file.read(parsed.table, into: &settings)
            return file.problems
        }
    }

    /// One table, and where it stands.
    private struct Section {
        var table: TOMLTable
        /// In brackets, for messages; empty at the top.
        var name: String
        /// Of its header.
        var line: Int?
    }

    private mutating func read(_ table: TOMLTable, into settings: inout ServeSettings) {
        let top = Section(table: table, name: "", line: nil)
        check(
            top,
            keys: [
                "host", "port", "ae", "models", "folder", "store", "items", "seed", "grace", "like", "quirks", "tls",
                "limits",
                "allow", "log", "metrics",
            ]
        )
        if let host = text(top, "host") { settings.host = host }
        if let port = integer(top, "port", 0...65_535) { settings.port = port }
        if let titles = titles(top, "ae") { settings.titles = titles }
        if let models = models(top) { settings.models = models }
        readSource(top, into: &settings)
        if let grace = number(top, "grace", 0...3_600) { settings.grace = grace }
        readPersonality(top, into: &settings)
        if let limits = section(table, "limits") { readLimits(limits, into: &settings) }
        if let log = section(table, "log") { readLog(log, into: &settings.log) }
        if let metrics = section(table, "metrics") {
            check(metrics, keys: ["port"])
            settings.metricsPort = integer(metrics, "port", 0...65_535)
            if settings.metricsPort == nil, metrics.table["port"] == nil { fail(metrics, nil, "[metrics] needs port") }
        }
        if let tls = section(table, "tls") { settings.tls = readTLS(tls) }
        readRules(table, into: &settings)
    }

    private mutating func readSource(_ top: Section, into settings: inout ServeSettings) {
        let (folder, store) = (text(top, "folder"), text(top, "store"))
        if folder != nil, store != nil { fail(top, "store", "use either folder or store, not both") }
        if folder != nil || store != nil {
            for key in ["items", "seed"] where top.table[key] != nil {
                fail(top, key, "\(key) is for the synthetic schedule: leave it out, or leave out folder and store")
            }
        }
        if let store {
            settings.source = .store(beside(store))
        } else if let folder {
            settings.source = .folder(beside(folder))
        } else if top.table["items"] != nil || top.table["seed"] != nil {
            let items = integer(top, "items", 1...100_000) ?? 300
            let seed = integer(top, "seed", 0...Int.max) ?? 1
            settings.source = .schedule(items: items, seed: UInt64(seed))
        }
    }

    private mutating func readPersonality(_ top: Section, into settings: inout ServeSettings) {
        if let like = text(top, "like") {
            if let model = Personality.Model(rawValue: like) {
                settings.personality.model = model
            } else {
                let names = Personality.Model.allCases.map(\.rawValue).joined(separator: ", ")
                fail(top, "like", "'\(like)' is no server that can be played: use one of \(names)")
            }
        }
        for text in list(top, "quirks") ?? [] {
            do {
                settings.personality.quirks.append(try Quirk(text))
            } catch {
                fail(top, "quirks", error.description)
            }
        }
    }

    private mutating func readLimits(_ section: Section, into settings: inout ServeSettings) {
        check(
            section,
            keys: [
                "associations", "associations_per_address", "rows", "seconds", "queries_per_second", "idle",
                "first_pdu",
            ]
        )
        if let value = integer(section, "associations", 1...1_000_000) { settings.maximumAssociations = value }
        if let value = integer(section, "associations_per_address", 1...1_000_000) {
            settings.maximumAssociationsPerAddress = value
        }
        if let value = integer(section, "rows", 1...1_000_000_000) { settings.limits.rows = value }
        if let value = number(section, "seconds", 0.001...86_400) { settings.limits.seconds = value }
        if let value = number(section, "queries_per_second", 0.001...1_000_000) {
            settings.limits.queriesPerSecond = value
        }
        if let value = number(section, "idle", 1...86_400) { settings.idle = value }
        if let value = number(section, "first_pdu", 1...3_600) { settings.firstPDU = value }
    }

    private mutating func readLog(_ section: Section, into log: inout ServeSettings.Log) {
        check(section, keys: ["level", "format", "file"])
        if let name = text(section, "level") {
            if let level = Logger.Level(rawValue: name) {
                log.level = level
            } else {
                fail(section, "level", "'\(name)' is no level: use one of \(Self.levels)")
            }
        }
        if let format = text(section, "format") {
            if ["text", "json"].contains(format) {
                log.isJSON = format == "json"
            } else {
                fail(section, "format", "'\(format)' is no format: use text or json")
            }
        }
        if let file = text(section, "file") { log.file = beside(file) }
    }

    static let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")

    private mutating func readTLS(_ section: Section) -> ServeTLS? {
        check(section, keys: ["certificate", "key", "key_password_file", "ca", "client_certificates", "profile"])
        guard let certificate = text(section, "certificate") else {
            if section.table["certificate"] == nil { fail(section, nil, "[tls] needs certificate") }
            return nil
        }
        let tls = ServeTLS(
            certificate: beside(certificate),
            key: text(section, "key").map(beside),
            keyPasswordFile: text(section, "key_password_file").map(beside),
            authorities: (list(section, "ca") ?? []).map(beside),
            clientCertificates: text(section, "client_certificates"),
            profile: text(section, "profile")
        )
        if let problem = tls.problem(certificates: "client_certificates", authority: "ca") {
            fail(section, section.table["client_certificates"] == nil ? "profile" : "client_certificates", problem)
        }
        return tls
    }

    // MARK: Rules

    private mutating func readRules(_ table: TOMLTable, into settings: inout ServeSettings) {
        guard let value = table["allow"] else { return }
        guard let array = value.array, !array.isEmpty else {
            problems.append(problem(lines.line(of: "allow"), "allow is written as [[allow]] tables, one for each rule"))
            return
        }
        var rules: [PeerRule] = []
        for (number, entry) in array.enumerated() {
            guard let table = entry.table else {
                problems.append(problem(lines.line(of: "allow"), "allow is written as [[allow]] tables"))
                continue
            }
            let header = lines.line(ofHeader: "[[allow", number: number)
            rules += rule(Section(table: table, name: "[[allow]]", line: header))
        }
        settings.rules = rules
    }

    private mutating func rule(_ section: Section) -> [PeerRule] {
        check(section, keys: ["calling", "address", "called", "models", "associations"])
        if section.table.isEmpty {
            fail(section, nil, "an empty [[allow]] lets anybody in: name calling, address or called")
        }
        var rule = PeerRule()
        for text in list(section, "address") ?? [] {
            do {
                rule.addresses.append(try AddressRange(text))
            } catch {
                fail(section, "address", error.description)
            }
        }
        rule.calledAETitles = Set(titles(section, "called") ?? [])
        if let models = models(section) {
            // C-ECHO is harmless, and how one finds out why nothing else works.
            rule.sopClasses = Set(models.compactMap { FindService.named($0)?.sopClass } + [SOPClass.verification])
        }
        rule.maximumAssociations = integer(section, "associations", 1...1_000_000)
        guard let calling = titles(section, "calling"), !calling.isEmpty else { return [rule] }
        return calling.map { title in
            var one = rule
            one.callingAETitle = title
            return one
        }
    }

    private mutating func titles(_ section: Section, _ key: String) -> [AETitle]? {
        guard let names = list(section, key) else { return nil }
        if names.isEmpty { fail(section, key, "\(key) names no AE title: leave it out for any") }
        var titles: [AETitle] = []
        for name in names {
            do {
                titles.append(try AETitle(name))
            } catch {
                fail(section, key, error.description)
            }
        }
        return titles
    }

    private mutating func models(_ section: Section) -> [String]? {
        guard let names = list(section, "models") else { return nil }
        let known = ServeSettings.servedModels
        if names.isEmpty { fail(section, "models", "models is empty: name some of " + known.joined(separator: ", ")) }
        for name in names where !known.contains(name) {
            fail(section, "models", "'\(name)' is no model that is served: use " + known.joined(separator: ", "))
        }
        return names
    }

    // MARK: Values

    /// Paths are relative to the file.
    private func beside(_ path: String) -> String {
        let folder = Configuration.folder(of: self.path)
        return path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path
    }

    private func problem(_ line: Int?, _ text: String) -> SettingsProblem {
        SettingsProblem(path: path, line: line, text: text)
    }

    private mutating func fail(_ section: Section, _ key: String?, _ text: String) {
        let line = key.flatMap { lines.line(of: $0, after: section.line) } ?? section.line
        problems.append(problem(line, text))
    }

    private mutating func section(_ table: TOMLTable, _ name: String) -> Section? {
        guard let value = table[name] else { return nil }
        let header = lines.line(ofHeader: "[\(name)")
        guard let inner = value.table else {
            problems.append(problem(lines.line(of: name), "\(name) must be a table: [\(name)]"))
            return nil
        }
        return Section(table: inner, name: "[\(name)]", line: header ?? lines.line(of: name).map { $0 - 1 })
    }

    private mutating func check(_ section: Section, keys: [String]) {
        for key in section.table.keys.sorted() where !keys.contains(key) {
            let place = section.name.isEmpty ? "" : " in \(section.name)"
            fail(section, key, "unknown key '\(key)'\(place); expected one of " + keys.joined(separator: ", "))
        }
    }

    private mutating func text(_ section: Section, _ key: String) -> String? {
        guard let value = section.table[key] else { return nil }
        guard let text = value.string, !text.isEmpty else {
            fail(section, key, "\(key) must be a text in quotes, and not empty")
            return nil
        }
        return text
    }

    /// A text, or an array of texts.
    private mutating func list(_ section: Section, _ key: String) -> [String]? {
        guard let value = section.table[key] else { return nil }
        if let text = value.string, !text.isEmpty { return [text] }
        let texts = value.array?.compactMap { $0.string } ?? []
        guard let array = value.array, texts.count == array.count, !texts.contains("") else {
            fail(section, key, "\(key) must be a text in quotes, or an array of such: [\"...\"]")
            return nil
        }
        return texts
    }

    private mutating func integer(_ section: Section, _ key: String, _ range: ClosedRange<Int>) -> Int? {
        guard let value = section.table[key] else { return nil }
        guard let number = value.int, range.contains(number) else {
            let upper = range.upperBound == .max ? "or more" : "to \(range.upperBound)"
            fail(section, key, "\(key) must be a whole number from \(range.lowerBound) \(upper)")
            return nil
        }
        return number
    }

    private mutating func number(_ section: Section, _ key: String, _ range: ClosedRange<Double>) -> Double? {
        guard let value = section.table[key] else { return nil }
        guard let number = value.double ?? value.int.map(Double.init), range.contains(number) else {
            fail(section, key, "\(key) must be a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }
}
