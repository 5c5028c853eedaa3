import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// Barcodes: telling scans from keys, and finding whom a scan means.
extension Browser {
    /// The query a scan has led to.
    struct ScanQuery: Hashable, Sendable {
        var id: FindID
        var value: String
        var field: BarcodeSettings.Field
        /// It has ended whole, without a row.
        var foundNothing = false
    }

    /// Where the cursor was before keys acted that turned out to be the beginning of a scan.
    struct BurstStart: Sendable {
        var context: KeyContext
        var cursor: RowReference?
        var position: Int
        var top: Int
        var isTouched: Bool
        var focus: ListColumn
    }

    mutating func openBarcode() -> [Effect] {
        overlays.append(Overlay(BarcodeDialog(settings: settings.barcode, plan: scanPlan)))
        return []
    }

    /// What will be done with a scan, in words.
    private var scanPlan: [TerminalText] {
        let fields = settings.barcode.fields.map(\.word)
        guard let first = fields.first else { return [] }
        let names = fields.joined(separator: ", then as ")
        var plan: [TerminalText] = ["Looked for on this list, exactly: as \(names)."]
        if let server { plan.append("If it is not here \(server.name) is asked for the \(first): \(scanScopeWords).") }
        return plan
    }

    // MARK: Keys

    /// When held keys are to be decided on unless another comes, on the clock of ``keyTime``: then ``Event/inputPaused``.
    public var pauseDeadline: Int64? { burst.decideAt }

    /// What keys came before has nothing to do with those that come now.
    public mutating func forgetKeys() { burst = KeyBurst() }

    /// A key from the terminal: acted on, or held back until it is known whether it is part of a scan.
    mutating func take(_ key: Key) -> [Effect] {
        let context = context
        let takesText = overlays.last?.component.takesText ?? (filterField != nil)
        if !takesText, let prefix = settings.barcode.prefixKey, key == prefix, !burst.isWatching {
            return overlays.isEmpty || context == .detail ? openBarcode() : press(key)
        }
        guard let time = keyTime, settings.barcode.burst else { return press(key) }
        if takesText { return takeInField(key, at: time) }
        let command = keymap.command(for: key, in: context)
        // Behind the first key of a sequence every key may be a command.
        let kind = pending == nil ? Self.kind(of: command) : .command
        let verdict = burst.take(key, at: time, kind: kind, settings.barcode)
        if burst.hasJustBegun { burstStart = burstStart(context) }
        switch verdict {
        case .act, .actAndWatch: return press(key)
        case .hold: return []
        case .scan(let text):
            undoBurst()
            return scanned(text)
        case .replay(let keys): return replay(keys)
        case .refuse(let count): return refuseBurst(count)
        case .torn:
            undoBurst()
            message = Message(
                kind: .warning,
                text: "this scan came right behind another key and may lack its beginning: look, then scan again"
            )
            return [.bell]
        }
    }

    /// No key came for as long as a scanner would not wait.
    mutating func inputPaused() -> [Effect] {
        isOwnChange = true
        isPainted = false
        switch burst.pause() {
        case .replay(let keys): return replay(keys)
        case .refuse(let count): return refuseBurst(count)
        case .act, .actAndWatch, .hold, .scan, .torn: return []
        }
    }

    private static func kind(of command: Command?) -> KeyBurst.Kind {
        switch command {
        case .moveDown, .moveUp, .movePageDown, .movePageUp, .moveHalfDown, .moveHalfUp, .moveFirst, .moveLast,
            .moveLeft,
            .moveRight:
            .move
        case .filterEdit: .filter
        case .barcodeScan: .opener
        default: .command
        }
    }

    private func burstStart(_ context: KeyContext) -> BurstStart {
        BurstStart(
            context: context,
            cursor: list?.cursor,
            position: list?.position ?? 0,
            top: list?.top ?? 0,
            isTouched: list?.isTouched ?? false,
            focus: focus
        )
    }

