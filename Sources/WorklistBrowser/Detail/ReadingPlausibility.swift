/// How much a text read with a guessed character set looks like something a person wrote.
///
/// Only the order of candidates depends on it: what is chosen is chosen by a person.
enum ReadingPlausibility {
    static func score(_ text: String) -> Int {
        var score = 0
        var scripts: Set<Int> = []
        var wasLower = false
        var accented = 0
        var plain = 0
        for scalar in text.unicodeScalars {
            let properties = scalar.properties
            let isUpper = properties.isUppercase
            if scalar.value >= 0x80 {
                switch properties.generalCategory {
                case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter: score += 3
                case .nonspacingMark, .spacingMark, .modifierLetter: score += 1
                case .control, .privateUse, .unassigned, .surrogate: score -= 30
                case .currencySymbol, .mathSymbol, .otherSymbol, .modifierSymbol, .otherNumber, .otherPunctuation,
                    .initialPunctuation, .finalPunctuation, .openPunctuation, .closePunctuation, .dashPunctuation:
                    score -= 6
                default: score -= 2
                }
                if scalar == "\u{FFFD}" { score -= 40 }
            }
            if properties.isAlphabetic {
                scripts.insert(script(scalar))
                if scalar.value < 0x80 { plain += 1 } else if scalar.value < 0x250 { accented += 1 }
                // A capital behind a small letter is rare in any name, and the mark of a wrong alphabet.
                if isUpper, wasLower { score -= 4 }
                wasLower = properties.isLowercase
            } else {
                wasLower = false
            }
        }
        // A Latin name has more plain letters than accented ones.
        if accented > plain { score -= 5 * (accented - plain) }
        // Kanji and kana go together; other scripts do not mix in one name.
        return score - 5 * max(0, scripts.count - 1)
    }

    private static func script(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case ..<0x250: 0
        case 0x370..<0x400: 1
        case 0x400..<0x530: 2
        case 0x590..<0x600: 3
        case 0x600..<0x780: 4
        case 0xE00..<0xE80: 5
        case 0x1100..<0x1200, 0xAC00..<0xD7B0: 6
        case 0x3040..<0x3100, 0x3400..<0xA000, 0xF900..<0xFB00: 7
        case 0xFF61..<0xFFA0: 8
        default: 9
        }
    }
}
