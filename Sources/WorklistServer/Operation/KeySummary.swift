import DICOMData
import DICOMProtocol

/// What a query asks, by the names of its keys and the kind of their matching. Never a value: fit for a log.
public struct KeySummary: Hashable, Sendable, CustomStringConvertible {
    /// Kinds of matching (PS3.4 C.2.2.2).
    public enum Kind: String, Hashable, Sendable {
        case single, list, wildcard, range
    }

    /// A key that restricts.
    public struct Key: Hashable, Sendable {
        /// Keywords, or numbers where the dictionary has no keyword: `ScheduledProcedureStepSequence.Modality`.
        public let path: String
        public let kind: Kind
    }

    /// The keys that restrict, in the order of their tags.
    public private(set) var matching: [Key] = []
    /// How many attributes are asked for without restricting anything.
    public private(set) var returned = 0

    public init(_ identifier: DataSet) {
        add(identifier, prefix: "", depth: 0)
    }

    private mutating func add(_ dataSet: DataSet, prefix: String, depth: Int) {
        for element in dataSet.elements {
            let tag = element.tag
            if tag == .specificCharacterSet || tag == .timezoneOffsetFromUTC || tag.isPrivateCreator { continue }
            let path = prefix + (DataDictionary.keywordOrTag(tag))
            if case .items = element.value {
                let items = dataSet.items(tag)
                if items.allSatisfy(\.isEmpty) { returned += 1 }
                guard depth < 8 else { continue }
                for item in items { add(item, prefix: path + ".", depth: depth + 1) }
            } else if let kind = Self.kind(element) {
                matching.append(Key(path: path, kind: kind))
            } else {
                returned += 1
            }
        }
    }

    private static func kind(_ element: DataElement) -> Kind? {
        let bytes = element.bytes
        guard bytes.contains(where: { $0 != 0x20 && $0 != 0 }) else { return nil }
        let text = bytes.filter { $0 != 0x20 && $0 != 0 }
        switch element.vr {
        case .DA, .TM, .DT:
            return text.contains(UInt8(ascii: "-")) ? .range : .single
        case .UI:
            return text.contains(UInt8(ascii: "\\")) ? .list : .single
        default:
            if text.allSatisfy({ $0 == UInt8(ascii: "*") }) { return nil }
            if text.contains(where: { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }) { return .wildcard }
            return .single
        }
    }

    /// `PatientName:wildcard ScheduledProcedureStepSequence.Modality:single`; `none` for a query without keys.
    public var description: String {
        matching.isEmpty ? "none" : matching.map { "\($0.path):\($0.kind.rawValue)" }.joined(separator: " ")
    }
}
