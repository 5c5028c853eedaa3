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
        for entry in level.answer {
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
            case .key(let index):
                let key = level.keys[index]
                if !key.isSupported, element == nil { continue }
                if let element, !isEmpty(record, element) {
                    if case .sequence(let inner) = key.condition {
                        guard write(inner, of: key, element, record) else { return false }
                    } else {
                        guard copy(element, record) else { return false }
                    }
                } else if !key.isConditional {
                    putHeader(key.tag, emptyVR(key), length: 0)
                }
            }
        }
        return true
    }

    private func emptyVR(_ key: CompiledLevel.Key) -> UInt16 {
        switch key.condition {
        case .wholeSequence, .sequence: VR.SQ.rawValue
        case .value, .envelope: key.vr.rawValue
        }
    }

    /// The items of a sequence that fit, cut to what was asked.
    private mutating func write(
        _ level: CompiledLevel,
        of key: CompiledLevel.Key,
        _ element: EncodedElement,
        _ record: Span<UInt8>
    ) -> Bool {
        guard element.vr == EncodedElement.sequence else { return false }
        let before = bytes.count
        putHeader(key.tag, VR.SQ.rawValue, length: 0)
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
        if bytes.count == content, key.isConditional {
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

    private mutating func putHeader(_ tag: Tag, _ vr: UInt16, length: Int) {
        put16(tag.group)
        put16(tag.element)
        if isExplicit {
            bytes.append(UInt8(truncatingIfNeeded: vr >> 8))
            bytes.append(UInt8(truncatingIfNeeded: vr))
            if VR(rawValue: vr)?.hasLongLength ?? true {
                put16(0)
            } else {
                put16(UInt16(truncatingIfNeeded: length))
                return
            }
        }
        put16(UInt16(truncatingIfNeeded: length))
        put16(UInt16(truncatingIfNeeded: length >> 16))
    }

    private mutating func putItem() {
        put16(0xFFFE)
        put16(0xE000)
        put16(0)
        put16(0)
    }

    private mutating func put16(_ number: UInt16) {
        bytes.append(UInt8(truncatingIfNeeded: number))
        bytes.append(UInt8(truncatingIfNeeded: number >> 8))
    }

    /// Lengths are known when what they count is written; sequences and items have 32 bits for them in every syntax.
    private mutating func patch(length: Int, at place: Int) {
        for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: length >> (8 * byte)) }
    }
}

/// What a response of a level is made of, in the order of the tags.
struct AnswerEntry: Sendable {
    enum Kind: Sendable {
        /// Index in the level's keys.
        case key(Int)
        /// Told of every record that has it: its character set, its time zone.
        case told
        /// Query/Retrieve Level.
        case level
        case creator
    }

    let tag: Tag
    let kind: Kind
    /// The identifier names it.
    let isAsked: Bool

    static func entries(of keys: [CompiledLevel.Key]) -> [AnswerEntry] {
        var entries: [AnswerEntry] = []
        let envelope: [Tag] = [.specificCharacterSet, .timezoneOffsetFromUTC, .queryRetrieveLevel]
        for (index, key) in keys.enumerated() where key.isReturned && !envelope.contains(key.tag) {
            if case .envelope = key.condition {
                if key.tag.isPrivateCreator { entries.append(AnswerEntry(tag: key.tag, kind: .creator, isAsked: true)) }
            } else {
                entries.append(AnswerEntry(tag: key.tag, kind: .key(index), isAsked: true))
            }
        }
        for tag in envelope {
            let isAsked = tag == .specificCharacterSet && keys.contains { $0.tag == tag }
            entries.append(AnswerEntry(tag: tag, kind: tag == .queryRetrieveLevel ? .level : .told, isAsked: isAsked))
        }
        return entries.sorted { $0.tag < $1.tag }
    }
}
