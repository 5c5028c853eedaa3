extension SpecificCharacterSet {
    /// A defined term, or a usual combination of them, with what it is for.
    public struct DefinedTerm: Sendable, Hashable {
        /// The value of (0008,0005), such as `ISO_IR 100` or `\ISO 2022 IR 87`.
        public let value: String
        /// The writing it serves: `Latin 1, Western Europe`.
        public let name: String

        /// The character set it stands for.
        public var characterSet: SpecificCharacterSet { SpecificCharacterSet(parsing: value.utf8) }
    }

    /// The single terms of PS3.3 tables C.12-2 and C.12-5 and the usual code extensions, for a list to choose from.
    public static let definedTerms: [DefinedTerm] = [
        DefinedTerm(value: "ISO_IR 192", name: "Unicode (UTF-8)"),
        DefinedTerm(value: "ISO_IR 6", name: "ASCII"),
        DefinedTerm(value: "ISO_IR 100", name: "Latin 1, Western Europe"),
        DefinedTerm(value: "ISO_IR 101", name: "Latin 2, Central Europe"),
        DefinedTerm(value: "ISO_IR 109", name: "Latin 3, Southern Europe"),
        DefinedTerm(value: "ISO_IR 110", name: "Latin 4, Northern Europe"),
        DefinedTerm(value: "ISO_IR 148", name: "Latin 5, Turkish"),
        DefinedTerm(value: "ISO_IR 203", name: "Latin 9, Western Europe with euro"),
        DefinedTerm(value: "ISO_IR 144", name: "Cyrillic"),
        DefinedTerm(value: "ISO_IR 127", name: "Arabic"),
        DefinedTerm(value: "ISO_IR 126", name: "Greek"),
        DefinedTerm(value: "ISO_IR 138", name: "Hebrew"),
        DefinedTerm(value: "ISO_IR 166", name: "Thai"),
        DefinedTerm(value: "ISO_IR 13", name: "Japanese katakana"),
        DefinedTerm(value: "\\ISO 2022 IR 87", name: "Japanese kanji"),
        DefinedTerm(value: "ISO 2022 IR 13\\ISO 2022 IR 87", name: "Japanese katakana and kanji"),
        DefinedTerm(value: "\\ISO 2022 IR 87\\ISO 2022 IR 159", name: "Japanese kanji, supplementary too"),
        DefinedTerm(value: "\\ISO 2022 IR 149", name: "Korean"),
        DefinedTerm(value: "\\ISO 2022 IR 58", name: "Chinese, simplified"),
        DefinedTerm(value: "GB18030", name: "Chinese (GB18030)"),
        DefinedTerm(value: "GBK", name: "Chinese (GBK)"),
    ]
}
