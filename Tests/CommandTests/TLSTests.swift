import Foundation
import Testing

extension Commands {
    /// Options and configuration of TLS.
    @Suite("TLS")
    struct TLSTests {
        /// Certificates made by the script of the module's own tests.
        private static func certificates() async throws -> TemporaryFolder {
            let folder = try TemporaryFolder()
            let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "DICOMNetworkTLSTests/Certificates/make.sh").path
            let child = try Child("/bin/sh", [script, folder.path], environment: Program.environment(home: "/"))
            let result = try await child.result()
            #expect(result.code == 0, "\(result.everything)")
            return folder
        }

        private static func serve(_ arguments: [String]) async throws -> (Child, Int) {
            let child = try Program.start(["serve", "--port", "0", "--items", "7"] + arguments)
            try await child.until("be ready") { $0.output.contains("\n") }
            let words = child.output.split(separator: " ")
            let index = try #require(words.firstIndex(of: "port"))
            return (child, try #require(Int(words[words.index(after: index)].prefix { $0.isNumber })))
        }

        private static func echo(_ port: Int, _ arguments: [String]) async throws -> Child.Result {
            try await Program.run(["echo", "--to", "RIS@127.0.0.1:\(port)"] + arguments)
        }

        @Test(
            "serve and echo: the stage, what was agreed, and the server's certificate are shown; find brings its rows"
        )
        func works() async throws {
            let files = try await Self.certificates()
            let (server, port) = try await Self.serve(["--tls-cert", files / "both.pem"])
            #expect(server.output.contains("port \(port), TLS, synthetic"), "\(server.output)")
            let result = try await Self.echo(port, ["--tls-ca", files / "ca.pem"])
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.errors == "")
            let secure = try #require(result.lines.first { $0.hasPrefix("  secure ") })
            #expect(secure.hasSuffix(" ms"))
            let agreed = try #require(result.lines.first { $0.hasPrefix("  TLS 1.3, ") })
            for words in ["profile bcp195-8996", "CN=ris.test", "valid until 2099-12-31 23:59 UTC"] {
                #expect(agreed.contains(words), "\(agreed)")
            }
            let find = try await Program.run([
                "find", "--to", "RIS@localhost:\(port)", "--tls-ca", files / "ca.pem", "--format", "jsonl",
            ])
            #expect(find.code == 0, "\(find.everything)")
            #expect(find.lines.count == 7)
            #expect(server.errors == "")
        }

        @Test(
            "client certificates: required with --tls-ca, with an encrypted key; what fails is said on both sides, exit code 3"
        )
        func clientCertificates() async throws {
            let files = try await Self.certificates()
            let password = try files.write("open sesame\n", to: "password")
            let (server, port) = try await Self.serve([
                "--tls-cert", files / "server.pem", "--tls-key", files / "encrypted.key", "--tls-key-password-file",
                password, "--tls-ca", files / "ca.pem", "--tls-profile", "bcp195-8996-mod",
            ])
            #expect(server.output.contains("TLS with client certificates"), "\(server.output)")
            let ca = ["--tls-ca", files / "ca.pem"]
            let good = ca + ["--tls-cert", files / "client.pem", "--tls-key", files / "client.key"]
            #expect(try await Self.echo(port, good).code == 0)
            let cases: [([String], Int32, String)] = [
                (ca, 3, "wants a certificate from us"),
                (
                    ca + ["--tls-cert", files / "other-client.pem", "--tls-key", files / "other-client.key"], 3,
                    "does not take our"
                ),
                (
                    ["--tls-ca", files / "other-ca.pem"], 3,
                    "'O=Test Hospital, CN=Test Hospital CA', which is not among"
                ),
                (ca + ["--tls-name", "elsewhere.test"], 3, "not for 'elsewhere.test'"),
                (["--tls"], 3, "(those of this system)"),
                ([], 3, "answered with TLS"),
                (["--tls-ca", "/no/such.pem"], 2, "cannot read /no/such.pem"),
                (
                    ca + ["--tls-cert", files / "client.pem", "--tls-key", files / "server.key"], 2,
                    "does not belong to"
                ),
                (
                    ca + ["--tls-cert", files / "server.pem", "--tls-key", files / "encrypted.key"], 2,
                    "no password is given"
                ),
                (ca + ["--tls-profile", "nonsense"], 2, "bcp195-8996-mod"),
                (ca + ["--no-tls"], 2, "--no-tls"),
                (ca + ["--tls-accept-any-certificate"], 2, "pointless"),
                (ca + ["--tls-key", files / "client.key"], 2, "needs --tls-cert"),
            ]
            for (arguments, code, words) in cases {
                let result = try await Self.echo(port, arguments)
                #expect(result.code == code, "\(arguments) \(result.everything)")
                #expect(result.errors.contains(words), "\(arguments) \(result.everything)")
            }
            try await server.until("tell") { $0.errors.split(separator: "\n").count >= 6 }
            for words in [
                "the client showed no certificate", "issued by 'CN=Other CA'", "does not know the authority",
                "sent unencrypted DICOM",
            ] {
                #expect(server.errors.contains(words), "\(server.errors)")
            }
            #expect(try await Self.echo(port, good).code == 0)
        }

