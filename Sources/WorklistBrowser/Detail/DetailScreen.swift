import DICOMData
import DICOMMatching
import Terminal

/// One item of the list with every element it has, and every attribute that was asked for and did not come.
struct DetailScreen: Component {
    /// Where the item stands in the list, both from 1.
    private(set) var position: (row: Int, of: Int)
    let warning: TerminalText?
    let query: Query
    private(set) var tree: DetailTree
    private(set) var cursor = 0
    private(set) var folded: Set<AttributePath>
    private(set) var showsBytes = false
    private(set) var isRaw = false
    /// Without the line of keys at the bottom: another one has it already.
    var hidesHints = false
    /// Not an item of the list: it has no neighbours.
    var standsAlone = false
    /// What the list before had, by attribute.
    var changes: [AttributePath: ItemChange] = [:]
    /// The same in one line.
    var note: TerminalText?
    private let fallback: SpecificCharacterSet?

    /// - Parameters:
    ///   - fallback: What to read undeclared text as; nil guesses and says so.
    ///   - query: The query that brought the item: tells what was asked for.
    ///   - warning: A line about the patient, such as a namesake on the list.
    init(
        item: EncodedDataSet,
        fallback: SpecificCharacterSet?,
        query: Query,
        position: (row: Int, of: Int),
        warning: TerminalText?
    ) {
        self.position = position
        self.warning = warning
        self.query = query
        self.fallback = fallback
        tree = Self.tree(item, fallback, query)
        // The step itself is what one reads; the rest is a line with a summary until it is opened.
        folded = tree.sequences.filter { $0 != AttributePath([], .scheduledProcedureStepSequence) }
        tree.arrange(folded: folded)
    }

    private static func tree(_ item: EncodedDataSet, _ fallback: SpecificCharacterSet?, _ query: Query) -> DetailTree {
        var dataSet = item.decoded
        dataSet.fallbackCharacterSet = fallback
        return DetailTree(dataSet, query: query)
    }

    /// The same screen for another item of the list: the cursor stays on its attribute, the view as it was.
    ///
    /// `fallback`: how that item is read.
    func showing(
        _ item: EncodedDataSet,
        fallback: SpecificCharacterSet?,
        position: (row: Int, of: Int),
        warning: TerminalText?
    ) -> DetailScreen {
        var other = DetailScreen(
            item: item,
            fallback: fallback,
            query: query,
            position: position,
            warning: warning
        )
        other.showsBytes = showsBytes
        other.hidesHints = hidesHints
        other.isRaw = isRaw
        other.folded = other.tree.sequences.filter { sequence in
            tree.sequences.contains(sequence) ? folded.contains(sequence) : other.folded.contains(sequence)
        }
        other.tree.arrange(folded: other.folded)
        if let path = current?.path, let index = other.tree.rows.firstIndex(where: { $0.path == path }) {
            other.cursor = index
        }
        return other
    }

    var isFullScreen: Bool { true }
    var keyContext: KeyContext { .detail }
    var takesText: Bool { false }

    /// The line under the cursor; nil on the line of a defect, and in an empty data set.
    var current: DetailTree.Row? { tree.rows.indices.contains(cursor) ? tree.rows[cursor] : nil }

