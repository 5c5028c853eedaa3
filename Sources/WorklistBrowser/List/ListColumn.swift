import DICOMData
import DICOMMatching
import Terminal

/// The columns a list can show, sort by and filter on: the twelve of every list, and any attribute of an item.
enum ListColumn: Hashable, Sendable, CaseIterable {
    case status, date, time, patient, born, age, sex, id, accession, modality, station, procedure
    /// An attribute by its place in the item.
    case attribute(AttributePath)

    /// The twelve of every list, in the order of the screen.
    static let allCases: [ListColumn] = [
        .status, .date, .time, .patient, .born, .age, .sex, .id, .accession, .modality, .station, .procedure,
    ]

    /// Place in ``RowText``'s storage; nil for an attribute, which is read when it is looked at.
    var index: Int? {
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
        case .attribute: nil
        }
    }

    /// The word for filters, layouts and files: ``init(word:)`` and ``init(name:)`` read it.
    var rawValue: String {
        switch self {
        case .status: "status"
        case .date: "date"
        case .time: "time"
        case .patient: "patient"
        case .born: "born"
        case .age: "age"
        case .sex: "sex"
        case .id: "id"
        case .accession: "accession"
        case .modality: "modality"
        case .station: "station"
        case .procedure: "procedure"
        case .attribute(let path): KnownColumn.byPath[path]?.name ?? path.description
        }
    }

    /// The word over the column.
    var header: String {
        switch self {
        case .status: "Status"
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
        case .attribute(let path):
            KnownColumn.byPath[path]?.header
                ?? AttributeNames.short(AttributeNames.name(of: path.tag), columns: 16).string
        }
    }

    /// ``header`` where there is room for the whole word.
    var title: String {
        switch self {
        case .sex: "Sex"
        case .modality: "Modality"
        default: header
        }
    }

    /// What it holds, for menus and help.
    var meaning: String {
        switch self {
        case .status: "step status"
        case .date: "start date"
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
        case .attribute(let path): AttributeNames.name(of: path.tag)
        }
    }

    /// The attribute it shows: the first of them where it falls back on others.
    var path: AttributePath {
        switch self {
        case .status: .step(.scheduledProcedureStepStatus)
        case .date: .step(.scheduledProcedureStepStartDate)
        case .time: .step(.scheduledProcedureStepStartTime)
        case .patient: AttributePath([], .patientName)
        case .born, .age: AttributePath([], .patientBirthDate)
        case .sex: AttributePath([], .patientSex)
        case .id: AttributePath([], .patientID)
        case .accession: AttributePath([], .accessionNumber)
        case .modality: .step(.modality)
        case .station: .step(.scheduledStationAETitle)
        case .procedure: .step(.scheduledProcedureStepDescription)
        case .attribute(let path): path
        }
    }

    var isAttribute: Bool { index == nil }

    /// The column that shows the attribute: one of the twelve if it is one of theirs.
    init(showing path: AttributePath) {
        self = Self.allCases.first { $0 != .age && $0.path == path } ?? .attribute(path)
    }

    /// The attributes with a short name of their own, as columns, in the order of menus.
    static let known: [ListColumn] = KnownColumn.all.map { .attribute($0.path) }

    /// The column a user means by a word in a filter: its name, its header, or the beginning of either.
    init?(word: some StringProtocol) {
        let asTyped = String(word)
        let word = asTyped.lowercased()
        guard !word.isEmpty else { return nil }
        if let exact = (Self.allCases + Self.known).first(where: { $0.rawValue == word }) {
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
            if let first = (Self.allCases + Self.known).first(where: { $0.rawValue.hasPrefix(word) && word.count > 1 })
            {
                self = first
            } else if word.count > 3, let tag = DataDictionary.tag(keyword: asTyped) {
                self = ListColumn(showing: WorklistModel.home(of: tag) ?? AttributePath([], tag))
            } else {
                return nil
            }
        }
    }

    /// Reads ``rawValue``, and an attribute in any spelling of a key; nil for anything else.
    init?(name: some StringProtocol) {
        let name = String(name)
        if let exact = (Self.allCases + Self.known).first(where: { $0.rawValue == name }) {
            self = exact
            return
        }
        do {
            let parsed = try KeyPath.parse(name)
            guard parsed.value == nil else { return nil }
            self = ListColumn(showing: parsed.path)
        } catch {
            return nil
        }
    }
}

/// Attributes that a list is often wanted to show, with names short enough for a header.
private struct KnownColumn: Sendable {
    /// In filters and files.
    var name: String
    var header: String
    var path: AttributePath

    private static func top(_ name: String, _ header: String, _ tag: Tag) -> KnownColumn {
        KnownColumn(name: name, header: header, path: AttributePath([], tag))
    }

    private static func step(_ name: String, _ header: String, _ tag: Tag) -> KnownColumn {
        KnownColumn(name: name, header: header, path: .step(tag))
    }

    private static func code(_ name: String, _ header: String, _ tag: Tag) -> KnownColumn {
        let path = AttributePath(.scheduledProcedureStepSequence, .scheduledProtocolCodeSequence, to: tag)
        return KnownColumn(name: name, header: header, path: path)
    }

    static let all: [KnownColumn] = [
        top("priority", "Priority", .requestedProcedurePriority),
        top("issuer", "Issuer", .issuerOfPatientID),
        top("otherids", "Other IDs", .otherPatientIDs),
        top("requested", "Req. ID", .requestedProcedureID),
        step("step", "Step ID", .scheduledProcedureStepID),
        top("study", "Study UID", .studyInstanceUID),
        step("enddate", "End date", Tag(0x0040, 0x0004)),
        step("endtime", "End", Tag(0x0040, 0x0005)),
        step("stationname", "Station name", Tag(0x0040, 0x0010)),
        step("location", "Location", Tag(0x0040, 0x0011)),
        top("ward", "Ward", Tag(0x0038, 0x0300)),
        code("code", "Code", .codeValue),
        code("protocol", "Protocol", .codeMeaning),
        top("reason", "Reason", Tag(0x0040, 0x1002)),
        top("referring", "Referring", .referringPhysicianName),
        top("requesting", "Requesting", Tag(0x0032, 0x1032)),
        top("service", "Service", Tag(0x0032, 0x1033)),
        step("performing", "Performing", .scheduledPerformingPhysicianName),
        top("alerts", "Alerts", Tag(0x0010, 0x2000)),
        top("allergies", "Allergies", Tag(0x0010, 0x2110)),
        top("pregnancy", "Pregnant", Tag(0x0010, 0x21C0)),
        top("weight", "Weight", Tag(0x0010, 0x1030)),
        top("height", "Height", Tag(0x0010, 0x1020)),
        step("contrast", "Contrast", Tag(0x0032, 0x1070)),
        step("premedication", "Premedication", Tag(0x0040, 0x0012)),
        top("needs", "Needs", Tag(0x0038, 0x0050)),
        top("state", "State", Tag(0x0038, 0x0500)),
        top("transport", "Transport", Tag(0x0040, 0x1004)),
        top("admission", "Admission", .admissionID),
        top("confidential", "Confidential", Tag(0x0040, 0x3001)),
        top("comments", "Comments", Tag(0x0010, 0x4000)),
        top("procedurecomments", "Proc. comments", Tag(0x0040, 0x1400)),
        step("stepcomments", "Step comments", Tag(0x0040, 0x0400)),
    ]

    static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })
}
