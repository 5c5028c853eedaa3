import DICOMData
import DICOMMatching
import Terminal

/// A month to choose a day from, or the days from one to another.
struct CalendarPicker: Hashable {
    let path: AttributePath
    let title: TerminalText
    let today: DICOMDate
    private(set) var day: DICOMDate
    /// The other end of a span that is being marked.
    private(set) var anchor: DICOMDate?

    /// Starts on the day the key has, else today; on the span it has, if it is one.
    init(_ key: QueryKey, now: QueryMoment) {
        path = key.path
        title = TerminalText(AttributeNames.name(of: key.path.tag))
        today = now.date
        day = now.date
        if let range = DateRange(parsing: key.wireValue(now: now)) {
            if let lower = range.lower, let upper = range.upper, lower != upper { anchor = lower }
            day = range.upper ?? range.lower ?? now.date
        }
    }

    /// What the key gets.
    var value: String {
        guard let anchor, anchor != day else { return day.description }
        return "\(min(anchor, day))-\(max(anchor, day))"
    }

    private var span: ClosedRange<DICOMDate> {
        let other = anchor ?? day
        return min(other, day)...max(other, day)
    }

    /// Moves by a command of the keymap; false if it is none.
    mutating func perform(_ command: Command) -> Bool {
        switch command {
        case .fieldLeft, .moveLeft: day = day.adding(days: -1)
        case .fieldRight, .moveRight: day = day.adding(days: 1)
        case .moveUp: day = day.adding(days: -7)
        case .moveDown: day = day.adding(days: 7)
        case .movePageUp: move(months: -1)
        case .movePageDown: move(months: 1)
        case .fieldHome: day = day.adding(days: 1 - day.day)
        case .fieldEnd: day = lastOfMonth
        default: return false
        }
        return true
    }

    /// Space marks the other end of a span, or takes the mark away; `t` goes to today, vi's letters move.
    mutating func insert(_ text: String) {
        switch text {
        case " ": anchor = anchor == nil ? day : nil
        case "t": day = today
        case "h": _ = perform(.fieldLeft)
        case "l": _ = perform(.fieldRight)
        case "j": _ = perform(.moveDown)
        case "k": _ = perform(.moveUp)
        default: break
        }
    }

    private var lastOfMonth: DICOMDate {
        var last = day
        while last.adding(days: 1).month == day.month, last.adding(days: 1) != last { last = last.adding(days: 1) }
        return last
    }

    private mutating func move(months: Int) {
        let count = day.year * 12 + day.month - 1 + months
        guard let first = DICOMDate(year: count / 12, month: count % 12 + 1, day: 1) else { return }
        var target = first
        // The 31st of a month that has 30 is its 30th.
        while target.day < day.day, target.adding(days: 1).month == first.month { target = target.adding(days: 1) }
        day = target
    }

    // MARK: Drawing

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

    func draw(into grid: inout Grid, in body: Rect, _ surroundings: Surroundings, _ ink: Ink) {
        let theme = surroundings.theme
        // Frame, month, names of the days, six weeks, and what is chosen.
        let isRoomy = body.rows >= 14
        let box = body.centered(rows: isRoomy ? 14 : 11, columns: min(body.columns - 2, 66))
        guard box.rows >= 6, box.columns >= 34 else { return }
        grid.drawBox(box, title: title, style: ink.dialog, theme: theme, titleStyle: ink.dialogTitle)
        let left = box.column + max(2, (box.columns - 7 * 5) / 2)
        var row = box.row + 1
        func put(_ line: StyledLine, _ column: Int) {
            guard row < box.endRow - 1 else { return }
            line.draw(into: &grid, row: row, column: column, columns: box.endColumn - 1 - column, base: ink.dialog)
            row += 1
        }
        put(StyledLine("\(Self.months[(day.month + 11) % 12]) \(day.year)", ink.title), left + 1)
        put(StyledLine(" Mo   Tu   We   Th   Fr   Sa   Su", ink.dim), left)
        let first = day.adding(days: 1 - day.day)
        var date = first.adding(days: 1 - first.weekday.rawValue)
        for _ in 0..<6 {
            var line = StyledLine()
            for _ in 0..<7 {
                line.add(cell(date), style(date, ink))
                let next = date.adding(days: 1)
                if next == date { break }
                date = next
            }
            put(line, left)
        }
        if isRoomy { row += 1 }
        put(StyledLine(words, ink.text), box.column + 2)
        if isRoomy {
            put(StyledLine("Space marks the other end of a span, t today, PgUp PgDn month", ink.dim), box.column + 2)
        }
    }

    /// What a colour says is said by signs too: the cursor in brackets, a span between hyphens, a star for today.
    private func cell(_ date: DICOMDate) -> TerminalText {
        let number: TerminalText = date.day < 10 ? " \(date.day)" : "\(date.day)"
        if date == day { return "[\(number)] " }
        guard date.month == day.month else { return " \(number)  " }
        if anchor != nil, span.contains(date) { return "-\(number)- " }
        return date == today ? " \(number)* " : " \(number)  "
    }

    private func style(_ date: DICOMDate, _ ink: Ink) -> Style {
        if date == day { return ink.title }
        if date.month != day.month { return ink.dim }
        if anchor != nil, span.contains(date) { return ink.match }
        return date == today ? ink.key : ink.dialog
    }

    private var words: TerminalText {
        let span = span
        if span.lowerBound != span.upperBound {
            let count = span.upperBound.daysSince1970 - span.lowerBound.daysSince1970 + 1
            return "\(span.lowerBound.formatted) to \(span.upperBound.formatted), \(count) days"
        }
        let name = Self.days[(day.weekday.rawValue + 6) % 7]
        let distance = day.daysSince1970 - today.daysSince1970
        let words: TerminalText =
            switch distance {
            case 0: "today"
            case 1: "tomorrow"
            case -1: "yesterday"
            case 2...: "in \(distance) days"
            default: "\(-distance) days ago"
            }
        return "\(name) \(day.formatted), \(words)\(anchor == nil ? "" : ", a span begins here")"
    }
}
