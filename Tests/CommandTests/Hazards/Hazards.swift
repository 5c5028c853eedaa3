import Foundation
import Testing

extension Commands {
    /// What must never happen to somebody who acts on what the screen says: each hazard by its name, on the running program.
    @Suite("Right patient, true outcome")
    enum Hazards {}
}

extension Commands.Hazards {
    static let clock = "2026-11-24T14:32:00"

    /// Runs the browser by a script, with a clock that stands still unless the script moves it; it has to end well.
    @discardableResult
    static func browse(
        _ server: String?,
        _ script: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        hasFixedClock: Bool = true,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Child.Result {
        var words = ["browse", "--wait-timeout", "20", "--script", "-"]
        if let server { words += ["--to", server] }
        if hasFixedClock { words += ["--clock", clock] }
        let result = try await Program.run(words + arguments, environment: environment, input: script)
        #expect(result.code == 0, "\(result.everything)", sourceLocation: sourceLocation)
        return result
    }

    /// A worklist item with what the tests look for.
    static func item(
        _ name: String,
        id: String,
        born: String = "19700101",
        accession: String? = nil,
        time: String = "100000",
        status: String = "SCHEDULED",
        issuer: String? = nil
    ) -> [UInt8] {
        let accession = accession ?? "A\(id)"
        let step =
            Wire.element(0x0008_0060, "CS", "CT") + Wire.element(0x0040_0001, "AE", "CT01")
            + Wire.element(0x0040_0002, "DA", "20261124") + Wire.element(0x0040_0003, "TM", time)
            + Wire.element(0x0040_0007, "LO", "CT Head") + Wire.element(0x0040_0009, "SH", "S\(id.suffix(12))")
            + Wire.element(0x0040_0020, "CS", status)
        return Wire.element(0x0008_0005, "CS", "ISO_IR 192") + Wire.element(0x0008_0050, "SH", accession)
            + Wire.element(0x0010_0010, "PN", name) + Wire.element(0x0010_0020, "LO", id)
            + (issuer.map { Wire.element(0x0010_0021, "LO", $0) } ?? [])
            + Wire.element(0x0010_0030, "DA", born) + Wire.element(0x0010_0040, "CS", "F")
            + Wire.element(
                0x0020_000D,
                "UI",
                "1.2.826.0.1.3680043.10.999.\(id.utf8.reduce(7) { ($0 * 31 + Int($1)) % 1_000_003 })"
            )
            + Wire.sequence(0x0040_0100, [step]) + Wire.element(0x0040_1001, "SH", "R\(id.suffix(12))")
    }

    /// The line under the cursor and its number on a saved screen.
    static func cursorLine(_ screen: String) -> (number: Int, text: Substring)? {
        let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.enumerated().first { $0.element.hasPrefix("▸") }.map { ($0.offset, $0.element) }
    }

    /// `PAT0042` in the lines that say who somebody is.
    static func patient(_ text: some StringProtocol) -> String? {
        text.range(of: "PAT[0-9]{4}", options: .regularExpression).map { String(text[$0]) }
    }

    /// Who the identity bar, or the head of the detail, is about.
    static func identified(_ screen: String) -> String? {
        screen.split(separator: "\n").first { $0.contains("born") }.flatMap { patient($0) }
    }

    static func four(_ number: Int) -> String { String(String(10_000 + number).dropFirst()) }

    /// Each item comes before all that were sent before it.
    static func climbing(_ number: Int) -> [UInt8] {
        let minute = max(0, 1_439 - number)
        let time = four(minute / 60 * 100 + minute % 60)
        return item("PAT\(four(number))^Given", id: "ID\(four(number))", time: time + "00")
    }
}
