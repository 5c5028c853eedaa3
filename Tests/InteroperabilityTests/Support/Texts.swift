import DICOMData
import Foundation

/// The texts of one item by attribute: `GGGGEEEE`, within sequences `GGGGEEEE[item].GGGGEEEE`; a sequence is "N items".
typealias ItemTexts = [String: String]

/// Items by accession number.
typealias Items = [String: ItemTexts]

extension DICOMData.Tag {
    /// `GGGGEEEE`.
    var compact: String { Hex.four(group) + Hex.four(element) }
}

enum Texts {
    /// A data set as this library reads it, in the form in which the scripts print what pydicom reads.
    static func flat(_ dataSet: DataSet) -> ItemTexts {
        var texts: ItemTexts = [:]
        flatten(dataSet, prefix: "", into: &texts)
        return texts
    }

    private static func flatten(_ dataSet: DataSet, prefix: String, into texts: inout ItemTexts) {
        for element in dataSet.elements {
            let name = prefix + element.tag.compact
            if case .items = element.value {
                let items = dataSet.items(element.tag)
                texts[name] = "\(items.count) items"
                for (number, item) in items.enumerated() {
                    flatten(item, prefix: "\(name)[\(number)].", into: &texts)
                }
            } else {
                let text = dataSet.text(of: element)
                // A guessed or damaged text must not pass for one that was read as it was meant.
                texts[name] = text.map { $0.string + ($0.problem.map { " (\($0))" } ?? "") } ?? hex(element.bytes)
            }
        }
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { Hex.two($0).lowercased() }.joined()
    }

    static func items(json: String) throws -> Items {
        try JSONDecoder().decode(Items.self, from: Data(json.utf8))
    }

    /// A name with the numbers of the items left out.
    static func anyItem(_ name: String) -> String { name.replacing(#/\[\d+\]/#, with: "") }

    /// Items without their empty attributes: what remains has a value.
    static func values(_ items: Items) -> Items {
        items.mapValues { $0.filter { !$0.value.isEmpty && $0.value != "0 items" } }
    }

    static let accession = DICOMData.Tag.accessionNumber.compact

    /// The first few differences, in words; empty if there is none.
    static func differences(_ ours: Items, _ theirs: Items, limit: Int = 8) -> [String] {
        var found: [String] = []
        for accession in Set(ours.keys).symmetricDifference(theirs.keys).sorted() {
            found.append("\(accession) only in \(ours[accession] == nil ? "theirs" : "ours")")
        }
        for (accession, texts) in ours.sorted(by: { $0.key < $1.key }) {
            guard let others = theirs[accession] else { continue }
            for name in Set(texts.keys).union(others.keys).sorted() where texts[name] != others[name] {
                found.append("\(accession) \(name): ours \(shown(texts[name])), theirs \(shown(others[name]))")
            }
        }
        return found.count > limit ? Array(found.prefix(limit)) + ["and \(found.count - limit) more"] : found
    }

    private static func shown(_ text: String?) -> String { text.map { "'\($0)'" } ?? "absent" }
}
