import DICOMData
import DICOMMatching
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Query builder: helpers, items and bytes")
struct BuilderHelpersTests {
    private let surroundings = ScreenSample.surroundings()
    private let now = ScreenSample.now.queryMoment
    private let date = AttributePath.step(.scheduledProcedureStepStartDate)
    private let time = AttributePath.step(.scheduledProcedureStepStartTime)
    private let study = AttributePath([], .studyInstanceUID)

    private static func builder(_ query: Query = .worklist(.thisScanner(modality: "CT", station: "CT01")))
        -> BuilderScreen
    {
        BuilderScreen(query: query, server: ScreenSample.server)
    }

    private static func go(to path: AttributePath, in screen: inout BuilderScreen) {
        let surroundings = ScreenSample.surroundings()
        _ = screen.perform(.moveFirst, surroundings)
        for _ in 0..<300 where screen.current?.path != path { _ = screen.perform(.moveDown, surroundings) }
        #expect(screen.current?.path == path)
    }

    @discardableResult
    private func send(_ commands: Command..., to screen: inout BuilderScreen) -> [Intent] {
        commands.flatMap { screen.perform($0, surroundings) }
    }

    private func type(_ text: String, into screen: inout BuilderScreen) {
        for character in text { _ = screen.insert(String(character), surroundings) }
    }

    private static func openCalendar(_ screen: inout BuilderScreen) {
        let surroundings = ScreenSample.surroundings()
        go(to: .step(.scheduledProcedureStepStartDate), in: &screen)
        _ = screen.perform(.builderHelper, surroundings)
        for _ in 0..<20 { _ = screen.perform(.moveDown, surroundings) }
        _ = screen.perform(.accept, surroundings)
    }

    // MARK: Calendar

    @Test("the calendar moves by days, weeks and months, and gives the day")
    func calendar() {
        var screen = Self.builder()
        Self.openCalendar(&screen)
        #expect(screen.grid(columns: 80, rows: 24).contains("November 2026"))
        send(.fieldRight, .moveDown, .movePageDown, to: &screen)
        #expect(screen.grid(columns: 80, rows: 24).contains("January 2027"))
        send(.accept, to: &screen)
        #expect(screen.query[date]?.value == "20270102")
        #expect(screen.query[date]?.source == .user)
        send(.builderUndo, to: &screen)
        #expect(screen.query[date]?.value == "today")
    }

    @Test("Space marks one end of a span; the earlier day is sent first whichever way it was marked")
    func span() {
        var screen = Self.builder()
        Self.openCalendar(&screen)
        type(" ", into: &screen)
        send(.moveUp, to: &screen)
        #expect(screen.grid(columns: 80, rows: 24).contains("2026-11-17 to 2026-11-24, 8 days"))
        send(.accept, to: &screen)
        #expect(screen.query[date]?.value == "20261117-20261124")
    }

    @Test("months of other lengths keep the day within them; the first and the last month there are hold")
    func monthEnds() throws {
        var key = QueryKey(date, value: "20270131")
        var calendar = CalendarPicker(key, now: now)
        _ = calendar.perform(.movePageDown)
        #expect(calendar.day.description == "20270228")
        _ = calendar.perform(.fieldEnd)
        #expect(calendar.day.description == "20270228")
        key.value = "99991231"
        calendar = CalendarPicker(key, now: now)
        for command in [Command.movePageDown, .moveDown, .fieldRight, .fieldEnd] { _ = calendar.perform(command) }
        #expect(calendar.day.description == "99991231")
        key.value = "00010101"
        calendar = CalendarPicker(key, now: now)
        for command in [Command.movePageUp, .moveUp, .fieldLeft, .fieldHome] { _ = calendar.perform(command) }
        #expect(calendar.day.description == "00010101")
        for rows in 1...24 { _ = Self.grid(of: calendar, rows: rows) }
    }

    private static func grid(of calendar: CalendarPicker, rows: Int) -> Grid {
        var grid = Grid(columns: 60, rows: rows)
        let area = Rect(row: 0, column: 0, rows: rows, columns: 60)
        calendar.draw(into: &grid, in: area, ScreenSample.surroundings(), Ink(.standard))
        return grid
    }

    @Test("Esc leaves the calendar for where it was opened, the value as it was")
    func leaveCalendar() {
        var screen = Self.builder()
        Self.openCalendar(&screen)
        send(.fieldRight, .back, to: &screen)
        #expect(screen.mode == .tree)
        #expect(screen.query[date]?.value == "today")
    }

    // MARK: Nights

    @Test("a night sets date and time together, says the period, and is one step to undo")
    func night() throws {
        var screen = Self.builder()
        Self.go(to: time, in: &screen)
        send(.builderHelper, to: &screen)
        type("tonight", into: &screen)
        let intents = send(.accept, to: &screen)
        #expect(screen.query[time]?.value == "2000-0800")
        #expect(screen.query[date]?.value == "today..tomorrow")
        #expect(screen.query[date]?.source == .generated)
        let said = intents.contains { intent in
            if case .message(let message) = intent {
                message.text.string.contains("20261124 20:00 -> 20261125 08:00")
            } else {
                false
            }
        }
        #expect(said)
        _ = try screen.query.identifier(now: now)
        send(.builderUndo, to: &screen)
        #expect(screen.query[time]?.isMatching == false)
        #expect(screen.query[date]?.value == "today")
    }

