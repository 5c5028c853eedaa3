import DICOMData
import DICOMProtocol

/// How the worklist plugin of Orthanc 1.10 finds and answers, as it was seen to, with `DefaultEncoding` UTF-8.
///
/// Every key matches, known or not; names without regard to case, everything else with; dates and times as texts. Answers
/// hold what the item has of what was asked, in UTF-8; the status is FF00 always.
struct PlayedOrthanc {
    private static let starred = Set("*?".unicodeScalars)

    private let identifier: DataSet

    /// Throws C000 for a query it cannot make sense of.
    init(_ identifier: DataSet) throws(StatusReply.Refusal) {
        try Self.check(identifier)
        self.identifier = identifier
    }

    private static func check(_ identifier: DataSet) throws(StatusReply.Refusal) {
        for element in identifier.elements {
            if case .items = element.value {
                let items = identifier.items(element.tag)
                guard items.count <= 1 else { throw StatusReply.Refusal(StatusReply(.unableToProcess)) }
                if let item = items.first { try check(item) }
            } else if [.DA, .TM, .DT].contains(element.vr),
                (identifier.string(element.tag) ?? "").unicodeScalars.contains(where: starred.contains)
            {
                throw StatusReply.Refusal(StatusReply(.unableToProcess))
            }
        }
    }

    func matches(_ record: DataSet) -> Bool { Self.fits(identifier, record) }

    private static func fits(_ wanted: DataSet, _ record: DataSet) -> Bool {
        wanted.elements.allSatisfy { element in
            let tag = element.tag
            if tag == .specificCharacterSet || tag == .timezoneOffsetFromUTC { return true }
            if case .items = element.value {
                guard let item = wanted.items(tag).first, !isUniversal(item), record[tag] != nil else { return true }
                return record.items(tag).contains { fits(item, $0) }
            }
            let key = wanted.string(tag) ?? ""
            if key.isEmpty { return true }
            return fits(key, record.string(tag), vr: DataDictionary.vr(of: tag) ?? element.vr)
        }
    }

    private static func isUniversal(_ wanted: DataSet) -> Bool {
        wanted.elements.allSatisfy { element in
            if case .items = element.value { return wanted.items(element.tag).allSatisfy(isUniversal) }
            return element.isEmpty
        }
    }

    private static func fits(_ key: String, _ value: String?, vr: VR) -> Bool {
        let isName = vr == .PN
        func folded(_ text: String) -> [Unicode.Scalar] {
            Array((isName ? text.uppercased() : text).unicodeScalars)
        }
        if key.unicodeScalars.allSatisfy({ $0 == "*" }) { return true }
        guard let value else { return false }
        if [.DA, .TM, .DT].contains(vr), let dash = key.firstIndex(of: "-") {
            let (lower, upper) = (String(key[..<dash]), String(key[key.index(after: dash)...]))
            return (lower.isEmpty || value >= lower) && (upper.isEmpty || value <= upper)
        }
        if key.contains("\\") { return key.split(separator: "\\").contains { folded(String($0)) == folded(value) } }
        return globMatches(folded(key), folded(value), star: "*", question: "?")
    }

    func response(for record: DataSet) -> DataSet {
        var response = Self.extract(identifier, from: record)
        response.declare(SpecificCharacterSet(parsing: "ISO_IR 192".utf8))
        return Self.recoded(response, from: record.characterSet)
    }

    private static func extract(_ wanted: DataSet, from record: DataSet) -> DataSet {
        var response = DataSet(inheriting: record.characterSet)
        for element in wanted.elements where element.tag != .specificCharacterSet {
            guard let own = record[element.tag] else { continue }
            guard case .items = element.value, let item = wanted.items(element.tag).first, !item.isEmpty else {
                response.set(own)
                continue
            }
            let items = record.items(element.tag).filter { fits(item, $0) }
            response.setItems(element.tag, items.map { extract(item, from: $0) })
        }
        return response
    }

    /// The same texts in UTF-8; what cannot be read in its own character set stays as it is.
    private static func recoded(_ dataSet: DataSet, from characterSet: SpecificCharacterSet) -> DataSet {
        let utf8 = SpecificCharacterSet(parsing: "ISO_IR 192".utf8)
        var original = dataSet
        original.remove(.specificCharacterSet)
        original.inheritedCharacterSet = characterSet
        var result = DataSet(inheriting: utf8)
        for element in dataSet.elements {
            if case .items = element.value {
                let items = dataSet.items(element.tag).map { recoded($0, from: characterSet) }
                result.setItems(element.tag, items)
            } else if element.vr.usesSpecificCharacterSet, element.bytes.contains(where: { $0 >= 0x80 || $0 == 0x1B }),
                let text = original.string(element.tag)
            {
                result.set(DataElement(tag: element.tag, vr: element.vr, bytes: text.utf8))
            } else {
                result.set(element)
            }
        }
        return result
    }
}
