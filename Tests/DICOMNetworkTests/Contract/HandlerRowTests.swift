import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// Every row of the handler tables against our server, read off a raw socket.
@Suite("Server: what a handler does, and what the peer receives", .serialized) struct HandlerRowTests {
    /// A SOP class of each service class with the common rules, with a form of handler.
    struct Setting: Sendable, CustomTestStringConvertible {
        let service: String
        let form: HandlerForm

        var testDescription: String { "\(service), \(form.rawValue)" }

        static let common: [Setting] = [
            "worklist", "patient", "ups-pull", "product", "hanging-protocol",
        ].flatMap { service in HandlerForm.allCases.map { Setting(service: service, form: $0) } }

        static let relevantPatient: [Setting] = [
            "relevant-patient", "relevant-patient-breast", "relevant-patient-cardiac",
        ].flatMap { service in HandlerForm.allCases.map { Setting(service: service, form: $0) } }
    }

    private func sopClass(_ service: String) throws -> String {
        try #require(FindService.named(service)).sopClass
    }

    @Test("Handler behaviour that has one answer in every service class", arguments: HandlerRow.common, Setting.common)
    func common(row: HandlerRow, setting: Setting) async throws {
        try await row.check(sopClass: try sopClass(setting.service), form: setting.form)
    }

    @Test(
        "Relevant Patient Information: one match or C100",
        arguments: HandlerRow.relevantPatient,
        Setting.relevantPatient
    )
    func relevantPatient(row: HandlerRow, setting: Setting) async throws {
        try await row.check(sopClass: try sopClass(setting.service), form: setting.form)
    }

    @Test("Repository Query: B001 is not the end", arguments: HandlerRow.repository, HandlerForm.allCases)
    func repository(row: HandlerRow, form: HandlerForm) async throws {
        try await row.check(sopClass: try sopClass("repository"), form: form, endsWithStatus: false)
    }

    @Test("Every SOP class with C-FIND is served: matches, then Success", arguments: FindService.standard.map(\.name))
    func everyClass(name: String) async throws {
        let row = HandlerRow("one match", [.decode, .match(1)], gives: [.match(1), .status(0x0000)])
        try await row.check(sopClass: try sopClass(name), form: .writer)
    }

    @Test(
        "A SOP class of one's own is served by the rules of its service class",
        arguments: [
            ServiceClass.basicWorklist, .queryRetrieve, .substanceAdministration, .unifiedProcedureStep,
            .relevantPatient,
        ]
    )
    func privateClass(serviceClass: ServiceClass) async throws {
        let isRelevantPatient = serviceClass == .relevantPatient
        let row = HandlerRow(
            "a private SOP class",
            [.match(1, 0xFF01), .status(0x0000)],
            gives: [.match(1, isRelevantPatient ? 0xFF00 : 0xFF01), .status(0x0000)]
        )
        var services = FindServices()
        let sopClass = "1.2.826.0.1.3680043.9.9999.1"
        try services.register(
            FindService(sopClass: sopClass, name: "night-list", title: "Night list", serviceClass: serviceClass)
        )
        try await row.check(sopClass: sopClass, form: .writer, services: services)
    }

    @Test("A SOP class that nobody registered is negotiated, and answered with 0122")
    func unknownClass() async throws {
        let row = HandlerRow("a SOP class without a service", [.match(1)], gives: [.refusal(0x0122)])
        try await row.check(sopClass: "1.2.826.0.1.3680043.9.9999.2", form: .writer)
    }

    @Test("A handler that aborts behind its final status: the status, then A-ABORT")
    func abortBehindFinal() async throws {
        let row = HandlerRow(
            "the handler aborts after its final status",
            [.match(1), .status(0x0000), .abort],
            gives: [.match(1), .status(0x0000), .abort(source: 0, reason: 0)]
        )
        // The sequence of responses is not asked any more behind its final status.
        try await row.check(sopClass: SOPClass.modalityWorklistFind, form: .writer)
    }

    private static let push = "1.2.840.10008.5.1.4.34.6.1"

