import DICOMData
import DICOMMatching
import Terminal

/// The value of one key being typed, in its place in the tree.
struct ValueEditor: Hashable {
    let path: AttributePath
    let vr: VR
    /// The value before.
    let original: String
    var field: TextField
    /// Enter runs the query at once: the builder was opened only to type this value.
    let runsOnAccept: Bool

    init(_ key: QueryKey, runsOnAccept: Bool = false) {
        path = key.path
        vr = key.vr
        original = key.value
        field = TextField(key.value)
        self.runsOnAccept = runsOnAccept
        // The next patient is rarely the last one over again.
        if runsOnAccept { field.select() }
    }

    /// The key with what is typed so far.
    func key(in query: Query) -> QueryKey {
        let text = field.text
        if text == original, let key = query[path] { return key }
        return QueryKey(path, vr: vr, value: text, source: RelativeDate.isRelative(text, vr: vr) ? .generated : .user)
    }

    /// Pasted lines become values of a UID list, and words of any other text.
    mutating func insert(_ text: String) -> Bool { field.insert(text, lineBreak: vr == .UI ? "\\" : " ") }
}

extension VR {
    /// A key of this VR can have a value to match on; the others can only be asked for.
    var takesKeyValue: Bool {
        switch self {
        case .SQ, .OB, .OW, .OD, .OF, .OL, .OV, .UN: false
        default: true
        }
    }
}
