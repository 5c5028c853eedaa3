import DICOMData
import DICOMMatching
import Terminal

@testable import WorklistBrowser

/// The query builder's helpers, its items and the bytes to be sent.
extension ScreenScene {
    private static let station = AttributePath.step(.scheduledStationAETitle)
    private static let time = AttributePath.step(.scheduledProcedureStepStartTime)
    private static let study = AttributePath([], .studyInstanceUID)
    private static let protocols = AttributePath.step(.scheduledProtocolCodeSequence)

    private static func calendar(_ then: String...) -> @Sendable (Corpus) -> Browser {
        builder(at: date) { browser, _ in
            browser.press(["h"])
            for _ in 0..<20 { browser.keys("down") }
            browser.press(["enter"] + then)
        }
    }

    static let helpers: [ScreenScene] = [
        ScreenScene(name: "builder-calendar", make: calendar()),
        ScreenScene(name: "builder-calendar-span", make: calendar("space", "down", "right")),
        ScreenScene(name: "builder-time", make: builder(at: time) { browser, _ in browser.press(["h"]) }),
        ScreenScene(
            name: "builder-uids",
            make: builder(at: study) { browser, _ in
                browser.press(["h"])
                browser.pasteText("1.2.276.0.7230010.3.1.2.8\n1.2.03")
            }
        ),
        ScreenScene(name: "builder-items", make: builder(at: protocols) { browser, _ in browser.press(["i"]) }),
        ScreenScene(
            name: "builder-bytes",
            make: builder(at: patient) { browser, corpus in
                browser.press(["enter"])
                browser.pasteText(corpus.typed)
                browser.press(["enter", "tab", "tab"])
            }
        ),
        ScreenScene(
            name: "builder-dropped",
            make: builder(at: station) { browser, _ in browser.press(["d", "u", "d"]) }
        ),
        ScreenScene(name: "builder-ascii", isASCII: true, make: keys("e", "j", "j")),
    ]
}
