import DICOMData
import DICOMMatching

/// The head of a CSV file: where the value of each column goes.
struct CSVColumns {
    /// The attributes of a data set or of an item: columns, and sequences with their items.
    private struct Level {
        struct Value {
            let tag: Tag
            let vr: VR
            let column: Int
        }

        var values: [Value] = []
        /// By sequence, then by number of item.
        var sequences: [(tag: Tag, items: [(number: Int, level: Level)])] = []

        mutating func add(_ value: Value, _ steps: ArraySlice<AttributePath.Step>) {
            guard let step = steps.first else {
                values.append(value)
                return
            }
            if !sequences.contains(where: { $0.tag == step.tag }) { sequences.append((step.tag, [])) }
            for place in sequences.indices where sequences[place].tag == step.tag {
                if !sequences[place].items.contains(where: { $0.number == step.item }) {
                    sequences[place].items.append((step.item, Level()))
                    sequences[place].items.sort { $0.number < $1.number }
                }
                for item in sequences[place].items.indices where sequences[place].items[item].number == step.item {
                    sequences[place].items[item].level.add(value, steps.dropFirst())
                }
            }
        }
    }

    private var root = Level()
    let count: Int

    /// Throws what is wrong with a heading.
    init(_ headings: [String]) throws(WorklistImport.Problem.Reason) {
        count = headings.count
        var paths: Set<AttributePath> = []
        for (column, heading) in headings.enumerated() {
            let parsed: KeyPath.Parsed
            do {
                parsed = try KeyPath.parse(heading)
            } catch {
                throw .init("column \(column + 1): \(error)")
            }
            guard parsed.value == nil, parsed.vr != .SQ else {
                throw .init("column \(column + 1): '\(heading)' is no attribute with a value")
            }
            guard paths.insert(parsed.path).inserted else {
                throw .init("column \(column + 1): '\(heading)' is there twice")
            }
            // The text itself decides on the character set.
            if parsed.path.tag == .specificCharacterSet { continue }
            root.add(
                Level.Value(tag: parsed.path.tag, vr: parsed.vr, column: column),
                parsed.path.steps[...]
            )
        }
    }

    /// The item of a record.
    func item(_ fields: [ArraySlice<UInt8>]) throws(WorklistImport.Problem.Reason) -> DataSet {
        guard fields.count == count else { throw .init("has \(fields.count) fields, and the head \(count)") }
        var texts: [String] = []
        texts.reserveCapacity(count)
        var isPlain = true
        for field in fields {
            guard let text = String(validating: field, as: UTF8.self) else { throw .init("is not in UTF-8") }
            if isPlain { isPlain = field.allSatisfy { $0 < 0x7E && $0 >= 0x20 } }
            texts.append(text)
        }
        var item = DataSet()
        if !isPlain { item.declare(.utf8) }
        do {
            try fill(&item, root, texts, isPlain ? .defaultRepertoire : .utf8)
        } catch {
            throw .init("\(error)")
        }
        guard !item.isEmpty else { throw .init("has no value") }
        return item
    }

    private func fill(
        _ dataSet: inout DataSet,
        _ level: Level,
        _ texts: [String],
        _ characterSet: SpecificCharacterSet
    ) throws(DataSetError) {
        for value in level.values { try dataSet.set(value.tag, vr: value.vr, texts[value.column]) }
        for sequence in level.sequences {
            var items: [DataSet] = []
            for (_, level) in sequence.items where has(level, texts) {
                var item = DataSet(inheriting: characterSet)
                try fill(&item, level, texts, characterSet)
                items.append(item)
            }
            dataSet.setItems(sequence.tag, items)
        }
    }

    /// An item without any value is none.
    private func has(_ level: Level, _ texts: [String]) -> Bool {
        level.values.contains { !texts[$0.column].isEmpty }
            || level.sequences.contains { $0.items.contains { has($0.level, texts) } }
    }
}
