import Foundation
import Testing

extension Commands {
    /// The state file, as far as it holds how lists are looked at.
    @Suite("columns and order are remembered")
    struct RememberedViewTests {
        private func run(_ script: String, state: String) async throws -> Child.Result {
            try await Program.run(
                ["demo", "--items", "40", "--wait-timeout", "20", "--script", "-"],
                environment: ["XDG_STATE_HOME": state],
                input: script
            )
        }

        @Test("what is chosen in one run is there in the next; the file is the user's alone and names no patient")
        func remembered() async throws {
            let folder = try TemporaryFolder()
            let first = try await run(
                """
                :wait outcome
                :assert Time
                c
                :assert Columns
                space j j
                enter
                s j j
                space enter
                q
                """,
                state: folder.path
            )
            #expect(first.code == 0, "\(first.everything)")
            let text = try folder.read("worklist/state.toml")
            #expect(text.contains("columns = ["))
            #expect(text.contains("sort = ["))
            let path = folder / "worklist/state.toml"
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let screen = folder / "screen.txt"
            let second = try await run(":wait outcome\n:screen \(screen)\nq\n", state: folder.path)
            #expect(second.code == 0, "\(second.everything)")
            let header = try folder.read("screen.txt").split(separator: "\n").first { $0.contains(" St ") } ?? ""
            #expect(header.contains("^1") && header.contains("^2"), "\(header)")
        }

        @Test(
            "a state file with nonsense in it costs the layout, nothing more, and is not written over if it is no TOML"
        )
        func nonsense() async throws {
            let folder = try TemporaryFolder()
            try FileManager.default.createDirectory(atPath: folder / "worklist", withIntermediateDirectories: true)
            for text in [
                "views = 3\n", "[views]\nAll = 4\n", "[views.All]\ncolumns = [\"nonsense\", 7]\nsort = 8\n",
                "no toml at all",
            ] {
                _ = try folder.write(text, to: "worklist/state.toml")
                let result = try await run(":wait outcome\n:assert Patient\nc\nspace\nenter\nq\n", state: folder.path)
                #expect(result.code == 0, "\(text): \(result.everything)")
                if text.hasPrefix("no toml") { #expect(try folder.read("worklist/state.toml") == text) }
            }
        }
    }
}
