import DICOMData
import DICOMMatching
import Terminal

/// The keys of the tree of keys.
extension BuilderScreen {
    mutating func performInTree(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        let now = surroundings.now.queryMoment
        switch command {
        case .moveDown: cursor = min(cursor + 1, max(0, rows.count - 1))
        case .moveUp: cursor = max(0, cursor - 1)
        case .movePageDown: cursor = min(cursor + 14, max(0, rows.count - 1))
        case .movePageUp: cursor = max(0, cursor - 14)
        case .moveHalfDown: cursor = min(cursor + 7, max(0, rows.count - 1))
        case .moveHalfUp: cursor = max(0, cursor - 7)
        case .moveFirst: cursor = 0
        case .moveLast: cursor = max(0, rows.count - 1)
        case .moveLeft: fold()
        case .moveRight: unfold()
        case .builderFold: toggleFold()
        case .accept, .builderEdit: return edit()
        case .builderReturnOnly: return returnOnly()
        case .builderDrop: return drop()
        case .builderAdd: mode = .adding(AttributePicker(query, target: targetHere))
        case .builderAddItem: return addItem()
        case .builderHelper:
            guard let row = current, let key = key(at: row), key.vr.takesKeyValue else {
                return info("There is no value to choose on this line.")
            }
            if key.vr == .UI {
                mode = .listing(UIDListEditor(key))
                return []
            }
            guard let helper = ValueHelper(key, server: server, now: now) else {
                return info("No values to choose from for \(key.vr): type one, Enter.")
            }
            mode = .choosing(helper, over: nil)
        case .builderUndo: if !step(from: \.past, to: \.future) { return info("Nothing to undo.") }
        case .builderRedo: if !step(from: \.future, to: \.past) { return info("Nothing to redo.") }
        case .builderNextProblem: return nextProblem(now)
        case .builderPreview: preview = Preview(rawValue: preview.rawValue + 1) ?? .first
        case .builderSave, .querySave:
            return [.saved(.openSave(query, asked: asked.filter { query[$0.key]?.isMatching == false }))]
        case .builderCopy:
            let line = FindscuLine.text(for: query, peer: peer, now: now)
            return [.effect(.copy(line))] + info("The findscu line is copied.")
        case .builderRun, .queryRun: return run(surroundings)
        case .back:
            if isPreviewToggled {
                preview = .first
                return []
            }
            // Half of a saved query is not kept: its open keys would then ask for everything.
            let isWhole = !query.keys.contains(where: isAsked)
            return (query != opened && isWhole ? [.keep(query)] : []) + [.close]
        default: break
        }
        return []
    }

    var peer: FindscuLine.Peer? {
        server.map {
            FindscuLine.Peer(calling: $0.callingAETitle, called: $0.calledAETitle, host: $0.host, port: $0.port)
        }
    }

    private mutating func toggleFold() {
        guard let row = current, case .sequence = row.kind else { return fold() }
        if folded.remove(row.path) == nil { folded.insert(row.path) }
        refreshRows()
    }

    private mutating func fold() {
        guard let row = current else { return }
        let sequence: AttributePath?
        if case .sequence = row.kind, !folded.contains(row.path) {
            sequence = row.path
        } else if case .item = row.kind {
            sequence = row.path
        } else {
            sequence = row.path.parent
        }
        guard let sequence else { return }
        folded.insert(sequence)
        refreshRows()
        restoreCursor(.line(sequence))
    }

    private mutating func unfold() {
        guard let row = current, folded.remove(row.path) != nil else { return }
        refreshRows()
    }

    private mutating func edit() -> [Intent] {
        guard let row = current else { return info("The query has no keys: a adds an attribute.") }
        switch row.kind {
        case .sequence:
            toggleFold()
        case .item:
            fold()
        case .key(let index):
            let key = query.keys[index]
            if key.isWholeSequence { return info("Returned whole. i adds an item with keys of its own.") }
            guard key.vr.takesKeyValue else { return info("\(key.vr) can be returned, not matched.") }
            startEditing()
        }
        return []
    }

    mutating func startEditing(runsOnAccept: Bool = false) {
        guard let row = current, let key = key(at: row), key.vr.takesKeyValue else { return }
        mode = .editing(ValueEditor(key, runsOnAccept: runsOnAccept))
    }

    private mutating func returnOnly() -> [Intent] {
        guard let row = current else { return [] }
        switch row.kind {
        case .key(let index):
            if query.keys[index].isMatching {
                change { $0.clear(row.path) }
            } else if asked.removeValue(forKey: row.path) != nil {
                return info("Not asked for any more: returned, not matched.")
            }
            return []
        case .sequence, .item:
            let inside = query.keys(inside: row.path).filter { key in
                guard case .item(let number) = row.kind else { return true }
                return key.path.steps[row.path.steps.count].item == number
            }
            let matching = inside.filter(\.isMatching)
            if !matching.isEmpty {
                change { query in for key in matching { query.clear(key.path) } }
                return info("\(matching.count) values inside emptied; undo brings them back.")
            }
            guard case .sequence(_, let count) = row.kind else { return [] }
            change { $0.returnWholeSequence(row.path) }
            return info("Asked for as a whole, its \(count) keys dropped; undo brings them back.")
        }
    }

