import DICOMData
import DICOMMatching
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Query builder")
struct BuilderScreenTests {
    private let surroundings = ScreenSample.surroundings()
    private let date = AttributePath.step(.scheduledProcedureStepStartDate)
    private let time = AttributePath.step(.scheduledProcedureStepStartTime)
    private let modality = AttributePath.step(.modality)
    private let name = AttributePath([], .patientName)

    private func builder(editing: AttributePath? = nil) -> BuilderScreen {
        BuilderScreen(
            query: .worklist(.thisScanner(modality: "CT", station: "CT01")),
            server: ScreenSample.server,
            editing: editing
        )
    }

    @discardableResult
    private func send(_ commands: Command..., to screen: inout BuilderScreen) -> [Intent] {
        commands.flatMap { screen.perform($0, surroundings) }
    }

    private func type(_ text: String, into screen: inout BuilderScreen) {
        for character in text { _ = screen.insert(String(character), surroundings) }
    }

    private func go(to path: AttributePath, in screen: inout BuilderScreen) {
        send(.moveFirst, to: &screen)
        for _ in 0..<200 where screen.current?.path != path { send(.moveDown, to: &screen) }
        #expect(screen.current?.path == path)
    }

    private func setValue(_ value: String, at path: AttributePath, in screen: inout BuilderScreen) {
        go(to: path, in: &screen)
        send(.builderEdit, .fieldClear, to: &screen)
        type(value, into: &screen)
        send(.accept, to: &screen)
    }

    private func error(in intents: [Intent]) -> String? {
        for intent in intents {
            if case .message(let message) = intent, message.kind == .error { return message.text.string }
        }
        return nil
    }

    private func ranQuery(in intents: [Intent]) -> Query? {
        for intent in intents { if case .run(let query) = intent { return query } }
        return nil
    }

    // MARK: Editing

    @Test("a value is edited in place, and nothing is added to it")
    func editsInPlace() {
        var screen = builder()
        setValue("SMI", at: name, in: &screen)
        #expect(screen.query[name]?.value == "SMI")
        #expect(screen.query[name]?.source == .user)
        #expect(screen.isModified)
        let intents = send(.builderRun, to: &screen)
        #expect(ranQuery(in: intents)?[name]?.value == "SMI")
    }

    @Test("Esc leaves the value as it was")
    func escapeLeavesValue() {
        var screen = builder()
        go(to: modality, in: &screen)
        send(.builderEdit, to: &screen)
        #expect(screen.keyContext == .editor)
        #expect(screen.takesText)
        type("X", into: &screen)
        send(.back, to: &screen)
        #expect(screen.query[modality]?.value == "CT")
        #expect(screen.keyContext == .builder)
        #expect(!screen.isModified)
    }

    @Test("opened to type a name, Enter runs the query")
    func findPatient() {
        var screen = builder(editing: name)
        #expect(screen.keyContext == .editor)
        type("SMITH*", into: &screen)
        let query = ranQuery(in: send(.accept, to: &screen))
        #expect(query?[name]?.value == "SMITH*")
        var other = builder(editing: name)
        type("X", into: &other)
        let intents = send(.back, to: &other)
        #expect(intents.count == 1)
        #expect(intents.contains { if case .close = $0 { true } else { false } })
    }

    @Test("a wrong value is kept, marked, and keeps the query from being sent; the message names key and reason")
    func wrongValue() {
        var screen = builder()
        setValue("2026-13", at: date, in: &screen)
        send(.moveFirst, to: &screen)
        let intents = send(.builderRun, to: &screen)
        #expect(ranQuery(in: intents) == nil)
        #expect(error(in: intents)?.contains("Scheduled Procedure Step Start Date (0040,0002)") == true)
        #expect(screen.current?.path == date)
        #expect(screen.grid(columns: 80, rows: 24).contains("1 error"))
    }

