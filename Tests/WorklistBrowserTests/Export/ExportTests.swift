import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

extension [Effect] {
    var exports: [ExportRequest] {
        compactMap { if case .export(let request) = $0 { request } else { nil } }
    }

    var exportCancels: [ExportID] {
        compactMap { if case .cancelExport(let id) = $0 { id } else { nil } }
    }
}

extension ExportJob {
    /// All of it, as a file would hold it.
    func text() -> (text: String, report: Report?) {
        var bytes: [UInt8] = []
        let report = run(
            write: {
                bytes += $0
                return true
            },
            progress: { _ in true }
        )
        return (String(decoding: bytes, as: UTF8.self), report)
    }
}

struct ExportTests {
    private func dialog(_ browser: Browser) throws -> ExportDialog {
        try #require(browser.overlays.last?.as(ExportDialog.self))
    }

    @Test("what is exported is what is shown: filter, order and columns, identifiers in any case")
    func shown() throws {
        var browser = Browser.loaded(size: TerminalSize(columns: 60, rows: 12))
        _ = browser.screenText()
        browser.keys("s", "j", "enter", "/")
        browser.type("head")
        browser.keys("enter", "X")
        #expect(browser.screenText().contains("4 of 14 rows, as filtered"))
        let request = try #require(browser.keys("enter").exports.first)
        #expect(request.path == "worklist-20261124-1432.csv")
        #expect(!request.replaces)
        let (text, report) = request.job.text()
        let lines = text.split(separator: "\n").map(String.init)
        #expect(report?.rows == 4)
        #expect(lines.count == 5)
        for column in ["Date", "Time", "Patient", "Born", "ID", "Accession", "Doubtful"] {
            #expect(lines[0].split(separator: ",").contains(Substring(column)))
        }
        #expect(lines[0].hasPrefix("Status,Date,Time,Patient"))
        let screen = (0..<4).compactMap { browser.list?.rows.row(at: $0) }.map {
            browser.list?.rows.text($0)[.id].text.string
        }
        #expect(lines.dropFirst().map { line in screen.firstIndex { line.contains($0 ?? "-") } } == [0, 1, 2, 3])
        #expect(text.contains("\"SMITH, Anna M\",1985-11-02"))
    }

    @Test("marked rows are offered first, hidden ones counted, and nothing else is written")
    func marked() throws {
        var browser = Browser.loaded()
        browser.keys("space", "space", "/")
        browser.type("thorax")
        browser.keys("enter", "X")
        #expect(browser.screenText().contains("2 rows, 1 hidden by the filter"))
        let request = try #require(browser.keys("enter").exports.first)
        let (text, report) = request.job.text()
        #expect(report?.rows == 2)
        #expect(text.contains("00481516") && text.contains("00220147") && !text.contains("00276640"))
    }

    @Test("a filter that hides every row does not make an empty file the first thing offered")
    func nothingShown() throws {
        var browser = Browser.loaded()
        browser.keys("/")
        browser.type("zzzz")
        browser.keys("enter", "X")
        #expect(try dialog(browser).scope == .all)
        #expect(browser.screenText().contains("all 14 rows, hidden ones too"))
    }

