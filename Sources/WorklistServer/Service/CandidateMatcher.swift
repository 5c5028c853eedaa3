import DICOMData
import DICOMMatching
import DICOMNetwork

/// Compares candidates with a query, and encodes what is answered for those that match.
struct CandidateMatcher {
    private let query: CompiledQuery
    private let level: QueryLevel?
    private let syntax: TransferSyntax
    /// In models with levels many items may be of one patient or study, which is answered once.
    private var answered = Answered()

    init(_ question: Question, syntax: TransferSyntax) {
        query = question.request.query
        level = question.request.level
        self.syntax = syntax
    }

    /// Appends the response for a candidate, in the syntax of the association; false if it does not match.
    mutating func append(
        _ candidates: EncodedDataSets,
        _ index: Int,
        to matches: inout EncodedDataSets
    ) throws(DataSetEncodingError) -> Bool {
        guard let level else {
            let record = candidates.bytes.span.extracting(candidates.range(index))
            guard query.matches(encoded: record) else { return false }
            matches.append(try query.response(encoded: record, in: syntax))
            return true
        }
        let item = DataSet(lenient: candidates[index], transferSyntax: .explicitVRLittleEndian)
        let record = QueryRetrieveRecord.record(of: item, level: level)
        guard query.matches(record) else { return false }
        if let identity = QueryRetrieveRecord.identity(of: record, level: level), !answered.insert(identity) {
            return false
        }
        matches.append(try query.response(for: record).encoded(syntax))
        return true
    }
}