    /// Lines of the tree, that of a defect included.
    var lineCount: Int { tree.rows.count + (tree.root.defect == nil ? 0 : 1) }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] { [] }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        let last = max(0, lineCount - 1)
        switch command {
        case .moveDown: cursor = min(cursor + 1, last)
        case .moveUp: cursor = max(0, cursor - 1)
        case .movePageDown: cursor = min(cursor + 14, last)
        case .movePageUp: cursor = max(0, cursor - 14)
        case .moveHalfDown: cursor = min(cursor + 7, last)
        case .moveHalfUp: cursor = max(0, cursor - 7)
        case .moveFirst: cursor = 0
        case .moveLast: cursor = last
        case .moveLeft: fold()
        case .moveRight: if let path = sequencePath, folded.contains(path) { toggle(path) }
        case .detailFold, .accept: if let path = sequencePath { toggle(path) } else { fold() }
        case .detailFoldAll:
            folded = folded.isEmpty ? tree.sequences : []
            rearrange(keeping: current?.path)
        case .detailBytes: showsBytes.toggle()
        case .detailRaw: isRaw.toggle()
        case .detailCopy: return copy()
        case .detailCopyAll:
            return [.effect(.copy(plainText())), .message(Message(kind: .info, text: "All elements are copied."))]
        case .detailAsKey: return useAsKey()
        case .detailCharacterSet: return tryCharacterSets()
        case .back: return [.close]
        default: break
        }
        return []
    }

    /// The sequence of the line under the cursor, if it is one.
    private var sequencePath: AttributePath? {
        guard let row = current, let element = tree.element(row), element.vr == .SQ else { return nil }
        return row.path
    }

    private mutating func toggle(_ path: AttributePath) {
        if folded.remove(path) == nil { folded.insert(path) }
        rearrange(keeping: path)
    }

    /// Closes the sequence under the cursor, else the one around it.
    private mutating func fold() {
        guard let row = current else { return }
        var target = row.path.parent
        if case .item = row.kind { target = row.path }
        if let own = sequencePath, !folded.contains(own) { target = own }
        guard let target else { return }
        folded.insert(target)
        rearrange(keeping: target)
    }

    private mutating func rearrange(keeping path: AttributePath?) {
        tree.arrange(folded: folded)
        var wanted = path
        while let target = wanted {
            if let index = tree.rows.firstIndex(where: { $0.path == target }) {
                cursor = index
                return
            }
            wanted = target.parent
        }
        cursor = min(cursor, max(0, lineCount - 1))
    }

    /// The value under the cursor read otherwise, else the patient's name.
    private func tryCharacterSets() -> [Intent] {
        var places: [(DataElement, DataSet)] = []
        if let row = current, let element = tree.element(row) { places.append((element, tree.dataSet(row))) }
        if let name = tree.root[.patientName] { places.append((name, tree.root)) }
        for (element, dataSet) in places {
            if let trial = CharacterSetTrial(element, in: dataSet, fallback: fallback) {
                return [.open(Overlay(trial))]
            }
        }
        return [.message(Message(kind: .info, text: "Plain ASCII here and in the name: every set reads it alike."))]
    }

    /// The item is read with this set from now on.
    func reading(with set: SpecificCharacterSet?, _ item: EncodedDataSet) -> DetailScreen {
        showing(item, fallback: set, position: position, warning: warning)
    }

    // MARK: Taking values away

    private func copy() -> [Intent] {
        guard let row = current, let element = tree.element(row), element.vr != .SQ else {
            return [.message(Message(kind: .info, text: "There is no value to copy on this line."))]
        }
        let text = ElementText(element, in: tree.dataSet(row), readable: false).value
        return [
            .effect(.copy(text.string)),
            .message(Message(kind: .info, text: "\(AttributeNames.name(of: element.tag)) is copied.")),
        ]
    }

    /// Every element as a line of text, sequences opened.
    func plainText() -> String {
        var open = tree
        open.arrange(folded: [])
        var text = ""
        for row in open.rows {
            let indent = String(repeating: "  ", count: min(row.depth, 32))
            switch row.kind {
            case .item(let number): text += indent + "Item \(number + 1)\n"
            case .missing:
                text += indent + "\(row.path.tag) \(AttributeNames.name(of: row.path.tag)): not returned\n"
            case .element:
                guard let element = open.element(row) else { continue }
                let name = TerminalText(AttributeNames.name(of: element.tag))
                let value: TerminalText =
                    element.vr == .SQ
                    ? "\(element.items.count) item\(element.items.count == 1 ? "" : "s")"
                    : ElementText(element, in: open.dataSet(row), readable: false).value
                text += indent + "\(element.tag) \(element.vr) \(name): \(value)\n"
            }
        }
        if let defect = open.root.defect { text += "Damaged: \(defect)\n" }
        return text
    }

    /// Adds the value under the cursor to the query.
    private func useAsKey() -> [Intent] {
        func say(_ text: TerminalText, _ kind: Message.Kind = .info) -> [Intent] {
            [.message(Message(kind: kind, text: text))]
        }
        guard let row = current, let element = tree.element(row), !element.isEmpty else {
            return say("There is no value on this line to ask for.")
        }
        let name = TerminalText(AttributeNames.name(of: element.tag))
        guard element.vr.takesKeyValue, element.tag != .specificCharacterSet else {
            return say("\(name) can be returned, not matched.")
        }
        guard let decoded = tree.dataSet(row).text(of: element), decoded.problem == nil,
            !TerminalText(decoded.string).altered
        else {
            return say("\(name) has characters that are not certain: type the value in the query instead.", .warning)
        }
        let values = element.vr.isMultiValued ? (tree.dataSet(row).strings(element.tag) ?? []) : [decoded.string]
        guard let value = values.first(where: { !$0.isEmpty }) else {
            return say("There is no value on this line to ask for.")
        }
        // Stars alone would match everything: what the privacy mask shows in place of an identifier.
        if value.allSatisfy({ $0 == "*" }) { return say("\(name) is hidden here and cannot be asked for.", .warning) }
        // A key sequence has one item, whichever item the value came from (PS3.4 C.2.2.2.6).
        let steps = row.path.steps.map { AttributePath.Step($0.tag, item: 0) }
        let key = QueryKey(AttributePath(steps, element.tag), vr: element.vr, value: value)
        let rest: TerminalText = values.count > 1 ? " (the first of \(values.count) values)" : ""
        let isWild = element.vr.allowsWildcards && value.contains { $0 == "*" || $0 == "?" }
        if isWild {
            return [.addKey(key)] + say("Added: \(name) = \(value). Its * and ? will match any text.", .warning)
        }
        return [.addKey(key)] + say("Added to the query: \(name) = \(value)\(rest)")
    }
}