    @Test("rows that come while the dialog is open are not in the file")
    func snapshot() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, Array(Sample.morning[..<5]))
        browser.keys("X")
        #expect(browser.screenText().contains("The query is still running: the list is not whole"))
        browser.receive(id, Array(Sample.morning[5...]))
        let request = try #require(browser.keys("enter").exports.first)
        #expect(request.job.text().report?.rows == 5)
    }

    @Test("a list that is not whole says so in the dialog, in the file where the format can, and afterwards")
    func partial() throws {
        for format in ItemFormat.allCases {
            var browser = Sample.browser()
            let id = browser.begin()
            browser.receive(id, Sample.morning)
            let statistics = Sample.statistics(matches: 14)
            _ = browser.update(.find(id, .finished(.truncated(.byServer), statistics)))
            _ = browser.update(.clock(Sample.later(30)))
            browser.keys("X")
            while try dialog(browser).format != format { browser.keys("right") }
            let screen = browser.screenText()
            #expect(screen.contains("! The list is not whole: TRUNCATED BY SERVER"))
            #expect(screen.contains(format.hasHeader ? "the file will say so" : "file cannot say so"))
            let request = try #require(browser.keys("enter").exports.first)
            let (text, report) = request.job.text()
            #expect(text.contains("TRUNCATED BY SERVER") == format.hasHeader, "\(format)")
            _ = browser.update(.export(request.id, .finished(try #require(report), path: "/tmp/out")))
            #expect(browser.screenText().contains("14 rows written to /tmp/out"))
            #expect(browser.screenText().contains("TRUNCATED BY SERVER"))
            browser.keys("enter")
            #expect(browser.overlays.isEmpty)
        }
    }

    @Test("a whole list is JSON lines without a header; a filtered one says what was left out")
    func headers() throws {
        for isFiltered in [false, true] {
            var browser = Browser.loaded()
            if isFiltered {
                browser.keys("/")
                browser.type("head")
                browser.keys("enter")
            }
            browser.keys("X", "right", "right")
            #expect(try dialog(browser).format == .jsonl)
            let request = try #require(browser.keys("enter").exports.first)
            #expect(request.path.hasSuffix(".jsonl"))
            let lines = request.job.text().text.split(separator: "\n")
            #expect(lines.count == (isFiltered ? 5 : 14))
            #expect(lines[0].hasPrefix("{\"export\":") == isFiltered)
            #expect(lines[0].contains("\"filter\":\"head\"") == isFiltered)
        }
    }

    @Test("cells that a spreadsheet would run get an apostrophe only when asked; else values are written as they came")
    func formulas() throws {
        let steps = ["=1+1", "+1", "-1", "@sum", "CT Head"].enumerated().map {
            Sample.Step(id: "P\($0)", accession: "A\($0)", procedure: $1)
        }
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, steps)
        browser.complete(id)
        _ = browser.screenText()
        var asking = browser
        browser.keys("X")
        #expect(browser.screenText().contains("as sent"))
        let request = try #require(browser.keys("enter").exports.first)
        let sent = request.job.text().text
        for cell in [",=1+1,", ",+1,", ",-1,", ",@sum,", ",CT Head,"] { #expect(sent.contains(cell)) }
        asking.keys("X", "tab", "tab", "tab")
        #expect(try dialog(asking).focus == .formulas)
        asking.keys("right")
        #expect(asking.screenText().contains("< guarded >"))
        let guarded = try #require(asking.keys("enter").exports.first).job.text().text
        for cell in [",'=1+1,", ",'+1,", ",'-1,", ",'@sum,", ",CT Head,"] { #expect(guarded.contains(cell)) }
        for guardsFormulas in [false, true] {
            var find = ItemFormatter(format: .csv, query: .worklist, fallback: nil, guardsFormulas: guardsFormulas)
            let line = find.row(Sample.batch(steps).identifier(0))
            #expect(line.contains(guardsFormulas ? ",'=1+1," : ",=1+1,"))
        }
    }

    @Test("doubtful text is named in the file and after writing, never passed on as certain")
    func doubtful() throws {
        var browser = Browser.loaded()
        _ = browser.screenText()
        browser.keys("X")
        let request = try #require(browser.keys("enter").exports.first)
        let (text, report) = request.job.text()
        let line = try #require(text.split(separator: "\n").first { $0.contains("00512009") })
        #expect(line.hasSuffix(",Patient"))
        #expect(report?.caution?.contains("1 row has text without a declared character set") == true)
        _ = browser.update(.export(request.id, .finished(try #require(report), path: "/tmp/out.csv")))
        #expect(browser.screenText().contains("! 1 row has text without a declared"))
    }

    @Test("a line with path and count is left when all went well; a long path is wrapped, not cut")
    func finished() throws {
        for path in ["/home/anna/out.csv", "/home/anna/" + String(repeating: "long/", count: 20) + "out.csv"] {
            var browser = Sample.browser()
            let id = browser.begin()
            browser.receive(id, Array(Sample.morning[..<3]))
            browser.complete(id)
            browser.keys("X")
            let request = try #require(browser.keys("enter").exports.first)
            _ = browser.update(.export(request.id, .finished(ExportJob.Report(rows: 3), path: path)))
            let screen = browser.screenText().split(separator: "\n").joined().filter { !" │\n".contains($0) }
            #expect(screen.contains(("3 rows written to " + path).filter { $0 != " " }))
        }
    }

    @Test("a file that is there is replaced only by the button for it, which has to be gone to")
    func exists() throws {
        var browser = Browser.loaded()
        browser.keys("X")
        let first = try #require(browser.keys("enter").exports.first)
        _ = browser.update(.export(first.id, .exists(path: "/tmp/worklist.csv")))
        #expect(browser.screenText().contains("Replace the file?"))
        #expect(browser.keys("enter").exports.isEmpty)
        #expect(try dialog(browser).focus == .file)
        let second = try #require(browser.keys("enter").exports.first)
        #expect(!second.replaces)
        _ = browser.update(.export(second.id, .exists(path: "/tmp/worklist.csv")))
        let third = try #require(browser.keys("tab", "enter").exports.first)
        #expect(third.replaces)
    }

    @Test("a failure is said above the form, which is as it was")
    func failed() throws {
        var browser = Browser.loaded()
        browser.keys("X")
        let request = try #require(browser.keys("enter").exports.first)
        _ = browser.update(.export(request.id, .failed("not written to /x: no space left on device; free some space")))
        #expect(browser.screenText().contains("! not written to /x: no space left on device"))
        #expect(try dialog(browser).takesText)
        #expect(browser.keys("enter").exports.count == 1)
    }

    @Test("Esc while writing cancels, and what is said waits for what became of the file")
    func cancel() throws {
        var browser = Browser.loaded()
        browser.keys("X")
        let request = try #require(browser.keys("enter").exports.first)
        _ = browser.update(.export(request.id, .read(7)))
        #expect(browser.screenText().contains("7 of 14 rows"))
        #expect(browser.keys("esc").exportCancels == [request.id])
        #expect(browser.screenText().contains("Stopping."))
        _ = browser.update(.export(request.id, .cancelled))
        #expect(browser.overlays.isEmpty)
        #expect(browser.screenText().contains("the export is cancelled; no file is left"))
        // A second one, and the program ends.
        browser.keys("X")
        let second = try #require(browser.keys("enter").exports.first)
        #expect(browser.update(.terminationRequested).exportCancels == [second.id])
    }

    @Test("a name the user typed keeps its ending when the format changes; the proposed one follows")
    func names() throws {
        var browser = Browser.loaded()
        browser.keys("X", "right")
        #expect(try dialog(browser).file.text == "worklist-20261124-1432.json")
        browser.keys("tab", "tab")
        #expect(try dialog(browser).focus == .file)
        browser.type("mine.dat")
        browser.keys("tab", "right")
        #expect(try dialog(browser).file.text == "mine.dat")
        browser.keys("shift-tab", "ctrl-u")
        #expect(browser.keys("enter").exports.isEmpty)
        #expect(browser.screenText().contains("the file needs a name"))
    }

    @Test("DICOM JSON stays an array of data sets, JSON one document")
    func json() throws {
        var browser = Browser.loaded()
        browser.keys("X", "right")
        let json = try #require(browser.keys("enter").exports.first).job.text().text
        #expect(json.hasPrefix("{\"export\":{\"server\":\"RIS-PROD RISMWL@127.0.0.1:104\""))
        #expect(json.hasSuffix("\n]}\n"))
        browser.keys("esc")
        browser.overlays.removeAll()
        browser.keys("X", "right", "right", "right")
        let dicom = try #require(browser.keys("enter").exports.first).job.text().text
        #expect(dicom.hasPrefix("[\n{"))
        #expect(dicom.hasSuffix("}\n]\n"))
        #expect(!dicom.contains("export"))
    }

    @Test("no control or bidirectional character of a value reaches a file", arguments: ItemFormat.allCases)
    func hostile(_ format: ItemFormat) throws {
        let name = "EVIL^\u{1B}]0;x\u{07}\u{202E}\u{200B}\u{85}"
        let steps = [Sample.Step(id: "P1", procedure: "a,\"b\"", rawName: Array(name.utf8))]
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, steps)
        browser.complete(id)
        browser.keys("X")
        while try dialog(browser).format != format { browser.keys("right") }
        let text = try #require(browser.keys("enter").exports.first).job.text().text
        #expect(text.contains("EVIL"))
        for scalar in text.unicodeScalars where scalar != "\n" {
            #expect(
                scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
                    && !(0x200B...0x202E).contains(scalar.value)
            )
        }
    }

    @Test("a large list is written a piece at a time, and stops when told to")
    func pieces() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, (0..<3_000).map { Sample.Step(id: "P\($0)", accession: "A\($0)") })
        browser.complete(id)
        browser.keys("X", "right", "right")
        let job = try #require(browser.keys("enter").exports.first).job
        var largest = 0
        var pieces = 0
        let report = job.run(
            write: {
                largest = max(largest, $0.count)
                pieces += 1
                return true
            },
            progress: { _ in true }
        )
        #expect(report?.rows == 3_000)
        #expect(pieces > 5)
        #expect(largest < 100_000)
        #expect(job.run(write: { _ in true }, progress: { $0 < 512 }) == nil)
        #expect(job.run(write: { _ in false }, progress: { _ in true }) == nil)
    }
}
