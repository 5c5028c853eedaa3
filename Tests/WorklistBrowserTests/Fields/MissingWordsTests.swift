import DICOMData
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("What an item does not have")
struct MissingWordsTests {
    @Test("is said in the same words below the list, in the detail, in the changes and in plain mode")
    func everywhere() throws {
        let nobody = Sample.Step(name: "", id: "", born: "", sex: "", accession: "", time: "000001")
        var browser = Browser.loaded(size: TerminalSize(columns: 120, rows: 30))
        browser.keys("W")
        let request = browser.at(64).finds.first
        _ = browser.refresh(request, [nobody] + Sample.morning, at: 65)
        browser.keys("g")
        let words = ["NO NAME", "birth date unknown", "sex unknown", "NO ID", "no accession number"]
        func check(_ screen: String, _ place: String) {
            for word in words { #expect(screen.contains(word), "\(place): \(word)\n\(screen)") }
        }
        check(browser.screenText(), "list")
        var detail = browser
        detail.keys("enter")
        check(detail.screenText(size: TerminalSize(columns: 120, rows: 30)), "detail")
        var changes = browser
        changes.keys("d")
        check(changes.screenText(), "changes")
        let data = DataSet()
        let summary = PatientSummary(data, today: Sample.start.date)
        check((summary.patient + summary.procedure).map(\.string).joined(separator: " "), "summary")
    }
}
