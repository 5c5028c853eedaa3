import DICOMData
import DICOMMatching
import Terminal

/// Asks the server for a patient: name, ID, birth date, accession number, and where to look.
///
/// Nothing is added to what is typed, not even a `*`; what will be sent stands below it.
struct PatientForm: Component {
    enum Field: Int, CaseIterable, Hashable {
        case family, given, id, born, accession, place

        var label: TerminalText {
            switch self {
            case .family: "Family name"
            case .given: "Given name"
            case .id: "Patient ID"
            case .born: "Born"
            case .accession: "Accession no."
            case .place: "Where"
            }
        }

        var placeholder: TerminalText {
            switch self {
            case .family: "SMITH, or SMI*"
            case .given: "ANNA, or A*"
            case .id: "with all its zeros"
            case .born: "1985-02-03"
            case .accession: "whole"
            case .place: ""
            }
        }

        /// The key it becomes; both parts of a name are one.
        var path: AttributePath? {
            switch self {
            case .family, .given: AttributePath([], .patientName)
            case .id: AttributePath([], .patientID)
            case .born: AttributePath([], .patientBirthDate)
            case .accession: AttributePath([], .accessionNumber)
            case .place: nil
            }
        }
    }

    /// Which keys besides the patient's are asked with.
    enum Place: Int, CaseIterable, Hashable {
        case everywhere, modality, scope
    }

    private(set) var focus = Field.family
    private(set) var place: Place
    private var fields: [Field: TextField] = [:]
    private let base: Query
    private let server: ServerProfile?
    /// Enter was pressed on a query that would match everyone.
    private var isWarned = false
    /// Why Enter did nothing.
    private(set) var complaint: TerminalText?

    /// - Parameters:
    ///   - base: The query in force: what it returns is returned; its scope and day can be kept.
    ///   - place: Where the last patient was looked for.
    init(base: Query, server: ServerProfile?, place: Place) {
        self.base = base.model == .worklist ? base : .worklist
        self.server = server
        self.place = place
        for field in Field.allCases where field != .place { fields[field] = TextField(limit: 128) }
        if !places.contains(place) { self.place = .everywhere }
    }

    /// Where can be looked: without a modality in the settings, or without a scope, less.
    var places: [Place] {
        Place.allCases.filter { place in
            switch place {
            case .everywhere: true
            case .modality: server?.modality.isEmpty == false
            case .scope: !scopeKeys.isEmpty
            }
        }
    }

    /// What the query in force matches on besides the patient.
    private var scopeKeys: [QueryKey] { base.matchingKeys.filter { !Self.isOfPatient($0) } }

    private static func isOfPatient(_ key: QueryKey) -> Bool {
        key.path.tag == .patientName || QueryWords.isPersonal(path: key.path, vr: .LO)
    }

    // MARK: What is asked

    func text(_ field: Field) -> String {
        var text = Substring(fields[field]?.text ?? "")
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    /// Family and given name as DICOM has them in one value.
    private var name: String {
        let family = text(.family)
        let given = text(.given)
        return given.isEmpty ? family : family + "^" + given
    }

    private func value(_ field: Field) -> String {
        switch field {
        case .family: name
        case .given, .place: ""
        case .id, .born, .accession: text(field)
        }
    }

    /// The query as it would be sent.
    var query: Query {
        var query = base
        for key in query.matchingKeys where place != .scope || Self.isOfPatient(key) { query.clear(key.path) }
        if place == .modality, let server { query.set(.step(.modality), server.modality, source: .configuration) }
        for field in Field.allCases {
            guard let path = field.path, field != .given else { continue }
            let value = value(field)
            if !value.isEmpty || query[path] == nil { query.set(path, value, source: .user) }
        }
        query.name = "Patient"
        return query
    }

    /// Nothing that tells one patient from another.
    func isForEveryone(_ now: QueryMoment) -> Bool {
        let query = query
        return Field.allCases.allSatisfy { field in
            guard let path = field.path, let key = query[path] else { return true }
            return query.rule(for: key, now: now) == .universal
        }
    }

    // MARK: Component

    var keyContext: KeyContext { .form }
    var takesText: Bool { true }
    func cursor(in area: Rect) -> Point? { focus == .place ? nil : caret(in: area) }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        switch command {
        case .formNext, .moveDown: move(by: 1)
        case .formPrevious, .moveUp: move(by: -1)
        case .back: return [.close]
        case .accept: return accept(surroundings)
        case .fieldLeft where focus == .place: turn(-1)
        case .fieldRight where focus == .place: turn(1)
        default:
            let before = fields[focus]?.text
            _ = fields[focus]?.perform(command)
            if fields[focus]?.text != before { changed() }
        }
        return []
    }

