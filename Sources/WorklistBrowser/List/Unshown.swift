import Terminal

/// Characters that a terminal without UTF-8 cannot show: it shows a question mark for each column of them, so two
/// different names can look the same. Nothing is transliterated; the screen says what is missing.
enum Unshown {
    /// How many characters of a text are missing on an ASCII terminal.
    static func count(_ text: TerminalText) -> Int {
        text.isASCII ? 0 : text.string.reduce(0) { $0 + ($1.isASCII ? 0 : 1) }
    }

    /// `2 characters not shown`; nil if all are.
    static func words(_ text: TerminalText) -> TerminalText? {
        switch count(text) {
        case 0: nil
        case 1: "1 character not shown"
        case let count: "\(count) characters not shown"
        }
    }

    /// The text with the number of missing characters behind it.
    static func noted(_ text: TerminalText, ascii: Bool) -> TerminalText {
        guard ascii, let words = words(text) else { return text }
        return text + " (" + words + ")"
    }

    /// `M<U+00DC>LLER^J<U+00F6>rg`.
    static func inCodePoints(_ text: TerminalText) -> TerminalText {
        var result = ""
        for scalar in text.string.unicodeScalars {
            if scalar.isASCII {
                result.unicodeScalars.append(scalar)
            } else {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "<U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ">"
            }
        }
        return TerminalText(result)
    }
}

extension ColumnText {
    /// As a terminal shows it: sound text becomes doubtful where characters are missing.
    func asShown(ascii: Bool) -> ColumnText {
        guard ascii, state == .sound, !text.isASCII else { return self }
        return ColumnText(text: text, state: .unshown)
    }
}
