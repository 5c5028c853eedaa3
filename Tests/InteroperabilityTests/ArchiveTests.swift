import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import Testing

extension Interoperability {
    /// Query/Retrieve with DCMTK: our client asks dcmqrscp at every level, findscu asks our server with every model.
    @Suite("Query/Retrieve with DCMTK")
    struct ArchiveTests {
        private typealias Tag = DICOMData.Tag

        /// A query at one level: which images it is about, and what it returns of each.
        struct LevelQuery: Sendable, CustomTestStringConvertible {
            var model: String
            var level: QueryLevel
            var keys: [(DICOMData.Tag, String)]
            /// Which image belongs to a match, and how matches differ.
            var unique: DICOMData.Tag

            var testDescription: String {
                "\(model), \(level.rawValue), \(keys.count { !$0.1.isEmpty }) keys with a value"
            }

            private static let root = "1.2.826.0.1.3680043.10.1451.3"
            private static let patient: [(DICOMData.Tag, String)] = [
                (.patientID, ""), (.patientName, ""), (.patientBirthDate, ""), (.patientSex, ""),
            ]
            private static let study: [(DICOMData.Tag, String)] = [
                (.studyInstanceUID, ""), (.studyDate, ""), (.studyTime, ""), (.studyID, ""), (.accessionNumber, ""),
                (.studyDescription, ""), (.referringPhysicianName, ""),
            ]
            private static let series: [(DICOMData.Tag, String)] = [
                (.seriesInstanceUID, ""), (.modality, ""), (.seriesNumber, ""),
            ]
            private static let image: [(DICOMData.Tag, String)] = [
                (.sopInstanceUID, ""), (.instanceNumber, ""),
            ]

            private static func with(
                _ values: [(DICOMData.Tag, String)],
                _ keys: [(DICOMData.Tag, String)]
            ) -> [(DICOMData.Tag, String)] {
                values + keys.filter { key in !values.contains { $0.0 == key.0 } }
            }

            /// Every level of the models, at each with the unique keys above it (PS3.4 C.4.1.2.1), and some with keys to match.
            static let all: [LevelQuery] = {
                let studyUID = (DICOMData.Tag.studyInstanceUID, root + ".2.1")
                let seriesUID = (DICOMData.Tag.seriesInstanceUID, root + ".2.1.2")
                let patientID = (DICOMData.Tag.patientID, "P2")
                let day = (DICOMData.Tag.studyDate, "20270302-20270305")
                let number = (DICOMData.Tag.instanceNumber, "2")
                let name = (DICOMData.Tag.patientName, "Ash*")
                var queries: [LevelQuery] = []
                for model in ["patient", "patient-study"] {
                    queries += [
                        LevelQuery(model: model, level: .patient, keys: patient, unique: .patientID),
                        LevelQuery(model: model, level: .patient, keys: with([name], patient), unique: .patientID),
                        LevelQuery(
                            model: model,
                            level: .study,
                            keys: with([patientID], study),
                            unique: .studyInstanceUID
                        ),
                        LevelQuery(
                            model: model,
                            level: .study,
                            keys: with([patientID, day], study),
                            unique: .studyInstanceUID
                        ),
                    ]
                }
                queries += [
                    LevelQuery(model: "study", level: .study, keys: patient + study, unique: .studyInstanceUID),
                    LevelQuery(
                        model: "study",
                        level: .study,
                        keys: with([name, day], patient + study),
                        unique: .studyInstanceUID
                    ),
                ]
                for (model, above) in [("patient", [patientID, studyUID]), ("study", [studyUID])] {
                    queries += [
                        LevelQuery(model: model, level: .series, keys: with(above, series), unique: .seriesInstanceUID),
                        LevelQuery(
                            model: model,
                            level: .series,
                            keys: with(above + [(.modality, "MR")], series),
                            unique: .seriesInstanceUID
                        ),
                        LevelQuery(
                            model: model,
                            level: .image,
                            keys: with(above + [seriesUID], image),
                            unique: .sopInstanceUID
                        ),
                        LevelQuery(
                            model: model,
                            level: .image,
                            keys: with(above + [seriesUID, number], image),
                            unique: .sopInstanceUID
                        ),
                    ]
                }
                return queries
            }()

            var sopClass: String { FindService.named(model)?.sopClass ?? "" }

            var identifier: DataSet {
                get throws {
                    var dataSet = DataSet()
                    try dataSet.set(.queryRetrieveLevel, level.rawValue)
                    for (tag, value) in keys { try dataSet.set(tag, value) }
                    return dataSet
                }
            }

