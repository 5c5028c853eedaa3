import DICOMData
import DICOMMatching
import DICOMProtocol

/// How wlmscpfs of DCMTK 3.6.7 finds and answers, as it was seen to; character sets as without its options.
///
/// A fixed list of attributes, compared byte by byte: names with their case; Patient ID, modality and station without wild
/// cards. Unsupported keys make FF01 and are left out of the answer; what the item has not comes back empty.
struct PlayedWlmscpfs {
    /// How a key is compared.
    private enum Comparison {
        case literal, wildcard
        /// Together with the time of the tag, if there is one.
        case date
        case time
    }

    private static let matching: [Tag: Comparison] = [
        .patientName: .wildcard, .patientID: .literal, .accessionNumber: .wildcard, .requestedProcedureID: .wildcard,
        .referringPhysicianName: .wildcard, .requestingPhysician: .wildcard, .admissionID: .wildcard,
        .requestedProcedurePriority: .wildcard, .patientSex: .wildcard, .issuerOfPatientID: .wildcard,
        .patientBirthDate: .date, .studyDate: .date, .studyTime: .time,
    ]

    private static let matchingInStep: [Tag: Comparison] = [
        .modality: .literal, .scheduledStationAETitle: .literal, .scheduledPerformingPhysicianName: .wildcard,
        .scheduledProcedureStepStartDate: .date, .scheduledProcedureStepStartTime: .time,
    ]

    /// Codes are checked in these alone.
    private static let checkedCodes: Set<Tag> = [.modality, .patientSex]

    private static func tags(_ table: StaticString) -> Set<Tag> {
        Set(
            table.description.split { $0 == " " || $0 == "\n" }.compactMap { word in
                UInt32(word, radix: 16).map { Tag(UInt16($0 >> 16), UInt16(truncatingIfNeeded: $0)) }
            }
        )
    }

    private static let top = tags(
        """
        00080005 00080020 00080030 00080050 00080080 00080081 00080090 00081080 00100010 00100020 00100021 00100030 \
        00100040 00101000 00101001 00101020 00101030 00101040 00101080 00102000 00102110 00102160 001021A0 001021B0 \
        001021C0 001021D0 00102297 00102298 00104000 0020000D 00321032 00321033 00321060 00380010 00380011 00380050 \
        00380300 00380500 00401001 00401002 00401003 00401004 00401005 00401008 00401009 00401010 00401400 00402001 \
        00402004 00402005 00402008 00402009 00402010 00402016 00402017 00402400 00403001
        """
    )
    private static let step = tags(
        "00080060 00321070 00400001 00400002 00400003 00400004 00400005 00400006 00400007 00400009 00400010 00400011 "
            + "00400012 00400020 00400400"
    )
    private static let code = tags("00080100 00080102 00080103 00080104")
    private static let reference = tags("00081150 00081155")

    private static func tags(_ text: String) -> Set<Tag> {
        Set(
            text.split(separator: " ").compactMap { word in
                UInt32(word, radix: 16).map { Tag(UInt16($0 >> 16), UInt16(truncatingIfNeeded: $0)) }
            }
        )
    }

    /// What may be asked for in a sequence: values, and sequences below it. Nil for one that is not supported.
    private static func content(of sequence: Tag, in parent: Tag?) -> (values: Set<Tag>, sequences: [Tag])? {
        switch (parent, sequence) {
        case (nil, .scheduledProcedureStepSequence): (step, [.scheduledProtocolCodeSequence])
        case (nil, .requestedProcedureCodeSequence): (code, [])
        case (nil, .referencedStudySequence), (nil, .referencedPatientSequence): (reference, [])
        case (.some(.scheduledProcedureStepSequence), .scheduledProtocolCodeSequence): (code, [])
        default: nil
        }
    }

    // MARK: The query

    private let query: DataSet
    private var hasUnsupportedKeys = false
    /// Dates and times, compiled: they are compared by their meaning.
    private let periods: CompiledQuery

