import DICOMData
import DICOMMatching
import Terminal

/// Finds an attribute of the dictionary, and says where in the query it goes.
struct AttributePicker: Hashable {
    /// Where the chosen attribute is put.
    enum Target: Hashable {
        /// Where the worklist model has it, else the top level.
        case model
        case top
        case item(sequence: AttributePath, number: Int)
    }

    private(set) var field = TextField()
    private(set) var worklistOnly = false
    private(set) var cursor = 0
    private(set) var results: [AttributeSearch.Result] = []
    private(set) var target: Target
    private let targets: [Target]

    /// More than anybody scrolls through.
    static let resultLimit = 200

    init(_ query: Query, target: Target = .model) {
        var targets: [Target] = [.model, .top]
        for row in query.outline {
            guard case .sequence(let items, _) = row.kind else { continue }
            for number in 0..<max(1, items) { targets.append(.item(sequence: row.path, number: number)) }
        }
        if !targets.contains(target) { targets.append(target) }
        self.targets = targets
        self.target = target
        refresh()
    }

    var chosen: AttributeSearch.Result? { results.indices.contains(cursor) ? results[cursor] : nil }

    func path(for result: AttributeSearch.Result) -> AttributePath {
        switch target {
        case .model: result.path
        case .top: AttributePath([], result.tag)
        case .item(let sequence, let number): sequence.child(result.tag, item: number)
        }
    }

    // MARK: Keys, the same wherever an attribute is looked for

    enum Answer {
        /// It goes on.
        case looking
        case left
        /// There was nothing to choose; it goes on.
        case nothingFits
        case chosen(AttributePath, vr: VR)
    }

    static let nothingFits: TerminalText = "No attribute fits: shorten what is typed."

    mutating func perform(_ command: Command) -> Answer {
        switch command {
        case .moveDown: move(by: 1)
        case .moveUp: move(by: -1)
        case .moveFirst: move(by: -results.count)
        case .movePageDown: move(by: 8)
        case .movePageUp: move(by: -8)
        case .pickerLevel: nextTarget()
        case .pickerWorklistOnly: toggleWorklistOnly()
        case .back: return .left
        case .accept: return chosen.map { .chosen(path(for: $0), vr: $0.vr) } ?? .nothingFits
        default:
            let before = field.characters
            if field.perform(command), field.characters != before { refresh() }
        }
        return .looking
    }

    mutating func insert(_ text: String) {
        field.insert(text)
        refresh()
    }

    mutating func click(line index: Int) { move(by: index - cursor) }

    private mutating func move(by step: Int) { cursor = min(max(0, cursor + step), max(0, results.count - 1)) }

    private mutating func nextTarget() {
        let index = targets.firstIndex(of: target) ?? 0
        target = targets[(index + 1) % targets.count]
    }

    private mutating func toggleWorklistOnly() {
        worklistOnly.toggle()
        refresh()
    }

    /// After the field has changed.
    private mutating func refresh() {
        results = AttributeSearch.shared.results(for: field.text, worklistOnly: worklistOnly, limit: Self.resultLimit)
        cursor = 0
    }
}
