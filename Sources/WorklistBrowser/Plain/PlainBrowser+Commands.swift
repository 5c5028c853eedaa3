import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// What the lines do.
extension PlainBrowser {
    /// Rows that `list` says at once.
    private static let page = 20

    mutating func perform(_ line: String) {
        if asking != nil { return answer(line) }
        let words = line.split(whereSeparator: \.isWhitespace)
        guard let first = words.first else {
            sayRow()
            return
        }
        let rest = String(line.drop { $0.isWhitespace }.dropFirst(first.count).drop { $0.isWhitespace })
        let argument = String(rest.reversed().drop { $0.isWhitespace }.reversed())
        let wasAskedToQuit = hasAskedToQuit
        hasAskedToQuit = false
        forgetting = hasAskedToForget
        hasAskedToForget = nil
        if let command = PlainCommand(word: first.lowercased()) {
            perform(command, argument, wasAskedToQuit: wasAskedToQuit)
        } else if let command = Command(rawValue: String(first)) {
            perform(command, argument, wasAskedToQuit: wasAskedToQuit)
        } else if words.count == 1, first.count == 1, let digit = first.first, digit.isNumber,
            let command = browser.keymap.command(for: .character(digit), in: .list)
        {
            perform(command, "", wasAskedToQuit: wasAskedToQuit)
        } else {
            refuse("'\(TerminalText(first, limit: 60))' is no command: help lists them. Nothing was done.")
        }
    }

    private mutating func perform(_ command: PlainCommand, _ argument: String, wasAskedToQuit: Bool) {
        switch command {
        case .run: ask(.queryRun)
        case .cancel: cancel()
        case .next: move(by: 1, argument)
        case .previous: move(by: -1, argument)
        case .first: move(to: 0)
        case .last: move(to: (browser.list?.rows.shownCount ?? 0) - 1)
        case .row: goToRow(argument)
        case .show: show(argument)
        case .list: sayList(argument)
        case .filter: filter(argument)
        case .patient: findPatient(argument)
        case .key: setKey(argument)
        case .query: argument.isEmpty ? sayQuery() : setKey(argument)
        case .day: day(argument)
        case .sort: sort(argument)
        case .freeze: absorb(browser.perform(.viewFreeze))
        case .privacy:
            absorb(browser.perform(.viewPrivacy))
            say(browser.isPrivate ? "names and identifiers are hidden" : "names and identifiers are shown")
            if browser.list?.cursor != nil { sayRow() }
        case .mark: mark(true, argument)
        case .unmark: mark(false, argument)
        case .marks: sayMarks()
        case .export: export(argument, replaces: false)
        case .overwrite: export(argument, replaces: true)
        case .queries: readQueries()
        case .saved: runSaved(argument)
        case .save: save(argument)
        case .forget: forget(argument, wasAsked: forgetting)
        case .watch: watch(argument)
        case .changes: sayAllChanges()
        case .scan: scan(argument)
        case .servers: sayServers()
        case .server: useServer(argument)
        case .test: test()
        case .demo:
            isStartingDemo = true
            absorb([.startDemo])
        case .status: sayStatus()
        case .wait: startWaiting(argument)
        case .help: sayHelp()
        case .quit: quit(wasAskedToQuit)
        }
    }

    /// A command that asks the server, or why it cannot.
    private mutating func ask(_ command: Command) {
        if let reason = browser.reason(against: command) { return say(reason) }
        absorb(browser.perform(command))
    }

