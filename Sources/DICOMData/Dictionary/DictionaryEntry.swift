/// What the data dictionary says about one data element (PS3.6 chapters 6 to 8, PS3.7 annex E).
public struct DictionaryEntry: Sendable, Hashable {
    /// The element; of a repeating group, the concrete tag that was asked for.
    public let tag: Tag
    /// The value representations the standard allows, the default first; empty for items and delimiters.
    public let vrs: [VR]
    /// The value multiplicity as the standard writes it: `1`, `1-n`, `2-2n`.
    public let vm: String
    /// The name: `Patient's Name`.
    public let name: String
    /// The keyword: `PatientName`; empty for a few retired elements.
    public let keyword: String
    /// The standard keeps the element only so that old objects can be read.
    public let isRetired: Bool

    public init(tag: Tag, vrs: [VR], vm: String, name: String, keyword: String, isRetired: Bool) {
        self.tag = tag
        self.vrs = vrs
        self.vm = vm
        self.name = name
        self.keyword = keyword
        self.isRetired = isRetired
    }

    /// The default value representation; UN where the standard gives none.
    public var vr: VR { vrs.first ?? .UN }
}
