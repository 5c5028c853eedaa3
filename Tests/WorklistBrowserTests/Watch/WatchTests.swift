import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Watching a list")
struct WatchTests {
    private func dump(_ browser: inout Browser, columns: Int = 120) -> String {
        browser.screenText(size: TerminalSize(columns: columns, rows: 30))
    }

    @Test("W asks again a whole interval after the list came, shows the time left, and W ends it")
    func onAndOff() {
        var browser = Browser.loaded()
        #expect(browser.keys("W").finds.isEmpty)
        #expect(dump(&browser).contains("watching: asks again every 60 s; W ends it"))
        // The list came 3.2 s after the start, 15 s ago.
        #expect(dump(&browser).contains("next in 0:45"))
        #expect(browser.at(63.1).finds.isEmpty)
        let request = browser.at(63.2).finds.first
        #expect(request?.query.keys == browser.query.keys)
        #expect(dump(&browser).contains("watch: asking"))
        _ = browser.refresh(request, Sample.morning, at: 64)
        #expect(dump(&browser).contains("next in 1:00"))
        browser.keys("W")
        #expect(dump(&browser).contains("the watch is off"))
        #expect(!dump(&browser).contains("next in"))
        #expect(browser.at(1_000).finds.isEmpty)
    }

    @Test("a list older than the interval is asked for at once")
    func atOnce() {
        var browser = Browser.loaded()
        browser.at(400)
        #expect(browser.keys("W").finds.count == 1)
    }

