import DICOMData

/// Reads keys as people write them, in the spellings of findscu and dcm4che too.
///
/// ```
/// PatientName=SMI*                                  keyword, name or tag
/// (0010,0010)=SMI*   0010,0010=SMI*   00100010
/// ScheduledProcedureStepSequence[0].Modality=CT     items counted from 0
/// (0040,0100)[0].(0008,0060)=CT                     findscu
/// ScheduledProcedureStepSequence/Modality=CT        dcm4che
/// SPS.Modality=CT   Modality=CT                     a step's attribute finds its sequence in the worklist model
/// (0009,1001):LO=X                                  the VR, where the dictionary has none
/// /Modality=CT                                      at the top level, whatever the worklist model says
/// ```
public enum KeyPath {
    /// A key as read.
    public struct Parsed: Hashable, Sendable {
        public let path: AttributePath
        public let vr: VR
        /// What follows the first `=`; nil if there is none.
        public let value: String?
        /// Something the user should know: where a bare attribute was put.
        public let note: String?

        /// The key, its value empty if none was given.
        public func key(source: ValueSource = .user) -> QueryKey {
            QueryKey(path, vr: vr, value: value ?? "", source: source)
        }
    }

    /// Reads `path[=value]`. Only the first `=` parts them: person names hold more of them.
    public static func parse(_ text: String, model: QueryModel = .worklist) throws(KeyPathError) -> Parsed {
        let equals = text.firstIndex(of: "=")
        let value = equals.map { String(text[text.index(after: $0)...]) }
        let pathText = text[..<(equals ?? text.endIndex)]
        let isRooted = pathText.first == "/"
        let segments = try segments(of: isRooted ? pathText.dropFirst() : pathText, in: text, at: isRooted ? 1 : 0)
        guard let last = segments.last else { throw KeyPathError(.nothing, text, at: 0) }

        var steps: [AttributePath.Step] = []
        for segment in segments.dropLast() {
            guard segment.vr == .SQ || segment.vr == .UN else {
                throw KeyPathError(.notASequence(segment.name, segment.vr), text, at: segment.position)
            }
            steps.append(AttributePath.Step(segment.tag, item: segment.item ?? 0))
        }
        if last.item != nil, last.vr != .SQ {
            throw KeyPathError(.itemOfValue(last.name, last.vr), text, at: last.position)
        }
        if last.vr == .SQ, let value, !value.isEmpty {
            let position = text.distance(from: text.startIndex, to: pathText.endIndex) + 1
            throw KeyPathError(.valueOfSequence(last.name), text, at: position)
        }
        var path = AttributePath(steps, last.tag)
        var note: String?
        if model == .worklist, !isRooted, steps.isEmpty, let home = WorklistModel.home(of: last.tag), home != path {
            path = home
            note = "\(last.name) was put into the Scheduled Procedure Step Sequence"
        }
        return Parsed(path: path, vr: last.vr, value: value, note: note)
    }

    private struct Segment {
        let tag: Tag
        let vr: VR
        let name: String
        let item: Int?
        let position: Int
    }