    /// Takes back what the first keys of a burst have moved.
    private mutating func undoBurst() {
        guard let start = burstStart, start.context == .list, let cursor = start.cursor else { return }
        focus = start.focus
        guard let list, list.rows.count > cursor.row, ItemIdentity(list.rows.table.item(cursor.row)) == cursor.identity
        else { return }
        self.list?.cursor = cursor
        self.list?.position = start.position
        self.list?.top = start.top
        self.list?.isTouched = start.isTouched
        follow()
        seen = self.list?.cursor?.identity
    }

    private mutating func replay(_ keys: [Key]) -> [Effect] {
        // What has come on screen since is not what the keys were meant for.
        guard burstStart?.context == context else {
            message = Message(kind: .warning, text: "the screen changed under the key: look, then press it again")
            return []
        }
        return keys.flatMap { press($0) }
    }

    private mutating func refuseBurst(_ count: Int) -> [Effect] {
        undoBurst()
        message = Message(
            kind: .warning,
            text: count == 1
                ? "1 key came behind a scan that was not used, as its rest does: it was not carried out"
                : "\(count) keys came at once, as from a scanner, but are no scan: none was carried out"
        )
        return [.bell]
    }

    /// Text goes into the field; the Enter of a scan runs no command that a search has found.
    private mutating func takeInField(_ key: Key, at time: Int64) -> [Effect] {
        burst.reset()
        let isFast = time - fieldBurst.lastAt < KeyBurst.gap
        let isScanEnd = fieldBurst.isScanEnd(key, at: time, settings.barcode)
        if isScanEnd, overlays.last?.component.runsWhatItFinds == true {
            message = Message(kind: .warning, text: "a scan runs no command: press Enter by hand if you mean it")
            return [.bell]
        }
        let isOrdinary = key.typedCharacter != nil || [.enter, .tab, .escape].contains(key)
        if isFast, !isOrdinary, changeTop(BarcodeDialog.self, { $0.damage() }) { return [] }
        return press(key)
    }

    // MARK: Scans

    /// Looks for what was scanned: on the list that is here, else on the server.
    mutating func scanned(_ raw: String) -> [Effect] {
        let scan: BarcodeScan
        do throws(BarcodeScan.Refusal) {
            scan = try BarcodeScan(String(BarcodeScan.withoutLineEnd(raw)), settings.barcode)
        } catch {
            message = Message(kind: .error, text: error.words)
            return [.bell]
        }
        guard isLargeEnough else { return [.bell] }
        if overlays.count == 1, overlays[0].isDetail { overlays.removeLast() }
        guard overlays.isEmpty, filterField == nil else {
            message = Message(kind: .warning, text: "scan not used: close this first, then scan again")
            return [.bell]
        }
        // The server has just said that there is no such item: the next field is asked for.
        let isAgain = scanQuery.map { $0.value == scan.value && $0.foundNothing } ?? false
        if !isAgain {
            let hits = settings.barcode.fields.map { (field: $0, rows: rows(with: scan.value, in: $0)) }
                .filter { !$0.rows.isEmpty }
            if let hit = hits.first, let row = hit.rows.first {
                let others = hits.dropFirst().filter { !isAlso($0.rows, of: hit.rows) }
                if let other = others.first { return contradicted(scan.value, hit, other) }
                return found(hit.rows, row, scan.value, hit.field)
            }
        }
        return ask(for: scan.value, after: isAgain ? scanQuery?.field : nil)
    }

    /// Rows of the list, hidden ones too, whose attribute is exactly this.
    private func rows(with value: String, in field: BarcodeSettings.Field) -> [Int] {
        guard let table = list?.rows.table else { return [] }
        let wanted = Array(value.utf8)
        var found: [Int] = []
        table.forEach(0..<table.count) { row, item in
            let own = item.value([], field.tag).map { ItemText.trimmed($0) } ?? []
            if own.count == wanted.count, own.elementsEqual(wanted) { found.append(row) }
            return true
        }
        return found
    }

