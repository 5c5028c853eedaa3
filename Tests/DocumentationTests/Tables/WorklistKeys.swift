import DICOMData
import DICOMMatching

extension Tables {
    /// The keys that are matched as more than text, and what else the model makes a required key.
    static func worklistKeys() -> MarkdownTable {
        var table = MarkdownTable("Attribute", "Tag", "VR", "Key type", "Return type", "Matching")
        for attribute in WorklistModel.attributes where attribute.keyType == .required || attribute.keyType == .unique {
            let indent = attribute.path.steps.map { _ in "> " }.joined()
            table.rows.append([
                indent + (DataDictionary.entry(for: attribute.path.tag)?.name ?? ""), code("\(attribute.path.tag)"),
                "\(attribute.vr)", attribute.keyType.rawValue, attribute.returnType, words(attribute.form),
            ])
        }
        return table
    }

    private static func words(_ form: ModelAttribute.Form) -> String {
        switch form {
        case .one: "single value"
        case .wild: "single value, wild card"
        case .range: "single value, range"
        case .uids: "list of UID"
        case .item: "sequence"
        case .optional: "single value, wild card or range by VR"
        case .universal: "universal"
        case .none: "none"
        }
    }
}
