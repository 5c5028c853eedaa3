/// Holds a text against the grammar of TOML 1.0, without taking anything from it.
struct TOMLGrammar {
    /// Most tables and lists in one another, the parts of a dotted key counted: the parser frees them by recursion.
    static let depthLimit = 40

    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var lineStart = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            index = 3
            lineStart = 3
        }
    }

    // MARK: The document

    mutating func check() throws(TOMLFault) {
        var depth = 0
        while true {
            skipBlanks()
            guard let byte = current else { return }
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "#"): break
            case UInt8(ascii: "["): depth = try header()
            default: try pair(depth: depth)
            }
            try endOfLine()
        }
    }

    /// `[name]` or `[[name]]`; the depth of what stands below it.
    private mutating func header() throws(TOMLFault) -> Int {
        let form = "a table is written [name] or [[name]]"
        index += 1
        let isArray = take("[")
        skipBlanks()
        guard let byte = current, Self.isBare(byte) || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") else {
            throw fault(form)
        }
        let depth = try key(depth: isArray ? 1 : 0)
        guard take("]"), !isArray || take("]") else { throw fault(form) }
        return depth
    }

    private mutating func endOfLine() throws(TOMLFault) {
        skipBlanks()
        try comment()
        guard current != nil else { return }
        guard try newline() else { throw fault("expected the end of the line\(saw)") }
    }

    // MARK: Keys

    /// `key = value`.
    private mutating func pair(depth: Int) throws(TOMLFault) {
        let inner = try key(depth: depth)
        guard take("=") else { throw fault("expected = behind the key\(saw)") }
        skipBlanks()
        try value(depth: inner)
    }

    /// A key with its dots and the blanks behind it; the depth it reaches.
    private mutating func key(depth: Int) throws(TOMLFault) -> Int {
        var depth = depth
        while true {
            depth += 1
            try checkDepth(depth)
            skipBlanks()
            switch current {
            case UInt8(ascii: "\""): try basicText()
            case UInt8(ascii: "'"): try literalText()
            case let byte? where Self.isBare(byte):
                while let byte = current, Self.isBare(byte) { index += 1 }
            default: throw fault("expected a key of letters, digits, _ and -, or one in quotes\(saw)")
            }
            skipBlanks()
            guard take(".") else { return depth }
        }
    }

    private func checkDepth(_ depth: Int) throws(TOMLFault) {
        guard depth <= Self.depthLimit else {
            throw fault("more than \(Self.depthLimit) tables or lists in one another")
        }
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(TOMLFault) {
        try checkDepth(depth)
        switch current {
        case UInt8(ascii: "\""):
            if looks(at: "\"\"\"") { try longText(UInt8(ascii: "\"")) } else { try basicText() }
        case UInt8(ascii: "'"):
            if looks(at: "'''") { try longText(UInt8(ascii: "'")) } else { try literalText() }
        case UInt8(ascii: "["): try list(depth: depth + 1)
        case UInt8(ascii: "{"): try inlineTable(depth: depth + 1)
        default: try word()
        }
    }

    private mutating func list(depth: Int) throws(TOMLFault) {
        let start = fault("this list is not closed with ]")
        index += 1
        var needsComma = false
        while true {
            try skipLines()
            if take("]") { return }
            if current == nil { throw start }
            if needsComma {
                guard take(",") else { throw fault("expected , or ] in the list\(saw)") }
                needsComma = false
            } else {
                try value(depth: depth)
                needsComma = true
            }
        }
    }

    private mutating func inlineTable(depth: Int) throws(TOMLFault) {
        let start = fault("this table is not closed with } on its line")
        index += 1
        skipBlanks()
        if take("}") { return }
        while true {
            skipBlanks()
            if isAtLineEnd { throw start }
            try pair(depth: depth)
            skipBlanks()
            if take("}") { return }
            if isAtLineEnd { throw start }
            guard take(",") else { throw fault("expected , or } in the table\(saw)") }
        }
    }

    /// A number, a truth value, a date or a time.
    private mutating func word() throws(TOMLFault) {
        let start = index
        while let byte = current, Self.isOfWord(byte) { index += 1 }
        // A date and a time may stand apart.
        if TOMLWord.isDate(bytes[start..<index]), current == UInt8(ascii: " "), Self.isDigit(peek(1)) {
            index += 1
            while let byte = current, Self.isOfWord(byte) { index += 1 }
        }
        guard index > start else {
            throw fault("expected a text in quotes, a number, true, false, a list or a table\(saw)")
        }
        guard TOMLWord.isValue(bytes[start..<index]) else {
            index = start
            throw fault("expected a text in quotes, a number, true or false")
        }
    }

    // MARK: Texts

    private static let open = "a text in quotes is not closed on its line"

    private mutating func basicText() throws(TOMLFault) {
        let start = fault(Self.open)
        index += 1
        while true {
            guard let byte = current, !isAtLineEnd else { throw start }
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try escape()
            default: try checkVisible(byte)
            }
        }
    }

    private mutating func literalText() throws(TOMLFault) {
        let start = fault(Self.open)
        index += 1
        while true {
            guard let byte = current, !isAtLineEnd else { throw start }
            index += 1
            if byte == UInt8(ascii: "'") { return }
            try checkVisible(byte)
        }
    }

    /// A text in three quotes on each side, which may have lines.
    private mutating func longText(_ quote: UInt8) throws(TOMLFault) {
        let start = fault("this text is not closed with three quotes")
        index += 3
        while let byte = current {
            if byte == quote {
                var count = 0
                while current == quote, count < 5 {
                    index += 1
                    count += 1
                }
                if count >= 3 { return }
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                index += 1
                if !(try lineJoin()) { try escape() }
            } else if !(try newline()) {
                index += 1
                try checkVisible(byte)
            }
        }
        throw start
    }

    /// Behind a backslash: nothing more on the line, which goes on where the next text is.
    private mutating func lineJoin() throws(TOMLFault) -> Bool {
        let start = index
        skipBlanks()
        if try newline() { return true }
        index = start
        return false
    }

    /// What follows a backslash.
    private mutating func escape() throws(TOMLFault) {
        let expected = "behind \\ expected one of b t n f r \" \\ uXXXX UXXXXXXXX; a text in ' has no such signs"
        guard let byte = current else { throw fault(expected) }
        let digits: Int
        switch byte {
        case UInt8(ascii: "b"), UInt8(ascii: "t"), UInt8(ascii: "n"), UInt8(ascii: "f"), UInt8(ascii: "r"),
            UInt8(ascii: "\""), UInt8(ascii: "\\"):
            digits = 0
        case UInt8(ascii: "u"): digits = 4
        case UInt8(ascii: "U"): digits = 8
        default: throw fault(expected)
        }
        index += 1
        guard digits > 0 else { return }
        var scalar: UInt32 = 0
        for _ in 0..<digits {
            guard let byte = current, let digit = TOMLWord.digit(byte, base: 16) else { throw fault(expected) }
            scalar = scalar << 4 | UInt32(digit)
            index += 1
        }
        guard Unicode.Scalar(scalar) != nil else { throw fault("\\u of a number that is no character") }
    }

    private func checkVisible(_ byte: UInt8) throws(TOMLFault) {
        if (byte < 0x20 && byte != 0x09) || byte == 0x7F { throw fault("a control character is in the text") }
    }

    // MARK: Between

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func peek(_ distance: Int) -> UInt8? {
        index + distance < bytes.count ? bytes[index + distance] : nil
    }

    private var isAtLineEnd: Bool {
        current == nil || current == UInt8(ascii: "\n") || current == UInt8(ascii: "\r")
    }

    private func looks(at text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[index...].starts(with: $0) }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = current, byte == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = current, byte == 0x20 || byte == 0x09 { index += 1 }
    }

    /// A comment, if one stands here, up to the end of its line.
    private mutating func comment() throws(TOMLFault) {
        guard current == UInt8(ascii: "#") else { return }
        while let byte = current, !isAtLineEnd {
            index += 1
            try checkVisible(byte)
        }
    }

    /// Takes the end of a line, if it is here.
    private mutating func newline() throws(TOMLFault) -> Bool {
        if current == UInt8(ascii: "\r") {
            guard peek(1) == UInt8(ascii: "\n") else {
                throw fault("a carriage return stands alone; save the file with ordinary line ends")
            }
            index += 1
        }
        guard current == UInt8(ascii: "\n") else { return false }
        index += 1
        line += 1
        lineStart = index
        return true
    }

    /// Blanks, comments and line ends in a list.
    private mutating func skipLines() throws(TOMLFault) {
        repeat {
            skipBlanks()
            try comment()
        } while try newline()
    }

    private func fault(_ words: String) -> TOMLFault {
        TOMLFault(line: line, column: index - lineStart + 1, words: words)
    }

    /// What stands here, for the end of a sentence.
    private var saw: String {
        guard let byte = current, !isAtLineEnd else { return "; the line ends" }
        guard (0x21...0x7E).contains(byte) else { return ", not this character" }
        return ", not \(Character(Unicode.Scalar(byte)))"
    }

    private static func isDigit(_ byte: UInt8?) -> Bool {
        byte.map { TOMLWord.digit($0, base: 10) != nil } ?? false
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        TOMLWord.isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        isBare(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
    }
}
