import ArgumentParser
import DICOMData
import DICOMMatching
import Terminal
import WorklistBrowser

/// `worklist explain`: a saved query as a table of its keys. Nothing is sent.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show what a saved query asks, key by key; nothing is sent.",
        discussion: """
            Each key with its VR and value, what is sent, where the value comes from, how a server compares it and by \
            which clause of PS3.4, and whether the worklist model requires it; then character set, length, and the same \
            query for findscu and 'worklist find'.

            Sources: fixed (written in the query), generated (worked out when it runs), configuration (from the settings \
            of the server), user and scanned (asked for when it runs), empty (returned, not matched).

            \(Examples.text(Examples.explain))
            """
    )

    @Argument(help: ArgumentHelp("A saved query by its name, or a query file.", valueName: "name or file"))
    var query: String

    @Option(
        help: ArgumentHelp(
            "A server of your configuration, whose settings fill in modality and station.",
            valueName: "name"
        )
    )
    var server: String?

    @Option(help: ArgumentHelp("Read this configuration file instead of the usual one.", valueName: "file"))
    var config: String?

    @Option(help: "table, markdown or json.")
    var format = ExplainFormat.table

    @Flag(help: "Only keys that match, or get a value when the query runs.")
    var matching = false

    @Option(
        help: ArgumentHelp(
            "Work relative dates out for another moment, such as 2026-11-24T14:32:00.",
            valueName: "time"
        )
    )
    var clock: String?

    func validate() throws {
        if let clock, BrowserOptions.moment(clock) == nil {
            throw ValidationError("--clock '\(clock)' is not a time such as 2026-11-24T14:32:00.")
        }
    }

    func run() async throws {
        let now = BrowserClock(fixed: clock.flatMap(BrowserOptions.moment)).now().queryMoment
        let source = SavedQuerySource(query)
        let saved = try source.load(now: now)
        let profile = try Configuration.load(config).server(named: server)
        let origin =
            switch source {
            case .file(let path): ["--query", path]
            case .name: ["--saved", saved.name]
            }
        let explanation = QueryExplanation(saved, server: profile, origin: origin, now: now)
        let rows = explanation.rows.filter { !matching || !$0.value.isEmpty || $0.source != .empty }
        StandardOutput.shared.write(format.text(explanation, rows: rows))
        StandardOutput.shared.flush()
        if explanation.rows.contains(where: { !$0.errors.isEmpty }) { throw ProgramExit.usage }
    }
}

/// How an explanation is written.
enum ExplainFormat: String, ExpressibleByArgument, CaseIterable {
    case table, markdown, json

    func text(_ explanation: QueryExplanation, rows: [QueryExplanation.Row]) -> String {
        switch self {
        case .table: Self.table(explanation, rows)
        case .markdown: Self.markdown(explanation, rows)
        case .json: JSONText.safe(Self.json(explanation, rows)) + "\n"
        }
    }

    private static let headings = ["Key", "VR", "Value", "Sent as", "Source", "How it matches", "Model"]

    private static func cells(_ row: QueryExplanation.Row) -> [String] {
        let sent = row.sent.map { $0 == row.value ? "" : $0 } ?? "(when it runs)"
        let isOpen = row.sent == nil
        let rule = isOpen ? "as typed" : "\(row.rule.rawValue), \(row.rule.clause)"
        let type: String =
            switch row.keyType {
            case .required?: "R required"
            case .optional?: "O optional"
            case .unique?: "U unique"
            case ModelAttribute.KeyType.none?: "- never matched"
            case nil: "not in it"
            }
        return [row.key, row.vr.description, row.value, sent, row.source.rawValue, rule, type]
    }

    /// The lines under the table: label and text.
    private static func facts(_ explanation: QueryExplanation) -> [(String, String)] {
        var facts: [(String, String)] = []
        if let period = explanation.period { facts.append(("Period", period)) }
        if let problem = explanation.problem { facts.append(("Not sent", "as it stands: \(problem)")) }
        facts.append(("Character set", explanation.characterSet ?? "none declared: all is ASCII"))
        if let bytes = explanation.byteCount {
            facts.append(("Length", "\(bytes) bytes in Explicit VR Little Endian, \(explanation.rows.count) keys"))
        }
        facts.append(("DCMTK", explanation.findscu))
        facts.append(("Shell", explanation.find))
        return facts
    }

