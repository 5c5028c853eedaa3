import ArgumentParser
import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import WorklistBrowser

/// `--format`: how rows are printed.
enum RowFormat: String, ExpressibleByArgument, CaseIterable {
    case table, csv, json, jsonl, dump, none
    case dicomJSON = "dicom-json"

    /// The format shared with the browser's export; nil for those of the shell alone.
    var itemFormat: ItemFormat? { ItemFormat(rawValue: rawValue) }
}

/// Prints matches as they arrive. No control character of a value reaches the output in any format.
struct RowWriter {
    private let format: RowFormat
    private let fallback: SpecificCharacterSet?
    private let paths: [AttributePath]
    /// Of the formats that the browser's export has too.
    private var formatter: ItemFormatter?
    /// Only of ``RowFormat/table``.
    private var table: RowTable?
    /// The header of a table waits for the first rows: they tell how wide its columns are.
    private var hasBegun = false
    private var count = 0
    /// Rows are looked into; with ``RowFormat/none`` they are only counted.
    var isReading: Bool { format != .none }
    /// Rows with text that declares no character set and was read by a guess.
    var guessedRows: Int { (formatter?.doubtful ?? doubtful).guessed }
    /// Rows with bytes that are not valid in the character set they declare, or with a data set that breaks off.
    var damagedRows: Int { (formatter?.doubtful ?? doubtful).damaged }
    private var doubtful = DoubtfulRows()
    private let out: StandardOutput

    init(
        format: RowFormat,
        query: Query,
        fallback: SpecificCharacterSet?,
        guardsFormulas: Bool = false,
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
        } else {
            paths = []
            formatter = format.itemFormat.map {
                ItemFormatter(format: $0, query: query, fallback: fallback, guardsFormulas: guardsFormulas)
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
        if let formatter { out.write(formatter.begin()) }
        out.flush()
    }

    mutating func write(_ batch: MatchBatch) {
        guard format != .none else {
            count += batch.count
            return
        }
        if table != nil, !hasBegun { beginTable(batch) }
        for index in 0..<batch.count where !out.isClosed {
            count += 1
            if let lines = formatter?.row(batch.identifier(index)) {
                out.write(lines)
                continue
            }
            let (item, texts) = decoded(batch, index)
            doubtful.note(texts, isBroken: item.defect != nil)
            for line in table?.lines(cells(texts)) ?? [] { out.write(line + "\n") }
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

    /// What the reader of the rows must know about their text; nil if there is nothing.
    var caution: String? { ItemFormatter.caution(guessed: guessedRows, damaged: damagedRows) }

    mutating func end() {
        if table != nil, !hasBegun { beginTable(nil) }
        if let formatter { out.write(formatter.end()) }
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
}
