import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

@testable import WorklistBrowser

/// Lists and dialogs when something is damaged, doubled, half done or gone wrong.
extension ScreenScene {
    /// A list with one more item, of these bytes.
    private static func with(
        _ bytes: @escaping @Sendable (Corpus) -> [UInt8],
        _ then: String...
    ) -> @Sendable (Corpus) -> Browser {
        { corpus in
            var (browser, id) = Browser.asked(corpus)
            browser.receive(id, Array(corpus.steps[..<3]))
            var batch = MatchBatch(transferSyntax: .explicitVRLittleEndian)
            batch.append(bytes(corpus), status: .pending)
            _ = browser.update(.find(id, .matches(batch)))
            browser.at(3.2)
            browser.complete(id)
            browser.at(18.2)
            browser.goToRow(accession: odd.accession)
            browser.press(then)
            return browser
        }
    }

    private static let odd = Sample.Step(
        name: "SMITH^Anna^M",
        id: "00391022",
        accession: "26-004777",
        time: "084500",
        step: "SPS-77"
    )

    private static func cutShort(_ corpus: Corpus) -> [UInt8] {
        var step = odd
        step.name = corpus.names[0]
        return Sample.bytes(step).dropLast(120)
    }

    /// Private elements, bytes of no text, values of no use, and names in the corpus's script.
    private static func unusual(_ corpus: Corpus) -> [UInt8] {
        var step = odd
        step.name = corpus.names[1]
        var dataSet = Sample.dataSet(step)
        dataSet.set(DataElement(tag: .medicalAlerts, vr: .LO, bytes: Array("ok\u{1B}[2J\u{9B}31m".utf8)))
        dataSet.set(DataElement(tag: Tag(0x0009, 0x0010), vr: .LO, bytes: Array("ACME 1.1".utf8)))
        dataSet.set(DataElement(tag: Tag(0x0009, 0x1001), vr: .LO, bytes: Array("private \(corpus.said)".utf8)))
        dataSet.set(DataElement(tag: Tag(0x0009, 0x1002), vr: .OB, bytes: Array(0...40)))
        dataSet.set(DataElement(tag: Tag(0x0011, 0x1002), vr: .UN, bytes: [0x41, 0x00]))
        do {
            return try dataSet.encoded(.explicitVRLittleEndian)
        } catch {
            fatalError("the sample cannot be encoded: \(error)")
        }
    }

    static let troubles: [ScreenScene] = [
        ScreenScene(name: "list-damaged", make: with(cutShort)),
        ScreenScene(name: "detail-damaged", make: with(cutShort, "enter", "G")),
        ScreenScene(name: "detail-unusual", make: with(unusual, "enter")),
        ScreenScene(name: "detail-private-elements", make: with(unusual, "enter", "j", "j", "j", "j", "j", "b")),
        ScreenScene(name: "list-ascii", showsRow: true, isASCII: true) { Browser.loaded($0) },
        ScreenScene(name: "detail-ascii", isASCII: true, make: keys("enter")),
        ScreenScene(name: "help-ascii", isASCII: true, make: keys("?")),
        ScreenScene(name: "list-doubled", showsRow: true) { corpus in
            var (browser, id) = Browser.asked(corpus)
            browser.receive(id, corpus.steps + corpus.steps[2...3])
            browser.at(3.2)
            browser.complete(id)
            browser.at(18.2)
            browser.press(["j", "j"])
            return browser
        },
        ScreenScene(name: "list-long", showsRow: true) { corpus in
            var (browser, id) = Browser.asked(corpus)
            let steps = (0..<120).map { number in
                var step = corpus.steps[number % 12]
                step.accession = "26-\(10_000 + number)"
                step.step = "SPS-\(number)"
                return step
            }
            browser.receive(id, steps)
            browser.at(3.2)
            browser.complete(id)
            browser.at(18.2)
            browser.press(["g", "ctrl-f", "ctrl-f"])
            return browser
        },
        ScreenScene(name: "list-first-row-waiting") { corpus in
            var (browser, id) = Browser.asked(corpus)
            _ = browser.update(.find(id, .stage(.lookingUp)))
            return browser
        },
        ScreenScene(name: "quit-running") { corpus in
            var (browser, id) = Browser.asked(corpus)
            browser.receive(id, Array(corpus.steps[..<6]))
            browser.press(["q"])
            return browser
        },
        ScreenScene(name: "palette-none") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press([":"])
            browser.pasteText(corpus.typed)
            return browser
        },
        ScreenScene(name: "export-writing") { corpus in
            var (browser, id) = Browser.exporting(corpus, pressing: "enter")
            if let id { _ = browser.update(.export(id, .read(1))) }
            return browser
        },
        ScreenScene(name: "export-failed") { corpus in
            var (browser, id) = Browser.exporting(corpus, pressing: "enter")
            if let id {
                _ = browser.update(.export(id, .failed("/home/\(corpus.said): no space is left; choose another place")))
            }
            return browser
        },
        ScreenScene(name: "barcode-two") { corpus in
            var (browser, id) = Browser.asked(corpus)
            var steps = corpus.steps
            steps[3].accession = steps[2].accession
            browser.receive(id, steps)
            browser.at(3.2)
            browser.complete(id)
            browser.press(["B"])
            browser.type(steps[2].accession)
            browser.press(["enter"])
            return browser
        },
        ScreenScene(name: "barcode-asked") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["B"])
            browser.type("26-999999")
            browser.press(["enter"])
            return browser
        },
        ScreenScene(
            name: "queries-by-hand-edited",
            make: saved([SavedSample.file(SavedSample.tomorrow, isHandEdited: true)]) { browser, _ in
                browser.press(["S"])
                browser.type("Tomorrow")
                browser.press(["enter"])
            }
        ),
        ScreenScene(name: "connect-wrong") { corpus in
            var browser = withServers(corpus, "a")
            browser.pasteText("RISMWL@ris.example:99999")
            browser.press(["tab"])
            browser.pasteText(corpus.typed)
            browser.press(["enter"])
            return browser
        },
        ScreenScene(name: "connect-not-saved") { corpus in
            var browser = withServers(corpus, "e")
            _ = browser.update(.serverNotSaved(reason: "\(corpus.said): permission denied"))
            return browser
        },
        ScreenScene(name: "servers-one") { corpus in
            var browser = Browser.loaded(corpus)
            browser.press(["v"])
            return browser
        },
    ]
}
