import DICOMData
import Terminal

/// Names of attributes, short enough for a column.
enum AttributeNames {
    /// The dictionary's name; what is known of it for private and unknown elements.
    static func name(of tag: Tag) -> String {
        if let entry = DataDictionary.entry(for: tag), !entry.name.isEmpty { return entry.name }
        return tag.isPrivate ? "Private element" : "Unknown element"
    }

    /// The name in at most `columns`: abbreviated as the field abbreviates before anything is cut.
    static func short(_ name: String, columns: Int) -> TerminalText {
        DisplayWidth.fit(TerminalText(abbreviated(name, columns: columns)), width: max(0, columns))
    }

    /// As short as it has to be for so many columns, as far as abbreviations go.
    private static func abbreviated(_ name: String, columns: Int) -> String {
        var text = name
        for (long, short) in abbreviations {
            if text.count <= columns { break }
            text = replacing(long, with: short, in: text)
        }
        return text
    }

    /// `in Scheduled Protocol Code Seq.`: which of the attributes of one name it is; nothing at the top level.
    static func within(_ path: AttributePath, columns: Int) -> TerminalText {
        var line = TerminalText.empty
        for step in path.steps.reversed() {
            let next: TerminalText = "in \(abbreviated(name(of: step.tag), columns: min(32, columns - 3)))"
            if line.isEmpty {
                line = next.width > columns ? DisplayWidth.fit(next, width: max(0, columns)) : next
            } else if line.width + 1 + next.width <= columns {
                line += " " + next
            }
        }
        return line
    }

    /// In the order in which they are used up.
    private static let abbreviations: [(String, String)] = [
        ("Sequence", "Seq."), ("Scheduled Procedure Step", "SPS"), ("Performed Procedure Step", "PPS"),
        ("Physician's", "Phys."), ("Physician", "Phys."), ("Scheduled Performing", "Sched. Perf."),
        ("Requested Procedure", "Req. Procedure"),
        ("Description", "Descr."), ("Referenced", "Ref."), ("Scheduled", "Sched."), ("Requested", "Req."),
        ("Performing", "Perf."), ("Procedure", "Proc."), ("Identification", "Ident."), ("Designator", "Design."),
        ("Institution", "Inst."), ("Transportation", "Transport"), ("Arrangements", "Arr."), ("Constraint", "Constr."),
        ("Additional", "Add."), ("Menstrual", "Menstr."), ("Language", "Lang."), ("Modifier", "Mod."),
        ("Patient's Primary", "Pat. Prim."),
    ]

    private static func replacing(_ old: String, with new: String, in text: String) -> String {
        var start = text.startIndex
        while start < text.endIndex {
            if text[start...].hasPrefix(old), let end = text.index(start, offsetBy: old.count, limitedBy: text.endIndex)
            {
                return String(text[..<start]) + new + String(text[end...])
            }
            start = text.index(after: start)
        }
        return text
    }

    /// `0010,0020`, as tags stand in a column.
    static func bare(_ tag: Tag) -> TerminalText { "\(Hex.four(tag.group)),\(Hex.four(tag.element))" }

    /// Nesting as the standard's tables write it, then the tag: `>> 0008,0100`.
    static func nested(_ tag: Tag, depth: Int) -> TerminalText {
        let marks = TerminalText(">").repeated(min(depth, 6))
        return depth > 0 ? marks + " " + bare(tag) : bare(tag)
    }

    /// `Scheduled Procedure Step Sequence > item 1`; the top level has a name of its own.
    static func place(_ path: AttributePath) -> TerminalText {
        if path.steps.isEmpty { return "the top level" }
        return path.steps.map { "\(name(of: $0.tag)) > item \($0.item + 1)" }.joined(separator: " > ")
    }
}
