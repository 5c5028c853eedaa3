import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// The worklist browser: a value that takes events and gives effects, and that draws itself into a grid.
///
/// No clock, no socket, no terminal in here: the program around it brings time and input as events and does the effects.
public struct Browser: Sendable {
    /// The smallest screen that shows a list: below it only the size that is needed.
    public static let minimumSize = TerminalSize(columns: 60, rows: 12)
    /// From so many columns on the detail stands beside the list: both then show more than either did alone.
    static let splitColumns = 140

    /// What is drawn with: ``chosenTheme``, and over it what the server in use asks for.
    public internal(set) var theme: Theme
    var chosenTheme: Theme
    /// Asked for by name, and not read yet.
    var wantedTheme: String?
    var keymap = Keymap.standard
    let configPath: String
    var now: Moment
    var size = TerminalSize(columns: 80, rows: 24)

    var servers: [ServerProfile]
    var server: ServerProfile? {
        didSet { if server?.accent != oldValue?.accent { wear(chosenTheme) } }
    }
    /// The query in force: what "run" runs.
    var query: Query

    /// The list on screen; nil before the first query.
    var list: ResultList?
    var run: Run?
    /// How the last query ended, if its rows are not those on screen.
    var attempt: Attempt?
    /// The connection test whose progress is shown, and the server it is of.
    var echo: (number: Int, server: String)?
    var lastEcho = 0
    /// What is known of the servers, by name.
    var serverStates: [String: ServerState] = [:]
    private var lastFind = 0
    var lastSeries = 0

    var overlays: [Overlay] = []
    var message: Message?
    /// The filter being typed, and the one to go back to.
    var filterField: TextField?
    var filterBefore: RowFilter?
    var isPrivate = false
    /// Words are said line by line: they name commands, not keys.
    var isPlain = false
    /// The column that copying and "add to query" mean.
    var focus = ListColumn.id
    /// The row the user has seen under the cursor, or moved to: actions apply to no other.
    var seen: ItemIdentity?
    /// When the cursor was put on another row without being asked to: actions wait until that can have been noticed.
    var movedAt: Moment?

    // Saved queries.

    /// Where the last patient was looked for: the next one is, too.
    var patientPlace = PatientForm.Place.everywhere
    /// The query was given by whoever made the browser; the user's settings have no say in it.
    private let hasInitialQuery: Bool

    // Columns, marks and export.
    var marks = RowMarks()
    var markCounts = MarkCounts()
    var markCountsFor: MarkCountKey?
    /// The export under way.
    var exporting: ExportID?
    var lastExport = 0
    /// The terminal's own way to the clipboard has been explained.
    var hasExplainedClipboard = false

    /// How the list is looked at; outlives the list.
    var view = ListView()
    /// The name of the query that ``view`` was last taken for.
    var viewedName: String?
    /// The user's own view, while a saved query shows that of its file.
    var viewBefore: ListView?
    /// The saved query that was run last; it may be of a file outside the folder.
    var opened: SavedQuery?

    // Watch and barcode.
    var burst = KeyBurst()
    var burstStart: BurstStart?
    var fieldBurst = FieldBurst()
    /// When the key being handled came, in microseconds of a clock that only goes on; nil: bursts are not looked for.
    public var keyTime: Int64?
    /// The query a scan has led to.
    var scanQuery: ScanQuery?

    // Character sets.

    /// Rows that the user reads otherwise than declared.
    var readings: [ItemIdentity: SpecificCharacterSet] = [:]
    /// The query that is asked again and again; nil if none is.
    var watch: Watch?
    var lastComparison = 0

    // Themes, keys and the rest.

    /// Keys that others have to follow.
    var pending: Pending?
    /// Clicks and the wheel are taken.
    var isMouseOn = true
    /// What can be clicked, as it was painted last.
    var hits: [HitRegion] = []
    /// The rows painted last, by screen row: whose they are, and since when they stand there.
    var painted: [Int: PaintedRow] = [:]
    var paintedScreen: PaintedScreen?
    /// The last frame was painted after everything that was typed and clicked.
    var isPainted = false
    /// Rows came or moved since the last frame.
    var isDisturbed = false
    /// The user's own doing is what the next frame shows.
    var isOwnChange = false
    /// What the last click was on, until a key is pressed.
    var lastClicked: ClickTarget?

    /// What the program knew at the start: files of the user, read for the browser.
    var settings = BrowserSettings()

    /// A query that runs.
    struct Run: Sendable {
        var id: FindID
        var server: ServerProfile
        var query: Query
        var startedAt: Moment
        var stage = FindProgress.Stage.lookingUp
        /// The user asked for it, or the wire confirmed it.
        var cancelRequestedAt: Moment?
        var rowsAtCancel = 0
        var isAborting = false
        /// A refresh collects its rows out of sight.
        var incoming: ResultList?
        /// The watch asked, not the user.
        var isWatch = false
        /// What was on screen before; comes back if the query fails before any row.
        var previous: ResultList?
    }

