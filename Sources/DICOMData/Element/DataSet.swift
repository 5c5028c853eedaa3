/// A data set (PS3.5 7): elements in the order of their tags, sequences nested.
///
/// A value type over shared bytes: decoding slices the received buffer and turns no value into text until it is asked for.
public struct DataSet: Hashable, Sendable {
    /// In ascending order of tags, each tag once.
    public private(set) var elements: [DataElement]

    /// Where decoding had to stop; nil for a whole data set. The elements before that point are in ``elements``.
    public internal(set) var defect: DataSetDefect?

    /// The character set of the enclosing data set, valid unless this one declares its own (PS3.3 C.12.1.1.2).
    public var inheritedCharacterSet: SpecificCharacterSet?

    /// What to read undeclared non-ASCII text as; nil leaves it to a guess that is marked as such.
    public var fallbackCharacterSet: SpecificCharacterSet?

    public init() {
        self.elements = []
    }

    /// An item whose text is encoded in the character set of the data set it will stand in.
    public init(inheriting characterSet: SpecificCharacterSet) {
        self.elements = []
        self.inheritedCharacterSet = characterSet
    }

    /// Of several elements with one tag the first stays.
    init(unsorted elements: [DataElement]) {
        var sorted = elements
        // A stable order keeps the first of equal tags in front.
        sorted.sort { $0.tag < $1.tag }
        var unique: [DataElement] = []
        unique.reserveCapacity(sorted.count)
        for element in sorted where unique.last?.tag != element.tag { unique.append(element) }
        self.elements = unique
    }

    /// The caller vouches for ascending, unique tags.
    init(sorted elements: [DataElement]) {
        self.elements = elements
    }

    public static func == (a: DataSet, b: DataSet) -> Bool { a.elements == b.elements }

    public func hash(into hasher: inout Hasher) { hasher.combine(elements) }

    public var isEmpty: Bool { elements.isEmpty }

    // MARK: Access

    /// Index of the first element whose tag is not below `tag`.
    private func position(of tag: Tag) -> Int {
        var low = 0
        var high = elements.count
        while low < high {
            let middle = (low + high) / 2
            if elements[middle].tag < tag { low = middle + 1 } else { high = middle }
        }
        return low
    }

    public subscript(tag: Tag) -> DataElement? {
        let index = position(of: tag)
        guard index < elements.count, elements[index].tag == tag else { return nil }
        return elements[index]
    }

    public func state(of tag: Tag) -> ElementState {
        guard let element = self[tag] else { return .absent }
        return element.isEmpty ? .empty : .present
    }

    /// The items of a sequence, each knowing this data set's character set; empty if there is no such sequence.
    public func items(_ tag: Tag) -> [DataSet] {
        guard case .items(let items)? = self[tag]?.value else { return [] }
        let characterSet = declaredCharacterSet
        return items.map { item in
            var item = item
            item.inheritedCharacterSet = characterSet
            item.fallbackCharacterSet = fallbackCharacterSet
            return item
        }
    }

    /// The data set that holds the attribute of a path; nil if an item on the way is missing.
    public func dataSet(holding path: AttributePath) -> DataSet? {
        var current = self
        for step in path.steps {
            let items = current.items(step.tag)
            guard items.indices.contains(step.item) else { return nil }
            current = items[step.item]
        }
        return current
    }

    public subscript(path: AttributePath) -> DataElement? { dataSet(holding: path)?[path.tag] }

    // MARK: Text

    /// The character set declared here or in an enclosing data set; nil if none is declared.
    public var declaredCharacterSet: SpecificCharacterSet? {
        if let element = self[Tag(0x0008, 0x0005)], !element.isEmpty {
            return SpecificCharacterSet(parsing: element.bytes)
        }
        return inheritedCharacterSet
    }

    /// The character set in force: ``declaredCharacterSet``, else the default repertoire (PS3.5 6.1.2.1).
    public var characterSet: SpecificCharacterSet { declaredCharacterSet ?? .defaultRepertoire }

    /// The whole value as text, unsplit; binary numbers are joined by `\`. Nil if absent or not representable as text.
    public func text(_ tag: Tag) -> DecodedText? {
        guard let element = self[tag] else { return nil }
        return text(of: element)
    }

    public func text(of element: DataElement) -> DecodedText? {
        guard case .bytes(let bytes) = element.value else { return nil }
        if element.vr.isText || element.vr == .UN {
            let vr = element.vr == .UN ? .LO : element.vr
            if let plain = Self.plainASCII(bytes) { return DecodedText(string: plain, problem: nil) }
            let decoded = characterSet.decode(bytes, vr: vr, fallback: fallbackCharacterSet)
            return DecodedText(string: Self.trimmed(decoded.string), problem: decoded.problem)
        }
        guard let numbers = element.numbers else { return nil }
        return DecodedText(string: numbers.joined(separator: "\\"), problem: nil)
    }

