import GRDB

/// How a store is laid out.
///
/// One table. An item has a row with its data set, and as a rule no other; one with several steps, or with several values of
/// a key (the component groups of a name are some), has more rows without the data set, so that each value stands in an
/// index. Each row has the moment and the accession number: every index that serves a key goes on with them, and so
/// delivers the items of a value in the order of the answers.
enum StoreSchema {
    /// Counts up with every change that an older program could not read.
    static let version = 1
    /// "WLST": tells a store from any other SQLite file.
    static let applicationID = 0x574C_5354

    static let table = """
        CREATE TABLE entry (
            id INTEGER PRIMARY KEY,
            item INTEGER,
            several INTEGER NOT NULL,
            data BLOB,
            moment INTEGER NOT NULL,
            accession TEXT NOT NULL,
            last INTEGER NOT NULL,
            station TEXT,
            modality TEXT,
            physician TEXT,
            name TEXT,
            time INTEGER,
            patient TEXT,
            study TEXT,
            procedure TEXT,
            step TEXT,
            identity TEXT
        )
        """

    static let columns =
        "item, several, data, moment, accession, last, station, modality, physician, name, time, patient, study, "
        + "procedure, step, identity"

    /// What makes two items the same one; needed while writing, and so made with the table.
    static let identityIndex = "CREATE UNIQUE INDEX by_identity ON entry (identity) WHERE identity IS NOT NULL"
    static let itemIndex = "CREATE INDEX by_item ON entry (item) WHERE item IS NOT NULL"

    /// The indexes that serve queries; an import into an empty store makes them when all rows are there.
    static let queryIndexes = ["CREATE INDEX by_moment ON entry (moment, accession)"] + StoreKey.allCases.map(\.index)
}

/// A key that an index serves: the required keys of PS3.4 table K.6-1, and what tells items apart.
enum StoreKey: String, CaseIterable {
    case study, accession, procedure, step, patient, name, physician, station, time, modality

    /// Values that few items share: these are collected and sorted, the others are read in the order of their index.
    var isSelective: Bool {
        switch self {
        case .study, .accession, .procedure, .step, .patient: true
        case .name, .physician, .station, .time, .modality: false
        }
    }

    var indexName: String { "by_\(rawValue)" }

    fileprivate var index: String {
        // Moments in every index: sorting what was found then needs no look at the table.
        self == .accession
            ? "CREATE INDEX by_accession ON entry (accession, moment) WHERE accession != ''"
            : "CREATE INDEX \(indexName) ON entry (\(rawValue), moment, accession) WHERE \(rawValue) IS NOT NULL"
    }
}
