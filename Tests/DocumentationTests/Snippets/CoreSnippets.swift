import DICOMData
import DICOMMatching
import DICOMProtocol
import Testing

/// The listings about data, matching and the protocol without a network, run.
@Suite("Listings: data, matching, protocol")
struct CoreSnippets {
    @Test("Reading a data set: three answers, text, names, sequences, and what was wrong with it")
    func read() throws {
        var source = try item(1)
        var step = DataSet(inheriting: .utf8)
        try step.set(.modality, "CT")
        source.setItems(.scheduledProcedureStepSequence, [step])
        try source.set(.patientSex, "")
        let bytes = try source.encoded(.explicitVRLittleEndian)
        // snippet: read
        let item = try DataSet(decoding: bytes[...], transferSyntax: .explicitVRLittleEndian)
        let name = item.personName(.patientName)?.formatted  // "TEST, N1"
        let modality = item.items(.scheduledProcedureStepSequence).first?.string(.modality)
        switch item.state(of: .patientSex) {
        case .absent, .empty, .present: break  // three different answers
        }
        let raw = item[.patientID]?.bytes  // always at hand
        // end
        #expect(name == "TEST, N1")
        #expect(modality == "CT")
        #expect(item.state(of: .patientSex) == .empty && item.state(of: .patientComments) == .absent)
        #expect(raw.map { Array($0) } == [0x31, 0x20])
        let cut = DataSet(lenient: bytes.dropLast(), transferSyntax: .explicitVRLittleEndian)
        #expect(cut.defect != nil && cut.string(.patientID) == "1")
    }

    @Test("Matching: compiled once, asked for every item, and explained")
    func match() throws {
        var keys = DataSet()
        try keys.set(.patientName, "test*")
        try keys.set(.patientID, "")
        let items = [try item(1), try item(2)]
        // snippet: match
        let query = try CompiledQuery(identifier: keys, rules: .worklist)
        let answers = items.filter(query.matches).map(query.response(for:))
        let why = query.explain(items[0]).map(\.description)
        // end
        #expect(answers.compactMap { $0.string(.patientID) } == ["1", "2"])
        #expect(answers.allSatisfy { $0.state(of: .accessionNumber) == .absent })
        #expect(why.first == "PatientName: 'test*' fits 'TEST^N1' (wild card, PS3.4 C.2.2.2.4)")
    }

    @Test("A query as a list of keys, with relative dates, made into an identifier")
    func query() throws {
        let today = try #require(DICOMDate(year: 2026, month: 11, day: 24))
        // snippet: query
        var query = Query.worklist(.thisModality("CT"))
        query.set(.step(.scheduledProcedureStepStartDate), "today..+2d")
        query.set(AttributePath(to: .patientName), "SMI*")
        let identifier = try query.identifier(now: QueryMoment(date: today))
        // end
        let step = identifier.items(.scheduledProcedureStepSequence).first
        #expect(step?.string(.scheduledProcedureStepStartDate) == "20261124-20261126")
        #expect(step?.string(.modality) == "CT")
        #expect(identifier.string(.patientName) == "SMI*")
    }

    @Test("Two sides of an association without a network: bytes and events only")
    func core() throws {
        // snippet: core
        var proposal = AssociationProposal(calling: try AETitle("CT01"), called: try AETitle("RIS"))
        try proposal.propose(SOPClass.verification, transferSyntaxes: [TransferSyntax.implicitVRLittleEndian.uid])
        var requestor = AssociationCore(requestor: proposal)
        var acceptor = AssociationCore(acceptorAnnouncing: Limits.defaultMaximumLength)
        requestor.connected(now: 0)
        acceptor.connected(now: 0)

        let request = requestor.takeOutput()  // the A-ASSOCIATE-RQ
        _ = acceptor.receive(request.span.bytes, now: 1)
        let negotiator = Negotiator(
            AcceptorPolicy(
                supported: [SupportedContext(SOPClass.verification, transferSyntaxes: ["1.2.840.10008.1.2"])]
            )
        )
        for case .associationRequested(let request) in acceptor.takeEvents() {
            if case .accept(let answer, let negotiated) = negotiator.decide(request) {
                acceptor.accept(answer, negotiated: negotiated, now: 1)
            }
        }
        _ = requestor.receive(acceptor.takeOutput().span.bytes, now: 2)
        // end
        #expect(requestor.isEstablished && acceptor.isEstablished)
    }

    @Test("What a status means depends on the service")
    func status() {
        // snippet: status-meaning
        let status = Status(0xC310)
        let inWorklist = ServiceClass.basicWorklist.statuses.meaning(of: status)
        let inProcedureStep = ServiceClass.unifiedProcedureStep.statuses.meaning(of: status)
        // end
        #expect(inWorklist == "unable to process: the identifier could not be decoded")
        #expect(inProcedureStep == "refused: the procedure step is not yet in progress")
    }
}
