import DICOMData

extension Query {
    /// What a table, a detail pane or an acquisition wants to know of a worklist item: every attribute is asked for by name.
    ///
    /// Servers answer only what is listed, inside sequences too, so the list names the items' attributes as well.
    /// Long and URN codes are left out: servers of the older code macro count them as unsupported optional keys.
    private static let worklistAttributes: StaticString = """
        0008,0005
        0008,0050
        0008,0090
        0008,1110/0008,1150
        0008,1110/0008,1155
        0008,1120/0008,1150
        0008,1120/0008,1155
        0010,0010
        0010,0020
        0010,0021
        0010,0030
        0010,0040
        0010,1000
        0010,1020
        0010,1030
        0010,2000
        0010,2110
        0010,2160
        0010,21B0
        0010,21C0
        0010,21D0
        0010,4000
        0020,000D
        0032,1032
        0032,1033
        0032,1060
        0032,1064/0008,0100
        0032,1064/0008,0102
        0032,1064/0008,0103
        0032,1064/0008,0104
        0038,0010
        0038,0050
        0038,0300
        0038,0500
        0040,0100/0008,0060
        0040,0100/0032,1070
        0040,0100/0040,0001
        0040,0100/0040,0002
        0040,0100/0040,0003
        0040,0100/0040,0004
        0040,0100/0040,0005
        0040,0100/0040,0006
        0040,0100/0040,0007
        0040,0100/0040,0008/0008,0100
        0040,0100/0040,0008/0008,0102
        0040,0100/0040,0008/0008,0103
        0040,0100/0040,0008/0008,0104
        0040,0100/0040,0009
        0040,0100/0040,0010
        0040,0100/0040,0011
        0040,0100/0040,0012
        0040,0100/0040,0020
        0040,0100/0040,0400
        0040,1001
        0040,1002
        0040,1003
        0040,1004
        0040,1400
        0040,3001
        """

    /// The whole worklist return set, nothing matched: what every worklist query starts from.
    public static let worklist = Query(
        name: "Worklist",
        model: .worklist,
        keys: StaticLines(worklistAttributes).compactMap { line in
            guard let path = AttributePath(compact: line) else { return nil }
            // Specific Character Set is put there by the encoder (PS3.4 K.6.1.2.2).
            return path.tag == .specificCharacterSet ? nil : QueryKey(path)
        }
    )

    /// A Study Root query at study level that returns what a table of studies shows.
    public static let studies = Query(
        name: "Studies",
        model: .studyRoot,
        level: .study,
        keys: [
            .studyDate, .studyTime, .accessionNumber, .modalitiesInStudy, .referringPhysicianName, .studyDescription,
            .patientName, .patientID, .patientBirthDate, .patientSex, .studyInstanceUID, .studyID,
            .numberOfStudyRelatedSeries, .numberOfStudyRelatedInstances,
        ].map { QueryKey(AttributePath([], $0)) }
    )

    /// A Patient Root query at patient level.
    public static let patients = Query(
        name: "Patients",
        model: .patientRoot,
        level: .patient,
        keys: [.patientName, .patientID, .issuerOfPatientID, .patientBirthDate, .patientSex].map {
            QueryKey(AttributePath([], $0))
        }
    )

    /// How much of a day's worklist a query asks for.
    public enum Scope: Hashable, Sendable {
        /// One station: modality, station AE title, today.
        case thisScanner(modality: String, station: String)
        /// Every station of a modality, today.
        case thisModality(String)
        /// Everything scheduled today.
        case all
    }

    /// Sets modality, station AE title and start date as the scope wants; all other keys stay.
    public mutating func apply(_ scope: Scope) {
        let (modality, station): (String, String) =
            switch scope {
            case .thisScanner(let modality, let station): (modality, station)
            case .thisModality(let modality): (modality, "")
            case .all: ("", "")
            }
        set(.step(.modality), modality, source: .configuration)
        set(.step(.scheduledStationAETitle), station, source: .configuration)
        set(.step(.scheduledProcedureStepStartDate), "today", source: .generated)
    }

    /// A worklist query for a scope.
    public static func worklist(_ scope: Scope) -> Query {
        var query = Query.worklist
        query.name =
            switch scope {
            case .thisScanner: "This scanner"
            case .thisModality: "This modality"
            case .all: "All"
            }
        query.apply(scope)
        return query
    }
}

extension AttributePath {
    /// An attribute of the Scheduled Procedure Step, in the first item of its sequence.
    public static func step(_ tag: Tag) -> AttributePath {
        AttributePath([Step(.scheduledProcedureStepSequence)], tag)
    }

    /// Reads `0040,0100/0008,0060`, the form of the tables in this module.
    init?(compact text: some StringProtocol) {
        var tags: [Tag] = []
        for part in text.split(separator: "/") {
            guard let tag = Tag(parsing: part) else { return nil }
            tags.append(tag)
        }
        guard let last = tags.popLast() else { return nil }
        self.init(tags.map { Step($0) }, last)
    }
}

/// The lines of a string literal.
struct StaticLines: Sequence {
    private let text: String

    init(_ text: StaticString) {
        self.text = text.description
    }

    func makeIterator() -> IndexingIterator<[Substring]> {
        text.split(separator: "\n").makeIterator()
    }
}
