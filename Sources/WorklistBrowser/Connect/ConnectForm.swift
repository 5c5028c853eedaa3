import DICOMProtocol
import Terminal

/// The form a server is entered with: on first start, and to change one.
///
/// Nothing is sent before Test or Save.
struct ConnectForm: Component {
    enum Button: Int, CaseIterable {
        case test, save, demo, quit
    }

    enum Focus: Hashable {
        case field(ServerDraft.Field)
        case button(Button)
    }

    /// The stages of a C-ECHO that are done, and how it ended.
    struct Test: Hashable {
        struct Stage: Hashable {
            var name: TerminalText
            var milliseconds: Double
        }

        enum End: Hashable {
            case succeeded(milliseconds: Double)
            /// What happened, and what to do next.
            case failed(summary: TerminalText, advice: TerminalText)
        }

        var address: TerminalText
        var stages: [Stage] = []
        var end: End?
    }

    private(set) var draft: ServerDraft
    private(set) var focus: Focus
    private(set) var test: Test?
    private let isFirstStart: Bool
    private let configPath: TerminalText
    private var testNumber = 0
    /// Fields the user has been in: only they are told off for being empty.
    private var touched: Set<ServerDraft.Field> = []
    private var saveFailure: TerminalText?
    private var isSaving = false

    init(existing: ServerProfile?, configPath: String) {
        draft = ServerDraft(existing)
        isFirstStart = existing == nil
        focus = .field(existing == nil ? .host : .name)
        self.configPath = TerminalText(configPath)
    }

    var isFullScreen: Bool { true }
    var keyContext: KeyContext { .form }

    var takesText: Bool { if case .field = focus { true } else { false } }

    func cursor(in area: Rect) -> Point? { caret(in: area) }

    // MARK: Progress from outside

    /// A step of the test that runs.
    mutating func echo(_ progress: EchoProgress) {
        guard var test else { return }
        switch progress {
        case .stage(let name, let milliseconds):
            test.stages.append(Test.Stage(name: TerminalText(name), milliseconds: milliseconds))
        case .succeeded(let milliseconds):
            test.end = .succeeded(milliseconds: milliseconds)
        case .refused(let status):
            test.end = .failed(
                summary: "the server answered C-ECHO with status \(status): \(status.meaning)",
                advice: "The association works. Worklist queries may work all the same: save and try."
            )
        case .failed(let failure):
            test.end = .failed(summary: TerminalText(failure.summary), advice: TerminalText(failure.advice))
        }
        self.test = test
    }

    /// The configuration could not be written.
    mutating func saveFailed(reason: String) {
        isSaving = false
        saveFailure = "Not saved: \(reason)"
    }

