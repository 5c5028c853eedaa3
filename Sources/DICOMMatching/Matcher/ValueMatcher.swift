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
    case uids(UIDList)
    case date(WireRange)
    case time(WireRange)
    case dateTime(WireRange)
    case numbers(Patterns<Number>)
    /// Two quotation marks: no value at all.
    case empty
    /// A value in a VR that cannot be matched; any record fits, and the key counts as unsupported.
    case unmatchable

    /// Longest key in characters: bounds the work of a hostile pattern. Lists of UIDs may be longer.
    static let maximumLength = 1_024
    static let maximumListLength = 1 << 20

    /// How to read text that is more than ASCII.
    struct Reading {
        let characterSet: SpecificCharacterSet
        let fallback: SpecificCharacterSet?
    }

    /// Compiles the value of a key, never one of a sequence.
    init(
        _ element: DataElement,
        in identifier: DataSet,
        at path: AttributePath,
        rules: MatchingRules,
        zone: Int
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
        let limit = vr == .UI ? Self.maximumListLength : Self.maximumLength
        guard text.utf8.count <= limit * 4 else { throw IdentifierError(path: path, reason: .tooLong(limit)) }
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
        case .DT: self = .dateTime(try range(WireDateTime.range(trimmed.utf8, local: zone)))
        default:
            let values = Self.values(of: element, vr: vr, in: identifier)
            guard !values.isEmpty else {
                self = .universal
                return
            }
            self = Self.matcher(values, vr: vr, at: path, rules: rules)
        }
    }

    private static func matcher(
        _ values: [String],
        vr: VR,
        at path: AttributePath,
        rules: MatchingRules
    ) -> ValueMatcher {
        let all = values.count > 1 && rules.multipleValueMatching && isListMatched(path.tag, vr)
        switch vr {
        case .UI: return .uids(UIDList(values))
        case .PN:
            let names = values.map { NamePattern($0, caseSensitive: rules.caseSensitiveNames) }
            let fuzzy = rules.fuzzyNames ? FuzzyName(values.joined(separator: "^")) : nil
            return .name(Patterns(patterns: names, all: all), fuzzy: fuzzy)
        case _ where vr == .DS || vr == .IS || vr.isNumber:
            return .numbers(Patterns(patterns: values.map(Number.init), all: all))
        default:
            let isLiteral = rules.attribute(at: path)?.form == .one && !rules.wildcardsInSingleValueKeys
            let wildcards = vr.allowsWildcards && !isLiteral
            let patterns = values.map { TextPattern($0, wildcards: wildcards) }
            return .text(Patterns(patterns: patterns, all: all))
        }
    }

    /// Multiple value matching is for these VRs, where the attribute may have several values (PS3.4 C.2.2.2.8).
    private static func isListMatched(_ tag: Tag, _ vr: VR) -> Bool {
        switch vr {
        case .AE, .AS, .AT, .CS, .LO, .PN, .SH, .UC: DataDictionary.entry(for: tag)?.vm != "1"
        default: false
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
        return significant(values, vr: vr)
    }

    /// The values of text that is more than ASCII.
    private static func values(of bytes: Span<UInt8>, vr: VR, _ reading: Reading) -> [String] {
        var copy: [UInt8] = []
        copy.reserveCapacity(bytes.count)
        for place in 0..<bytes.count { copy.append(bytes[place]) }
        let decoded = reading.characterSet.decodeValues(copy[...], vr: vr, fallback: reading.fallback)
        return significant(decoded.values, vr: vr)
    }

    private static func significant(_ values: [String], vr: VR) -> [String] {
        values.map { vr.keepsLeadingSpaces ? $0.trimmingTrailing : $0.trimmingSpaces }.filter { !$0.isEmpty }
    }

    // MARK: Matching

    var isUniversal: Bool {
        switch self {
        case .universal, .unmatchable: true
        default: false
        }
    }

    /// Cheap ones first: what a comparison costs, about.
    var cost: Int {
        switch self {
        case .universal, .unmatchable, .empty: 0
        case .date, .uids: 1
        case .text(let patterns): patterns.patterns.contains(where: \.hasWildcards) ? 3 : 1
        case .time, .dateTime: 2
        case .numbers: 4
        case .name(_, let fuzzy): fuzzy == nil ? 4 : 8
        }
    }

    /// Whether the attribute of a record fits; an unknown value fits nothing but universal and empty value matching (PS3.4 C.2.2.1).
    func matches(_ element: DataElement?, vr: VR, local: Int, _ reading: () -> Reading) -> Bool {
        guard let element, case .bytes(let bytes) = element.value else {
            return isUniversal || self == .empty && element?.isEmpty ?? true
        }
        return matches(bytes.span, vr: vr, local: local, reading)
    }

    /// Whether the bytes of a value fit, padding and all.
    func matches(_ bytes: Span<UInt8>, vr: VR, local: Int, _ reading: () -> Reading) -> Bool {
        switch self {
        case .universal, .unmatchable: return true
        case .empty: return Self.isPadding(bytes, vr)
        case .date(let range):
            return Self.anyPart(of: bytes) { part in WireDate.value(part).map(range.contains) ?? false }
        case .time(let range):
            return Self.anyPart(of: bytes) { part in Self.contains(range, WireTime.value(part)) }
        case .dateTime(let range):
            return Self.anyPart(of: bytes) { part in
                var copy: [UInt8] = []
                for place in 0..<part.count { copy.append(part[place]) }
                return Self.contains(range, WireDateTime.value(copy, local: local))
            }
        case .text(let patterns):
            if Self.isPlain(bytes) {
                let keepsLeading = vr.keepsLeadingSpaces
                return patterns.hold { pattern in
                    Self.anyPart(of: bytes, split: vr.isMultiValued) { part in
                        let start = keepsLeading ? 0 : Self.leadingSpaces(part)
                        return pattern.matches(ascii: part.extracting(start..<part.count))
                    }
                }
            }
            let values = Self.values(of: bytes, vr: vr, reading())
            return patterns.hold { pattern in values.contains { pattern.matches($0) } }
        case .name(let patterns, let fuzzy):
            if fuzzy == nil, Self.isPlain(bytes) {
                return patterns.hold { pattern in Self.anyPart(of: bytes) { part in pattern.matches(ascii: part) } }
            }
            if fuzzy == nil, !patterns.all, patterns.patterns.allSatisfy({ pattern in pattern.isOther(bytes) }) {
                return false
            }
            let values = Self.values(of: bytes, vr: .PN, reading())
            return patterns.hold { pattern in values.contains { pattern.matches($0) } }
                || fuzzy.map { fuzzy in values.contains { fuzzy.matches($0) } } ?? false
        case .uids(let uids):
            return Self.anyPart(of: bytes) { part in
                uids.contains(part.extracting(Self.leadingSpaces(part)..<part.count))
            }
        case .numbers(let numbers):
            guard !Self.isPadding(bytes, vr) else { return false }
            let values: [String]
            if vr.isText {
                values = Self.values(of: bytes, vr: vr, Reading(characterSet: .defaultRepertoire, fallback: nil))
            } else {
                var copy: [UInt8] = []
                for place in 0..<bytes.count { copy.append(bytes[place]) }
                values = DataElement(tag: Tag(0, 0), vr: vr, bytes: copy).numbers ?? []
            }
            let found = values.map(Number.init)
            return numbers.hold { number in found.contains { number.equals($0) } }
        }
    }

    /// A single value means the same moment: `2230` is `223000` (PS3.4 C.2.2.2.1).
    static func contains(_ range: WireRange, _ value: (first: Int, last: Int)?) -> Bool {
        guard let value else { return false }
        return range.isRange ? range.contains(value.first) : range.lower == value.first
    }

    /// No value but padding.
    private static func isPadding(_ bytes: Span<UInt8>, _ vr: VR) -> Bool {
        guard vr.isText || vr == .UN else { return bytes.isEmpty }
        for place in 0..<bytes.count where bytes[place] != 0x20 && bytes[place] != 0 { return false }
        return true
    }

    /// ASCII without escapes, and so the same in every character set; 7E is an overline in ISO_IR 13.
    private static func isPlain(_ bytes: Span<UInt8>) -> Bool {
        for place in 0..<bytes.count {
            let byte = bytes[place]
            if byte &- 0x20 >= 0x5E, byte != 0 { return false }
        }
        return true
    }

    private static func leadingSpaces(_ part: Span<UInt8>) -> Int {
        var count = 0
        while count < part.count, part[count] == 0x20 { count += 1 }
        return count
    }

    /// Whether one of the values, parted by backslashes and without trailing padding, holds.
    @inline(__always)
    static func anyPart(of bytes: Span<UInt8>, split: Bool = true, _ holds: (Span<UInt8>) -> Bool) -> Bool {
        var start = 0
        while true {
            var end = start
            if split {
                while end < bytes.count, bytes[end] != UInt8(ascii: "\\") { end += 1 }
            } else {
                end = bytes.count
            }
            var last = end
            while last > start, bytes[last - 1] == 0x20 || bytes[last - 1] == 0 { last -= 1 }
            if last > start, holds(bytes.extracting(start..<last)) { return true }
            if end >= bytes.count { return false }
            start = end + 1
        }
    }
}

/// The UIDs of a key, in an order in which one is found quickly however many there are.
struct UIDList: Hashable, Sendable {
    let texts: [String]
    private let sorted: [[UInt8]]

    var count: Int { texts.count }

    init(_ texts: [String]) {
        self.texts = texts
        sorted = texts.map { Array($0.utf8) }.sorted(by: Self.precedes)
    }

    func contains(_ uid: Span<UInt8>) -> Bool {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            let other = sorted[middle]
            let order = Self.order(other.span, uid)
            if order == 0 { return true }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return false
    }

    private static func precedes(_ a: [UInt8], _ b: [UInt8]) -> Bool { order(a.span, b.span) < 0 }

    /// By length, then from the end: UIDs of one source differ there.
    private static func order(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
        if a.count != b.count { return a.count - b.count }
        var place = a.count - 1
        while place >= 0 {
            if a[place] != b[place] { return Int(a[place]) - Int(b[place]) }
            place -= 1
        }
        return 0
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
