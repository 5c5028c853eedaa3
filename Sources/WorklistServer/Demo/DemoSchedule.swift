import DICOMData

/// A day of an invented hospital: what a demo server serves, and tests can rely on.
///
/// Same date, second, seed and count: same items, byte for byte. Every return key of type 1, 1C, 2 and 2C of PS3.4
/// table K.6-1 is there, filled or empty. Two patients of nearly the same name are always on CT01, and an emergency
/// patient without a known birth date.
public struct DemoSchedule: WorklistSource {
    private let worklist: FixedWorklist

    /// Sorted by start time and accession number.
    public var items: [DataSet] { worklist.items }

    /// - Parameters:
    ///   - date: The day the items are scheduled for.
    ///   - second: Second of that day up to which things have happened; 0 for a day to come, 86,400 for one that is over.
    ///   - seed: Another seed, another schedule.
    ///   - count: Number of items.
    public init(date: DICOMDate, second: Int = 12 * 3600, seed: UInt64 = 1, count: Int = 300) {
        var builder = DemoBuilder(date: date, second: second, seed: seed)
        worklist = FixedWorklist(builder.items(count: max(0, count)))
    }

    public func cursor(for request: WorklistRequest) throws(WorklistSourceError) -> (any WorklistCursor)? {
        try worklist.cursor(for: request)
    }

    public func count() -> Int { worklist.count() }
}

/// One patient of the demo.
struct DemoPatient {
    var name: String
    var characterSet: SpecificCharacterSet
    var id: String
    var birthDate: DICOMDate?
    /// M, F or U.
    var sex: String
    /// In kilograms; nil if unknown.
    var weight: Int?
    /// In centimetres.
    var size: Int?
}

/// Makes the items of a day, one after the other from one stream of random numbers.
struct DemoBuilder {
    private let date: DICOMDate
    private let second: Int
    private let catalogue = DemoCatalogue.shared
    private var random: SplitMix64
    private var patients: [DemoPatient] = []
    private var names: Set<String> = ["SMITH^Anna"]
    private var serial = 0

    init(date: DICOMDate, second: Int, seed: UInt64) {
        self.date = date
        self.second = second
        // Neighbouring days and seeds start far apart.
        let day = UInt64(truncatingIfNeeded: date.daysSince1970)
        random = SplitMix64(seed: seed &* 0x2545_F491_4F6C_DD1D ^ day &* 0x9E37_79B9_7F4A_7C15)
    }

    private var isWeekend: Bool { date.weekday == .saturday || date.weekday == .sunday }

    mutating func items(count: Int) -> [DataSet] {
        let weights = catalogue.stations.map { isWeekend ? $0.weekendWeight : $0.weight }
        var shares = [Int](repeating: 0, count: weights.count)
        let fixed = fixedItems().prefix(count)
        for _ in fixed.count..<count { shares[random.index(weights: weights)] += 1 }
        var items = Array(fixed)
        for (index, share) in shares.enumerated() {
            for place in 0..<share {
                items.append(item(at: catalogue.stations[index], minute: minute(place: place, of: share)))
            }
        }
        return items
    }

    /// Shares of the hours from 7 to 20: busy mornings, a lull at noon, a thin evening.
    private static let hours = [6, 11, 13, 13, 12, 7, 8, 11, 10, 8, 5, 3, 2]

    /// Start of the n-th of so many items on a station, spread over the day by the shares of its hours, in steps of 5 minutes.
    private func minute(place: Int, of count: Int) -> Int {
        let total = Self.hours.reduce(0, +)
        var rest = (Double(place) + 0.5) / Double(count) * Double(total)
        for (hour, share) in Self.hours.enumerated() {
            if rest < Double(share) {
                let minute = 420 + hour * 60 + Int(rest / Double(share) * 60)
                return minute / 5 * 5
            }
            rest -= Double(share)
        }
        return 1195
    }

    // MARK: Patients

