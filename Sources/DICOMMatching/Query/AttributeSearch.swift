import DICOMData

/// Finds attributes by parts of their names, by keyword or by tag: what an "add attribute" field asks at each keystroke.
///
/// `perf phy` finds Scheduled Performing Physician's Name, `0040,00` the tags that begin so, `SPS.perf` only attributes of the
/// Scheduled Procedure Step. Attributes of the worklist model come first, with the place they have there.
public struct AttributeSearch: Sendable {
    public struct Result: Hashable, Sendable {
        public let tag: Tag
        public let vr: VR
        public let vm: String
        public let name: String
        public let keyword: String
        /// Key type in the worklist model; nil if the model does not name it.
        public let keyType: ModelAttribute.KeyType?
        /// Where it goes: its place in the worklist model, else the top level.
        public let path: AttributePath
        public let isRetired: Bool

        public init(_ entry: DictionaryEntry, attribute: ModelAttribute?) {
            tag = entry.tag
            vr = entry.vr
            vm = entry.vm
            name = entry.name
            keyword = entry.keyword
            keyType = attribute?.keyType
            path = attribute?.path ?? AttributePath([], entry.tag)
            isRetired = entry.isRetired
        }
    }

    private struct Candidate {
        let tag: Tag
        /// Row of the worklist model.
        let row: Int?
        /// ` scheduled performing physicians name`: a space before each word.
        let name: Range<Int>
        let keyword: Range<Int>
        let isRetired: Bool
    }

    private let text: [UInt8]
    private let candidates: [Candidate]

    /// Built on first use; some milliseconds.
    public static let shared = AttributeSearch()

    public init() {
        var text: [UInt8] = []
        text.reserveCapacity(400_000)
        var candidates: [Candidate] = []
        candidates.reserveCapacity(6_000)
        var inModel = Set<Tag>()
        func add(_ entry: DictionaryEntry, row: Int?) {
            let nameStart = text.count
            Self.appendWords(of: entry.name, to: &text)
            let keywordStart = text.count
            for byte in entry.keyword.utf8 { text.append(Self.lowercased(byte)) }
            candidates.append(
                Candidate(
                    tag: entry.tag,
                    row: row,
                    name: nameStart..<keywordStart,
                    keyword: keywordStart..<text.count,
                    isRetired: entry.isRetired
                )
            )
        }
        for (number, row) in WorklistModel.attributes.enumerated() {
            guard let entry = DataDictionary.entry(for: row.path.tag) else { continue }
            add(entry, row: number)
            inModel.insert(row.path.tag)
        }
        DataDictionary.forEach { entry in
            // Command and file meta elements, items and delimiters are no attributes of a data set.
            guard entry.tag.group > 0x0002, entry.tag.group != 0xFFFE, !inModel.contains(entry.tag) else { return }
            add(entry, row: nil)
        }
        self.text = text
        self.candidates = candidates
    }

    /// The attributes that fit every word of the text, best first; for an empty text, the worklist model in its own order.
    public func results(for query: String, worklistOnly: Bool = false, limit: Int = 200) -> [Result] {
        var words = query.trimmingSpaces.lowercased()
        var sequence: String?
        if let dot = words.lastIndex(where: { $0 == "." || $0 == "/" }) {
            sequence = String(words[..<dot])
            words = String(words[words.index(after: dot)...])
        }
        let terms = words.split(separator: " ").map(Term.init)
        var found: [(score: Int, index: Int)] = []
        text.withUnsafeBufferPointer { text in
            for (index, candidate) in candidates.enumerated() {
                if worklistOnly || sequence != nil || terms.isEmpty, candidate.row == nil { break }
                if let sequence, !stands(candidate, in: sequence) { continue }
                if let score = score(candidate, terms, text) { found.append((score, index)) }
            }
        }
        if !terms.isEmpty { found.sort { $0.score != $1.score ? $0.score > $1.score : $0.index < $1.index } }
        let results = found.prefix(limit).compactMap { result(candidates[$0.index]) }
        if results.isEmpty, !worklistOnly, let tag = Tag(parsing: words.trimmingSpaces) { return [unknown(tag)] }
        return results
    }

    private func result(_ candidate: Candidate) -> Result? {
        guard let entry = DataDictionary.entry(for: candidate.tag) else { return nil }
        return Result(entry, attribute: candidate.row.map { WorklistModel.attributes[$0] })
    }

