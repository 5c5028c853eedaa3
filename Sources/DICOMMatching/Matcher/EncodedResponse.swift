import DICOMData

extension CompiledQuery {
    /// What to answer for an encoded record that matches, encoded for the peer: the bytes of ``response(for:)``, cut out of those
    /// of the record without decoding it.
    ///
    /// - Parameter record: As for ``matches(encoded:)``.
    public func response(
        encoded record: Span<UInt8>,
        in syntax: TransferSyntax
    ) throws(DataSetEncodingError) -> [UInt8] {
        if !needsClock, !syntax.isDeflated, syntax.isLittleEndian {
            let own = EncodedElement.find(.specificCharacterSet, record.bytes, from: 0, to: record.count)
            let keepsText = !rules.convertsCharacterSet || characterSet.map { isEncoded($0, own, record) } ?? true
            var writer = EncodedWriter(isExplicit: syntax.isExplicitVR, keepsText: keepsText)
            writer.bytes.reserveCapacity(record.count)
            if writer.write(root, record, 0, record.count, envelope: level) { return writer.bytes }
        }
        return try response(for: Self.decoded(record)).encoded(syntax)
    }

    /// Whether the record says the character set in the very words of the identifier.
    private func isEncoded(_ asked: SpecificCharacterSet, _ own: EncodedElement?, _ record: Span<UInt8>) -> Bool {
        guard let own else { return false }
        let term = asked.encodedValue.utf8
        guard term.count <= own.end - own.start else { return false }
        var place = own.start
        for byte in term {
            if record[place] != byte { return false }
            place += 1
        }
        while place < own.end {
            if record[place] != 0x20, record[place] != 0 { return false }
            place += 1
        }
        return true
    }
}

/// Writes responses out of encoded records; every function returns false for what has to be decoded.
struct EncodedWriter {
    var bytes: [UInt8] = []
    let isExplicit: Bool
    /// Letters beyond ASCII may be copied as they are.
    let keepsText: Bool

    init(isExplicit: Bool, keepsText: Bool) {
        self.isExplicit = isExplicit
        self.keepsText = keepsText
    }

    /// - Parameter envelope: For the outermost level: character set and time zone of the record are told unasked, and the level of
    ///   the query, if it has one.
    mutating func write(
        _ level: CompiledLevel,
        _ record: Span<UInt8>,
        _ start: Int,
        _ end: Int,
        envelope: String?,
        isItem: Bool = false
    ) -> Bool {
        let source = record.bytes
        var offset = start
        var current: EncodedElement?
        var last = Tag(rawValue: 0)
        /// The element of the record that is not before `tag`.
        func advance(to tag: Tag) -> Bool {
            while current == nil || current.map({ $0.tag < tag }) ?? false {
                if let passed = current { offset = passed.end }
                guard offset < end else {
                    current = nil
                    return true
                }
                guard let element = EncodedElement.read(source, at: offset, end: end), element.tag >= last else {
                    return false
                }
                last = element.tag
                current = element
            }
            return true
        }
        for entry in level.answer.entries {
            guard advance(to: entry.tag) else { return false }
            let element = current.flatMap { $0.tag == entry.tag ? $0 : nil }
            switch entry.kind {
            case .told:
                guard !isItem || entry.isAsked else { continue }
                if let element, !isPadding(record, element) {
                    guard copy(element, record) else { return false }
                }
            case .level:
                guard !isItem, let envelope else { continue }
                putHeader(entry.tag, VR.CS.rawValue, length: (envelope.utf8.count + 1) & ~1)
                bytes.append(contentsOf: envelope.utf8)
                if envelope.utf8.count & 1 == 1 { bytes.append(0x20) }
            case .creator:
                if let element { guard copy(element, record) else { return false } }
            case .value:
                if !entry.isAsked, element == nil { continue }
                if let element, !isEmpty(record, element) {
                    guard copy(element, record) else { return false }
                } else if !entry.isConditional {
                    putHeader(entry.tag, entry.vr, length: 0)
                }
            case .items(let index):
                if let element, element.start < element.end {
                    guard write(level.answer.levels[index], entry, element, record) else { return false }
                } else if !entry.isConditional {
                    putHeader(entry.tag, entry.vr, length: 0)
                }
            }
        }
        return true
    }

    /// The items of a sequence that fit, cut to what was asked.
    private mutating func write(
        _ level: CompiledLevel,
        _ entry: Answer.Entry,
        _ element: EncodedElement,
        _ record: Span<UInt8>
    ) -> Bool {
        guard element.vr == EncodedElement.sequence else { return false }
        let before = bytes.count
        putHeader(entry.tag, EncodedElement.sequence, length: 0)
        let content = bytes.count
        var offset = element.start
        while offset < element.end {
            guard let item = EncodedElement.item(record.bytes, at: offset, end: element.end) else { return false }
            offset = item.upperBound
            // An item with a character set of its own is read by it.
            guard
                EncodedElement.find(.specificCharacterSet, record.bytes, from: item.lowerBound, to: item.upperBound)
                    == nil
            else { return false }
            if !level.isUniversal {
                let fits = level.matches(encoded: record, item.lowerBound, item.upperBound) {
                    ValueMatcher.Reading(
                        characterSet: CompiledQuery.characterSet(of: record, 0, record.count) ?? .defaultRepertoire,
                        fallback: nil
                    )
                }
                guard let fits else { return false }
                guard fits else { continue }
            }
            putItem()
            let itemContent = bytes.count
            guard write(level, record, item.lowerBound, item.upperBound, envelope: nil, isItem: true) else {
                return false
            }
            patch(length: bytes.count - itemContent, at: itemContent - 4)
        }
        if bytes.count == content, entry.isConditional {
            bytes.removeLast(content - before)
        } else {
            patch(length: bytes.count - content, at: content - 4)
        }
        return true
    }

