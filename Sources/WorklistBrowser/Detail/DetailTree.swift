import DICOMData
import DICOMMatching

/// The lines of a data set: its elements in order, items in their sequences, and what was asked for but did not come.
///
/// Only the structure is worked out; values are decoded for the lines on screen.
struct DetailTree {
    struct Row {
        enum Kind {
            case element
            /// An item where a sequence has several.
            case item(Int)
            /// Asked for, and not in the answer.
            case missing
        }

        let path: AttributePath
        let kind: Kind
        /// Of the data set the element stands in, in ``DetailTree/dataSets``.
        let dataSet: Int
        /// 0 at the top level.
        let depth: Int
    }

    /// What the summary line says.
    struct Counts: Hashable {
        var elements = 0
        var empty = 0
        var missing = 0
        /// Texts that were guessed or hold unreadable places.
        var doubtful = 0
    }

    let root: DataSet
    /// The data sets of the lines: the root first, then items.
    private(set) var dataSets: [DataSet] = []
    private(set) var rows: [Row] = []
    private(set) var counts = Counts()
    private(set) var sequences: Set<AttributePath> = []
    private let asked: AskedAttributes

    init(_ dataSet: DataSet, query: Query) {
        root = dataSet
        asked = AskedAttributes(query)
        count(dataSet, path: [], tags: [])
    }

    /// Works out the lines anew for a set of closed sequences.
    mutating func arrange(folded: Set<AttributePath>) {
        rows = []
        dataSets = [root]
        add(root, index: 0, steps: [], tags: [], depth: 0, folded: folded)
    }

    func element(_ row: Row) -> DataElement? {
        guard dataSets.indices.contains(row.dataSet), case .element = row.kind else { return nil }
        return dataSets[row.dataSet][row.path.tag]
    }

    func dataSet(_ row: Row) -> DataSet { dataSets.indices.contains(row.dataSet) ? dataSets[row.dataSet] : root }

    func isAsked(_ path: AttributePath) -> Bool { asked.contains(path.tags) }

    /// The items of a sequence line, each knowing the character set in force.
    func items(_ row: Row) -> [DataSet] { dataSet(row).items(row.path.tag) }

    private mutating func add(
        _ dataSet: DataSet,
        index: Int,
        steps: [AttributePath.Step],
        tags: [Tag],
        depth: Int,
        folded: Set<AttributePath>
    ) {
        for (tag, element) in merged(dataSet, tags: tags) {
            let path = AttributePath(steps, tag)
            guard let element else {
                rows.append(Row(path: path, kind: .missing, dataSet: index, depth: depth))
                continue
            }
            rows.append(Row(path: path, kind: .element, dataSet: index, depth: depth))
            guard element.vr == .SQ, !folded.contains(path) else { continue }
            let items = dataSet.items(tag)
            for (number, item) in items.enumerated() {
                dataSets.append(item)
                let own = dataSets.count - 1
                var below = depth + 1
                if items.count > 1 {
                    rows.append(Row(path: path, kind: .item(number), dataSet: own, depth: below))
                    below += 1
                }
                add(
                    item,
                    index: own,
                    steps: steps + [AttributePath.Step(tag, item: number)],
                    tags: tags + [tag],
                    depth: below,
                    folded: folded
                )
            }
        }
    }

    private mutating func count(_ dataSet: DataSet, path: [AttributePath.Step], tags: [Tag]) {
        for (tag, element) in merged(dataSet, tags: tags) {
            guard let element else {
                counts.missing += 1
                continue
            }
            counts.elements += 1
            if element.isEmpty { counts.empty += 1 }
            if element.vr == .SQ {
                sequences.insert(AttributePath(path, tag))
                for (number, item) in dataSet.items(tag).enumerated() {
                    count(item, path: path + [AttributePath.Step(tag, item: number)], tags: tags + [tag])
                }
            } else if element.vr.usesSpecificCharacterSet, dataSet.text(of: element)?.problem != nil {
                counts.doubtful += 1
            }
        }
    }

    /// Elements that are there and attributes asked for, in the order of the tags.
    private func merged(_ dataSet: DataSet, tags: [Tag]) -> [(Tag, DataElement?)] {
        var result: [(Tag, DataElement?)] = []
        var wanted = asked.children(of: tags)[...]
        for element in dataSet.elements {
            while let tag = wanted.first, tag < element.tag {
                result.append((tag, nil))
                wanted.removeFirst()
            }
            if wanted.first == element.tag { wanted.removeFirst() }
            result.append((element.tag, element))
        }
        for tag in wanted { result.append((tag, nil)) }
        return result
    }
}

/// The attributes a query asks for, by the sequences they stand in.
struct AskedAttributes {
    private var byParent: [[Tag]: [Tag]] = [:]
    private var whole: Set<[Tag]> = []
    private var all: Set<[Tag]> = []

    init(_ query: Query) {
        var children: [[Tag]: Set<Tag>] = [:]
        for key in query.keys {
            let tags = key.path.tags
            if key.isWholeSequence { whole.insert(tags) }
            for depth in tags.indices {
                children[Array(tags.prefix(depth)), default: []].insert(tags[depth])
                all.insert(Array(tags.prefix(depth + 1)))
            }
        }
        byParent = children.mapValues { $0.sorted() }
    }

    func children(of tags: [Tag]) -> [Tag] { byParent[tags] ?? [] }

    /// Asked for by name, or with the whole of a sequence around it.
    func contains(_ tags: [Tag]) -> Bool {
        if all.contains(tags) { return true }
        return tags.indices.contains { whole.contains(Array(tags.prefix($0))) }
    }
}
