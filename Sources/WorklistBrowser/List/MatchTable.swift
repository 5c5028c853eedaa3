import DICOMData
import DICOMProtocol

/// The matches of one query, in the order of arrival; rows are numbered from 0 and never change.
///
/// Batches are kept as they came off the wire, so that a row costs its bytes and an entry of twelve; only small batches are
/// copied together, so that a server that sends one match at a time does not cost an allocation a row.
struct MatchTable: Sendable {
    private var chunks: [MatchBatch] = []
    /// The first row of each chunk.
    private var starts: [UInt32] = []
    private(set) var count = 0
    /// Rows that came with FF01: some optional key took no part in matching (PS3.4 C.4.1.1.4).
    private(set) var unsupportedKeyCount = 0
    /// The last chunk shares the bytes of a chunk of another table, and reaches to this match of it.
    private var lastShared: (chunk: Int, end: Int)?
    /// How many tables before this one its bytes may come from.
    private(set) var age = 0
    /// Bytes of all identifiers.
    private(set) var byteCount = 0

    /// More rows than this are dropped; the row limit of a server is far below.
    static let maximumRows = 1 << 30
    private static let smallBatch = 16_384
    private static let chunkTarget = 262_144

    var isEmpty: Bool { count == 0 }

    /// Adds the matches of a batch behind all others; the rows they got.
    @discardableResult
    mutating func append(_ batch: MatchBatch) -> Range<Int> {
        let first = count
        guard !batch.isEmpty, batch.count <= Self.maximumRows - count else { return first..<first }
        for entry in batch.entries where entry.status == .pendingWithUnsupportedKeys { unsupportedKeyCount += 1 }
        byteCount += batch.bytes.count
        if lastShared == nil, let last = chunks.indices.last, chunks[last].transferSyntax == batch.transferSyntax,
            batch.bytes.count < Self.smallBatch, chunks[last].bytes.count < Self.chunkTarget
        {
            chunks[last].append(batch)
        } else {
            starts.append(UInt32(truncatingIfNeeded: count))
            chunks.append(batch)
            lastShared = nil
        }
        count += batch.count
        return first..<count
    }

    /// Adds rows of another table behind all others, sharing their bytes; the rows they got.
    @discardableResult
    mutating func append(_ rows: Range<Int>, of other: MatchTable) -> Range<Int> {
        let first = count
        age = max(age, other.age + 1)
        var row = rows.lowerBound
        while row < rows.upperBound, let place = other.place(of: row) {
            let chunk = other.chunks[place.chunk]
            let range = place.index..<min(chunk.count, place.index + rows.upperBound - row)
            for entry in chunk.entries[range] {
                byteCount += Int(entry.length)
                if entry.status == .pendingWithUnsupportedKeys { unsupportedKeyCount += 1 }
            }
            if let last = chunks.indices.last, let shared = lastShared, shared == (place.chunk, range.lowerBound) {
                chunks[last].extend(sharing: range, of: chunk)
            } else {
                starts.append(UInt32(truncatingIfNeeded: count))
                chunks.append(chunk.sharing(range))
            }
            lastShared = (place.chunk, range.upperBound)
            count += range.count
            row += range.count
        }
        return first..<count
    }

    /// The chunk that holds a row, and its index there; nil beyond the last row.
    private func place(of row: Int) -> (chunk: Int, index: Int)? {
        guard row >= 0, row < count else { return nil }
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if Int(starts[middle]) <= row { low = middle + 1 } else { high = middle }
        }
        let chunk = low - 1
        guard chunks.indices.contains(chunk) else { return nil }
        return (chunk, row - Int(starts[chunk]))
    }

    /// The identifier of a row as it came off the wire; empty beyond the last row.
    func item(_ row: Int) -> EncodedDataSet {
        guard let place = place(of: row) else {
            return EncodedDataSet(bytes: [], transferSyntax: .implicitVRLittleEndian)
        }
        return chunks[place.chunk].identifier(place.index)
    }

    /// FF00 or FF01.
    func status(_ row: Int) -> Status {
        guard let place = place(of: row) else { return .pending }
        return chunks[place.chunk].entries[place.index].status
    }

    /// Calls `body` for each row of a range; cheaper than asking row by row. Stops when it returns false.
    func forEach(_ rows: Range<Int>, _ body: (Int, EncodedDataSet) -> Bool) {
        guard let start = place(of: rows.lowerBound) else { return }
        var row = rows.lowerBound
        var index = start.index
        for chunk in start.chunk..<chunks.count {
            let batch = chunks[chunk]
            while index < batch.count {
                if row >= rows.upperBound { return }
                if !body(row, batch.identifier(index)) { return }
                row += 1
                index += 1
            }
            index = 0
        }
    }
}

/// What makes a worklist item that item, wherever it stands: Study Instance UID, Scheduled Procedure Step ID, Requested
/// Procedure ID and Accession Number, and the patient by ID; the whole identifier if it has none of them.
///
/// The patient is part of it because nothing else keeps a server from giving two of them one UID: a cursor, a mark or an
/// action must never go from one patient to another.
///
/// Bytes are compared as they came, so that two items are the same only if the server wrote the same.
struct ItemIdentity: Hashable, Sendable {
    private let bytes: [UInt8]

    init(_ item: EncodedDataSet) {
        let parts = [
            item.value([], .studyInstanceUID),
            item.value([.scheduledProcedureStepSequence], .scheduledProcedureStepID),
            item.value([], .requestedProcedureID),
            item.value([], .accessionNumber),
        ].map { ItemText.trimmed($0 ?? []) }
        if parts.allSatisfy(\.isEmpty) {
            // A byte no text starts with keeps the two kinds apart.
            bytes = [0xFF] + item.bytes
        } else {
            let patient = ItemText.trimmed(item.value([], .patientID) ?? [])
            bytes = Array((parts + [patient]).joined(separator: CollectionOfOne(0)))
        }
    }
}

/// The row under the cursor: who it is, and where it lies in its table.
struct RowReference: Hashable, Sendable {
    var row: Int
    var identity: ItemIdentity
}
