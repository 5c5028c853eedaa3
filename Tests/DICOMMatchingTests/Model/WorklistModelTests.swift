import DICOMData
import DICOMMatching
import Testing

@Suite("Information models")
struct WorklistModelTests {
    @Test("Every attribute of the tables is in the dictionary with the same VR")
    func dictionary() {
        #expect(WorklistModel.attributes.count == 199)
        for attribute in WorklistModel.attributes {
            #expect(
                DataDictionary.entry(for: attribute.path.tag)?.vrs.contains(attribute.vr) == true,
                "\(attribute.path)"
            )
        }
        for root in [QueryModel.patientRoot, .studyRoot] {
            for level in [QueryLevel.patient, .study, .series] {
                for attribute in QueryRetrieveModel.attributes(root: root, level: level) {
                    #expect(DataDictionary.vr(of: attribute.path.tag) == attribute.vr, "\(attribute.path)")
                }
            }
        }
    }

    @Test("The required keys are those of table K.6-1")
    func required() {
        let required = WorklistModel.attributes.filter { $0.keyType == .required }
        #expect(
            required.map { "\($0.path.tag) \($0.form.rawValue) \($0.returnType)" } == [
                "(0040,0100) item 1", "(0040,0001) one 1", "(0040,0002) rng 1", "(0040,0003) rng 1",
                "(0008,0060) one 1",
                "(0040,0006) wild 2", "(0010,0010) wild 1", "(0010,0020) one 1",
            ]
        )
    }

    @Test("Unique keys of the Query/Retrieve models are found at their level")
    func queryRetrieve() {
        let patientID = AttributePath([], .patientID)
        #expect(QueryRetrieveModel.attribute(at: patientID, root: .patientRoot, level: .patient)?.keyType == .unique)
        #expect(QueryRetrieveModel.attribute(at: patientID, root: .studyRoot, level: .study)?.keyType == .required)
        let study = AttributePath([], .studyInstanceUID)
        #expect(QueryRetrieveModel.attribute(at: study, root: .studyRoot, level: .study)?.form == .uids)
        #expect(QueryRetrieveModel.attributes(root: .studyRoot, level: .patient).isEmpty)
        #expect(Query.studies.attribute(at: study)?.keyType == .unique)
    }
}