    /// An element as it stands.
    private mutating func copy(_ element: EncodedElement, _ record: Span<UInt8>) -> Bool {
        if element.vr == EncodedElement.unknown { return false }
        if !keepsText, hasLetters(element, record) { return false }
        let length = element.end - element.start
        // Values of odd length are padded by the encoder.
        guard length & 1 == 0 else { return false }
        if element.vr == EncodedElement.sequence { return copySequence(element, record) }
        if isExplicit {
            append(record, element.header..<element.end)
        } else {
            putHeader(element.tag, element.vr, length: length)
            append(record, element.start..<element.end)
        }
        return true
    }

    private mutating func copySequence(_ element: EncodedElement, _ record: Span<UInt8>) -> Bool {
        // In Implicit VR a sequence that the dictionary does not know is written otherwise.
        if !isExplicit, DataDictionary.vr(of: element.tag) != .SQ { return false }
        putHeader(element.tag, VR.SQ.rawValue, length: 0)
        let content = bytes.count
        var offset = element.start
        while offset < element.end {
            guard let item = EncodedElement.item(record.bytes, at: offset, end: element.end) else { return false }
            putItem()
            let itemContent = bytes.count
            var inner = item.lowerBound
            while inner < item.upperBound {
                guard let member = EncodedElement.read(record.bytes, at: inner, end: item.upperBound),
                    copy(member, record)
                else { return false }
                inner = member.end
            }
            patch(length: bytes.count - itemContent, at: itemContent - 4)
            offset = item.upperBound
        }
        patch(length: bytes.count - content, at: content - 4)
        return true
    }

    private func hasLetters(_ element: EncodedElement, _ record: Span<UInt8>) -> Bool {
        switch element.vr {
        // LO, LT, PN, SH, ST, UC, UT.
        case 0x4C4F, 0x4C54, 0x504E, 0x5348, 0x5354, 0x5543, 0x5554:
            for place in element.start..<element.end where Transcoding.isLetter(record[place]) { return true }
            return false
        default: return false
        }
    }

    private func isPadding(_ record: Span<UInt8>, _ element: EncodedElement) -> Bool {
        for place in element.start..<element.end where record[place] != 0x20 && record[place] != 0 { return false }
        return true
    }

    /// As `DataElement.isEmpty` says it: numbers are never padding.
    private func isEmpty(_ record: Span<UInt8>, _ element: EncodedElement) -> Bool {
        if element.start == element.end { return true }
        guard let vr = VR(rawValue: element.vr), vr.isText else { return false }
        return isPadding(record, element)
    }

    // MARK: Bytes

    private mutating func append(_ record: Span<UInt8>, _ range: Range<Int>) {
        record.extracting(range).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    @inline(__always)
    private mutating func putHeader(_ tag: Tag, _ vr: UInt16, length: Int) {
        let name = UInt64(tag.group) | UInt64(tag.element) << 16
        let size = UInt64(UInt32(truncatingIfNeeded: length))
        guard isExplicit else {
            put(name | size << 32)
            return
        }
        let code = UInt64(vr.byteSwapped)
        if EncodedElement.hasLongLength(vr) {
            put(name | code << 32)
            put(UInt32(truncatingIfNeeded: length))
        } else {
            put(name | code << 32 | size << 48)
        }
    }

    private mutating func putItem() { put(UInt64(0xE000_FFFE)) }

    @inline(__always)
    private mutating func put(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Lengths are known when what they count is written; sequences and items have 32 bits for them in every syntax.
    private mutating func patch(length: Int, at place: Int) {
        for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: length >> (8 * byte)) }
    }
}

/// What a response of a level is made of, in the order of the tags.
struct Answer: Sendable {
    struct Entry: Sendable {
        enum Kind: Sendable {
            case value
            /// A sequence with keys, by the index of their level.
            case items(Int)
            /// Told of every record that has it: its character set, its time zone.
            case told
            /// Query/Retrieve Level.
            case level
            case creator
        }

        let tag: Tag
        let vr: UInt16
        let kind: Kind
        /// Sent for records that do not have it, too; of what is told: the identifier names it.
        let isAsked: Bool
        let isConditional: Bool
    }

    let entries: [Entry]
    let levels: [CompiledLevel]

    init(_ keys: [CompiledLevel.Key]) {
        var entries: [Entry] = []
        var levels: [CompiledLevel] = []
        let envelope: [Tag] = [.specificCharacterSet, .timezoneOffsetFromUTC, .queryRetrieveLevel]
        for key in keys where key.isReturned && !envelope.contains(key.tag) {
            var vr = EncodedElement.sequence
            let kind: Entry.Kind
            switch key.condition {
            case .envelope:
                guard key.tag.isPrivateCreator else { continue }
                kind = .creator
            case .value:
                kind = .value
                vr = key.vr.rawValue
            case .wholeSequence: kind = .value
            case .sequence(let level):
                kind = .items(levels.count)
                levels.append(level)
            }
            entries.append(
                Entry(tag: key.tag, vr: vr, kind: kind, isAsked: key.isSupported, isConditional: key.isConditional)
            )
        }
        for tag in envelope {
            let isAsked = tag == .specificCharacterSet && keys.contains { $0.tag == tag }
            let kind: Entry.Kind = tag == .queryRetrieveLevel ? .level : .told
            entries.append(Entry(tag: tag, vr: 0, kind: kind, isAsked: isAsked, isConditional: true))
        }
        self.entries = entries.sorted { $0.tag < $1.tag }
        self.levels = levels
    }
}