            private func matches(_ image: ItemTexts) -> Bool {
                keys.allSatisfy { tag, value in
                    let stored = image[tag.compact] ?? ""
                    if value.isEmpty { return true }
                    if value.hasSuffix("*") { return stored.hasPrefix(value.dropLast()) }
                    let range = value.split(separator: "-")
                    return range.count == 2 ? (range[0]...range[1]).contains(stored[...]) : stored == value
                }
            }

            /// The matches by their unique key: the attributes asked for, as they were written.
            func expected(of images: [ItemTexts]) -> Items {
                let asked = keys.map(\.0.compact)
                let matching = images.filter(matches).map { image in
                    (image[unique.compact] ?? "", image.filter { asked.contains($0.key) })
                }
                return Dictionary(matching) { first, _ in first }
            }
        }

        @Test("dcmqrscp answers our client at every level, as the images were written", arguments: LevelQuery.all)
        func dcmqrscp(_ query: LevelQuery) async throws {
            let archive = try Peers.running.archive
            var configuration = OurClient.configuration(port: archive.port, sopClasses: [query.sopClass])
            configuration.calledAETitle = Archive.title
            let association = try await Association.connect(configuration)
            let find = try await association.find(query.identifier, sopClass: query.sopClass)
            let answer = try await ServiceAnswer(reading: find)
            #expect(await association.release() == .released)
            #expect(answer.outcome == .complete)
            let expected = query.expected(of: archive.images)
            #expect(!expected.isEmpty && expected.count < archive.images.count)
            let level = Tag.queryRetrieveLevel.compact
            #expect(answer.matches.allSatisfy { $0[level] == query.level.rawValue })
            let asked = Set(query.keys.map(\.0.compact))
            let received = answer.matches.map { match in
                (match[query.unique.compact] ?? "", match.filter { asked.contains($0.key) })
            }
            #expect(received.count == expected.count)
            let items = Items(received) { first, _ in first }
            #expect(Texts.differences(Texts.values(items), Texts.values(expected)) == [])
        }

        @Test("dcmqrscp says what it cannot process, and the association goes on")
        func wrongLevel() async throws {
            let archive = try Peers.running.archive
            var configuration = OurClient.configuration(port: archive.port, sopClasses: [SOPClass.studyRootFind])
            configuration.calledAETitle = Archive.title
            let association = try await Association.connect(configuration)
            var identifier = DataSet()
            try identifier.set(.queryRetrieveLevel, "PATIENT")
            try identifier.set(.patientID, "P1")
            let find = try await association.find(identifier, sopClass: SOPClass.studyRootFind)
            let answer = try await ServiceAnswer(reading: find)
            guard case .failed(let failure) = answer.outcome else {
                Issue.record("the query ended as \(answer.outcome)")
                return
            }
            #expect(failure.status.category == .failure)
            try identifier.set(.queryRetrieveLevel, "STUDY")
            let next = try await ServiceAnswer(
                reading: try await association.find(identifier, sopClass: SOPClass.studyRootFind)
            )
            #expect(next.outcome == .complete)
            #expect(next.matches.count == 2)
            #expect(await association.release() == .released)
        }

        @Test(
            "findscu asks our server with every model it has, and gets what was asked",
            arguments: [("-P", "patient"), ("-S", "study"), ("-O", "patient-study"), ("-W", "worklist")]
        )
        func findscu(_ option: String, _ model: String) async throws {
            let query = try ServiceQuery.named(model)
            let folder = try TemporaryFolder()
            try await ServiceServer.with { server in
                let keys = ["PatientName=A*", "PatientID", "StudyInstanceUID", "PatientComments=matches of 3"]
                let level =
                    model == "worklist" ? "ScheduledProcedureStepSequence[0].Modality=CT" : "QueryRetrieveLevel=STUDY"
                let arguments = (keys + [level]).flatMap { ["-k", $0] }
                let result = try await Program.run(
                    try Tools.program("findscu"),
                    [option, "-X", "-od", folder.path] + arguments + ["127.0.0.1", String(server.port)]
                )
                #expect(result.code == 0, "\(result.errors)")
                #expect(server.requests.all.map(\.sopClass) == [query.sopClass])
                let asked = try #require(server.requests.all.first?.asked)
                let received = try Texts.items(json: try await Program.python("read_responses.py", [folder.path]))
                let expected = query.matches(1...3, of: asked).map { ($0[Texts.accession] ?? "", $0) }
                #expect(Texts.differences(received, Items(expected) { first, _ in first }) == [])
            }
        }
    }
}