    @Test("the explanation follows each keystroke")
    func liveExplanation() {
        var screen = builder()
        go(to: time, in: &screen)
        send(.builderEdit, to: &screen)
        type("13", into: &screen)
        type("9", into: &screen)
        #expect(screen.grid(columns: 80, rows: 24).contains("error: "))
        send(.fieldDeleteBackward, to: &screen)
        type("00-", into: &screen)
        let grid = screen.grid(columns: 80, rows: 24)
        #expect(grid.contains("20261124 13:00 -> 20261124 23:59"))
        #expect(!grid.contains("error: "))
    }

    @Test("Tab accepts and edits the next value")
    func tabGoesOn() {
        var screen = builder()
        go(to: modality, in: &screen)
        send(.builderEdit, .fieldClear, to: &screen)
        type("MR", into: &screen)
        send(.editorNext, to: &screen)
        #expect(screen.query[modality]?.value == "MR")
        #expect(screen.keyContext == .editor)
        #expect(screen.current?.path != modality)
        send(.editorPrevious, to: &screen)
        #expect(screen.current?.path == modality)
    }

    @Test("a relative date is generated, stays relative, and shows what it will be")
    func relativeDate() {
        var screen = builder()
        setValue("tomorrow", at: date, in: &screen)
        #expect(screen.query[date]?.value == "tomorrow")
        #expect(screen.query[date]?.source == .generated)
        #expect(screen.grid(columns: 80, rows: 24).contains("=20261125"))
    }

    // MARK: The tree

    @Test("Space empties a value and keeps the key")
    func returnOnly() {
        var screen = builder()
        go(to: modality, in: &screen)
        send(.builderReturnOnly, to: &screen)
        #expect(screen.query[modality]?.value == "")
        #expect(screen.query[modality]?.isMatching == false)
    }

    @Test("Space on a sequence first empties the values inside, then asks for the whole")
    func returnOnlySequence() {
        var screen = builder()
        let steps = AttributePath([], .scheduledProcedureStepSequence)
        go(to: steps, in: &screen)
        send(.builderReturnOnly, to: &screen)
        #expect(screen.query.matchingKeys.isEmpty)
        #expect(screen.query[modality] != nil)
        send(.builderReturnOnly, to: &screen)
        #expect(screen.query[steps]?.isWholeSequence == true)
        #expect(screen.query[modality] == nil)
        send(.builderUndo, .builderUndo, to: &screen)
        #expect(screen.query[modality]?.value == "CT")
    }

    @Test("dropping, undo and redo go back and forth through every change")
    func undoRedo() {
        var screen = builder()
        let start = screen.query
        go(to: name, in: &screen)
        send(.builderDrop, to: &screen)
        #expect(screen.query[name] == nil)
        setValue("MR", at: modality, in: &screen)
        let end = screen.query
        send(.builderUndo, .builderUndo, to: &screen)
        #expect(screen.query == start)
        #expect(!screen.isModified)
        send(.builderRedo, .builderRedo, to: &screen)
        #expect(screen.query == end)
        send(.builderUndo, to: &screen)
        setValue("US", at: modality, in: &screen)
        let none = send(.builderRedo, to: &screen)
        #expect(screen.query[modality]?.value == "US")
        #expect(none.count == 1)
    }

    @Test("a folded sequence hides its keys, whichever way it is folded")
    func folding() {
        var screen = builder()
        let steps = AttributePath([], .scheduledProcedureStepSequence)
        go(to: modality, in: &screen)
        send(.moveLeft, to: &screen)
        #expect(screen.current?.path == steps)
        #expect(!screen.rows.contains { $0.path == modality })
        send(.moveRight, to: &screen)
        #expect(screen.rows.contains { $0.path == modality })
        send(.builderEdit, to: &screen)
        #expect(!screen.rows.contains { $0.path == modality })
    }

    @Test("an item added to a sequence has the keys of the first, without values")
    func addItem() {
        var screen = builder()
        go(to: modality, in: &screen)
        send(.builderAddItem, to: &screen)
        let second = AttributePath([AttributePath.Step(.scheduledProcedureStepSequence, item: 1)], .modality)
        #expect(screen.query[second]?.value == "")
        #expect(screen.query[modality]?.value == "CT")
        #expect(screen.query.itemCount(of: AttributePath([], .scheduledProcedureStepSequence)) == 2)
        #expect(screen.grid(columns: 80, rows: 24).contains("Item 2"))
    }