    /// A command by its name in the palette.
    private mutating func perform(_ command: Command, _ argument: String, wasAskedToQuit: Bool) {
        if let plain = PlainCommand.names[command] {
            let plainArgument = command == .filterClear ? "" : command == .marksClear ? "all" : argument
            perform(plain, plainArgument, wasAskedToQuit: wasAskedToQuit)
            return
        }
        switch command {
        case .interrupt:
            if browser.run != nil { cancel() } else { quit(true) }
            return
        case .dayPrevious, .dayToday, .dayNext, .scopeScanner, .scopeModality, .scopeAll:
            return ask(command)
        case .savedQuery4, .savedQuery5, .savedQuery6, .savedQuery7, .savedQuery8, .savedQuery9:
            return runSaved(String(command.rawValue.suffix(1)))
        case .rowCopy, .rowCopyValue: return say("plain mode has no clipboard: show says every value")
        case .rowAsKey: return say("key NAME=VALUE makes any value a key of the query")
        case .problems:
            if browser.settings.problems.isEmpty { say("no problem in your files") }
            return sayProblems()
        case .redraw, .suspend, .palette, .viewFit, .moveLeft, .moveRight:
            return say("\(command.rawValue) is for a screen, and plain mode has none")
        default: break
        }
        guard PaletteDialog.commands(browser.keymap, context: .list).contains(where: { $0.command == command }) else {
            return say("\(command.rawValue) has no meaning in plain mode: help lists the commands")
        }
        // Whatever acts on a row acts on the one that was said.
        if ["row.", "marks.", "detail."].contains(where: command.rawValue.hasPrefix), rowToActOn() == nil { return }
        let before = browser.list?.cursor
        let lineCount = output.lines.count
        let reason = browser.reason(against: command)
        absorb(browser.perform(command, argument: argument.isEmpty ? nil : argument))
        if browser.list?.cursor != before, browser.list?.cursor != nil { return sayRow() }
        if output.lines.count == lineCount {
            say("\(command.rawValue): \(reason ?? "nothing that a line could tell has changed")")
        }
    }

    // MARK: Rows

    private mutating func move(by step: Int, _ argument: String) {
        guard argument.isEmpty || Int(argument).map({ $0 > 0 && $0 < MatchTable.maximumRows }) == true else {
            return refuse("'\(TerminalText(argument, limit: 60))' is no number of rows")
        }
        guard let list = browser.list, list.cursor != nil else { return say(noRowWords) }
        // The first row has not been said: that is where reading begins.
        if said == nil, step > 0, argument.isEmpty { return sayRow() }
        let target = list.position + step * (Int(argument) ?? 1)
        if list.position == 0, target < 0 { return say("this is the first row") }
        let last = list.rows.shownCount - 1
        if list.position == last, target > last {
            return say(list.isRunning ? "no further row yet" : "this is the last row")
        }
        move(to: target)
    }

    private mutating func move(to position: Int, remark: TerminalText = .empty) {
        guard browser.list?.cursor != nil else { return say(noRowWords) }
        let rows = browser.viewRows
        browser.list?.isTouched = true
        browser.list?.place(at: position, viewRows: rows)
        sayRow(remark)
    }

    private mutating func goToRow(_ argument: String) {
        guard let number = Int(argument), number > 0 else { return refuse("row N goes to a row by its number") }
        guard let list = browser.list, list.rows.shownCount > 0 else { return say(noRowWords) }
        guard let reference = listed[number] else {
            guard number <= list.rows.shownCount else {
                return refuse("there is no row \(number): \(rowsWord(list.rows.shownCount)) in all")
            }
            return move(to: number - 1)
        }
        // The number means the row it was listed with, wherever that is now.
        guard let row = list.row(of: reference.identity, near: reference.row) else {
            return say("what was listed as row \(number) is no longer on the list: list says the rows anew")
        }
        guard let position = list.rows.position(of: row) else {
            return say("what was listed as row \(number) does not pass the filter: list says the rows anew")
        }
        move(to: position, remark: position + 1 == number ? .empty : " (listed as \(number))")
    }

    private mutating func show(_ argument: String) {
        if !argument.isEmpty {
            // A row that has not been said is not acted on.
            goToRow(argument)
            return say("show alone says every attribute of the row that was said last")
        }
        guard let cursor = rowToActOn(), let screen = browser.detailScreen(row: cursor.row) else { return }
        for line in detailLines(screen) { say(line) }
        sayRow()
    }

