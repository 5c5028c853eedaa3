import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("The list under the user's hands")
struct ListBehaviourTests {
    private func step(_ number: Int, name: String? = nil) -> Sample.Step {
        let minute = number % 1440
        return Sample.Step(
            name: name ?? "TEST^Number \(number)",
            id: "P\(number)",
            accession: "A\(number)",
            time: ItemText.two(minute / 60) + ItemText.two(minute % 60) + "00"
        )
    }

    @Test("rows that stream in do not move the cursor's row, nor the line it stands on")
    func streamingKeepsLine() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, (500..<560).map { step($0) })
        browser.keys("g", "ctrl-d", "j", "j")
        let before = try #require(browser.list)
        let line = before.position - before.top
        browser.receive(id, (100..<200).map { step($0) })
        browser.receive(id, (600..<640).map { step($0) })
        browser.receive(id, [step(505)])
        let after = try #require(browser.list)
        #expect(after.cursor == before.cursor)
        #expect(after.position - after.top == line)
        #expect(after.position == before.position + 101)
        #expect(browser.screenText().contains("ID P\(500 + before.position)"))
    }

    @Test("an untouched cursor stays on its row too, and in view")
    func untouched() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, [step(700)])
        let first = try #require(browser.list?.cursor)
        browser.receive(id, (0..<300).map { step($0) })
        #expect(browser.list?.cursor == first)
        #expect(browser.screenText().contains("ID P700"))
    }

    @Test("a list that nobody has moved in begins at its first row once it is whole; one that was moved in stays")
    func beginsAtTheTop() throws {
        for isTouched in [false, true] {
            var browser = Sample.browser()
            let id = browser.begin()
            browser.receive(id, [step(700), step(701)])
            if isTouched { browser.keys("j", "k") }
            browser.receive(id, (0..<300).map { step($0) })
            _ = browser.screenText()
            browser.complete(id)
            #expect(browser.list?.position == (isTouched ? 300 : 0))
            #expect(browser.screenText().contains(isTouched ? "ID P700" : "ID P0"))
            _ = browser.update(.clock(Sample.later(0.2)))
            browser.keys("enter")
            #expect(browser.overlays.count == (isTouched ? 1 : 0))
        }
    }

    @Test("a window that is too small for a moment moves nothing")
    func smallForAMoment() {
        var browser = Browser.loaded(size: TerminalSize(columns: 80, rows: 18))
        browser.keys("G", "k", "k")
        let before = browser.screenText()
        _ = browser.screenText(size: TerminalSize(columns: 20, rows: 5))
        #expect(browser.screenText(size: TerminalSize(columns: 80, rows: 18)) == before)
    }

    @Test("a name a page further down is not cut where there is room for it")
    func widthsLookAhead() {
        var browser = Sample.browser()
        let id = browser.begin()
        let long = "PAPADOPOULOS, Ingrid"
        browser.receive(id, (0..<40).map { step($0, name: $0 == 30 ? "PAPADOPOULOS^Ingrid" : "LEE^Sam") })
        browser.complete(id)
        _ = browser.screenText()
        browser.keys("G")
        #expect(browser.screenText().contains(long + " 1985-11-02"))
    }

    @Test("the widths are those of the rows at the top of the whole list, not of those that came first")
    func widthsSettle() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, (500..<540).map { step($0, name: "LEE^Sam") })
        _ = browser.screenText()
        browser.receive(id, (0..<40).map { step($0, name: "PAPADOPOULOS^Ingrid") })
        _ = browser.screenText()
        browser.complete(id)
        #expect(browser.screenText().contains("PAPADOPOULOS, Ingrid 1985-11-02"))
    }

    @Test("a filter does not change the widths of columns")
    func filterKeepsWidths() {
        var browser = Browser.loaded(size: TerminalSize(columns: 80, rows: 20))
        func header(_ screen: String) -> Substring? { screen.split(separator: "\n").first { $0.contains("Accession") } }
        let before = header(browser.screenText())
        #expect(before != nil)
        browser.keys("/")
        browser.type("rossi")
        #expect(browser.visibleRowCount == 1)
        #expect(header(browser.screenText()) == before)
    }

    @Test("what is masked becomes no key and goes on no clipboard, from the detail either")
    func privateDetail() {
        var browser = Browser.loaded()
        browser.keys("P")
        _ = browser.screenText()
        browser.keys("=")
        #expect(browser.overlays.isEmpty)
        browser.keys("enter", "g", "j")
        for key in ["y", "Y", "="] {
            #expect(browser.keys(key).isEmpty)
            #expect(browser.message?.text.string.hasPrefix("names are hidden") == true)
        }
        #expect(browser.query.keys == Query.worklist(.thisScanner(modality: "CT", station: "CT01")).keys)
        #expect(browser.screenText().contains("born 1961-**-**"))
    }

    @Test("the identity takes one line where it fits by moving closer")
    func identityCloser() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(
            id,
            [Sample.Step(name: "NÚÑEZ^André", id: "00127101", sex: "M", accession: "26-004504", issuer: "HOSP-A")]
        )
        #expect(
            browser.screenText().contains(
                " NÚÑEZ, André  born 1985-11-02 (41 y)  M  ID 00127101 [HOSP-A]  ACC 26-004504"
            )
        )
    }

    @Test(
        "a server's word is not said twice, nor its address",
        arguments: [
            ("DEMO", ServerProfile.Accent.demo, "  DEMO   CT01 > X@h:104"),
            ("RIS", .production, "  RIS PROD   CT01 > X@h:104"),
            ("X@h:104", .none, " CT01 > X@h:104"),
            ("RIS", .none, " RIS  CT01 > X@h:104"),
        ]
    )
    func title(_ name: String, _ accent: ServerProfile.Accent, _ words: String) {
        let server = ServerProfile(
            name: name,
            host: "h",
            port: 104,
            calledAETitle: "X",
            callingAETitle: "CT01",
            accent: accent
        )
        var browser = Sample.browser(server: server)
        #expect(browser.screenText().hasPrefix(words + "  "))
    }

    @Test("sorting keeps the cursor on its item; the same column again turns the order round")
    func sorting() throws {
        var browser = Browser.loaded()
        browser.keys("j", "j")
        let item = try #require(browser.list?.cursor)
        browser.keys("s", "j", "enter")
        #expect(browser.list?.rows.order == SortOrder(column: .patient))
        #expect(browser.list?.cursor == item)
        let names = browser.namesInOrder
        #expect(names.first == "ANDERSSON, Åke")
        #expect(names.firstIndex(of: "SMITH, Anna").map { $0 + 1 } == names.firstIndex(of: "SMITH, Anna M"))
        browser.keys("s", "enter")
        #expect(browser.list?.rows.order == SortOrder(column: .patient, isDescending: true))
        #expect(browser.namesInOrder == names.reversed())
        #expect(browser.list?.cursor == item)
    }

    @Test("a filter shows rows with all words, says so, and is never called the server's answer")
    func filter() {
        var browser = Browser.loaded()
        browser.keys("/")
        browser.type("smith !abdomen")
        #expect(browser.visibleRowCount == 1)
        browser.keys("enter")
        let screen = browser.screenText(size: TerminalSize(columns: 90, rows: 24))
        #expect(screen.contains("1 of 14 shown (local filter)"))
        #expect(screen.contains("complete   14 rows"))
        #expect(screen.contains("SMITH, Anna M   born 1985-11-02"))
        browser.keys("\\")
        #expect(browser.visibleRowCount == 14)
        #expect(browser.rowCount == 14)
    }

    @Test("Esc in the filter line brings the filter back that was there before")
    func filterEscape() {
        var browser = Browser.loaded()
        browser.keys("/")
        browser.type("head")
        browser.keys("enter")
        let shown = browser.visibleRowCount
        browser.keys("/")
        browser.type("zzz")
        #expect(browser.visibleRowCount == 0)
        browser.keys("esc")
        #expect(browser.visibleRowCount == shown)
    }

    @Test("opened again, the filter line has its text marked: typing begins a new one, moving edits the old one")
    func filterAgain() {
        var browser = Browser.loaded()
        browser.keys("/")
        browser.type("smith")
        browser.keys("enter", "/")
        browser.type("rossi")
        #expect(browser.namesInOrder == ["ROSSI, Maria"])
        browser.keys("enter", "/", "home")
        browser.type("!")
        #expect(browser.visibleRowCount == 13)
    }

    @Test("a filter that finds nothing says that the server was not asked")
    func filterFindsNothing() {
        var browser = Browser.loaded()
        browser.keys("/")
        browser.type("zebra")
        browser.keys("enter")
        let screen = browser.screenText()
        #expect(screen.contains("No row here passes the filter “zebra”."))
        #expect(screen.contains("the server was not asked"))
        browser.keys("enter")
        #expect(browser.overlays.count == 0)
    }

    @Test("rows that arrive while a filter is on are filtered as well")
    func filterWhileStreaming() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, Array(Sample.morning[..<5]))
        browser.keys("/")
        browser.type("patient:smith")
        browser.receive(id, Array(Sample.morning[5...]))
        #expect(browser.visibleRowCount == 2)
        #expect(browser.rowCount == 14)
        browser.receive(id, [Sample.Step(name: "Smith^Zoe", id: "Z1", accession: "Z", time: "070000")])
        #expect(browser.visibleRowCount == 3)
        #expect(browser.namesInOrder.first == "Smith, Zoe")
    }

    @Test("a frozen order puts new rows at the end, thawing sorts them")
    func freezing() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, [step(600), step(700)])
        browser.keys("z")
        browser.receive(id, [step(100)])
        #expect(browser.namesInOrder == ["TEST, Number 600", "TEST, Number 700", "TEST, Number 100"])
        browser.keys("z")
        #expect(browser.namesInOrder == ["TEST, Number 100", "TEST, Number 600", "TEST, Number 700"])
    }

    @Test("above the live limit rows are appended, and sorted by a job whose older results are ignored")
    func bulk() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.list?.rows.limits = .init(live: 1_000, sort: 500)
        let count = 1_440
        var batch = MatchBatch(transferSyntax: .explicitVRLittleEndian)
        for number in 0..<count { batch.append(Sample.bytes(step(1439 - number)), status: .pending) }
        _ = browser.update(.find(id, .matches(batch)))
        #expect(browser.rowCount == count)
        let effects = browser.update(.find(id, .finished(.complete, Sample.statistics(matches: count))))
        let job = try #require(effects.jobs.first)
        #expect(browser.list?.rows.row(at: 0) == 0)
        // Another order is asked for before the result is there.
        browser.keys("s", "j")
        let second = try #require(browser.keys("enter").jobs.first)
        _ = browser.update(.arranged(generation: job.generation, order: job.run()))
        #expect(browser.list?.rows.row(at: 0) == 0)
        #expect(browser.list?.rows.pendingWork == "sorting")
        let cursor = browser.list?.cursor
        _ = browser.update(.arranged(generation: second.generation, order: second.run()))
        #expect(browser.list?.rows.pendingWork == nil)
        #expect(browser.namesInOrder.first == "TEST, Number 0")
        #expect(browser.list?.cursor == cursor)
    }

    @Test("rows that come while a job sorts are sorted by another one when the stream has ended")
    func bulkTail() throws {
        var rows = RowList(series: 1, fallback: nil, today: Sample.start.date)
        rows.limits = .init(live: 50, sort: 50)
        _ = rows.append(Sample.batch((0..<60).map { step(900 - $0) }))
        let job = rows.sort(by: SortOrder(column: .id))
        let first = try #require(job)
        _ = rows.append(Sample.batch((0..<10).map { step($0) }))
        let early = rows.endStream()
        #expect(early?.generation == nil)
        let (isApplied, next) = rows.apply(generation: first.generation, order: first.run())
        #expect(isApplied)
        let second = try #require(next)
        let last = rows.apply(generation: second.generation, order: second.run())
        #expect(last.isApplied && last.next?.generation == nil)
        #expect(!rows.isUnsorted)
        #expect(rows.shown == ArrangeJob.sorted(rows.table, rows: 70, by: rows.order, fallback: nil))
    }

    @Test("a large list is filtered by a job; until then what was shown stays")
    func bulkFilter() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, (0..<1300).map { step($0) })
        browser.complete(id)
        browser.keys("/")
        let first = try #require(browser.type("1").jobs.first)
        #expect(browser.visibleRowCount == 1300)
        let second = try #require(browser.type("29").jobs.last)
        _ = browser.update(.arranged(generation: first.generation, order: first.run()))
        #expect(browser.visibleRowCount == 1300)
        _ = browser.update(.arranged(generation: second.generation, order: second.run()))
        #expect(browser.visibleRowCount > 0)
        #expect(browser.visibleRowCount < 100)
        browser.keys("esc")
        #expect(browser.visibleRowCount == 1300)
    }

    @Test(
        "privacy hides names, identifiers and birth dates everywhere, and refuses to copy them",
        arguments: [80, 160]
    )
    func privacy(_ columns: Int) {
        var browser = Browser.loaded(size: TerminalSize(columns: columns, rows: 40))
        browser.keys("j", "j", "P")
        let list = browser.screenText()
        #expect(browser.keys("y").copies.isEmpty)
        #expect(browser.keys("Y").copies.isEmpty)
        browser.keys("enter")
        let detail = browser.screenText()
        for screen in [list, detail] {
            for secret in ["SMITH", "Anna", "00391022", "1985-11-02", "19851102", "26-004702", "HOSP-A"] {
                let isLineSafe = screen.split(separator: "\n").allSatisfy { line in
                    // Study UIDs and step IDs of the samples hold the numbers on purpose.
                    !line.contains(secret) || line.contains("1.2.826") || line.contains("SPS-") || line.contains("RP-")
                }
                #expect(isLineSafe, "\(secret) is on screen")
            }
            #expect(screen.contains("PRIVACY"))
        }
        #expect(list.contains("S., A. M."))
    }

    @Test("y copies the marked column, Y the row")
    func copying() {
        var browser = Browser.loaded()
        _ = browser.screenText()
        #expect(browser.keys("y").copies == ["00481516"])
        browser.keys("l")
        #expect(browser.keys("y").copies == ["26-004711"])
        let row = browser.keys("Y").copies.first
        #expect(
            row?.hasPrefix("2026-11-24\t08:15\tNGUYEN, Thi Lan\t1961-03-08\tF\t00481516\t26-004711\tCT\tCT01") == true
        )
    }

    @Test("= puts the marked value into the query and opens the builder; nothing is sent")
    func asKey() {
        var browser = Browser.loaded()
        _ = browser.screenText()
        let effects = browser.keys("=")
        #expect(effects.finds.isEmpty)
        #expect(browser.query[AttributePath([], .patientID)]?.value == "00481516")
        #expect(browser.context == .builder)
    }

    @Test("patients that could be taken for each other are marked, and the detail says who the other is")
    func similar() {
        var browser = Browser.loaded()
        let screen = browser.screenText()
        #expect(screen.contains("08:30*SMITH, Anna"))
        #expect(screen.contains("08:45*SMITH, Anna M"))
        #expect(!screen.contains("*ROSSI"))
        browser.keys("j", "j", "enter")
        #expect(
            browser.screenText(size: TerminalSize(columns: 99, rows: 30))
                .contains("also on this list: SMITH, Anna (row 2, born 1958-11-02, ID 00220147)")
        )
    }

    @Test(
        "who is marked as alike, and who is not",
        arguments: [
            // The same name, whatever else differs.
            ("LEE^Sam", "19500101", "LEE^Sam", "20010101", true),
            ("LEE^Sam", "19500101", "lee^SAM^Q", "20010101", true),
            ("LEE^Sam", "19500101", "LEE^Sam Q.", "20010101", true),
            ("LEE^Sam", "19500101", "LEE^Sam Taylor", "20010101", true),
            // An initial that fits, and one that does not.
            ("LEE^S", "19500101", "LEE^Sam", "20010101", true),
            ("LEE^T", "19500101", "LEE^Sam", "20010101", false),
            // Twins.
            ("LEE^Sam", "20010101", "LEE^Toni", "20010101", true),
            // No more than a family, or the first letter, in common.
            ("LEE^Sam", "19500101", "LEE^Toni", "20010101", false),
            ("LEE^Sam", "19500101", "LEE^Simon", "20010101", false),
            ("LEE^Sam", "19500101", "LEEDS^Sam", "20010101", false),
            ("NGUYỄN^Thị Lan", "19500101", "NGUYỄN^Thị Hoa", "20010101", false),
            // Other writings.
            ("SUZUKI^Taro=鈴木^太郎", "19500101", "SUZUKI^Taro=鈴木^太朗", "20010101", true),
            ("LEE^Sam", "", "LEE^Sam", "", true),
        ]
    )
    func alike(_ a: String, _ bornA: String, _ b: String, _ bornB: String, _ expected: Bool) {
        let steps = [
            Sample.Step(name: a, id: "1", born: bornA, accession: "A1"),
            Sample.Step(name: b, id: "2", born: bornB, accession: "A2"),
        ]
        for order in [steps, steps.reversed()] {
            var table = MatchTable()
            table.append(Sample.batch(order))
            var similar = SimilarPatients()
            let isDone = similar.advance(table, fallback: nil, budget: 100)
            #expect(isDone)
            #expect(similar.similar(to: table.item(0)) == (expected ? 1 : nil))
            #expect(similar.similar(to: table.item(1)) == (expected ? 0 : nil))
        }
    }

    @Test("two examinations of one patient are no hazard; the same ID of another hospital is")
    func samePatient() {
        func marks(_ first: Sample.Step, _ second: Sample.Step) -> Int? {
            var table = MatchTable()
            table.append(Sample.batch([first, second]))
            var similar = SimilarPatients()
            _ = similar.advance(table, fallback: nil, budget: 100)
            return similar.similar(to: table.item(0))
        }
        #expect(marks(Sample.Step(accession: "A1"), Sample.Step(accession: "A2")) == nil)
        #expect(marks(Sample.Step(issuer: "A"), Sample.Step(issuer: "B")) == 1)
        #expect(marks(Sample.Step(id: ""), Sample.Step(id: "")) == nil)
        #expect(marks(Sample.Step(id: ""), Sample.Step(id: "", born: "19700101")) == 1)
        #expect(marks(Sample.Step(id: ""), Sample.Step(id: "7")) == 1)
    }

    @Test("J and K in the detail go to the neighbours, and the cursor of the list goes along")
    func neighbours() {
        var browser = Browser.loaded()
        _ = browser.screenText()
        browser.keys("enter", "J")
        #expect(browser.list?.position == 1)
        #expect(browser.screenText().contains("00220147"))
        browser.keys("K", "K")
        #expect(browser.list?.position == 0)
        #expect(browser.message?.text == "this is the first row")
        browser.keys("esc")
        #expect(browser.overlays.count == 0)
    }

    @Test("pasted text runs no commands")
    func paste() {
        var browser = Browser.loaded()
        #expect(browser.update(.input(.paste("qq\rrrx3"))).isEmpty)
        #expect(!browser.isRunning)
        browser.keys("/")
        _ = browser.update(.input(.paste("smith\n")))
        #expect(browser.visibleRowCount == 2)
    }

    @Test("a date column appears when the list spans days")
    func dateColumn() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, [step(500)])
        #expect(!browser.screenText().contains("24 Nov  "))
        var other = step(400)
        other.date = "20261125"
        browser.receive(id, [other])
        let screen = browser.screenText()
        #expect(screen.contains("24 Nov 08:20"))
        #expect(screen.contains("25 Nov 06:40"))
    }

    @Test("an identifier that is missing or guessed is said, not left out")
    func doubtfulIdentity() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, [Sample.morning[10], Sample.morning[13]])
        #expect(browser.screenText().contains("Èâàíîâ, Ïåòð (?)   born 1955-04-03"))
        browser.keys("j")
        #expect(browser.screenText().contains("TEMP, Emergency 7   birth date unknown"))
        var empty = DataSet()
        empty.declare(.utf8)
        var batch = MatchBatch(transferSyntax: .explicitVRLittleEndian)
        batch.append([UInt8]([1, 2, 3]), status: .pending)
        _ = browser.update(.find(id, .matches(batch)))
        browser.keys("G")
        #expect(browser.screenText().contains("? (?)"))
    }

    @Test("the longest name and ID are on the identity bar in full, at the smallest size")
    func longIdentity() {
        let long = "VAN DER BERG-HOOGSTRATEN VON UND ZU LICHTENSTEIN"
        var browser = Sample.browser(size: Browser.minimumSize)
        let id = browser.begin()
        browser.receive(
            id,
            [
                Sample.Step(
                    name: long + "^Wilhelmina Johanna Alexandra",
                    id: "NL-0000000000000003381-XYZ",
                    accession: "ACC-2026-00000047",
                    issuer: "HOSPITAL-A"
                )
            ]
        )
        let grid = browser.render(size: Browser.minimumSize).grid
        let bar = (0..<grid.rows).map { grid.text($0) }.joined().split(separator: " ").joined(separator: " ")
        for part in [
            long + ", Wilhelmina Johanna Alexandra", "NL-0000000000000003381-XYZ [HOSPITAL-A]", "ACC-2026-00000047",
        ] {
            #expect(bar.contains(part), "\(part) is cut")
        }
    }

    @Test("the palette finds a command by its letters and runs it on the list")
    func palette() {
        var browser = Browser.loaded()
        browser.keys(":")
        browser.type("privacy")
        browser.keys("enter")
        #expect(browser.isPrivate)
        #expect(browser.overlays.count == 0)
    }

    @Test("the help is filtered by typing and runs what Enter is pressed on")
    func help() {
        var browser = Browser.loaded()
        browser.keys("?")
        browser.type("freeze")
        #expect(browser.screenText().contains("freeze the order"))
        browser.keys("enter")
        #expect(browser.list?.rows.isFrozen == true)
    }

    @Test("no keys at no size bring the program down, and every screen keeps its promises")
    func fuzz() {
        var random = SplitMix(seed: 20_261_124)
        let keys = [
            "j", "k", "g", "G", "enter", "esc", "/", "s", "r", "x", "1", "3", "[", "]", "t", "z", "w", "P", "y", "Y",
            "=", "h", "l", "e", "p", "v", ":", "?", "J", "K", "o", "tab", "a", "d", "space", "backspace", "left",
            "pgdn",
            "home", "end", "ctrl-c", "f1", "f6", "\\", "*", "5", "ctrl-u", "ctrl-w", "b", "u",
        ]
        let sizes = [(80, 24), (160, 50), (60, 12), (20, 5), (1, 1), (0, 0), (99, 13), (100, 12), (300, 80), (61, 200)]
        var browser = Sample.browser()
        var id = browser.begin()
        for round in 0..<900 {
            let key = keys[Int(random.next() % UInt64(keys.count))]
            for effect in browser.keys(key) {
                switch effect {
                case .startFind(let request): id = request.id
                case .arrange(let job): _ = browser.update(.arranged(generation: job.generation, order: job.run()))
                default: break
                }
            }
            switch random.next() % 8 {
            case 0:
                let some = (0..<Int(random.next() % 30)).map { _ in step(Int(random.next() % 5000)) }
                browser.receive(id, some)
            case 1: browser.complete(id)
            case 2:
                _ = browser.update(
                    .find(id, .failed(AssociationFailure(.noAnswer(seconds: 10), peer: QueryLifeTests.peer)))
                )
            case 3:
                var batch = MatchBatch(transferSyntax: .implicitVRLittleEndian)
                batch.append(
                    (0..<Int(random.next() % 64)).map { _ in UInt8(truncatingIfNeeded: random.next()) },
                    status: .pending
                )
                _ = browser.update(.find(id, .matches(batch)))
            default: break
            }
            if round.isMultiple(of: 3) {
                let size = sizes[Int(random.next() % UInt64(sizes.count))]
                let grid = browser.render(size: TerminalSize(columns: size.0, rows: size.1)).grid
                GridInvariants.check(grid)
            }
        }
    }
}

/// A small, repeatable source of chance.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

extension Browser {
    /// Names of the rows shown, in the order of the screen.
    var namesInOrder: [String] {
        guard let list else { return [] }
        return list.rows.shown.map { list.rows.text(Int($0))[.patient].text.string }
    }
}
