import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// A moment, as the browser needs it: for elapsed times and for the clock on screen.
public struct Moment: Hashable, Sendable, Comparable {
    /// Microseconds since 1970-01-01 00:00 UTC.
    public var microseconds: Int64
    /// Seconds east of UTC at that moment, for local time on screen.
    public var utcOffset: Int

    public init(microseconds: Int64, utcOffset: Int) {
        self.microseconds = microseconds
        self.utcOffset = utcOffset
    }

    public static func < (a: Moment, b: Moment) -> Bool { a.microseconds < b.microseconds }

    public func seconds(since earlier: Moment) -> Double {
        Double(microseconds - earlier.microseconds) / 1_000_000
    }
}

/// Names one query that was started; later events say which query they belong to.
public struct FindID: Hashable, Sendable {
    public var number: Int

    public init(_ number: Int) {
        self.number = number
    }
}

/// What happens to the browser. Everything comes in by this one door, in order.
public enum Event: Sendable {
    /// A key, the mouse, a paste, or bytes that are none of these.
    case input(InputEvent)
    case resized(TerminalSize)
    /// The clock moved; at most once a second, more often while a query runs.
    case clock(Moment)
    case find(FindID, FindProgress)
    case echo(Int, EchoProgress)
    /// A sort and filter done off the UI thread: rows of the table in display order.
    case arranged(generation: Int, order: [UInt32])
    /// So much of it, of 1, is done.
    case arranging(generation: Int, done: Double)
    /// It was stopped before its end, for the sake of a newer one.
    case arrangingStopped(generation: Int)
    // Saved queries.
    case queryFiles(QueryFileEvent)
    // Watch and barcode.
    /// No key came until ``Browser/pauseDeadline``: what was held back is decided on.
    case inputPaused
    /// Two long lists compared off the UI thread.
    case compared(generation: Int, changes: ListChanges)
    // Export, layouts, themes.
    /// The view of the list is forgotten at the end of the program.
    case viewNotRemembered(reason: String)
    case export(ExportID, ExportProgress)
    case themesRead([ThemeChoice])
    case themeNotRemembered(reason: String)
    // Servers.
    case serverSaved(ServerProfile, path: String)
    case serverNotSaved(reason: String)
    /// A server to use from now on without saving it: the demonstration server has started.
    case serverSelected(ServerProfile)
    /// The process was stopped and goes on (Ctrl-Z, fg).
    case resumed
    /// TERM, HUP, QUIT or INT from outside.
    case terminationRequested
}

/// The life of one query, as the network side tells it.
public enum FindProgress: Sendable {
    public enum Stage: String, Hashable, Sendable {
        case lookingUp = "looking up"
        case connecting = "connecting"
        case securing = "securing the connection"
        case associating = "associating"
        case waiting = "waiting for the first match"
        case receiving = "receiving"
    }

    case stage(Stage)
    case matches(MatchBatch)
    /// C-CANCEL is on the wire.
    case cancelSent
    /// The query ended; the rows received stay.
    case finished(FindOutcome, FindStatistics)
    /// There was no association, so nothing was asked.
    case failed(AssociationFailure)
}

/// A C-ECHO for "Test": the stages done so far with their times, then the end.
public enum EchoProgress: Sendable {
    case stage(name: String, milliseconds: Double)
    /// The association has a presentation context for Modality Worklist, or why it has none.
    case worklistOffered
    case worklistRefused(String)
    case succeeded(milliseconds: Double)
    case refused(Status)
    case failed(AssociationFailure)
}

/// What is to be asked.
public struct FindRequest: Sendable {
    public var id: FindID
    public var server: ServerProfile
    public var query: Query
    /// The identifier of the C-FIND, as it goes on the wire.
    public var identifier: DataSet
    /// Most rows to take; 0 for no limit.
    public var limit: Int

    public init(id: FindID, server: ServerProfile, query: Query, identifier: DataSet, limit: Int) {
        self.id = id
        self.server = server
        self.query = query
        self.identifier = identifier
        self.limit = limit
    }
}

/// What the browser wants done; the program around it does it and answers with events.
public enum Effect: Sendable {
    case startFind(FindRequest)
    /// Send C-CANCEL.
    case cancelFind(FindID)
    /// Send A-ABORT.
    case abortFind(FindID)
    /// Test a server; the browser gives the number that its progress comes back with.
    case startEcho(Int, ServerProfile)
    case cancelEcho(Int)
    // Saved queries.
    case queryFiles(QueryFileEffect)
    // Watch and barcode.
    /// Compare two long lists off the UI thread, answer with ``Event/compared(generation:changes:)``.
    case compare(CompareJob)
    // Export, layouts, themes.
    /// Keep how the lists of a scope or a saved query are looked at, for the next start.
    case rememberView(name: String, ListView)
    /// Write rows into a file, off the UI thread; answer with ``Event/export(_:_:)``.
    case export(ExportRequest)
    case cancelExport(ExportID)
    /// Read all themes anew, for this many colours, and answer with ``Event/themesRead(_:)``.
    case readThemes(depth: ColorDepth, ascii: Bool)
    /// Start with this theme next time.
    case rememberTheme(String)
    // Servers.
    /// Write the server into the configuration file.
    case saveServer(ServerProfile)
    /// Start the embedded demonstration server and use it (connect form).
    case startDemo
    /// Sort and filter a large table off the UI thread, answer with ``Event/arranged(generation:order:)``.
    case arrange(ArrangeJob)
    /// Put text on the clipboard by OSC 52.
    case copy(String)
    case bell
    /// Mouse reports wanted from the terminal, or no more.
    case mouse(Bool)
    case redraw
    case suspend
    case quit(exitCode: Int32)
}