    // MARK: UID lists

    @Test("UIDs are typed one to a line and sent as one list")
    func uids() {
        var screen = Self.builder()
        Self.go(to: study, in: &screen)
        send(.builderHelper, to: &screen)
        #expect(screen.keyContext == .picker)
        type("1.2.3", into: &screen)
        send(.accept, to: &screen)
        _ = screen.insert("1.2.4\n1.2.5", surroundings)
        send(.pickerLevel, to: &screen)
        #expect(screen.query[study]?.value == "1.2.3\\1.2.4\\1.2.5")
    }

    @Test("a line that is no UID, or stands there twice, is told; an empty line ends the list")
    func uidProblems() {
        var list = UIDListEditor(QueryKey(study, value: "1.2.3"))
        list.insert("1.02.3")
        #expect(list.problem(1) != nil)
        for _ in 0..<6 { list.perform(.fieldDeleteBackward) }
        list.insert("1.2.3")
        #expect(list.problem(1)?.string == "the same as line 1")
        let first = list.accept()
        let second = list.accept()
        #expect(!first)
        #expect(second)
        list.perform(.fieldDeleteBackward)
        #expect(list.lines.count == 2)
    }

    @Test("a pasted flood of UIDs ends at the limit")
    func uidFlood() {
        var list = UIDListEditor(QueryKey(study))
        list.insert(String(repeating: "1.2.3\n", count: 5_000))
        #expect(list.lines.count <= UIDListEditor.limit)
    }

    // MARK: Items

    @Test("items of a nested sequence are added, filled, sent and dropped one by one")
    func items() throws {
        var screen = Self.builder()
        let codes = AttributePath.step(.scheduledProtocolCodeSequence)
        Self.go(to: codes, in: &screen)
        send(.builderAddItem, to: &screen)
        #expect(screen.query.itemCount(of: codes) == 2)
        let second = codes.child(.codeValue, item: 1)
        Self.go(to: second, in: &screen)
        send(.builderEdit, to: &screen)
        type("HEADNC", into: &screen)
        send(.accept, to: &screen)
        let identifier = try screen.query.identifier(now: now)
        let sent = identifier.items(.scheduledProcedureStepSequence).first?.items(.scheduledProtocolCodeSequence)
        #expect(sent?.count == 2)
        #expect(sent?.last?.string(.codeValue) == "HEADNC")
        #expect(screen.grid(columns: 80, rows: 24).contains("Item 2"))
        // An attribute added here goes into this item.
        send(.builderAdd, to: &screen)
        type("0008,0104", into: &screen)
        #expect(screen.grid(columns: 100, rows: 30).contains("item 2"))
        send(.back, to: &screen)
        Self.go(to: codes, in: &screen)
        send(.moveDown, .builderDrop, to: &screen)
        #expect(screen.query.itemCount(of: codes) == 1)
        #expect(screen.query[codes.child(.codeValue)]?.value == "HEADNC", "the second item moved up")
    }

    // MARK: Marks, sources, notes

    @Test("required and optional keys are marked, and the line below says so with the source of the value")
    func marks() {
        var screen = Self.builder()
        Self.go(to: .step(.modality), in: &screen)
        let grid = screen.grid(columns: 100, rows: 24)
        #expect(grid.contains("source: configuration   R required key"))
        #expect(grid.contains("▸R > 0008,0060"))
        #expect(grid.contains(" O > 0032,1070"))
        #expect(grid.contains("Src"))
        Self.go(to: AttributePath([], .patientSex), in: &screen)
        #expect(screen.grid(columns: 100, rows: 24).contains("O optional key"))
    }

    @Test("n goes to errors; without one to values with a note")
    func nextProblem() {
        var query = Query.worklist
        query.set(AttributePath([], .patientName), "SMITH, Anna")
        var screen = Self.builder(query)
        send(.moveLast, .builderNextProblem, to: &screen)
        #expect(screen.current?.path == AttributePath([], .patientName))
        query.set(date, "2026")
        screen = Self.builder(query)
        send(.moveFirst, .builderNextProblem, to: &screen)
        #expect(screen.current?.path == date)
    }

    // MARK: Bytes

    @Test("Tab leads to the summary, then to the bytes of every element, then back")
    func bytes() throws {
        var screen = Self.builder()
        Self.go(to: .step(.modality), in: &screen)
        send(.builderPreview, to: &screen)
        #expect(screen.grid(columns: 80, rows: 24).contains("What will be sent"))
        send(.builderPreview, to: &screen)
        let grid = screen.grid(columns: 80, rows: 24)
        #expect(grid.contains("(0008,0060) CS 2  43 54"))
        let bytes = try IdentifierBytes(screen.query, server: nil, now: now)
        let encoded = try screen.query.identifier(now: now).encoded(.explicitVRLittleEndian)
        #expect(grid.contains("\(encoded.count) in Explicit VR Little Endian"))
        #expect(bytes.count == encoded.count)
        send(.builderPreview, to: &screen)
        #expect(!screen.isPreviewToggled)
    }

    @Test("a query that cannot be sent has no bytes, and says why")
    func noBytes() {
        var query = Query.worklist
        query.set(date, "2026")
        var screen = Self.builder(query)
        send(.builderPreview, .builderPreview, to: &screen)
        #expect(screen.grid(columns: 80, rows: 24).contains("Nothing can be sent"))
    }
}