    mutating func click(_ target: ClickTarget, isAgain: Bool, _ surroundings: Surroundings) -> [Intent] {
        guard case .field(let index) = target, let field = Field(rawValue: index) else { return [] }
        if field != focus {
            move(by: field.rawValue - focus.rawValue)
        } else if field == .place {
            turn(1)
        }
        return []
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] {
        guard focus != .place else {
            if text == " " { turn(1) }
            return []
        }
        fields[focus]?.insert(text)
        changed()
        return []
    }

    private mutating func changed() {
        isWarned = false
        complaint = nil
    }

    private mutating func move(by step: Int) {
        let all = Field.allCases
        fields[focus]?.deselect()
        focus = all[(focus.rawValue + step + all.count) % all.count]
        fields[focus]?.select()
        complaint = nil
    }

    private mutating func turn(_ step: Int) {
        let places = places
        guard let index = places.firstIndex(of: place) else { return }
        place = places[(index + step + places.count) % places.count]
        changed()
    }

    private mutating func accept(_ surroundings: Surroundings) -> [Intent] {
        let now = surroundings.now.queryMoment
        for field in Field.allCases {
            guard let error = error(field, now) else { continue }
            focus = field
            complaint = error
            return []
        }
        if isForEveryone(now), Field.allCases.allSatisfy({ value($0).isEmpty }) {
            complaint = "Nothing is typed, so nothing is asked. An empty form would find everyone."
            return []
        }
        if isForEveryone(now), !isWarned {
            isWarned = true
            let key = surroundings.keymap.label(of: .accept, in: .form) ?? "Enter"
            complaint = "* finds everyone\(place == .everywhere ? " on any day" : ""): \(key) again asks for that."
            return []
        }
        return [.patient(query, place)]
    }

    // MARK: What is said of the fields

    /// Why the field cannot be sent as it is.
    func error(_ field: Field, _ now: QueryMoment) -> TerminalText? {
        if field == .given, !text(.given).isEmpty, text(.family).contains("^") {
            return "the family name holds a ^ and a given name already"
        }
        guard field != .given, let path = field.path else { return nil }
        let value = value(field)
        if field == .born, value.count == 4, value.allSatisfy(\.isNumber) {
            return "a whole year is \(value)0101-\(value)1231"
        }
        let query = query
        guard !value.isEmpty, let key = query[path] else { return nil }
        let findings = KeyCheck.findings(for: key, in: query, now: now)
        return findings.first { $0.severity == .error }.map { TerminalText($0.text) }
    }

    /// What may surprise about it.
    private func note(_ field: Field, _ now: QueryMoment) -> TerminalText? {
        guard let path = field.path, let key = query[path], key.isMatching else { return nil }
        if field == .family || field == .given {
            let family = text(.family)
            if family.isEmpty, !text(.given).isEmpty {
                return "without a family name only names without one are found; * there stands for any"
            }
            if name.contains(",") { return "a comma is a letter of the name; the given name has its own field" }
            if !name.contains("*"), !name.contains("?") {
                return text(.given).isEmpty
                    ? "finds only the name \(family) and nothing more; \(family)* finds all that begin so"
                    : "finds only these two names in full; * at the end finds all that begin so"
            }
            return "* stands for any letters, ? for one; how case counts is up to the server"
        }
        let findings = KeyCheck.findings(for: key, in: query, now: now)
        return findings.first { $0.severity == .note && !$0.text.hasPrefix("sent as") }.map { TerminalText($0.text) }
    }

    private func words(_ place: Place, _ now: QueryMoment) -> TerminalText {
        switch place {
        case .everywhere: return "everywhere, any day"
        case .modality: return "\(server?.modality ?? ""), every scanner, any day"
        case .scope:
            var scope = base
            for key in base.matchingKeys where Self.isOfPatient(key) { scope.clear(key.path) }
            return "as now: "
                + QueryWords.words(of: scope, now: now).map { $0.text(isPrivate: false) }.joined(separator: " ")
        }
    }

    // MARK: Drawing

