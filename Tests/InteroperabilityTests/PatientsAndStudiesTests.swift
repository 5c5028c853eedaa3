import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import Foundation
import Testing
import WorklistServer

extension Interoperability {
    /// Patient Root and Study Root out of a worklist store (PS3.4 C.6.1, C.6.2).
    @Suite("Patients and studies of a store", .serialized, .timeLimit(.minutes(1)))
    struct PatientsAndStudiesTests {
        /// Two orders for the first patient, one of them in two steps as two items; one order for the second.
        private static let orders: [(id: String, name: String, study: String, accession: String, step: String)] = [
            ("P1", "ADAMS^ADA", "1.2.3.1", "A1", "S1"), ("P1", "ADAMS^ADA", "1.2.3.1", "A1", "S2"),
            ("P1", "ADAMS^ADA", "1.2.3.2", "A2", "S3"), ("P2", "BERG^BO", "1.2.3.3", "A3", "S4"),
        ]

        private func withServer(_ body: (Int) async throws -> Void) async throws {
            let folder = try TemporaryFolder()
            let store = try WorklistStore(path: folder / "day.db")
            let items = try Self.orders.enumerated().map { number, order in
                var step = DataSet()
                try step.set(.modality, vr: .CS, "CT")
                try step.set(.scheduledStationAETitle, vr: .AE, "CT01")
                try step.set(.scheduledProcedureStepStartDate, vr: .DA, "2031020\(number + 1)")
                try step.set(.scheduledProcedureStepStartTime, vr: .TM, "0800")
                try step.set(.scheduledProcedureStepID, vr: .SH, order.step)
                var item = DataSet()
                try item.set(.patientID, vr: .LO, order.id)
                try item.set(.patientName, vr: .PN, order.name)
                try item.set(.studyInstanceUID, vr: .UI, order.study)
                try item.set(.accessionNumber, vr: .SH, order.accession)
                try item.set(.requestedProcedureID, vr: .SH, "R" + order.accession)
                item.set(DataElement(tag: .scheduledProcedureStepSequence, vr: .SQ, value: .items([step])))
                return item
            }
            #expect(try store.put(items).added == 4)
            var policy = ServerConfiguration.policy(sopClasses: WorklistService.sopClasses)
            policy.extendedNegotiation = WorklistNegotiation.answer
            let server = try await DICOMServer.start(ServerConfiguration(port: 0, policy: policy))
            WorklistService(source: store).bind(to: server)
            do {
                try await body(server.port)
            } catch {
                await server.stop()
                throw error
            }
            await server.stop()
        }

        private func findscu(_ model: String, _ keys: [String], port: Int) async throws -> (output: String, count: Int)
        {
            let arguments = ["-v", model, "-aec", Peers.title] + keys.flatMap { ["-k", $0] }
            let result = try await Program.run(
                try Tools.program("findscu"),
                arguments + ["127.0.0.1", String(port)]
            )
            let text = result.output + result.errors
            return (text, text.matches(of: #/Find Response: \d+ /#).count)
        }

        @Test("each patient is answered once, each study once, to findscu")
        func onceEach() async throws {
            try await withServer { port in
                let patients = try await findscu(
                    "-P",
                    ["QueryRetrieveLevel=PATIENT", "PatientID", "PatientName"],
                    port: port
                )
                #expect(patients.count == 2, "\(patients.output)")
                let studies = try await findscu(
                    "-S",
                    ["QueryRetrieveLevel=STUDY", "StudyInstanceUID", "AccessionNumber", "StudyDate"],
                    port: port
                )
                #expect(studies.count == 3, "\(studies.output)")
                let ofOne = try await findscu(
                    "-P",
                    ["QueryRetrieveLevel=STUDY", "PatientID=P1", "StudyInstanceUID"],
                    port: port
                )
                #expect(ofOne.count == 2, "\(ofOne.output)")
                #expect(!ofOne.output.contains("1.2.3.3"), "\(ofOne.output)")
                let day = try await findscu(
                    "-S",
                    ["QueryRetrieveLevel=STUDY", "StudyDate=20310204", "StudyInstanceUID", "PatientName"],
                    port: port
                )
                #expect(day.count == 1 && day.output.contains("BERG^BO"), "\(day.output)")
            }
        }

        @Test("a level that the model does not have, and one that is not scheduled yet, fail and say why")
        func levels() async throws {
            try await withServer { port in
                for (model, level, code) in [
                    (QueryModel.studyRoot, "PATIENT", UInt16(0xA900)), (.patientRoot, "SERIES", 0xC000),
                    (.patientRoot, "", 0xA900),
                ] {
                    let association = try await OurClient.associate(port: port, model.sopClassUID)
                    var identifier = DataSet()
                    try identifier.set(.queryRetrieveLevel, vr: .CS, level)
                    try identifier.set(.patientID, vr: .LO, "P1")
                    let find = try await association.find(identifier, sopClass: model.sopClassUID)
                    for await _ in find { Issue.record("\(model) \(level) was answered") }
                    let outcome = await find.result.outcome
                    guard case .failed(let failure) = outcome else {
                        Issue.record("\(model) \(level): \(outcome)")
                        continue
                    }
                    #expect(failure.status.code == code)
                    #expect(failure.offendingElements == [.queryRetrieveLevel])
                    await association.release()
                }
            }
        }

        @Test("a count that nobody can know yet is flagged as not matched, and rows come all the same")
        func counts() async throws {
            try await withServer { port in
                let association = try await OurClient.associate(port: port, QueryModel.studyRoot.sopClassUID)
                var identifier = DataSet()
                try identifier.set(.queryRetrieveLevel, vr: .CS, "STUDY")
                try identifier.set(.studyInstanceUID, vr: .UI, "")
                try identifier.set(.numberOfStudyRelatedInstances, vr: .IS, "5")
                var count = 0
                for await match in try await association.find(identifier, sopClass: QueryModel.studyRoot.sopClassUID) {
                    #expect(match.status == .pendingWithUnsupportedKeys)
                    count += 1
                }
                #expect(count == 3)
                await association.release()
            }
        }
    }
}