    /// The whole value as a string; see ``text(_:)``.
    public func string(_ tag: Tag) -> String? { text(tag)?.string }

    /// The values of a multi-valued attribute, padding removed. Nil if absent, empty if there is no value.
    public func strings(_ tag: Tag) -> [String]? {
        guard let element = self[tag] else { return nil }
        guard case .bytes(let bytes) = element.value else { return nil }
        if element.isEmpty { return [] }
        // What the dictionary does not know is read as LO, as in text(of:).
        let vr = element.vr == .UN ? .LO : element.vr
        guard vr.isText else { return element.numbers }
        return characterSet.decodeValues(bytes, vr: vr, fallback: fallbackCharacterSet).values
    }

    public func personName(_ tag: Tag) -> PersonName? {
        guard let text = string(tag), !text.isEmpty else { return nil }
        return PersonName(parsing: text)
    }

    /// Trimmed text if every byte is printable ASCII that no DICOM character set reads otherwise; nil sends it to the decoder.
    private static func plainASCII(_ bytes: ArraySlice<UInt8>) -> String? {
        var end = bytes.endIndex
        while end > bytes.startIndex, bytes[end - 1] == 0x20 || bytes[end - 1] == 0 { end -= 1 }
        let significant = bytes[bytes.startIndex..<end]
        // 5C and 7E are other characters in ISO_IR 13; what is below 20 may be an escape.
        for byte in significant where byte < 0x20 || byte >= 0x7E || byte == 0x5C { return nil }
        return String(decoding: significant, as: UTF8.self)
    }

    private static func trimmed(_ text: String) -> String {
        var scalars = Substring(text).unicodeScalars
        while let last = scalars.last, last == " " || last == "\0" { scalars.removeLast() }
        return String(scalars)
    }

    // MARK: Change

    /// Puts an element in its place, or in the place of the one with its tag.
    public mutating func set(_ element: DataElement) {
        let index = position(of: element.tag)
        if index < elements.count, elements[index].tag == element.tag {
            elements[index] = element
        } else {
            elements.insert(element, at: index)
        }
    }

    /// Sets a text value (or numbers for a binary VR, parted by `\`), encoded in ``characterSet``; an empty string makes an empty element.
    ///
    /// Set (0008,0005) first. Throws when a character is not in the set, or a number does not fit: nothing is ever replaced by `?`.
    public mutating func set(_ tag: Tag, vr: VR? = nil, _ text: String) throws(DataSetError) {
        let vr = vr ?? DataDictionary.vr(of: tag) ?? .UN
        if text.isEmpty {
            set(DataElement(tag: tag, vr: vr, value: vr == .SQ ? .items([]) : .bytes([])))
            return
        }
        if vr.isText || vr == .UN {
            do {
                let bytes = try characterSet.encode(text, vr: vr == .UN ? .LO : vr)
                set(DataElement(tag: tag, vr: vr, value: .bytes(bytes[...])))
            } catch {
                throw .unencodable(tag, error)
            }
            return
        }
        let parts = text.split(separator: "\\", omittingEmptySubsequences: false).map(String.init)
        guard let bytes = DataElement.bytes(ofNumbers: parts, vr: vr) else {
            throw .notANumber(tag, vr, text)
        }
        set(DataElement(tag: tag, vr: vr, value: .bytes(bytes[...])))
    }

    public mutating func setItems(_ tag: Tag, _ items: [DataSet]) {
        set(DataElement(tag: tag, vr: .SQ, value: .items(items)))
    }

    @discardableResult
    public mutating func remove(_ tag: Tag) -> DataElement? {
        let index = position(of: tag)
        guard index < elements.count, elements[index].tag == tag else { return nil }
        return elements.remove(at: index)
    }

    /// Declares a character set; the default repertoire is declared by leaving the element out.
    public mutating func declare(_ characterSet: SpecificCharacterSet) {
        if characterSet.terms.isEmpty {
            remove(Tag(0x0008, 0x0005))
        } else {
            let value = characterSet.terms.joined(separator: "\\")
            set(DataElement(tag: Tag(0x0008, 0x0005), vr: .CS, bytes: value.utf8))
        }
    }
}

/// Why a value could not be put into a data set.
public enum DataSetError: Error, Sendable, Hashable, CustomStringConvertible {
    case unencodable(Tag, CharacterSetError)
    case notANumber(Tag, VR, String)

    public var description: String {
        switch self {
        case .unencodable(let tag, let error): "\(DataDictionary.keywordOrTag(tag)) \(tag): \(error)"
        case .notANumber(let tag, let vr, let text):
            "\(DataDictionary.keywordOrTag(tag)) \(tag): '\(text)' is not a number that \(vr) can hold"
        }
    }
}
