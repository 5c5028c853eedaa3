import DICOMData
import Terminal

/// One attribute of an item as the screen shows it, and how far it can be trusted.
struct ColumnText: Hashable, Sendable {
    enum State: Hashable, Sendable {
        /// The server did not return the attribute.
        case absent
        /// Returned without a value.
        case empty
        case sound
        /// Read with a character set the server did not declare.
        case guessed
        /// Bytes that mean nothing, or a value that is not what its VR demands.
        case damaged
        /// Sound, but the terminal cannot show all of its characters.
        case unshown
    }

    var text: TerminalText
    var state: State

    static let absent = ColumnText(text: .empty, state: .absent)
    static let empty = ColumnText(text: .empty, state: .empty)

    var hasValue: Bool { state != .absent && state != .empty }
    /// The user has to look twice.
    var isDoubtful: Bool { state == .guessed || state == .damaged || state == .unshown }
}

/// Reading single attributes of an item.
enum ItemText {
    /// Without the padding of text values: spaces and NUL at the end, spaces at the beginning.
    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        // By places: taking bytes off a slice would copy it.
        var start = bytes.startIndex
        var end = bytes.endIndex
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0 { end -= 1 }
        while start < end, bytes[start] == 0x20 { start += 1 }
        return bytes[start..<end]
    }

    /// The attribute as text, made safe for the screen.
    static func column(_ dataSet: DataSet, _ tag: Tag, format: (String) -> String? = { $0 }) -> ColumnText {
        guard let element = dataSet[tag] else {
            // What stood behind a defect in the bytes is not known to be absent.
            return dataSet.defect == nil ? .absent : ColumnText(text: "?", state: .damaged)
        }
        if element.isEmpty { return .empty }
        guard let decoded = dataSet.text(of: element) else {
            return ColumnText(text: TerminalText(Hex.dump(element.bytes, limit: 8)), state: .damaged)
        }
        let plain = trimmedText(decoded.string)
        if plain.isEmpty { return .empty }
        let formatted = format(plain)
        let text = TerminalText(formatted ?? plain, limit: 512)
        let state: ColumnText.State =
            switch decoded.problem {
            case .invalidBytes: .damaged
            case .guessed, .unknownCharacterSet: .guessed
            case nil: formatted == nil || text.altered ? .damaged : .sound
            }
        return ColumnText(text: text, state: state)
    }

    /// An attribute anywhere in the item, written as its VR is read: all its values, a sequence by its codes.
    static func attribute(_ dataSet: DataSet, _ path: AttributePath) -> ColumnText {
        guard let holder = dataSet.dataSet(holding: path) else {
            return dataSet.defect == nil ? .absent : ColumnText(text: "?", state: .damaged)
        }
        guard let element = holder[path.tag] else { return column(holder, path.tag) }
        if case .items(let items) = element.value { return sequence(holder.items(path.tag), count: items.count) }
        let vr = element.vr == .UN ? DataDictionary.vr(of: path.tag) ?? .UN : element.vr
        let format: (String) -> String? =
            switch vr {
            case .DA: date
            case .TM: time
            case .DT: dateTime
            case .PN: { name($0) }
            case .US: { value in CodedValues.meaning(of: value, tag: path.tag).map { "\(value) \($0)" } ?? value }
            default: { $0 }
            }
        guard vr.isMultiValued else { return column(holder, path.tag, format: format) }
        return column(holder, path.tag) { text in
            let values = text.split(separator: "\\", omittingEmptySubsequences: false).map(String.init)
            if values.count == 1 { return format(text) }
            let written = values.map { $0.isEmpty ? $0 : format($0) }
            return written.contains(nil) ? nil : written.compactMap(\.self).joined(separator: " \\ ")
        }
    }

    /// `HEADNC CT Head plain`; the number of items where they have no codes.
    private static func sequence(_ items: [DataSet], count: Int) -> ColumnText {
        guard let first = items.first else { return .empty }
        let parts = [column(first, .codeValue), column(first, .codeMeaning)].filter(\.hasValue)
        if parts.isEmpty { return ColumnText(text: count == 1 ? "1 item" : "\(count) items", state: .sound) }
        let more: TerminalText = count > 1 ? " (+\(count - 1))" : ""
        let state = parts.first { $0.isDoubtful }?.state ?? .sound
        return ColumnText(text: parts.map(\.text).joined(separator: " ") + more, state: state)
    }

    private static func dateTime(_ text: String) -> String? {
        guard let moment = DICOMDateTime(parsing: text) else { return nil }
        guard let month = moment.month, let day = moment.day,
            let date = DICOMDate(year: moment.year, month: month, day: day)
        else { return text }
        guard let time = moment.time else { return date.formatted }
        return date.formatted + " " + two(time.hour) + ":" + two(time.minute ?? 0)
    }

    private static func trimmedText(_ text: String) -> String {
        var scalars = Substring(text).unicodeScalars
        while let last = scalars.last, last == " " || last == "\0" { scalars.removeLast() }
        while let first = scalars.first, first == " " { scalars.removeFirst() }
        return String(scalars)
    }

    /// `FAMILY, Given Middle`, and the ideographic writing behind it where there is one.
    static func name(_ text: String) -> String {
        // A name has one value; what follows a backslash is not hidden.
        let name = PersonName(parsing: text)
        let alphabetic = name.alphabetic.formatted
        let ideographic = name.ideographic
        if ideographic.isEmpty { return alphabetic.isEmpty ? name.formatted : alphabetic }
        let written = [ideographic.family, ideographic.given].filter { !$0.isEmpty }.joined(separator: " ")
        let whole = written.isEmpty ? ideographic.formatted : written
        return alphabetic.isEmpty ? whole : alphabetic + " " + whole
    }

    static func date(_ text: String) -> String? { DICOMDate(parsing: text)?.formatted }

    /// Hours and minutes: seconds are in the detail.
    static func time(_ text: String) -> String? {
        guard let time = DICOMTime(parsing: text) else { return nil }
        return two(time.hour) + ":" + two(time.minute ?? 0)
    }

    static func two(_ number: Int) -> String { number < 10 ? "0\(max(0, number))" : "\(number)" }

    /// Whole years; months below two years, days below two months. Nil if the birth date lies in the future.
    static func age(born: DICOMDate, today: DICOMDate) -> String? {
        guard born <= today else { return nil }
        let hadBirthday = (today.month, today.day) >= (born.month, born.day)
        let years = today.year - born.year - (hadBirthday ? 0 : 1)
        if years >= 2 { return "\(years) y" }
        let months = (today.year - born.year) * 12 + today.month - born.month - (today.day >= born.day ? 0 : 1)
        if months >= 2 { return "\(months) mo" }
        return "\(today.daysSince1970 - born.daysSince1970) d"
    }
}

