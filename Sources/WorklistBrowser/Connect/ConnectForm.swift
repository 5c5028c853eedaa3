import DICOMProtocol
import Terminal

/// The form a server is entered with: on first start, and to change one.
///
/// Nothing is sent before Test or Save.
struct ConnectForm: Component {
    enum Button: Int, CaseIterable {
        case test, save, more, demo, quit
    }

    enum Focus: Hashable {
        case field(ServerDraft.Field)
        case button(Button)
    }

    private(set) var draft: ServerDraft
    private(set) var focus: Focus
    private(set) var test: ConnectionTest?
    private let isFirstStart: Bool
    private let isAdding: Bool
    private let configPath: TerminalText
    /// Fields the user has been in: only they are told off for being empty.
    /// The page with what few servers need is shown.
    private(set) var isMore = false
    private var touched: Set<ServerDraft.Field> = []
    private var saveFailure: TerminalText?
    private var isSaving = false

    /// `isFirst`: no server is configured yet.
    init(existing: ServerProfile?, configPath: String, isFirst: Bool = true) {
        draft = ServerDraft(existing)
        isFirstStart = existing == nil && isFirst
        focus = .field(existing == nil ? .host : .name)
        isAdding = existing == nil && !isFirst
        self.configPath = TerminalText(configPath)
    }

    var isFullScreen: Bool { true }
    var keyContext: KeyContext { .form }

    var takesText: Bool { if case .field = focus { true } else { false } }

    func cursor(in area: Rect) -> Point? { caret(in: area) }

    // MARK: Progress from outside

    /// A step of the test that runs.
    mutating func echo(_ progress: EchoProgress) {
        test?.take(progress)
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

    mutating func click(_ target: ClickTarget, isAgain: Bool, _ surroundings: Surroundings) -> [Intent] {
        switch target {
        case .field(let index):
            if let field = ServerDraft.Field(rawValue: index) { setFocus(.field(field)) }
            return []
        case .button(let index):
            guard let button = Button(rawValue: index) else { return [] }
            setFocus(.button(button))
            return press(button)
        default: return clickedByKeys(target, isAgain: isAgain, surroundings)
        }
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

    /// The fields on screen.
    var fields: [ServerDraft.Field] { isMore ? ServerDraft.Field.more : ServerDraft.Field.basic }

    /// The buttons on screen; the demonstration is for those who have no server yet.
    var buttons: [Button] { Button.allCases.filter { $0 != .demo || !isMore } }

    private var order: [Focus] { fields.map(Focus.field) + buttons.map(Focus.button) }

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
        let order = order
        let index = order.firstIndex(of: focus) ?? 0
        setFocus(order[(index + step + order.count) % order.count])
    }

    private mutating func moveAmongButtons(by step: Int) {
        guard case .button(let button) = focus else { return }
        let buttons = buttons
        let index = buttons.firstIndex(of: button) ?? 0
        focus = .button(buttons[(index + step + buttons.count) % buttons.count])
    }

    private mutating func press(_ button: Button) -> [Intent] {
        switch button {
        case .quit:
            return isFirstStart ? [.effect(.quit(exitCode: 0))] : [.close]
        case .demo:
            return [.effect(.startDemo)]
        case .more:
            isMore.toggle()
            setFocus(.field(fields[0]))
            return []
        case .test, .save:
            guard let profile = draft.profile else {
                touched = Set(ServerDraft.Field.allCases)
                guard let field = draft.firstError, let finding = draft.finding(field) else { return [] }
                isMore = ServerDraft.Field.more.contains(field)
                focus = .field(field)
                return [.message(Message(kind: .error, text: "\(field.label): \(finding.text)"))]
            }
            saveFailure = nil
            if button == .save {
                isSaving = true
                return [.use(profile, saving: true)]
            }
            test = ConnectionTest(profile)
            return [.effect(.startEcho(0, profile))]
        }
    }

    // MARK: What the drawing needs

    var title: TerminalText {
        let title: TerminalText =
            isFirstStart ? "Connect to a worklist" : isAdding ? "Add a server" : "Server \(draft.value(.name))"
        return isMore ? title + ": more" : title
    }

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
        switch field {
        case .stationAETitle: "(same as calling)"
        case .modality: "(all)"
        case .sendCharacterSet: "(least that fits)"
        case .assumeCharacterSet: "(guessed)"
        case .transferSyntaxes, .timeout, .maximumLength: "(usual)"
        case .queryOptions: "(none)"
        default: .empty
        }
    }

    func label(_ button: Button, short: Bool) -> TerminalText {
        switch button {
        case .test: "Test"
        case .save: "Save"
        case .more: isMore ? "Basics" : "More"
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
            lines.add(text, columns: columns, style, mark: mark, markStyle: markStyle)
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
                add(
                    isFirstStart
                        ? "Save writes \(configPath); only you can read it."
                        : "Save adds it at the end of \(configPath): of one name the last entry counts.",
                    ink.dim
                )
            }
            return lines
        }
        return test.lines(columns: columns, brief: brief, advice: "Save to use it.", surroundings, ink: ink)
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
