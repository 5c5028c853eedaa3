import DICOMData

/// Reads items from files into a store: `.wl` and other DICOM files, DICOM JSON (an object, an array, or an object on each
/// line) and CSV, whose head names the attributes as keys are written.
public enum WorklistImport {
    /// What was not taken over, and why.
    public struct Problem: Hashable, Sendable, CustomStringConvertible {
        /// Told by a reader that does not know where it is.
        struct Reason: Error {
            let words: String

            init(_ words: String) { self.words = words }
        }

        /// File, and line where there are lines.
        public let place: String
        public let reason: String

        public var description: String { "\(place): \(reason)" }
    }

    /// What came of an import.
    public struct Report: Hashable, Sendable {
        public var changes = WorklistStore.Changes()
        public var problems: [Problem] = []
    }

    /// How files end that are read.
    static let endings = [".wl", ".dcm", ".json", ".jsonl", ".ndjson", ".csv"]
    /// An export of a large worklist; more is a mistake.
    private static let sizeLimit = 4 << 30

    /// Reads files, and folders of them with their sub-folders, into a store: in one transaction. What cannot be read is
    /// reported and left out.
    public static func run(_ paths: [String], into store: WorklistStore) throws(WorklistStoreError) -> Report {
        var problems: [Problem] = []
        let changes = try store.fill { put throws(WorklistStoreError) in
            for path in paths { try read(path, isGiven: true, depth: 0, &problems, put) }
        }
        return Report(changes: changes, problems: problems)
    }

    private typealias Put = (DataSet) throws(WorklistStoreError) -> Void

    private static func read(
        _ path: String,
        isGiven: Bool,
        depth: Int,
        _ problems: inout [Problem],
        _ put: Put
    ) throws(WorklistStoreError) {
        if let entries = try? FileSystem.entries(of: path) {
            // Deeper is no worklist folder, but a link that leads back.
            guard depth < 4 else { return }
            for entry in entries.sorted(by: { $0.name < $1.name }) where entry.isFolder || isRead(entry.name) {
                try read(path + "/" + entry.name, isGiven: false, depth: depth + 1, &problems, put)
            }
            return
        }
        let bytes: [UInt8]
        do {
            bytes = try FileSystem.read(path, limit: sizeLimit)
        } catch {
            problems.append(Problem(place: path, reason: error.reason))
            return
        }
        let name = path.lowercased()
        if name.hasSuffix(".csv") {
            try readCSV(bytes, path, &problems, put)
        } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
            for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
            where line.contains(where: { $0 > 0x20 }) {
                try readJSON(line, "\(path) line \(index + 1)", &problems, put)
            }
        } else if name.hasSuffix(".json") {
            try readJSON(bytes[...], path, &problems, put)
        } else {
            do {
                let item = try DICOMFile(parsing: bytes).dataSet
                try take(item, path, &problems, put)
            } catch let error as DICOMFile.ReadError {
                problems.append(Problem(place: path, reason: error.description))
            } catch let error as WorklistStoreError {
                throw error
            } catch {
                problems.append(Problem(place: path, reason: "\(error)"))
            }
        }
    }

    private static func isRead(_ name: String) -> Bool {
        let name = name.lowercased()
        return endings.contains { name.hasSuffix($0) }
    }

    /// An item that cannot be stored is a problem of its file; that the store cannot be written ends the import.
    private static func take(
        _ item: DataSet,
        _ place: String,
        _ problems: inout [Problem],
        _ put: Put
    ) throws(WorklistStoreError) {
        do throws(WorklistStoreError) {
            try put(item)
        } catch {
            switch error {
            case .unidentifiable, .unencodable: problems.append(Problem(place: place, reason: error.description))
            default: throw error
            }
        }
    }

    private static func readJSON(
        _ bytes: ArraySlice<UInt8>,
        _ place: String,
        _ problems: inout [Problem],
        _ put: Put
    ) throws(WorklistStoreError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            problems.append(Problem(place: place, reason: "is not in UTF-8"))
            return
        }
        let items: [DataSet]
        do {
            items = try DICOMJSON.decode(text)
        } catch {
            problems.append(Problem(place: place, reason: error.description))
            return
        }
        for item in items { try take(item, place, &problems, put) }
    }

    private static func readCSV(
        _ bytes: [UInt8],
        _ path: String,
        _ problems: inout [Problem],
        _ put: Put
    ) throws(WorklistStoreError) {
        var reader = CSVReader(bytes)
        guard let head = reader.next() else {
            problems.append(Problem(place: path, reason: "has no head that names the attributes"))
            return
        }
        let columns: CSVColumns
        do {
            columns = try CSVColumns(head.fields.map { String(decoding: $0, as: UTF8.self) })
        } catch {
            problems.append(Problem(place: "\(path) line \(head.line)", reason: error.words))
            return
        }
        while let record = reader.next() {
            let place = "\(path) line \(record.line)"
            let item: DataSet
            do {
                item = try columns.item(record.fields)
            } catch {
                problems.append(Problem(place: place, reason: error.words))
                continue
            }
            try take(item, place, &problems, put)
        }
    }
}
