import DICOMData
import DICOMMatching
import Testing

/// What a query of each service starts from.
@Suite struct UsualQueryTests {
    /// FIND SOP classes beside worklist, Patient Root and Study Root (PS3.6 table A-1).
    private static let others = [
        "1.2.3.1", "1.1.201.6", "1.1.201.2", "37.1", "37.2", "37.3", "41", "42", "38.2", "39.2", "43.2", "44.2", "45.2",
        "20.1",
        "1.1.200.4", "34.6.3", "34.6.2", "34.6.5",
    ].map { "1.2.840.10008.5.1.4." + $0 }

    @Test("Each SOP class has keys of its own that the dictionary knows, and encodes", arguments: others)
    func keys(uid: String) throws {
        let query = Query.usual(for: QueryModel(sopClassUID: uid))
        #expect(query.model.sopClassUID == uid)
        #expect(query.keys.count >= 5)
        for key in query.keys {
            #expect(DataDictionary.vr(of: key.path.tag) != nil, "\(key.path)")
            #expect(key.vr != .SQ, "\(key.path)")
        }
    }

    @Test("Only what the service demands is matched: the template of Relevant Patient Information")
    func matching() {
        for uid in Self.others {
            let matching = Query.usual(for: QueryModel(sopClassUID: uid)).matchingKeys
            let isRelevantPatient = uid.hasPrefix("1.2.840.10008.5.1.4.37.")
            #expect(matching.count == (isRelevantPatient ? 2 : 0))
            #expect(matching.allSatisfy { $0.source == .fixed })
        }
    }

    @Test("Services with levels start at the study")
    func levels() {
        #expect(Query.usual(for: QueryModel(sopClassUID: "1.2.840.10008.5.1.4.1.2.3.1")).level == .study)
        #expect(Query.usual(for: QueryModel(sopClassUID: "1.2.840.10008.5.1.4.1.1.201.6")).level == .study)
        #expect(Query.usual(for: QueryModel(sopClassUID: "1.2.840.10008.5.1.4.34.6.3")).level == nil)
    }

    @Test("A SOP class of one's own starts empty, the three main models from their usual queries")
    func own() {
        #expect(Query.usual(for: QueryModel(sopClassUID: "1.2.826.0.1.999")).keys.isEmpty)
        #expect(Query.usual(for: .worklist) == .worklist)
        #expect(Query.usual(for: .studyRoot) == .studies)
        #expect(Query.usual(for: .patientRoot) == .patients)
    }
}
