import DICOMData
import DICOMMatching
import Foundation
import Terminal
import Testing
import WorklistBrowser

@testable import worklist

extension Commands {
    /// Files a user writes by hand, cut off and mistyped in every way: each mistake has its file and line, none ends the
    /// program.
    @Suite("Broken files")
    struct BrokenFileTests {
        private static let configuration = """
            # mine
            default_server = "RIS"
            watch_interval = 30
            [barcode]
            prefix = "^"
            [[server]]
            name = "RIS"
            host = "127.0.0.1"
            port = 104
            called_ae = "RISMWL"
            accent = "test"
            [server.tls]
            ca = "/etc/ssl/ca.pem"
            [[server]]
            host = "localhost"
            called_ae = "B"
            query_options = ["fuzzy"]
            """
        private static let query = """
            name = "STAT today"
            number = 4
            comment = 'for "CT"'
            columns = ["time", "patient"]
            [keys]
            RequestedProcedurePriority = "STAT"
            "SPS.ScheduledProcedureStepStartDate" = "today"
            "SPS.Modality" = { source = "configuration" }
            "ReferencedStudySequence[1].ReferencedSOPInstanceUID" = "1.2.3"
            """
        private static let keymap = """
            inherits = "vim"
            [list]
            "r" = "query.run"
            "ctrl-x" = "" # nothing
            [detail]
            'x' = "detail.fold"
            """
        private static let theme = """
            inherits = "default"
            appearance = "dark"
            [palette]
            text = { hex = "#E4E7EC", c16 = "white" }
            [scopes]
            "table.status" = { fg = "text", mods = ["bold"] }
            table.header.fg = 12
            [glyphs]
            cursor = { unicode = "▶", ascii = ">" }
            """

        private static let pieces = [
            "[", "]", "[[", "]]", "[[[[", "{", "}", "=", "\"", "'", "\"\"\"", "'''", "#", ".", ",", "\n", "\r", "\r\n",
            "\\", "\\u", "\0", "\u{7F}", "\u{1B}[2J", "\u{2028}", "\u{85}", "\u{FEFF}", "\u{202E}", "é", "山", "[}",
            "[.",
            "1979-05-27T:", "2024-13-40 1", "9999999999999999999999", "-", "true", "inf", "a.a.a.a", " ", "0x", "1e999",
        ]

        /// A valid text with a few mistakes in it.
        private static func broken(_ text: String, _ dice: inout Dice) -> String {
            var scalars = Array(text.unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let place = Int.random(in: 0...scalars.count, using: &dice)
                switch Int.random(in: 0..<5, using: &dice) {
                case 0: scalars.removeSubrange(place...)
                case 1: scalars.removeSubrange(place..<min(scalars.count, place + 7))
                case 2:
                    let other = Int.random(in: 0...scalars.count, using: &dice)
                    scalars.insert(contentsOf: Array(scalars[min(place, other)..<max(place, other)]), at: place)
                default:
                    scalars.insert(contentsOf: (pieces.randomElement(using: &dice) ?? "").unicodeScalars, at: place)
                }
            }
            var result = String.UnicodeScalarView()
            result.append(contentsOf: scalars)
            return String(result)
        }

        /// A line of the text, and words that are safe to print.
        private static func check(_ line: Int?, _ words: String, of text: String) {
            let count = text.unicodeScalars.count { $0 == "\n" } + 1
            #expect(line.map { (1...count).contains($0) } == true, "line \(line ?? 0) of \(count): \(words)\n\(text)")
            #expect(words.count > 8, "\(words)")
        }

        @Test(
            "queries and themes: a sentence with its line, whatever is broken",
            arguments: 1...8 as ClosedRange<UInt64>
        )
        func whole(_ seed: UInt64) {
            var dice = Dice(seed: seed)
            let now = QueryMoment(date: DICOMDate(daysSince1970: 20_000))
            var refused = 0
            for _ in 0..<250 {
                let text = Self.broken(Self.query, &dice)
                do throws(QueryFile.Problem) {
                    _ = try QueryFile.parse(text, stem: "x", now: now)
                } catch {
                    refused += 1
                    Self.check(error.line, error.text, of: text)
                }
                let style = Self.broken(Self.theme, &dice)
                do throws(ThemeError) {
                    _ = try ThemeLibrary().theme(text: style, name: "t", file: "t.toml")
                } catch {
                    refused += 1
                    Self.check(error.line, error.message, of: style)
                }
            }
            #expect(refused > 200)
        }

        @Test(
            "configuration and keymap: each mistake with its line, the rest counts",
            arguments: 1...4 as ClosedRange<UInt64>
        )
        func parts(_ seed: UInt64) throws {
            var dice = Dice(seed: seed)
            let folder = try TemporaryFolder()
            var refused = 0
            for _ in 0..<150 {
                let text = Self.broken(Self.configuration, &dice)
                let path = try folder.write(text, to: "config.toml")
                for problem in try Configuration.load(path).problems {
                    refused += 1
                    // What is said once more of the whole file has no line of its own.
                    if problem.text.hasPrefix("nothing of this file") { continue }
                    Self.check(problem.line, problem.text, of: text)
                }
                let keys = Self.broken(Self.keymap, &dice)
                for problem in KeymapFile.parse(keys, path: "k.toml").1 {
                    refused += 1
                    Self.check(problem.line, problem.text, of: keys)
                }
            }
            #expect(refused > 100)
        }

        @Test("[[[[ in any of the four: the program says where, and lives")
        func running() async throws {
            let home = try TemporaryFolder()
            let query = try home.write("[[[[\n[keys]\n", to: "q.toml")
            let theme = try home.write("inherits = \"default\"\na = [}\n", to: ".config/worklist/themes/bad.toml")
            let keymap = try home.write("[[[[\n", to: "keymap.toml")
            let configuration = try home.write("\nx = 1979-05-27T:\n", to: "config.toml")
            let environment = ["HOME": home.path]
            let asked = try await Program.run(
                ["find", "--to", "A@127.0.0.1:1", "--query", query],
                environment: environment
            )
            #expect(asked.code == 2, "\(asked.everything)")
            #expect(asked.errors.contains("\(query):1: not TOML: a table is written [name] or [[name]]"))
            let shown = try await Program.run(["themes", "--preview", "bad"], environment: environment)
            #expect(shown.code == 2, "\(shown.everything)")
            #expect(shown.errors.contains("\(theme):2: not TOML"), "\(shown.everything)")
            let keys = try await Program.run(["keys", "--keymap", keymap], environment: environment)
            #expect(keys.everything.contains("\(keymap):1: "), "\(keys.everything)")
            let configured = try await Program.run(["echo", "--config", configuration], environment: environment)
            #expect(configured.code == 2, "\(configured.everything)")
            #expect(configured.errors.contains("\(configuration):2: not TOML"), "\(configured.everything)")
        }
    }
}
