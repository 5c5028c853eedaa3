import ArgumentParser
import Foundation
import Testing

@testable import worklist

extension Commands {
    /// Completions, the manual page, and what `--help` shows.
    @Suite("The shell's side")
    struct ShellTests {
        private static let commands = [
            "browse", "demo", "find", "explain", "echo", "serve", "store", "themes", "keys", "info", "completion",
            "manual",
        ]

        // MARK: --help

        @Test("--help of every command has two to four examples, each on one line", arguments: [nil] + commands)
        func examplesInHelp(_ command: String?) async throws {
            let help = try await Program.run([command, "--help"].compactMap(\.self))
            #expect(help.code == 0)
            let lines = Self.examples(in: help.output)
            #expect((2...4).contains(lines.count), "\(help.output)")
            let known = try #require(Examples.all.first { $0.command == command }).examples.map(\.line)
            #expect(lines == known, "what is too long for a line of the help is broken there, and cannot be copied")
        }

        /// The lines two columns in, below the heading.
        private static func examples(in help: String) -> [String] {
            help.split(separator: "\n", omittingEmptySubsequences: false).drop { $0 != "EXAMPLES:" }.dropFirst()
                .prefix { !$0.isEmpty }.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.map {
                    String($0.dropFirst(2))
                }
        }

        @Test(
            "every example is understood, after the shell has read it",
            arguments: Examples.all.flatMap(\.examples).map(\.line)
        )
        func examplesParse(_ line: String) async throws {
            let arguments = try await Self.arguments(line)
            _ = try WorklistCommand.parseAsRoot(arguments)
        }

        /// What the shell hands to the program: in place of it stands a function that says what it was given.
        private static func arguments(_ line: String) async throws -> [String] {
            let home = try TemporaryFolder()
            for folder in [".zfunc", ".config/fish/completions"] {
                try home.write("", to: folder + "/made")
            }
            let function = "worklist() { printf '%s\\n' \"$@\" >\"$HOME/arguments\"; }; man() { cat; }"
            // Not into a folder of the system.
            let redirected = line.replacingOccurrences(of: "/usr/local/share/man/man1", with: home.path)
            let child = try Child(
                try Program.tool("bash"),
                ["-c", function + "; " + redirected],
                environment: Program.environment(home: home.path)
            )
            let result = try await child.result()
            #expect(result.errors == "", "\(line): \(result.everything)")
            let text = try home.read("arguments")
            return text == "\n" ? [] : text.split(separator: "\n").map(String.init)
        }

        @Test("the examples of find are asked as they stand, on a server of the configuration")
        func examplesRun() async throws {
            let peer = try Peer.server(matches: [Wire.match(0)])
            let home = try TemporaryFolder()
            try home.write(
                "[[server]]\nname = \"RIS\"\nhost = \"127.0.0.1\"\nport = \(peer.port)\ncalled_ae = \"RIS\"\n",
                to: ".config/worklist/config.toml"
            )
            let lines = (Examples.find + Examples.worklist + Examples.echo).map(\.line).filter {
                $0.contains("--server RIS")
            }
            #expect(lines.count >= 4)
            for line in lines {
                let child = try Child(
                    try Program.tool("bash"),
                    ["-c", "cd; worklist() { '\(try Program.path())' \"$@\"; }; " + line],
                    environment: Program.environment(home: home.path)
                )
                let result = try await child.result()
                #expect(result.code == 0, "\(line): \(result.everything)")
            }
            #expect(try home.read("week.csv").contains("PID000000"))
            let week = try #require(peer.queries.first { $0["00400100.00400002"]?.contains("-") == true })
            #expect(week["00400100.00400002"]?.count == 17)
        }

        @Test("the README shows the examples of find and of completion as the help has them")
        func readme() throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
            for example in Examples.all.flatMap(\.examples) where !["worklist"].contains(example.line) {
                #expect(readme.contains(example.line), "\(example.line)")
            }
        }

        // MARK: The manual page

        @Test("the manual page has every option of every command, and every command")
        func manual() async throws {
            let page = try await Program.run(["manual"])
            #expect(page.code == 0)
            #expect(page.errors == "")
            let tree = try #require(CommandTree.program())
            #expect(tree.subcommands.map(\.name) == Self.commands)
            let words = page.output.replacingOccurrences(of: "\\-", with: "-")
            for command in tree.subcommands {
                let section = try #require(
                    words.components(separatedBy: ".SS worklist \(command.name)\n").dropFirst().first
                )
                let own = try #require(section.components(separatedBy: "\n.S").first)
                for argument in command.arguments {
                    for name in argument.names where !name.hasPrefix("--no-") && name != "-h" {
                        #expect(own.contains("\\fB\(name)\\fR"), "\(command.name) \(name)")
                    }
                }
            }
            // Against the help, so that the page and its test do not forget the same.
            for command in Self.commands {
                let help = try await Program.run([command, "--help"]).output
                let options = help.split(whereSeparator: { " ,\n/".contains($0) }).filter { $0.hasPrefix("--") }
                    .map { $0.filter { !".:;'".contains($0) } }
                #expect(options.count >= 2)
                for option in Set(options) { #expect(words.contains(option), "\(command) \(option)") }
            }
        }

