extension DICOMJSON {
    /// Why a text is no data set of the DICOM JSON Model (PS3.18 F.2).
    public struct ReadError: Error, Hashable, Sendable, CustomStringConvertible {
        /// The element, where the fault is in one.
        public let tag: Tag?
        public let reason: String

        public var description: String {
            tag.map { "\(DataDictionary.keywordOrTag($0)) \($0): \(reason)" } ?? reason
        }
    }

    /// Reads one object, or an array of them. Text beyond ASCII goes as UTF-8, whatever (0008,0005) says in the object: JSON
    /// is UTF-8 (PS3.18 F.2.1).
    public static func decode(_ text: String) throws(ReadError) -> [DataSet] {
        guard let value = JSONValue(parsing: text) else { throw ReadError(tag: nil, reason: "is no JSON") }
        var dataSets: [DataSet] = []
        let objects: [JSONValue]
        if case .array(let values) = value { objects = values } else { objects = [value] }
        for object in objects {
            let characterSet: SpecificCharacterSet? = isPlain(object) ? nil : .utf8
            dataSets.append(try dataSet(object, characterSet, isItem: false, depth: 0))
        }
        return dataSets
    }

    /// ASCII alone, and so in need of no character set.
    private static func isPlain(_ value: JSONValue) -> Bool {
        switch value {
        case .string(let text): text.utf8.allSatisfy { $0 < 0x7E && $0 >= 0x20 }
        case .array(let values): values.allSatisfy(isPlain)
        case .object(let members): members.values.allSatisfy(isPlain)
        case .null, .bool, .number: true
        }
    }

    private static func dataSet(
        _ value: JSONValue,
        _ characterSet: SpecificCharacterSet?,
        isItem: Bool,
        depth: Int
    ) throws(ReadError) -> DataSet {
        guard case .object(let members) = value else {
            throw ReadError(tag: nil, reason: "a data set is a JSON object")
        }
        guard depth <= DataSetLimits.maximumDepth else { throw ReadError(tag: nil, reason: "nests too deeply") }
        var dataSet = DataSet()
        if let characterSet {
            if isItem { dataSet = DataSet(inheriting: characterSet) } else { dataSet.declare(characterSet) }
        }
        for (name, element) in members {
            guard name.utf8.count == 8, let number = UInt32(name, radix: 16) else {
                throw ReadError(tag: nil, reason: "'\(name)' is no tag of eight hexadecimal digits")
            }
            let tag = Tag(UInt16(number >> 16), UInt16(truncatingIfNeeded: number))
            // What the text is encoded in is decided here; group lengths are nobody's business.
            if tag == .specificCharacterSet || tag.isGroupLength { continue }
            guard case .object = element else { throw ReadError(tag: tag, reason: "is no JSON object") }
            let vr = element["vr"]?.string.flatMap { VR(parsing: $0) } ?? DataDictionary.vr(of: tag) ?? .UN
            if vr == .SQ {
                var items: [DataSet] = []
                for item in element["Value"]?.array ?? [] {
                    items.append(try self.dataSet(item, characterSet, isItem: true, depth: depth + 1))
                }
                dataSet.setItems(tag, items)
            } else if let inline = element["InlineBinary"]?.string {
                guard let bytes = Base64.decode(inline) else { throw ReadError(tag: tag, reason: "is no Base64") }
                dataSet.set(DataElement(tag: tag, vr: vr, bytes: bytes))
            } else {
                let texts = try element["Value"]?.array.map { value throws(ReadError) in try text(value, tag) } ?? []
                do {
                    try dataSet.set(tag, vr: vr, texts.joined(separator: "\\"))
                } catch {
                    throw ReadError(tag: tag, reason: "\(error)")
                }
            }
        }
        return dataSet
    }

    private static func text(_ value: JSONValue, _ tag: Tag) throws(ReadError) -> String {
        switch value {
        case .null: return ""
        case .string(let text): return text
        case .number(let text): return text
        case .object:
            let groups = ["Alphabetic", "Ideographic", "Phonetic"].map { value[$0]?.string ?? "" }
            var name = groups.joined(separator: "=")
            while name.last == "=" { name.removeLast() }
            return name
        case .bool, .array: throw ReadError(tag: tag, reason: "holds what is no value")
        }
    }
}