    @Test("a code sequence asked for as a whole gets the attributes of a code as its first item")
    func addCodeItem() {
        let codes = AttributePath([], Tag(0x0032, 0x1064))
        var query = Query.worklist
        query.returnWholeSequence(codes)
        var screen = BuilderScreen(query: query, server: nil)
        go(to: codes, in: &screen)
        send(.builderAddItem, to: &screen)
        #expect(screen.query[codes.child(.codeValue)] != nil)
        #expect(screen.query[codes.child(.codeMeaning)] != nil)
    }

    @Test("leaving keeps the edits; without edits there is nothing to keep")
    func leaving() {
        var screen = builder()
        let untouched = send(.back, to: &screen)
        #expect(untouched.count == 1)
        setValue("MR", at: modality, in: &screen)
        let intents = send(.back, to: &screen)
        #expect(intents.contains { if case .keep(let query) = $0 { query[modality]?.value == "MR" } else { false } })
        #expect(intents.contains { if case .close = $0 { true } else { false } })
    }

    // MARK: Choosing values

    @Test("the helper puts a chosen word into the key at once")
    func helperForDates() {
        var screen = builder()
        go(to: date, in: &screen)
        send(.builderHelper, to: &screen)
        type("last seven", into: &screen)
        send(.accept, to: &screen)
        #expect(screen.query[date]?.value == "-7d..today")
        #expect(screen.query[date]?.source == .generated)
    }

    @Test("the helper over an editor fills the field, which is then still to be accepted")
    func helperInEditor() {
        var screen = builder()
        go(to: modality, in: &screen)
        send(.builderEdit, .editorHelper, to: &screen)
        type("magnetic", into: &screen)
        send(.accept, to: &screen)
        #expect(screen.query[modality]?.value == "CT")
        send(.accept, to: &screen)
        #expect(screen.query[modality]?.value == "MR")
    }

    @Test(
        "names are offered in the forms DICOM matches",
        arguments: [
            ("smith", ["smith*", "smith^*", "*smith*", "smith"]),
            ("smith, anna", ["smith^anna*", "smith*^anna*", "smith^anna"]),
            ("SMI*", ["SMI*", "SMI^*"]),
            ("van der berg^wil", ["van der berg^wil*", "van der berg*^wil*"]),
        ]
    )
    func nameForms(typed: String, wanted: [String]) {
        let values = ValueHelper.forms(of: typed, isName: true).map(\.value)
        #expect(Array(values.prefix(wanted.count)) == wanted)
        #expect(values.contains(typed) || typed == "SMI*")
    }

    @Test("a name with other letters is also offered in ASCII")
    func asciiName() {
        let values = ValueHelper.forms(of: "Müller", isName: true).map(\.value)
        #expect(values.contains("M?ller*"))
    }

    @Test("every choice that is offered is a value the key can be sent with")
    func choicesAreValid() {
        let query = Query.worklist(.all)
        for path in [
            date, time, modality, AttributePath.step(.scheduledProcedureStepStatus), AttributePath([], .patientSex),
        ] {
            guard let key = query[path],
                let helper = ValueHelper(key, server: ScreenSample.server, now: surroundings.now.queryMoment)
            else {
                Issue.record("no helper for \(path)")
                continue
            }
            #expect(!helper.choices.isEmpty)
            for choice in helper.choices {
                var query = query
                if let companion = choice.companion { query.set(companion.path, companion.value) }
                let filled = QueryKey(path, value: choice.value)
                let findings = KeyCheck.findings(for: filled, in: query, now: surroundings.now.queryMoment)
                #expect(!findings.contains { $0.severity == .error }, "\(path) \(choice.value)")
            }
        }
    }

    // MARK: Adding attributes

