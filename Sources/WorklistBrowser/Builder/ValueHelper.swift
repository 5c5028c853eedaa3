import DICOMData
import DICOMMatching
import Terminal

/// Values to choose from for a key, by what kind of value it takes: words for dates, terms of a list, forms of a name.
///
/// What is typed into its field narrows a list, or is what the forms of a name are made from.
struct ValueHelper: Hashable {
    struct Choice: Hashable {
        /// Another key that has to change along with this one for the words to be true.
        struct Companion: Hashable {
            var path: AttributePath
            var value: String
        }

        var value: String
        var label: String
        var companion: Companion?
        /// Opens a month instead of being a value.
        var isCalendar = false
    }

    private enum Kind: Hashable {
        /// Choices that typing narrows.
        case list([Choice])
        /// Forms of what is typed: a name, or other text with wildcards.
        case forms(isName: Bool)
        /// A day or a year of birth, from what is typed: no one asks for who is born this week.
        case births
    }

    let path: AttributePath
    let vr: VR
    let title: TerminalText
    private let kind: Kind
    var field: TextField
    private(set) var cursor = 0
    private(set) var choices: [Choice] = []

    /// Nil if there is nothing to choose for such a key; `station` and `calling` are the AE titles to offer.
    init?(_ key: QueryKey, server: ServerProfile?, now: QueryMoment) {
        path = key.path
        vr = key.vr
        title = TerminalText(AttributeNames.name(of: key.path.tag))
        let terms = CodedValues.terms(of: key.path.tag)
        if !terms.isEmpty {
            kind = .list(terms.map { Choice(value: $0.value, label: $0.meaning) })
            field = TextField()
        } else {
            switch key.vr {
            case .DA where key.path.tag == .patientBirthDate:
                kind = .births
                field = TextField(key.value)
            case .DA:
                let isStart = key.path == .step(.scheduledProcedureStepStartDate)
                let nights = isStart ? Self.nights(path: .step(.scheduledProcedureStepStartTime), isTime: false) : []
                kind = .list(Self.dates + nights + [Self.calendar])
                field = TextField()
            case .TM:
                let isStart = key.path == .step(.scheduledProcedureStepStartTime)
                let nights = isStart ? Self.nights(path: .step(.scheduledProcedureStepStartDate), isTime: true) : []
                kind = .list(Self.times + nights)
                field = TextField()
            case .DT:
                kind = .list(Self.dates + Self.times.prefix(3))
                field = TextField()
            case .AE:
                var choices: [Choice] = []
                if let server {
                    choices.append(Choice(value: server.effectiveStation, label: "this scanner"))
                    if server.callingAETitle != server.effectiveStation {
                        choices.append(Choice(value: server.callingAETitle, label: "our AE title"))
                    }
                    choices.append(Choice(value: server.calledAETitle, label: "the server's AE title"))
                }
                guard !choices.isEmpty else { return nil }
                kind = .list(choices)
                field = TextField()
            case .PN:
                kind = .forms(isName: true)
                field = TextField(key.value)
            case let vr where vr.allowsWildcards:
                kind = .forms(isName: false)
                field = TextField(key.value)
            default:
                return nil
            }
        }
        refresh(now: now)
        if case .list(let all) = kind, let index = all.firstIndex(where: { $0.value == key.value }) { cursor = index }
    }

    /// The line under the cursor.
    var chosen: Choice? { choices.indices.contains(cursor) ? choices[cursor] : nil }

    mutating func move(by step: Int) { cursor = min(max(0, cursor + step), max(0, choices.count - 1)) }

    /// After the field has changed.
    mutating func refresh(now: QueryMoment) {
        let typed = field.text
        switch kind {
        case .list(let all):
            let words = typed.lowercased().split(separator: " ")
            choices = all.filter { choice in
                let text = choice.value.lowercased() + " " + choice.label.lowercased()
                return words.allSatisfy { word in text.split(separator: " ").contains { $0.hasPrefix(word) } }
            }
            // What is typed can be a value of its own; it then stands first, unless it is one of the list.
            if !typed.isEmpty, !choices.contains(where: { $0.value == typed }) {
                let isValue =
                    RelativeDate.isRelative(typed, vr: vr) || ValueCheck.problem(in: typed, vr: vr, asKey: true) == nil
                if isValue {
                    choices.insert(Choice(value: typed, label: "as typed"), at: choices.isEmpty ? 0 : choices.count)
                }
            }
        case .forms(let isName):
            choices = Self.forms(of: typed, isName: isName)
        case .births:
            choices = Self.births(typed)
        }
        cursor = 0
    }

    /// What the value will be when the query runs, where that is not what it says.
    func resolved(_ choice: Choice, now: QueryMoment) -> String? {
        choice.isCalendar ? nil : RelativeDate.resolve(choice.value, vr: vr, now: now)
    }

    var prompt: TerminalText {
        switch kind {
        case .list: "Find"
        case .forms(let isName): isName ? "Name" : "Text"
        case .births: "Born"
        }
    }

    var hint: TerminalText {
        switch kind {
        case .list where vr == .DA: "or type a date, -3d, 20261124-20261130"
        case .list where vr == .TM: "start date and time are one period: a night needs a date of two days"
        case .list: "type to narrow the list"
        case .forms(let isName):
            isName ? "family, given middle: choose how it is to match" : "* stands for any text, ? for one letter"
        case .births: "a day, as 19850203 or 1985-02-03; a year, as 1985; or a range"
        }
    }

