import Terminal

/// The commands of plain mode: a short word each, and the name it has in the palette.
enum PlainCommand: String, CaseIterable {
    case run, cancel, next, previous, first, last, row, show, list, filter, patient, key, query, day, sort, freeze
    case queries, saved, save, forget, mark, unmark, marks, export, overwrite, watch, changes, scan
    case privacy, servers, server, test, demo, status, wait, help, quit

    /// The commands of the palette that mean the same.
    static let names: [Command: PlainCommand] = [
        .queryRun: .run, .queryCancel: .cancel, .moveDown: .next, .moveUp: .previous, .moveFirst: .first,
        .moveLast: .last, .rowOpen: .show, .filterEdit: .filter, .filterClear: .filter, .queryFind: .patient,
        .queryEdit: .query, .viewSort: .sort, .viewFreeze: .freeze, .viewPrivacy: .privacy, .serverMenu: .servers,
        .help: .help, .quit: .quit, .queriesMenu: .queries, .querySave: .save, .queriesDelete: .forget,
        .rowMark: .mark, .marksClear: .unmark, .listExport: .export, .watchToggle: .watch, .watchInterval: .watch,
        .watchChanges: .changes, .barcodeScan: .scan, .serverTest: .test,
    ]

    init?(word: String) {
        switch word {
        case "prev": self = .previous
        case "exit": self = .quit
        default: self.init(rawValue: word)
        }
    }

    /// How it is written, and what it does.
    var help: (usage: TerminalText, text: TerminalText) {
        switch self {
        case .run: ("run", "ask the server again")
        case .cancel: ("cancel", "cancel the running query; again: abort it. Ctrl-C does the same")
        case .next: ("next [N]", "the next row, or N rows on")
        case .previous: ("previous [N]", "the row before")
        case .first: ("first", "the first row")
        case .last: ("last", "the last row")
        case .row: ("row N", "row N, as it was last listed; Enter alone says the row again")
        case .show: ("show", "every attribute of the row that was said last")
        case .list: ("list [N | all]", "20 rows from this one on, from row N on, or all")
        case .filter:
            ("filter WORDS", "only rows that have the words; !WORD without it, name:WORD in a column; alone: all")
        case .patient:
            ("patient NAME", "ask the server for a name, such as SMI*; nothing is added to it; alone: any name")
        case .key: ("key NAME=VALUE", "set a key of the query, such as PatientID=00391022; run asks; NAME= empties it")
        case .query: ("query", "the keys of the query")
        case .day: ("day -1 | today | +1", "the day before, today, the day after; yesterday, tomorrow, or 2026-11-24")
        case .sort: ("sort COLUMN [down]", "sort by \(ListColumn.allCases.map(\.rawValue).joined(separator: ", "))")
        case .freeze: ("freeze", "freeze the order, new rows at the end; again: sort them")
        case .queries: ("queries", "the saved queries with their numbers, and what each asks")
        case .saved: ("saved NAME | N", "run a saved query; what it asks for is typed on the lines behind it")
        case .save: ("save NAME [as 4..9]", "save the query in force; values that tell who a patient is are left out")
        case .forget: ("forget NAME", "delete the file of a saved query")
        case .mark: ("mark", "mark the row that was said last")
        case .unmark: ("unmark [all]", "take its mark away, or all marks")
        case .marks: ("marks", "the marked rows")
        case .export:
            (
                "export FILE [shown | marked | all]",
                "write rows to a file, mode 0600; its name ends with .csv, .json, .jsonl, .dicom.json or .txt"
            )
        case .overwrite: ("overwrite FILE [shown | marked | all]", "the same, in place of a file that is there")
        case .watch: ("watch [SECONDS | off]", "ask again and again and say what has changed; watch off ends it")
        case .changes: ("changes", "what has changed since the list before: new, changed and gone rows")
        case .scan: ("scan CODE", "find the item of a barcode on this list, else ask the server for it")
        case .privacy: ("privacy", "hide names and identifiers; again: show them")
        case .servers: ("servers", "the servers, numbered")
        case .server:
            ("server NAME | N | AE@HOST:PORT [OUR-AE]", "use this server; its list takes the place of the other")
        case .test: ("test", "test the server with C-ECHO")
        case .demo: ("demo", "a synthetic schedule; nothing leaves this machine")
        case .status: ("status", "the server, how the query ended, and how old the list is")
        case .wait:
            (
                "wait [ROWS]",
                "for scripts: go on when the query, or the next one of the watch, has ended, or has so many rows"
            )
        case .help: ("help", "this list")
        case .quit: ("quit", "end the program")
        }
    }
}
