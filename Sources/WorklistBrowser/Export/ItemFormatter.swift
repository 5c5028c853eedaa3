import DICOMData
import DICOMMatching
import Terminal

/// Writes items as text, one after the other: the one implementation behind `find --format` and the browser's export.
///
/// No control character of a value reaches the output in any format.
public struct ItemFormatter: Sendable {
    /// The columns of a table.
    enum Columns: Sendable {
        /// Attributes as they were sent.
        case attributes([Attribute])
        /// Columns of the list as they are read on screen; the last column names those whose text is doubtful.
        case seen([ListColumn], today: DICOMDate)
    }

    /// One column of a table of attributes.
    struct Attribute: Sendable {
        var title: String
        var path: AttributePath
    }

    public let format: ItemFormat
    private let fallback: SpecificCharacterSet?
    private let columns: Columns
    /// Cells that a spreadsheet would take for a formula get an apostrophe in front.
    private let guardsFormulas: Bool
    /// What is written before the items; only where the format has a place for it.
    private let header: ExportHeader?
    private var count = 0
    /// Rows with text that declares no character set and was read by a guess.
    public private(set) var doubtful = DoubtfulRows()

    /// - Parameters:
    ///   - query: Every attribute it asks for that is no sequence is a column of a table.
    ///   - fallback: How to read text of items that declare no character set.
    ///   - guardsFormulas: Cells of a table that a spreadsheet would run get an apostrophe in front.
    public init(format: ItemFormat, query: Query, fallback: SpecificCharacterSet?, guardsFormulas: Bool = false) {
        self.init(
            format: format,
            columns: .attributes(Self.attributes(of: query)),
            fallback: fallback,
            guardsFormulas: guardsFormulas,
            header: nil
        )
    }

    init(
        format: ItemFormat,
        columns: Columns,
        fallback: SpecificCharacterSet?,
        guardsFormulas: Bool,
        header: ExportHeader?
    ) {
        self.format = format
        self.columns = columns
        self.fallback = fallback
        self.guardsFormulas = guardsFormulas
        self.header = header
    }

    /// Every asked attribute that is no sequence.
    static func attributes(of query: Query) -> [Attribute] {
        query.keys.filter { $0.vr != .SQ }.map { key in
            let steps = key.path.steps.map { DataDictionary.keywordOrTag($0.tag) + "." }.joined()
            return Attribute(title: steps + DataDictionary.keywordOrTag(key.path.tag), path: key.path)
        }
    }

    // MARK: Writing

    /// What stands before the first item.
    public func begin() -> String {
        switch format {
        case .csv:
            let titles: [String] =
                switch columns {
                case .attributes(let attributes): attributes.map(\.title)
                case .seen(let columns, _): columns.map(\.header) + ["Doubtful"]
                }
            return titles.map(cell).joined(separator: ",") + "\n"
        case .json:
            guard let header else { return "[" }
            return "{\"export\":" + header.json + ",\n\"rows\":["
        case .jsonl: return header.map { "{\"export\":" + $0.json + "}\n" } ?? ""
        case .dump: return header.map { $0.lines.map { "# " + $0 + "\n" }.joined() } ?? ""
        case .dicomJSON: return "["
        }
    }

    /// The next item.
    public mutating func row(_ encoded: EncodedDataSet) -> String {
        var item = encoded.decoded
        item.fallbackCharacterSet = fallback
        defer { count += 1 }
        switch (format, columns) {
        case (.csv, .seen(let columns, let today)):
            return seen(RowText(encoded, fallback: fallback, today: today), columns)
        case (_, .attributes(let attributes)):
            // Decoded once: for what is said at the end, and for the cells.
            let texts = attributes.map { item.dataSet(holding: $0.path)?.text($0.path.tag) }
            doubtful.note(texts, isBroken: item.defect != nil)
            if format == .csv {
                return texts.map { cell(TerminalText($0?.string ?? "").string) }.joined(separator: ",") + "\n"
            }
        case (_, .seen): break
        }
        switch format {
        case .json: return (count == 0 ? "\n" : ",\n") + JSONText.safe(Self.object(item))
        case .jsonl: return JSONText.safe(Self.object(item)) + "\n"
        case .dicomJSON: return (count == 0 ? "\n" : ",\n") + JSONText.safe(DICOMJSON.encode(item))
        case .dump, .csv: return "# match \(count + 1)\n" + Self.dump(item, indent: 0)
        }
    }

    /// What stands behind the last item.
    public func end() -> String {
        switch format {
        case .json: header == nil ? "\n]\n" : "\n]}\n"
        case .dicomJSON: "\n]\n"
        case .csv, .jsonl, .dump: ""
        }
    }

    // MARK: What is not certain

    /// What the reader of the rows must know about their text; nil if there is nothing.
    public var caution: String? { Self.caution(guessed: doubtful.guessed, damaged: doubtful.damaged) }