    // MARK: Lists

    private static let dates: [Choice] = [
        Choice(value: "today", label: "today"),
        Choice(value: "tomorrow", label: "tomorrow"),
        Choice(value: "yesterday", label: "yesterday"),
        Choice(value: "today..tomorrow", label: "today and tomorrow"),
        Choice(value: "week", label: "this week, Monday to Sunday"),
        Choice(value: "-7d..today", label: "the last seven days and today"),
        Choice(value: "today..+7d", label: "today and the next seven days"),
        Choice(value: "today..", label: "from today on"),
        Choice(value: "..today", label: "up to today"),
    ]

    private static let times: [Choice] = [
        Choice(value: "now..", label: "from now on"),
        Choice(value: "-1h..+1h", label: "an hour before and after now"),
        Choice(value: "..now", label: "up to now"),
        Choice(value: "0000-1159", label: "morning"),
        Choice(value: "1200-1759", label: "afternoon"),
        Choice(value: "1800-2359", label: "evening"),
    ]

    private static let calendar = Choice(value: "", label: "a day or a span from the calendar", isCalendar: true)

    /// A night crosses midnight: a start date of two days and a start time from evening to morning make one period.
    private static func nights(path: AttributePath, isTime: Bool) -> [Choice] {
        [("today..tomorrow", "tonight"), ("yesterday..today", "last night")]
            .map { days, words in
                let hours = "2000-0800"
                return Choice(
                    value: isTime ? hours : days,
                    label: words + (isTime ? ", date \(days)" : ", from 2000 to 0800"),
                    companion: Choice.Companion(path: path, value: isTime ? days : hours)
                )
            }
    }

    // MARK: Forms of a birth date

    /// A day as it is sent, the whole of a year, and what is typed if it can be sent as it is.
    private static func births(_ typed: String) -> [Choice] {
        let digits = typed.filter(\.isNumber)
        var result: [Choice] = []
        if typed.allSatisfy({ $0.isNumber || "-./ ".contains($0) }), digits.count == 8,
            let date = DICOMDate(parsing: digits)
        {
            result.append(Choice(value: date.description, label: "born on \(date.formatted)"))
        }
        if typed.count == 4, digits.count == 4, DICOMDate(parsing: digits + "0101") != nil {
            result.append(Choice(value: "\(digits)0101-\(digits)1231", label: "born in \(digits)"))
        }
        let isValue = !typed.isEmpty && ValueCheck.problem(in: typed, vr: .DA, asKey: true) == nil
        if isValue, !result.contains(where: { $0.value == typed }) {
            result.append(Choice(value: typed, label: "as typed"))
        }
        return result
    }

    // MARK: Forms of a text

    /// The ways in which a typed name or text can be matched. Nothing is added that is not shown.
    static func forms(of typed: String, isName: Bool) -> [Choice] {
        let bare = typed.filter { $0 != "*" }
        guard bare.contains(where: { $0 != " " && $0 != "^" }) else { return [] }
        var result: [Choice] = []
        func add(_ value: String, _ label: String) {
            if !value.isEmpty, !result.contains(where: { $0.value == value }) {
                result.append(Choice(value: value, label: label))
            }
        }
        if isName {
            let parts = nameParts(bare)
            let family = parts.first ?? ""
            let rest = parts.dropFirst()
            if rest.isEmpty {
                add(family + "*", "family name begins with")
                add(family + "^*", "family name is this, any given name")
                add("*" + family + "*", "anywhere in the name")
                add(family, "exactly this and nothing more")
            } else {
                add(
                    family + "^" + rest.map { $0 + "*" }.joined(separator: "^"),
                    "family name is this, given name begins with"
                )
                add(parts.map { $0 + "*" }.joined(separator: "^"), "each part begins with")
                add(parts.joined(separator: "^"), "exactly this and nothing more")
                add("*" + family + "*", "family name anywhere")
            }
        } else {
            add(bare + "*", "begins with")
            add("*" + bare + "*", "contains")
            add(bare, "exactly this")
        }
        add(typed, "as typed")
        if let first = result.first, !first.value.allSatisfy(\.isASCII) {
            add(String(first.value.map { $0.isASCII ? $0 : "?" }), "ASCII only: ? for each other letter")
        }
        return result
    }

    /// Family, given, middle, from `smith^anna`, `smith, anna m` and `smith anna`.
    private static func nameParts(_ text: String) -> [String] {
        func words(_ text: Substring) -> [String] { text.split(separator: " ").map(String.init) }
        let separator: Character? = text.contains("^") ? "^" : text.contains(",") ? "," : nil
        guard let separator, let place = text.firstIndex(of: separator) else { return words(text[...]) }
        let family = words(text[..<place]).joined(separator: " ")
        let rest = text[text.index(after: place)...]
        if separator == "^" {
            let given = rest.split(separator: "^", omittingEmptySubsequences: false).map {
                words($0).joined(separator: " ")
            }
            return ([family] + given).reversed().drop { $0.isEmpty }.reversed()
        }
        return [family] + words(rest)
    }
}
