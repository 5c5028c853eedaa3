import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

extension Interoperability {
    /// Identifiers with every kind of value, there and back through pydicom, in every transfer syntax this library has.
    @Suite("Transfer syntaxes")
    struct TransferSyntaxTests {
        private let query = ServiceQuery.worklist

        /// Numbers of every size and sign, text in several character sets, bytes, tags, nested and empty sequences, and more
        /// than fits into one PDU.
        private func identifier(_ behaviour: Behaviour) throws -> DataSet {
            var dataSet = DataSet()
            dataSet.declare(SpecificCharacterSet(parsing: "\\ISO 2022 IR 87".utf8))
            let texts: [(String, String)] = [
                ("PatientName", "Yamada^Tarou=山田^太郎=やまだ^たろう"), ("PatientID", "PAT000123"),
                ("PregnancyStatus", "4"), ("AcquisitionDuration", "1.5"), ("RegionLocationMinX0", "4294967295"),
                ("ReconstructionTargetCenterPatient", "0.5\\-1.25\\1024.0"), ("ReferencePixelX0", "-2147483648"),
                ("TagAngleSecondAxis", "-32768"), ("SelectorFLValue", "0.5\\-2.25"), ("PatientWeight", "70.5"),
                ("FrameIncrementPointer", "(0018,1063)\\(0054,0010)"), ("PatientComments", behaviour.text),
                ("SelectorUVValue", "18446744073709551615"), ("SelectorSVValue", "-9223372036854775808"),
                ("ReferencedStudySequence", ""), ("OtherPatientIDs", "A\\B\\C"),
                ("RetrieveURL", "https://pacs.example/a b"),
                ("TextValue", String(repeating: "山田 wa ", count: 8_000) + "."),
            ]
            for (keyword, text) in texts {
                try dataSet.set(try #require(DataDictionary.tag(keyword: keyword)), text)
            }
            let bytes = try #require(DataDictionary.tag(keyword: "EncapsulatedDocument"))
            dataSet.set(DataElement(tag: bytes, vr: .OB, bytes: (0...255).map { UInt8($0) }))
            var code = DataSet(inheriting: dataSet.characterSet)
            try code.set(try #require(DataDictionary.tag(keyword: "CodeMeaning")), "胸部")
            var step = DataSet(inheriting: dataSet.characterSet)
            try step.set(.modality, "CT")
            step.setItems(.scheduledProtocolCodeSequence, [code, code])
            var other = DataSet(inheriting: dataSet.characterSet)
            try other.set(.modality, "MR")
            dataSet.setItems(.scheduledProcedureStepSequence, [step, other])
            return dataSet
        }

        @Test("Our client's queries and pynetdicom's answers keep every value", arguments: TransferSyntax.supported)
        func client(_ transferSyntax: TransferSyntax) async throws {
            var configuration = OurClient.configuration(
                port: try Peers.running.services.port,
                sopClasses: [query.sopClass]
            )
            configuration.transferSyntaxes = [transferSyntax]
            let association = try await Association.connect(configuration)
            let identifier = try identifier(.matches(2))
            let answer = try await ServiceAnswer(
                reading: try await association.find(identifier, sopClass: query.sopClass)
            )
            #expect(await association.release() == .released)
            #expect(answer.outcome == .complete)
            #expect(answer.transferSyntax == transferSyntax)
            #expect(answer.matches == query.matches(1...2, of: Texts.flat(identifier)))
        }

        @Test("pynetdicom's queries and our server's answers keep every value", arguments: TransferSyntax.supported)
        func server(_ transferSyntax: TransferSyntax) async throws {
            let keys = Texts.flat(try identifier(.matches(2)))
            try await ServiceServer.with { server in
                let plan = PynetdicomPlan(
                    port: server.port,
                    sopClasses: [query.sopClass],
                    transferSyntaxes: [transferSyntax.uid],
                    steps: [.find(query.sopClass, keys)]
                )
                let transcript = try #require(try await PynetdicomClient.run(plan).first)
                let answer = try #require(transcript.answers.first)
                #expect(transcript.negotiated?.contexts[query.sopClass]?.transferSyntax == transferSyntax.uid)
                #expect(answer.statuses == [0xFF00, 0xFF00, 0x0000])
                // As this library wrote the keys, as pydicom read them, and as our handler read what pydicom wrote.
                #expect(server.requests.all.map(\.asked) == [keys])
                #expect(answer.responses.dropLast().map(\.texts) == query.matches(1...2, of: answer.asked ?? [:]))
                #expect(answer.asked == keys)
            }
        }
    }
}
