extension DataSet {
    /// The data set on the wire: sequences and items of defined length, values padded to even length (PS3.5 7).
    ///
    /// In Implicit VR a sequence that the dictionary does not know has undefined length: it could not be told from bytes.
    /// Deflated, it is the stream of the same in Explicit VR Little Endian, padded to even length (PS3.5 A.5).
    /// Throws if a value is too long for any element (4 GB) or sequences nest deeper than ``DataSetLimits/maximumDepth``.
    public func encoded(_ transferSyntax: TransferSyntax) throws(DataSetEncodingError) -> [UInt8] {
        if transferSyntax.isDeflated { return try Deflate.deflate(try encoded(transferSyntax.inflated)) }
        var encoder = DataSetEncoder(layout: ElementHeader.Layout(transferSyntax))
        let length = try encoder.length(of: self, depth: 0)
        encoder.bytes.reserveCapacity(length)
        try encoder.write(self, depth: 0)
        return encoder.bytes
    }
}

/// Why a data set cannot be encoded.
public enum DataSetEncodingError: Error, Hashable, Sendable, CustomStringConvertible {
    case tooLong(Tag)
    case tooDeep(Tag)
    /// zlib has no memory left (-4), or fails otherwise.
    case notDeflated(code: Int32)

    public var description: String {
        switch self {
        case .tooLong(let tag):
            "the value of \(DataDictionary.keywordOrTag(tag)) \(tag) is longer than an element can be"
        case .tooDeep(let tag):
            "the sequence \(DataDictionary.keywordOrTag(tag)) \(tag) is nested deeper than \(DataSetLimits.maximumDepth)"
        case .notDeflated(let code):
            "the data set could not be deflated (zlib error \(code)): use a transfer syntax that is not deflated"
        }
    }
}

struct DataSetEncoder {
    let layout: ElementHeader.Layout
    var bytes: [UInt8] = []

    init(layout: ElementHeader.Layout) {
        self.layout = layout
    }

    func length(of dataSet: DataSet, depth: Int) throws(DataSetEncodingError) -> Int {
        var total = 0
        for element in dataSet.elements {
            total += try headerLength(element) + valueLength(element, depth: depth)
        }
        return total
    }

    private func valueLength(_ element: DataElement, depth: Int) throws(DataSetEncodingError) -> Int {
        var length = 0
        switch element.value {
        case .bytes(let value): length = value.count + (value.count & 1)
        case .items(let items):
            guard depth < DataSetLimits.maximumDepth else { throw .tooDeep(element.tag) }
            for item in items { length += try 8 + self.length(of: item, depth: depth + 1) }
            if isOpen(element) { length += 8 }
        }
        guard length < Int(ElementHeader.undefinedLength) else { throw .tooLong(element.tag) }
        return length
    }

    /// The sequence is written with undefined length and a delimiter (PS3.5 7.5.1).
    private func isOpen(_ element: DataElement) -> Bool {
        guard case .items = element.value, !layout.isExplicit else { return false }
        return DataDictionary.vr(of: element.tag) != .SQ
    }

    /// The VR to write: items make a sequence, and a value too long for a short length field goes as UN (PS3.5 6.2.2).
    private func writtenVR(_ element: DataElement) -> VR {
        guard case .bytes(let value) = element.value else { return .SQ }
        return !element.vr.hasLongLength && value.count > 0xFFFE ? .UN : element.vr
    }

    private func headerLength(_ element: DataElement) -> Int {
        layout.isExplicit && writtenVR(element).hasLongLength ? 12 : 8
    }

    mutating func write(_ dataSet: DataSet, depth: Int) throws(DataSetEncodingError) {
        for element in dataSet.elements {
            let length = try valueLength(element, depth: depth)
            put(element.tag)
            if layout.isExplicit {
                let vr = writtenVR(element)
                bytes.append(UInt8(truncatingIfNeeded: vr.rawValue >> 8))
                bytes.append(UInt8(truncatingIfNeeded: vr.rawValue))
                if vr.hasLongLength {
                    bytes.append(0)
                    bytes.append(0)
                    put(UInt32(truncatingIfNeeded: length))
                } else {
                    put(UInt16(truncatingIfNeeded: length))
                }
            } else {
                put(isOpen(element) ? ElementHeader.undefinedLength : UInt32(truncatingIfNeeded: length))
            }
            switch element.value {
            case .bytes(let value):
                // The padding belongs to the value whose numbers change their order.
                let padded = value.count & 1 == 1 ? value + [element.vr.paddingByte] : value
                // A value that goes as UN is little endian in every syntax (PS3.5 6.2.2).
                bytes.append(
                    contentsOf: layout.isBigEndian ? DataSetDecoder.swapped(padded, writtenVR(element)) : padded
                )
            case .items(let items):
                for item in items {
                    put(Tag.item)
                    put(UInt32(truncatingIfNeeded: try self.length(of: item, depth: depth + 1)))
                    try write(item, depth: depth + 1)
                }
                if isOpen(element) {
                    put(Tag.sequenceDelimitation)
                    put(UInt32(0))
                }
            }
        }
    }

    private mutating func put(_ tag: Tag) {
        put(tag.group)
        put(tag.element)
    }

    private mutating func put(_ number: UInt16) {
        let high = UInt8(truncatingIfNeeded: number >> 8)
        let low = UInt8(truncatingIfNeeded: number)
        bytes.append(layout.isBigEndian ? high : low)
        bytes.append(layout.isBigEndian ? low : high)
    }

    private mutating func put(_ number: UInt32) {
        let high = UInt16(truncatingIfNeeded: number >> 16)
        let low = UInt16(truncatingIfNeeded: number)
        put(layout.isBigEndian ? high : low)
        put(layout.isBigEndian ? low : high)
    }
}
