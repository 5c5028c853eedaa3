/// The columns a list can show, sort by and filter on. The raw value is the name used in filters and sort menus.
enum ListColumn: String, CaseIterable, Hashable, Sendable {
    case status, date, time, patient, born, age, sex, id, accession, modality, station, procedure

    /// Place in ``RowText``'s storage.
    var index: Int {
        switch self {
        case .status: 0
        case .date: 1
        case .time: 2
        case .patient: 3
        case .born: 4
        case .age: 5
        case .sex: 6
        case .id: 7
        case .accession: 8
        case .modality: 9
        case .station: 10
        case .procedure: 11
        }
    }

    /// The word over the column.
    var header: String {
        switch self {
        case .status: "St"
        case .date: "Date"
        case .time: "Time"
        case .patient: "Patient"
        case .born: "Born"
        case .age: "Age"
        case .sex: "S"
        case .id: "ID"
        case .accession: "Accession"
        case .modality: "Mod"
        case .station: "Station"
        case .procedure: "Procedure"
        }
    }

    /// What it holds, for menus and help.
    var meaning: String {
        switch self {
        case .status: "step status"
        case .date: "start date and time"
        case .time: "start date and time"
        case .patient: "patient's name"
        case .born: "birth date"
        case .age: "age"
        case .sex: "sex"
        case .id: "patient ID"
        case .accession: "accession number"
        case .modality: "modality"
        case .station: "station AE title"
        case .procedure: "procedure"
        }
    }

    /// The column a user means by a word in a filter: its name, its header, or the beginning of either.
    init?(word: some StringProtocol) {
        let word = word.lowercased()
        guard !word.isEmpty else { return nil }
        if let exact = Self(rawValue: word) {
            self = exact
            return
        }
        switch word {
        case "name": self = .patient
        case "acc": self = .accession
        case "st": self = .status
        case "mod": self = .modality
        case "birthdate", "birth": self = .born
        default:
            guard let first = Self.allCases.first(where: { $0.rawValue.hasPrefix(word) && word.count > 1 }) else {
                return nil
            }
            self = first
        }
    }
}

/// What the list is sorted by.
struct SortOrder: Hashable, Sendable {
    var column: ListColumn
    var isDescending = false

    /// Date and time of the step, then accession number.
    static let standard = SortOrder(column: .time)

    /// The same order as seen by the user: date and time sort alike.
    func isSameColumn(as column: ListColumn) -> Bool {
        self.column == column || (self.column == .time && column == .date) || (self.column == .date && column == .time)
    }
}