    private static func title(_ explanation: QueryExplanation) -> String {
        let level = explanation.level.map { ", level \($0.rawValue)" } ?? ""
        return "\(explanation.name) (\(QueryFile.name(of: explanation.model))\(level))"
    }

    private static func table(_ explanation: QueryExplanation, _ rows: [QueryExplanation.Row]) -> String {
        let lines = ([headings] + rows.map(cells)).map { $0.map { TerminalText($0, limit: 200) } }
        let widths = headings.indices.map { column in lines.map { $0[column].width }.max() ?? 0 }
        var text = TerminalText(title(explanation)).string + "\n"
        if !explanation.comment.isEmpty { text += TerminalText(explanation.comment).string + "\n" }
        text += "\n"
        for (number, line) in lines.enumerated() {
            let cells = zip(line, widths).map { DisplayWidth.fit($0, width: $1).string }
            text += trimmed(cells.joined(separator: "  ")) + "\n"
            if number == 0 { text += widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ") + "\n" }
            guard number > 0 else { continue }
            for error in rows[number - 1].errors { text += "  error: " + TerminalText(error).string + "\n" }
            for note in rows[number - 1].notes { text += "  note: " + TerminalText(note).string + "\n" }
        }
        text += "\n"
        for (label, words) in facts(explanation) {
            text += (label + ":").padded(to: 15) + TerminalText(words, limit: 100_000).string + "\n"
        }
        return text
    }

    private static func trimmed(_ line: String) -> String {
        var line = Substring(line)
        while line.last == " " { line.removeLast() }
        return String(line)
    }

    private static func markdown(_ explanation: QueryExplanation, _ rows: [QueryExplanation.Row]) -> String {
        func cell(_ text: String) -> String {
            var out = ""
            for character in TerminalText(text, limit: 200).string {
                if "|\\`*_<>[]".contains(character) { out += "\\" }
                out.append(character)
            }
            return out
        }
        var text = "# \(cell(title(explanation)))\n\n"
        if !explanation.comment.isEmpty { text += cell(explanation.comment) + "\n\n" }
        text += "| " + headings.joined(separator: " | ") + " |\n"
        text += "|" + String(repeating: "---|", count: headings.count) + "\n"
        for row in rows { text += "| " + cells(row).map(cell).joined(separator: " | ") + " |\n" }
        let remarks = rows.flatMap { row in
            row.errors.map { "\(row.key): error: \($0)" } + row.notes.map { "\(row.key): \($0)" }
        }
        if !remarks.isEmpty { text += "\n" + remarks.map { "- " + cell($0) + "\n" }.joined() }
        text += "\n"
        for (label, words) in facts(explanation) {
            let safe = TerminalText(words, limit: 100_000).string
            let isCommand = label == "DCMTK" || label == "Shell"
            text += isCommand ? "\(label):\n\n```sh\n\(safe)\n```\n\n" : "\(label): \(cell(words))\n\n"
        }
        return text
    }

    private static func json(_ explanation: QueryExplanation, _ rows: [QueryExplanation.Row]) -> String {
        func text(_ text: String?) -> String { text.map(DICOMJSON.quoted) ?? "null" }
        func list(_ texts: [String]) -> String { "[" + texts.map(DICOMJSON.quoted).joined(separator: ",") + "]" }
        let keys = rows.map { row in
            let members = [
                ("key", text(row.key)), ("tag", text(row.tag.description)), ("name", text(row.name)),
                ("vr", text(row.vr.description)), ("value", text(row.value)), ("sent", text(row.sent)),
                ("source", text(row.source.rawValue)), ("matching", text(row.sent == nil ? nil : row.rule.rawValue)),
                ("clause", text(row.sent == nil ? nil : row.rule.clause)), ("key_type", text(row.keyType?.rawValue)),
                ("errors", list(row.errors)), ("notes", list(row.notes)),
            ]
            return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
        }
        let members = [
            ("name", text(explanation.name)), ("comment", text(explanation.comment)),
            ("model", text(QueryFile.name(of: explanation.model))), ("sop_class", text(explanation.model.sopClassUID)),
            ("level", text(explanation.level?.rawValue)),
            ("keys", "[\n  " + keys.joined(separator: ",\n  ") + "\n ]"), ("period", text(explanation.period)),
            ("problem", text(explanation.problem)), ("character_set", text(explanation.characterSet)),
            ("bytes", explanation.byteCount.map(String.init) ?? "null"), ("findscu", text(explanation.findscu)),
            ("find", text(explanation.find)),
        ]
        return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",\n ") + "}"
    }
}