    /// The end of a query whose rows are not on screen.
    struct Attempt: Sendable {
        var end: QueryEnd
        var statistics: FindStatistics?
        var rows: Int
        var at: Moment
        /// What it asked, if that is not what the list on screen asked.
        var asked: [QueryWords.Word]?
        var isRefresh: Bool
    }

    /// - Parameters:
    ///   - servers: Those of the configuration.
    ///   - current: The server to start with; nil opens the connect form.
    ///   - initialQuery: Nil for today's worklist, as narrow as the server's settings allow.
    ///   - configPath: Where "Save" writes, for the form to name it.
    public init(
        theme: Theme,
        servers: [ServerProfile],
        current: ServerProfile?,
        initialQuery: Query? = nil,
        configPath: String,
        settings: BrowserSettings = BrowserSettings(),
        now: Moment
    ) {
        self.theme = theme
        self.chosenTheme = theme
        self.servers = servers
        self.server = current
        self.configPath = configPath
        self.settings = settings
        self.now = now
        hasInitialQuery = initialQuery != nil
        keymap = settings.keymap.keymap
        isMouseOn = settings.isMouseOn
        query = initialQuery ?? Self.startQuery(for: current)
        wear(theme)
        if current == nil {
            // Who has servers chooses one of them; nobody is asked a patient's name at the wrong place.
            overlays =
                servers.isEmpty
                ? [Overlay(ConnectForm(existing: nil, configPath: configPath))]
                : [Overlay(serversMenu())]
        }
        sayProblems()
    }

    /// The first query, if there is a server to ask. Call it once, before the first event.
    public mutating func start() -> [Effect] {
        guard server != nil else { return [] }
        let effects = watchFromStart(hasInitialQuery ? startQuery(query) : startAsConfigured())
        // The first query would have wiped it away.
        if message == nil { sayProblems() }
        return effects
    }

    /// The first query is also the one to watch, if the command line says so.
    mutating func watchFromStart(_ effects: [Effect]) -> [Effect] {
        guard settings.watchesFromStart, server != nil else { return effects }
        settings.watchesFromStart = false
        let watching = startWatch(every: settings.watchInterval)
        // The query line says it; the keys are what a new user needs to see.
        message = nil
        return effects + watching
    }

    static func startQuery(for server: ServerProfile?) -> Query {
        // A demonstration shows all it has; its scanner is a key away.
        guard let server, server.accent != .demo else { return .worklist(.all) }
        if !server.stationAETitle.isEmpty {
            return .worklist(.thisScanner(modality: server.modality, station: server.effectiveStation))
        }
        return server.modality.isEmpty ? .worklist(.all) : .worklist(.thisModality(server.modality))
    }

    mutating func nextFindID() -> FindID {
        lastFind += 1
        return FindID(lastFind)
    }

    // MARK: Events

    /// Takes an event; what is to be done comes back, in order.
    public mutating func update(_ event: Event) -> [Effect] {
        defer { settleMarks() }
        switch event {
        case .input(let input): return update(input)
        case .resized(let size):
            resize(to: size)
            return []
        case .clock(let moment): return tick(moment)
        case .find(let id, let progress):
            isDisturbed = true
            return update(id, progress)
        case .echo(let number, let progress):
            update(number, progress)
            return []
        case .arranged(let generation, let order):
            isDisturbed = true
            return arranged(generation, order)
        case .arranging(let generation, let done):
            if list?.rows.note(generation: generation, done: done) != true {
                _ = run?.incoming?.rows.note(generation: generation, done: done)
            }
            return []
        case .arrangingStopped(let generation):
            let jobs = [list?.rows.retry(generation: generation), run?.incoming?.rows.retry(generation: generation)]
            return jobs.compactMap(\.self).map(Effect.arrange)
        case .serverSaved(let profile, let path):
            overlays.removeAll { $0.is(ConnectForm.self) }
            let ended: TerminalText = watch == nil ? "" : "; the watch has ended"
            let effects = use(profile)
            message = Message(kind: .info, text: "\(profile.name) saved in \(path)\(ended)")
            return effects
        case .serverSelected(let profile):
            overlays.removeAll { $0.is(ConnectForm.self) }
            return use(profile)
        case .serverNotSaved(let reason):
            let isShown = changeTop(ConnectForm.self) { $0.saveFailed(reason: reason) }
            if !isShown { message = Message(kind: .error, text: "not saved: \(reason)") }
            return []
        // Saved queries.
        case .queryFiles(let event): return update(event)
        // Watch and barcode.
        case .inputPaused: return inputPaused()
        case .compared(let generation, let changes): return compared(generation, changes)
        // Export, layouts, themes.
        case .viewNotRemembered(let reason):
            message = Message(
                kind: .warning,
                text: "the columns are not kept for the next time: \(TerminalText(reason))"
            )
            return []
        case .export(let id, let progress): return update(id, progress)
        case .themesRead(let choices): return themesRead(choices)
        case .themeNotRemembered(let reason):
            message = Message(kind: .warning, text: "this theme is for now only: \(TerminalText(reason))")
            return []
        // The program.
        case .resumed: return [.redraw]
        case .terminationRequested: return quit(exitCode: 143)
        }
    }

