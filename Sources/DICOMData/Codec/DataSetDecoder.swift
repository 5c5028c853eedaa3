extension DataSet {
    /// Decodes a data set, keeping what came before a defect.
    ///
    /// Never traps and never fails: where the bytes stop making sense, ``defect`` says why, and the elements before it stay.
    /// Values are slices of `bytes`. Group lengths are dropped; of equal tags the first stays.
    public init(lenient bytes: ArraySlice<UInt8>, transferSyntax: TransferSyntax) {
        let decoder = DataSetDecoder(bytes: bytes)
        let layout = ElementHeader.Layout(transferSyntax)
        let span = bytes.span.bytes
        var offset = 0
        self = decoder.elements(span, &offset, end: span.byteCount, layout: layout, closing: nil, depth: 0)
    }

    /// Decodes a data set (PS3.5 7, annex A); throws the defect if the bytes are not one.
    public init(decoding bytes: ArraySlice<UInt8>, transferSyntax: TransferSyntax) throws(DataSetDefect) {
        self.init(lenient: bytes, transferSyntax: transferSyntax)
        if let defect { throw defect }
    }
}

/// One pass over the bytes; recursion only into items, bounded by ``DataSetLimits/maximumDepth``.
struct DataSetDecoder {
    let bytes: ArraySlice<UInt8>

    private func slice(_ start: Int, _ end: Int) -> ArraySlice<UInt8> {
        bytes[(bytes.startIndex + start)..<(bytes.startIndex + end)]
    }

    /// Elements up to `end`, or up to the item delimiter when the item's length is undefined.
    func elements(
        _ span: RawSpan,
        _ offset: inout Int,
        end: Int,
        layout: ElementHeader.Layout,
        closing: Tag?,
        depth: Int
    ) -> DataSet {
        var elements: [DataElement] = []
        elements.reserveCapacity(24)
        var last: Tag?
        var ordered = true
        var defect: DataSetDefect?

        loop: while true {
            if offset == end {
                if let closing { defect = DataSetDefect(reason: .missingDelimiter, tag: closing, offset: offset) }
                break
            }
            let header: ElementHeader
            switch ElementHeader.read(span, at: offset, end: end, layout: layout) {
            case .success(let read): header = read
            case .failure(let error):
                defect = error
                break loop
            }
            if header.tag.group == 0xFFFE {
                if header.tag == .itemDelimitation, closing != nil {
                    offset = header.valueOffset
                } else {
                    defect = DataSetDefect(reason: .strayDelimiter, tag: header.tag, offset: offset)
                }
                break
            }
            let element: DataElement
            if let inner = header.itemLayout(within: layout) {
                let (items, itemDefect) = items(span, header, &offset, end: end, layout: inner, depth: depth + 1)
                element = DataElement(tag: header.tag, vr: .SQ, value: .items(items))
                defect = itemDefect
            } else if header.length == ElementHeader.undefinedLength {
                defect = DataSetDefect(reason: .undefinedLength(header.vr), tag: header.tag, offset: offset)
                break
            } else {
                switch header.valueEnd(limit: end) {
                case .failure(let error):
                    defect = error
                    break loop
                case .success(let valueEnd):
                    let value = slice(header.valueOffset, valueEnd)
                    element = DataElement(
                        tag: header.tag,
                        vr: header.vr,
                        value: .bytes(layout.isBigEndian ? Self.swapped(value, header.vr) : value)
                    )
                    offset = valueEnd
                }
            }
            if !element.tag.isGroupLength {
                if let last, element.tag <= last { ordered = false }
                last = element.tag
                elements.append(element)
            }
            if defect != nil { break }
        }
        var result = ordered ? DataSet(sorted: elements) : DataSet(unsorted: elements)
        result.defect = defect
        return result
    }

    /// The items of a sequence whose header was read (PS3.5 7.5).
    private func items(
        _ span: RawSpan,
        _ header: ElementHeader,
        _ offset: inout Int,
        end outerEnd: Int,
        layout: ElementHeader.Layout,
        depth: Int
    ) -> ([DataSet], DataSetDefect?) {
        guard depth <= DataSetLimits.maximumDepth else {
            return ([], DataSetDefect(reason: .tooDeep, tag: header.tag, offset: offset))
        }
        var end = outerEnd
        let isUndefined = header.length == ElementHeader.undefinedLength
        if !isUndefined {
            switch header.valueEnd(limit: outerEnd) {
            case .success(let valueEnd): end = valueEnd
            case .failure(let defect): return ([], defect)
            }
        }
        offset = header.valueOffset
        var items: [DataSet] = []
        while true {
            if offset == end {
                let defect = DataSetDefect(reason: .missingDelimiter, tag: header.tag, offset: offset)
                return (items, isUndefined ? defect : nil)
            }
            let itemHeader: ElementHeader
            switch ElementHeader.read(span, at: offset, end: end, layout: layout) {
            case .success(let read): itemHeader = read
            case .failure(let defect): return (items, defect)
            }
            if itemHeader.tag == .sequenceDelimitation, isUndefined {
                offset = itemHeader.valueOffset
                return (items, nil)
            }
            guard itemHeader.tag == .item else {
                return (items, DataSetDefect(reason: .expectedItem, tag: itemHeader.tag, offset: offset))
            }
            var itemEnd = end
            let isOpen = itemHeader.length == ElementHeader.undefinedLength
            if !isOpen {
                switch itemHeader.valueEnd(limit: end) {
                case .success(let valueEnd): itemEnd = valueEnd
                case .failure(let defect): return (items, defect)
                }
            }
            offset = itemHeader.valueOffset
            var item = elements(
                span,
                &offset,
                end: itemEnd,
                layout: layout,
                closing: isOpen ? .item : nil,
                depth: depth
            )
            let defect = item.defect
            // The defect is told once, by the outermost data set.
            item.defect = nil
            items.append(item)
            if let defect { return (items, defect) }
        }
    }

    /// Little endian bytes of a big endian value: numbers are swapped by their unit, text stays.
    static func swapped(_ value: ArraySlice<UInt8>, _ vr: VR) -> ArraySlice<UInt8> {
        guard var unit = vr.unitLength, unit > 1, value.count.isMultiple(of: unit) else { return value }
        // AT is a pair of 16-bit numbers.
        if vr == .AT { unit = 2 }
        var result: [UInt8] = []
        result.reserveCapacity(value.count)
        var start = value.startIndex
        while start < value.endIndex {
            result.append(contentsOf: value[start..<(start + unit)].reversed())
            start += unit
        }
        return result[...]
    }
}
