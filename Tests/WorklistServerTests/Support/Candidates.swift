import DICOMData
import DICOMMatching
import WorklistServer

extension WorklistSource {
    /// All that a source hands out for a query, in its order.
    func candidates(_ title: String = "ANY", _ keys: DataSet = DataSet()) async throws -> [DataSet]? {
        let query = try CompiledQuery(identifier: keys, rules: .worklist)
        guard let cursor = try await cursor(for: WorklistRequest(query: query, calledAETitle: title)) else {
            return nil
        }
        defer { cursor.close() }
        var items: [DataSet] = []
        while let batch = try cursor.next(after: 1) {
            items += try batch.indices.map {
                try DataSet(decoding: batch[$0], transferSyntax: .explicitVRLittleEndian)
            }
        }
        return items
    }
}
