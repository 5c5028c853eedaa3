import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

@testable import WorklistBrowser

/// A screen or dialog in a state worth looking at: how to get there with a corpus.
struct ScreenScene: Sendable, CustomStringConvertible {
    let name: String
    /// The row under the cursor is on screen, and so is all of its identity.
    var showsRow = false
    /// Drawn with the letters and signs of ASCII only.
    var isASCII = false
    let make: @Sendable (Corpus) -> Browser

    var description: String { name }

    static let size = TerminalSize(columns: 80, rows: 24)

    static let all: [ScreenScene] =
        lists + details + builders + helpers + queries + dialogs + columns + servers + troubles

    // MARK: Lists

    static func ended(_ outcome: @escaping @Sendable (Corpus) -> FindOutcome) -> @Sendable (Corpus) -> Browser {
        { corpus in
            var (browser, id) = Browser.asked(corpus)
            browser.receive(id, Array(corpus.steps[..<9]))
            _ = browser.update(.clock(Sample.later(3.2)))
            _ = browser.update(.find(id, .finished(outcome(corpus), Sample.statistics(matches: 9))))
            _ = browser.update(.clock(Sample.later(75)))
            return browser
        }
    }

    private static let cancellation = FindOutcome.Cancellation(
        milliseconds: 312,
        matchesAfter: 2,
        finalStatus: .cancel
    )

    static func keys(_ keys: String...) -> @Sendable (Corpus) -> Browser {
        { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(keys)
            return browser
        }
    }