    /// Patients that every demo has: two that are easily taken for each other, and one that nobody knows yet.
    private mutating func fixedItems() -> [DataSet] {
        let anna = DemoPatient(
            name: "SMITH^Anna",
            characterSet: .defaultRepertoire,
            id: "00220147",
            birthDate: DICOMDate(year: 1958, month: 11, day: 2),
            sex: "F",
            weight: 71,
            size: 164
        )
        let annaM = DemoPatient(
            name: "SMITH^Anna^M",
            characterSet: .defaultRepertoire,
            id: "00391022",
            birthDate: DICOMDate(year: 1985, month: 11, day: 2),
            sex: "F",
            weight: 63,
            size: 170
        )
        let unknown = DemoPatient(
            name: "TEMP^Emergency 7",
            characterSet: .defaultRepertoire,
            id: "E2609217",
            birthDate: nil,
            sex: "U",
            weight: nil,
            size: nil
        )
        guard let station = catalogue.stations.first, let procedures = catalogue.procedures[station.modality] else {
            return []
        }
        func procedure(_ code: String) -> DemoCatalogue.Procedure? { procedures.first { $0.code == code } }
        let plan: [(DemoPatient, String, Int, String)] = [
            (anna, "CTABDC", 510, "ROUTINE"), (annaM, "CTHEAD", 525, "ROUTINE"), (unknown, "CTPOLY", 690, "STAT"),
        ]
        return plan.compactMap { patient, code, minute, priority in
            procedure(code).map { item(patient, $0, at: station, minute: minute, priority: priority) }
        }
    }

    private mutating func patient(for station: DemoCatalogue.Station) -> DemoPatient {
        // Some come for more than one examination.
        if random.chance(8), station.modality != "MG", let known = random.pick(patients) { return known }
        let script = catalogue.scripts[random.index(weights: catalogue.scripts.map(\.weight))]
        let isFemale = station.modality == "MG" || random.chance(52)
        // Two patients of one name are an event, not the rule: a few tries for a name that is free.
        var name = ""
        for _ in 0..<4 {
            name = Self.name(script, isFemale: isFemale, &random)
            if names.insert(name).inserted { break }
        }
        let age = station.modality == "MG" ? 45 + random.below(30) : Self.age(&random)
        let birthDate = date.adding(days: -(age * 365 + random.below(365) + 1))
        let patient = DemoPatient(
            name: name,
            characterSet: script.characterSet,
            id: Self.digits(random.below(600_000) + 1_000, 8),
            birthDate: birthDate,
            sex: isFemale ? "F" : "M",
            weight: age < 16 ? 4 + age * 3 : 48 + random.below(60),
            size: age < 16 ? 55 + age * 7 : 150 + random.below(45)
        )
        patients.append(patient)
        return patient
    }

    private static func name(
        _ script: DemoCatalogue.Script,
        isFemale: Bool,
        _ random: inout SplitMix64
    ) -> String {
        let family = random.pick(script.families) ?? []
        let given = random.pick(isFemale ? script.female : script.male) ?? []
        return (0..<max(family.count, given.count)).map { index in
            let parts = [index < family.count ? family[index] : "", index < given.count ? given[index] : ""]
            return parts.joined(separator: "^")
        }.joined(separator: "=")
    }

    private static func age(_ random: inout SplitMix64) -> Int {
        let decade = random.index(weights: [4, 5, 7, 9, 11, 14, 17, 18, 12, 3])
        return decade * 10 + random.below(10)
    }

    // MARK: Items

    private mutating func item(at station: DemoCatalogue.Station, minute: Int) -> DataSet {
        let patient = patient(for: station)
        let fallback = DemoCatalogue.Procedure(
            code: station.modality,
            description: station.modality,
            minutes: 15,
            contrast: "",
            preMedication: "",
            reason: ""
        )
        var procedures = catalogue.procedures[station.modality] ?? []
        let isWomanOfAge = patient.sex == "F" && (18...45).contains(years(of: patient) ?? 0)
        if !isWomanOfAge { procedures.removeAll { $0.code == "USOB" } }
        if patient.sex != "M" { procedures.removeAll { $0.code == "MRPROS" || $0.code == "PTPSMA" } }
        let procedure = random.pick(procedures) ?? fallback
        let priorities = ["STAT", "HIGH", "MEDIUM", "LOW", "ROUTINE"]
        let priority = priorities[random.index(weights: isWeekend ? [12, 14, 6, 2, 66] : [4, 8, 6, 4, 78])]
        return item(patient, procedure, at: station, minute: minute, priority: priority)
    }

