import Foundation
import Testing

extension Commands {
    /// Each misfortune has a sentence that says what, where and what to do, and an exit code.
    @Suite("Bad luck")
    struct BadLuckTests {
        private static func expect(
            _ result: Child.Result,
            code: Int32,
            _ words: [String],
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            #expect(result.code == code, "\(result.everything)", sourceLocation: sourceLocation)
            let sentences = result.errors.split(separator: "\n")
            #expect(sentences.count == 1, "\(result.errors)", sourceLocation: sourceLocation)
            #expect(result.errors.hasPrefix("worklist: "), "\(result.errors)", sourceLocation: sourceLocation)
            for word in words {
                #expect(result.errors.contains(word), "\(word) in \(result.errors)", sourceLocation: sourceLocation)
            }
        }

        /// `find` and `echo` alike, and the summary of `find`.
        private static func expectNoAssociation(
            _ peer: Peer,
            code: Int32,
            arguments: [String] = [],
            _ words: [String]
        ) async throws {
            for command in ["find", "echo"] {
                expect(try await Program.run([command, "--to", peer.address] + arguments), code: code, words)
            }
            let result = try await Program.run(["find", "--to", peer.address, "--summary", "json"] + arguments)
            #expect(result.code == code)
            let summary = try Summary(result)
            #expect(summary.outcome == (code == 4 ? "rejected" : "not-connected"))
            #expect(summary.error?.isEmpty == false)
        }

        // MARK: No association

        @Test("an unknown host", arguments: ["find", "echo"])
        func unknownHost(_ command: String) async throws {
            // Reserved by RFC 6761: it never exists.
            let result = try await Program.run([command, "--to", "RIS@no-such-host.invalid:104", "--timeout", "10"])
            Self.expect(result, code: 3, ["no-such-host.invalid", "Check the spelling"])
        }

        @Test("a port where nobody listens", arguments: ["find", "echo"])
        func refusedPort(_ command: String) async throws {
            try await Peer.withClosedPort { port in
                let result = try await Program.run([command, "--to", "RIS@127.0.0.1:\(port)"])
                Self.expect(result, code: 3, ["127.0.0.1 port \(port)", "refused", "Check host and port"])
            }
        }

        @Test("a server that says nothing", arguments: ["find", "echo"])
        func silent(_ command: String) async throws {
            let peer = try Peer { connection in try connection.drain() }
            let result = try await Program.run([command, "--to", peer.address, "--timeout", "1"])
            Self.expect(result, code: 3, [peer.address, "did not answer", "1 s", "--timeout"])
        }

        @Test("a called AE title that the server does not know")
        func calledTitle() async throws {
            let peer = try Self.rejecting(reason: 7)
            try await Self.expectNoAssociation(peer, code: 4, [peer.address, "called AE title", "AE title"])
        }

        @Test("our own AE title, which the server does not know")
        func callingTitle() async throws {
            let peer = try Self.rejecting(reason: 3)
            try await Self.expectNoAssociation(
                peer,
                code: 4,
                arguments: ["--as", "CT99"],
                [peer.address, "calling AE title", "Ask the administrator"]
            )
        }

        private static func rejecting(reason: UInt8) throws -> Peer {
            try Peer { connection in
                _ = try connection.receiveAssociationRequest()
                try connection.send(Wire.reject(result: 1, source: 1, reason: reason))
                try connection.drain()
            }
        }

        @Test("a service that the server does not offer")
        func refusedContext() async throws {
            let peer = try Peer { connection in
                try connection.accept { _ in 3 }
                try connection.drain()
            }
            let find = try await Program.run(["find", "--to", peer.address])
            Self.expect(find, code: 4, [peer.address, "Modality Worklist", "Ask the administrator"])
            let echo = try await Program.run(["echo", "--to", peer.address])
            Self.expect(echo, code: 4, [peer.address, "Verification", "Ask the administrator"])
        }

        @Test("an abort instead of an answer")
        func abortedEarly() async throws {
            let peer = try Peer { connection in
                _ = try connection.receiveAssociationRequest()
                try connection.send(Wire.abort(source: 0, reason: 0))
            }
            try await Self.expectNoAssociation(peer, code: 3, [peer.address, "aborted", "log"])
        }