    @Test("an attribute is found by parts of its name, put where the model has it, and opened for a value")
    func addAttribute() {
        var screen = builder()
        let performing = AttributePath.step(Tag(0x0040, 0x0006))
        go(to: performing, in: &screen)
        send(.builderDrop, .builderAdd, to: &screen)
        #expect(screen.keyContext == .picker)
        type("perf phy", into: &screen)
        send(.accept, to: &screen)
        #expect(screen.query[performing] != nil)
        #expect(screen.current?.path == performing)
        #expect(screen.keyContext == .editor)
    }

    @Test("Tab puts it elsewhere: top level, then the sequences of the query")
    func chooseLevel() {
        var screen = builder()
        send(.builderAdd, to: &screen)
        type("Ethnic Group", into: &screen)
        send(.pickerLevel, .pickerLevel, to: &screen)
        guard case .adding(let picker) = screen.mode, case .item(let sequence, let number) = picker.target,
            let chosen = picker.chosen
        else {
            Issue.record("not an item of a sequence")
            return
        }
        send(.accept, to: &screen)
        #expect(screen.query[sequence.child(chosen.tag, item: number)] != nil)
    }

    @Test("an attribute that is a key already is gone to, not added again")
    func alreadyThere() {
        var screen = builder()
        let keys = screen.query.keys.count
        send(.builderAdd, to: &screen)
        type("0010,0020", into: &screen)
        send(.accept, to: &screen)
        #expect(screen.query.keys.count == keys)
        #expect(screen.current?.path == AttributePath([], .patientID))
    }

    @Test("worklist only leaves out what the model does not name")
    func worklistOnly() {
        var screen = builder()
        send(.builderAdd, to: &screen)
        type("rows", into: &screen)
        guard case .adding(let all) = screen.mode else { return }
        #expect(!all.results.isEmpty)
        send(.pickerWorklistOnly, to: &screen)
        guard case .adding(let narrowed) = screen.mode else { return }
        #expect(narrowed.results.count < all.results.count)
        #expect(narrowed.results.allSatisfy { $0.keyType != nil })
    }

    // MARK: What is shown

    @Test("the character set that is needed is named")
    func characterSet() {
        var screen = builder()
        #expect(screen.grid(columns: 80, rows: 24).contains("ASCII (none needed)"))
        setValue("Müller*", at: name, in: &screen)
        #expect(screen.grid(columns: 80, rows: 24).contains("ISO_IR 192"))
    }

