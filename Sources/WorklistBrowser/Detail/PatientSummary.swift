import DICOMData
import Terminal

/// Who and what an item is about, in pieces that are never cut: the head of the detail screen.
struct PatientSummary {
    /// Name in all its writings, birth date and age, sex, ID.
    var patient: [TerminalText] = []
    /// Accession number, procedure, time and place.
    var procedure: [TerminalText] = []

    /// `ascii`: the terminal shows nothing else.
    init(_ item: DataSet, today: DICOMDate, ascii: Bool = false) {
        addPatient(item, today: today, ascii: ascii)
        addProcedure(item, today: today)
        if ascii {
            patient = patient.map { Unshown.noted($0, ascii: true) }
            procedure = procedure.map { Unshown.noted($0, ascii: true) }
        }
    }

    private mutating func addPatient(_ item: DataSet, today: DICOMDate, ascii: Bool) {
        let name = item.text(.patientName)
        let groups = PersonName(parsing: name?.string ?? "").groups.filter { !$0.isEmpty }
        if groups.isEmpty { patient.append(MissingWords.name) }
        for (index, group) in groups.enumerated() {
            let shown = TerminalText(group.formatted)
            // A doubtful name says so before it is read.
            let isDoubtful = shown.altered || (index == 0 && name?.problem != nil) || (ascii && !shown.isASCII)
            patient.append(isDoubtful ? "! \(shown)" : shown)
        }
        patient.append(TerminalText(Self.born(item.string(.patientBirthDate) ?? "", today: today)))
        let sex = item.string(.patientSex) ?? ""
        patient.append(sex.isEmpty ? MissingWords.sex : TerminalText(sex))
        let id = Self.identifier(item, .patientID, "ID ") ?? MissingWords.id
        patient.append(id + (Self.identifier(item, .issuerOfPatientID, "[").map { " \($0)]" } ?? ""))
    }

    private mutating func addProcedure(_ item: DataSet, today: DICOMDate) {
        let step = item.items(.scheduledProcedureStepSequence).first
        procedure.append(Self.identifier(item, .accessionNumber, "ACC ") ?? MissingWords.accession)
        let code = item.items(.requestedProcedureCodeSequence).first?.string(.codeMeaning)
        let words = [
            item.string(.requestedProcedureDescription), step?.string(.scheduledProcedureStepDescription), code,
            item.string(.studyDescription),
        ]
        if let text = words.lazy.compactMap({ $0 }).first(where: { !$0.isEmpty }) {
            procedure.append(TerminalText(text))
        }
        let date = step?.string(.scheduledProcedureStepStartDate) ?? item.string(.studyDate) ?? ""
        let time = step?.string(.scheduledProcedureStepStartTime) ?? item.string(.studyTime) ?? ""
        var when: TerminalText = ""
        if let date = DICOMDate(parsing: date) {
            when = date == today ? "today" : TerminalText(ElementText.words(date))
        } else if !date.isEmpty {
            when = TerminalText(date)
        }
        if let time = DICOMTime(parsing: time) {
            when += " \(time.formatted.prefix(5))"
        } else if !time.isEmpty {
            when += " \(time)"
        }
        if !when.isEmpty { procedure.append(when) }
        guard let step else { return }
        for tag in [Tag.scheduledStationAETitle, Tag.scheduledProcedureStepLocation, Tag.scheduledProcedureStepStatus] {
            let text = (step.strings(tag) ?? []).joined(separator: " \\ ")
            if !text.isEmpty { procedure.append(TerminalText(text)) }
        }
    }

    /// An identifier behind its label; one that may be misread says so. Nil without a value.
    private static func identifier(_ item: DataSet, _ tag: Tag, _ label: TerminalText) -> TerminalText? {
        guard let text = item.string(tag), !text.isEmpty else { return nil }
        let isDoubtful = TerminalText(text).altered || item.text(tag)?.problem != nil
        return label + TerminalText(text) + (isDoubtful ? " (?)" : "")
    }

    /// `born 1985-11-02 (40 y)`.
    static func born(_ text: String, today: DICOMDate) -> String {
        if text.isEmpty { return MissingWords.born.string }
        guard let date = DICOMDate(parsing: text) else {
            // The privacy mask.
            if text.hasSuffix("****") { return "born \(text.prefix(4))-**-**" }
            // Where only the year is known, some send zeros for the rest.
            if text.count == 8, text.hasSuffix("0000") { return "born \(text.prefix(4)), day not known" }
            return "born '\(text)', not a date"
        }
        return "born \(date.formatted) (\(age(from: date, to: today)))"
    }

    /// In years; in months under two years, in days under two months: what a dose is worked out from.
    static func age(from birth: DICOMDate, to today: DICOMDate) -> String {
        guard birth <= today else { return "in the future" }
        var months = (today.year - birth.year) * 12 + today.month - birth.month
        if today.day < birth.day { months -= 1 }
        if months >= 24 { return "\(months / 12) y" }
        if months >= 2 { return "\(months) months" }
        let days = today.daysSince1970 - birth.daysSince1970
        return "\(days) day\(days == 1 ? "" : "s")"
    }

    /// Pieces set side by side in as many lines as they need; a piece too long for a line is broken, never cut.
    static func flow(_ pieces: [TerminalText], columns: Int, gap: Int = 3) -> [TerminalText] {
        guard columns > 0 else { return [] }
        var lines: [TerminalText] = []
        var line = TerminalText.empty
        for piece in pieces {
            if !line.isEmpty, line.width + gap + piece.width > columns {
                lines.append(line)
                line = .empty
            }
            if piece.width > columns {
                if !line.isEmpty { lines.append(line) }
                let parts = DisplayWidth.wrap(piece, width: columns)
                lines += parts.dropLast()
                line = parts.last ?? .empty
            } else {
                line = line.isEmpty ? piece : line + .spaces(gap) + piece
            }
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}
