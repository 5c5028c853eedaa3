import DICOMData
import DICOMMatching
import Terminal

/// Saved queries, line by line.
extension PlainBrowser {
    /// A saved query that asks for values: each comes as a line of its own.
    struct Asking: Sendable {
        var name: String
        var query: Query
        /// What is still to be typed; the first is asked for now.
        var paths: [AttributePath]
    }

    // MARK: Listing and running

    /// The folder is read anew first: files may have come, gone or been edited.
    mutating func readQueries() {
        filing = .list
        absorb([.queryFiles(.read)])
    }

    mutating func sayQueries() {
        let files = browser.settings.savedFiles
        let saved = browser.savedQueries.sorted { ($0.number ?? 99, $0.name) < ($1.number ?? 99, $1.name) }
        if saved.isEmpty { say("no query is saved: save NAME saves the one in force") }
        for query in saved {
            let number: TerminalText = query.number.map { "\($0). " } ?? ""
            let words = query.words(for: browser.server, now: browser.now.queryMoment)
            say("\(number)\(TerminalText(query.name)): \(queryLine(words))")
        }
        for problem in files.compactMap(\.problem) { say("problem: \(problem.description)") }
    }

    mutating func runSaved(_ argument: String) {
        guard !argument.isEmpty else { return readQueries() }
        let numbered = Int(argument).flatMap { number in browser.savedQueries.first { $0.number == number } }
        guard let saved = browser.savedQuery(named: argument) ?? numbered else {
            refuse("there is no saved query '\(TerminalText(argument, limit: 60))': queries lists them")
            return
        }
        guard !saved.asked.isEmpty, let filled = try? saved.query(for: browser.server) else {
            // What the settings of the server lack is said by the browser.
            if browser.server == nil { return refuse("no server yet: server AE@HOST:PORT OUR-AE uses one") }
            return absorb(browser.run(saved))
        }
        asking = Asking(name: saved.name, query: filled, paths: saved.asked)
        sayWanted()
    }

    private mutating func sayWanted() {
        guard let asking, let path = asking.paths.first else { return }
        let name = TerminalText(AttributeNames.name(of: path.tag))
        say(
            "'\(TerminalText(asking.name))' asks for \(name): type its value alone; an empty line asks the server nothing"
        )
    }

    /// The line behind ``sayWanted()``: a value whatever it looks like, never a command.
    mutating func answer(_ line: String) {
        guard var current = asking, let path = current.paths.first else { return }
        let value = line.trimmingBlanks
        guard !value.isEmpty else {
            asking = nil
            return refuse("nothing was asked: '\(TerminalText(current.name))' is left")
        }
        current.query.set(path, value, source: .user)
        let findings =
            current.query[path].map { KeyCheck.findings(for: $0, in: current.query, now: browser.now.queryMoment) }
            ?? []
        if let error = findings.first(where: { $0.severity == .error }) {
            // A script's next line is not meant for this question.
            if !isInteractive { asking = nil }
            refuse("nothing was asked: \(error.text); \(error.advice)")
            return sayWanted()
        }
        for note in findings { say("note: \(note.text)") }
        current.paths.removeFirst()
        guard current.paths.isEmpty else {
            asking = current
            return sayWanted()
        }
        asking = nil
        absorb(browser.startQuery(current.query))
    }

    // MARK: Files

    /// `NAME`, or `NAME as 7`. Values that tell who a patient is never go into the file from here.
    mutating func save(_ argument: String) {
        var name = argument
        var number: Int?
        if let range = argument.ranges(of: " as ").last,
            let wanted = Int(argument[range.upperBound...].trimmingPrefix(" "))
        {
            number = wanted
            name = String(argument[..<range.lowerBound]).trimmingBlanks
        }
        if let problem = SavedQuery.problem(inName: name) { return refuse("not saved: \(TerminalText(problem))") }
        if let number, !SavedQuery.numbers.contains(number) {
            return refuse("not saved: a number is one of 4 to 9; 1 to 3 are the scopes")
        }
        if let owner = browser.savedQuery(named: name) {
            return refuse("not saved: there is a query '\(TerminalText(owner.name))'; forget deletes it")
        }
        if let number, let owner = browser.savedQueries.first(where: { $0.number == number }) {
            return refuse("not saved: \(number) is '\(TerminalText(owner.name))'")
        }
        guard !browser.refusesWhilePrivate() else { return absorb([]) }
        var saved = SavedQuery(name: name, saving: browser.query, server: browser.server, keepsPersonal: false)
        saved.number = number
        let left = saved.asked.map { TerminalText(AttributeNames.name(of: $0.tag)) }
        if !left.isEmpty {
            say("not written into the file, asked for each time it runs: \(left.joined(separator: ", "))")
        }
        filing = .change
        absorb([.queryFiles(.write(saved, over: nil))])
    }

    mutating func forget(_ argument: String, wasAsked: String?) {
        guard
            let file = browser.settings.savedFiles.first(where: { $0.saved?.name.lowercased() == argument.lowercased() }
            )
        else { return refuse("there is no saved query '\(TerminalText(argument, limit: 60))': queries lists them") }
        if isInteractive, wasAsked != argument {
            hasAskedToForget = argument
            let own: TerminalText = file.isHandEdited ? ", which was edited by hand" : ""
            return say("the same line again deletes the file \(TerminalText(file.path))\(own)")
        }
        filing = .change
        absorb([.queryFiles(.delete(file))])
    }

    /// What became of the files; `queries` has waited for it.
    mutating func filed(_ event: QueryFileEvent) {
        let wasListing = filing == .list
        filing = nil
        if case .failed = event { hasFailed = true }
        absorb(browser.update(.queryFiles(event)))
        if wasListing { sayQueries() }
    }
}

extension String {
    /// Without blanks at the ends.
    var trimmingBlanks: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
