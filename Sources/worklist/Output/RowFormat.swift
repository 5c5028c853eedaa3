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
    private let columns: [Column]
    private var formatter: ItemFormatter?
    private var count = 0
    /// Rows are looked into; with ``RowFormat/none`` they are only counted.
    var isReading: Bool { format != .none }
    /// Rows with text that declares no character set and was read by a guess.
    var guessedRows: Int { formatter?.guessedRows ?? guessedTableRows }
    /// Rows with bytes that are not valid in the character set they declare, or with a data set that breaks off.
    var damagedRows: Int { formatter?.damagedRows ?? damagedTableRows }
    private var guessedTableRows = 0
    private var damagedTableRows = 0
    private let out = StandardOutput.shared

    /// One column: an attribute, and for the table how wide it is.
    private struct Column {
        var title: String
        var path: AttributePath
        var width: Int
    }

    init(format: RowFormat, query: Query, fallback: SpecificCharacterSet?) {
        self.format = format
        self.fallback = fallback
        self.columns = format == .table ? Self.tableColumns(query) : []
        formatter = format.itemFormat.map { ItemFormatter(format: $0, query: query, fallback: fallback) }
    }

    // MARK: Columns

    private static let widths: [(Tag, String, Int)] = [
        (.scheduledProcedureStepStartDate, "Date", 10),
        (.scheduledProcedureStepStartTime, "Time", 8),
        (.studyDate, "Date", 10),
        (.patientName, "Patient", 28),
        (.patientID, "ID", 14),
        (.patientBirthDate, "Born", 10),
        (.patientSex, "S", 1),
        (.accessionNumber, "Accession", 14),
        (.modality, "Mod", 3),
        (.scheduledStationAETitle, "Station", 12),
        (.scheduledProcedureStepDescription, "Procedure", 24),
        (.studyDescription, "Study", 24),
        (.modalitiesInStudy, "Mods", 8),
    ]

    private static func tableColumns(_ query: Query) -> [Column] {
        widths.compactMap { tag, title, width in
            guard let key = query.keys.first(where: { $0.path.tag == tag && $0.path.steps.count <= 1 }) else {
                return nil
            }
            return Column(title: title, path: key.path, width: width)
        }
    }

    // MARK: Writing

    func begin() {
        switch format {
        case .table:
            let line = columns.map { DisplayWidth.fit(TerminalText($0.title), width: $0.width).string }
            out.writeLine(Self.trimmed(line.joined(separator: "  ")))
        case .csv, .json, .jsonl, .dicomJSON, .dump: out.write(formatter?.begin() ?? "")
        case .none: break
        }
        out.flush()
    }

    mutating func write(_ batch: MatchBatch) {
        guard format != .none else {
            count += batch.count
            return
        }
        for index in 0..<batch.count where !out.isClosed {
            if let line = formatter?.row(batch.identifier(index)) {
                out.write(line)
                count += 1
                continue
            }
            var item = batch.identifier(index).decoded
            item.fallbackCharacterSet = fallback
            // Decoded once: for what is said at the end, and for the cells.
            let texts = columns.map { item.dataSet(holding: $0.path)?.text($0.path.tag) }
            note(texts, isBroken: item.defect != nil)
            write(texts)
            count += 1
        }
        out.flush()
    }

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
        if isGuessed { guessedTableRows += 1 }
        if isDamaged { damagedTableRows += 1 }
    }

    /// What the reader of the rows must know about their text; nil if there is nothing.
    var caution: String? { ItemFormatter.caution(guessed: guessedRows, damaged: damagedRows) }

    /// A line of the table. `texts`: the values of the columns; nil for an absent one.
    private func write(_ texts: [DecodedText?]) {
        let cells = zip(columns, texts).map { column, text -> String in
            DisplayWidth.fit(Self.cell(text, column.path.tag), width: column.width).string
        }
        out.write(Self.trimmed(cells.joined(separator: "  ")) + "\n")
    }

    func end() {
        out.write(formatter?.end() ?? "")
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

    private static func trimmed(_ text: String) -> String {
        var rest = Substring(text)
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
