import DICOMData
import DICOMMatching
import Terminal

@testable import WorklistBrowser

/// Saved queries, and browsers that have some.
enum SavedSample {
    static let folder = "~/.config/worklist/queries"

    static func file(_ saved: SavedQuery, isHandEdited: Bool = false) -> SavedQueryFile {
        SavedQueryFile(
            path: folder + "/" + SavedQuery.fileName(for: saved.name),
            text: "name = \"\(saved.name)\"\n",
            content: .query(saved),
            isHandEdited: isHandEdited
        )
    }

    static let broken = SavedQueryFile(
        path: folder + "/old.toml",
        text: "[keys]\n\nPatientNam = \"A\"\n",
        content: .broken(line: 3, words: "no attribute is called 'PatientNam'; did you mean PatientName?"),
        isHandEdited: true
    )

    static var stat: SavedQuery {
        var query = Query.worklist
        query.set(AttributePath([], .requestedProcedurePriority), "STAT", source: .fixed)
        query.set(.step(.scheduledProcedureStepStartDate), "today", source: .generated)
        return SavedQuery(name: "STAT today", number: 4, comment: "what cannot wait", query: query)
    }

    static var tomorrow: SavedQuery {
        var query = Query.worklist
        query.set(.step(.scheduledProcedureStepStartDate), "tomorrow", source: .generated)
        return SavedQuery(
            name: "Tomorrow",
            number: 5,
            query: query,
            later: [.step(.modality): .configuration],
            columns: ["time", "patient"],
            sort: ["-time"]
        )
    }

    static var accession: SavedQuery {
        SavedQuery(name: "By accession", query: .worklist, later: [AttributePath([], .accessionNumber): .user])
    }

    static func browser(
        _ files: [SavedQueryFile] = [file(stat), file(tomorrow, isHandEdited: true), file(accession), broken],
        start: String? = nil,
        opening: SavedQuery? = nil,
        size: TerminalSize = TerminalSize(columns: 80, rows: 24),
        theme: Theme = .standard,
        server: ServerProfile = Sample.server
    ) -> Browser {
        var settings = BrowserSettings()
        settings.savedFiles = files
        settings.queriesFolder = folder
        settings.start = start
        settings.opening = opening
        var browser = Browser(
            theme: theme,
            servers: [server],
            current: server,
            configPath: "~/.config/worklist/config.toml",
            settings: settings,
            now: Sample.start
        )
        _ = browser.update(.resized(size))
        return browser
    }

    /// With the list of the morning on screen.
    static func loaded(
        _ files: [SavedQueryFile] = [file(stat), file(tomorrow, isHandEdited: true), file(accession), broken],
        size: TerminalSize = TerminalSize(columns: 80, rows: 24),
        theme: Theme = .standard
    ) -> Browser {
        var browser = browser(files, size: size, theme: theme)
        let id = browser.begin()
        browser.receive(id, Sample.morning)
        _ = browser.update(.clock(Sample.later(3.2)))
        browser.complete(id)
        return browser
    }
}

extension [Effect] {
    var queryFiles: [QueryFileEffect] {
        compactMap { if case .queryFiles(let effect) = $0 { effect } else { nil } }
    }

    /// The queries that are to be written, and over which file.
    var written: [(saved: SavedQuery, over: SavedQueryFile?)] {
        queryFiles.compactMap { if case .write(let saved, let over) = $0 { (saved, over) } else { nil } }
    }
}

extension Browser {
    mutating func screen() -> String { screenText() }
}