    private func items(_ rows: [Int]) -> Set<ItemIdentity> {
        guard let table = list?.rows.table else { return [] }
        return Set(rows.map { ItemIdentity(table.item($0)) })
    }

    /// Both are one patient, by name, ID and birth date: an identifier that is the same in two fields is no contradiction.
    private func isAlso(_ rows: [Int], of others: [Int]) -> Bool {
        guard let table = list?.rows.table else { return true }
        func people(_ rows: [Int]) -> Set<[[UInt8]]> {
            Set(
                rows.map { row in
                    let item = table.item(row)
                    return [Tag.patientID, .issuerOfPatientID, .patientName, .patientBirthDate].map {
                        Array(ItemText.trimmed(item.value([], $0) ?? []))
                    }
                }
            )
        }
        return people(rows).isSubset(of: people(others))
    }

    /// The accession number of one patient is the ID of another: only a person can tell which was meant.
    private mutating func contradicted(
        _ value: String,
        _ hit: (field: BarcodeSettings.Field, rows: [Int]),
        _ other: (field: BarcodeSettings.Field, rows: [Int])
    ) -> [Effect] {
        func words(_ hit: (field: BarcodeSettings.Field, rows: [Int])) -> TerminalText {
            let count = items(hit.rows).count
            let whose = count == 1 ? hit.rows.first.map { name(ofRow: $0) } ?? "" : "\(count) items"
            return "\(hit.field.word) of \(whose)"
        }
        movedAt = now
        message = Message(kind: .warning, text: "none is chosen: the scan is \(words(hit)), and \(words(other))")
        return [.bell]
    }

    private mutating func found(_ rows: [Int], _ first: Int, _ value: String, _ field: BarcodeSettings.Field)
        -> [Effect]
    {
        guard let list else { return [] }
        let items = items(rows)
        var effects: [Effect] = [.bell]
        let code: TerminalText = isPrivate ? "***" : TerminalText(value)
        guard items.count == 1, let identity = items.first else {
            if let job = self.list?.rows.filter(by: RowFilter(exactly: value, in: field.column)) {
                effects.append(.arrange(job))
            }
            follow()
            // The row under the cursor is not one the user has chosen.
            movedAt = now
            message = Message(
                kind: .warning,
                text: "\(items.count) different items have \(field.word) \(code): none is chosen, look at each"
            )
            return effects
        }
        var note: TerminalText = ""
        if list.rows.position(of: first) == nil {
            _ = self.list?.rows.filter(by: nil)
            note = "; the filter that hid it is cleared"
        }
        if list.isRunning {
            note += "; the query is still running"
        } else if list.end?.isPartial == true {
            note += "; the list is not whole"
        }
        let rows = viewRows
        guard let place = self.list?.rows.position(of: first) else { return effects }
        self.list?.isTouched = true
        self.list?.place(at: place, viewRows: rows)
        seen = identity
        movedAt = nil
        message = Message(kind: .info, text: "\(name(ofRow: first)): \(field.word) \(code) scanned\(note)")
        return effects
    }

    private func name(ofRow row: Int) -> TerminalText {
        guard let list else { return .empty }
        let text = isPrivate ? list.rows.text(row).masked : list.rows.text(row)
        return text[.patient].hasValue ? text[.patient].text : MissingWords.name
    }

