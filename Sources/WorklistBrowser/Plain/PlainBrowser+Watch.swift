import DICOMData
import DICOMMatching
import Terminal

/// Watching, line by line.
extension PlainBrowser {
    /// Changes that are said unasked.
    private static let limit = 10

    mutating func watch(_ argument: String) {
        if argument == "off" || argument.isEmpty && browser.watch != nil {
            guard browser.watch != nil else { return say("no list is watched") }
            return absorb(browser.toggleWatch())
        }
        let before = browser.watch
        absorb(argument.isEmpty ? browser.toggleWatch() : browser.watch(every: argument))
        if browser.watch == nil || browser.watch == before, !argument.isEmpty { misunderstood += 1 }
    }

    /// A watched query has ended: one line, and what has changed.
    mutating func sayWatched() {
        if browser.attempt != nil {
            if let outcomeSentence { say(outcomeSentence) }
            if let words = browser.watchWords { say("watch: \(words.long)") }
            return
        }
        guard let list = browser.list else { return }
        if list.end?.isPartial == true, let outcomeSentence { say(outcomeSentence) }
        let what = browser.changeWords?.text ?? "a new list"
        say("watch, \(list.asOf.clock): \(rowsWord(list.rows.count)), \(what)")
        sayChanges(upTo: Self.limit)
        if browser.list?.cursor != nil { sayRow(isAsked: false) }
    }

    /// All that has changed since the list before.
    mutating func sayAllChanges() {
        guard let words = browser.changeWords else {
            return say("nothing to compare yet: run asks again, watch again and again")
        }
        say(words.text)
        sayChanges(upTo: Int.max)
    }

    private mutating func sayChanges(upTo limit: Int) {
        guard let list = browser.list, let changes = list.changes, !changes.isSkipped else { return }
        var left = limit
        var more = 0
        func room() -> Bool {
            if left > 0 {
                left -= 1
                return true
            }
            more += 1
            return false
        }
        for number in list.rows.shown {
            let row = Int(number)
            if changes.isNew(row) {
                if room() { say("new: \(rowWords(row))") }
            } else if changes.isChanged(row), room() {
                let was = browser.itemChanges(row: row, in: list).map(\.was)
                say(
                    "changed: \(rowWords(row)); before: \(was.isEmpty ? "no longer kept" : was.joined(separator: ", "))"
                )
            }
        }
        for item in changes.gone where room() {
            let text = RowText(item, fallback: list.server.assumedCharacterSet, today: browser.now.date)
            say("gone: \(itemWords(browser.isPrivate ? text.masked : text).joined(separator: ", "))")
        }
        more += changes.goneCount - changes.gone.count
        if more > 0 { say("\(more) further changes\(limit == Int.max ? "" : ": changes says all")") }
    }
}
