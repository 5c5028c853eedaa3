import DICOMData
import DICOMMatching

/// What matches what, line by line of PS3.4 C.2.2.2, K.6.1.2.2 and C.4.1: read by the tests of the matcher, and by those that
/// ask servers over the network.
///
/// A line: attribute, key, stored value, whether they match. A heading names the clause of the lines behind it. Attributes are
/// keywords or paths; `∅` is a zero-length value, `-` an absent attribute, `·` a space, `;` parts the values of several items.
/// `Start` stands for start date and start time of the step, `date / time`.
enum MatchingTable {
    static let text = #"""
        # C.2.2.2.1 single value
        PatientID | 4711 | 4711 | yes
        PatientID | 4711 | 47110 | no
        PatientID | 47110 | 4711 | no
        PatientID | abc | ABC | no
        PatientID | 47·11 | 4711 | no
        RequestedProcedureID | RP-1 | RP-1 | yes
        RequestedProcedureID | RP-1 | rp-1 | no
        AccessionNumber | 26-004711 | 26-004711 | yes
        AccessionNumber | 26-004711 | 26-004712 | no
        Modality | CT | CT | yes
        Modality | ct | CT | no
        Modality | CT | MR | no
        ScheduledStationAETitle | CT_1 | CT_1 | yes
        ScheduledStationAETitle | CT_1 | ct_1 | no
        ScheduledStationAETitle | CT_1 | CT_10 | no
        PatientSex | F | F | yes
        PatientSex | F | M | no
        PatientAge | 042Y | 042Y | yes
        PatientAge | 042Y | 42Y | no
        PatientComments | a\b | a\b | yes
        PatientComments | a | a\b | no
        StudyDescription | Schadel | Schädel | no
        PregnancyStatus | 4 | 4 | yes
        PregnancyStatus | 4 | 1 | no
        # PS3.5 6.2 padding
        PatientID | 4711· | 4711 | yes
        PatientID | 4711 | 4711· | yes
        PatientID | ·4711 | 4711 | yes
        PatientID | 4711 | ·4711 | yes
        RequestedProcedureID | ·RP-2· | RP-2 | yes
        Modality | CT·· | CT | yes
        ScheduledStationAETitle | CT_1· | ·CT_1 | yes
        PatientComments | ·a | a | no
        PatientComments | ·a | ·a | yes
        PatientComments | a· | a | yes
        StudyInstanceUID | 1.2.3 | 1.2.3 | yes
        # C.2.2.2.3 universal
        PatientID | ∅ | 4711 | yes
        PatientID | ∅ | ∅ | yes
        PatientID | ∅ | - | yes
        PatientName | ∅ | SMITH^ANNA | yes
        StudyInstanceUID | ∅ | 1.2.3 | yes
        Modality | ∅ | CT | yes
        ScheduledProcedureStepStartDate | ∅ | 20260921 | yes
        PatientWeight | ∅ | 72.5 | yes
        # C.2.2.2.4 a lone star is universal
        PatientID | * | 4711 | yes
        PatientID | * | ∅ | yes
        PatientID | ** | - | yes
        PatientName | * | ∅ | yes
        Modality | * | CT | yes
        # C.2.2.1 an unknown value matches no value
        PatientID | 4711 | ∅ | no
        PatientID | 4711 | - | no
        PatientID | 4* | ∅ | no
        PatientID | ? | ∅ | no
        PatientName | SMITH | - | no
        PatientName | S* | ∅ | no
        PatientBirthDate | 19700101- | ∅ | no
        PatientBirthDate | 19700101 | - | no
        StudyTime | 10- | ∅ | no
        PregnancyStatus | 4 | ∅ | no
        ScheduledStationAETitle | CT_1 | ∅ | no
        ScheduledProcedureStepStartDate | 20260921- | ∅ | no
        # C.2.2.2.4 wild card
        AccessionNumber | *-0047?? | 26-004711 | yes
        RequestedProcedureID | RP-* | RP-3 | yes
        RequestedProcedureID | rp-* | RP-3 | no
        StudyDescription | *Thorax* | CT Thorax + contrast | yes
        StudyDescription | *thorax* | CT Thorax + contrast | no
        StudyDescription | Sch?del | Schädel | yes
        StudyDescription | *头* | 头部CT | yes
        StudyDescription | ??CT | 头部CT | yes
        PatientComments | *b* | a\b | yes
        # C.2.2.2.4 wild card; of these keys table K.6-1 wants single values only, more is up to the server
        PatientID | 47* | 4711 | yes
        PatientID | 47* | 47 | yes
        PatientID | *11 | 4711 | yes
        PatientID | 4*1 | 4711 | yes
        PatientID | 4*2 | 4711 | no
        PatientID | 4?11 | 4711 | yes
        PatientID | 4?1 | 4711 | no
        PatientID | ???? | 4711 | yes
        PatientID | ??? | 4711 | no
        PatientID | ?* | 4711 | yes
        PatientID | *7*1* | 4711 | yes
        PatientID | a* | ABC | no
        Modality | C? | CT | yes
        Modality | C? | CTX | no
        ScheduledStationAETitle | CT_* | CT_1 | yes
        # C.2.2.2.4 no wild card in other VRs
        PatientAge | 04?Y | 042Y | no
        StudyInstanceUID | 1.2.* | 1.2.3 | no
        # C.2.2.2.1, C.2.2.2.4 names: case, accents and delimiters are up to the server
        PatientName | SMITH^ANNA | SMITH^ANNA | yes
        PatientName | smith^anna | SMITH^ANNA | yes
        PatientName | SMITH^ANNA | Smith^Anna | yes
        PatientName | SMITH | SMITH^ANNA | no
        PatientName | SMITH^ | SMITH | yes
        PatientName | SMITH^^^^ | SMITH | yes
        PatientName | SMITH | SMITH^^^^ | yes
        PatientName | SMITH^ANNA | SMITH^ANNA^^^ | yes
        PatientName | SMI* | SMITH^ANNA | yes
        PatientName | SMITH* | SMITH | yes
        PatientName | SMITH^* | SMITH | yes
        PatientName | SMITH^A* | SMITH^ANNA^M | yes
        PatientName | SMITH^A* | SMITHERS^ANNA | no
        PatientName | SMI*^A* | SMITH^ANNA | yes
        PatientName | SMI*^B* | SMITH^ANNA | no
        PatientName | *^ANNA* | SMITH^ANNA | yes
        PatientName | ?MITH^ANNA | SMITH^ANNA | yes
        PatientName | SMITH·^ANNA | SMITH^ANNA | yes
        PatientName | SMITH^ANNA | SMITH·^·ANNA· | yes
        PatientName | MULLER^JORG | Müller^Jörg | yes
        PatientName | MÜLLER^JÖRG | Muller^Jorg | yes
        PatientName | mül* | MÜLLER^JÖRG | yes
        PatientName | DUBOIS^Elodie | Dubois^Élodie | yes
        PatientName | Nguyen^* | NGUYỄN^Thị Lan | yes
        PatientName | Strasse | Straße | yes
        PatientName | LODZ* | Łódź^Jan | yes
        PatientName | Иванов* | ИВАНОВ^Пётр | yes
        PatientName | иванов^петр | Иванов^Пётр | yes
        PatientName | ΠΑΠΑΔΟΠΟΥΛΟΣ* | Παπαδόπουλος^Γιώργος | yes
        PatientName | أحمد* | احمد^علي | yes
        ScheduledPerformingPhysicianName | WEBER^MAX | Weber^Max | yes
        ScheduledPerformingPhysicianName | WEB* | WEBER^MAX | yes
        ScheduledPerformingPhysicianName | WEB* | MAIER^MAX | no
        ReferringPhysicianName | holt* | HOLT^Petra^^Dr | yes
        # C.2.2.2.1 names: component groups are up to the server
        PatientName | 山田^太郎 | YAMADA^TARO=山田^太郎=やまだ^たろう | yes
        PatientName | yamada* | Yamada^Taro=山田^太郎=やまだ^たろう | yes
        PatientName | やまだ* | YAMADA^TARO=山田^太郎=やまだ^たろう | yes
        PatientName | 山?^* | YAMADA^TARO=山田^太郎 | yes
        PatientName | YAMADA^TARO=山田^太郎 | YAMADA^TARO=山田^太郎=やまだ^たろう | yes
        PatientName | =山田* | YAMADA^TARO=山田^太郎 | yes
        PatientName | =山田* | 山田^TARO=鈴木 | no
        PatientName | YAMADA*=鈴木* | YAMADA^TARO=山田^太郎 | no
        PatientName | *=* | YAMADA^TARO | yes
        PatientName | *=* | ∅ | no
        PatientName | 김* | Kim^Hyungdong=김^희중 | yes
        # C.2.2.2.2 list of UID
        StudyInstanceUID | 1.2.3 | 1.2.3.4 | no
        StudyInstanceUID | 1.2.3\1.2.4 | 1.2.4 | yes
        StudyInstanceUID | 1.2.3\1.2.4 | 1.2.5 | no
        StudyInstanceUID | 1.2.3\1.2.4 | ∅ | no
        # C.2.2.2.1 dates: single value
        PatientBirthDate | 19700101 | 19700101 | yes
        PatientBirthDate | 19700101 | 19700102 | no
        ScheduledProcedureStepStartDate | 20260921 | 20260921 | yes
        ScheduledProcedureStepStartDate | 20260921 | 20260922 | no
        # PS3.5 6.2 dates with points, as ACR-NEMA wrote them: up to the server
        PatientBirthDate | 19700101 | 1970.01.01 | yes
        PatientBirthDate | 1970.01.01 | 19700101 | yes
        PatientBirthDate | 19700101-19700131 | 1970.01.15 | yes
        PatientBirthDate | 1970.01.01-1970.01.31 | 19700115 | yes
        # C.2.2.2.5 dates: range
        PatientBirthDate | 19700101-19700131 | 19700101 | yes
        PatientBirthDate | 19700101-19700131 | 19700131 | yes
        PatientBirthDate | 19700101-19700131 | 19700201 | no
        PatientBirthDate | 19700101-19700131 | 19691231 | no
        PatientBirthDate | 19700101- | 20260101 | yes
        PatientBirthDate | 19700101- | 19691231 | no
        PatientBirthDate | -19700101 | 19691231 | yes
        PatientBirthDate | -19700101 | 19700101 | yes
        PatientBirthDate | -19700101 | 19700102 | no
        PatientBirthDate | 19700101- | nonsense | no
        ScheduledProcedureStepStartDate | 20260921-20260923 | 20260923 | yes
        ScheduledProcedureStepStartDate | 20260921-20260923 | 20260924 | no
        ScheduledProcedureStepStartDate | 20260921- | 20270101 | yes
        ScheduledProcedureStepStartDate | -20260921 | 20260921 | yes
        ScheduledProcedureStepStartDate | -20260921 | 20260922 | no
        # C.2.2.2.1 times, by their meaning
        ScheduledProcedureStepStartTime | 2230 | 223000 | yes
        ScheduledProcedureStepStartTime | 223000 | 2230 | yes
        ScheduledProcedureStepStartTime | 2230 | 2231 | no
        StudyTime | 2230 | 223000 | yes
        StudyTime | 223000.000000 | 2230 | yes
        StudyTime | 10 | 100000 | yes
        StudyTime | 10 | 1015 | no
        StudyTime | 1030 | 103001 | no
        StudyTime | 10:30 | 1030 | yes
        StudyTime | 1030 | 10:30:00 | yes
        # C.2.2.2.5 times: range
        ScheduledProcedureStepStartTime | 1000-1200 | 1000 | yes
        ScheduledProcedureStepStartTime | 1000-1200 | 110000.5 | yes
        ScheduledProcedureStepStartTime | 1000-1200 | 120100 | no
        ScheduledProcedureStepStartTime | 1000- | 2359 | yes
        ScheduledProcedureStepStartTime | -1000 | 0000 | yes
        ScheduledProcedureStepStartTime | -1000 | 1001 | no
        StudyTime | 1000-1200 | 1000 | yes
        StudyTime | 1000-1200 | 120059 | yes
        StudyTime | 1000-1200 | 095959.999999 | no
        StudyTime | 2200-0600 | 2300 | no
        # C.2.2.2.5 moments
        ScheduledProcedureStepStartDateTime | 20260921120000 | 20260921120000 | yes
        ScheduledProcedureStepStartDateTime | 202609211200 | 20260921120000.000000 | yes
        ScheduledProcedureStepStartDateTime | 20260921120000+0200 | 20260921100000+0000 | yes
        ScheduledProcedureStepStartDateTime | 20260921-20260922 | 202609221200 | yes
        ScheduledProcedureStepStartDateTime | 20260921-20260922 | 202609230000 | no
        ScheduledProcedureStepStartDateTime | 20260921120000- | 20260921133000+0200 | no
        ScheduledProcedureStepStartDateTime | 20260921120000-0330- | 20260921153000+0000 | yes
        ScheduledProcedureStepStartDateTime | -20260921120000+0000 | 20260921133000+0200 | yes
        # K.6.1.2.2, C.2.2.2.5 start date and start time are one period
        Start | 20260921-20260923 / 1000-1800 | 20260921 / 1200 | yes
        Start | 20260921-20260923 / 1000-1800 | 20260922 / 0300 | yes
        Start | 20260921-20260923 / 1000-1800 | 20260922 / 2300 | yes
        Start | 20260921-20260923 / 1000-1800 | 20260921 / 0959 | no
        Start | 20260921-20260923 / 1000-1800 | 20260923 / 1801 | no
        Start | 20260921-20260922 / 2200-0600 | 20260922 / 0100 | yes
        Start | 20260921-20260922 / 2200-0600 | 20260921 / 2100 | no
        Start | 20260921- / 1000- | 20260922 / 0300 | yes
        Start | 20260921- / 1000- | 20260921 / 0959 | no
        Start | -20260923 / -1800 | 20260922 / 2300 | yes
        Start | -20260923 / -1800 | 20260923 / 1801 | no
        Start | 20260921 / 1000-1800 | 20260921 / 1200 | yes
        Start | 20260921 / 1000-1800 | 20260921 / 1900 | no
        Start | 20260921-20260923 / 1200 | 20260922 / 120000 | yes
        Start | 20260921-20260923 / 1200 | 20260922 / 1300 | no
        Start | 20260921-20260923 / 1000-1800 | 20260922 / ∅ | no
        # C.2.2.2.1.3 numbers: by value or by letters is up to the server
        PatientWeight | 72.5 | 72.5 | yes
        PatientWeight | 72.5 | 72.50 | yes
        PatientWeight | 72.5 | 7.25E1 | yes
        PatientWeight | 72.5 | 72.6 | no
        NumberOfStudyRelatedSeries | 3 | 03 | yes
        NumberOfStudyRelatedSeries | 3 | 30 | no
        # C.2.2.3 one of several values
        ScheduledStationAETitle | CT_2 | CT_1\CT_2 | yes
        ScheduledStationAETitle | CT_3 | CT_1\CT_2 | no
        OtherPatientNames | SMITH* | JONES^A\SMITH^B | yes
        Allergies | PENI* | LATEX\PENICILLIN | yes
        Allergies | LATEX | LATEX\PENICILLIN | yes
        Allergies | IODINE | LATEX\PENICILLIN | no
        # C.2.2.2.8 several values in a key, without negotiation: undefined, one of them here
        Allergies | LATEX\PENICILLIN | PENICILLIN | yes
        Allergies | LATEX\PENICILLIN | IODINE | no
        Modality | CT\MR | MR | yes
        # C.2.2.2.6 sequence: any item
        RequestedProcedureCodeSequence.CodeValue | P2 | P1;P2 | yes
        RequestedProcedureCodeSequence.CodeValue | P3 | P1;P2 | no
        RequestedProcedureCodeSequence.CodeValue | P1 | - | no
        RequestedProcedureCodeSequence.CodeValue | ∅ | P1 | yes
        ScheduledProcedureStepSequence.ScheduledProtocolCodeSequence.CodeValue | S2 | S1;S2 | yes
        ScheduledProcedureStepSequence.ScheduledProtocolCodeSequence.CodeValue | S3 | S1;S2 | no
        """#

    struct Row {
        let number: Int
        let clause: String
        let attribute: String
        let key: String
        let stored: String
        let matches: Bool

        var line: String { "\(attribute) | \(key) | \(stored)" }
    }

    static let rows: [Row] = {
        var rows: [Row] = []
        var clause = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# ") {
                clause = String(line.dropFirst(2))
                continue
            }
            let fields = line.split(separator: "|").map { field in
                var text = field
                while text.first == " " { text.removeFirst() }
                while text.last == " " { text.removeLast() }
                return String(text)
            }
            guard fields.count == 4 else { continue }
            rows.append(
                Row(
                    number: rows.count + 1,
                    clause: clause,
                    attribute: fields[0],
                    key: fields[1],
                    stored: fields[2],
                    matches: fields[3] == "yes"
                )
            )
        }
        return rows
    }()
}

extension MatchingTable.Row {
    /// A text of the table as it is meant; nil for an absent attribute.
    private static func value(_ text: String) -> String? {
        text == "-" ? nil : text == "∅" ? "" : text.replacing("·", with: " ")
    }

    private static func parts(_ text: String) -> [String] {
        text.split(separator: " / ", omittingEmptySubsequences: false).map(String.init)
    }

    /// The keys, by keyword or path.
    var keys: [(attribute: String, value: String)] {
        guard attribute == "Start" else { return [(attribute, Self.value(key) ?? "")] }
        return zip(Self.names, Self.parts(key)).map { ($0, Self.value($1) ?? "") }
    }

    /// The stored values, one for each item of a sequence; none for an absent attribute.
    var values: [(attribute: String, values: [String])] {
        guard attribute == "Start" else {
            guard let value = Self.value(stored) else { return [(attribute, [])] }
            let several = attribute.contains("Sequence.")
            return [(attribute, several ? value.split(separator: ";").map(String.init) : [value])]
        }
        return zip(Self.names, Self.parts(stored)).map { ($0, [Self.value($1) ?? ""]) }
    }

    private static let names = ["ScheduledProcedureStepStartDate", "ScheduledProcedureStepStartTime"]
}

// MARK: As data sets

extension MatchingTable {
    /// A worklist item with every attribute that servers insist on, to put values into. `identity` is its step ID.
    static func item(_ identity: String) throws -> DataSet {
        var item = DataSet()
        item.declare(.utf8)
        for (tag, value) in [
            (DICOMData.Tag.accessionNumber, "ACC-" + identity), (.patientName, "BASE^NAME"),
            (.patientID, "PID-" + identity), (.patientBirthDate, "19000101"), (.patientSex, "O"),
            (.studyInstanceUID, "1.2.826.0.1.3680043.10.1451.9." + String(Int(identity.dropFirst()) ?? 0)),
            (.requestedProcedureID, "ID-" + identity), (.requestedProcedureDescription, "Base"),
        ] { try item.set(tag, value) }
        var step = DataSet(inheriting: .utf8)
        for (tag, value) in [
            (DICOMData.Tag.modality, "OT"), (.scheduledStationAETitle, "BASE"),
            (.scheduledProcedureStepStartDate, "19991231"), (.scheduledProcedureStepStartTime, "003000"),
            (.scheduledPerformingPhysicianName, "BASE^DOCTOR"), (.scheduledProcedureStepDescription, "Base"),
            (.scheduledProcedureStepID, identity),
        ] { try step.set(tag, value) }
        item.setItems(.scheduledProcedureStepSequence, [step])
        return item
    }

    /// The tags of a keyword or path; a lone keyword stands where the worklist model has it.
    static func tags(_ attribute: String) -> [DICOMData.Tag] {
        let tags = attribute.split(separator: ".").compactMap { DataDictionary.tag(keyword: String($0)) }
        guard tags.count == 1 else { return tags }
        return WorklistModel.home(of: tags[0])?.tags ?? tags
    }

    /// Puts values of an attribute into an item: one, or one for each item of its sequence; none removes it.
    static func put(_ values: [String], _ tags: ArraySlice<DICOMData.Tag>, into dataSet: inout DataSet) throws {
        guard let tag = tags.first else { return }
        let rest = tags.dropFirst()
        if rest.isEmpty {
            if let value = values.first { try dataSet.set(tag, value) } else { dataSet.remove(tag) }
            return
        }
        var items: [DataSet] = []
        if tag == .scheduledProcedureStepSequence {
            var step = dataSet.items(tag).first ?? DataSet(inheriting: .utf8)
            try put(values, rest, into: &step)
            items = [step]
        } else {
            for value in values {
                var item = DataSet(inheriting: .utf8)
                try put([value], rest, into: &item)
                items.append(item)
            }
            if items.isEmpty {
                dataSet.remove(tag)
                return
            }
        }
        dataSet.setItems(tag, items)
    }

    /// The identifier for keys; the name and the identity of items are asked for as well.
    static func identifier(_ keys: [(attribute: String, value: String)]) throws -> DataSet {
        var identifier = DataSet()
        // Servers that are asked in ASCII answer in ASCII.
        if !keys.allSatisfy({ $0.value.utf8.allSatisfy { $0 < 0x80 } }) { identifier.declare(.utf8) }
        identifier.inheritedCharacterSet = .utf8
        try identifier.set(.patientName, "")
        try put([""], [.scheduledProcedureStepSequence, .scheduledProcedureStepID], into: &identifier)
        for key in keys { try put([key.value], tags(key.attribute)[...], into: &identifier) }
        return identifier
    }
}

extension MatchingTable.Row {
    func record(_ identity: String) throws -> DataSet {
        var record = try MatchingTable.item(identity)
        for (attribute, values) in values {
            try MatchingTable.put(values, MatchingTable.tags(attribute)[...], into: &record)
        }
        return record
    }
}