    @Test(
        "UPS Push named on a context of UPS Pull, Watch or Query is served",
        arguments: ["ups-pull", "ups-watch", "ups-query"]
    )
    func push(service: String) async throws {
        let row = HandlerRow("UPS Push over another context", [.match(1)], gives: [.match(1), .status(0x0000)])
        try await row.check(sopClass: try sopClass(service), form: .writer, requested: Self.push)
    }

    @Test("C-FIND on a context of UPS Push or UPS Event, which have none: 0122", arguments: [1, 4])
    func pushContext(number: Int) async throws {
        let sopClass = "1.2.840.10008.5.1.4.34.6.\(number)"
        let row = HandlerRow("C-FIND on a UPS class without it", [.match(1)], gives: [.refusal(0x0122)])
        try await row.check(sopClass: sopClass, form: .writer)
    }

    @Test(
        "A handler sees context, association, request and identifier as they came",
        arguments: ["worklist", "patient", "ups-pull", "product", "relevant-patient", "repository"]
    )
    func attributes(service: String) async throws {
        let sopClass = try sopClass(service)
        let seen = Shared<[String]>([])
        try await withServer(policy: ServerConfiguration.policy(sopClasses: [sopClass])) { server in
            server.bindFind { event, _ in
                let same = try event.identifier == event.identifier
                let facts = [
                    "\(event.context.id) \(event.context.abstractSyntax) \(event.context.transferSyntax)",
                    "\(event.association.callingAETitle) \(event.association.calledAETitle)",
                    "\(event.messageID) \(event.request.messageID ?? 0) \(event.request.priority ?? 9) \(event.sopClass)",
                    "\(try event.identifier.state(of: .patientID)) \(event.encodedIdentifier.bytes.count) \(same)",
                    "\(event.isCancelled) \(event.association.remoteAddress.hasPrefix("127.0.0.1:"))",
                ]
                seen.value = facts
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate([SOPClass.verification, sopClass], maximumLength: 0)
                try socket.send(RawSocket.findRequest(0xFFFF, sopClass: sopClass, context: 3))
                let answer = try socket.receiveAnswer()
                #expect(answer == [Wire.status(0).to(0xFFFF, sopClass)])
            }
        }
        #expect(
            seen.value == [
                "3 \(sopClass) \(RawSocket.syntax.uid)", "RAW SERVER", "65535 65535 0 \(sopClass)", "empty 8 true",
                "false true",
            ]
        )
    }

    @Test("A response's command set, byte by byte: its elements in order, no message ID of its own")
    func golden() async throws {
        let bytes = try await withServer { server in
            server.bindFind { _, responder in
                try await responder.send(
                    FindResponse(
                        StatusReply(.pending, errorComment: "odd", offendingElements: [.patientID]),
                        identifier: keys()
                    )
                )
            }
            let port = server.port
            return try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.findRequest(0x0102))
                return [try socket.receivePDU().body, try socket.receivePDU().body, try socket.receivePDU().body]
            }
        }
        let sopClass = RawSocket.uid(SOPClass.modalityWorklistFind)
        func command(_ dataSetType: UInt16, _ status: UInt16, _ more: [(element: UInt16, value: [UInt8])]) -> [UInt8] {
            RawSocket.command(
                [
                    (0x0002, sopClass), (0x0100, RawSocket.two(0x8020)), (0x0120, RawSocket.two(0x0102)),
                    (0x0800, RawSocket.two(dataSetType)), (0x0900, RawSocket.two(status)),
                ] + more
            )
        }
        let words: [(element: UInt16, value: [UInt8])] = [
            (0x0901, [0x10, 0, 0x20, 0]), (0x0902, Array("odd ".utf8)),
        ]
        #expect(bytes[0] == RawSocket.value(3, command(0x0001, 0xFF00, words)))
        #expect(bytes[1] == RawSocket.value(2, HandlerRow.goodIdentifier))
        #expect(bytes[2] == RawSocket.value(3, command(0x0101, 0x0000, [])))
    }
}
