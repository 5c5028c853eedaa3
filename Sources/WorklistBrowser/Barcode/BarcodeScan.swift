import Terminal

/// What a scanner sent, taken apart and found to be a value that can be looked for.
struct BarcodeScan: Hashable, Sendable {
    /// Without prefix, AIM identifier and check digit.
    let value: String

    /// Why a scan is not used, in words.
    struct Refusal: Error, Hashable, Sendable {
        var words: TerminalText
    }

    /// Takes a scan apart; one that holds anything a worklist value cannot hold is refused, never mended: a value that was
    /// mended may be another patient's.
    init(_ raw: String, _ settings: BarcodeSettings) throws(Refusal) {
        // A scan of the longest value has a prefix and an AIM identifier besides.
        guard raw.unicodeScalars.count <= BarcodeSettings.maximumLength + 32 else {
            throw Refusal(
                words: "scan refused: it is longer than any identifier (\(BarcodeSettings.maximumLength) characters)"
            )
        }
        for scalar in raw.unicodeScalars where !("\u{20}"..."\u{7E}").contains(scalar) {
            throw Refusal(
                words: scalar.isASCII
                    ? "scan refused: it holds a control character; scan again, or look at the scanner's set-up"
                    : "scan refused: it holds a character outside ASCII; look at the scanner's keyboard layout"
            )
        }
        var text = Substring(raw)
        if !settings.prefix.isEmpty, text.hasPrefix(settings.prefix) { text = text.dropFirst(settings.prefix.count) }
        if settings.stripsAIM { text = Self.withoutAIM(text) }
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        if settings.checkDigit == .drop { text = text.dropLast() }
        guard !text.isEmpty else { throw Refusal(words: "scan refused: it is empty") }
        if let wildcard = text.first(where: { $0 == "*" || $0 == "?" }) {
            throw Refusal(
                words:
                    "scan refused: '\(TerminalText(String(wildcard)))' would match any characters; type it in the query"
            )
        }
        if text.contains("\\") {
            throw Refusal(words: "scan refused: a backslash parts values, an identifier has none")
        }
        let limit = settings.fields.map(\.limit).max() ?? BarcodeSettings.maximumLength
        guard text.count <= limit else {
            throw Refusal(words: "scan refused: \(text.count) characters, an identifier has at most \(limit)")
        }
        value = String(text)
    }

    /// `]C1`: a bracket, the kind of code, a modifier.
    private static func withoutAIM(_ text: Substring) -> Substring {
        let head = Array(text.prefix(3))
        guard head.count == 3, head[0] == "]", head[1].isLetter, head[2].isLetter || head[2].isNumber else {
            return text
        }
        return text.dropFirst(3)
    }

    /// A paste that may be an identifier: one line, neither very short nor very long. What is in it is looked at later.
    static func isPlausible(pasted text: String, _ settings: BarcodeSettings) -> Bool {
        let line = withoutLineEnd(text)
        return (settings.minimumLength...BarcodeSettings.maximumLength + 32).contains(line.count)
            && !line.contains(where: \.isNewline)
    }

    /// A line copied as a whole has its end behind it.
    static func withoutLineEnd(_ text: String) -> Substring {
        text.last?.isNewline == true ? text.dropLast() : text[...]
    }
}
