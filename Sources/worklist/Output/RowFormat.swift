import ArgumentParser
import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// `--format`: how rows are printed.
enum RowFormat: String, ExpressibleByArgument, CaseIterable {
    case table, csv, json, jsonl, dump, none
    case dicomJSON = "dicom-json"
}

/// Prints matches as they arrive. No control character of a value reaches the output in any format.
struct RowWriter {
    private let format: RowFormat
    private let fallback: SpecificCharacterSet?
    private let paths: [AttributePath]
    private let titles: [String]
    /// Only of ``RowFormat/table``.
    private var table: RowTable?
    /// The header of a table waits for the first rows: they tell how wide its columns are.
    private var hasBegun = false
    private var count = 0
    /// Rows are looked into; with ``RowFormat/none`` they are only counted.
    var isReading: Bool { format != .none }
    /// Rows with text that declares no character set and was read by a guess.
    private(set) var guessedRows = 0
    /// Rows with bytes that are not valid in the character set they declare, or with a data set that breaks off.
    private(set) var damagedRows = 0
    private let out: StandardOutput

    init(
        format: RowFormat,
        query: Query,
        fallback: SpecificCharacterSet?,
        out: StandardOutput = .shared,
        columns: Int = TerminalWidth.columns()
    ) {
        self.format = format
        self.fallback = fallback
        self.out = out
        if format == .table {
            let table = RowTable(query, total: columns)
            self.table = table
            paths = table.columns.map(\.path)
            titles = table.columns.map(\.title)
        } else {
            // Every asked attribute that is no sequence.
            paths = query.keys.filter { $0.vr != .SQ }.map(\.path)
            titles = paths.map { path in
                path.steps.map { DataDictionary.keywordOrTag($0.tag) + "." }.joined()
                    + DataDictionary.keywordOrTag(path.tag)
            }
        }
    }

    /// What a narrow table leaves out; nil if all has room.
    var omission: String? {
        guard let left = table?.left, !left.isEmpty else { return nil }
        return "no room for \(left.joined(separator: ", ")): widen the terminal, or use --format csv"
    }

    // MARK: Writing

    func begin() {
        switch format {
        case .csv: out.writeLine(titles.map { Self.csv($0) }.joined(separator: ","))
        case .json, .dicomJSON: out.write("[")
        case .table, .jsonl, .dump, .none: break
        }
        out.flush()
    }

    mutating func write(_ batch: MatchBatch) {
        guard format != .none else {
            count += batch.count
            return
        }
        if table != nil, !hasBegun { beginTable(batch) }
        for index in 0..<batch.count where !out.isClosed {
            let (item, texts) = decoded(batch, index)
            note(texts, isBroken: item.defect != nil)
            write(item, texts)
            count += 1
        }
        out.flush()
    }

    /// A match, and the values of the columns: decoded once, for what is said at the end and for the cells.
    private func decoded(_ batch: MatchBatch, _ index: Int) -> (DataSet, [DecodedText?]) {
        var item = batch.identifier(index).decoded
        item.fallbackCharacterSet = fallback
        return (item, paths.map { item.dataSet(holding: $0)?.text($0.tag) })
    }

    private mutating func beginTable(_ batch: MatchBatch?) {
        hasBegun = true
        if let batch {
            let rows = (0..<min(batch.count, 200)).map { cells(decoded(batch, $0).1) }
            table?.fit(to: rows)
        }
        if let table { out.write(table.header + "\n") }
    }

    private func cells(_ texts: [DecodedText?]) -> [TerminalText] { zip(paths, texts).map { Self.cell($1, $0.tag) } }

    /// Counts what is not certain about a row, for the sentence at the end.
    private mutating func note(_ texts: [DecodedText?], isBroken: Bool) {
        var isGuessed = false
        var isDamaged = isBroken
        for text in texts {
            switch text?.problem {
            case nil: break
            case .guessed: isGuessed = true
            case .invalidBytes, .unknownCharacterSet: isDamaged = true
            }
        }
        if isGuessed { guessedRows += 1 }
        if isDamaged { damagedRows += 1 }
    }

    /// What the reader of the rows must know about their text; nil if there is nothing.
    var caution: String? {
        var parts: [String] = []
        if guessedRows > 0 {
            parts.append(
                "\(Self.have(guessedRows)) text without a declared character set; it was guessed and may be wrong "
                    + "(set assume_character_set for the server)"
            )
        }
        if damagedRows > 0 { parts.append("\(Self.have(damagedRows)) text or data that cannot be read as declared") }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private static func have(_ rows: Int) -> String { rows == 1 ? "1 row has" : "\(rows) rows have" }

    /// `texts`: the values of the columns; nil for an absent one.
    private func write(_ item: DataSet, _ texts: [DecodedText?]) {
        switch format {
        case .table:
            for line in table?.lines(cells(texts)) ?? [] { out.write(line + "\n") }
        case .csv:
            let cells = texts.map { Self.csv(TerminalText($0?.string ?? "").string) }
            out.write(cells.joined(separator: ",") + "\n")
        case .json: out.write((count == 0 ? "\n" : ",\n") + JSONText.safe(Self.object(item)))
        case .jsonl: out.write(JSONText.safe(Self.object(item)) + "\n")
        case .dicomJSON: out.write((count == 0 ? "\n" : ",\n") + JSONText.safe(DICOMJSON.encode(item)))
        case .dump: out.write("# match \(count + 1)\n" + Self.dump(item, indent: 0))
        case .none: break
        }
    }

    mutating func end() {
        if table != nil, !hasBegun { beginTable(nil) }
        if format == .json || format == .dicomJSON { out.write("\n]\n") }
        out.flush()
    }

    // MARK: Values

    /// For people: dates and times with separators, names as family, given; absent is `-`.
    private static func cell(_ decoded: DecodedText?, _ tag: Tag) -> TerminalText {
        guard let decoded else { return "-" }
        let text = decoded.string
        // A guess must not look like a fact.
        if decoded.problem != nil { return TerminalText("? " + PersonName(parsing: text).formatted) }
        switch DataDictionary.vr(of: tag) {
        case .DA: return TerminalText(DICOMDate(parsing: text)?.formatted ?? text)
        case .TM: return TerminalText(DICOMTime(parsing: text)?.formatted ?? text)
        case .PN: return TerminalText(text.isEmpty ? "" : PersonName(parsing: text).formatted)
        default: return TerminalText(text)
        }
    }

    private static func csv(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
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
