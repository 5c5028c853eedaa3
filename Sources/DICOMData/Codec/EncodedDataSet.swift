import Synchronization

/// A data set as it came off the wire: bytes and a transfer syntax, decoded only where someone looks.
public struct EncodedDataSet: Hashable, Sendable {
    private let wire: ArraySlice<UInt8>
    private let syntax: TransferSyntax
    /// Nil unless the data set is deflated; belongs to ``wire``.
    private let inflation: Inflation?

    /// As on the wire: a deflated data set is still deflated here.
    public var bytes: ArraySlice<UInt8> {
        get { wire }
        set { self = EncodedDataSet(bytes: newValue, transferSyntax: syntax) }
    }

    public var transferSyntax: TransferSyntax {
        get { syntax }
        set { self = EncodedDataSet(bytes: wire, transferSyntax: newValue) }
    }

    public init(bytes: ArraySlice<UInt8>, transferSyntax: TransferSyntax) {
        wire = bytes
        syntax = transferSyntax
        inflation = transferSyntax.isDeflated ? Inflation() : nil
    }

    public static func == (a: EncodedDataSet, b: EncodedDataSet) -> Bool {
        a.bytes == b.bytes && a.transferSyntax == b.transferSyntax
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(bytes)
        hasher.combine(transferSyntax)
    }

    /// The whole data set; what follows a defect is missing, see ``DataSet/defect``.
    public var decoded: DataSet {
        if let inflation { return DataSet(inflation.result(of: wire)) }
        return DataSet(lenient: wire, transferSyntax: syntax)
    }

    /// The value bytes of one attribute, through the first item of each sequence on the way, without building a data set.
    ///
    /// The same bytes as ``decoded`` gives for it, binary numbers in little endian; those of a sequence in the syntax
    /// ``TransferSyntax/inflated``, or in Implicit VR Little Endian if it came as UN. Nil if it is absent, a sequence of
    /// undefined length, or cannot be reached because of a defect before it. A deflated data set is inflated by the first
    /// look into it, for all copies of this value.
    public func value(_ sequences: [Tag], _ tag: Tag) -> ArraySlice<UInt8>? {
        if syntax.isDeflated { return inflatedValue(sequences, tag) }
        let span = wire.span.bytes
        var layout = ElementHeader.Layout(syntax)
        var offset = 0
        var end = span.byteCount
        var depth = 0
        for sequence in sequences {
            guard let header = Self.seek(sequence, span, from: offset, end: end, layout: layout) else { return nil }
            depth += 1
            if let inner = header.itemLayout(within: layout) {
                layout = inner
            } else {
                guard Self.isKnownSequence(header, wire, span, end: end, depth: depth) else { return nil }
                layout = .unknown
            }
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
        let value = wire[(wire.startIndex + header.valueOffset)..<(wire.startIndex + valueEnd)]
        return layout.isBigEndian ? DataSetDecoder.swapped(value, header.vr) : value
    }

    /// Apart, so that the way of the plain syntaxes stays short.
    @inline(never)
    private func inflatedValue(_ sequences: [Tag], _ tag: Tag) -> ArraySlice<UInt8>? {
        guard let inflated = inflation?.result(of: wire).bytes else { return nil }
        return EncodedDataSet(bytes: inflated[...], transferSyntax: syntax.inflated).value(sequences, tag)
    }

    /// A UN element that ``decoded`` reads as a sequence: only a look at all of it tells.
    @inline(never)
    private static func isKnownSequence(
        _ header: ElementHeader,
        _ bytes: ArraySlice<UInt8>,
        _ span: RawSpan,
        end: Int,
        depth: Int
    ) -> Bool {
        guard header.mayBeKnownSequence else { return false }
        var (offset, budget) = (header.valueOffset, DataSetLimits.maximumElements)
        let decoder = DataSetDecoder(bytes: bytes)
        return decoder.knownSequence(span, header, &offset, &budget, end: end, depth: depth) != nil
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

/// The inflated bytes of a deflated data set, made when first asked for; every copy of the data set shares them.
private final class Inflation: Sendable {
    private let kept = Mutex<Deflate.Inflated?>(nil)

    func result(of bytes: ArraySlice<UInt8>) -> Deflate.Inflated {
        kept.withLock { kept in
            if let kept { return kept }
            let fresh = Deflate.inflate(bytes)
            kept = fresh
            return fresh
        }
    }
}
