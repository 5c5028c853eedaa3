import DICOMData

/// What a demo hospital is made of: stations, procedures, names. All invented.
struct DemoCatalogue: Sendable {
    struct Station: Sendable {
        let modality: String
        let title: String
        let name: String
        let room: String
        /// Share of the day's items, and of a weekend's.
        let weight: Int
        let weekendWeight: Int
    }

    struct Procedure: Sendable {
        let code: String
        let description: String
        let minutes: Int
        let contrast: String
        let preMedication: String
        let reason: String
    }

    /// Names of one script, and the character set they are sent in.
    struct Script: Sendable {
        let characterSet: SpecificCharacterSet
        let weight: Int
        /// Each with its component groups: alphabetic, ideographic, phonetic.
        let families: [[String]]
        let male: [[String]]
        let female: [[String]]
    }

    let stations: [Station]
    let procedures: [String: [Procedure]]
    let scripts: [Script]
    let physicians: [String]
    let wards: [String]
    let allergies: [String]
    let alerts: [String]

    static let shared = DemoCatalogue()

    private init() {
        stations = Self.rows(Self.stationTable).compactMap { row in
            guard row.count == 6, let weight = Int(row[4]), let weekend = Int(row[5]) else { return nil }
            return Station(
                modality: row[0],
                title: row[1],
                name: row[2],
                room: row[3],
                weight: weight,
                weekendWeight: weekend
            )
        }
        var procedures: [String: [Procedure]] = [:]
        for row in Self.rows(Self.procedureTable) {
            guard row.count == 7, let minutes = Int(row[3]) else { continue }
            let procedure = Procedure(
                code: row[1],
                description: row[2],
                minutes: minutes,
                contrast: row[4],
                preMedication: row[5],
                reason: row[6]
            )
            procedures[row[0], default: []].append(procedure)
        }
        self.procedures = procedures
        scripts = Self.rows(Self.nameTable).compactMap { row in
            guard row.count == 5, let weight = Int(row[1]) else { return nil }
            func names(_ list: String) -> [[String]] {
                list.split(separator: ";").map {
                    $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                }
            }
            return Script(
                characterSet: SpecificCharacterSet(parsing: row[0].utf8),
                weight: weight,
                families: names(row[2]),
                male: names(row[3]),
                female: names(row[4])
            )
        }
        physicians = Self.rows(Self.physicianTable).compactMap(\.first)
        wards = Self.rows(Self.wardTable).compactMap(\.first)
        allergies = Self.rows(Self.allergyTable).compactMap(\.first)
        alerts = Self.rows(Self.alertTable).compactMap(\.first)
    }

    private static func rows(_ table: StaticString) -> [[String]] {
        table.description.split(separator: "\n").map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
