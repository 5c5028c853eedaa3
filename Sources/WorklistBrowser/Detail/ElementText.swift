import DICOMData
import Terminal

/// A value as the detail tree shows it: as sent, what it means, and what is wrong with it.
struct ElementText {
    /// As sent, made safe for a terminal.
    var value: TerminalText
    /// What it says in words: a weekday, a name for a UID, the meaning of a code.
    var meaning: TerminalText = .empty
    /// Why the text may not be what was meant, in words.
    var problem: TerminalText?
    /// The problem in two or three words.
    var shortProblem: TerminalText?
    /// The text was read with a guessed character set, or the terminal cannot show all of it; else the problem is damage.
    var isGuess = false

    /// `ascii`: the terminal shows nothing else.
    init(_ element: DataElement, in dataSet: DataSet, readable: Bool, ascii: Bool = false) {
        if element.vr == .SQ {
            value = .empty
            return
        }
        if !element.vr.isText, element.numbers == nil || element.vr.unitLength == nil {
            value = Self.bytes(element)
            return
        }
        guard let decoded = dataSet.text(of: element) else {
            value = Self.bytes(element)
            return
        }
        var text = decoded.string
        if readable {
            if element.vr.isMultiValued, let values = dataSet.strings(element.tag), values.count > 1 {
                text = values.joined(separator: " \\ ")
            } else if element.vr == .LT || element.vr == .ST || element.vr == .UT {
                text = text.split(omittingEmptySubsequences: true) { $0.isNewline }.joined(separator: " / ")
            }
        }
        let shown = TerminalText(text)
        value = shown
        if let trouble = decoded.problem {
            problem = TerminalText(trouble.description)
            switch trouble {
            case .guessed(let term):
                isGuess = true
                shortProblem = "read as \(term)"
            case .invalidBytes(let count):
                shortProblem = "\(count) unreadable"
            case .unknownCharacterSet:
                isGuess = true
                shortProblem = "unknown character set"
            }
        } else if shown.bidiControls > 0 {
            problem = "invisible characters left out, \(shown.bidiControls) of them to turn the reading direction"
            shortProblem = "hidden characters"
        } else if shown.altered {
            problem = "characters that no screen can show were left out or replaced"
            shortProblem = "hidden characters"
        }
        if ascii, let words = Unshown.words(shown) {
            let written: TerminalText = "this terminal has ASCII only; in code points: " + Unshown.inCodePoints(shown)
            problem = problem.map { $0 + "; " + written } ?? written
            isGuess = isGuess || shortProblem == nil
            shortProblem = shortProblem.map { $0 + ", " + words } ?? words
        }
        if readable {
            let words = Self.meaning(decoded.string, element)
            // `SCHEDULED` needs no `scheduled` beside it.
            if words != decoded.string.lowercased() { meaning = TerminalText(words) }
        }
    }

    private static func bytes(_ element: DataElement) -> TerminalText {
        let dump = Hex.dump(element.bytes, limit: 16)
        return element.bytes.count > 8 ? "\(dump)  (\(element.bytes.count) bytes)" : TerminalText(dump)
    }

    private static func meaning(_ text: String, _ element: DataElement) -> String {
        switch element.vr {
        case .DA:
            guard let date = DICOMDate(parsing: text) else {
                return text.isEmpty || text.hasSuffix("****") ? "" : "not a date"
            }
            return words(date)
        case .TM:
            guard let time = DICOMTime(parsing: text) else { return text.isEmpty ? "" : "not a time" }
            return time.formatted
        case .DT:
            guard let moment = DICOMDateTime(parsing: text), let date = moment.date else { return "" }
            return words(date) + (moment.time.map { " " + $0.formatted } ?? "")
        case .AS: return age(text)
        case .UI: return UIDRegistry.name(of: text) ?? ""
        case .CS, .US: return CodedValues.meaning(of: text, tag: element.tag) ?? ""
        default: return ""
        }
    }

    /// `Tue 24 Nov 2026`.
    static func words(_ date: DICOMDate) -> String {
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = days[(date.weekday.rawValue + 6) % 7]
        return "\(day) \(date.day) \(months[(date.month + 11) % 12]) \(date.year)"
    }

    /// `040Y` as `40 years`.
    private static func age(_ text: String) -> String {
        guard text.count == 4, let unit = text.last, let number = Int(text.dropLast()) else { return "" }
        let word: String
        switch unit {
        case "D": word = "day"
        case "W": word = "week"
        case "M": word = "month"
        case "Y": word = "year"
        default: return ""
        }
        return "\(number) \(word)\(number == 1 ? "" : "s")"
    }

    /// `HEADNC "CT Head plain"` of an item of a code sequence (PS3.3 8.8); nil if the item is no code.
    static func code(_ item: DataSet) -> TerminalText? {
        let value = [Tag.codeValue, Tag(0x0008, 0x0119), Tag(0x0008, 0x0120)].lazy.compactMap { item.string($0) }
            .first { !$0.isEmpty }
        let meaning = item.string(.codeMeaning) ?? ""
        guard let value else { return meaning.isEmpty ? nil : "\"\(meaning)\"" }
        return meaning.isEmpty ? TerminalText(value) : "\(value) \"\(meaning)\""
    }
}
