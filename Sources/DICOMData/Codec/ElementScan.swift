extension EncodedDataSet {
    /// Visits every element of the data set, and of the one item of one of its sequences, in a single pass and without
    /// building anything: for those who look at a few attributes of very many data sets.
    ///
    /// Only for data sets in the plainest of shapes. False says that this one has another: deflated, big endian, with a
    /// defect, with sequences as UN, or with several items where one was looked for; ``decoded`` then tells what it holds,
    /// and what was visited counts for nothing.
    ///
    /// - Parameter visit: Takes tag, VR, the place of the value in ``bytes`` and whether the element stands in the item.
    public func scan(
        steppingInto sequence: Tag,
        _ visit: (_ tag: Tag, _ vr: VR, _ value: Range<Int>, _ isInItem: Bool) -> Void
    ) -> Bool {
        guard !transferSyntax.isDeflated, transferSyntax.isLittleEndian else { return false }
        let bytes = bytes
        let start = bytes.startIndex
        let scan = ElementScan(layout: ElementHeader.Layout(transferSyntax), sequence: sequence, start: start)
        let span = bytes.span.bytes
        return scan.elements(span, from: 0, end: span.byteCount, isDelimited: false, level: .top, visit) != nil
    }
}

/// One pass over the elements; nil wherever the shape is not the plainest.
private struct ElementScan {
    enum Level {
        case top
        /// In the item of the sequence that is looked into.
        case item
        /// Deeper, or elsewhere: walked over, as a defect in there would hide what follows.
        case other(depth: Int)
    }

    let layout: ElementHeader.Layout
    let sequence: Tag
    /// What offsets count from.
    let start: Int

    typealias Visit = (Tag, VR, Range<Int>, Bool) -> Void

    private static let maximumDepth = 16

    /// The offset behind the elements, and behind their delimiter if they have one.
    func elements(
        _ span: RawSpan,
        from first: Int,
        end: Int,
        isDelimited: Bool,
        level: Level,
        _ visit: Visit
    ) -> Int? {
        var offset = first
        while offset < end {
            guard case .success(let header) = ElementHeader.read(span, at: offset, end: end, layout: layout) else {
                return nil
            }
            if header.tag.group == 0xFFFE {
                return isDelimited && header.tag == .itemDelimitation && header.length == 0 ? header.valueOffset : nil
            }
            let isOpen = header.length == ElementHeader.undefinedLength
            if header.vr == .UN, isOpen || header.mayBeKnownSequence { return nil }
            if isOpen {
                guard header.vr == .SQ,
                    let next = items(
                        span,
                        header,
                        from: header.valueOffset,
                        end: end,
                        isDelimited: true,
                        level: level,
                        visit
                    )
                else { return nil }
                offset = next
                continue
            }
            guard case .success(let valueEnd) = header.valueEnd(limit: end) else { return nil }
            if header.vr == .SQ {
                let first = header.valueOffset
                guard items(span, header, from: first, end: valueEnd, isDelimited: false, level: level, visit) != nil
                else { return nil }
            } else {
                let value = (start + header.valueOffset)..<(start + valueEnd)
                switch level {
                case .top: visit(header.tag, header.vr, value, false)
                case .item: visit(header.tag, header.vr, value, true)
                case .other: break
                }
            }
            offset = valueEnd
        }
        return isDelimited ? nil : offset
    }

    /// The offset behind the items of a sequence.
    private func items(
        _ span: RawSpan,
        _ header: ElementHeader,
        from first: Int,
        end: Int,
        isDelimited: Bool,
        level: Level,
        _ visit: Visit
    ) -> Int? {
        let inner: Level
        switch level {
        case .top: inner = header.tag == sequence ? .item : .other(depth: 1)
        case .item: inner = .other(depth: 2)
        case .other(let depth):
            guard depth < Self.maximumDepth else { return nil }
            inner = .other(depth: depth + 1)
        }
        var offset = first
        var count = 0
        while offset < end {
            guard case .success(let item) = ElementHeader.read(span, at: offset, end: end, layout: layout) else {
                return nil
            }
            if item.tag == .sequenceDelimitation {
                return isDelimited && item.length == 0 ? item.valueOffset : nil
            }
            guard item.tag == .item else { return nil }
            count += 1
            if case .item = inner, count > 1 { return nil }
            if item.length == ElementHeader.undefinedLength {
                guard
                    let next = elements(span, from: item.valueOffset, end: end, isDelimited: true, level: inner, visit)
                else { return nil }
                offset = next
            } else {
                guard case .success(let itemEnd) = item.valueEnd(limit: end),
                    elements(span, from: item.valueOffset, end: itemEnd, isDelimited: false, level: inner, visit) != nil
                else { return nil }
                offset = itemEnd
            }
        }
        return isDelimited ? nil : offset
    }
}
