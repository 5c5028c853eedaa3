import Foundation
import Testing

extension Commands {
    /// `worklist find -k` and `--query`: what is asked.
    @Suite("find asks")
    struct FindKeyTests {
        /// What reaches the server.
        private static func keys(_ arguments: [String]) async throws -> [String: String] {
            let peer = try Peer.server(matches: [Wire.match(0)])
            let result = try await Program.run(["find", "--to", peer.address, "--format", "none"] + arguments)
            #expect(result.code == 0, "\(result.everything)")
            return try #require(peer.queries.first)
        }

        /// Wrong usage: exit code 2, and nothing was sent.
        private static func refusal(_ arguments: [String]) async throws -> String {
            let peer = try Peer.server(matches: [])
            let result = try await Program.run(["find", "--to", peer.address] + arguments)
            #expect(result.code == 2, "\(result.everything)")
            #expect(result.output == "")
            #expect(peer.events == [], "nothing may be sent")
            #expect(result.errors.hasPrefix("worklist: ") || result.errors.contains("Error: "))
            return result.errors
        }

        @Test(
            "every spelling of a path",
            arguments: [
                ("PatientName=SMI*", "00100010", "SMI*"),
                ("(0010,0010)=SMI*", "00100010", "SMI*"),
                ("0010,0010=SMI*", "00100010", "SMI*"),
                ("00100010=SMI*", "00100010", "SMI*"),
                ("Patient's Name=SMI*", "00100010", "SMI*"),
                ("ScheduledProcedureStepSequence[0].Modality=CT", "00400100.00080060", "CT"),
                ("(0040,0100)[0].(0008,0060)=CT", "00400100.00080060", "CT"),
                ("ScheduledProcedureStepSequence/Modality=CT", "00400100.00080060", "CT"),
                ("SPS.Modality=CT", "00400100.00080060", "CT"),
                ("Modality=CT", "00400100.00080060", "CT"),
                ("ScheduledStationAETitle=CT01", "00400100.00400001", "CT01"),
                ("SPS.ScheduledProtocolCodeSequence.CodeValue=A", "00400100.00400008.00080100", "A"),
                ("(0009,1001):LO=X", "00091001", "X"),
                ("PatientName=YAMADA^Tarou=a=b", "00100010", "YAMADA^Tarou=a=b"),
            ]
        )
        func spelling(_ key: String, _ path: String, _ value: String) async throws {
            let keys = try await Self.keys(["-k", key])
            #expect(keys[path] == value, "\(keys)")
        }

        @Test("a key without a value is returned, not matched")
        func returnKey() async throws {
            let keys = try await Self.keys(["--model", Wire.worklist, "-k", "PatientID", "-k", "SPS.Modality"])
            #expect(keys == ["00100020": "", "00400100": "", "00400100.00080060": ""])
        }

        @Test("a later key replaces an earlier one")
        func repeated() async throws {
            #expect(try await Self.keys(["-k", "PatientID=1", "-k", "PatientID=2"])["00100020"] == "2")
        }

