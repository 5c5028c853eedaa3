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

    var field = TextField()
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

    mutating func move(by step: Int) { cursor = min(max(0, cursor + step), max(0, results.count - 1)) }

    mutating func nextTarget() {
        let index = targets.firstIndex(of: target) ?? 0
        target = targets[(index + 1) % targets.count]
    }

    mutating func toggleWorklistOnly() {
        worklistOnly.toggle()
        refresh()
    }

    /// After the field has changed.
    mutating func refresh() {
        results = AttributeSearch.shared.results(for: field.text, worklistOnly: worklistOnly, limit: Self.resultLimit)
        cursor = 0
    }
}