        @Test("--tls-accept-any-certificate works, and says loudly what that means")
        func anyCertificate() async throws {
            let files = try await Self.certificates()
            let (server, port) = try await Self.serve([
                "--tls-cert", files / "expired.pem", "--tls-key", files / "expired.key",
            ])
            let refused = try await Self.echo(port, ["--tls-ca", files / "ca.pem"])
            #expect(refused.code == 3)
            #expect(refused.errors.contains("expired on 2021-01-02 03:04 UTC"), "\(refused.errors)")
            let taken = try await Self.echo(port, ["--tls-accept-any-certificate"])
            #expect(taken.code == 0, "\(taken.everything)")
            #expect(taken.errors.contains("WARNING: the server's certificate is not checked"), "\(taken.errors)")
            #expect(taken.output.contains("(NOT CHECKED)"), "\(taken.output)")
            withExtendedLifetime(server) {}
        }

        @Test("a retired profile works, and says so")
        func retiredProfile() async throws {
            let files = try await Self.certificates()
            let (server, port) = try await Self.serve([
                "--tls-cert", files / "rsa.pem", "--tls-key", files / "rsa.key", "--tls-profile", "aes",
            ])
            #expect(server.errors.contains("WARNING: TLS profile aes is retired"), "\(server.errors)")
            let modern = try await Self.echo(port, ["--tls-ca", files / "ca.pem"])
            #expect(modern.code == 3)
            #expect(modern.errors.contains("no TLS version or cipher in common"), "\(modern.errors)")
            let old = try await Self.echo(port, ["--tls-ca", files / "ca.pem", "--tls-profile", "bcp195"])
            #expect(old.code == 0, "\(old.everything)")
            #expect(old.errors.contains("WARNING: TLS profile bcp195 is retired"), "\(old.errors)")
        }

        @Test("texts of a certificate reach the terminal without what could move it")
        func hostileCertificate() async throws {
            let files = try await Self.certificates()
            let (server, port) = try await Self.serve([
                "--tls-cert", files / "hostile.pem", "--tls-key", files / "hostile.key",
            ])
            for arguments in [["--tls-ca", files / "other-ca.pem"], ["--tls-accept-any-certificate"]] {
                let result = try await Self.echo(port, arguments)
                #expect(result.everything.contains("RED"), "\(result.everything)")
                #expect(hostileScalars(in: result.output) == [])
                #expect(hostileScalars(in: result.errors) == [])
            }
            withExtendedLifetime(server) {}
        }

        @Test("a plain server called with TLS, and its words")
        func plainServer() async throws {
            let (server, port) = try await Self.serve([])
            let result = try await Self.echo(port, ["--tls"])
            #expect(result.code == 3)
            #expect(result.errors.contains("unencrypted DICOM instead of TLS"), "\(result.errors)")
            try await server.until("tell") { !$0.errors.isEmpty }
            #expect(server.errors.contains("--tls-cert switches it on"), "\(server.errors)")
        }

        @Test("options of serve that do not go together are told before it starts")
        func serveUsage() async throws {
            let files = try await Self.certificates()
            let cases: [([String], String)] = [
                (["--tls-ca", files / "ca.pem"], "--tls-cert"),
                (["--tls-cert", files / "both.pem", "--tls-client-certificates", "required"], "needs --tls-ca"),
                (
                    ["--tls-cert", files / "both.pem", "--tls-client-certificates", "perhaps"],
                    "required, requested or none"
                ),
                (
                    [
                        "--tls-cert", files / "both.pem", "--tls-ca", files / "ca.pem", "--tls-client-certificates",
                        "none",
                    ],
                    "leave out"
                ),
                (["--tls-cert", files / "server.pem"], "holds no private key"),
                (["--tls-cert", files / "both.pem", "--tls-profile", "ssl3"], "is no TLS profile"),
            ]
            for (arguments, words) in cases {
                let result = try await Program.run(["serve", "--port", "0"] + arguments)
                #expect(result.code == 2, "\(arguments) \(result.everything)")
                #expect(result.errors.contains(words), "\(arguments) \(result.everything)")
            }
        }

        // MARK: In the configuration

        private static func configured(_ files: TemporaryFolder, _ port: Int, _ tls: String) throws {
            try files.write(
                "[[server]]\nname = \"RIS\"\nhost = \"127.0.0.1\"\nport = \(port)\ncalled_ae = \"RIS\"\n\(tls)\n",
                to: ".config/worklist/config.toml"
            )
        }