        @Test("relative dates become dates")
        func relativeDates() async throws {
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = .gmt
            func day(_ offset: Int) throws -> String {
                let date = try #require(calendar.date(byAdding: .day, value: offset, to: Date()))
                let parts = calendar.dateComponents([.year, .month, .day], from: date)
                let year = try #require(parts.year)
                let month = try #require(parts.month)
                return String(year * 10_000 + month * 100 + (try #require(parts.day)))
            }
            let before = try (day(0), day(-7))
            let today = try await Self.keys(["-k", "ScheduledProcedureStepStartDate=today"])["00400100.00400002"]
            let week = try await Self.keys(["-k", "SPS.ScheduledProcedureStepStartDate=-7d..today"])
            // Midnight may pass between the two.
            let after = try (day(0), day(-7))
            #expect([before.0, after.0].contains(today))
            #expect(
                ["\(before.1)-\(before.0)", "\(after.1)-\(after.0)"].contains(week["00400100.00400002"])
            )
        }

        @Test("names in other scripts travel in a character set that holds them")
        func characterSet() async throws {
            let keys = try await Self.keys(["-k", "PatientName=山田*"])
            #expect(keys["00080005"] == "ISO_IR 192")
            #expect(keys["00100010"] == "山田*")
            let plain = try await Self.keys(["-k", "PatientName=SMITH*"])
            #expect(plain["00080005"] == nil)
        }

        @Test(
            "--model takes a SOP class UID, and patient and study",
            arguments: [
                ("1.2.840.10008.5.1.4.1.2.1.1", "1.2.840.10008.5.1.4.1.2.1.1", "PATIENT"),
                ("patient", "1.2.840.10008.5.1.4.1.2.1.1", "PATIENT"),
                ("study", "1.2.840.10008.5.1.4.1.2.2.1", "STUDY"),
            ]
        )
        func model(_ model: String, _ sopClass: String, _ level: String) async throws {
            let peer = try Peer { connection in
                let request = try connection.accept()
                for context in request.contexts { connection.note(context.abstractSyntax) }
                let query = try connection.receiveRequest()
                try connection.stream(query, count: 1)
                try connection.drain()
            }
            let keys = ["-k", "QueryRetrieveLevel=\(level)", "-k", "PatientName=SMITH*"]
            let result = try await Program.run(["find", "--to", peer.address, "--model", model] + keys)
            #expect(result.code == 0, "\(result.everything)")
            #expect(peer.events.contains(sopClass))
            #expect(peer.queries.first?["00080052"] == level)
            #expect(peer.queries.first?["00100010"] == "SMITH*")
        }

        @Test("our and the server's AE titles are those given")
        func titles() async throws {
            let peer = try Peer.server(matches: [])
            _ = try await Program.run(["find", "--to", "SOMERIS@127.0.0.1:\(peer.port)", "--as", "CT01"])
            #expect(peer.events.first == "associate CT01 > SOMERIS")
        }

        // MARK: Refused before anything is sent

        @Test("a misspelt keyword, and names what may have been meant")
        func misspelt() async throws {
            let errors = try await Self.refusal(["-k", "PatientNam=SMITH"])
            #expect(errors.contains("PatientNam"))
            #expect(errors.contains("did you mean PatientName?"))
        }

        @Test(
            "a value that its VR cannot have, naming key and form",
            arguments: [
                ("PatientBirthDate=1970", "PatientBirthDate", "YYYYMMDD"),
                ("SPS.ScheduledProcedureStepStartTime=25:00", "ScheduledProcedureStepStartTime", "HHMM"),
                ("StudyInstanceUID=1.2.x", "StudyInstanceUID", "UI"),
                ("PatientBirthDate=1970*", "PatientBirthDate", "wildcard"),
                ("PatientName.Modality=CT", "PatientName", "sequence"),
                ("ScheduledProcedureStepSequence=CT", "ScheduledProcedureStepSequence", "inside"),
                ("=CT", "=CT", "attribute is missing"),
                ("(0010,00)=x", "(0010,00)", "not a tag"),
                ("SPS[x].Modality=CT", "[x]", "item number"),
            ]
        )
        func wrongValue(_ key: String, _ name: String, _ words: String) async throws {
            let errors = try await Self.refusal(["-k", key])
            #expect(errors.contains(name))
            #expect(errors.contains(words), "\(errors)")
        }

        @Test("a value that cannot be encoded: never sent as something else")
        func notEncodable() async throws {
            let errors = try await Self.refusal(["-k", "SpecificCharacterSet=ISO_IR 100", "-k", "PatientName=山田*"])
            #expect(errors.contains("PatientName"))
            #expect(errors.contains("山"))
            #expect(errors.contains("ISO_IR 192"))
        }

        @Test("an unknown character set for the query")
        func unknownCharacterSet() async throws {
            let errors = try await Self.refusal(["-k", "SpecificCharacterSet=ISO_IR 999", "-k", "PatientName=山田*"])
            #expect(errors.contains("ISO_IR 999"))
        }

        @Test(
            "a model, a level, a limit that there is not",
            arguments: [
                (["--model", "worklst"], "worklst"),
                (["--model", "study", "-k", "QueryRetrieveLevel=EXAM"], "EXAM"),
                (["--limit", "-1"], "limit"),
                (["--limit", "many"], "many"),
                (["--cancel-after", "0"], "cancel-after"),
                (["--timeout", "0"], "timeout"),
                (["--timeout", "1e300"], "timeout"),
                (["--timeout", "nan"], "timeout"),
                (["--max-pdu", "5"], "max-pdu"),
                (["--as", "A-TITLE-THAT-IS-TOO-LONG"], "A-TITLE-THAT-IS-TOO-LONG"),
                (["--bogus"], "bogus"),
            ]
        )
        func wrongUsage(_ arguments: [String], _ words: String) async throws {
            #expect(try await Self.refusal(arguments).contains(words))
        }

        @Test(
            "an address that is none",
            arguments: ["nonsense", "RIS@", "RIS@host:99999", "@host:104", "RIS@[::1:104"]
        )
        func wrongAddress(_ address: String) async throws {
            let result = try await Program.run(["find", "--to", address])
            #expect(result.code == 2)
            #expect(result.errors.contains("AE@HOST:PORT") || result.errors.contains("AE title"), "\(result.errors)")
        }

        // MARK: Query files

        @Test("--query reads model, keys and values; -k adds to them")
        func queryFile() async throws {
            let folder = try TemporaryFolder()
            let path = try folder.write(
                """
                name = "CT today"
                model = "worklist"

                [keys]
                PatientName = "SMI*"
                "SPS.Modality" = "CT"
                "(0040,0100)[0].(0040,0001)" = ""
                """,
                to: "ct.toml"
            )
            let keys = try await Self.keys(["--query", path, "-k", "PatientID=7"])
            #expect(keys["00100010"] == "SMI*")
            #expect(keys["00400100.00080060"] == "CT")
            #expect(keys["00400100.00400001"] == "")
            #expect(keys["00100020"] == "7")
        }

        @Test(
            "an error in a query file, with file and line",
            arguments: [
                ("name = \"x\"\n[keys]\nPatientNam = \"A\"\n", 3, "did you mean PatientName?"),
                ("[keys]\nPatientID = \"A\"\n\"PatientBirthDate\" = \"1970\"\n", 3, "YYYYMMDD"),
                ("[keys]\nPatientID = 7\n", 2, "text in quotes"),
                ("model = \"worklst\"\n[keys]\n", 1, "worklst"),
                ("model = 7\n[keys]\n", 1, "text in quotes"),
                ("name = \"x\"\ncolour = \"red\"\n[keys]\n", 2, "colour"),
                ("[keys]\nPatientID = \"A\n", 2, "TOML"),
                ("[keys]\n\nSPS.Modality = \"CT\"\n", 3, "in quotes"),
            ]
        )
        func queryFileError(_ text: String, _ line: Int, _ words: String) async throws {
            let folder = try TemporaryFolder()
            let path = try folder.write(text, to: "q.toml")
            let errors = try await Self.refusal(["--query", path])
            #expect(errors.contains("\(path):\(line): "), "\(errors)")
            #expect(errors.contains(words), "\(errors)")
        }

        @Test("a query file that cannot be read, or has no keys")
        func unreadableQueryFile() async throws {
            let folder = try TemporaryFolder()
            #expect(try await Self.refusal(["--query", folder / "none.toml"]).contains("no such file"))
            let empty = try folder.write("name = \"x\"\n", to: "empty.toml")
            #expect(try await Self.refusal(["--query", empty]).contains("[keys] is missing"))
            let binary = try folder.write([0x5B, 0xFF, 0xFE, 0x0A], to: "binary.toml")
            #expect(try await Self.refusal(["--query", binary]).contains("UTF-8"))
        }
    }
}