        @Test("the manual page is roff that man and groff take without a word")
        func manualFormat() async throws {
            let page = try await Program.run(["manual"]).output
            for line in page.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                #expect(!line.isEmpty, "a blank line")
                #expect(!line.hasSuffix(" "))
                #expect(!line.hasPrefix("'"))
                #expect(line.utf8.allSatisfy { (0x20..<0x7F).contains($0) }, "\(line)")
                guard line.hasPrefix(".") else { continue }
                let macros = [".TH ", ".SH ", ".SS ", ".TP", ".PP", ".B ", ".I ", ".BR ", ".br", ".nh", ".ad l"]
                #expect(macros.contains { line.hasPrefix($0) }, "\(line)")
            }
            guard let groff = try? Program.tool("groff") else { return }
            let child = try Child(
                groff,
                ["-man", "-Tutf8", "-ww", "-rLL=78n"],
                environment: Program.environment(home: Program.noHome),
                input: page
            )
            let result = try await child.result()
            #expect(result.code == 0)
            #expect(result.errors == "")
            #expect(result.output.contains("WORKLIST(1)"))
        }

        // MARK: Completions

        @Test("a script for each shell, which the shell can read", arguments: ["bash", "zsh", "fish"])
        func completionScript(_ shell: String) async throws {
            let script = try await Program.run(["completion", shell])
            #expect(script.code == 0)
            #expect(script.errors == "")
            for command in Self.commands { #expect(script.output.contains(command)) }
            guard let tool = try? Program.tool(shell) else { return }
            let folder = try TemporaryFolder()
            let file = try folder.write(script.output, to: "script")
            let check = try Child(tool, ["-n", file], environment: Program.environment(home: Program.noHome))
            let result = try await check.result()
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.errors == "")
        }

        @Test("a shell that is none is wrong usage")
        func unknownShell() async throws {
            let result = try await Program.run(["completion", "tcsh"])
            #expect(result.code == 2)
            #expect(result.errors.contains("tcsh"))
        }

        @Test(
            "values of options are completed in bash",
            arguments: [
                (["find", "--server", ""], ["RIS", "Radiology East"]),
                (["browse", "--server", "Rad"], ["Radiology East"]),
                (["find", "--format", ""], ["csv", "jsonl", "dicom-json"]),
                (["find", "--model", "stu"], ["study"]),
                (["demo", "--theme", ""], ["default", "mono", "mine"]),
                (["find", "-k", "PatientN"], ["PatientName"]),
                (["find", "-k", "SPS.Mod"], ["SPS.Modality"]),
                (["find", "-k", "AcquisitionDeviceP"], ["AcquisitionDeviceProcessingCode"]),
                (["echo", "--tls-profile", "bcp195-n"], ["bcp195-nd"]),
                (["echo", "--transfer-syntax", ""], ["deflated"]),
                (["completion", ""], ["bash", "zsh", "fish"]),
            ]
        )
        func completion(_ words: [String], _ expected: [String]) async throws {
            let offered = try await Self.completions(words)
            for word in expected { #expect(offered.contains(word), "\(offered)") }
            let prefix = words.last ?? ""
            #expect(offered.allSatisfy { $0.hasPrefix(prefix) || prefix.isEmpty }, "\(offered)")
        }

        @Test("a configuration that is broken completes nothing, and says nothing into the line that is typed")
        func brokenConfiguration() async throws {
            #expect(try await Self.completions(["find", "--server", ""], configuration: "[[server") == [])
        }

        private static func completions(
            _ words: [String],
            configuration: String = """
            [[server]]
            name = "RIS"
            host = "127.0.0.1"
            called_ae = "RIS"
            [[server]]
            name = "Radiology East"
            host = "127.0.0.1"
            called_ae = "EAST"
            """
        ) async throws -> [String] {
            let home = try TemporaryFolder()
            try home.write(configuration, to: ".config/worklist/config.toml")
            try home.write("", to: ".config/worklist/themes/mine.toml")
            try home.write(try await Program.run(["completion", "bash"]).output, to: "script")
            let line = """
                source "$HOME/script"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
                _worklist "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"; printf '%s\\n' "${COMPREPLY[@]}"
                """
            let child = try Child(
                try Program.tool("bash"),
                ["-c", line, "bash", try Program.path()] + words,
                environment: Program.environment(home: home.path)
            )
            let result = try await child.result()
            #expect(result.errors == "", "\(result.everything)")
            return result.lines.map(String.init)
        }

        // MARK: make install

        @Test("make install puts program, manual page, completions and themes where shells and man look for them")
        func install() async throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().path
            let folder = try TemporaryFolder()
            let child = try Child(
                try Program.tool("make"),
                [
                    "-s", "-C", root, "install-files", "BINARY=\(try Program.path())", "DESTDIR=\(folder.path)",
                    "PREFIX=/usr",
                ],
                environment: Program.environment(home: Program.noHome)
            )
            let result = try await child.result(within: 60)
            #expect(result.code == 0, "\(result.everything)")
            for file in [
                "bin/worklist", "share/man/man1/worklist.1", "share/bash-completion/completions/worklist",
                "share/zsh/site-functions/_worklist", "share/fish/vendor_completions.d/worklist.fish",
                "share/worklist/themes/default.toml",
            ] {
                let size = try FileManager.default.attributesOfItem(atPath: folder / "usr/\(file)")[.size] as? Int
                #expect(try #require(size) > 500, "\(file)")
            }
            #expect(FileManager.default.isExecutableFile(atPath: folder / "usr/bin/worklist"))
        }
    }
}
