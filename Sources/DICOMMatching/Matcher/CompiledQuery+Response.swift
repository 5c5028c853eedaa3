import DICOMData

extension CompiledQuery {
    /// What to answer for a record that matches (PS3.4 C.4.1.1.3, K.4.1.1.3): the attributes that were asked for, no others.
    ///
    /// - Of a sequence only the items that fit its keys, and of those only what was asked for; the whole of it for a key without.
    /// - What the record does not have is zero-length, but left out where the model forbids an empty value (type 1C).
    /// - Values are the record's own bytes in its own character set. Letters beyond ASCII are written in the character set
    ///   of the identifier, if it declares another one; in ISO_IR 192 if that does not have them all. None is ever replaced.
    public func response(for record: DataSet) -> DataSet {
        let clock = clock(of: record)
        var response = root.response(for: record, clock: clock)
        response.inheritedCharacterSet = record.inheritedCharacterSet
        response.fallbackCharacterSet = record.fallbackCharacterSet
        if let characterSet = record.declaredCharacterSet { response.declare(characterSet) }
        if let zone = record[.timezoneOffsetFromUTC], !zone.isEmpty { response.set(zone) }
        if let level {
            response.set(DataElement(tag: .queryRetrieveLevel, vr: .CS, bytes: level.utf8))
        }
        if rules.convertsCharacterSet, let characterSet, characterSet != record.declaredCharacterSet,
            let converted = Transcoding.convert(response, to: characterSet)
        {
            response = converted
        }
        return response
    }
}

extension CompiledLevel {
    func response(for record: DataSet, clock: RecordClock) -> DataSet {
        var response = DataSet()
        for key in keys where key.isReturned && (key.isSupported || record[key.tag] != nil) {
            switch key.condition {
            case .envelope:
                // Private creators make their elements readable; the rest is set for the whole identifier.
                if key.tag.isPrivateCreator, let creator = record[key.tag] { response.set(creator) }
                if key.tag == .specificCharacterSet, let own = record[key.tag], !own.isEmpty { response.set(own) }
            case .value:
                if let element = record[key.tag], !element.isEmpty {
                    response.set(element)
                } else if !key.isConditional {
                    response.set(DataElement(tag: key.tag, vr: key.vr, value: key.vr == .SQ ? .items([]) : .bytes([])))
                }
            case .wholeSequence:
                let items = record.items(key.tag)
                if !items.isEmpty || !key.isConditional { response.setItems(key.tag, items) }
            case .sequence(let level):
                let items = record.items(key.tag).filter { item in
                    level.isUniversal || level.matches(item, clock: clock) { item.reading }
                }
                if !items.isEmpty || !key.isConditional {
                    response.setItems(
                        key.tag,
                        items.map { item in
                            var part = level.response(for: item, clock: clock)
                            part.inheritedCharacterSet = item.inheritedCharacterSet
                            part.fallbackCharacterSet = item.fallbackCharacterSet
                            return part
                        }
                    )
                }
            }
        }
        return response
    }
}

/// Text from one character set into another, all of it or none.
enum Transcoding {
    /// The data set in the asked character set, or in ISO_IR 192 if that does not have every letter. Nil if there is nothing to
    /// convert, or text that cannot be read with certainty: its bytes are better left as they are.
    static func convert(_ dataSet: DataSet, to asked: SpecificCharacterSet) -> DataSet? {
        guard hasLetters(dataSet) else { return nil }
        for target in asked.terms.isEmpty ? [SpecificCharacterSet.utf8] : [asked, .utf8] {
            switch write(dataSet, in: target) {
            case .success(let converted): return converted
            case .failure(.unreadable): return nil
            case .failure(.unwritable): continue
            }
        }
        return nil
    }

    private enum Obstacle: Error {
        case unreadable
        case unwritable
    }

    private static func hasLetters(_ dataSet: DataSet) -> Bool {
        dataSet.elements.contains { element in
            switch element.value {
            case .items(let items): items.contains(where: hasLetters)
            case .bytes(let bytes): element.vr.usesSpecificCharacterSet && bytes.contains(where: isLetter)
            }
        }
    }

    /// A byte of a letter beyond ASCII, or of an escape to them.
    static func isLetter(_ byte: UInt8) -> Bool { byte >= 0x80 || byte == 0x1B }

    /// Two codes of ASCII stand for other characters in ISO_IR 13.
    private static func isTranscoded(_ vr: VR, _ bytes: ArraySlice<UInt8>) -> Bool {
        vr.usesSpecificCharacterSet && bytes.contains { isLetter($0) || $0 == 0x7E || $0 == 0x5C }
    }

    private static func write(_ dataSet: DataSet, in target: SpecificCharacterSet) -> Result<DataSet, Obstacle> {
        var result = DataSet(inheriting: target)
        for element in dataSet.elements where element.tag != .specificCharacterSet {
            switch element.value {
            case .items:
                var items: [DataSet] = []
                for item in dataSet.items(element.tag) {
                    switch write(item, in: target) {
                    case .success(let written): items.append(written)
                    case .failure(let obstacle): return .failure(obstacle)
                    }
                }
                result.setItems(element.tag, items)
            case .bytes(let bytes):
                guard isTranscoded(element.vr, bytes) else {
                    result.set(element)
                    continue
                }
                guard let text = dataSet.text(of: element), text.problem == nil else { return .failure(.unreadable) }
                guard (try? result.set(element.tag, vr: element.vr, text.string)) != nil else {
                    return .failure(.unwritable)
                }
            }
        }
        // Items are in the character set of the whole.
        if dataSet[.specificCharacterSet] != nil { result.declare(target) }
        return .success(result)
    }
}
