import DICOMData

extension Query {
    /// The identifier to send (PS3.4 C.4.1.1.3, K.4.1.1.3).
    ///
    /// Relative dates are worked out for `now`. The character set is the least that holds every value; a key
    /// Specific Character Set with a value decides it alone. Throws for the first key that cannot be sent as it stands.
    public func identifier(
        characterSet policy: CharacterSetPolicy = .least,
        wholeSequences: WholeSequenceForm = .zeroLength,
        now: QueryMoment
    ) throws(QueryError) -> DataSet {
        try identifier(IdentifierForm(characterSet: policy, wholeSequences: wholeSequences), now: now)
    }

    /// The identifier in the form that a server understands.
    public func identifier(_ form: IdentifierForm, now: QueryMoment) throws(QueryError) -> DataSet {
        guard !keys.isEmpty else {
            throw QueryError(path: nil, reason: "the query has no keys", advice: "add an attribute to ask for")
        }
        var resolved: [QueryKey] = []
        resolved.reserveCapacity(keys.count)
        for key in keys {
            if let error = KeyCheck.findings(for: key, in: self, now: now).first(where: { $0.severity == .error }) {
                throw QueryError(path: key.path, reason: error.text, advice: error.advice)
            }
            var key = key
            key.value = key.wireValue(now: now)
            if form.universalMatching == .asterisk, isMatchedByAsterisk(key) { key.value = "*" }
            resolved.append(key)
        }
        let characterSet = try characterSet(of: resolved, policy: form.characterSet)
        var dataSet = DataSet()
        dataSet.declare(characterSet)
        let writer = IdentifierWriter(characterSet: characterSet, wholeSequences: form.wholeSequences)
        try writer.write(resolved[...], depth: 0, into: &dataSet)
        if model.hasLevels {
            let level = (level ?? .study).rawValue
            dataSet.set(DataElement(tag: .queryRetrieveLevel, vr: .CS, bytes: level.utf8))
        }
        return dataSet
    }

    /// An empty key that a lone `*` says the same for: any value (PS3.4 C.2.2.2.3, C.2.2.2.4).
    private func isMatchedByAsterisk(_ key: QueryKey) -> Bool {
        guard key.value.isEmpty, key.vr.allowsWildcards else { return false }
        switch key.path.tag {
        case .specificCharacterSet, .timezoneOffsetFromUTC: return false
        default: break
        }
        switch attribute(at: key.path)?.form {
        case .wild, .optional, nil: return true
        case .one, .range, .uids, .item, .universal, Optional.some(.none): return false
        }
    }

    private func characterSet(
        of keys: [QueryKey],
        policy: CharacterSetPolicy
    ) throws(QueryError) -> SpecificCharacterSet {
        if let forced = self[AttributePath([], .specificCharacterSet)], forced.isMatching {
            return SpecificCharacterSet(parsing: forced.value.utf8)
        }
        return policy.characterSet(for: keys.filter { $0.vr.usesSpecificCharacterSet }.map(\.value))
    }
}

extension QueryKey {
    /// The value as it goes on the wire: relative dates worked out, the rest untouched.
    public func wireValue(now: QueryMoment) -> String {
        RelativeDate.resolve(value, vr: vr, now: now) ?? value
    }
}

/// Puts sorted keys into data sets, level by level.
private struct IdentifierWriter {
    let characterSet: SpecificCharacterSet
    let wholeSequences: WholeSequenceForm

    func write(_ keys: ArraySlice<QueryKey>, depth: Int, into dataSet: inout DataSet) throws(QueryError) {
        var rest = keys
        while let key = rest.first {
            guard key.path.steps.count > depth else {
                rest = rest.dropFirst()
                try write(key, into: &dataSet)
                continue
            }
            let sequence = key.path.steps[depth].tag
            let inside = rest.prefix { $0.path.steps.count > depth && $0.path.steps[depth].tag == sequence }
            rest = rest.dropFirst(inside.count)
            var items: [DataSet] = []
            var members = inside
            while let first = members.first {
                let number = first.path.steps[depth].item
                let own = members.prefix { $0.path.steps[depth].item == number }
                members = members.dropFirst(own.count)
                var item = DataSet(inheriting: characterSet)
                try write(own, depth: depth + 1, into: &item)
                items.append(item)
            }
            dataSet.setItems(sequence, items)
        }
    }

    private func write(_ key: QueryKey, into dataSet: inout DataSet) throws(QueryError) {
        let tag = key.path.tag
        if tag == .specificCharacterSet { return }
        // Never zero-length in an identifier (PS3.4 table K.6-1a).
        if tag == .timezoneOffsetFromUTC, key.value.isEmpty { return }
        if key.vr == .SQ {
            dataSet.setItems(tag, wholeSequences == .emptyItem ? [DataSet(inheriting: characterSet)] : [])
            return
        }
        do {
            try dataSet.set(tag, vr: key.vr, key.value)
        } catch {
            switch error {
            case .unencodable(_, let reason):
                throw QueryError(
                    path: key.path,
                    reason: "\(reason)",
                    advice: "choose a character set that has it, or write ? for the letter"
                )
            case .notANumber:
                throw QueryError(
                    path: key.path,
                    reason: "'\(key.value)' is not a number that \(key.vr) can hold",
                    advice: "write a whole number, or leave it empty to ask for it"
                )
            }
        }
    }
}