    @Test("never starts while a query runs, and waits a whole interval after it")
    func running() {
        var browser = Browser.loaded()
        browser.keys("W")
        let request = browser.at(64).finds.first
        #expect(request != nil)
        for seconds in stride(from: 65.0, through: 400, by: 5) { #expect(browser.at(seconds).finds.isEmpty) }
        _ = browser.refresh(request, Sample.morning, at: 401)
        #expect(browser.at(460.9).finds.isEmpty)
        #expect(browser.at(461).finds.count == 1)
    }

    @Test("a refresh by hand counts as one, and the watch goes on after it")
    func byHand() {
        var browser = Browser.loaded()
        browser.keys("W")
        browser.at(40)
        let request = browser.keys("r").finds.first
        _ = browser.refresh(request, Sample.morning, at: 41)
        #expect(browser.watch != nil)
        #expect(browser.at(100.9).finds.isEmpty)
        #expect(browser.at(101).finds.count == 1)
    }

    @Test("errors double the pause up to ten minutes, are said, open no dialog, and leave the rows")
    func backOff() {
        var browser = Browser.loaded()
        browser.keys("W")
        var time = 63.2
        var pauses: [Double] = []
        for _ in 0..<6 {
            let request = browser.at(time).finds.first
            #expect(request != nil)
            let effects = browser.fail(request)
            #expect(!effects.hasBell)
            #expect(browser.overlays.isEmpty)
            let pause = (browser.watch?.dueAt?.seconds(since: browser.now) ?? 0).rounded()
            pauses.append(pause)
            time += pause + 0.001
        }
        #expect(pauses == [120, 240, 480, 600, 600, 600])
        let screen = dump(&browser)
        #expect(screen.contains("failed 6 times, again in 10:00"), "\(screen)")
        #expect(screen.contains("refresh FAILED"), "\(screen)")
        #expect(screen.contains("the 14 rows shown are from 14:31:52"), "\(screen)")
        #expect(screen.contains("OLD"), "\(screen)")
        let request = browser.at(time).finds.first
        _ = browser.refresh(request, Sample.morning, at: time + 1)
        #expect(dump(&browser).contains("next in 1:00"), "one answer, and the pace is the old one")
    }

    @Test("an interval above ten minutes is not shortened by errors")
    func longInterval() {
        var watch = Watch(interval: 1_800, server: Sample.server, query: .worklist)
        watch.failures = 5
        #expect(watch.pause == 1_800)
        #expect(Watch(interval: 1, server: Sample.server, query: .worklist).interval == 15)
        #expect(Watch(interval: 99_999, server: Sample.server, query: .worklist).interval == 3_600)
    }

    @Test("a partial answer never takes the place of a whole list")
    func partial() {
        var browser = Browser.loaded()
        browser.keys("W")
        let request = browser.at(64).finds.first
        if let request {
            browser.receive(request.id, Array(Sample.morning[..<3]))
            _ = browser.update(.find(request.id, .finished(.truncated(.byServer), Sample.statistics(matches: 3))))
        }
        #expect(browser.rowCount == 14)
        let screen = dump(&browser)
        #expect(screen.contains("refresh TRUNCATED BY SERVER"), "\(screen)")
        #expect(screen.contains("the 14 rows shown are from 14:31:52"), "\(screen)")
        #expect(browser.list?.changes == nil)
        #expect(browser.watch?.failures == 0, "it answered")
    }

    @Test("the age is a warning from two intervals on")
    func age() {
        var browser = Browser.loaded()
        browser.keys("W")
        let request = browser.at(64).finds.first
        #expect(request != nil)
        browser.at(123)
        #expect(!dump(&browser).contains("OLD"))
        browser.at(123.3)
        #expect(dump(&browser).contains("OLD: as of 14:31:52"))
    }

    @Test("x ends the watch, while its query runs and between them, and says so")
    func cancel() {
        var browser = Browser.loaded()
        browser.keys("W")
        let request = browser.at(64).finds.first
        #expect(browser.keys("x").cancels == [request?.id].compactMap { $0 })
        #expect(dump(&browser).contains("the watch has ended: you cancelled its query; W watches this list"))
        let cancellation = FindOutcome.Cancellation(milliseconds: 5, matchesAfter: 0, finalStatus: .cancel)
        if let request { _ = browser.update(.find(request.id, .finished(.cancelled(cancellation), FindStatistics()))) }
        #expect(browser.at(5_000).finds.isEmpty)

        var idle = Browser.loaded()
        idle.keys("W")
        #expect(idle.keys("x").isEmpty)
        #expect(dump(&idle).contains("the watch has ended: you stopped it"))
        #expect(idle.watch == nil)
    }

    @Test("another query ends the watch and says so", arguments: ["3", "]", "2"])
    func otherQuery(_ key: String) {
        var browser = Browser.loaded()
        browser.keys("W")
        #expect(browser.keys(key).finds.count == 1)
        #expect(browser.watch == nil)
        #expect(dump(&browser).contains("the watch has ended: another query runs"))
    }

    @Test("another server ends the watch and says so")
    func otherServer() {
        var browser = Browser.loaded()
        browser.keys("W")
        var other = Sample.server
        other.name = "OTHER"
        other.port = 11_112
        _ = browser.connect(to: other)
        #expect(browser.watch == nil)
        #expect(dump(&browser).contains("the watch has ended: another server is asked"))
        browser.keys("W")
        _ = browser.update(.serverSaved(Sample.server, path: "config.toml"))
        #expect(dump(&browser).contains("saved in config.toml; the watch has ended"))
    }

    @Test("keys edited but not run stay as they are while the watch asks what the list asks")
    func editedQuery() {
        var browser = Browser.loaded()
        browser.keys("W")
        browser.query.set(AttributePath([], .patientName), "SMI*", source: .user)
        let edited = browser.query
        let request = browser.at(64).finds.first
        #expect(request?.query.keys == browser.list?.query.keys)
        _ = browser.refresh(request, Sample.morning, at: 65)
        #expect(browser.query.keys == edited.keys)
        #expect(dump(&browser).contains("edited: r runs it"))
        #expect(browser.watch != nil)
    }

    @Test("at midnight today is the new day, the old list stays until the new one is there, and nothing is called gone")
    func midnight() throws {
        var browser = Browser.loaded()
        browser.keys("W")
        // 14:31:49 and 9 h 28 min 21 s: a second past midnight.
        let request = try #require(browser.at(34_092).finds.first)
        let step = try #require(request.identifier.items(.scheduledProcedureStepSequence).first)
        #expect(step.string(.scheduledProcedureStepStartDate) == "20261125")
        #expect(browser.rowCount == 14)
        #expect(dump(&browser).contains("today(20261124)"), "the rows are those of the day before")
        browser.message = nil
        _ = browser.refresh(request, [Sample.Step(name: "NEW^Day", id: "9", date: "20261125")], at: 34_093)
        let screen = dump(&browser)
        #expect(screen.contains("today(20261125)"), "\(screen)")
        #expect(screen.contains("another day"), "\(screen)")
        #expect(browser.list?.changes == nil)
        #expect(!screen.contains("gone"), "\(screen)")
    }

    @Test("a clock set back does not stop the watch")
    func clockSetBack() {
        var browser = Browser.loaded()
        browser.keys("W")
        browser.at(-7_200)
        #expect(browser.at(-7_130).finds.count == 1)
    }

    @Test("an empty list is watched without showing it as waiting, and what comes is new")
    func empty() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.complete(id)
        browser.keys("W")
        let request = browser.at(61).finds.first
        #expect(dump(&browser).contains("The server has no item that matches."))
        _ = browser.refresh(request, [Sample.morning[0]], at: 62)
        #expect(dump(&browser).contains("1 new since 14:31:49"))
    }