    private mutating func drop() -> [Intent] {
        guard let row = current else { return [] }
        switch row.kind {
        case .key:
            change { $0.remove(row.path) }
            return []
        case .item(let number):
            change { $0.removeItem(number, of: row.path) }
            return info("Item \(number + 1) dropped; undo brings it back.")
        case .sequence(_, let count):
            change { $0.remove(row.path) }
            return info("Dropped with its \(count) keys; undo brings them back.")
        }
    }

    /// A further item with the keys of the first one, empty; the first item of a sequence asked for as a whole.
    private mutating func addItem() -> [Intent] {
        guard let row = current else { return [] }
        let sequence: AttributePath
        switch row.kind {
        case .sequence, .item: sequence = row.path
        case .key(let index):
            if query.keys[index].isWholeSequence {
                sequence = row.path
            } else if let parent = row.path.parent {
                sequence = parent
            } else {
                return info("Items belong in a sequence: go to one first.")
            }
        }
        let number = query.itemCount(of: sequence)
        let depth = sequence.steps.count
        var paths: [AttributePath]
        if number > 0 {
            paths = query.keys(inside: sequence).filter { $0.path.steps[depth].item == 0 }.map { key in
                var path = key.path
                path.steps[depth].item = number
                return path
            }
        } else {
            paths = Self.members(of: sequence)
            guard !paths.isEmpty else {
                mode = .adding(AttributePicker(query, target: .item(sequence: sequence, number: 0)))
                return []
            }
        }
        folded.remove(sequence)
        change { query in for path in paths { query.set(QueryKey(path)) } }
        if let first = paths.first { reveal(first) }
        return number > 0
            ? info("Item \(number + 1) added. A key sequence has one item: servers may refuse more.", .warning) : []
    }

    /// What an item of the sequence usually has: the model's attributes, or those of a code.
    private static func members(of sequence: AttributePath) -> [AttributePath] {
        let tags = sequence.tags
        let inModel = WorklistModel.attributes.filter {
            $0.path.steps.count == tags.count && $0.path.tags.dropLast().elementsEqual(tags) && $0.vr != .SQ
        }
        let wanted: [Tag] =
            if AttributeNames.name(of: sequence.tag).contains("Code Sequence") {
                [.codeValue, .codingSchemeDesignator, .codeMeaning]
            } else {
                inModel.map(\.path.tag)
            }
        return wanted.map { sequence.child($0) }
    }

    private mutating func nextProblem(_ now: QueryMoment) -> [Intent] {
        let findings = KeyCheck.findings(in: query, now: now)
        let errors = findings.keys.filter { findings[$0]?.first?.severity == .error }.sorted()
        // Notes matter on keys that match; that an empty one is optional is no news.
        let notes = findings.keys.filter { query.keys.indices.contains($0) && query.keys[$0].isMatching }.sorted()
        let wanted = errors.isEmpty ? notes : errors
        var here = -1
        if let row = current, case .key(let index) = row.kind { here = index }
        guard let next = wanted.first(where: { $0 > here }) ?? wanted.first, query.keys.indices.contains(next) else {
            return info("No value has an error or a note.")
        }
        reveal(query.keys[next].path)
        return errors.isEmpty ? info("No key has an error; this one has a note.") : []
    }

    /// Where a new attribute goes: into the item the cursor is in, if it is not the first one of the model's.
    private var targetHere: AttributePicker.Target {
        guard let row = current else { return .model }
        if case .item(let number) = row.kind { return .item(sequence: row.path, number: number) }
        guard let parent = row.path.parent, let last = row.path.steps.last, last.item > 0 else { return .model }
        return .item(sequence: parent, number: last.item)
    }

    /// Sends the query if every key can be sent; else goes to the first that cannot and says why.
    mutating func run(_ surroundings: Surroundings) -> [Intent] {
        if let open = query.keys.first(where: isAsked) {
            reveal(open.path)
            startEditing(runsOnAccept: true)
            return info("\(AttributeNames.name(of: open.path.tag)) is asked for each time: type it, Enter.", .warning)
        }
        do throws(QueryError) {
            _ = try query.identifier(server?.identifierForm ?? IdentifierForm(), now: surroundings.now.queryMoment)
            return [.run(query)]
        } catch {
            if let path = error.path {
                reveal(path)
                let name = AttributeNames.name(of: path.tag)
                return info("Cannot run: \(name) \(path.tag): \(error.reason)", .error)
            }
            return info("Cannot run: \(error.reason); \(error.advice)", .error)
        }
    }
}