    /// Throws A900 for a query with values that are none.
    init(_ identifier: DataSet) throws(StatusReply.Refusal) {
        var offending: [Tag] = []
        var unsupported = false
        query = Self.expanded(identifier, in: nil, &offending, &unsupported)
        hasUnsupportedKeys = unsupported
        var dates = Self.onlyDates(query, Self.matching)
        if let item = query.items(.scheduledProcedureStepSequence).first {
            let inStep = Self.onlyDates(item, Self.matchingInStep)
            if !inStep.isEmpty { dates.setItems(.scheduledProcedureStepSequence, [inStep]) }
        }
        var rules = MatchingRules.worklist
        rules.combinesDateTime = true
        let compiled: CompiledQuery?
        do {
            compiled = try CompiledQuery(identifier: dates, rules: rules)
        } catch {
            compiled = nil
            if !offending.contains(error.offendingElement) { offending.append(error.offendingElement) }
        }
        guard offending.isEmpty, let compiled else {
            let comment = offending.count > 1 ? "Syntax error in 1 or more matching keys" : "Invalid value"
            throw StatusReply.Refusal(
                StatusReply(.identifierDoesNotMatch, errorComment: comment, offendingElements: offending)
            )
        }
        periods = compiled
    }

    /// The keys that are supported; an empty sequence asks for all there is of it.
    private static func expanded(
        _ identifier: DataSet,
        in parent: Tag?,
        _ offending: inout [Tag],
        _ unsupported: inout Bool
    ) -> DataSet {
        let values =
            parent.flatMap {
                content(of: $0, in: $0 == .scheduledProtocolCodeSequence ? .scheduledProcedureStepSequence : nil)?
                    .values
            } ?? top
        let comparisons = parent == nil ? matching : parent == .scheduledProcedureStepSequence ? matchingInStep : [:]
        var supported = DataSet(inheriting: identifier.characterSet)
        for element in identifier.elements {
            let tag = element.tag
            if case .items = element.value {
                guard let content = content(of: tag, in: parent) else {
                    unsupported = true
                    continue
                }
                let items = identifier.items(tag)
                if items.count > 1 { offending.append(tag) }
                var item = DataSet()
                if let asked = items.first, !asked.isEmpty {
                    item = expanded(asked, in: tag, &offending, &unsupported)
                } else {
                    for value in content.values {
                        item.set(DataElement(tag: value, vr: DataDictionary.vr(of: value) ?? .UN, bytes: []))
                    }
                    for inner in content.sequences {
                        var below = DataSet()
                        for value in code {
                            below.set(DataElement(tag: value, vr: DataDictionary.vr(of: value) ?? .UN, bytes: []))
                        }
                        item.setItems(inner, [below])
                    }
                }
                supported.setItems(tag, [item])
                continue
            }
            guard values.contains(tag) else {
                if tag.element != 0 { unsupported = true }
                continue
            }
            supported.set(element)
            guard let comparison = comparisons[tag] else { continue }
            let key = trimmed(element.bytes)
            switch comparison {
            case .date, .time: if key.contains(UInt8(ascii: "*")) { offending.append(tag) }
            case .literal, .wildcard: if checkedCodes.contains(tag), !isCode(key) { offending.append(tag) }
            }
        }
        return supported
    }

    private static func onlyDates(_ dataSet: DataSet, _ comparisons: [Tag: Comparison]) -> DataSet {
        var dates = DataSet()
        for element in dataSet.elements {
            guard !element.isEmpty else { continue }
            switch comparisons[element.tag] {
            case .date: dates.set(element)
            case .time:
                // In a range "12" is noon, and not the hour behind it.
                let bounds = trimmed(element.bytes).split(
                    separator: UInt8(ascii: "-"),
                    omittingEmptySubsequences: false
                )
                guard bounds.count == 2 else {
                    dates.set(element)
                    continue
                }
                let full = bounds.map { bound in
                    bound.isEmpty ? [] : Array(bound) + repeatElement(UInt8(ascii: "0"), count: max(0, 6 - bound.count))
                }
                let range = full[0] + [UInt8(ascii: "-")] + full[1]
                dates.set(DataElement(tag: element.tag, vr: element.vr, bytes: range))
            default: break
            }
        }
        return dates
    }

