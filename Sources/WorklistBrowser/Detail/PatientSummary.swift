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
        if groups.isEmpty { patient.append("(no name)") }
        for (index, group) in groups.enumerated() {
            let shown = TerminalText(group.formatted)
            // A doubtful name says so before it is read.
            let isDoubtful = shown.altered || (index == 0 && name?.problem != nil) || (ascii && !shown.isASCII)
            patient.append(isDoubtful ? "! \(shown)" : shown)
        }
        patient.append(TerminalText(Self.born(item.string(.patientBirthDate) ?? "", today: today)))
        let sex = item.string(.patientSex) ?? ""
        patient.append(sex.isEmpty ? "sex ?" : TerminalText(sex))
        let id = item.string(.patientID) ?? ""
        let issuer = item.string(.issuerOfPatientID) ?? ""
        patient.append(
            (id.isEmpty ? "no ID" : "ID \(id)") + (issuer.isEmpty ? "" : " [\(issuer)]")
        )
    }

    private mutating func addProcedure(_ item: DataSet, today: DICOMDate) {
        let step = item.items(.scheduledProcedureStepSequence).first
        let accession = item.string(.accessionNumber) ?? ""
        procedure.append(accession.isEmpty ? "no accession number" : "ACC \(accession)")
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

    /// `born 1985-11-02 (40 y)`.
    static func born(_ text: String, today: DICOMDate) -> String {
        if text.isEmpty { return "birth date ?" }
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
