import Foundation
import Testing

extension Commands.Hazards {
    @Suite("Settings with errors")
    struct SettingsTests {
        @Test("rows of another server: a default_server that cannot be read is an error, not the first of the file")
        func brokenDefault() async throws {
            let peer = try Peer.server(matches: [Commands.Hazards.item("SMITH^Anna", id: "4711")])
            let folder = try TemporaryFolder()
            try folder.write(
                """
                default_server = 2

                [[server]]
                name = "FIRST"
                host = "127.0.0.1"
                port = \(peer.port)
                called_ae = "ONE"
                """,
                to: "config.toml"
            )
            let environment = ["WORKLIST_CONFIG_DIR": folder.path]
            let result = try await Program.run(["find", "-k", "PatientID"], environment: environment)
            #expect(result.code == 2, "\(result.everything)")
            #expect(result.everything.contains("default_server must be a text in quotes"), "\(result.everything)")
            #expect(peer.queries.isEmpty)
            let named = try await Program.run(
                ["find", "--server", "FIRST", "-k", "PatientID"],
                environment: environment
            )
            #expect(named.code == 0, "\(named.everything)")
        }
    }
}
