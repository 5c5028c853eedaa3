/// Where servers of others answer the questions otherwise than the standard, as a page of the documentation.
struct MatchingDifferences {
    private struct Row {
        let cells: [String]
        let isDifferent: Bool
    }

    private let table: [Row]
    private let combinations: [Row]
    private let tableCount: Int

    init(_ catalogue: MatchingCatalogue, wlmscpfs: [MatchingReply], orthanc: [MatchingReply]) {
        func words(_ line: MatchingCatalogue.Line, _ replies: [MatchingReply]) -> (text: String, differs: Bool) {
            switch replies[line.question] {
            case .failed(let code):
                ("fails: " + String(code, radix: 16, uppercase: true), line.row.matches)
            case .found(let identities, let isFlagged):
                (
                    (identities.contains(line.identity) ? "matches" : "does not match")
                        + (isFlagged ? ", key not supported (FF01)" : ""),
                    identities.contains(line.identity) != line.row.matches
                )
            }
        }
        tableCount = catalogue.lines.count
        table = catalogue.lines.map { line in
            let (theirs, others) = (words(line, wlmscpfs), words(line, orthanc))
            return Row(
                cells: [
                    line.row.attribute, "`\(line.row.key)`", "`\(line.row.stored)`",
                    line.row.matches ? "matches" : "does not match",
                    theirs.differs ? "**\(theirs.text)**" : "the same",
                    others.differs ? "**\(others.text)**" : "the same", line.row.clause,
                ],
                isDifferent: theirs.differs || others.differs
            )
        }
        combinations = catalogue.combinations.map { question, expected in
            func words(_ reply: MatchingReply) -> String {
                switch reply {
                case .failed(let code): return "fails: " + String(code, radix: 16, uppercase: true)
                case .found(let found, let isFlagged):
                    if found == expected { return isFlagged ? "all, with FF01" : "the same" }
                    return "\(found.count) items instead of \(expected.count)" + (isFlagged ? ", with FF01" : "")
                }
            }
            let answers = [words(wlmscpfs[question]), words(orthanc[question])]
            return Row(
                cells: [catalogue.questions[question].name] + answers,
                isDifferent: answers != ["the same", "the same"]
            )
        }
    }

    var document: String {
        let different = table.filter(\.isDifferent)
        let otherwise = combinations.filter(\.isDifferent)
        return """
            # Where other servers match otherwise

            What wlmscpfs of DCMTK 3.6.7 and Orthanc 1.10 with its worklist plugin answer, where it is not what our server does.

            ## Overview

            The matching table of the tests has \(tableCount) lines: a key, a stored value, and whether they match. Our server answers
            each as the clause beside it says, asked by our client, by findscu and by pynetdicom. Asked the same of wlmscpfs and
            Orthanc, over the same items, \(different.count) lines come out otherwise on one of them at least. The tests ask again at each
            run, and fail if this list is not exactly true.

            `∅` is a zero-length value, `-` an absent attribute, `·` a space, `;` parts the values of several items. `Start` is start
            date and start time of the step.

            | attribute | key | stored | ours | wlmscpfs | Orthanc | the clause that decides |
            |---|---|---|---|---|---|---|
            \(different.map(Self.line).joined(separator: "\n"))

            wlmscpfs knows a fixed list of keys, and answers others with FF01 as if they had not been asked (PS3.4 C.2.2.1.3 allows
            that for optional keys). Where the clause leaves an answer to the server, a line is a difference and no fault.

            ## Query combinations of IHE

            The 15 patient based and 7 broad queries of IHE RAD TF-2 4.5 (Query Modality Worklist). Ours finds exactly what is asked for
            in all of them.

            \(otherwise.isEmpty ? "So do wlmscpfs and Orthanc." : Self.combinationTable(otherwise))

            """
    }

    private static func combinationTable(_ rows: [Row]) -> String {
        "| keys | wlmscpfs | Orthanc |\n|---|---|---|\n" + rows.map(line).joined(separator: "\n")
    }

    /// A bar within a cell would end it.
    private static func line(_ row: Row) -> String {
        "| " + row.cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }
}
