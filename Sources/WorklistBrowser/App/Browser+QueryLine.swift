import DICOMData
import DICOMMatching
import Terminal

/// What is asked, as the second line says it: no key is left out without a word.
extension Browser {
    /// The keys of the list, or of the query; in fewer letters where these do not fit beside the age, and at last only the
    /// first of them and how many more there are.
    func queryWordsLine(ages: [StyledLine], _ ink: Ink) -> StyledLine {
        let words = list?.words ?? QueryWords.words(of: query, now: now.queryMoment)
        guard !words.isEmpty else {
            var line = StyledLine(" Q  ", ink.dim)
            line.add(QueryWords.line(words, isPrivate: isPrivate), ink.text)
            line.add(edited.long, ink.warning)
            return line
        }
        let age = ages.map(\.width).min() ?? 0
        let room = size.columns - (age == 0 ? 0 : age + 1)
        for isBrief in [false, true] {
            for note in [edited.long, edited.short] {
                let line = queryWordsLine(words[...], of: words.count, isBrief: isBrief, note: note, ink)
                if line.width <= room { return line }
            }
        }
        for count in stride(from: words.count - 1, through: 1, by: -1) {
            let line = queryWordsLine(words.prefix(count), of: words.count, isBrief: true, note: edited.short, ink)
            if line.width <= room { return line }
        }
        return queryWordsLine(words.prefix(1), of: words.count, isBrief: true, note: "", ink)
    }

    /// That the query has been changed since the list was asked for.
    private var edited: (long: TerminalText, short: TerminalText) {
        guard let list, run == nil, attempt == nil, list.query.keys != query.keys else { return ("", "") }
        let key = keymap.label(of: .queryRun, in: .list) ?? "r"
        return ("  edited: \(key) runs it", "  edited")
    }

    private func queryWordsLine(
        _ words: ArraySlice<QueryWords.Word>,
        of count: Int,
        isBrief: Bool,
        note: TerminalText,
        _ ink: Ink
    ) -> StyledLine {
        var line = StyledLine(" Q  ", ink.dim)
        for (index, word) in words.enumerated() {
            // The blanks belong to the word, so that a cut between words leaves its mark.
            let text = (index > 0 ? "  " : "") + word.text(isPrivate: isPrivate, isBrief: isBrief)
            // Another day than today, be it that midnight has passed, is easily overlooked.
            let day = word.name == "date" ? DICOMDate(parsing: word.wire) : nil
            line.add(text, day == nil || day == now.date ? ink.text : ink.warning)
        }
        let hidden = count - words.count
        if hidden > 0 { line.add("  +\(hidden) \(hidden == 1 ? "key" : "keys")", ink.warning) }
        line.add(note, ink.warning)
        return line
    }
}