    private static func isCode(_ bytes: [UInt8]) -> Bool {
        bytes.count <= 16
            && bytes.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || [0x20, 0x5F, 0x2A, 0x3F].contains($0)
            }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var rest = bytes.drop { $0 == 0x20 }
        while let last = rest.last, last == 0x20 || last == 0 { rest.removeLast() }
        return Array(rest)
    }

    // MARK: Items

    var status: Status { hasUnsupportedKeys ? .pendingWithUnsupportedKeys : .pending }

    /// Whether it serves the item, and the item fits.
    func matches(_ record: DataSet) -> Bool {
        guard Self.isComplete(record), let step = record.items(.scheduledProcedureStepSequence).first,
            fits(query, record, Self.matching), periods.matches(record)
        else { return false }
        guard let wanted = query.items(.scheduledProcedureStepSequence).first else { return true }
        return fits(wanted, step, Self.matchingInStep)
    }

    private func fits(_ wanted: DataSet, _ record: DataSet, _ comparisons: [Tag: Comparison]) -> Bool {
        let (star, question) = (UInt8(ascii: "*"), UInt8(ascii: "?"))
        return wanted.elements.allSatisfy { element in
            guard let comparison = comparisons[element.tag] else { return true }
            let key = Self.trimmed(element.bytes)
            if key.allSatisfy({ $0 == star }) { return true }
            let value = Self.trimmed(record[element.tag]?.bytes ?? [])
            return key.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false).contains { part in
                switch comparison {
                case .literal: Array(part) == value
                case .wildcard: globMatches(Array(part), value, star: star, question: question)
                case .date, .time: true
                }
            }
        }
    }

    /// Files that lack what has to be there are not served.
    private static func isComplete(_ record: DataSet) -> Bool {
        func has(_ dataSet: DataSet, _ tags: Tag...) -> Bool {
            tags.allSatisfy { !trimmed(dataSet[$0]?.bytes ?? []).isEmpty }
        }
        let steps = record.items(.scheduledProcedureStepSequence)
        guard steps.count == 1, let step = steps.first,
            has(record, .requestedProcedureID, .studyInstanceUID, .patientName, .patientID),
            has(
                step,
                .scheduledStationAETitle,
                .scheduledProcedureStepStartDate,
                .scheduledProcedureStepStartTime,
                .modality,
                .scheduledProcedureStepID
            )
        else { return false }
        func isNamed(_ dataSet: DataSet, _ description: Tag, _ codes: Tag) -> Bool {
            has(dataSet, description) || dataSet.items(codes).contains { has($0, Self.codeValue, Self.codingScheme) }
        }
        return isNamed(record, .requestedProcedureDescription, .requestedProcedureCodeSequence)
            && isNamed(step, .scheduledProcedureStepDescription, .scheduledProtocolCodeSequence)
    }

    private static let codeValue = Tag(0x0008, 0x0100)
    private static let codingScheme = Tag(0x0008, 0x0102)
    private static let pregnancyStatus = Tag(0x0010, 0x21C0)

    func response(for record: DataSet) -> DataSet {
        var response = filled(query, from: record)
        response.remove(.specificCharacterSet)
        Self.dropEmpty(&response, .requestedProcedureDescription, .requestedProcedureCodeSequence)
        var steps = response.items(.scheduledProcedureStepSequence)
        for index in steps.indices {
            Self.dropEmpty(&steps[index], .scheduledProcedureStepDescription, .scheduledProtocolCodeSequence)
        }
        if response[.scheduledProcedureStepSequence] != nil {
            response.setItems(.scheduledProcedureStepSequence, steps)
        }
        for tag in [Tag.referencedStudySequence, .referencedPatientSequence] where response[tag] != nil {
            let items = response.items(tag)
            let isBlank = items.count == 1 && items[0].elements.allSatisfy { $0.bytes.isEmpty }
            if isBlank { response.setItems(tag, []) }
        }
        return response
    }

    private func filled(_ wanted: DataSet, from record: DataSet) -> DataSet {
        var response = DataSet(inheriting: record.characterSet)
        for element in wanted.elements {
            if case .items = element.value {
                let below = wanted.items(element.tag).first ?? DataSet()
                let items = record.items(element.tag)
                // One item is made where the record has none.
                response.setItems(element.tag, (items.isEmpty ? [DataSet()] : items).map { filled(below, from: $0) })
            } else if let own = record[element.tag], !own.isEmpty {
                response.set(own)
            } else if element.tag == Self.pregnancyStatus {
                response.set(DataElement(tag: element.tag, vr: .US, bytes: [4, 0]))
            } else {
                response.set(DataElement(tag: element.tag, vr: element.vr, bytes: []))
            }
        }
        return response
    }

    /// Of a description and a code that say the same, an empty one is left out, but never both.
    private static func dropEmpty(_ dataSet: inout DataSet, _ description: Tag, _ codes: Tag) {
        if dataSet[codes] != nil {
            let items = dataSet.items(codes)
            let isBlank =
                items.count == 1
                && [codeValue, codingScheme].allSatisfy { items[0][$0].map { $0.bytes.isEmpty } ?? false }
            if items.isEmpty || isBlank {
                dataSet.remove(codes)
                return
            }
        }
        if let element = dataSet[description], element.bytes.isEmpty { dataSet.remove(description) }
    }
}
