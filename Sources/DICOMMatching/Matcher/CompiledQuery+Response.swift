import DICOMData

extension CompiledQuery {
    /// What to answer for a record that matches (PS3.4 C.4.1.1.3, K.4.1.1.3): the attributes that were asked for, no others.
    ///
    /// - Of a sequence only the items that fit its keys, and of those only what was asked for; the whole of it for a key without.
    /// - What the record does not have is zero-length, but left out where the model forbids an empty value (type 1C).
    /// - Values are the record's own bytes, in the record's character set, which is declared whenever the record declares one.
    public func response(for record: DataSet) -> DataSet {
        var response = root.response(for: record)
        response.inheritedCharacterSet = record.inheritedCharacterSet
        response.fallbackCharacterSet = record.fallbackCharacterSet
        if let characterSet = record.declaredCharacterSet { response.declare(characterSet) }
        if let zone = record[.timezoneOffsetFromUTC], !zone.isEmpty { response.set(zone) }
        if let level {
            response.set(DataElement(tag: .queryRetrieveLevel, vr: .CS, bytes: level.utf8))
        }
        return response
    }
}

extension CompiledLevel {
    func response(for record: DataSet) -> DataSet {
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
                let items = record.items(key.tag).filter { level.isUniversal || level.matches($0) }
                if !items.isEmpty || !key.isConditional {
                    response.setItems(
                        key.tag,
                        items.map { item in
                            var part = level.response(for: item)
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