    @Test("the findscu line is copied")
    func copies() {
        var screen = builder()
        let intents = send(.builderCopy, to: &screen)
        #expect(
            intents.contains { if case .effect(.copy(let text)) = $0 { text.hasPrefix("findscu -W") } else { false } }
        )
    }

    @Test("the terminal's cursor stands behind what was typed, in editor and pickers, and nowhere else")
    func caret() throws {
        let area = Rect(row: 1, column: 0, rows: 23, columns: 80)
        var screen = builder()
        #expect(screen.cursor(in: area) == nil)
        go(to: name, in: &screen)
        send(.builderEdit, to: &screen)
        type("山田", into: &screen)
        let place = try #require(screen.cursor(in: area))
        let grid = screen.grid(columns: 80, rows: 24)
        #expect(grid[place.row, place.column - 4].text == "山")
        send(.back, .builderAdd, to: &screen)
        type("id", into: &screen)
        let found = try #require(screen.cursor(in: area))
        #expect(screen.grid(columns: 80, rows: 24)[found.row, found.column - 1].text == "d")
    }

    @Test("under the attribute picker no cursor of the tree looks out", arguments: ["perf", "zzzz"])
    func noStrayCursor(_ typed: String) {
        var screen = builder()
        send(.moveLast, .builderAdd, to: &screen)
        type(typed, into: &screen)
        let grid = screen.grid(columns: 80, rows: 24)
        let edge = (1..<23).map { grid[$0, 0].text }
        #expect(!edge.contains(Theme.standard.glyph(.cursor).string))
        #expect(!(1..<23).contains { grid[$0, 79].text == Theme.standard.glyph(.scrollThumb).string })
    }

    @Test("a birth date is helped with years and days, not with this week")
    func birthDates() throws {
        var query = Query.worklist(.all)
        query.set(QueryKey(AttributePath([], .patientBirthDate)))
        let key = try #require(query[AttributePath([], .patientBirthDate)])
        let now = ScreenSample.now.queryMoment
        var helper = try #require(ValueHelper(key, server: nil, now: now))
        #expect(helper.choices.isEmpty)
        for (typed, values) in [
            ("1985", ["19850101-19851231"]), ("1985-02-03", ["19850203"]), ("19850203", ["19850203"]),
            ("19850101-19851231", ["19850101-19851231"]), ("1985-02-31", []), ("x", []),
        ] {
            helper.field.replace(with: typed)
            helper.refresh(now: now)
            #expect(helper.choices.map(\.value) == values, "\(typed)")
        }
    }

    @Test("asking for the next patient, the name of the last one is marked: typing replaces it")
    func nextPatient() {
        var screen = builder()
        setValue("SMI*", at: name, in: &screen)
        var next = BuilderScreen(query: screen.query, server: ScreenSample.server, editing: name)
        type("JON*", into: &next)
        let intents = next.perform(.accept, ScreenSample.surroundings())
        #expect(intents.contains { if case .run(let query) = $0 { query[name]?.value == "JON*" } else { false } })
    }

    @Test("the way back has its place in the bottom line at any width", arguments: [60, 70, 80, 160])
    func wayBack(_ columns: Int) {
        var screen = builder()
        #expect(screen.grid(columns: columns, rows: 24).text(23).contains("Esc back"))
        send(.builderAdd, to: &screen)
        #expect(screen.grid(columns: columns, rows: 24).text(23).contains("Esc close"))
    }

    @Test("attributes of one name in several places are told apart in the picker")
    func placesInPicker() {
        var screen = builder()
        send(.builderAdd, to: &screen)
        type("code mean", into: &screen)
        let drawn = screen.grid(columns: 80, rows: 24).dump()
        let lines = drawn.split(separator: "\n").filter { $0.contains("(0008,0104)") }
        #expect(lines.count > 5)
        #expect(Set(lines.map { $0.replacing("▸", with: " ") }).count == lines.count)
        #expect(lines.contains { $0.contains("Code Meaning  in Scheduled Protocol Code Seq") })
    }

    @Test("where the preview is a box, the way back closes it")
    func previewCloses() {
        var screen = builder()
        send(.builderPreview, to: &screen)
        #expect(screen.grid(columns: 80, rows: 24).contains("findscu"))
        send(.back, to: &screen)
        #expect(!screen.isPreviewToggled)
    }

    @Test("in ASCII and without colours it still says everything")
    func ascii() {
        let plain = ScreenSample.surroundings(theme: Theme.mono.adapted(to: .mono, ascii: true))
        var screen = builder()
        setValue("CT*", at: modality, in: &screen)
        let grid = screen.grid(columns: 80, rows: 24, plain)
        let isASCII = grid.dump().unicodeScalars.allSatisfy { $0.isASCII }
        #expect(isASCII)
    }

    @Test("no size traps, in any mode")
    func anySize() {
        var editing = builder(editing: name)
        type("山田^太郎", into: &editing)
        var adding = builder()
        send(.builderAdd, to: &adding)
        var choosing = builder()
        go(to: date, in: &choosing)
        send(.builderHelper, to: &choosing)
        var preview = builder()
        send(.builderPreview, to: &preview)
        let empty = BuilderScreen(query: Query(), server: nil)
        for screen in [builder(), editing, adding, choosing, preview, empty] {
            for columns in [0, 1, 10, 33, 59, 81, 121] {
                for rows in [1, 2, 5, 8, 12, 30] {
                    let complaints = GridInvariants.complaints(screen.grid(columns: columns, rows: rows))
                    #expect(complaints.isEmpty, "\(columns)x\(rows): \(complaints)")
                }
            }
        }
    }
}
