/// Optional behaviour of query services, agreed by extended negotiation (PS3.4 C.5.1 for Query/Retrieve, K.4.1.2 for
/// Modality Worklist).
public struct QueryOptions: OptionSet, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Relational queries: keys of any level (byte 1; Query/Retrieve only).
    public static let relational = QueryOptions(rawValue: 1 << 0)
    /// Date and time attributes match as one moment (byte 2; Query/Retrieve only, worklists always do so).
    public static let combinedDateTime = QueryOptions(rawValue: 1 << 1)
    /// Fuzzy semantic matching of person names (byte 3).
    public static let fuzzyNames = QueryOptions(rawValue: 1 << 2)
    /// Timezone query adjustment (byte 4).
    public static let timezone = QueryOptions(rawValue: 1 << 3)
    /// Enhanced multi-frame image conversion (byte 5; Query/Retrieve only).
    public static let enhancedMultiFrame = QueryOptions(rawValue: 1 << 4)
    /// Empty value matching, keys of two quotation marks (byte 6; Query/Retrieve only).
    public static let emptyValue = QueryOptions(rawValue: 1 << 5)
    /// Multiple value matching (byte 7; Query/Retrieve only).
    public static let multipleValue = QueryOptions(rawValue: 1 << 6)

    /// Which service class lays out the bytes.
    public enum Layout: Sendable, Hashable {
        /// Byte 1 relational, 2 combined date and time, 3 fuzzy names, 4 timezone, 5 enhanced multi-frame, 6 empty value,
        /// 7 multiple value.
        case queryRetrieve
        /// Bytes 1 and 2 reserved with value 1, 3 fuzzy names, 4 timezone.
        case worklist

        fileprivate var byteCount: Int { self == .worklist ? 4 : 7 }
        fileprivate var options: QueryOptions {
            self == .worklist ? [.fuzzyNames, .timezone] : QueryOptions(rawValue: 0x7F)
        }
    }

    /// Reads service class application information. Missing bytes are 0, further ones are not ours to know; only the
    /// value 1 means yes.
    public init(_ bytes: some Collection<UInt8>, _ layout: Layout) {
        var options = QueryOptions()
        for (position, byte) in bytes.prefix(layout.byteCount).enumerated() where byte == 1 {
            options.insert(QueryOptions(rawValue: 1 << UInt8(position)))
        }
        self = options.intersection(layout.options)
    }

    /// The bytes to propose: up to the last option that is set, because older acceptors know fewer; a worklist always has
    /// its four.
    public func bytes(_ layout: Layout) -> [UInt8] {
        let used = intersection(layout.options).rawValue
        switch layout {
        case .worklist:
            return [1, 1, used & Self.fuzzyNames.rawValue == 0 ? 0 : 1, used & Self.timezone.rawValue == 0 ? 0 : 1]
        case .queryRetrieve:
            let count = max(1, 8 - used.leadingZeroBitCount)
            return (0..<count).map { used >> UInt8($0) & 1 }
        }
    }

    /// The acceptor's answer to a proposal: what both want, never longer than what was proposed.
    ///
    /// - Returns: nil for an empty proposal, to be left unanswered.
    public static func answer(
        to proposal: [UInt8],
        supporting supported: QueryOptions,
        _ layout: Layout
    ) -> [UInt8]? {
        guard !proposal.isEmpty else { return nil }
        let agreed = QueryOptions(proposal, layout).intersection(supported).bytes(layout)
        let count = min(proposal.count, layout.byteCount)
        return Array((agreed + repeatElement(0, count: layout.byteCount)).prefix(count))
    }

    public var description: String {
        let names = [
            "relational queries", "combined date and time", "fuzzy names", "timezone adjustment",
            "enhanced multi-frame conversion", "empty value matching", "multiple value matching",
        ]
        let set = names.enumerated().filter { rawValue >> UInt8($0.offset) & 1 == 1 }.map(\.element)
        return set.isEmpty ? "none" : set.joined(separator: ", ")
    }
}