        @Test("a connection closed instead of an answer")
        func closedEarly() async throws {
            let peer = try Peer { connection in _ = try connection.receiveAssociationRequest() }
            try await Self.expectNoAssociation(peer, code: 3, [peer.address, "closed", "administrator"])
        }

        @Test("a web server on the port")
        func webServer() async throws {
            let peer = try Peer { connection in
                _ = try connection.receivePDU()
                try connection.send(Array("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<html>".utf8))
            }
            try await Self.expectNoAssociation(peer, code: 3, ["port \(peer.port)", "HTTP", "Check the port"])
        }

        @Test("a TLS server on the port")
        func tlsServer() async throws {
            let peer = try Peer { connection in
                _ = try connection.receivePDU()
                // An alert, fatal, unexpected message (RFC 8446 6).
                try connection.send([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x0A])
            }
            try await Self.expectNoAssociation(peer, code: 3, ["port \(peer.port)", "TLS", "unencrypted port"])
        }

        @Test("bytes that are nothing at all")
        func garbage() async throws {
            let peer = try Peer { connection in
                _ = try connection.receivePDU()
                try connection.send([UInt8](repeating: 0xA5, count: 300))
                try? connection.drain()
            }
            try await Self.expectNoAssociation(peer, code: 3, ["port \(peer.port)", "Check the port"])
        }

        // MARK: In the middle of a query

        /// A server that sends three matches, and then what `then` does.
        private static func broken(
            _ then: @escaping @Sendable (Connection, Wire.Query) throws -> Void
        ) throws -> Peer {
            try Peer.server { connection, query in
                for number in 0..<3 {
                    try connection.send(Wire.response(query, status: 0xFF00, identifier: Wire.match(number)))
                }
                try then(connection, query)
                throw Connection.Failure.closed
            }
        }

        private static func expectRowsKept(
            _ peer: Peer,
            outcome: String,
            _ words: [String],
            arguments: [String] = []
        ) async throws {
            let find = ["find", "--to", peer.address, "--format", "jsonl"] + arguments
            let result = try await Program.run(find)
            expect(result, code: 6, words + ["3 rows had come"])
            #expect(result.lines.count == 3, "the rows that had come stay")
            #expect(try Summary(try await Program.run(find + ["--summary", "json"])).outcome == outcome)
        }

        @Test("an abort by the server keeps the rows")
        func aborted() async throws {
            let peer = try Self.broken { connection, _ in try connection.send(Wire.abort(source: 0, reason: 0)) }
            try await Self.expectRowsKept(peer, outcome: "aborted", ["aborted the association", "Try again"])
        }

        @Test("a lost connection keeps the rows")
        func lost() async throws {
            let peer = try Self.broken { _, _ in }
            try await Self.expectRowsKept(peer, outcome: "lost", ["connection was lost", "Try again"])
        }

        @Test("a PDU that breaks off keeps the rows")
        func truncatedPDU() async throws {
            let peer = try Self.broken { connection, query in
                let whole = Wire.response(query, status: 0xFF00, identifier: Wire.match(3))
                try connection.send(Array(whole.dropLast(40)))
            }
            try await Self.expectRowsKept(peer, outcome: "lost", ["connection was lost", "Try again"])
        }

        @Test("a PDU that stops coming keeps the rows")
        func stalledPDU() async throws {
            let peer = try Self.broken { connection, query in
                let whole = Wire.response(query, status: 0xFF00, identifier: Wire.match(3))
                try connection.send(Array(whole.dropLast(40)))
                try connection.drain()
            }
            let result = try await Program.run(
                ["find", "--to", peer.address, "--format", "jsonl", "--timeout", "1"]
            )
            Self.expect(result, code: 6, ["3 rows had come"])
            #expect(result.lines.count == 3)
        }

        @Test("a PDU that cannot be read keeps the rows")
        func malformedPDU() async throws {
            let peer = try Self.broken { connection, query in
                // The value in it claims to be longer than the PDU.
                try connection.send(Wire.pdu(4, [0, 0, 0xFF, 0, query.context, 3, 0, 0]))
                try connection.drain()
            }
            try await Self.expectRowsKept(peer, outcome: "aborted", ["broke the protocol", "so we aborted"])
            try await peer.until("abort")
        }