/// Scheduled Procedure Step Status (0040,0020) as one letter.
enum StepStatus: Hashable, Sendable {
    case none, scheduled, arrived, ready, started, departed, completed, discontinued
    /// A value the standard does not define.
    case other

    init(_ value: String) {
        switch value.uppercased() {
        case "": self = .none
        case "SCHEDULED": self = .scheduled
        case "ARRIVED": self = .arrived
        case "READY": self = .ready
        case "STARTED", "IN PROGRESS": self = .started
        case "DEPARTED": self = .departed
        case "COMPLETED": self = .completed
        case "DISCONTINUED": self = .discontinued
        default: self = .other
        }
    }

    var letter: TerminalText {
        switch self {
        case .none: " "
        case .scheduled: "S"
        case .arrived: "A"
        case .ready: "R"
        case .started: "I"
        case .departed: "D"
        case .completed: "C"
        case .discontinued: "X"
        case .other: "?"
        }
    }

    /// Theme scope.
    var scope: String {
        switch self {
        case .none, .other: "table.status"
        case .scheduled: "table.status.scheduled"
        case .arrived: "table.status.arrived"
        case .ready: "table.status.ready"
        case .started: "table.status.started"
        case .departed: "table.status.departed"
        case .completed: "table.status.completed"
        case .discontinued: "table.status.discontinued"
        }
    }

    /// Order in which steps go through a department.
    var rank: UInt8 {
        switch self {
        case .started: 0
        case .ready: 1
        case .arrived: 2
        case .scheduled: 3
        case .departed: 4
        case .completed: 5
        case .discontinued: 6
        case .other: 7
        case .none: 8
        }
    }

    /// What the letters and marks of the list mean.
    static func legend(_ theme: Theme) -> [TerminalText] {
        let doubtful = theme.glyph(.guessed) == "?" ? "?" : theme.glyph(.guessed) + " ?"
        let lines: [TerminalText] = [
            "S scheduled  A arrived  R ready  I started  D departed  C done  X stopped",
            theme.glyph(.stat) + " urgent  * like another patient  = twice on the list",
            doubtful + " doubtful text  - not returned  " + theme.glyph(.truncated) + " cut",
        ]
        guard theme.isASCII else { return lines }
        return lines + [theme.glyph(.warning) + " after a text: this terminal lacks characters of it, shown as ?"]
    }
}

/// An item as a line of the list and as the identity bar: decoded for rows on screen only.
struct RowText: Sendable {
    private var columns: [ColumnText]
    /// Attributes beyond the twelve columns, read when the row was, or when one is asked for.
    private var attributes: [AttributePath: ColumnText] = [:]
    private let item: EncodedDataSet
    private let fallback: SpecificCharacterSet?
    private var isMasked = false
    var status: StepStatus
    /// STAT or HIGH (0040,1003).
    var isUrgent: Bool
    /// Issuer of Patient ID.
    var issuer: ColumnText
    /// Came with FF01.
    var hasUnsupportedKeys: Bool
    /// The bytes stop making sense somewhere; what came before is shown.
    var isDefective: Bool

    subscript(column: ListColumn) -> ColumnText {
        switch column {
        case .attribute(let path):
            if let known = attributes[path] { return known }
            var dataSet = item.decoded
            dataSet.fallbackCharacterSet = fallback
            return Self.attribute(dataSet, path, isMasked: isMasked)
        default: return column.index.map { columns[$0] } ?? .absent
        }
    }

