import DICOMData
import Terminal

/// Reading text with another character set than the declared one: on screen only, and always as a guess.
extension Browser {
    /// How the row of an item is read.
    func reading(of identity: ItemIdentity?, in list: ResultList) -> SpecificCharacterSet? {
        identity.flatMap { list.rows.readings[$0] } ?? list.rows.fallback
    }

    mutating func read(with set: SpecificCharacterSet?, _ scope: ReadingScope) -> [Effect] {
        guard let cursor = list?.cursor else { return [] }
        var effects: [Effect] = []
        switch scope {
        case .row:
            readings[cursor.identity] = set
            list?.rows.readings[cursor.identity] = set
            list?.forgetTexts()
            run?.incoming?.rows.readings[cursor.identity] = set
            message = Message(
                kind: .info,
                text: set.map { "this row is read as \($0.description); all of it stays marked as a guess" }
                    ?? "this row is read as it was declared"
            )
        case .server:
            readings.removeAll()
            server?.assumedCharacterSet = set
            if let server, let index = servers.firstIndex(where: { $0.name == server.name }) { servers[index] = server }
            if let server {
                list?.server = server
                // The refresh under way and the watch are of the same server, read the same way.
                run?.server = server
                run?.incoming?.server = server
                watch?.server = server
            }
            if let job = list?.rows.read(with: set) { effects.append(.arrange(job)) }
            if let job = run?.incoming?.rows.read(with: set) { effects.append(.arrange(job)) }
            run?.previous = nil
            list?.forgetTexts()
            list?.similar = SimilarPatients()
            follow()
            let name = server?.name ?? ""
            message = Message(
                kind: .info,
                text: set.map {
                    "\(name) is read as \($0.description) until the end; override_character_set = "
                        + "\"\($0.encodedValue)\" in its entry keeps it"
                } ?? "\(name) is read as it declares"
            )
        }
        guard let list, let row = list.cursor?.row else { return effects }
        let item = list.rows.table.item(row)
        let shown = isPrivate ? PrivacyMask.masked(item) : item
        let reading = reading(of: list.cursor?.identity, in: list)
        changeTop(DetailScreen.self) { $0 = $0.reading(with: reading, shown) }
        return effects
    }
}