    private func years(of patient: DemoPatient) -> Int? {
        patient.birthDate.map { (date.daysSince1970 - $0.daysSince1970) / 365 }
    }

    private mutating func item(
        _ patient: DemoPatient,
        _ procedure: DemoCatalogue.Procedure,
        at station: DemoCatalogue.Station,
        minute: Int,
        priority: String
    ) -> DataSet {
        serial += 1
        let number = 4_500 + serial
        let year = Self.digits(date.year % 100, 2)
        var writer = DemoWriter(characterSet: patient.characterSet)
        let ward = priority == "STAT" ? "Emergency" : random.pick(catalogue.wards) ?? ""
        let isOutpatient = ward == "Outpatients"

        writer.put(.accessionNumber, "\(year)-\(Self.digits(number, 6))")
        writer.put(.institutionName, "Demo General Hospital")
        writer.put(.referringPhysicianName, random.pick(catalogue.physicians) ?? "")
        writer.putItems(.referencedStudySequence, [])
        writer.putItems(.referencedPatientSequence, [])

        writer.put(.patientName, patient.name)
        writer.put(.patientID, patient.id)
        writer.put(.issuerOfPatientID, "HOSP-A")
        writer.put(.patientBirthDate, patient.birthDate?.description ?? "")
        writer.put(.patientSex, patient.sex)
        writer.put(.patientSize, patient.size.map { "\($0 / 100).\(Self.digits($0 % 100, 2))" } ?? "")
        writer.put(.patientWeight, patient.weight.map(String.init) ?? "")
        writer.put(.medicalAlerts, random.chance(14) ? random.pick(catalogue.alerts) ?? "" : "")
        writer.put(.allergies, allergies())
        writer.put(.pregnancyStatus, pregnancyStatus(of: patient, procedure))
        writer.put(.additionalPatientHistory, "")
        writer.put(.patientState, priority == "STAT" ? "Unstable" : "")
        writer.put(.specialNeeds, random.chance(6) ? "Wheelchair" : random.chance(4) ? "Interpreter" : "")
        writer.put(.confidentialityConstraintOnPatientDataDescription, random.chance(2) ? "VIP" : "")

        writer.put(.studyInstanceUID, uid())
        writer.put(.requestingPhysician, random.pick(catalogue.physicians) ?? "")
        writer.put(.requestingService, isOutpatient ? "Outpatient clinic" : ward)
        writer.put(.requestedProcedureDescription, procedure.description)
        writer.putItems(.requestedProcedureCodeSequence, [writer.code(procedure.code, procedure.description)])
        writer.put(.admissionID, isOutpatient ? "" : "A\(Self.digits(20_000 + random.below(9_000), 6))")
        writer.put(.currentPatientLocation, ward)
        writer.put(.requestedProcedureID, "RP\(Self.digits(number, 6))")
        writer.put(.reasonForTheRequestedProcedure, procedure.reason)
        writer.put(.requestedProcedurePriority, priority)
        writer.put(.patientTransportArrangements, isOutpatient ? "Walking" : random.chance(40) ? "Bed" : "Wheelchair")
        writer.put(.requestedProcedureComments, random.chance(10) ? "Please call ward before transport" : "")

        var step = DemoWriter(characterSet: patient.characterSet)
        step.put(.modality, station.modality)
        step.put(.requestedContrastAgent, procedure.contrast)
        // A step that either of two stations may take.
        let isShared = station.title == "CT02" && random.chance(15)
        step.put(.scheduledStationAETitle, isShared ? "CT02\\CT03" : station.title)
        step.put(.scheduledProcedureStepStartDate, date.description)
        step.put(.scheduledProcedureStepStartTime, Self.time(minute))
        step.put(.scheduledProcedureStepEndDate, date.description)
        step.put(.scheduledProcedureStepEndTime, Self.time(min(minute + procedure.minutes, 1_439)))
        step.put(.scheduledPerformingPhysicianName, random.chance(70) ? random.pick(catalogue.physicians) ?? "" : "")
        step.put(.scheduledProcedureStepDescription, procedure.description)
        step.putItems(.scheduledProtocolCodeSequence, [step.code("P-" + procedure.code, procedure.description)])
        step.put(.scheduledProcedureStepID, "SPS\(Self.digits(number, 6))")
        step.put(.scheduledStationName, isShared ? "CT Main\\CT Outpatient" : station.name)
        step.put(.scheduledProcedureStepLocation, station.room)
        step.put(.preMedication, procedure.preMedication)
        step.put(.scheduledProcedureStepStatus, status(minute: minute, minutes: procedure.minutes))
        step.put(.commentsOnTheScheduledProcedureStep, random.chance(7) ? "Last eGFR older than 3 months" : "")
        writer.putItems(.scheduledProcedureStepSequence, [step.dataSet])
        return writer.dataSet
    }