    private mutating func update(_ input: InputEvent) -> [Effect] {
        switch input {
        case .key, .paste:
            isOwnChange = true
            isPainted = false
        case .mouse: isOwnChange = true
        default: break
        }
        switch input {
        case .key(let key): return take(key)
        case .paste(let text): return paste(text)
        case .mouse(let event): return mouse(event)
        case .invalid: return []
        case .resize(let size):
            resize(to: size)
            return []
        case .signal(let signal): return quit(exitCode: signal.exitStatus)
        case .resumed: return [.redraw]
        case .tick: return []
        }
    }

    mutating func resize(to size: TerminalSize) {
        guard size != self.size else { return }
        self.size = size
        // Too small to show rows: the list waits where it is for a better size.
        guard isLargeEnough else { return }
        list?.layout = nil
        follow()
    }

    var isLargeEnough: Bool { size.columns >= Self.minimumSize.columns && size.rows >= Self.minimumSize.rows }

    private mutating func tick(_ moment: Moment) -> [Effect] {
        let wasDay = now.date
        now = moment
        if now.date != wasDay {
            // Ages change at midnight.
            list?.rows.today = now.date
            list?.forgetTexts()
        }
        return askIfDue()
    }

    /// Changes the screen or dialog on top in place; false if another kind is on top.
    @discardableResult
    mutating func changeTop<C: Component>(_ kind: C.Type, _ body: (inout C) -> Void) -> Bool {
        guard let last = overlays.indices.last else { return false }
        return overlays[last].change(kind, body)
    }

    /// Ends the program; a running query is aborted first.
    mutating func quit(exitCode: Int32) -> [Effect] {
        var effects: [Effect] = []
        if let run { effects.append(.abortFind(run.id)) }
        // No half file with patients' names is left behind.
        if let exporting { effects.append(.cancelExport(exporting)) }
        effects.append(.quit(exitCode: exitCode))
        return effects
    }

    var surroundings: Surroundings {
        var surroundings = Surroundings(now: now, server: server, theme: theme, keymap: keymap, isPrivate: isPrivate)
        for sized in list?.layout?.all ?? [] { surroundings.columnWidths[sized.column] = sized.width }
        if let top = overlays.last, top.is(HelpDialog.self) || top.is(PaletteDialog.self) {
            surroundings.unavailable = unavailable
        }
        return surroundings
    }

    // MARK: For the program around

    /// Gives a key another meaning, as the user's keymap file says; help and bottom line follow.
    ///
    /// - Parameters:
    ///   - key: As ``Key/init(parsing:)`` reads it: `ctrl-r`, `F5`, `j`.
    ///   - command: Its name in the help, such as `query.run`; empty takes the key's meaning away.
    ///   - context: `list`, `builder`, `detail`, `form`, `picker`, `editor`, `dialog`, `help`, `filter` or `servers`.
    /// - Throws: ``KeymapError`` for an unknown name, or a key that types text there.
    public mutating func bind(key: String, to command: String, in context: String) throws(KeymapError) {
        try keymap.bind(key: key, to: command, in: context)
    }

    /// Mouse reports are wanted.
    public var takesMouse: Bool { isMouseOn }

    /// A query is under way.
    public var isRunning: Bool { run != nil }
    /// Rows of the list on screen, those a filter hides included.
    public var rowCount: Int { list?.rows.count ?? 0 }
    /// Rows that pass the filter.
    public var visibleRowCount: Int { list?.rows.shownCount ?? 0 }
    /// Rows of the query that runs, a refresh out of sight included; else ``rowCount``.
    public var receivedRowCount: Int { run?.incoming?.rows.count ?? rowCount }

    /// How the last query ended, as the status line says it; nil while one runs and before the first.
    public var outcomeText: String? {
        guard run == nil else { return nil }
        if let attempt {
            return OutcomeWords(attempt.end, rows: attempt.rows, statistics: attempt.statistics).line.string
        }
        guard let list, let end = list.end else { return nil }
        return OutcomeWords(end, rows: list.rows.count, statistics: list.statistics).line.string
    }

    /// Seconds until the clock is next worth an event: tenths while a query runs, else when a figure on screen changes.
    public var secondsToNextClock: Double {
        if run != nil || echo != nil { return 0.1 }
        // Patients that are alike and items sent twice are looked for a little at each drawing.
        if let list, list.isSearching { return 0.05 }
        if let seconds = secondsToWatchClock { return min(1, seconds) }
        let toMinute = Double(60 - now.secondOfDay % 60) - Double(now.microseconds % 1_000_000) / 1_000_000
        guard let list, now.seconds(since: list.asOf) < 60 else { return max(0.05, toMinute) }
        return 1
    }

    /// The screen as text, a line a row.
    public mutating func screenText(size: TerminalSize? = nil) -> String {
        render(size: size ?? self.size).grid.dump()
    }
}
