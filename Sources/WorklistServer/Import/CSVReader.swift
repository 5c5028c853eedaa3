/// Records of comma-separated values (RFC 4180), one after another; semicolons and tabs part fields too, if the first line
/// has no comma.
struct CSVReader {
    /// A record and the line it begins on.
    struct Record {
        let line: Int
        let fields: [ArraySlice<UInt8>]
    }

    private let bytes: [UInt8]
    private var place = 0
    private var line = 1
    private let separator: UInt8

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
        let first = bytes[place...].prefix { $0 != 0x0A }
        separator =
            [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09].first { first.contains($0) } ?? UInt8(ascii: ",")
    }

    /// Nil at the end; empty lines are no records.
    mutating func next() -> Record? {
        while place < bytes.count {
            let start = line
            let fields = record()
            if fields.count > 1 || fields.first?.isEmpty == false { return Record(line: start, fields: fields) }
        }
        return nil
    }

    private mutating func record() -> [ArraySlice<UInt8>] {
        var fields: [ArraySlice<UInt8>] = []
        while true {
            fields.append(place < bytes.count && bytes[place] == UInt8(ascii: "\"") ? quoted() : plain())
            guard place < bytes.count else { return fields }
            let end = bytes[place]
            place += 1
            if end == separator { continue }
            line += 1
            return fields
        }
    }

    private mutating func plain() -> ArraySlice<UInt8> {
        let start = place
        while place < bytes.count, bytes[place] != separator, bytes[place] != 0x0A { place += 1 }
        var end = place
        if end > start, bytes[end - 1] == 0x0D { end -= 1 }
        return bytes[start..<end]
    }

    /// Two quotation marks within are one. What follows the closing mark belongs to the field.
    private mutating func quoted() -> ArraySlice<UInt8> {
        place += 1
        var field: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == 0x0A { line += 1 }
            guard byte == UInt8(ascii: "\"") else {
                field.append(byte)
                continue
            }
            guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { break }
            field.append(byte)
            place += 1
        }
        return field + plain()
    }
}