    private mutating func allergies() -> String {
        guard random.chance(18), let first = random.pick(catalogue.allergies) else { return "" }
        guard random.chance(25), let second = random.pick(catalogue.allergies), second != first else { return first }
        return first + "\\" + second
    }

    /// 1 not pregnant, 2 possibly, 3 definitely, 4 unknown (PS3.3 C.2.3).
    private mutating func pregnancyStatus(of patient: DemoPatient, _ procedure: DemoCatalogue.Procedure) -> String {
        guard patient.sex == "F", let years = years(of: patient), (12...55).contains(years) else { return "" }
        if procedure.code == "USOB" { return "3" }
        return ["1", "2", "4"][random.index(weights: [70, 5, 25])]
    }

    /// What has become of a step by now.
    private mutating func status(minute: Int, minutes: Int) -> String {
        let now = second / 60
        if minute + minutes + 10 <= now {
            return random.chance(4) ? "DISCONTINUED" : random.chance(20) ? "DEPARTED" : "COMPLETED"
        }
        if minute <= now { return "STARTED" }
        if minute <= now + 15 { return random.chance(60) ? "READY" : "ARRIVED" }
        if minute <= now + 45 { return random.chance(70) ? "ARRIVED" : "SCHEDULED" }
        return "SCHEDULED"
    }

    /// A UID made of a random number, as PS3.5 B.2 derives them from UUIDs.
    private mutating func uid() -> String {
        let high = random.next()
        let low = random.next()
        // The version and variant bits of a random UUID (RFC 4122).
        let versioned = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let number = UInt128(versioned) << 64 | UInt128(low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
        return "2.25.\(number)"
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }

    private static func time(_ minute: Int) -> String {
        digits(minute / 60, 2) + digits(minute % 60, 2) + "00"
    }
}

/// Fills a data set from text that is known to fit; what does not fit is left empty, and a test would say so.
struct DemoWriter {
    private(set) var dataSet: DataSet
    private let characterSet: SpecificCharacterSet

    init(characterSet: SpecificCharacterSet) {
        self.characterSet = characterSet
        dataSet = DataSet(inheriting: characterSet)
        dataSet.declare(characterSet)
    }

    mutating func put(_ tag: Tag, _ text: String) {
        do {
            try dataSet.set(tag, text)
        } catch {
            dataSet.set(DataElement(tag: tag, vr: DataDictionary.vr(of: tag) ?? .UN, value: .bytes([])))
        }
    }

    mutating func putItems(_ tag: Tag, _ items: [DataSet]) {
        dataSet.setItems(
            tag,
            items.map { item in
                // Items speak the character set of the whole.
                var item = item
                item.remove(.specificCharacterSet)
                return item
            }
        )
    }

    /// An item of a code sequence (PS3.3 8.8), in a scheme of this demo's own.
    func code(_ value: String, _ meaning: String) -> DataSet {
        var writer = DemoWriter(characterSet: characterSet)
        writer.put(.codeValue, value)
        writer.put(.codingSchemeDesignator, "99DEMO")
        writer.put(.codeMeaning, meaning)
        return writer.dataSet
    }
}