    @Test("the bell rings for new rows only if it is to, and not for changes alone")
    func bell() {
        for rings in [true, false] {
            var browser = Browser.loaded()
            browser.settings.watchRings = rings
            browser.keys("W")
            let request = browser.at(64).finds.first
            #expect(browser.refresh(request, Sample.laterMorning, at: 65).hasBell == rings)
            var changed = Sample.laterMorning
            changed[0].status = "COMPLETED"
            let next = browser.at(126).finds.first
            #expect(!browser.refresh(next, changed, at: 127).hasBell)
        }
    }

    @Test("the first query can be watched from the start, also when the server is chosen later")
    func fromStart() {
        var settings = BrowserSettings()
        settings.watchInterval = 30
        settings.watchesFromStart = true
        var browser = Browser(
            theme: .standard,
            servers: [],
            current: nil,
            configPath: "x",
            settings: settings,
            now: Sample.start
        )
        #expect(browser.start().isEmpty)
        #expect(browser.watch == nil)
        _ = browser.connect(to: Sample.server)
        #expect(browser.watch?.interval == 30)
        #expect(browser.isRunning)
    }

    @Test("the clock wakes for each second of the countdown, and for the next query")
    func wakeUps() {
        var browser = Browser.loaded()
        // Namesakes are looked for while there is time; that is done after a few drawings.
        while browser.list?.isSearching == true { _ = browser.screenText() }
        browser.at(75)
        #expect(browser.secondsToNextClock > 1)
        let request = browser.keys("W").finds.first
        #expect(request != nil)
        _ = browser.refresh(request, Sample.morning, at: 76.25)
        while browser.list?.isSearching == true { _ = browser.screenText() }
        browser.at(77)
        #expect(browser.secondsToNextClock == 0.25)
        browser.at(77.25)
        #expect(browser.secondsToNextClock == 1)
    }

    @Test(
        "intervals as people write them",
        arguments: [("60", 60), ("90 s", 90), ("5 min", 300), ("2m", 120), ("1 h", 3_600), ("15", 15)]
    )
    func intervals(_ text: String, _ seconds: Int) {
        #expect(WatchDialog.seconds(text) == .success(seconds))
    }

    @Test(
        "what is no interval is refused with what is expected",
        arguments: ["", "x", "14", "3601", "2 h", "-60", "9999999999999"]
    )
    func noInterval(_ text: String) {
        guard case .failure(let problem) = WatchDialog.seconds(text) else {
            Issue.record("\(text) was taken")
            return
        }
        #expect(problem.words.string.contains("15 to 3600 seconds"))
    }

    @Test("the dialog sets the interval and starts the watch; a wrong one cannot be accepted")
    func dialog() {
        var browser = Browser.loaded()
        browser.keys("ctrl-w")
        browser.type("5")
        browser.keys("enter")
        #expect(browser.watch == nil)
        #expect(dump(&browser).contains("outside what is allowed"))
        browser.keys("ctrl-u")
        browser.type("5 min")
        browser.keys("enter")
        #expect(browser.watch?.interval == 300)
        #expect(dump(&browser).contains("asks again every 5 min"))
        browser.keys(":")
        browser.type("watch 30")
        browser.keys("enter")
        #expect(browser.watch?.interval == 30)
        _ = browser.watch(every: "soon")
        #expect(browser.watch?.interval == 30)
        #expect(browser.message?.kind == .error)
        _ = browser.watch(every: "")
        #expect(browser.watch == nil)
    }
}
