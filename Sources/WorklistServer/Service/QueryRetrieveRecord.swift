import DICOMData
import DICOMMatching

/// What a worklist item says of its patient or its study, as Patient Root and Study Root ask for it (PS3.4 C.6).
///
/// The study is yet to be made. What it will be called stands in the order; its date and time are those it is scheduled for.
enum QueryRetrieveRecord {
    static func record(of item: DataSet, level: QueryLevel) -> DataSet {
        var record = DataSet()
        record.inheritedCharacterSet = item.inheritedCharacterSet
        record.fallbackCharacterSet = item.fallbackCharacterSet
        guard level != .patient else {
            // Attributes of the study are none of the patient's.
            for element in item.elements
            where element.tag.group == 0x0010 || element.tag == .specificCharacterSet
                || element.tag == .timezoneOffsetFromUTC
            {
                record.set(element)
            }
            return record
        }
        record = item
        func copy(_ element: DataElement?, as tag: Tag, _ vr: VR) {
            guard record.state(of: tag) != .present, let element, !element.isEmpty else { return }
            record.set(DataElement(tag: tag, vr: vr, value: element.value))
        }
        let steps = item.items(.scheduledProcedureStepSequence)
        copy(steps.first?[.scheduledProcedureStepStartDate], as: .studyDate, .DA)
        copy(steps.first?[.scheduledProcedureStepStartTime], as: .studyTime, .TM)
        copy(item[.requestedProcedureID], as: .studyID, .SH)
        copy(item[.requestedProcedureDescription], as: .studyDescription, .LO)
        var modalities: [String] = []
        for modality in steps.flatMap({ $0.strings(.modality) ?? [] }) where !modalities.contains(modality) {
            modalities.append(modality)
        }
        if !modalities.isEmpty, record.state(of: .modalitiesInStudy) != .present {
            record.set(
                DataElement(tag: .modalitiesInStudy, vr: .CS, bytes: modalities.joined(separator: "\\").utf8)
            )
        }
        return record
    }

    /// What is one patient, or one study; nil for what cannot be told from others, and is answered each time.
    static func identity(of record: DataSet, level: QueryLevel) -> [String]? {
        func text(_ tag: Tag) -> String { record.strings(tag)?.first ?? "" }
        if level == .study {
            for tag in [Tag.studyInstanceUID, .accessionNumber] where !text(tag).isEmpty {
                return [tag.description, text(tag)]
            }
        }
        let id = text(.patientID)
        if level == .patient, !id.isEmpty { return [id, text(.issuerOfPatientID)] }
        return nil
    }
}

/// The patients or studies answered so far. A fingerprint of 128 bits stands for each: a million of them is 24 MB.
struct Answered {
    private struct Fingerprint: Hashable {
        let first: Int
        let second: Int
    }

    private var fingerprints: Set<Fingerprint> = []

    /// False if it was there already.
    mutating func insert(_ identity: [String]) -> Bool {
        var first = Hasher()
        var second = Hasher()
        first.combine(0)
        second.combine(1)
        first.combine(identity)
        second.combine(identity)
        return fingerprints.insert(Fingerprint(first: first.finalize(), second: second.finalize())).inserted
    }
}