    private static let lists: [ScreenScene] = [
        ScreenScene(name: "list-waiting") { corpus in
            var (browser, id) = Browser.asked(corpus)
            _ = browser.update(.find(id, .stage(.waiting)))
            _ = browser.update(.clock(Sample.later(2.4)))
            return browser
        },
        ScreenScene(name: "list-streaming", showsRow: true) { corpus in
            var (browser, id) = Browser.asked(corpus)
            browser.receive(id, Array(corpus.steps[4...]))
            browser.press(["j", "j"])
            browser.receive(id, Array(corpus.steps[..<4]))
            _ = browser.update(.clock(Sample.later(3.2)))
            return browser
        },
        ScreenScene(name: "list-cancelling", showsRow: true) { corpus in
            var (browser, id) = Browser.asked(corpus)
            browser.receive(id, Array(corpus.steps[..<6]))
            _ = browser.update(.clock(Sample.later(3.2)))
            browser.press(["x"])
            return browser
        },
        ScreenScene(name: "list-complete", showsRow: true) { Browser.loaded($0) },
        ScreenScene(name: "list-cancelled", showsRow: true, make: ended { _ in .cancelled(cancellation) }),
        ScreenScene(name: "list-truncated", showsRow: true, make: ended { _ in .truncated(.byServer) }),
        ScreenScene(
            name: "list-limit",
            showsRow: true,
            make: ended { _ in .truncated(.ownLimit(rows: 9, cancellation)) }
        ),
        ScreenScene(
            name: "list-failed",
            make: ended {
                .failed(
                    FindFailure(status: Status(0xA700), errorComment: $0.said, offendingElements: [.patientName])
                )
            }
        ),
        ScreenScene(
            name: "list-aborted",
            showsRow: true,
            make: ended { _ in .aborted(AssociationAbort(.cancelIgnored(afterMilliseconds: 5_000, matchesAfter: 40))) }
        ),
        ScreenScene(
            name: "list-timed-out",
            showsRow: true,
            make: ended { _ in .timedOut(.nextResponse, seconds: 60) }
        ),
        ScreenScene(name: "list-lost", showsRow: true, make: ended { .lost(.connectionClosed($0.said)) }),
        ScreenScene(name: "list-refused") { corpus in
            var browser = Browser.loaded(corpus)
            _ = browser.fail(browser.keys("2").finds.first)
            return browser
        },
        ScreenScene(name: "list-refused-behind", showsRow: true) { corpus in
            var browser = Browser.loaded(corpus)
            _ = browser.fail(browser.keys("2").finds.first)
            browser.press(["esc"])
            return browser
        },
        ScreenScene(name: "list-empty") { corpus in
            var (browser, id) = Browser.asked(corpus)
            browser.complete(id, total: 84)
            return browser
        },
        ScreenScene(name: "list-unsupported", showsRow: true) { corpus in
            var (browser, id) = Browser.asked(corpus)
            browser.receive(id, corpus.steps, status: .pendingWithUnsupportedKeys)
            browser.complete(id)
            return browser
        },
        ScreenScene(name: "list-old", showsRow: true) { corpus in
            var browser = Browser.loaded(corpus)
            browser.at(4_000)
            return browser
        },
        ScreenScene(name: "list-private", make: keys("j", "P")),
        ScreenScene(name: "list-frozen", showsRow: true, make: keys("z")),
        ScreenScene(name: "list-marked", showsRow: true, make: keys("m", "j", "m", "m", "j")),
        ScreenScene(name: "list-filter-typing") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["/"])
            browser.pasteText(corpus.typed)
            return browser
        },
        ScreenScene(name: "list-filtered") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["/"])
            browser.type("ct")
            browser.press(["enter"])
            return browser
        },
        ScreenScene(name: "list-filter-none") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["/"])
            browser.type("nobody")
            browser.press(["enter"])
            return browser
        },
        ScreenScene(name: "watch-list", showsRow: true) { corpus in
            var browser = Browser.watching(corpus)
            browser.press(["g", "j"])
            return browser
        },
        ScreenScene(name: "watch-changes") { corpus in
            var browser = Browser.watching(corpus)
            browser.press(["d", "j"])
            return browser
        },
        ScreenScene(name: "watch-gone") { corpus in
            var browser = Browser.watching(corpus)
            browser.press(["d", "G", "enter"])
            return browser
        },
        ScreenScene(name: "watch-failed") { corpus in
            var browser = Browser.watching(corpus)
            _ = browser.fail(browser.at(130).finds.first)
            browser.at(200)
            return browser
        },
    ]

    // MARK: One row

    private static let details: [ScreenScene] = [
        ScreenScene(name: "detail", make: keys("enter")),
        ScreenScene(name: "detail-end", make: keys("enter", "G")),
        ScreenScene(name: "detail-bytes", make: keys("enter", "b")),
        ScreenScene(name: "detail-raw", make: keys("enter", "v")),
        ScreenScene(name: "detail-folded", make: keys("enter", "o")),
        ScreenScene(name: "detail-undeclared") { corpus in
            var browser = Browser.loaded(corpus)
            browser.goToRow(accession: "26-004744")
            browser.press(["enter"])
            return browser
        },
        ScreenScene(name: "detail-text") { corpus in
            var browser = Browser.loaded(corpus)
            browser.goToRow(accession: "26-004744")
            browser.press(["enter", "c"])
            return browser
        },
        ScreenScene(name: "detail-empty-values") { corpus in
            var browser = Browser.loaded(corpus)
            browser.goToRow(accession: "26-004790")
            browser.press(["enter"])
            return browser
        },
        ScreenScene(name: "detail-private", make: keys("enter", "esc", "P", "enter")),
    ]

    // MARK: The query

    static func builder(
        at path: AttributePath,
        _ then: @escaping @Sendable (inout Browser, Corpus) -> Void
    ) -> @Sendable (Corpus) -> Browser {
        { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["e", "g"])
            for _ in 0..<200 where browser.overlays.last?.as(BuilderScreen.self)?.current?.path != path {
                browser.keys("j")
            }
            then(&browser, corpus)
            return browser
        }
    }

    static let patient = AttributePath([], .patientName)
    static let date = AttributePath.step(.scheduledProcedureStepStartDate)

    private static let builders: [ScreenScene] = [
        ScreenScene(name: "builder", make: keys("e")),
        ScreenScene(
            name: "builder-typing",
            make: builder(at: patient) { browser, corpus in
                browser.press(["enter"])
                browser.pasteText(corpus.typed)
            }
        ),
        ScreenScene(
            name: "builder-value",
            make: builder(at: patient) { browser, corpus in
                browser.press(["enter"])
                browser.pasteText(corpus.typed)
                browser.press(["enter"])
            }
        ),
        ScreenScene(
            name: "builder-wrong",
            make: builder(at: date) { browser, _ in
                browser.press(["enter", "ctrl-u"])
                browser.type("20261131-")
            }
        ),
        ScreenScene(name: "builder-date", make: builder(at: date) { browser, _ in browser.press(["h"]) }),
        ScreenScene(
            name: "builder-name",
            make: builder(at: patient) { browser, corpus in
                browser.press(["h"])
                browser.pasteText(corpus.typed)
            }
        ),
        ScreenScene(
            name: "builder-picker",
            make: builder(at: patient) { browser, _ in
                browser.press(["a"])
                browser.type("perf phy")
            }
        ),
        ScreenScene(
            name: "builder-picker-none",
            make: builder(at: patient) { browser, corpus in
                browser.press(["a"])
                browser.pasteText(corpus.typed)
            }
        ),
        ScreenScene(
            name: "builder-preview",
            make: builder(at: patient) { browser, corpus in
                browser.press(["enter"])
                browser.pasteText(corpus.typed)
                browser.press(["enter", "tab"])
            }
        ),
        ScreenScene(name: "builder-help", make: keys("e", "?")),
    ]

    // MARK: Saved queries and patients

    static func saved(
        _ files: [SavedQueryFile] = SavedSample.standardFiles,
        _ then: @escaping @Sendable (inout Browser, Corpus) -> Void
    ) -> @Sendable (Corpus) -> Browser {
        { corpus in
            var settings = BrowserSettings()
            var named = SavedSample.stat
            named.name = corpus.said
            named.number = 6
            settings.savedFiles = files.isEmpty ? [] : files + [SavedSample.file(named)]
            settings.queriesFolder = SavedSample.folder
            var browser = Browser.loaded(corpus, settings)
            then(&browser, corpus)
            return browser
        }
    }

    private static let queries: [ScreenScene] = [
        ScreenScene(name: "queries", make: saved { browser, _ in browser.press(["b"]) }),
        ScreenScene(name: "queries-last", make: saved { browser, _ in browser.press(["b", "G"]) }),
        ScreenScene(name: "queries-examples", make: saved([]) { browser, _ in browser.press(["b"]) }),
        ScreenScene(name: "queries-by-hand", make: saved { browser, _ in browser.press(["b", "j", "0"]) }),
        ScreenScene(name: "queries-rename", make: saved { browser, _ in browser.press(["b", "R"]) }),
        ScreenScene(name: "queries-delete", make: saved { browser, _ in browser.press(["b", "d"]) }),
        ScreenScene(name: "queries-asked", make: saved { browser, _ in browser.press(["b", "j", "j", "enter"]) }),
        ScreenScene(
            name: "queries-save",
            make: saved { browser, corpus in
                browser.press(["S"])
                browser.pasteText(corpus.typed)
                browser.press(["tab"])
                browser.type("5")
            }
        ),
        ScreenScene(
            name: "queries-personal",
            make: saved { browser, corpus in
                browser.press(["p"])
                browser.type("SMITH")
                browser.press(["enter", "S"])
                browser.pasteText(corpus.typed)
                browser.press(["enter"])
            }
        ),
        ScreenScene(name: "patient", make: keys("p")),
        ScreenScene(name: "patient-typed") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["p"])
            browser.pasteText(corpus.typed)
            browser.press(["tab"])
            browser.type("A*")
            return browser
        },
        ScreenScene(name: "patient-wrong") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["p"])
            browser.pasteText(corpus.typed)
            browser.press(["tab", "tab", "tab"])
            browser.type("1972")
            browser.press(["enter"])
            return browser
        },
        ScreenScene(name: "patient-where", make: keys("p", "up", "right", "right")),
    ]

    // MARK: Columns

    private static let columns: [ScreenScene] = [
        ScreenScene(name: "columns", make: keys("c", "j", "space")),
        ScreenScene(name: "columns-adding") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["c", "a"])
            browser.type("institution name")
            return browser
        },
        ScreenScene(name: "columns-adding-none") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["c", "a"])
            browser.pasteText(corpus.typed)
            return browser
        },
        ScreenScene(name: "columns-offer") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["c", "a"])
            browser.type("institution name")
            browser.press(["enter"])
            return browser
        },
        ScreenScene(name: "columns-scrolled", showsRow: true) { corpus in
            var browser = Browser.loaded(corpus)
            let names = [
                "time", "patient:18", "born", "id", "priority", "study", "stationname", "comments", "station",
                "accession", "procedure",
            ]
            browser.show(ListView(columns: names).columns)
            browser.press(Array(repeating: "l", count: 7))
            return browser
        },
        ScreenScene(name: "sort-twice", showsRow: true, make: keys("s", "j", "enter", "s", "j", "space", "enter")),
    ]

    // MARK: Dialogs

    private static let dialogs: [ScreenScene] = [
        ScreenScene(name: "help", make: keys("?")),
        ScreenScene(name: "help-found") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["?"])
            browser.type("cancel")
            return browser
        },
        ScreenScene(name: "help-none") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["?"])
            browser.pasteText(corpus.typed)
            return browser
        },
        ScreenScene(name: "detail-help", make: keys("enter", "?")),
        ScreenScene(name: "palette", make: keys(":")),
        ScreenScene(name: "palette-found") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press([":"])
            browser.type("watch 30")
            return browser
        },
        ScreenScene(name: "problems") { corpus in
            var settings = BrowserSettings()
            settings.problems = [
                SettingsProblem(
                    path: "~/.config/worklist/config.toml",
                    line: 12,
                    text: "unknown key 'prot'; did you mean 'port'?"
                ),
                SettingsProblem(
                    path: "~/.config/worklist/\(corpus.said).toml",
                    line: 3,
                    text: "'\(corpus.typed)' is no key"
                ),
                SettingsProblem(path: "~/.config/worklist/keymap.toml", text: "permission denied"),
            ]
            var browser = Browser.asked(corpus, settings).browser
            browser.press(["!"])
            return browser
        },
        ScreenScene(name: "sort", make: keys("s", "j")),
        ScreenScene(name: "quit", make: keys("ctrl-c")),
        ScreenScene(name: "watch-interval", make: keys("ctrl-w")),
        ScreenScene(name: "themes") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["T"])
            _ = browser.update(.themesRead(ThemePickerTests.choices))
            return browser
        },
        ScreenScene(name: "export") { Browser.exporting($0).browser },
        ScreenScene(name: "export-exists") { corpus in
            var (browser, id) = Browser.exporting(corpus, pressing: "enter")
            if let id { _ = browser.update(.export(id, .exists(path: "/home/anna/worklist-20261124-1432.csv"))) }
            return browser
        },
        ScreenScene(name: "export-done") { corpus in
            var (browser, id) = Browser.exporting(corpus, pressing: "enter")
            let report = ExportJob.Report(rows: 2, caution: ItemFormatter.caution(guessed: 1, damaged: 0))
            if let id {
                _ = browser.update(.export(id, .finished(report, path: "/home/anna/worklist-20261124-1432.csv")))
            }
            return browser
        },
        ScreenScene(name: "barcode", make: keys("B")),
        ScreenScene(name: "barcode-refused") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["B"])
            browser.type("26-00*")
            browser.press(["enter"])
            return browser
        },
        ScreenScene(name: "barcode-found", showsRow: true) { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["B"])
            browser.type("26-004717")
            browser.press(["enter"])
            return browser
        },
    ]

    // MARK: Servers

    static func withServers(_ corpus: Corpus, _ keys: String...) -> Browser {
        var browser = Browser.loaded(corpus)
        browser.servers.append(
            ServerProfile(name: "Test RIS", host: "192.0.2.7", port: 11_112, calledAETitle: "TEST", accent: .test)
        )
        browser.press(["v"] + keys)
        return browser
    }

    private static let servers: [ScreenScene] = [
        ScreenScene(name: "servers") { withServers($0, "j") },
        ScreenScene(name: "servers-test") { corpus in
            var browser = withServers(corpus)
            guard case .startEcho(let number, _)? = browser.keys("t").first else { return browser }
            _ = browser.update(.echo(number, .stage(name: "look up", milliseconds: 0.3)))
            _ = browser.update(.echo(number, .worklistRefused(corpus.said)))
            _ = browser.update(.echo(number, .succeeded(milliseconds: 4)))
            return browser
        },
        ScreenScene(name: "servers-test-failed") { corpus in
            var browser = withServers(corpus)
            guard case .startEcho(let number, _)? = browser.keys("t").first else { return browser }
            let failure = AssociationFailure(.cannotConnect(detail: "connection refused"), peer: Sample.peer)
            _ = browser.update(.echo(number, .stage(name: "look up", milliseconds: 0.3)))
            _ = browser.update(.echo(number, .failed(failure)))
            return browser
        },
        ScreenScene(name: "connect-first") { _ in
            var browser = Browser(
                theme: .standard,
                servers: [],
                current: nil,
                configPath: "~/.config/worklist/config.toml",
                now: Sample.start
            )
            _ = browser.update(.resized(size))
            return browser
        },
        ScreenScene(name: "connect-typed") { corpus in
            var browser = withServers(corpus, "a")
            browser.pasteText("RISMWL@ris.example:11112")
            browser.press(["tab"])
            browser.pasteText(corpus.typed)
            return browser
        },
        ScreenScene(name: "connect-edit") { withServers($0, "e") },
        ScreenScene(name: "connect-more") { corpus in
            var browser = withServers(corpus, "e")
            for _ in 0..<40 {
                if case .button(.more)? = browser.overlays.last?.as(ConnectForm.self)?.focus { break }
                browser.keys("tab")
            }
            browser.press(["enter"])
            return browser
        },
    ]
}

