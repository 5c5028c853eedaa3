/// JSON as a tree, read without Foundation.
package enum JSONValue: Hashable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    package var string: String? { if case .string(let text) = self { text } else { nil } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var array: [JSONValue] { if case .array(let values) = self { values } else { [] } }

    /// Nil for anything that is not JSON.
    package init?(parsing text: String) {
        var reader = Reader(bytes: Array(text.utf8))
        guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
        self = value
    }

    private struct Reader {
        let bytes: [UInt8]
        var place = 0

        private static let depthLimit = 64

        init(bytes: [UInt8]) {
            self.bytes = bytes
        }

        private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

        private mutating func skipBlanks() {
            while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
        }

        var isAtEnd: Bool {
            mutating get {
                skipBlanks()
                return next == nil
            }
        }

        private mutating func take(_ byte: Character) -> Bool {
            skipBlanks()
            guard let next, next == byte.asciiValue else { return false }
            place += 1
            return true
        }

        private mutating func take(word: String) -> Bool {
            guard bytes[place...].starts(with: word.utf8) else { return false }
            place += word.utf8.count
            return true
        }

        mutating func value(depth: Int) -> JSONValue? {
            skipBlanks()
            guard depth < Self.depthLimit, let byte = next else { return nil }
            switch byte {
            case UInt8(ascii: "{"): return object(depth)
            case UInt8(ascii: "["): return array(depth)
            case UInt8(ascii: "\""): return text().map(JSONValue.string)
            case UInt8(ascii: "t"): return take(word: "true") ? .bool(true) : nil
            case UInt8(ascii: "f"): return take(word: "false") ? .bool(false) : nil
            case UInt8(ascii: "n"): return take(word: "null") ? .null : nil
            default:
                let digits = bytes[place...].prefix { byte in
                    (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
                }
                place += digits.count
                return digits.isEmpty ? nil : .number(String(decoding: digits, as: UTF8.self))
            }
        }

        private mutating func object(_ depth: Int) -> JSONValue? {
            place += 1
            var members: [String: JSONValue] = [:]
            if take("}") { return .object(members) }
            while true {
                skipBlanks()
                guard next == UInt8(ascii: "\""), let name = text(), take(":"), let value = value(depth: depth + 1)
                else { return nil }
                members[name] = value
                if take("}") { return .object(members) }
                guard take(",") else { return nil }
            }
        }

        private mutating func array(_ depth: Int) -> JSONValue? {
            place += 1
            var values: [JSONValue] = []
            if take("]") { return .array(values) }
            while true {
                guard let value = value(depth: depth + 1) else { return nil }
                values.append(value)
                if take("]") { return .array(values) }
                guard take(",") else { return nil }
            }
        }

        private mutating func text() -> String? {
            place += 1
            var out: [UInt8] = []
            while let byte = next {
                place += 1
                switch byte {
                case UInt8(ascii: "\""): return String(validating: out, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let escaped = escape() else { return nil }
                    out += escaped
                default: out.append(byte)
                }
            }
            return nil
        }

        private mutating func escape() -> [UInt8]? {
            guard let byte = next else { return nil }
            place += 1
            switch byte {
            case UInt8(ascii: "n"): return [0x0A]
            case UInt8(ascii: "t"): return [0x09]
            case UInt8(ascii: "r"): return [0x0D]
            case UInt8(ascii: "b"): return [0x08]
            case UInt8(ascii: "f"): return [0x0C]
            case UInt8(ascii: "u"):
                guard let high = unit() else { return nil }
                guard (0xD800..<0xDC00).contains(high) else {
                    return Unicode.Scalar(high).map { Array(String($0).utf8) }
                }
                guard take(word: "\\u"), let low = unit(), (0xDC00..<0xE000).contains(low) else { return nil }
                return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)).map { Array(String($0).utf8) }
            default: return [byte]
            }
        }

        private mutating func unit() -> UInt32? {
            guard bytes.count - place >= 4 else { return nil }
            let digits = String(decoding: bytes[place..<(place + 4)], as: UTF8.self)
            guard let value = UInt32(digits, radix: 16) else { return nil }
            place += 4
            return value
        }
    }
}
