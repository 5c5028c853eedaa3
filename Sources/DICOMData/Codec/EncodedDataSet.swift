/// A data set as it came off the wire: bytes and a transfer syntax, decoded only where someone looks.
public struct EncodedDataSet: Hashable, Sendable {
    public var bytes: ArraySlice<UInt8>
    public var transferSyntax: TransferSyntax

    public init(bytes: ArraySlice<UInt8>, transferSyntax: TransferSyntax) {
        self.bytes = bytes
        self.transferSyntax = transferSyntax
    }

    /// The whole data set; what follows a defect is missing, see ``DataSet/defect``.
    public var decoded: DataSet { DataSet(lenient: bytes, transferSyntax: transferSyntax) }

    /// The value bytes of one attribute, through the first item of each sequence on the way, without building a data set.
    ///
    /// The same bytes as ``decoded`` gives for it, binary numbers in little endian. Nil if it is absent, a sequence of
    /// undefined length, or cannot be reached because of a defect before it.
    public func value(_ sequences: [Tag], _ tag: Tag) -> ArraySlice<UInt8>? {
        let span = bytes.span.bytes
        var layout = ElementHeader.Layout(transferSyntax)
        var offset = 0
        var end = span.byteCount
        for sequence in sequences {
            guard let header = Self.seek(sequence, span, from: offset, end: end, layout: layout),
                let inner = header.itemLayout(within: layout)
            else { return nil }
            layout = inner
            let valueEnd: Int
            if header.length == ElementHeader.undefinedLength {
                valueEnd = end
            } else {
                guard case .success(let defined) = header.valueEnd(limit: end) else { return nil }
                valueEnd = defined
            }
            guard
                case .success(let item) = ElementHeader.read(
                    span,
                    at: header.valueOffset,
                    end: valueEnd,
                    layout: layout
                ), item.tag == .item
            else { return nil }
            if item.length == ElementHeader.undefinedLength {
                end = valueEnd
            } else {
                guard case .success(let itemEnd) = item.valueEnd(limit: valueEnd) else { return nil }
                end = itemEnd
            }
            offset = item.valueOffset
        }
        guard let header = Self.seek(tag, span, from: offset, end: end, layout: layout),
            header.length != ElementHeader.undefinedLength,
            case .success(let valueEnd) = header.valueEnd(limit: end)
        else { return nil }
        let value = bytes[(bytes.startIndex + header.valueOffset)..<(bytes.startIndex + valueEnd)]
        return layout.isBigEndian ? DataSetDecoder.swapped(value, header.vr) : value
    }

    /// The header of the first element with `tag` from `start` on; nil if there is none before a delimiter or a defect.
    ///
    /// Greater tags do not end the search: a peer that breaks the order of PS3.5 7.1 must not lose an attribute by it.
    private static func seek(
        _ tag: Tag,
        _ span: RawSpan,
        from start: Int,
        end: Int,
        layout: ElementHeader.Layout
    ) -> ElementHeader? {
        // Decoding drops group lengths.
        guard !tag.isGroupLength else { return nil }
        var offset = start
        while offset < end {
            guard case .success(let header) = ElementHeader.read(span, at: offset, end: end, layout: layout),
                header.tag.group != 0xFFFE
            else { return nil }
            if header.tag == tag { return header }
            if header.length != ElementHeader.undefinedLength {
                guard case .success(let next) = header.valueEnd(limit: end) else { return nil }
                offset = next
            } else {
                guard let inner = header.itemLayout(within: layout),
                    let next = skipSequence(span, from: header.valueOffset, end: end, layout: inner, depth: 1)
                else { return nil }
                offset = next
            }
        }
        return nil
    }

    /// The offset after a sequence of undefined length.
    private static func skipSequence(
        _ span: RawSpan,
        from start: Int,
        end: Int,
        layout: ElementHeader.Layout,
        depth: Int
    ) -> Int? {
        guard depth <= DataSetLimits.maximumDepth else { return nil }
        var offset = start
        while offset < end {
            guard case .success(let header) = ElementHeader.read(span, at: offset, end: end, layout: layout) else {
                return nil
            }
            if header.tag == .sequenceDelimitation { return header.valueOffset }
            guard header.tag == .item else { return nil }
            offset = header.valueOffset
            if header.length != ElementHeader.undefinedLength {
                guard case .success(let next) = header.valueEnd(limit: end) else { return nil }
                offset = next
                continue
            }
            while true {
                guard case .success(let inner) = ElementHeader.read(span, at: offset, end: end, layout: layout) else {
                    return nil
                }
                if inner.tag == .itemDelimitation {
                    offset = inner.valueOffset
                    break
                }
                if inner.length != ElementHeader.undefinedLength {
                    guard case .success(let next) = inner.valueEnd(limit: end) else { return nil }
                    offset = next
                } else {
                    guard let nested = inner.itemLayout(within: layout),
                        let next = skipSequence(
                            span,
                            from: inner.valueOffset,
                            end: end,
                            layout: nested,
                            depth: depth + 1
                        )
                    else { return nil }
                    offset = next
                }
            }
        }
        return nil
    }
}
