import DICOMData
import DICOMMatching
import Terminal

/// A query in words: `date=today(20261124)  modality=CT`.
enum QueryWords {
    struct Word: Hashable, Sendable {
        var path: AttributePath
        /// `date`, `modality`, or the keyword.
        var name: String
        /// As typed, with what it stands for behind it.
        var value: String
        /// The value as sent.
        var wire: String
        /// Tells who a patient is.
        var isPersonal: Bool

        /// `isBrief`: as sent, without the words that it was typed in.
        func text(isPrivate: Bool, isBrief: Bool = false) -> TerminalText {
            "\(name)=\(isPrivate && isPersonal ? "***" : isBrief ? wire : value)"
        }
    }

    static func words(of query: Query, now: QueryMoment) -> [Word] {
        let words = query.matchingKeys.map { key in
            let wire = key.wireValue(now: now)
            return Word(
                path: key.path,
                name: name(of: key.path),
                value: wire == key.value ? key.value : "\(key.value)(\(wire))",
                wire: wire,
                isPersonal: isPersonal(path: key.path, vr: key.vr)
            )
        }
        // When, where, who: the order in which people say it.
        return words.enumerated().sorted { a, b in
            (rank(a.element.path), a.offset) < (rank(b.element.path), b.offset)
        }.map(\.element)
    }

    /// Values of such a key tell who a patient is.
    static func isPersonal(path: AttributePath, vr: VR) -> Bool {
        // The issuer alone names a place, not a person.
        vr == .PN || path.tag == .patientBirthDate
            || path.tag != .issuerOfPatientID && PrivacyMask.identifiers.contains(path.tag)
    }

    private static func rank(_ path: AttributePath) -> Int {
        switch path.tag {
        case .scheduledProcedureStepStartDate, .studyDate: 0
        case .scheduledProcedureStepStartTime, .studyTime: 1
        case .modality, .modalitiesInStudy: 2
        case .scheduledStationAETitle: 3
        case .patientName: 4
        case .patientID: 5
        case .patientBirthDate: 6
        case .accessionNumber: 7
        default: 8
        }
    }

    static func name(of path: AttributePath) -> String {
        switch path.tag {
        case .scheduledProcedureStepStartDate, .studyDate: "date"
        case .scheduledProcedureStepStartTime, .studyTime: "time"
        case .modality, .modalitiesInStudy: "modality"
        case .scheduledStationAETitle: "station"
        case .patientName: "name"
        case .patientID: "id"
        case .patientBirthDate: "born"
        case .patientSex: "sex"
        case .accessionNumber: "accession"
        case .scheduledProcedureStepStatus: "status"
        case .requestedProcedurePriority: "priority"
        case .scheduledPerformingPhysicianName: "physician"
        case .referringPhysicianName: "referring"
        default: DataDictionary.keywordOrTag(path.tag)
        }
    }

    /// The words in one line; `everything` for a query without matching keys.
    static func line(_ words: [Word], isPrivate: Bool) -> TerminalText {
        if words.isEmpty { return "everything (no matching keys)" }
        return words.map { $0.text(isPrivate: isPrivate) }.joined(separator: "  ")
    }
}