    private mutating func sayList(_ argument: String) {
        guard let list = browser.list, list.rows.shownCount > 0 else { return say(noRowWords) }
        let count = list.rows.shownCount
        var first = list.position
        var end = min(count, first + Self.page)
        switch argument {
        case "": break
        case "all":
            first = 0
            end = count
        default:
            guard let number = Int(argument), number > 0, number <= count else {
                return refuse("list, list N with N from 1 to \(count), or list all")
            }
            first = number - 1
            end = min(count, first + Self.page)
        }
        let age = Figures.age(max(0, browser.now.seconds(since: list.asOf)))
        let asOf: TerminalText = list.isRunning ? "" : ", as of \(list.asOf.clock), \(age) ago"
        say("rows \(first + 1) to \(end) of \(count)\(cautions(list))\(asOf)")
        listed = [:]
        for position in first..<end {
            guard let row = list.rows.row(at: position) else { break }
            listed[position + 1] = RowReference(row: row, identity: ItemIdentity(list.rows.table.item(row)))
            say("\(position + 1). \(rowWords(row))\(isMarked(row) ? ", marked" : "")")
        }
        if end < count { say("\(count - end) more: list \(end + 1)") }
        // The last row said is the one that actions mean.
        sayRow()
    }

    // MARK: The view

    private mutating func filter(_ text: String) {
        guard browser.list != nil else { return say(noRowWords) }
        browser.filterField = TextField(text, limit: 200)
        let effects = browser.filterChanged()
        browser.filterField = nil
        arranging(effects, .filter)
    }

    private mutating func sort(_ argument: String) {
        let words = argument.split(whereSeparator: \.isWhitespace)
        guard let word = words.first, let column = ListColumn(word: word), words.count == 1 || words.last == "down"
        else {
            return refuse("\(PlainCommand.sort.help.usage): \(PlainCommand.sort.help.text)")
        }
        guard browser.list != nil else { return say(noRowWords) }
        arranging(browser.carryOut([.sort(SortOrder(column: column, isDescending: words.count > 1))]), .sort)
    }

    private mutating func arranging(_ effects: [Effect], _ what: Awaited) {
        absorb(effects)
        if browser.list?.rows.pendingWork == nil { sayArranged(what) } else { awaited = what }
    }

    mutating func sayArranged(_ what: Awaited) {
        guard let list = browser.list else { return }
        switch what {
        case .sort:
            let order = list.rows.order
            say("sorted by \(order.column.meaning)\(order.isDescending ? ", downwards" : "")")
        case .filter:
            if let filter = list.rows.filter {
                say(
                    "\(list.rows.shownCount) of \(list.rows.count) rows here pass '\(filter.text)'; "
                        + "the server was not asked"
                )
            } else {
                say("no filter: all \(rowsWord(list.rows.count))")
            }
        }
        if list.cursor != nil { sayRow() }
    }

    // MARK: The query

    private mutating func sayQuery() {
        let words = QueryWords.words(of: browser.query, now: browser.now.queryMoment)
        let others = browser.query.keys.count - words.count
        say("query: \(queryLine(words)); \(others) further attributes are returned")
        if let list = browser.list, list.query.keys != browser.query.keys {
            say("It has not been asked yet: run asks.")
        }
    }

    private mutating func findPatient(_ name: String) {
        if let reason = browser.reason(against: .scopeAll) { return say(reason) }
        let path = AttributePath([], .patientName)
        if name.isEmpty {
            guard browser.query[path]?.isMatching == true else {
                return say("\(PlainCommand.patient.help.usage): \(PlainCommand.patient.help.text)")
            }
            var query = browser.query
            query.clear(path)
            return absorb(browser.startQuery(query))
        }
        guard let query = checked(QueryKey(path, value: name)) else { return }
        absorb(browser.startQuery(query))
    }

    private mutating func setKey(_ text: String) {
        guard !text.isEmpty else { return say("\(PlainCommand.key.help.usage): \(PlainCommand.key.help.text)") }
        let parsed: KeyPath.Parsed
        do throws(KeyPathError) {
            parsed = try KeyPath.parse(text, model: browser.query.model)
        } catch {
            return refuse("nothing done: \(error.description)")
        }
        if let note = parsed.note { say(TerminalText(note)) }
        guard let query = checked(parsed.key()) else { return }
        browser.query = query
        sayQuery()
    }

