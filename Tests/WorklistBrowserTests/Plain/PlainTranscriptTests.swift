import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Plain mode: whole sessions, in every script")
struct PlainTranscriptTests {
    static let file = "plain"

    /// What is typed; `TYPED` stands for words in the script.
    private static let script = [
        "list 4", "next", "", "show", "row 13", "filter TYPED", "list", "filter", "sort procedure down", "list 3",
        "privacy", "row 2", "privacy", "status", "query", "servers", "patient TYPED", "status", "TYPED", "next TYPED",
        "help", "quit",
    ]

    @Test("a session reads as it should, and holds nothing a terminal would obey")
    func transcript() {
        var file = SceneFile(name: Self.file)
        for corpus in Corpus.allCases {
            var lines: [String] = []
            var plain = PlainBrowser.sample(server: corpus.server)
            var running: FindID?
            func take(_ output: PlainBrowser.Output) {
                lines += output.lines.map(\.string)
                running = output.effects.finds.last?.id ?? running
            }
            func answer(_ steps: [Sample.Step]) {
                guard let id = running else { return }
                running = nil
                lines += plain.receive(id, steps)
                lines += plain.end(id)
            }
            take(plain.start())
            answer(corpus.steps)
            for line in Self.script {
                let typed = line.replacing("TYPED", with: TerminalText(corpus.typed).string)
                lines.append(typed.isEmpty ? ">" : "> \(typed)")
                take(plain.take(line: line.replacing("TYPED", with: corpus.typed)))
                answer(Array(corpus.steps[..<2]))
            }
            for line in lines {
                let complaints = GridInvariants.complaints(line)
                #expect(complaints.isEmpty, "\(corpus), '\(line)': \(complaints)")
            }
            file.add(corpus.rawValue, lines)
        }
        file.check()
    }
}