    private static func segments(
        of path: Substring,
        in text: String,
        at start: Int
    ) throws(KeyPathError) -> [Segment] {
        var segments: [Segment] = []
        var position = start
        for part in path.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "." || $0 == "/" }) {
            segments.append(try segment(part, in: text, at: position))
            position += part.count + 1
        }
        return segments
    }

    private static func segment(_ part: Substring, in text: String, at start: Int) throws(KeyPathError) -> Segment {
        let leading = part.prefix { $0 == " " }.count
        let position = start + leading
        var name = part.trimmingSpaces[...]
        var declaredVR: VR?
        if let colon = name.lastIndex(of: ":") {
            let code = name[name.index(after: colon)...]
            guard let vr = VR(parsing: code.uppercased()) else {
                let offset = name.distance(from: name.startIndex, to: colon) + 1
                throw KeyPathError(.unknownVR(String(code)), text, at: position + offset)
            }
            declaredVR = vr
            name = name[..<colon]
        }
        var item: Int?
        if let open = name.firstIndex(of: "[") {
            let inside = name[name.index(after: open)...]
            let offset = name.distance(from: name.startIndex, to: open)
            guard inside.last == "]", let number = Int(inside.dropLast()), (0...999).contains(number) else {
                throw KeyPathError(.badItem(String(name[open...])), text, at: position + offset)
            }
            item = number
            name = name[..<open]
        }
        guard !name.isEmpty else { throw KeyPathError(.nothing, text, at: position) }
        let tag = try tag(of: name, in: text, at: position)
        let vr = declaredVR ?? DataDictionary.vr(of: tag) ?? .UN
        return Segment(tag: tag, vr: vr, name: DataDictionary.keywordOrTag(tag), item: item, position: position)
    }

    private static func tag(of name: Substring, in text: String, at position: Int) throws(KeyPathError) -> Tag {
        if let tag = Tag(parsing: name) { return tag }
        if name.first == "(" || name.contains(",") { throw KeyPathError(.badTag(String(name)), text, at: position) }
        if name.lowercased() == "sps" { return .scheduledProcedureStepSequence }
        if let tag = DataDictionary.tag(keyword: name) { return tag }
        if let tag = tag(named: name) { return tag }
        throw KeyPathError(.unknown(String(name)), text, at: position, suggestion: nearestKeyword(to: name))
    }

    /// The attribute of a name such as `Patient's Name`, letters and digits compared without case.
    private static func tag(named name: some StringProtocol) -> Tag? {
        func essence(_ text: some StringProtocol) -> [UInt8] {
            text.utf8.compactMap { byte in
                switch byte {
                case 0x41...0x5A: byte | 0x20
                case 0x61...0x7A, 0x30...0x39: byte
                default: nil
                }
            }
        }
        let wanted = essence(name)
        guard wanted.count > 2 else { return nil }
        for entry in DataDictionary.entries where essence(entry.name) == wanted { return entry.tag }
        return nil
    }

    /// The keyword that is most like a misspelt one; those of the worklist model win over the others.
    public static func nearestKeyword(to name: some StringProtocol) -> String? {
        let wanted = Array(name.lowercased().utf8.prefix(80))
        // One or two letters are like too many keywords to be like any.
        guard wanted.count > 2 else { return nil }
        let limit = max(2, wanted.count / 4)
        var best: (keyword: String, score: Int)?
        for entry in DataDictionary.entries {
            let keyword = Array(entry.keyword.lowercased().utf8)
            guard !keyword.isEmpty, abs(keyword.count - wanted.count) <= limit else { continue }
            guard let distance = editDistance(wanted, keyword, limit: limit) else { continue }
            let score = distance * 2 + (WorklistModel.home(of: entry.tag) == nil ? 1 : 0)
            if score < best?.score ?? Int.max { best = (entry.keyword, score) }
        }
        return best?.keyword
    }

    /// Insertions, deletions, changes and swapped neighbours between two words; nil above the limit.
    static func editDistance(_ a: [UInt8], _ b: [UInt8], limit: Int) -> Int? {
        var before: [Int] = []
        var previous = Array(0...b.count)
        for i in 0..<a.count {
            var current = [i + 1]
            current.reserveCapacity(b.count + 1)
            var smallest = i + 1
            for j in 0..<b.count {
                var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
                current.append(cost)
                smallest = min(smallest, cost)
            }
            if smallest > limit { return nil }
            before = previous
            previous = current
        }
        guard let distance = previous.last, distance <= limit else { return nil }
        return distance
    }
}

extension QueryKey {
    /// The path as people write it, read back to the same key by ``KeyPath``: `SPS.Modality`, `SPS[1].Modality`.
    ///
    /// Items are numbered in the query where a sequence has several. The VR is written where the dictionary has another.
    public func spelling(in query: Query) -> String {
        var text = ""
        for (depth, step) in path.steps.enumerated() {
            let isStep = depth == 0 && step.tag == .scheduledProcedureStepSequence
            text += isStep ? "SPS" : DataDictionary.keywordOrTag(step.tag)
            let sequence = AttributePath(Array(path.steps.prefix(depth)), step.tag)
            if step.item > 0 || query.itemCount(of: sequence) > 1 { text += "[\(step.item)]" }
            text += "."
        }
        text += DataDictionary.keywordOrTag(path.tag)
        if vr != DataDictionary.vr(of: path.tag) ?? .UN { text += ":\(vr)" }
        let isMoved = query.model == .worklist && path.steps.isEmpty && WorklistModel.home(of: path.tag) ?? path != path
        return isMoved ? "/" + text : text
    }
}

/// Why a key could not be read, and where in its text.
public struct KeyPathError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        /// There is no attribute where one has to stand.
        case nothing
        case unknown(String)
        case badTag(String)
        case badItem(String)
        case unknownVR(String)
        case notASequence(String, VR)
        case itemOfValue(String, VR)
        case valueOfSequence(String)
    }

    public let reason: Reason
    public let text: String
    /// Characters before the fault.
    public let position: Int
    /// The keyword that may have been meant.
    public let suggestion: String?

    init(_ reason: Reason, _ text: String, at position: Int, suggestion: String? = nil) {
        self.reason = reason
        self.text = text
        self.position = position
        self.suggestion = suggestion
    }

    /// What is wrong, without the place.
    public var message: String {
        switch reason {
        case .nothing: "an attribute is missing: write a keyword or a tag"
        case .unknown(let name):
            suggestion.map { "no attribute is called '\(name)'; did you mean \($0)?" }
                ?? "no attribute is called '\(name)'; write its keyword or its tag"
        case .badTag(let tag): "'\(tag)' is not a tag; write it as (0010,0010), 0010,0010 or 00100010"
        case .badItem(let item): "'\(item)' is not an item number; write [0] for the first item"
        case .unknownVR(let code): "'\(code)' is not a value representation"
        case .notASequence(let name, let vr): "\(name) is no sequence (it is \(vr)); nothing can stand inside it"
        case .itemOfValue(let name, let vr): "\(name) is no sequence (it is \(vr)); it has no items"
        case .valueOfSequence(let name): "\(name) is a sequence; give values to the attributes inside it"
        }
    }

    public var description: String { "\(message) (at character \(position + 1) of '\(text)')" }
}