    /// Modality and station stay as they are, everything else makes way: what is sent is on the query line.
    private mutating func ask(for value: String, after last: BarcodeSettings.Field?) -> [Effect] {
        var fields = settings.barcode.fields[...]
        if let last, let index = fields.firstIndex(of: last), index + 1 < fields.endIndex {
            fields = fields[(index + 1)...]
        }
        guard let field = fields.first(where: { value.count <= $0.limit }), server != nil else {
            message = Message(
                kind: .warning,
                text: server == nil ? "no server yet: v chooses one" : "no such item here"
            )
            return [.bell]
        }
        var wanted = query.model == .worklist ? query : .worklist
        let kept: [AttributePath] = [.step(.modality), .step(.scheduledStationAETitle)]
        for key in wanted.matchingKeys where !kept.contains(key.path) { wanted.clear(key.path) }
        wanted.name = "Scan"
        let words = scanScopeWords
        wanted.set(AttributePath([], field.tag), value, source: .scanned)
        let effects = startQuery(wanted)
        guard let run, overlays.isEmpty else { return effects }
        scanQuery = ScanQuery(id: run.id, value: value, field: field)
        let code: TerminalText = isPrivate ? "***" : TerminalText(value)
        let whole: TerminalText = "not on this list: asking \(run.server.name) for \(field.word) \(code), \(words)"
        // Where that has no room, the line of the query tells the code.
        let isTooLong = whole.width + 2 > size.columns
        let text: TerminalText = isTooLong ? "not on this list: asking \(run.server.name), \(words)" : whole
        message = Message(kind: .info, text: text)
        return effects
    }

    /// `any day, modality CT, station CT01`: the keys a scanned query keeps.
    private var scanScopeWords: TerminalText {
        let kept = query.model == .worklist ? query.matchingKeys : []
        func value(_ tag: Tag) -> String? { kept.first { $0.path == .step(tag) }?.value }
        let modality = value(.modality).map { "modality \($0)" } ?? "any modality"
        let station = value(.scheduledStationAETitle).map { ", station \($0)" } ?? ""
        return TerminalText("any day, \(modality)\(station)")
    }

    /// A query has ended; what a scan asked for is said by name.
    mutating func scanEnded(_ id: FindID, _ end: QueryEnd) -> [Effect] {
        guard let scan = scanQuery, scan.id == id else { return [] }
        guard case .outcome(.complete) = end, let list else { return [] }
        let code: TerminalText = isPrivate ? "***" : TerminalText(scan.value)
        // What the server was asked for is not what it answered with, until that has been looked at.
        let rows = rows(with: scan.value, in: scan.field)
        let count = list.rows.count
        switch (count, rows.count, items(rows).count) {
        case (0, _, _):
            scanQuery?.foundNothing = true
            let next = settings.barcode.fields.drop { $0 != scan.field }.dropFirst().first
            let hint: TerminalText = next.map { "; scan it again to look for it as \($0.word)" } ?? ""
            message = Message(kind: .warning, text: "nothing has \(scan.field.word) \(code)\(hint)")
        case (_, 0, _):
            scanQuery?.foundNothing = true
            movedAt = now
            let answer: TerminalText = count == 1 ? "the row that came has" : "the \(count) rows that came have"
            message = Message(
                kind: .error,
                text: "NOT \(scan.field.word) \(code): \(answer) another; the server did not match on it"
            )
        case (_, count, 1):
            message = Message(kind: .info, text: "\(name(ofRow: 0)): \(scan.field.word) \(code) scanned")
        case (_, _, 1):
            guard let first = rows.first else { break }
            _ = found(rows, first, scan.value, scan.field)
            let others = count - rows.count
            message?.kind = .warning
            message?.text += "; \(others) other \(others == 1 ? "row has" : "rows have") another"
        default:
            movedAt = now
            message = Message(
                kind: .warning,
                text: "\(rows.count) rows have \(scan.field.word) \(code): none is chosen, look at each"
            )
        }
        return [.bell]
    }
}

extension HelpDialog {
    var runsWhatItFinds: Bool { true }
}

extension PaletteDialog {
    var runsWhatItFinds: Bool { true }
}

extension BarcodeSettings.Field {
    var tag: Tag {
        switch self {
        case .accession: .accessionNumber
        case .patientID: .patientID
        }
    }

    var column: ListColumn {
        switch self {
        case .accession: .accession
        case .patientID: .id
        }
    }
}
