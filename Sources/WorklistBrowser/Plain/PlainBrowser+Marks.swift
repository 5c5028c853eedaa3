import DICOMData
import DICOMMatching
import Terminal

/// Marks, export and scans, line by line.
extension PlainBrowser {
    // MARK: Marks

    /// Marks the row that was said last, or takes its mark away; the cursor stays.
    mutating func mark(_ isMarking: Bool, _ argument: String) {
        if !isMarking, argument == "all" { return absorb(browser.clearMarks()) }
        guard argument.isEmpty else {
            return refuse("mark and unmark mean the row that was said last; unmark all takes all marks away")
        }
        guard let cursor = rowToActOn() else { return }
        guard browser.marks.contains(cursor.identity) != isMarking else {
            return say(isMarking ? "this row is marked already" : "this row is not marked")
        }
        let before = browser.list?.cursor
        absorb(browser.toggleMark())
        // On a screen the cursor goes on; here the row that was said stays the one that actions mean.
        if before != browser.list?.cursor, let row = before?.row, let place = browser.list?.rows.position(of: row) {
            let rows = browser.viewRows
            browser.list?.place(at: place, viewRows: rows)
        }
        browser.settleMarks()
        say("\(isMarking ? "marked" : "no longer marked"): \(said?.patient.first ?? .empty); \(markWords)")
    }

    private var markWords: TerminalText {
        let here = browser.markCounts.marked
        let elsewhere = browser.marks.items.count - here
        return "\(rowsWord(here)) marked here" + (elsewhere > 0 ? ", \(elsewhere) on other lists" : "")
    }

    func isMarked(_ row: Int) -> Bool {
        guard let table = browser.list?.rows.table, !browser.marks.isEmpty else { return false }
        return browser.marks.contains(ItemIdentity(table.item(row)))
    }

    mutating func sayMarks() {
        browser.settleMarks()
        say(markWords)
        guard let list = browser.list else { return }
        for row in list.marked.rows.values.sorted(by: { place($0, list) < place($1, list) }) {
            let position = list.rows.position(of: row)
            say("\(position.map { "\($0 + 1). " } ?? "hidden by the filter: ")\(rowWords(row))")
            if let position {
                listed[position + 1] = RowReference(row: row, identity: ItemIdentity(list.rows.table.item(row)))
            }
        }
        if browser.list?.cursor != nil { sayRow() }
    }

    private func place(_ row: Int, _ list: ResultList) -> Int { list.rows.position(of: row) ?? Int.max }

    // MARK: Export

    /// `FILE [shown | marked | all]`; the ending of the name is the format.
    mutating func export(_ argument: String, replaces: Bool) {
        var path = argument
        var scope: ExportSource.Scope?
        if let blank = argument.lastIndex(of: " "),
            let word = ExportSource.Scope(rawValue: String(argument[argument.index(after: blank)...]))
        {
            scope = word
            path = String(argument[..<blank]).trimmingBlanks
        }
        let formats = ItemFormat.allCases.sorted { $0.suffix.count > $1.suffix.count }
        guard !path.isEmpty, let format = formats.first(where: { path.hasSuffix($0.suffix) && path != $0.suffix })
        else {
            let endings = ItemFormat.allCases.map(\.suffix).joined(separator: ", ")
            return refuse("not written: the file's name ends with its format, one of \(endings)")
        }
        guard let list = browser.list, list.rows.count > 0 else { return refuse("not written: there are no rows") }
        guard !browser.refusesWhilePrivate() else {
            hasFailed = true
            return absorb([])
        }
        browser.settleMarks()
        let source = browser.exportSource(list)
        if scope == nil, source.markCounts.marked > 0 {
            return refuse(
                "not written: \(rowsWord(source.markCounts.marked)) marked; say export FILE marked, or export FILE shown"
            )
        }
        let chosen = scope ?? .shown
        guard source.count(chosen) > 0 else { return refuse("not written: no row is \(TerminalText(chosen.rawValue))") }
        for (index, warning) in source.warnings.enumerated() {
            let inFile: TerminalText =
                index > 0 || !source.header.isPartial
                ? ""
                : format.hasHeader ? "; the file says so" : "; a \(TerminalText(format.rawValue)) file cannot say so"
            say("note: \(warning)\(inFile)")
        }
        let isAll = chosen == .shown && source.filter == nil
        let rows = isAll ? "all \(rowsWord(source.shown.count))" : TerminalText(source.words(chosen))
        say("writing \(rows), to \(TerminalText(path))")
        let plan = ExportPlan(job: source.job(format, chosen, .seen, guardsFormulas: false), path: path)
        absorb(browser.export(plan, replaces: replaces))
    }

    /// What a dialog would ask or say.
    mutating func exported(_ id: ExportID, _ progress: ExportProgress) {
        let isOurs = browser.exporting == id
        absorb(browser.update(.export(id, progress)))
        guard isOurs else { return }
        switch progress {
        case .exists(let path):
            refuse("not written: \(TerminalText(path)) is there already; overwrite FILE replaces it")
        case .failed(let words):
            hasFailed = true
            say("not written: \(TerminalText(words))")
        case .read, .finished, .cancelled: break
        }
    }

    // MARK: Scans

    /// As a scanner would have typed it.
    mutating func scan(_ code: String) {
        guard !code.isEmpty else { return refuse("\(PlainCommand.scan.help.usage): \(PlainCommand.scan.help.text)") }
        let filter = browser.list?.rows.filter
        let before = browser.run?.id
        absorb(browser.scanned(code))
        guard browser.run?.id == before, browser.list?.cursor != nil else { return }
        if browser.list?.rows.filter != filter, browser.list?.rows.filter != nil {
            // Several have it: none of them has been heard yet.
            said = nil
            return say("list says them")
        }
        sayRow()
    }
}