        @Test("a server that falls silent keeps the rows")
        func silentInTheMiddle() async throws {
            let peer = try Self.broken { connection, _ in try connection.drain() }
            try await Self.expectRowsKept(
                peer,
                outcome: "timedOut",
                ["the next response", "1.0 s", "--timeout"],
                arguments: ["--timeout", "1"]
            )
        }

        @Test("nothing but silence after the request is a network failure")
        func silentAfterRequest() async throws {
            let peer = try Peer.server { connection, _ in try connection.drain() }
            let result = try await Program.run(["find", "--to", peer.address, "--timeout", "1"])
            Self.expect(result, code: 3, ["the first response", "0 rows had come", "--timeout"])
        }

        @Test(
            "a match with a data set that breaks off is a row, and is counted",
            arguments: ["table", "jsonl", "dump"]
        )
        func malformedDataSet(_ format: String) async throws {
            let peer = try Peer.server(matches: [
                Wire.match(0), Array(Wire.match(1).dropLast(30)), Wire.match(2),
            ])
            let result = try await Program.run(["find", "--to", peer.address, "--format", format])
            Self.expect(result, code: 0, ["1 row has", "cannot be read"])
            #expect(result.output.contains("PID000001"), "what can be read of it is shown")
            #expect(result.output.contains("PID000002"), "and so are those after it")
        }

        @Test("an unknown character set is a row, marked and counted")
        func unknownCharacterSet() async throws {
            let peer = try Peer.server(matches: [
                Wire.match(0, nameBytes: Array("M".utf8) + [0xFC] + Array("LLER".utf8), characterSet: "ISO_IR 999")
            ])
            let result = try await Program.run(["find", "--to", peer.address])
            Self.expect(result, code: 0, ["1 row has", "cannot be read as declared"])
            #expect(result.output.contains("? "), "not shown as if it were certain")
            let summary = try Summary(try await Program.run(["find", "--to", peer.address, "--summary", "json"]))
            #expect(summary.damaged_rows == 1)
        }

        @Test("text without a declared character set is guessed, and said to be")
        func undeclaredCharacterSet() async throws {
            let peer = try Peer.server(matches: [
                Wire.match(0, nameBytes: Array("MÜLLER^Jörg".utf8), characterSet: nil)
            ])
            let result = try await Program.run(["find", "--to", peer.address])
            Self.expect(result, code: 0, ["1 row has", "guessed", "assume_character_set"])
            let summary = try Summary(try await Program.run(["find", "--to", peer.address, "--summary", "json"]))
            #expect(summary.guessed_text_rows == 1)
        }

        @Test("a server that is slow to answer the release: all is said before, and the exit code is that of the query")
        func slowRelease() async throws {
            let gate = Gate()
            let peer = try Peer { connection in
                try connection.accept()
                let query = try connection.receiveRequest()
                try connection.stream(query, count: 2)
                guard try connection.receivePDU().type == 5 else { return }
                try gate.wait()
                try connection.send(Wire.releaseResponse)
                try connection.drain()
            }
            let child = try Program.start(["find", "--to", peer.address, "--format", "jsonl", "--summary", "json"])
            try await child.until("print rows and summary") { $0.output.contains("PID000001") && !$0.errors.isEmpty }
            gate.open()
            let result = try await child.result()
            #expect(result.code == 0, "\(result.everything)")
            #expect(try Summary(result).outcome == "complete")
            #expect(!peer.events.contains("abort"), "the summary came while the release was still awaited")
        }

        @Test("a response to somebody else's request is dropped, and counted")
        func stray() async throws {
            let peer = try Peer.server { connection, query in
                let stray = query.messageID &+ 7
                try connection.send(
                    Wire.response(query, status: 0xFF00, identifier: Wire.match(9), messageID: stray)
                )
                try connection.send(Wire.response(query, status: 0xFF00, identifier: Wire.match(0)))
                try connection.send(Wire.response(query, status: 0x0000))
            }
            let result = try await Program.run(
                ["find", "--to", peer.address, "--format", "jsonl", "--summary", "json"]
            )
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.lines.count == 1)
            #expect(try Summary(result).stray_responses == 1)
        }
    }
}
