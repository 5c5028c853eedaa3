import DICOMData

/// The condition of one key, compiled from its value.
enum ValueMatcher: Hashable, Sendable {
    /// Several patterns, of which one, or each, has to fit one of the values.
    struct Patterns<Pattern: Hashable & Sendable>: Hashable, Sendable {
        let patterns: [Pattern]
        let all: Bool

        func hold(_ fits: (Pattern) -> Bool) -> Bool {
            all ? patterns.allSatisfy(fits) : patterns.contains(where: fits)
        }
    }

    /// DS and IS: text, and the number it stands for.
    struct Number: Hashable, Sendable {
        let text: String
        let value: Double?

        func equals(_ other: Number) -> Bool {
            if let value, let otherValue = other.value { return value == otherValue }
            return text == other.text
        }

        init(_ text: String) {
            self.text = text
            let isDecimal = text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E || byte | 0x20 == 0x65
            }
            value = isDecimal ? Double(text) : nil
        }
    }

    case universal
    case text(Patterns<TextPattern>)
    case name(Patterns<NamePattern>, fuzzy: FuzzyName?)
    case uids([String])
    case date(WireRange)
    case time(WireRange)
    case dateTime(WireRange)
    case numbers(Patterns<Number>)
    /// Two quotation marks: no value at all.
    case empty
    /// A value in a VR that cannot be matched; any record fits, and the key counts as unsupported.
    case unmatchable

    /// Longest key in characters: bounds the work of a hostile pattern.
    static let maximumLength = 1_024

    /// Compiles the value of a key, never one of a sequence.
    init(
        _ element: DataElement,
        in identifier: DataSet,
        at path: AttributePath,
        rules: MatchingRules
    ) throws(IdentifierError) {
        guard !element.isEmpty else {
            self = .universal
            return
        }
        let vr = element.vr == .UN ? DataDictionary.vr(of: element.tag) ?? .UN : element.vr
        guard vr.isText || vr.isNumber else {
            self = .unmatchable
            return
        }
        let text = identifier.string(element.tag) ?? ""
        guard text.utf8.count <= Self.maximumLength * 4 else {
            throw IdentifierError(path: path, reason: .tooLong(Self.maximumLength))
        }
        if text == "\"\"", rules.emptyValueMatching {
            self = .empty
            return
        }
        let trimmed = text.trimmingSpaces
        if trimmed.allSatisfy({ $0 == "*" }) {
            // PS3.4 C.2.2.2.4: a lone star is universal. Elsewhere a server that is asked so means no harm by obeying.
            self = .universal
            return
        }
        func range(_ range: WireRange?) throws(IdentifierError) -> WireRange {
            guard let range else { throw IdentifierError(path: path, reason: .invalidValue(vr, trimmed)) }
            return range
        }
        switch vr {
        case .DA: self = .date(try range(WireDate.range(trimmed.utf8)))
        case .TM: self = .time(try range(WireTime.range(trimmed.utf8)))
        case .DT: self = .dateTime(try range(WireDateTime.range(trimmed.utf8)))
        default:
            let values = Self.values(of: element, vr: vr, in: identifier)
            guard !values.isEmpty else {
                self = .universal
                return
            }
            self = Self.matcher(values, vr: vr, form: rules.attribute(at: path)?.form, rules: rules)
        }
    }

    private static func matcher(
        _ values: [String],
        vr: VR,
        form: ModelAttribute.Form?,
        rules: MatchingRules
    ) -> ValueMatcher {
        let all = rules.multipleValueMatching && values.count > 1
        switch vr {
        case .UI: return .uids(values)
        case .PN:
            let names = values.map { NamePattern($0, caseSensitive: rules.caseSensitiveNames) }
            let fuzzy = rules.fuzzyNames ? FuzzyName(values.joined(separator: "^")) : nil
            return .name(Patterns(patterns: names, all: all), fuzzy: fuzzy)
        case _ where vr == .DS || vr == .IS || vr.isNumber:
            return .numbers(Patterns(patterns: values.map(Number.init), all: all))
        default:
            let isLiteral = form == .one && !rules.wildcardsInSingleValueKeys
            let wildcards = vr.allowsWildcards && !isLiteral
            let patterns = values.map { TextPattern($0, wildcards: wildcards) }
            return .text(Patterns(patterns: patterns, all: all))
        }
    }

    /// The values without insignificant spaces, empty ones left out.
    static func values(of element: DataElement, vr: VR, in dataSet: DataSet) -> [String] {
        var values: [String]
        if element.vr == .UN {
            values = [dataSet.string(element.tag) ?? ""]
            if vr.isMultiValued { values = values[0].split(separator: "\\").map(String.init) }
        } else if vr.isText, !vr.isMultiValued {
            values = [dataSet.string(element.tag) ?? ""]
        } else {
            values = dataSet.strings(element.tag) ?? []
        }
        return values.map { vr.keepsLeadingSpaces ? $0.trimmingTrailing : $0.trimmingSpaces }.filter { !$0.isEmpty }
    }

    // MARK: Matching

    var isUniversal: Bool {
        switch self {
        case .universal, .unmatchable: true
        default: false
        }
    }

    /// Whether the attribute of a record fits; an unknown value fits nothing but universal and empty value matching (PS3.4 C.2.2.1).
    func matches(_ element: DataElement?, vr: VR, in record: DataSet) -> Bool {
        switch self {
        case .universal, .unmatchable: return true
        case .empty: return element?.isEmpty ?? true
        default: break
        }
        guard let element, case .bytes(let bytes) = element.value, !element.isEmpty else { return false }
        switch self {
        case .date(let range):
            return Self.anyPart(of: bytes) { WireDate.value($0).map(range.contains) ?? false }
        case .time(let range):
            return Self.anyPart(of: bytes) { Self.contains(range, WireTime.value($0)) }
        case .dateTime(let range):
            return Self.anyPart(of: bytes) { Self.contains(range, WireDateTime.value($0)) }
        case .text(let patterns):
            if Self.isPlain(bytes) {
                return patterns.hold { pattern in
                    Self.anyPart(of: bytes, split: vr.isMultiValued) { part in
                        let text = vr.keepsLeadingSpaces ? part : part.drop { $0 == 0x20 }
                        return !text.isEmpty && pattern.matches(ascii: text)
                    }
                }
            }
            let values = Self.values(of: element, vr: vr, in: record)
            return patterns.hold { pattern in values.contains { pattern.matches($0) } }
        case .name(let patterns, let fuzzy):
            if Self.isPlain(bytes), fuzzy == nil {
                return patterns.hold { pattern in Self.anyPart(of: bytes) { pattern.matches(ascii: $0) } }
            }
            let values = Self.values(of: element, vr: .PN, in: record)
            return patterns.hold { pattern in values.contains { pattern.matches($0) } }
                || fuzzy.map { fuzzy in values.contains { fuzzy.matches($0) } } ?? false
        case .uids(let uids):
            let values = Self.values(of: element, vr: .UI, in: record)
            return values.contains { uids.contains($0) }
        case .numbers(let numbers):
            let values = Self.values(of: element, vr: vr, in: record).map(Number.init)
            return numbers.hold { number in values.contains { number.equals($0) } }
        case .universal, .unmatchable, .empty: return true
        }
    }

    /// A single value means the same moment: `2230` is `223000` (PS3.4 C.2.2.2.1).
    private static func contains(_ range: WireRange, _ value: (first: Int, last: Int)?) -> Bool {
        guard let value else { return false }
        return range.isRange ? range.contains(value.first) : range.lower == value.first
    }

    /// ASCII without escapes, and so the same in every character set; 7E is an overline in ISO_IR 13.
    private static func isPlain(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { ($0 >= 0x20 && $0 < 0x7E) || $0 == 0 }
    }

    /// Whether one of the values, parted by backslashes and without trailing padding, holds.
    static func anyPart(
        of bytes: ArraySlice<UInt8>,
        split: Bool = true,
        _ holds: (ArraySlice<UInt8>) -> Bool
    ) -> Bool {
        var rest = bytes
        while true {
            let end = split ? rest.firstIndex(of: UInt8(ascii: "\\")) ?? rest.endIndex : rest.endIndex
            var part = rest[rest.startIndex..<end]
            while let last = part.last, last == 0x20 || last == 0 { part.removeLast() }
            if !part.isEmpty, holds(part) { return true }
            if end == rest.endIndex { return false }
            rest = rest[(end + 1)...]
        }
    }
}

extension VR {
    /// Leading spaces are part of the value (PS3.5 6.2).
    var keepsLeadingSpaces: Bool {
        switch self {
        case .LT, .ST, .UT, .UC, .UR: true
        default: false
        }
    }
}

extension String {
    /// Without trailing padding.
    var trimmingTrailing: String {
        var scalars = Substring(self).unicodeScalars
        while let last = scalars.last, last == " " || last == "\0" { scalars.removeLast() }
        return String(scalars)
    }
}
