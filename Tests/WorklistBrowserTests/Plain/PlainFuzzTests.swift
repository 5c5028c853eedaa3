import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Plain mode: anything in any order")
struct PlainFuzzTests {
    private static let arguments = [
        "", "1", "0", "-1", "3", "9999999999999999999", "all", "smi", "!x", "name:SMI*", "PatientID=1", "PatientName=",
        "SPS.Modality=CT", "today", "+1", "patient down", "RIS@127.0.0.1:104", "\u{1B}[2J", "\u{202E}", "x y z",
    ]

    @Test(
        "lines and events in any order: no crash, no control character, and no action on a row that was not said last"
    )
    func anything() {
        let names = PlainCommand.allCases.map(\.rawValue) + Command.allCases.map(\.rawValue) + ["1", "2", "3"]
        var details = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            var numbers = Dice(seed: seed)
            var plain = PlainBrowser.sample(isInteractive: seed.isMultiple(of: 2))
            var running = plain.start().effects.finds.last?.id
            var lastSaid = ""
            for step in 0..<400 {
                let output: PlainBrowser.Output
                var line = ""
                switch Int.random(in: 0..<10, using: &numbers) {
                case 0:
                    let first = Int.random(in: 0..<12, using: &numbers)
                    let batch = Sample.batch(Array(Sample.morning[first...].prefix(3)))
                    output = running.map { plain.take(event: .find($0, .matches(batch))) } ?? .init()
                case 1:
                    let ends: [FindOutcome] = [.complete, .truncated(.byServer), .lost(.releasedByPeer)]
                    let end = ends[Int.random(in: 0..<3, using: &numbers)]
                    output =
                        running.map { plain.take(event: .find($0, .finished(end, Sample.statistics(matches: 1)))) }
                        ?? .init()
                case 2: output = plain.take(event: .clock(Sample.later(Double(step))))
                case 3 where step.isMultiple(of: 7): output = plain.interrupt()
                case 4, 5:
                    // What everybody does most, between all that nobody does.
                    line = ["show", "show", "next", "run"][Int.random(in: 0..<4, using: &numbers)]
                    output = plain.take(line: line)
                default:
                    line = names[Int.random(in: 0..<names.count, using: &numbers)]
                    // These wait for what nobody brings about here.
                    if ["demo", "test", "wait"].contains(line) { continue }
                    line += " " + Self.arguments[Int.random(in: 0..<Self.arguments.count, using: &numbers)]
                    output = plain.take(line: line)
                }
                if let id = output.effects.finds.last?.id { running = id }
                for effect in output.effects {
                    if case .arrange(let job) = effect {
                        _ = plain.take(event: .arranged(generation: job.generation, order: job.run()))
                    }
                }
                for text in output.lines.map(\.string) {
                    #expect(!text.isEmpty)
                    let isHarmless = text.unicodeScalars.allSatisfy {
                        $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) && $0.value != 0x202E
                    }
                    #expect(isHarmless)
                }
                // The attributes that were said are those of the row said before them, and after them.
                let isDetail = output.lines.contains { $0.string.hasPrefix("Patient ID (0010,0020): ") }
                if isDetail {
                    details += 1
                    let id = output.lines.map(\.string).first { $0.hasPrefix("Patient ID (0010,0020): ") } ?? ""
                    #expect(
                        lastSaid.contains("ID " + id.dropFirst(24).prefix { $0 != " " }),
                        "\(line): \(id)\n\(lastSaid)"
                    )
                }
                lastSaid =
                    output.lines.map(\.string).last { $0.hasPrefix("row ") && $0.dropFirst(4).first?.isNumber == true }
                    ?? lastSaid
                #expect(plain.browser.overlays.isEmpty)
            }
        }
        #expect(details > 10)
    }
}