    private static func attribute(_ dataSet: DataSet, _ path: AttributePath, isMasked: Bool) -> ColumnText {
        var text = ItemText.attribute(dataSet, path)
        if isMasked, text.hasValue { text.text = PrivacyMask.masked(text.text, .attribute(path)) }
        return text
    }

    /// `reading`: attributes that will be looked at, so that the item is decoded once for all of them.
    init(
        _ item: EncodedDataSet,
        fallback: SpecificCharacterSet?,
        today: DICOMDate,
        hasUnsupportedKeys: Bool = false,
        reading extra: [ListColumn] = []
    ) {
        self.item = item
        self.fallback = fallback
        var dataSet = item.decoded
        dataSet.fallbackCharacterSet = fallback
        let steps = dataSet.items(.scheduledProcedureStepSequence)
        let step = steps.first ?? DataSet()
        // An answer of the Query/Retrieve models has no step: the study takes its place.
        func stepOr(_ stepTag: Tag, _ studyTag: Tag, format: (String) -> String? = { $0 }) -> ColumnText {
            let own = ItemText.column(step, stepTag, format: format)
            if own.state != .absent { return own }
            let study = ItemText.column(dataSet, studyTag, format: format)
            return study.state == .absent && dataSet.defect != nil ? ColumnText(text: "?", state: .damaged) : study
        }
        isDefective = dataSet.defect != nil
        self.hasUnsupportedKeys = hasUnsupportedKeys

        let statusText = ItemText.column(step, .scheduledProcedureStepStatus)
        status = statusText.hasValue ? StepStatus(statusText.text.string) : .none
        let priority = ItemText.column(dataSet, .requestedProcedurePriority).text.string.uppercased()
        isUrgent = priority == "STAT" || priority == "HIGH"
        issuer = ItemText.column(dataSet, .issuerOfPatientID)

        let born = ItemText.column(dataSet, .patientBirthDate, format: ItemText.date)
        var age = ColumnText(text: .empty, state: born.state == .sound ? .empty : born.state)
        if born.isDoubtful { age = .empty }
        if born.state == .sound, let raw = dataSet.string(.patientBirthDate), let date = DICOMDate(parsing: raw),
            let text = ItemText.age(born: date, today: today)
        {
            age = ColumnText(text: TerminalText(text), state: .sound)
        }

        var procedure = ItemText.column(step, .scheduledProcedureStepDescription)
        if !procedure.hasValue {
            for other in [
                ItemText.column(dataSet, .requestedProcedureDescription),
                Self.meaning(step, .scheduledProtocolCodeSequence),
                Self.meaning(dataSet, .requestedProcedureCodeSequence),
                ItemText.column(dataSet, .studyDescription),
            ] where other.hasValue {
                procedure = other
                break
            }
        }
        if steps.count > 1, procedure.hasValue {
            procedure.text += " (+\(steps.count - 1) \(steps.count == 2 ? "step" : "steps"))"
        }

        // In the order of ``ListColumn/index``.
        columns = [
            statusText,
            stepOr(.scheduledProcedureStepStartDate, .studyDate, format: ItemText.date),
            stepOr(.scheduledProcedureStepStartTime, .studyTime, format: ItemText.time),
            ItemText.column(dataSet, .patientName, format: ItemText.name),
            born,
            age,
            ItemText.column(dataSet, .patientSex),
            ItemText.column(dataSet, .patientID),
            ItemText.column(dataSet, .accessionNumber),
            stepOr(.modality, .modalitiesInStudy),
            ItemText.column(step, .scheduledStationAETitle),
            procedure,
        ]
        for case .attribute(let path) in extra {
            attributes[path] = Self.attribute(dataSet, path, isMasked: false)
        }
    }

    /// Code Meaning of the first item.
    private static func meaning(_ dataSet: DataSet, _ sequence: Tag) -> ColumnText {
        guard let item = dataSet.items(sequence).first else { return .absent }
        return ItemText.column(item, .codeMeaning)
    }

    /// As a terminal shows it, see ``ColumnText/asShown(ascii:)``.
    func asShown(ascii: Bool) -> RowText {
        guard ascii else { return self }
        var copy = self
        copy.columns = columns.map { $0.asShown(ascii: true) }
        copy.issuer = issuer.asShown(ascii: true)
        return copy
    }

    /// Names and identifiers replaced, for screenshots and training.
    var masked: RowText {
        var copy = self
        copy.isMasked = true
        for column in [ListColumn.patient, .born, .id, .accession] {
            guard let index = column.index, copy[column].hasValue else { continue }
            copy.columns[index].text = PrivacyMask.masked(copy[column].text, column)
        }
        for (path, value) in attributes where value.hasValue {
            copy.attributes[path]?.text = PrivacyMask.masked(value.text, .attribute(path))
        }
        if copy.issuer.hasValue { copy.issuer.text = "***" }
        return copy
    }

    /// What a filter without a column looks at.
    static let searched: [ListColumn] = ListColumn.allCases.filter { $0 != .age }
}
