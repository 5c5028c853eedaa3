import DICOMData

/// A query: the keys to send, in the order in which they will stand in the identifier.
///
/// Command line, saved files and the query builder all edit this one value. Keys are a flat list of paths; a sequence exists
/// by the keys inside it, or by one key of its own without children that asks for the whole of it.
public struct Query: Hashable, Sendable {
    public var name: String
    public var model: QueryModel
    /// Query/Retrieve Level; ignored by models without levels.
    public var level: QueryLevel?
    public private(set) var keys: [QueryKey] = []

    public init(name: String = "", model: QueryModel = .worklist, level: QueryLevel? = nil, keys: [QueryKey] = []) {
        self.name = name
        self.model = model
        self.level = level ?? (model.hasLevels ? .study : nil)
        for key in keys { set(key) }
    }

    // MARK: Reading

    public subscript(path: AttributePath) -> QueryKey? {
        index(of: path).map { keys[$0] }
    }

    /// Index of the key of that path in ``keys``.
    public func index(of path: AttributePath) -> Int? {
        keys.firstIndex { $0.path == path }
    }

    /// The keys that match on something.
    public var matchingKeys: [QueryKey] { keys.filter(\.isMatching) }

    /// The keys at any depth in the sequence at that path.
    public func keys(inside sequence: AttributePath) -> [QueryKey] {
        keys.filter { $0.path.isInside(sequence) }
    }

    /// How many items of the sequence have keys: one more than the highest item index in use.
    public func itemCount(of sequence: AttributePath) -> Int {
        let depth = sequence.steps.count
        return (keys(inside: sequence).map { $0.path.steps[depth].item }.max() ?? -1) + 1
    }

    // MARK: Changing

    /// Adds a key in its place, or replaces the key of its path.
    ///
    /// A key inside a sequence ends the sequence's being asked for as a whole; a key for the whole sequence drops those inside it.
    public mutating func set(_ key: QueryKey) {
        if key.isWholeSequence { keys.removeAll { $0.path.isInside(key.path) } }
        var parent = key.path.parent
        while let sequence = parent {
            keys.removeAll { $0.path == sequence }
            parent = sequence.parent
        }
        if let index = index(of: key.path) {
            keys[index] = key
            return
        }
        let place = keys.firstIndex { key.path.precedes($0.path) } ?? keys.endIndex
        keys.insert(key, at: place)
    }

    /// Sets the value of a key, adding it if it is not there; see ``set(_:)``.
    public mutating func set(_ path: AttributePath, _ value: String, source: ValueSource = .user) {
        set(QueryKey(path, vr: self[path]?.vr, value: value, source: source))
    }

    /// Empties the value of a key: the attribute is still asked for.
    public mutating func clear(_ path: AttributePath) {
        guard let index = index(of: path) else { return }
        keys[index].value = ""
        keys[index].source = .empty
    }

    /// Removes a key, or a sequence with all the keys inside it.
    public mutating func remove(_ path: AttributePath) {
        keys.removeAll { $0.path == path || $0.path.isInside(path) }
    }

    /// Asks for a whole sequence: one key of its own, none inside.
    public mutating func returnWholeSequence(_ path: AttributePath) {
        set(QueryKey(path, vr: .SQ))
    }

    /// Removes one item of a sequence; the items behind it move up.
    public mutating func removeItem(_ item: Int, of sequence: AttributePath) {
        let depth = sequence.steps.count
        keys = keys.compactMap { key in
            guard key.path.isInside(sequence) else { return key }
            let own = key.path.steps[depth].item
            if own == item { return nil }
            var key = key
            if own > item { key.path.steps[depth].item = own - 1 }
            return key
        }
    }
}

// MARK: - Rows of a builder

extension Query {
    /// One line of a builder: a key, a sequence that stands over its keys, or an item where a sequence has several.
    public struct OutlineRow: Hashable, Sendable {
        public enum Kind: Hashable, Sendable {
            /// Index in ``Query/keys``.
            case key(Int)
            case sequence(items: Int, keys: Int)
            case item(Int)
        }

        public let kind: Kind
        /// Of the key or sequence; for an item, of its sequence.
        public let path: AttributePath
        /// 0 at the top level.
        public let depth: Int
    }

    /// The keys as lines, with a line for each sequence that has keys inside, and for each item where there are several.
    public var outline: [OutlineRow] {
        var rows: [OutlineRow] = []
        var open: [AttributePath.Step] = []
        for (index, key) in keys.enumerated() {
            let steps = key.path.steps
            var common = 0
            while common < min(open.count, steps.count), open[common] == steps[common] { common += 1 }
            for depth in common..<max(common, steps.count) {
                let sequence = AttributePath(Array(steps.prefix(depth)), steps[depth].tag)
                let items = itemCount(of: sequence)
                let isNew = depth >= open.count || depth > common || open[depth].tag != steps[depth].tag
                if isNew {
                    let count = keys(inside: sequence).count
                    rows.append(OutlineRow(kind: .sequence(items: items, keys: count), path: sequence, depth: depth))
                }
                if items > 1 {
                    rows.append(OutlineRow(kind: .item(steps[depth].item), path: sequence, depth: depth + 1))
                }
            }
            open = steps
            rows.append(OutlineRow(kind: .key(index), path: key.path, depth: steps.count))
        }
        return rows
    }
}
