import DICOMData
import DICOMMatching
import Terminal

/// One attribute of an item whose value is another than on the list before.
struct ItemChange: Hashable, Sendable {
    /// A value as people read it; nil where the server did not return the attribute.
    typealias Value = TerminalText?

    var path: AttributePath
    var old: Value
    var new: Value

    /// `status`, `time`, or the keyword.
    var name: TerminalText { TerminalText(QueryWords.name(of: path)) }

    /// `ARRIVED`, `not returned`, `empty`.
    static func words(_ value: Value) -> TerminalText {
        guard let value else { return "not returned" }
        return value.isEmpty ? "empty" : value
    }

    /// `status SCHEDULED`: what stood there before.
    var was: TerminalText { "\(name) \(Self.words(old))" }

    // MARK: Comparing

    /// More differences than this are not told one by one.
    static let limit = 64

    /// The attributes that differ in what they say; bytes that say the same are no difference.
    static func between(
        _ old: EncodedDataSet,
        _ new: EncodedDataSet,
        fallback: SpecificCharacterSet?,
        limit: Int = limit
    ) -> [ItemChange] {
        var before = old.decoded
        var after = new.decoded
        before.fallbackCharacterSet = fallback
        after.fallbackCharacterSet = fallback
        var changes: [ItemChange] = []
        compare(before, after, steps: [], limit: limit, into: &changes)
        return changes
    }

    private static func compare(
        _ old: DataSet?,
        _ new: DataSet?,
        steps: [AttributePath.Step],
        limit: Int,
        into changes: inout [ItemChange]
    ) {
        let tags = Set((old?.elements ?? []).map(\.tag)).union((new?.elements ?? []).map(\.tag)).sorted()
        for tag in tags where changes.count < limit {
            let before = old?[tag]
            let after = new?[tag]
            if before?.vr == .SQ || after?.vr == .SQ {
                let itemsBefore = old?.items(tag) ?? []
                let itemsAfter = new?.items(tag) ?? []
                for item in 0..<max(itemsBefore.count, itemsAfter.count) where changes.count < limit {
                    compare(
                        itemsBefore.indices.contains(item) ? itemsBefore[item] : nil,
                        itemsAfter.indices.contains(item) ? itemsAfter[item] : nil,
                        steps: steps + [AttributePath.Step(tag, item: item)],
                        limit: limit,
                        into: &changes
                    )
                }
                continue
            }
            // How text is written is no news as long as it says the same.
            if tag == .specificCharacterSet { continue }
            let was = before.map { value($0, in: old) }
            let now = after.map { value($0, in: new) }
            if was != now, (was ?? .empty) != (now ?? .empty) || before == nil || after == nil {
                changes.append(ItemChange(path: AttributePath(steps, tag), old: was, new: now))
            }
        }
    }

    private static func value(_ element: DataElement, in dataSet: DataSet?) -> TerminalText {
        guard let dataSet, !element.isEmpty else { return .empty }
        guard element.vr.isText || element.numbers != nil, let text = dataSet.text(of: element) else {
            return TerminalText(Hex.dump(element.bytes, limit: 16))
        }
        let plain = String(
            decoding: ItemText.trimmed(Array(text.string.utf8)[...]),
            as: UTF8.self
        )
        let words: String? =
            switch element.vr {
            case .PN: ItemText.name(plain)
            case .DA: ItemText.date(plain)
            case .TM:
                DICOMTime(parsing: plain).map { $0.second ?? 0 == 0 ? ItemText.time(plain) ?? plain : $0.formatted }
            default: nil
            }
        return TerminalText(words ?? plain, limit: 512)
    }
}
