import TOMLKit
import Terminal
import WorklistBrowser

/// The `[barcode]` table of `config.toml`.
enum BarcodeTable {
    /// What is wrong with one of its keys, and what is expected.
    struct Problem: Error {
        var key: String
        var text: String
    }

    static let keys = [
        "prefix", "suffix", "strip_aim", "check_digit", "fields", "burst", "min_length",
    ]

    /// Reads the table. A key that cannot be used is left out, and what is expected there is in `problems`.
    static func read(_ table: TOMLTable) -> (settings: BarcodeSettings, problems: [Problem]) {
        var settings = BarcodeSettings()
        var problems: [Problem] = []
        func fail(_ key: String, _ text: String) { problems.append(Problem(key: key, text: text)) }
        func words(_ key: String) -> String? {
            guard let value = table[key] else { return nil }
            if value.string == nil { fail(key, "\(key) must be a text in quotes") }
            return value.string
        }
        func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _ kind: Choice.Type) -> Choice?
        where Choice.RawValue == String {
            guard let text = words(key) else { return nil }
            if let known = Choice(rawValue: text) { return known }
            let all = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            fail(key, "\(key) '\(text)' is not one of \(all)")
            return nil
        }
        func flag(_ key: String) -> Bool? {
            guard let value = table[key] else { return nil }
            if value.bool == nil { fail(key, "\(key) must be true or false") }
            return value.bool
        }
        for key in table.keys.sorted() where !keys.contains(key) {
            fail(key, "unknown key '\(key)'; expected one of " + keys.joined(separator: ", "))
        }
        if let prefix = words("prefix"), !prefix.isEmpty {
            // A key has a name of several characters; what is no such name is what the scanner types.
            if prefix.count > 1, let key = Key(parsing: prefix) {
                settings.prefixKey = key
            } else if prefix.unicodeScalars.allSatisfy({ ("\u{20}"..."\u{7E}").contains($0) }), prefix.count <= 16 {
                settings.prefix = prefix
            } else {
                fail("prefix", "prefix must be a key such as \"F9\", or up to 16 ASCII characters")
            }
        }
        if let suffix = choice("suffix", BarcodeSettings.Suffix.self) { settings.suffix = suffix }
        if let strips = flag("strip_aim") { settings.stripsAIM = strips }
        if let rule = choice("check_digit", BarcodeSettings.CheckDigit.self) { settings.checkDigit = rule }
        if let burst = flag("burst") { settings.burst = burst }
        if let value = table["fields"] {
            let names = value.array?.map { $0.string ?? "" } ?? []
            let fields = names.compactMap(BarcodeSettings.Field.init(rawValue:))
            if fields.isEmpty || fields.count != names.count || Set(fields).count != fields.count {
                fail("fields", "fields must be a list such as [\"accession\", \"patient_id\"]")
            } else {
                settings.fields = fields
            }
        }
        if let value = table["min_length"] {
            if let length = value.int, (3...64).contains(length) {
                settings.minimumLength = length
            } else {
                fail("min_length", "min_length must be a number from 3 to 64")
            }
        }
        return (settings, problems)
    }
}
