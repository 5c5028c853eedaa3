import DICOMData
import DICOMMatching
import Terminal

/// What every screen may look at while it handles a key or draws; it changes none of it.
struct Surroundings {
    var now: Moment
    var server: ServerProfile?
    var theme: Theme
    var keymap: Keymap
    /// Names and identifiers are hidden.
    var isPrivate = false
    /// Why commands of the screen below a help or palette do nothing now.
    var unavailable: [Command: TerminalText] = [:]
    /// How wide the columns of the list are at present.
    var columnWidths: [ListColumn: Int] = [:]
}

/// What a screen asks of the application that holds it.
enum Intent {
    case effect(Effect)
    /// Go back one step.
    case close
    /// Put another screen or dialog on top.
    case open(Overlay)
    // Queries.

    /// Something with a saved query.
    case saved(SavedQueryIntent)
    /// Ask for a patient; the next one is looked for in the same place.
    case patient(Query, PatientForm.Place)
    /// Replace the query in force and run it.
    case run(Query)
    /// Keep the edited query without running it.
    case keep(Query)
    /// Match this key too, whatever else the query in force asks; nothing is sent yet.
    case addKey(QueryKey)
    // Servers.

    /// Use this server from now on; `saving` writes it to the configuration first.
    case use(ServerProfile, saving: Bool)
    // The list.

    /// Read a row, or all rows of the server, with this character set; nil: as declared.
    case read(SpecificCharacterSet?, ReadingScope)
    /// Close this dialog, then do the command on what is below it.
    case perform(Command)
    /// As ``perform(_:)``, with what was typed behind the command's name.
    case performArgument(Command, String)
    /// Sort the list; the dialog stays.
    case sort(SortOrder)
    /// Show other columns, this one in view; the dialog stays.
    case columns([ListView.Column], revealing: ListColumn?)
    /// Keep the view of the list for the next time.
    case rememberView
    /// Ask for these attributes too, from the next run on.
    case ask([AttributePath])
    /// Write rows into a file; `replaces`: the user has said that a file of that name may go.
    case export(ExportPlan, replaces: Bool)
    case cancelExport
    /// Close this dialog and look for what was scanned.
    case scanned(String)
    /// Go to an item the changes show, and open its detail; `row` is where it was.
    case openChanged(ItemIdentity, row: Int)
    /// Watch the list from now on.
    case watch(seconds: Int)

    // Themes and the rest.

    /// Draw with this theme.
    case preview(Theme)
    /// Draw with this theme, and start with it next time.
    case keepTheme(Theme)

    /// One line for the user in the message place.
    case message(Message)
}

/// What a chosen character set is for.
enum ReadingScope: Hashable, Sendable { case row, server }

/// A line for the user: what happened, and how bad it is.
struct Message: Hashable {
    enum Kind: Hashable { case info, warning, error }

    var kind: Kind
    var text: TerminalText
}

/// A screen or dialog: a value that takes commands or typed text, and draws itself.
protocol Component: Sendable {
    /// Takes the whole screen below the title bar.
    var isFullScreen: Bool { get }
    /// The section of the keymap in force while this one is on top.
    var keyContext: KeyContext { get }
    /// True while keys that type a character belong to a text field, not to the keymap.
    var takesText: Bool { get }
    /// Enter runs a command that the text has found: no scan may press it.
    var runsWhatItFinds: Bool { get }

    /// A command of the keymap.
    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent]
    /// Text typed or pasted into the field that has the focus; only called while ``takesText``.
    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent]
    /// A click on what this one marked while it drew itself; `isAgain`: the click before was on the same.
    mutating func click(_ target: ClickTarget, isAgain: Bool, _ surroundings: Surroundings) -> [Intent]
    /// Draws into the rectangle; a dialog draws its box over what is there.
    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings)
    /// Where the terminal's cursor stands while a text field has the focus, for the rectangle it is drawn in.
    func cursor(in area: Rect) -> Point?
}

extension Component {
    var isFullScreen: Bool { false }
    var runsWhatItFinds: Bool { false }
    mutating func click(_ target: ClickTarget, isAgain: Bool, _ surroundings: Surroundings) -> [Intent] {
        clickedByKeys(target, isAgain: isAgain, surroundings)
    }
    func cursor(in area: Rect) -> Point? { nil }
}