    private static let labelColumns = 14

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let ink = Ink(surroundings.theme)
        let now = surroundings.now.queryMoment
        let columns = min(DialogBox.maximumColumns, max(0, area.columns - 2))
        let width = max(1, columns - 4)
        let below = remarks(width, surroundings, ink)
        let fieldRows = Field.allCases.count
        // Frame, a blank above and between, and room for what is said, so that the box does not jump.
        let isRoomy = area.rows >= fieldRows + 9
        let belowRows = isRoomy ? 5 : max(0, min(below.count, area.rows - 2 - fieldRows))
        let box = DialogBox.frame(lines: fieldRows + belowRows + (isRoomy ? 2 : 0), in: area)
        let keymap = surroundings.keymap
        DialogBox(
            title: "Ask the server for a patient",
            keys: [
                (keymap.label(of: .accept, in: .form) ?? "Enter", "ask"),
                (keymap.label(of: .formNext, in: .form) ?? "Tab", "next"),
                (keymap.label(of: .back, in: .form) ?? "Esc", "leave, keeping nothing"),
            ]
        ).draw(into: &grid, box: box, theme: surroundings.theme)
        let content = DialogBox.content(of: box)
        var row = content.row + (isRoomy ? 1 : 0)
        for field in Field.allCases where row < content.endRow {
            draw(field, into: &grid, row: row, content, now, ink)
            row += 1
        }
        if isRoomy { row += 1 }
        for line in below.prefix(max(0, content.endRow - row)) {
            line.draw(into: &grid, row: row, column: content.column, columns: content.columns, base: ink.dialog)
            row += 1
        }
    }

    private func draw(
        _ field: Field,
        into grid: inout Grid,
        row: Int,
        _ content: Rect,
        _ now: QueryMoment,
        _ ink: Ink
    ) {
        let isActive = field == focus
        grid.mark(
            Rect(row: row, column: content.column, rows: 1, columns: content.columns),
            ClickTarget.field(field.rawValue)
        )
        var line = StyledLine()
        line.add(field.label, columns: Self.labelColumns, isActive ? ink.title : ink.dialog)
        guard field != .place else {
            let style = isActive ? ink.activeField : ink.field
            line.add(isActive ? " < " : "   ", style)
            line.add(words(place, now), style)
            line.add(isActive ? " > " : "   ", style)
            let more = places.count - 1
            let hint: TerminalText = isActive ? "Left Right change it" : more > 0 ? "or \(more) more" : ""
            line.draw(
                into: &grid,
                row: row,
                column: content.column,
                columns: content.columns,
                right: StyledLine(hint, ink.dim),
                base: ink.dialog
            )
            return
        }
        line.draw(into: &grid, row: row, column: content.column, columns: content.columns, base: ink.dialog)
        guard let text = fields[field] else { return }
        // Room for what is sent, or that it cannot be, stays beside it.
        let width = max(8, min(38, content.columns - Self.labelColumns - 20))
        grid.draw(
            text,
            row: row,
            column: content.column + Self.labelColumns,
            width: width,
            isActive: isActive,
            placeholder: field.placeholder,
            ink: ink
        )
        let start = Self.labelColumns + width + 2
        guard content.columns > start else { return }
        var right = StyledLine()
        if error(field, now) != nil {
            right.add("! not right", ink.error)
        } else if let path = field.path, field != .given, let key = query[path], key.isMatching {
            let wire = key.wireValue(now: now)
            if field == .family || wire != text.text { right.add("sent as \(wire)", ink.dim) }
        }
        right.draw(
            into: &grid,
            row: row,
            column: content.column + start,
            columns: content.columns - start,
            base: ink.dialog
        )
    }

    /// What will be asked, and what is to be said of the field with the focus.
    private func remarks(_ width: Int, _ surroundings: Surroundings, _ ink: Ink) -> [StyledLine] {
        let now = surroundings.now.queryMoment
        var lines: [StyledLine] = []
        func say(_ text: TerminalText, _ style: Style, indent: Int = 0) {
            for (index, piece) in DisplayWidth.wrap(text, width: max(1, width - indent)).enumerated() {
                var line = StyledLine()
                if indent > 0, index == 0 { line.add("Asks", columns: indent, ink.dim) } else { line.space(indent) }
                line.add(piece, style)
                lines.append(line)
            }
        }
        if let complaint { say(complaint, ink.error) }
        if let error = error(focus, now) {
            if error != complaint { say("error: \(error)", ink.error) }
        } else if complaint == nil, let note = note(focus, now) {
            say(note, ink.text)
        }
        if let wrong = Field.allCases.first(where: { error($0, now) != nil }) {
            say("nothing: \(wrong.label) is not right", ink.dim, indent: 6)
        } else if isForEveryone(now) {
            say("nothing yet: type at least one of them", ink.dim, indent: 6)
        } else {
            let words = QueryWords.words(of: query, now: now)
            say(QueryWords.line(words, isPrivate: surroundings.isPrivate), ink.title, indent: 6)
        }
        if place == .everywhere, !scopeKeys.isEmpty {
            let names = QueryWords.words(of: base, now: now).filter { !$0.isPersonal }.map { TerminalText($0.name) }
            say("Not asked with: \(names.joined(separator: ", ")) of the query in view.", ink.dim)
        }
        return lines
    }
}