    /// The query with the key in it; nil, and the reason said, if it could not be sent.
    private mutating func checked(_ key: QueryKey) -> Query? {
        var query = browser.query
        query.set(key)
        let findings = KeyCheck.findings(for: key, in: query, now: browser.now.queryMoment)
        if let error = findings.first(where: { $0.severity == .error }) {
            refuse("nothing done: \(error.text); \(error.advice)")
            return nil
        }
        for note in findings { say("note: \(note.text)") }
        return query
    }

    private mutating func day(_ argument: String) {
        if let reason = browser.reason(against: .dayToday) { return say(reason) }
        if argument == "today" || argument.isEmpty { return absorb(browser.moveDay(by: nil)) }
        guard let days = Int(argument) else { return absorb(browser.perform(.dayToday, argument: argument)) }
        guard abs(days) <= 36_500 else {
            return refuse("\(PlainCommand.day.help.usage): \(PlainCommand.day.help.text)")
        }
        absorb(browser.moveDay(by: days))
    }

    private mutating func startWaiting(_ argument: String) {
        if argument.isEmpty {
            wait = browser.run == nil && browser.watch != nil ? .watched : .outcome
        } else if let count = Int(argument), count > 0 {
            wait = .rows(count)
        } else {
            refuse("\(PlainCommand.wait.help.usage): \(PlainCommand.wait.help.text)")
        }
    }

    // MARK: Servers

    mutating func sayProblems() {
        for problem in browser.settings.problems { say("problem: \(problem.description)") }
    }

    mutating func sayServers() {
        if browser.servers.isEmpty { say("no server is configured; server AE@HOST:PORT OUR-AE uses one") }
        for (index, server) in browser.servers.enumerated() {
            say("\(index + 1). \(serverWords(server))\(server == browser.server ? ", in use" : "")")
        }
    }

    private mutating func useServer(_ argument: String) {
        let words = argument.split(whereSeparator: \.isWhitespace)
        guard let first = words.first else { return sayServers() }
        let profile: ServerProfile
        if let known = browser.servers.first(where: { $0.name == argument }) {
            profile = known
        } else if let number = Int(argument), browser.servers.indices.contains(number - 1) {
            profile = browser.servers[number - 1]
        } else if first.contains("@"), words.count <= 2 {
            switch parseServer(String(first), words.count == 2 ? String(words[1]) : nil) {
            case .success(let parsed): profile = parsed
            case .failure(let error): return refuse(TerminalText(error.message))
            }
        } else {
            refuse("there is no server '\(TerminalText(argument, limit: 60))'")
            return sayServers()
        }
        listed = [:]
        said = nil
        absorb(browser.connect(to: profile))
    }

    // MARK: The program

    private mutating func sayStatus() {
        if let server = browser.server { say("server: \(serverWords(server))") }
        if let words = browser.watchWords { say("watch: \(words.long)") }
        if !browser.marks.isEmpty { say("\(rowsWord(browser.markCounts.marked)) marked here") }
        if let run = browser.run { say(runningWords(run)) }
        if let outcome = outcomeSentence { say(outcome) }
        if let list = browser.list, !list.isRunning {
            say(
                "the list is as of \(list.asOf.clock), \(Figures.age(max(0, browser.now.seconds(since: list.asOf)))) ago"
            )
        }
    }

    private mutating func sayHelp() {
        for command in PlainCommand.allCases {
            let help = command.help
            say("\(help.usage): \(help.text)")
        }
        let scopes = PaletteDialog.commands(browser.keymap, context: .list).filter { binding in
            [.scopeScanner, .scopeModality, .scopeAll].contains(binding.command)
        }
        for binding in scopes { say("\(binding.keys.map(\.label).joined(separator: " ")): \(binding.help)") }
        say("4 to 9: the saved query of that number")
        say("The names of the browser's commands, such as query.run, are understood too.")
    }

    private mutating func quit(_ wasAskedToQuit: Bool) {
        if isInteractive, browser.run != nil, !wasAskedToQuit {
            hasAskedToQuit = true
            return say(
                "a query is running, \(rowsWord(browser.receivedRowCount)) so far: quit again aborts it and ends"
            )
        }
        absorb(browser.quit(exitCode: 0))
    }
}