extension Browser {
    /// Asked for its first list, with a server and settings of the corpus.
    static func asked(_ corpus: Corpus, _ settings: BrowserSettings = BrowserSettings()) -> (
        browser: Browser, id: FindID
    ) {
        var browser = Browser(
            theme: .standard,
            servers: [corpus.server],
            current: corpus.server,
            configPath: "~/.config/worklist/config.toml",
            settings: settings,
            now: Sample.start
        )
        _ = browser.update(.resized(ScreenScene.size))
        let id = browser.begin()
        return (browser, id)
    }

    /// A finished list of the corpus.
    static func loaded(_ corpus: Corpus, _ settings: BrowserSettings = BrowserSettings()) -> Browser {
        var (browser, id) = asked(corpus, settings)
        browser.receive(id, corpus.steps)
        browser.at(3.2)
        browser.complete(id)
        browser.at(18.2)
        return browser
    }

    /// A watched list a minute later: one has come, one is further on, one has gone.
    static func watching(_ corpus: Corpus) -> Browser {
        var browser = loaded(corpus)
        browser.press(["W"])
        let request = browser.at(63.3).finds.first
        var later = corpus.steps
        later[1].status = "ARRIVED"
        later[1].time = "084500"
        later[5].name = corpus.names[0]
        let gone = later.remove(at: 4)
        var new = gone
        new.id = "00612001"
        new.accession = "26-004795"
        new.step = "SPS-95"
        new.study = "1.2.826.0.1.3680043.9.7.95"
        new.priority = "STAT"
        later.append(new)
        _ = browser.refresh(request, later, at: 63.5)
        browser.at(78.5)
        browser.message = nil
        return browser
    }

    /// The export dialog over two marked rows; `key` is pressed in it.
    static func exporting(_ corpus: Corpus, pressing key: String? = nil) -> (browser: Browser, id: ExportID?) {
        var browser = loaded(corpus)
        browser.press(["m", "m", "X"])
        let id = key.flatMap { browser.keys($0).exports.first?.id }
        return (browser, id)
    }

    /// Presses keys, each on a screen that has been drawn.
    mutating func press(_ names: [String]) {
        for name in names {
            _ = render(size: size)
            keys(name)
        }
    }

    mutating func pasteText(_ text: String) { _ = update(.input(.paste(text))) }

    mutating func goToRow(accession: String) {
        press(["g"])
        for _ in 0..<40 {
            guard let list, let cursor = list.cursor else { return }
            if list.rows.text(cursor.row)[.accession].text.string == accession { return }
            keys("j")
        }
    }
}
