import DICOMData
import DICOMMatching
import DICOMProtocol
import Testing
import WorklistServer

extension Interoperability {
    /// The servers that are played, beside those they play, over the same files.
    @Suite("Played peers")
    struct PlayedPeerTests {
        /// Keys at the top or, with `SPS.` before them, in the step.
        static let keys: [(String, String)] = [
            ("PatientName", ""), ("PatientName", "N*"), ("PatientName", "norwood*"), ("PatientName", "*a"),
            ("PatientName", "?o*"), ("PatientName", "**"), ("PatientID", "PAT000001"), ("PatientID", "PAT00000*"),
            ("AccessionNumber", "ACC00000*"), ("AccessionNumber", "acc000001"),
            ("AccessionNumber", "ACC000003\\ACC000004"), ("RequestedProcedureID", "RP*3"),
            ("ReferringPhysicianName", "A*"), ("PatientSex", "F"), ("PatientSex", "f"), ("AdmissionID", "ADM0000?"),
            ("RequestedProcedurePriority", "S*"), ("PatientBirthDate", "19340404"), ("PatientBirthDate", "1934"),
            ("PatientBirthDate", "-19400101"), ("StudyInstanceUID", "1.2.826.0.1.3680043.10.1451.1.3"),
            ("StudyInstanceUID", "1.2.3"), ("CurrentPatientLocation", "Ward 3"), ("PatientComments", "zz"),
            ("PatientAge", "010Y"), ("StudyDate", "20200101"), ("PatientWeight", "43"), ("IssuerOfPatientID", "X"),
            ("SPS.Modality", "CT"), ("SPS.Modality", "C*"), ("SPS.Modality", "ct"),
            ("SPS.ScheduledStationAETitle", "STATION3"), ("SPS.ScheduledStationAETitle", "STATION*"),
            ("SPS.ScheduledProcedureStepStartDate", "20270304"),
            ("SPS.ScheduledProcedureStepStartDate", "20270310-20270320"),
            ("SPS.ScheduledProcedureStepStartDate", "2027"), ("SPS.ScheduledProcedureStepStartDate", "*"),
            ("SPS.ScheduledProcedureStepStartTime", "1021"), ("SPS.ScheduledProcedureStepStartTime", "08-12"),
            ("SPS.ScheduledProcedureStepStartTime", "0800-1200"), ("SPS.ScheduledPerformingPhysicianName", "A*"),
            ("SPS.ScheduledProcedureStepID", "SPS000001"), ("SPS.ScheduledProcedureStepStatus", "READY"),
        ]

        static func tag(_ keyword: Substring) throws -> DICOMData.Tag {
            try #require(DataDictionary.tag(keyword: keyword))
        }

        /// What a modality asks, with a value in one place. The bytes go out as they are, right or wrong.
        static func identifier(_ name: String, _ value: String) throws -> DataSet {
            let top =
                "SpecificCharacterSet AccessionNumber ReferringPhysicianName PatientName PatientID PatientBirthDate "
                + "PatientSex PatientWeight MedicalAlerts PregnancyStatus StudyInstanceUID RequestingPhysician "
                + "RequestedProcedureDescription AdmissionID RequestedProcedureID RequestedProcedurePriority "
                + "PatientTransportArrangements"
            let step =
                "Modality ScheduledStationAETitle ScheduledProcedureStepStartDate ScheduledProcedureStepStartTime "
                + "ScheduledPerformingPhysicianName ScheduledProcedureStepDescription ScheduledProcedureStepID "
                + "ScheduledStationName PreMedication RequestedContrastAgent"
            func put(_ tag: DICOMData.Tag, _ text: String, in dataSet: inout DataSet) {
                dataSet.set(DataElement(tag: tag, vr: DataDictionary.vr(of: tag) ?? .UN, bytes: text.utf8))
            }
            var (identifier, item) = (DataSet(), DataSet())
            for keyword in top.split(separator: " ") { put(try tag(keyword), "", in: &identifier) }
            for keyword in step.split(separator: " ") { put(try tag(keyword), "", in: &item) }
            put(.specificCharacterSet, "ISO_IR 100", in: &identifier)
            if name.hasPrefix("SPS.") {
                put(try tag(name.dropFirst(4)), value, in: &item)
            } else {
                put(try tag(name[...]), value, in: &identifier)
            }
            item.setItems(.scheduledProtocolCodeSequence, [])
            identifier.setItems(.scheduledProcedureStepSequence, [item])
            identifier.setItems(.requestedProcedureCodeSequence, [])
            identifier.setItems(.referencedStudySequence, [])
            return identifier
        }

        private static func compare(_ personality: Personality, folder: String, with port: Int) async throws {
            try await withPersonality(personality, folder: folder) { ours in
                for (name, value) in keys {
                    let identifier = try identifier(name, value)
                    let theirs = try await SeenAnswer.asking(identifier, port: port)
                    let played = try await SeenAnswer.asking(identifier, port: ours)
                    #expect(played.outcome == theirs.outcome, "\(name)=\(value)")
                    #expect(played.unsupported == theirs.unsupported, "\(name)=\(value)")
                    #expect(played.offending == theirs.offending, "\(name)=\(value)")
                    #expect(played.matches.map { $0[Texts.accession] } == theirs.matches.map { $0[Texts.accession] })
                    for (one, other) in zip(played.matches, theirs.matches) where one != other {
                        let accession = one[Texts.accession] ?? ""
                        let differences = Texts.differences([accession: one], [accession: other])
                        Issue.record("\(name)=\(value): \(differences)")
                        break
                    }
                }
            }
        }

        @Test("wlmscpfs: the same rows, order, statuses and attributes")
        func wlmscpfs() async throws {
            let peers = try Peers.running
            let port = try #require(Loopback.freePorts(1).first)
            let peer = try Program(try Tools.program("wlmscpfs"), ["-dfp", peers.folder.path, "-dhl", String(port)])
            try await peer.untilListening(on: port)
            do {
                try await Self.compare(Personality(like: .wlmscpfs), folder: peers.folder.path, with: port)
            } catch {
                await peer.stop()
                throw error
            }
            await peer.stop()
        }

        @Test("Orthanc: the same rows, order, statuses and attributes")
        func orthanc() async throws {
            let peers = try Peers.running
            try await Self.compare(Personality(like: .orthanc), folder: peers.itemFolder, with: peers.port(.orthanc))
        }
    }
}