    /// A tag that the dictionary does not have: a private element, or one newer than the dictionary.
    private func unknown(_ tag: Tag) -> Result {
        let entry =
            DataDictionary.entry(for: tag)
            ?? DictionaryEntry(
                tag: tag,
                vrs: [],
                vm: "1",
                name: tag.isPrivate ? "Private element" : "Unknown element",
                keyword: "",
                isRetired: false
            )
        return Result(entry, attribute: nil)
    }

    /// Whether one of the sequences around a candidate is the one named; `sps` is the Scheduled Procedure Step Sequence.
    private func stands(_ candidate: Candidate, in sequence: String) -> Bool {
        guard let row = candidate.row, let parent = WorklistModel.attributes[row].path.steps.last?.tag else {
            return false
        }
        if sequence == "sps" { return parent == .scheduledProcedureStepSequence }
        if let tag = Tag(parsing: sequence) { return parent == tag }
        return DataDictionary.keywordOrTag(parent).lowercased().contains(sequence)
    }

    /// One word of the text that is searched for.
    private struct Term {
        let bytes: [UInt8]
        /// The hexadecimal digits, if it is nothing but the beginning of a tag.
        let digits: [UInt8]?

        init(_ word: some StringProtocol) {
            bytes = word.utf8.filter { $0 != UInt8(ascii: "'") }
            let digits = bytes.filter { $0 != UInt8(ascii: "(") && $0 != UInt8(ascii: ")") && $0 != UInt8(ascii: ",") }
            let isHex = digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            // Words such as "face" are hexadecimal too; a digit or a comma makes a tag of it.
            let isTag = bytes.contains { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ",") }
            self.digits = isHex && isTag && digits.count >= 2 && digits.count <= 8 ? digits : nil
        }
    }

    /// How well a candidate fits; nil if a term is nowhere in it.
    private func score(_ candidate: Candidate, _ terms: [Term], _ text: UnsafeBufferPointer<UInt8>) -> Int? {
        var score = 0
        var last = -1
        for term in terms {
            if let digits = term.digits, Self.tag(candidate.tag, begins: digits) {
                score += 14
            } else if let place = Self.wordStart(term.bytes, in: candidate.name, text) {
                score += 10
                let end = place + term.bytes.count
                if end == candidate.name.upperBound || text[end] == UInt8(ascii: " ") { score += 3 }
                if place == candidate.name.lowerBound + 1 { score += 2 }
                if place > last { score += 1 }
                last = place
            } else if Self.contains(term.bytes, in: candidate.keyword, text) {
                score += 5
            } else {
                return nil
            }
        }
        // Of equal fits the shorter name is nearer to what was typed.
        score = score * 8 - candidate.name.count / 8
        if candidate.isRetired { score -= 12 }
        if let row = candidate.row {
            let attribute = WorklistModel.attributes[row]
            score += 1_000 - 12 * max(0, attribute.path.steps.count - 1)
            if attribute.keyType == .required { score += 8 }
        }
        return score
    }

    private static func tag(_ tag: Tag, begins digits: [UInt8]) -> Bool {
        for (index, digit) in digits.enumerated() {
            let nibble = UInt8(truncatingIfNeeded: tag.rawValue >> UInt32(28 - 4 * index)) & 15
            let own = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
            if own != digit { return false }
        }
        return true
    }

    /// Where a word of the name begins with the term.
    private static func wordStart(_ term: [UInt8], in range: Range<Int>, _ text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let first = term.first, term.count < range.count else { return nil }
        var place = range.lowerBound
        let last = range.upperBound - term.count
        while place < last {
            if text[place] == UInt8(ascii: " "), text[place + 1] == first {
                var matched = 1
                while matched < term.count, text[place + 1 + matched] == term[matched] { matched += 1 }
                if matched == term.count { return place + 1 }
            }
            place += 1
        }
        return nil
    }

    private static func contains(_ term: [UInt8], in range: Range<Int>, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = term.first, term.count >= 2, term.count <= range.count else { return false }
        for place in range.lowerBound...(range.upperBound - term.count) where text[place] == first {
            var matched = 1
            while matched < term.count, text[place + matched] == term[matched] { matched += 1 }
            if matched == term.count { return true }
        }
        return false
    }

    private static func appendWords(of name: String, to text: inout [UInt8]) {
        var inWord = false
        for byte in name.utf8 {
            let lower = lowercased(byte)
            switch lower {
            case 0x61...0x7A, 0x30...0x39:
                if !inWord { text.append(UInt8(ascii: " ")) }
                text.append(lower)
                inWord = true
            // "Physician's" is one word, found as "physician" and as "physicians"; marks beyond ASCII are apostrophes too.
            case UInt8(ascii: "'"), 0x80...: break
            default: inWord = false
            }
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}
