import DICOMData
import DICOMMatching
import DICOMNetwork

/// Compares candidates with a query, and encodes what is answered for those that match.
struct CandidateMatcher {
    private let query: CompiledQuery
    private let syntax: TransferSyntax

    init(_ question: Question, syntax: TransferSyntax) {
        query = question.request.query
        self.syntax = syntax
    }

    /// Appends the response for a candidate, in the syntax of the association; false if it does not match.
    mutating func append(
        _ candidates: EncodedDataSets,
        _ index: Int,
        to matches: inout EncodedDataSets
    ) throws(DataSetEncodingError) -> Bool {
        let record = candidates.bytes.span.extracting(candidates.range(index))
        guard query.matches(encoded: record) else { return false }
        matches.append(try query.response(encoded: record, in: syntax))
        return true
    }
}
