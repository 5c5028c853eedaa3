import Foundation
import Testing

/// The list beside this file: it names every row of the tables, and tests that exist.
@Suite("ROWS.md") struct RowsListTests {
    private struct Line {
        var cells: [String]

        /// The tests in the last cell.
        var tests: [String] {
            let parts = (cells.last ?? "").components(separatedBy: "`")
            return parts.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        }
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    /// The lines of all tables, without their heads.
    private func lines() throws -> [Line] {
        let text = try String(contentsOf: Self.folder.appendingPathComponent("ROWS.md"), encoding: .utf8)
        return text.components(separatedBy: "\n").compactMap { line in
            guard line.hasPrefix("| "), line.hasSuffix(" |") else { return nil }
            let cells = line.dropFirst(2).dropLast(2).components(separatedBy: " | ")
            return cells.contains("test") || cells.contains("ours") ? nil : Line(cells: cells)
        }
    }

    /// `Type.function` of every test function in the sources.
    private func functions() throws -> Set<String> {
        let tests = Self.folder.deletingLastPathComponent().deletingLastPathComponent()
        var found: Set<String> = []
        let files = FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            var type = ""
            var isTest = false
            for line in try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n") {
                if line.contains("@Test") { isTest = true }
                let words = line.split(whereSeparator: { " (<:{".contains($0) })
                if let index = words.firstIndex(where: { ["struct", "enum", "extension"].contains($0) }),
                    index + 1 < words.count, words[index + 1].hasSuffix("Tests")
                {
                    type = String(words[index + 1])
                }
                if let index = words.firstIndex(of: "func"), index + 1 < words.count {
                    if isTest { found.insert("\(type).\(words[index + 1])") }
                    isTest = false
                }
            }
        }
        return found
    }

    @Test("Every test that the list names exists")
    func testsExist() throws {
        let functions = try functions()
        let lines = try lines()
        #expect(lines.count > 200 && functions.count > 300)
        for line in lines {
            for test in line.tests where !functions.contains(test) {
                Issue.record("\(line.cells.first ?? ""): there is no test \(test)")
            }
        }
    }

    @Test("Every line has a test, or says that the type checker is one")
    func noLineIsBare() throws {
        for line in try lines() where line.tests.isEmpty {
            #expect(line.cells.joined().contains("type checker"), "\(line.cells.first ?? "")")
        }
    }

    @Test(
        "Every row of a table in the sources has its line, and no line is left over",
        arguments: [
            ("HandlerRowTests.common", HandlerRow.common.map(\.name)),
            ("HandlerRowTests.relevantPatient", HandlerRow.relevantPatient.map(\.name)),
            ("HandlerRowTests.repository", HandlerRow.repository.map(\.name)),
            ("EchoRowTests.echo", EchoRow.all.map(\.name)),
            ("RequestRowTests.request", RequestRow.all.map(\.name)),
            ("ClientRowTests.response", ClientRow.all.map(\.name)),
        ]
    )
    func rows(test: String, names: [String]) throws {
        let listed = try lines().filter { $0.cells.count == 4 && $0.tests == [test] }.compactMap(\.cells.first)
        #expect(listed.sorted() == names.sorted(), "\(Set(listed).symmetricDifference(names))")
        #expect(Set(names).count == names.count)
    }
}