    // MARK: Keys

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        switch command {
        case .formNext, .moveDown:
            move(by: 1)
        case .formPrevious, .moveUp:
            move(by: -1)
        case .back:
            if focus == .button(.quit) { return press(.quit) }
            setFocus(.button(.quit))
        case .accept:
            if case .button(let button) = focus { return press(button) }
            move(by: 1)
        case .fieldLeft where !takesText, .moveLeft where !takesText:
            moveAmongButtons(by: -1)
        case .fieldRight where !takesText, .moveRight where !takesText:
            moveAmongButtons(by: 1)
        default:
            if case .field(let field) = focus {
                let before = draft[field].characters
                if draft[field].perform(command), draft[field].characters != before { changed(field) }
            }
        }
        return []
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] {
        guard case .field(let field) = focus else { return [] }
        draft.insert(text, into: field)
        changed(field)
        return []
    }

    private mutating func changed(_ field: ServerDraft.Field) {
        touched.insert(field)
        saveFailure = nil
        if test?.end != nil { test = nil }
    }

    private static let order: [Focus] =
        ServerDraft.Field.allCases.map(Focus.field) + Button.allCases.map(Focus.button)

    private mutating func setFocus(_ next: Focus) {
        guard next != focus else { return }
        if case .field(let field) = focus {
            touched.insert(field)
            draft[field].deselect()
            draft.settle(field)
        }
        focus = next
        // What is typed into a field just entered takes the place of what was there.
        if case .field(let field) = next { draft[field].select() }
    }

    private mutating func move(by step: Int) {
        let count = Self.order.count
        let index = Self.order.firstIndex(of: focus) ?? 0
        setFocus(Self.order[(index + step + count) % count])
    }

    private mutating func moveAmongButtons(by step: Int) {
        guard case .button(let button) = focus else { return }
        let count = Button.allCases.count
        focus = .button(Button.allCases[(button.rawValue + step + count) % count])
    }

    private mutating func press(_ button: Button) -> [Intent] {
        switch button {
        case .quit:
            return isFirstStart ? [.effect(.quit(exitCode: 0))] : [.close]
        case .demo:
            return [.effect(.startDemo)]
        case .test, .save:
            guard let profile = draft.profile else {
                touched = Set(ServerDraft.Field.allCases)
                guard let field = draft.firstError, let finding = draft.finding(field) else { return [] }
                focus = .field(field)
                return [.message(Message(kind: .error, text: "\(field.label): \(finding.text)"))]
            }
            saveFailure = nil
            if button == .save {
                isSaving = true
                return [.use(profile, saving: true)]
            }
            testNumber += 1
            test = Test(address: "\(profile.calledAETitle)@\(profile.host):\(profile.port)")
            return [.effect(.startEcho(testNumber, profile))]
        }
    }

    // MARK: What the drawing needs

    var title: TerminalText { isFirstStart ? "Connect to a worklist" : "Server \(draft.value(.name))" }
    var isNew: Bool { isFirstStart }

    /// What is said beside a field: its error, else its hint.
    func remark(_ field: ServerDraft.Field) -> (text: TerminalText, finding: ServerDraft.Finding?) {
        if let finding = draft.finding(field) {
            let isShown = touched.contains(field) || !draft[field].isEmpty
            if isShown { return (finding.text, finding) }
        }
        return (field.hint, nil)
    }

    func placeholder(_ field: ServerDraft.Field) -> TerminalText {
        field == .stationAETitle ? "(same as calling)" : field == .modality ? "(all)" : .empty
    }

    func label(_ button: Button, short: Bool) -> TerminalText {
        switch button {
        case .test: short ? "Test" : "Test (C-ECHO)"
        case .save: "Save"
        case .demo: short ? "Demo" : "Demo data, no network"
        case .quit: isFirstStart ? "Quit" : "Back"
        }
    }

    /// The lines under the buttons: what Save writes, how the test went.
    ///
    /// `brief` leaves out the stages of a test that has ended: how it ended matters more.
    func report(columns: Int, brief: Bool = false, _ surroundings: Surroundings, ink: Ink) -> [StyledLine] {
        var lines: [StyledLine] = []
        func add(_ text: TerminalText, _ style: Style, mark: TerminalText = " ", markStyle: Style? = nil) {
            for (index, piece) in DisplayWidth.wrap(text, width: max(1, columns - 3)).enumerated() {
                var line = StyledLine()
                line.add(index == 0 ? mark : " ", markStyle ?? style)
                line.space()
                line.add(piece, style)
                lines.append(line)
            }
        }
        let theme = surroundings.theme
        if let saveFailure { add(saveFailure, ink.error, mark: theme.glyph(.failed)) }
        guard let test else {
            if saveFailure == nil {
                add(
                    isFirstStart && !brief
                        ? "No servers are configured yet. Nothing has been sent on the network."
                        : "Nothing is sent before Test or Save.",
                    ink.dim
                )
                add("Will be written to \(configPath) (0600).", ink.dim)
            }
            return lines
        }
        var progress: TerminalText = "\(test.address)  "
        progress += test.stages.map { "\($0.name) \(Self.duration($0.milliseconds))" }.joined(separator: "  ")
        switch test.end {
        case nil:
            let step = Int(truncatingIfNeeded: surroundings.now.microseconds / 100_000)
            add(progress + "  ...", ink.text, mark: theme.glyph(.spinner, step: step), markStyle: ink.key)
        case .succeeded(let milliseconds):
            if !brief { add(progress, ink.text) }
            add(
                "The server answers: C-ECHO took \(Self.duration(milliseconds)). Save to use it.",
                ink.success,
                mark: theme.glyph(.ok)
            )
        case .failed(let summary, let advice):
            if !brief, !test.stages.isEmpty { add(progress, ink.text) }
            add(summary, ink.error, mark: theme.glyph(.failed))
            add(advice, ink.text)
        }
        return lines
    }

    /// `4 ms`, `0.3 ms`, `1.2 s`.
    static func duration(_ milliseconds: Double) -> TerminalText {
        guard milliseconds.isFinite, milliseconds >= 0, milliseconds < 1e12 else { return "?" }
        if milliseconds < 9.95 {
            let tenths = Int((milliseconds * 10).rounded())
            return "\(tenths / 10).\(tenths % 10) ms"
        }
        if milliseconds < 1_000 { return "\(Int(milliseconds.rounded())) ms" }
        let tenths = Int((milliseconds / 100).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
