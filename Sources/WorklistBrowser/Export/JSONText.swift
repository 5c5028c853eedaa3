import DICOMData
import Terminal

/// JSON that is safe to look at in a terminal.
public enum JSONText {
    /// The same JSON with every character that does not show as itself written as `\uXXXX`: bidirectional overrides,
    /// zero widths, unassigned ones. What it says is unchanged.
    public static func safe(_ json: String) -> String {
        let text = TerminalText(json, limit: Int.max)
        guard text.altered else { return json }
        var out = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            // After a letter, so that a combining mark stands on something.
            if scalar.isASCII || !TerminalText("a" + String(scalar)).altered {
                out.append(scalar)
            } else {
                for unit in String(scalar).utf16 { out.append(contentsOf: ("\\u" + Hex.four(unit)).unicodeScalars) }
            }
        }
        return String(out)
    }
}