        @Test("config.toml may say it all, with paths relative to itself; options go over it")
        func configuration() async throws {
            let files = try await Self.certificates()
            let environment = ["HOME": files.path]
            let (server, port) = try await Self.serve(["--tls-cert", files / "both.pem", "--tls-ca", files / "ca.pem"])
            let tables = [
                "tls = { ca = \"../../ca.pem\", certificate = \"../../client.pem\", key = \"../../client.key\" }",
                "tls = { ca = [\"../../other-ca.pem\", \"../../ca.pem\"], certificate = \"\(files.path)/client.pem\", "
                    + "key = \"../../client.key\", profile = \"bcp195-8996-mod\", name = \"localhost\" }",
                "[server.tls]\nca = \"../../ca.pem\"\ncertificate = \"../../client.pem\"\nkey = \"../../client.key\"",
            ]
            for table in tables {
                try Self.configured(files, port, table)
                let result = try await Program.run(["echo"], environment: environment)
                #expect(result.code == 0, "\(table) \(result.everything)")
                #expect(result.output.contains("  TLS 1.3"))
            }
            let other = try await Program.run(["echo", "--tls-ca", files / "other-ca.pem"], environment: environment)
            #expect(other.code == 3)
            #expect(other.errors.contains("not among the trusted"), "\(other.errors)")
            let plain = try await Program.run(["echo", "--no-tls"], environment: environment)
            #expect(plain.errors.contains("answered with TLS"), "\(plain.errors)")
            try Self.configured(files, port, "tls = true")
            let system = try await Program.run(["echo"], environment: environment)
            #expect(system.errors.contains("(those of this system)"), "\(system.errors)")
            try Self.configured(files, port, "tls = false")
            #expect(try await Program.run(["echo"], environment: environment).errors.contains("answered with TLS"))
            withExtendedLifetime(server) {}
        }

        @Test("what is wrong with it in config.toml is told with its line")
        func wrongConfiguration() async throws {
            let files = try TemporaryFolder()
            let cases = [
                ("tls = \"yes\"", "must be true, false, or a table"), ("tls = { ka = \"x\" }", "unknown key 'ka'"),
                ("tls = { ca = 1 }", "ca must be"), ("tls = { ca = [1] }", "ca must be"),
                ("tls = { ca = [] }", "ca must be"),
                ("tls = { key_password_file = \"x\" }", "key_password_file needs certificate"),
                ("tls = { profile = \"x\" }", "is no TLS profile"), ("tls = { key = \"x\" }", "key needs certificate"),
            ]
            for (table, words) in cases {
                try Self.configured(files, 104, table)
                let result = try await Program.run(["echo"], environment: ["HOME": files.path])
                #expect(result.code == 2)
                #expect(result.errors.contains("config.toml:6: [[server]]: tls"), "\(result.errors)")
                #expect(result.errors.contains(words), "\(result.errors)")
            }
            try Self.configured(files, 104, "tls = { ca = \"missing.pem\" }")
            let result = try await Program.run(["echo"], environment: ["HOME": files.path])
            #expect(result.code == 2)
            #expect(result.errors.contains("/.config/worklist/missing.pem: no such file"), "\(result.errors)")
        }

        @Test("the browser uses it, says what fails, and keeps it when a server is edited and saved")
        func browser() async throws {
            let files = try await Self.certificates()
            let (server, port) = try await Self.serve(["--tls-cert", files / "both.pem"])
            try Self.configured(files, port, "tls = { ca = \"../../ca.pem\" }")
            let edited = try await Program.run(
                ["browse", "--wait-timeout", "20", "--script", "-"],
                environment: ["HOME": files.path],
                input: """
                    :wait outcome
                    :assert "7 rows"
                    v
                    e
                    end
                    "2"
                    tab
                    tab
                    tab
                    tab
                    tab
                    tab
                    tab
                    tab
                    enter
                    :wait text "saved in"
                    q
                    """
            )
            #expect(edited.code == 0, "\(edited.everything)")
            let saved = try files.read(".config/worklist/config.toml")
            #expect(saved.contains("name = \"RIS2\""), "\(saved)")
            #expect(
                saved.split(separator: "\n").last?.hasPrefix("tls = { ca = [\"\(files.path)/.config") == true,
                "\(saved)"
            )
            let again = try await Program.run(["echo", "--server", "RIS2"], environment: ["HOME": files.path])
            #expect(again.code == 0, "\(again.everything)")
            for (table, words) in [("../../other-ca.pem", "which is not among"), ("none.pem", "cannot read")] {
                try Self.configured(files, port, "tls = { ca = \"\(table)\" }")
                let failed = try await Program.run(
                    ["browse", "--wait-timeout", "20", "--size", "160x40", "--script", "-"],
                    environment: ["HOME": files.path],
                    input: ":wait text \"\(words)\"\nq\n"
                )
                #expect(failed.code == 0, "\(failed.everything)")
            }
            withExtendedLifetime(server) {}
        }
    }
}
