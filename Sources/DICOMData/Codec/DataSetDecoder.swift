extension DataSet {
    /// Decodes a data set, keeping what came before a defect.
    ///
    /// Never traps and never fails: where the bytes stop making sense, ``defect`` says why, and the elements before it stay.
    /// Values are slices of `bytes`, or of what was inflated. Group lengths are dropped; of equal tags the first stays.
    public init(lenient bytes: ArraySlice<UInt8>, transferSyntax: TransferSyntax) {
        if transferSyntax.isDeflated {
            self.init(Deflate.inflate(bytes))
            return
        }
        self = DataSetDecoder(bytes: bytes).dataSet(ElementHeader.Layout(transferSyntax))
    }

    /// What came out of a deflated stream. A defect of the stream is the cause of any that its content has, so it is told first.
    init(_ inflated: Deflate.Inflated) {
        self.init(lenient: inflated.bytes[...], transferSyntax: .explicitVRLittleEndian)
        if let streamDefect = inflated.defect { defect = streamDefect }
    }

    /// Decodes a data set (PS3.5 7, annex A); throws the defect if the bytes are not one.
    public init(decoding bytes: ArraySlice<UInt8>, transferSyntax: TransferSyntax) throws(DataSetDefect) {
        self.init(lenient: bytes, transferSyntax: transferSyntax)
        if let defect { throw defect }
    }
}

/// One pass over the bytes; recursion only into items, bounded by ``DataSetLimits/maximumDepth``.
///
/// `budget` is how many elements and items may still be made.
struct DataSetDecoder {
    let bytes: ArraySlice<UInt8>

    private func slice(_ start: Int, _ end: Int) -> ArraySlice<UInt8> {
        bytes[(bytes.startIndex + start)..<(bytes.startIndex + end)]
    }

    /// All of the bytes as one data set.
    func dataSet(_ layout: ElementHeader.Layout, maximumElements: Int = DataSetLimits.maximumElements) -> DataSet {
        let span = bytes.span.bytes
        var offset = 0
        var budget = maximumElements
        return elements(span, &offset, &budget, end: span.byteCount, layout: layout, closing: nil, depth: 0)
    }

    /// Elements up to `end`, or up to the item delimiter when the item's length is undefined.
    func elements(
        _ span: RawSpan,
        _ offset: inout Int,
        _ budget: inout Int,
        end: Int,
        layout: ElementHeader.Layout,
        closing: Tag?,
        depth: Int
    ) -> DataSet {
        var elements: [DataElement] = []
        // Little for an item: there may be very many of them.
        elements.reserveCapacity(depth == 0 ? 24 : min(8, (end - offset) >> 3))
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
            guard budget > 0 else {
                defect = DataSetDefect(reason: .tooManyElements, tag: header.tag, offset: offset)
                break
            }
            budget -= 1
            let element: DataElement
            if let inner = header.itemLayout(within: layout) {
                let (items, itemDefect) = items(
                    span,
                    header,
                    &offset,
                    &budget,
                    end: end,
                    layout: inner,
                    depth: depth + 1
                )
                element = DataElement(tag: header.tag, vr: .SQ, value: .items(items))
                defect = itemDefect
            } else if header.mayBeKnownSequence,
                let items = knownSequence(span, header, &offset, &budget, end: end, depth: depth + 1)
            {
                element = DataElement(tag: header.tag, vr: .SQ, value: .items(items))
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

    /// The items of a UN element of defined length that the dictionary knows as a sequence: they are in Implicit VR Little
    /// Endian whatever the syntax around them (PS3.5 6.2.2). Nil, and nothing moved, if they do not fill the value exactly.
    func knownSequence(
        _ span: RawSpan,
        _ header: ElementHeader,
        _ offset: inout Int,
        _ budget: inout Int,
        end: Int,
        depth: Int
    ) -> [DataSet]? {
        var (next, left) = (offset, budget)
        let (items, defect) = items(span, header, &next, &left, end: end, layout: .unknown, depth: depth)
        guard defect == nil else { return nil }
        (offset, budget) = (next, left)
        return items
    }

    /// The items of a sequence whose header was read (PS3.5 7.5).
    private func items(
        _ span: RawSpan,
        _ header: ElementHeader,
        _ offset: inout Int,
        _ budget: inout Int,
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
            guard budget > 0 else {
                return (items, DataSetDefect(reason: .tooManyElements, tag: header.tag, offset: offset))
            }
            budget -= 1
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
                &budget,
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
