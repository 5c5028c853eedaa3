import DICOMData

/// One key of a query: an attribute and the value to match, as it was typed.
public struct QueryKey: Hashable, Sendable {
    public var path: AttributePath
    public var vr: VR
    /// As typed, relative dates included; empty asks for the attribute without matching on it.
    public var value: String
    public var source: ValueSource

    /// The VR is the dictionary's unless one is given; `source` is `.empty` for an empty value whatever is passed.
    public init(_ path: AttributePath, vr: VR? = nil, value: String = "", source: ValueSource = .user) {
        self.path = path
        self.vr = vr ?? DataDictionary.vr(of: path.tag) ?? .UN
        self.value = value
        self.source = value.isEmpty ? .empty : source
    }

    /// The key takes part in matching.
    public var isMatching: Bool { !value.isEmpty }

    /// A sequence asked for as a whole (PS3.4 C.2.2.2.6, zero-length sequence).
    public var isWholeSequence: Bool { vr == .SQ }
}

extension AttributePath {
    /// The steps with the attribute as the last of them: the order of keys in an identifier.
    var route: [Step] { steps + [Step(tag, item: -1)] }

    /// Whether `self` comes before `other` in an encoded identifier: by tag at each level, by item within a sequence.
    func precedes(_ other: AttributePath) -> Bool {
        for (a, b) in zip(route, other.route) {
            if a.tag != b.tag { return a.tag < b.tag }
            if a.item != b.item { return a.item < b.item }
        }
        return route.count < other.route.count
    }

    /// The tags alone, items left out: how a model names an attribute.
    public var tags: [Tag] { steps.map(\.tag) + [tag] }

    /// Whether the attribute stands, at any depth, in the sequence at `sequence`.
    public func isInside(_ sequence: AttributePath) -> Bool {
        let depth = sequence.steps.count
        guard steps.count > depth, Array(steps.prefix(depth)) == sequence.steps else { return false }
        return steps[depth].tag == sequence.tag
    }

    /// An attribute in an item of the sequence at this path.
    public func child(_ tag: Tag, item: Int = 0) -> AttributePath {
        AttributePath(steps + [Step(self.tag, item: item)], tag)
    }

    /// The sequence the attribute stands in; nil at the top level.
    public var parent: AttributePath? {
        guard let last = steps.last else { return nil }
        return AttributePath(Array(steps.dropLast()), last.tag)
    }
}
