import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Plain mode: queries")
struct PlainQueryTests {
    @Test("the first query is said with its server and its keys")
    func start() {
        var plain = PlainBrowser.sample()
        let output = plain.start()
        #expect(output.effects.finds.count == 1)
        #expect(
            output.lines.map(\.string) == [
                "worklist, plain mode. help lists the commands.",
                "asking RIS-PROD (PROD), CT01 > RISMWL@127.0.0.1:104: date=today(20261124), modality=CT, station=CT01",
            ]
        )
    }

    @Test("'still receiving' at most every five seconds, then exactly one outcome, then the first row")
    func progress() {
        var (plain, id) = PlainBrowser.started()
        var said: [String] = []
        for tenth in 0...120 {
            if tenth == 30 { said += plain.receive(id, Sample.morning) }
            said += plain.clock(Double(tenth) / 10)
        }
        #expect(said == ["still receiving, 14 rows", "still receiving, 14 rows"])
        let end = plain.end(id)
        #expect(end.count == 2)
        #expect(end.first == "complete: 14 rows in 3.2 s, 4.4/s.")
        #expect(end.last?.hasPrefix("row 1 of 14: NGUYEN") == true)
        #expect(plain.clock(60).isEmpty)
    }

    @Test("what takes long before the first row is named")
    func slowConnection() {
        var (plain, id) = PlainBrowser.started()
        _ = plain.take(event: .find(id, .stage(.connecting)))
        #expect(plain.clock(5) == ["still connecting"])
        _ = plain.take(event: .find(id, .stage(.waiting)))
        #expect(plain.clock(10) == ["still waiting for the first match"])
    }

    @Test(
        "every end in one sentence, and a partial list called that",
        arguments: [
            (
                FindOutcome.truncated(.byServer),
                "TRUNCATED BY SERVER: 2 rows, it ended with FE00 though we had not cancelled, the list is PARTIAL."
            ),
            (
                .truncated(
                    .ownLimit(rows: 2, FindOutcome.Cancellation(milliseconds: 9, matchesAfter: 3, finalStatus: .cancel))
                ),
                "LIMITED: our limit of 2 rows reached, more exist, server took 9 ms, 3 came after the cancel, "
                    + "the list is PARTIAL."
            ),
            (
                .cancelled(FindOutcome.Cancellation(milliseconds: 9, matchesAfter: 0, finalStatus: .cancel)),
                "CANCELLED BY US: 2 rows, server took 9 ms, none came after the cancel, the list is PARTIAL."
            ),
            (
                .failed(FindFailure(status: .outOfResources)),
                "FAILED: status A700: refused: out of resources, 2 rows, the list is PARTIAL."
            ),
            (
                .timedOut(.nextResponse, seconds: 60),
                "TIMED OUT: waited 60.0 s for the next response, 2 rows, the list is PARTIAL."
            ),
            (
                .lost(.connectionClosed("reset by peer")),
                "LOST: the connection ended: reset by peer, 2 rows, the list is PARTIAL."
            ),
        ]
    )
    func ends(_ outcome: FindOutcome, _ sentence: String) {
        var (plain, id) = PlainBrowser.started()
        plain.receive(id, Array(Sample.morning[..<2]))
        let lines = plain.end(id, outcome)
        #expect(lines.first == sentence)
        #expect(lines.filter { $0.contains("PARTIAL.") }.count == 1)
        #expect(lines.contains { $0.hasPrefix("row 1 of 2 (PARTIAL list): ") })
        #expect(plain.type("next").first?.hasPrefix("row 2 of 2 (PARTIAL list): ") == true)
        #expect(plain.type("list").first?.hasPrefix("rows 2 to 2 of 2 (PARTIAL list), as of ") == true)
    }

    @Test("a failure says what to do")
    func failure() {
        var (plain, id) = PlainBrowser.started()
        let lines = plain.end(id, .failed(FindFailure(status: .outOfResources, errorComment: "out of coffee")))
        #expect(lines.first?.hasPrefix("FAILED: status A700: refused: out of resources, “out of coffee”") == true)
        #expect(lines.contains("What to do: Ask for less: one day, one modality, one station; or try again later."))
        #expect(plain.browser.overlays.isEmpty)
    }

    @Test("a refresh that fails keeps the last good list, and says from when it is")
    func failedRefresh() throws {
        var plain = PlainBrowser.loaded()
        _ = plain.clock(60)
        let again = plain.take(line: "run")
        #expect(again.lines.first?.string.hasPrefix("asking again RIS-PROD (PROD)") == true)
        let id = try #require(again.effects.finds.first).id
        #expect(plain.clock(66) == ["still looking up; the list of 14:31:49 stays meanwhile"])
        let failure = AssociationFailure(.connectTimedOut(seconds: 5), peer: QueryLifeTests.peer)
        let lines = plain.take(event: .find(id, .failed(failure))).lines.map(\.string)
        #expect(lines.first?.hasPrefix("refresh FAILED: ") == true)
        #expect(lines.first?.hasSuffix("the list stays that of 14:31:49, 14 rows.") == true)
        #expect(!lines.contains { $0.hasPrefix("row ") }, "the row that was said last is what it was")
        #expect(plain.type("").first?.hasPrefix("row 1 of 14: NGUYEN") == true)
    }

    @Test("an old list is called old in every row")
    func age() {
        var plain = PlainBrowser.loaded()
        #expect(plain.type("next").first?.hasPrefix("row 2 of 14: ") == true)
        _ = plain.clock(16 * 60)
        #expect(plain.type("next").first?.hasPrefix("row 3 of 14 (list is 16 min old): ") == true)
        #expect(plain.type("status").last == "the list is as of 14:31:49, 16 min ago")
    }

    @Test("no match: the keys that had to match are said")
    func nothing() {
        var (plain, id) = PlainBrowser.started()
        let lines = plain.end(id)
        #expect(lines.first?.hasPrefix("complete: 0 rows") == true)
        #expect(
            lines.last?.hasPrefix("All of these had to match: date=today(20261124), modality=CT, station=CT01.") == true
        )
    }

    @Test("matches of an earlier query never come into a later list")
    func late() throws {
        var (plain, old) = PlainBrowser.started()
        plain.receive(old, Array(Sample.morning[..<2]))
        let next = plain.take(line: "3")
        #expect(next.effects.cancels == [old])
        #expect(next.lines.first?.string == "stopped after 2 rows: another query takes its place")
        let id = try #require(next.effects.finds.first).id
        #expect(plain.receive(old, Array(Sample.morning[2..<5])).isEmpty)
        plain.receive(id, [Sample.morning[6]])
        #expect(plain.end(id).first?.hasPrefix("complete: 1 row in 3.2 s") == true)
    }

    // MARK: Asking

    @Test("patient asks for exactly what is typed, and keeps the other keys")
    func patient() throws {
        var plain = PlainBrowser.loaded()
        let output = plain.take(line: "patient  SMITH^Anna ")
        let query = try #require(output.effects.finds.first).query
        #expect(query[AttributePath([], .patientName)]?.value == "SMITH^Anna")
        #expect(query[.step(.modality)]?.value == "CT")
        #expect(output.lines.first?.string.hasSuffix("station=CT01, name=SMITH^Anna") == true)
        #expect(plain.take(line: "patient").effects.finds.first?.query[AttributePath([], .patientName)]?.value == "")
    }

    @Test("a key is checked and set; nothing is sent before run")
    func key() throws {
        var plain = PlainBrowser.loaded()
        let wrong = plain.take(line: "key PatientBirthDate=1985-11")
        #expect(wrong.effects.isEmpty)
        #expect(wrong.lines.first?.string.hasPrefix("nothing done: ") == true)
        #expect(plain.type("key NoSuchThing=1").first?.hasPrefix("nothing done: no attribute is called") == true)
        let set = plain.take(line: "key PatientID=00391022")
        #expect(set.effects.isEmpty)
        #expect(set.lines.last?.string == "It has not been asked yet: run asks.")
        let query = try #require(plain.take(line: "run").effects.finds.first).query
        #expect(query[AttributePath([], .patientID)]?.value == "00391022")
    }

    @Test("scopes by their keys, days by numbers, and the names of the palette")
    func scopesAndDays() throws {
        var plain = PlainBrowser.loaded()
        func words(_ line: String) -> String? { plain.take(line: line).lines.last?.string }
        #expect(words("3")?.hasSuffix(": date=today(20261124)") == true)
        #expect(words("2")?.hasSuffix(": date=today(20261124), modality=CT") == true)
        #expect(words("scope.all")?.hasSuffix(": date=today(20261124)") == true)
        #expect(words("day -1")?.hasSuffix(": date=yesterday(20261123)") == true)
        #expect(words("day -2")?.hasSuffix(": date=20261121") == true)
        #expect(words("day +1")?.hasSuffix(": date=20261122") == true)
        #expect(words("day today")?.hasSuffix(": date=today(20261124)") == true)
        #expect(words("day.next")?.hasSuffix(": date=tomorrow(20261125)") == true)
        #expect(words("day 2026-11-20")?.hasSuffix(": date=20261120") == true)
        #expect(words("day 99999999999")?.hasPrefix("day -1 | today | +1: ") == true)
        for wrong in ["day x", "day 2026-13-01", "day 99999999999"] {
            let output = plain.take(line: wrong)
            #expect(output.effects.isEmpty)
            #expect(!output.lines.isEmpty)
        }
    }

    @Test("every command of the list's palette is understood: none is unknown, and none opens what nobody sees")
    func paletteCommands() {
        for binding in PaletteDialog.commands(.standard, context: .list) {
            var plain = PlainBrowser.loaded()
            let output = plain.take(line: binding.command.rawValue)
            #expect(!output.lines.isEmpty || !output.effects.isEmpty, "\(binding.command)")
            #expect(!output.lines.contains { $0.string.contains("is no command") }, "\(binding.command)")
            #expect(plain.browser.overlays.isEmpty, "\(binding.command)")
            #expect(output.effects.copies.isEmpty)
        }
    }

    @Test(
        "what is no command does nothing, and is told so",
        arguments: ["00391022", "44", "nxt", "/smi", ":q", "q1", "12"]
    )
    func unknown(_ line: String) {
        var plain = PlainBrowser.loaded()
        let output = plain.take(line: line)
        #expect(output.effects.isEmpty)
        #expect(output.lines.map(\.string) == ["'\(line)' is no command: help lists them. Nothing was done."])
    }

    @Test("pasted lines run nothing")
    func paste() {
        var plain = PlainBrowser.loaded()
        let output = plain.refuse(pasted: 3)
        #expect(output.effects.isEmpty)
        #expect(output.lines.first?.string.hasPrefix("3 lines came at once") == true)
    }

    @Test("help lists every command and every scope")
    func help() {
        var plain = PlainBrowser.loaded()
        let lines = plain.type("help")
        for command in PlainCommand.allCases {
            #expect(lines.contains { $0.hasPrefix(command.rawValue) }, "\(command)")
        }
        for scope in ["1: ", "2: ", "3: "] { #expect(lines.contains { $0.hasPrefix(scope) }) }
    }

    // MARK: Cancelling and ending

    @Test("cancel, and Ctrl-C, send C-CANCEL; again they abort")
    func cancel() {
        for isTyped in [true, false] {
            var (plain, id) = PlainBrowser.started()
            plain.receive(id, Sample.morning)
            func stop() -> PlainBrowser.Output { isTyped ? plain.take(line: "cancel") : plain.interrupt() }
            let first = stop()
            #expect(first.effects.cancels == [id])
            #expect(first.lines.map(\.string) == ["cancelling, 14 rows so far; cancel again aborts"])
            #expect(plain.clock(5) == ["still cancelling, 14 rows"])
            let second = stop()
            #expect(second.effects.aborts == [id])
            #expect(second.lines.map(\.string) == ["aborting, 14 rows so far"])
            #expect(stop().lines.isEmpty)
        }
        var idle = PlainBrowser.loaded()
        #expect(idle.type("cancel") == ["no query is running"])
        #expect(idle.interrupt().effects.quits == [130])
    }

    @Test("quit asks a person while a query runs; a script is taken at its word")
    func quit() {
        var (person, id) = PlainBrowser.started()
        person.receive(id, Sample.morning)
        let asked = person.take(line: "quit")
        #expect(asked.effects.isEmpty)
        #expect(asked.lines.first?.string == "a query is running, 14 rows so far: quit again aborts it and ends")
        person.type("status")
        #expect(person.take(line: "quit").effects.isEmpty, "another command lies between")
        let again = person.take(line: "quit").effects
        #expect(again.aborts == [id])
        #expect(again.quits == [0])
        var (script, other) = PlainBrowser.started(isInteractive: false)
        #expect(script.take(line: "quit").effects.aborts == [other])
        var idle = PlainBrowser.loaded()
        #expect(idle.take(line: "quit").effects.quits == [0])
    }

    @Test("the end of a script waits for its query; a person who leaves aborts it")
    func endOfInput() {
        var (script, id) = PlainBrowser.started(isInteractive: false)
        #expect(script.endOfInput().effects.isEmpty)
        let ended = script.take(event: .find(id, .finished(.complete, Sample.statistics(matches: 0))))
        #expect(ended.effects.quits == [0])
        #expect(ended.lines.first?.string.hasPrefix("complete: 0 rows") == true)
        var (person, other) = PlainBrowser.started()
        let left = person.endOfInput().effects
        #expect(left.aborts == [other])
        #expect(left.quits == [0])
    }

    @Test("wait holds a script's lines until the query has ended, or has so many rows")
    func wait() throws {
        var (plain, id) = PlainBrowser.started(isInteractive: false)
        plain.type("wait 2")
        #expect(plain.type("next").isEmpty)
        #expect(plain.receive(id, [Sample.morning[0]]).isEmpty)
        let lines = plain.receive(id, [Sample.morning[1]])
        #expect(lines.first?.hasPrefix("row 1 of 2 (still receiving): NGUYEN") == true)
        plain.type("wait")
        plain.type("last")
        #expect(plain.receive(id, [Sample.morning[2]]).isEmpty)
        #expect(plain.end(id).last?.hasPrefix("row 3 of 3: SMITH, Anna M") == true)
        #expect(plain.type("wait x").first?.hasPrefix("wait [ROWS]: ") == true)
    }

    // MARK: Servers

    @Test("servers are numbered, with their kind; another server's list is another list")
    func servers() throws {
        var test = Sample.server
        test.name = "RIS-TEST"
        test.accent = .test
        test.calledAETitle = "TESTMWL"
        var plain = PlainBrowser(
            browser: Browser(
                theme: .standard,
                servers: [Sample.server, test],
                current: Sample.server,
                configPath: "",
                now: Sample.start
            ),
            isInteractive: true
        ) { _, _ in .failure(PlainBrowser.ServerTextError("use AE@HOST:PORT")) }
        let first = try #require(plain.start().effects.finds.first).id
        plain.receive(first, Sample.morning)
        _ = plain.end(first)
        #expect(
            plain.type("servers") == [
                "1. RIS-PROD (PROD), CT01 > RISMWL@127.0.0.1:104, in use",
                "2. RIS-TEST (TEST), CT01 > TESTMWL@127.0.0.1:104",
            ]
        )
        plain.type("list")
        let changed = plain.take(line: "server RIS-TEST")
        #expect(changed.effects.finds.first?.server.name == "RIS-TEST")
        #expect(changed.lines.first?.string.hasPrefix("asking RIS-TEST (TEST), ") == true)
        #expect(plain.type("show") == ["no row yet"])
        #expect(plain.type("row 3") == ["no row yet"])
        #expect(plain.type("server 3").first == "there is no server '3'")
        #expect(plain.type("server x@y") == ["use AE@HOST:PORT"])
    }

    @Test("without a server: what to type is said, and a typed server is asked as the AE title typed with it")
    func noServer() {
        var plain = PlainBrowser.sample(server: nil)
        #expect(plain.start().lines.last?.string.hasPrefix("No server is configured yet: ") == true)
        #expect(plain.type("run") == ["no server is chosen"])
        let output = plain.take(line: "server RIS@127.0.0.1:104 CT09")
        #expect(output.effects.finds.first?.server.callingAETitle == "CT09")
    }

    @Test("test says a time for each stage, and how the server answered")
    func echo() throws {
        var plain = PlainBrowser.loaded()
        let output = plain.take(line: "test")
        guard case .startEcho(let number, _)? = output.effects.first else {
            Issue.record("nothing was started")
            return
        }
        func event(_ progress: EchoProgress) -> [String] {
            plain.take(event: .echo(number, progress)).lines.map(\.string)
        }
        #expect(event(.stage(name: "connect", milliseconds: 0.31)) == ["connect: 0.3 ms"])
        #expect(plain.type("next").isEmpty, "lines wait for its end")
        let end = event(.succeeded(milliseconds: 2))
        #expect(end.first == "answered: C-ECHO took 2 ms")
        #expect(end.last?.hasPrefix("row 2 of 14") == true)
    }
}