    /// What the reader of so many doubtful rows must know; nil if there are none.
    public static func caution(guessed: Int, damaged: Int) -> String? {
        var parts: [String] = []
        if guessed > 0 {
            parts.append(
                "\(have(guessed)) text without a declared character set; it was guessed and may be wrong "
                    + "(set assume_character_set for the server)"
            )
        }
        if damaged > 0 { parts.append("\(have(damaged)) text or data that cannot be read as declared") }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private static func have(_ rows: Int) -> String { rows == 1 ? "1 row has" : "\(rows) rows have" }

    // MARK: Values

    private mutating func seen(_ text: RowText, _ columns: [ListColumn]) -> String {
        let unsure = columns.filter { text[$0].isDoubtful }
        if text.isDefective || unsure.contains(where: { text[$0].state == .damaged }) { doubtful.damaged += 1 }
        if unsure.contains(where: { text[$0].state == .guessed }) { doubtful.guessed += 1 }
        var cells = columns.map { cell(text[$0].text.string) }
        let names = unsure.map(\.header) + (text.isDefective ? ["the item breaks off"] : [])
        cells.append(cell(names.joined(separator: " ")))
        return cells.joined(separator: ",") + "\n"
    }

    private func cell(_ text: String) -> String {
        let text = guardsFormulas ? Self.guarded(text) : text
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    /// A spreadsheet runs a cell that begins so; with an apostrophe in front it shows it.
    static func guarded(_ text: String) -> String {
        guard let first = text.first(where: { $0 != " " }), "=+-@".contains(first) else { return text }
        return "'" + text
    }

    /// `{"PatientName":"…","ScheduledProcedureStepSequence":[{…}]}`: absent attributes are left out, empty ones are "".
    private static func object(_ item: DataSet) -> String {
        let parts = item.elements.filter { $0.tag != .specificCharacterSet }.map { element -> String in
            let name = DICOMJSON.quoted(DataDictionary.keywordOrTag(element.tag))
            if case .items = element.value {
                return name + ":[" + item.items(element.tag).map(object).joined(separator: ",") + "]"
            }
            if let text = item.text(of: element)?.string { return name + ":" + DICOMJSON.quoted(text) }
            return name + ":" + DICOMJSON.quoted(Hex.dump(element.bytes))
        }
        return "{" + parts.joined(separator: ",") + "}"
    }

    private static func dump(_ item: DataSet, indent: Int) -> String {
        var out = ""
        let margin = String(repeating: "  ", count: indent)
        for element in item.elements {
            let name = DataDictionary.keywordOrTag(element.tag)
            out += "\(margin)\(element.tag) \(element.vr) "
            switch element.value {
            case .items:
                let items = item.items(element.tag)
                out += "\(items.count) item\(items.count == 1 ? "" : "s")  # \(name)\n"
                for (number, inner) in items.enumerated() {
                    out += "\(margin)  item \(number + 1)\n" + dump(inner, indent: indent + 2)
                }
            case .bytes(let bytes):
                let text = item.text(of: element).map { "[" + $0.string + "]" } ?? Hex.dump(bytes)
                let problem = item.text(of: element)?.problem.map { "  (\($0))" } ?? ""
                out += TerminalText(text).string + "  # \(name)" + TerminalText(problem).string + "\n"
            }
        }
        if let defect = item.defect { out += "\(margin)! \(defect)\n" }
        return out
    }
}

/// What an exported file says about the list it was made from: a file outlives the screen that told the truth about it.
struct ExportHeader: Hashable, Sendable {
    var server: String
    /// The matching keys as they were sent.
    var query: String
    /// When the list was made, local time.
    var asOf: String
    /// How the query ended.
    var outcome: String
    /// Rows may be missing from the list.
    var isPartial: Bool
    /// Which rows of the list these are.
    var rows: String
    /// The filter in force, if it left rows out.
    var filter: String?

    var json: String {
        var parts: [(String, String)] = [
            ("server", DICOMJSON.quoted(server)), ("query", DICOMJSON.quoted(query)), ("as_of", DICOMJSON.quoted(asOf)),
            ("outcome", DICOMJSON.quoted(outcome)), ("partial", isPartial ? "true" : "false"),
            ("rows", DICOMJSON.quoted(rows)),
        ]
        if let filter { parts.append(("filter", DICOMJSON.quoted(filter))) }
        return JSONText.safe("{" + parts.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}")
    }

    var lines: [String] {
        var lines = [
            "server: \(server)", "query: \(query)", "as of: \(asOf)",
            "outcome: \(outcome)" + (isPartial ? " (PARTIAL: rows may be missing)" : ""), "rows: \(rows)",
        ]
        if let filter { lines.append("local filter: \(filter)") }
        return lines.map { TerminalText($0).string }
    }
}
