/// A terminal as its description says: it does what the program writes, and knows no sequence but those of its type.
///
/// Whatever is no character, no control and no known sequence is kept in ``strange``.
struct Emulator: Sendable {
    private(set) var columns: Int
    private(set) var rows: Int
    /// The private modes that are set: 25 is the cursor, 1049 the other screen, 2004 bracketed paste.
    private(set) var modes: Set<Int> = [7, 25]
    /// All private modes that were ever set.
    private(set) var everSet: Set<Int> = []
    private(set) var isKeypad = false
    private(set) var strange: [String] = []
    private(set) var title = "shell"
    private(set) var titles: [String] = []
    private(set) var bells = 0
    /// SGR parameters that are in force, and all that ever were.
    private(set) var attributes: Set<String> = []
    private(set) var everUsed: Set<String> = []

    private let type: TerminalType
    private var cells: [[Character]]
    private var other: [[Character]]
    private(set) var row = 0
    private(set) var column = 0
    private var saved = (row: 0, column: 0)
    private var wraps = false
    private var top = 0
    private var bottom: Int
    private var isGraphic = false
    private var graphicSets: [Bool] = [false, false]
    private var last: Character = " "
    private var pending: [UInt8] = []

    init(_ type: TerminalType, columns: Int, rows: Int) {
        self.type = type
        self.columns = columns
        self.rows = rows
        bottom = rows - 1
        cells = Self.blank(columns, rows)
        other = cells
    }

    private static func blank(_ columns: Int, _ rows: Int) -> [[Character]] {
        Array(repeating: Array(repeating: " ", count: columns), count: rows)
    }

    mutating func resize(_ columns: Int, _ rows: Int) {
        func fitted(_ screen: [[Character]]) -> [[Character]] {
            (0..<rows).map { row in
                let line = row < screen.count ? screen[row] : []
                return Array(line.prefix(columns)) + Array(repeating: " ", count: max(0, columns - line.count))
            }
        }
        (cells, other) = (fitted(cells), fitted(other))
        (self.columns, self.rows) = (columns, rows)
        (top, bottom) = (0, rows - 1)
        (row, column) = (min(row, rows - 1), min(column, columns - 1))
    }

    /// What is to be seen, a line a row.
    var text: String {
        cells.map { String($0.filter { $0 != "\0" }) + "\n" }.joined()
    }

    // MARK: Bytes

    mutating func feed(_ bytes: some Sequence<UInt8>) {
        pending += bytes
        var rest = pending[...]
        while !rest.isEmpty, let used = step(rest) { rest = rest.dropFirst(used) }
        pending = Array(rest)
    }

    /// Bytes of a sequence that has not ended.
    var isInSequence: Bool { !pending.isEmpty }

    /// How many bytes it took; nil if the rest of a sequence is still to come.
    private mutating func step(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = bytes.first else { return nil }
        switch first {
        case 0x1B: return escape(bytes)
        case 0..<0x20, 0x7F:
            control(first)
            return 1
        default:
            let length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
            guard length > 0 else {
                strange.append("byte \(first)")
                return 1
            }
            guard bytes.count >= length else { return nil }
            guard let text = String(validating: bytes.prefix(length), as: UTF8.self) else {
                // Cut by what follows.
                let rest = bytes.dropFirst().prefix(length - 1).prefix { $0 & 0xC0 == 0x80 }.count
                strange.append("bytes \(Array(bytes.prefix(1 + rest)))")
                return 1 + rest
            }
            for scalar in text.unicodeScalars { put(scalar) }
            return length
        }
    }

    private mutating func control(_ byte: UInt8) {
        switch byte {
        case 0x07: bells += 1
        case 0x08: column = max(0, column - 1)
        case 0x09: column = min(columns - 1, (column / 8 + 1) * 8)
        case 0x0A: lineFeed()
        case 0x0D: column = 0
        case 0x0E, 0x0F:
            isGraphic = byte == 0x0E
            if !type.knows(String(UnicodeScalar(byte))) { strange.append("control \(byte)") }
        case 0x00: break
        default: strange.append("control \(byte)")
        }
        if byte != 0x07 { wraps = false }
    }

    private mutating func lineFeed() {
        if row == bottom { scroll(top, 1) } else { row = min(row + 1, rows - 1) }
    }

    private mutating func scroll(_ from: Int, _ count: Int) {
        for _ in 0..<min(count, bottom - from + 1) {
            cells.remove(at: from)
            cells.insert(Array(repeating: " ", count: columns), at: bottom)
        }
    }

    private mutating func scrollBack(_ from: Int, _ count: Int) {
        for _ in 0..<min(count, bottom - from + 1) {
            cells.remove(at: bottom)
            cells.insert(Array(repeating: " ", count: columns), at: from)
        }
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        var character = Character(scalar)
        let width = Self.width(scalar)
        if width == 0 {
            let place = wraps ? column : max(0, column - 1)
            let before = String(cells[row][place]) + String(scalar)
            if before.count == 1 { cells[row][place] = Character(before) }
            return
        }
        if isGraphic || graphicSets[0] { character = Self.graphic[scalar] ?? character }
        if wraps || column + width > columns {
            column = 0
            lineFeed()
            wraps = false
        }
        cells[row][column] = character
        if width == 2, column + 1 < columns { cells[row][column + 1] = "\0" }
        last = character
        if column + width >= columns {
            if type.wrapsLate {
                column = columns - 1
                wraps = modes.contains(7)
            } else {
                column = 0
                lineFeed()
            }
        } else {
            column += width
        }
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        return switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFF01...0xFF60: 2
        default: 1
        }
    }

    /// The line drawing set of the VT100.
    private static let graphic: [Unicode.Scalar: Character] = [
        "q": "─", "x": "│", "l": "┌", "k": "┐", "m": "└", "j": "┘", "t": "├", "u": "┤", "w": "┬", "v": "┴", "n": "┼",
        "a": "▒", "~": "·", "`": "◆",
    ]

    // MARK: Sequences

    private mutating func escape(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let kind = bytes.dropFirst().first else { return nil }
        let start = bytes.startIndex
        switch kind {
        case 0x5B:
            guard let end = bytes.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) || $0 == 0x1B }) else {
                return nil
            }
            if bytes[end] == 0x1B {
                strange.append("a cut sequence")
                return end - start
            }
            let text = String(decoding: bytes[start...end], as: UTF8.self)
            csi(text, String(decoding: bytes[(start + 2)..<end], as: UTF8.self), Character(Unicode.Scalar(bytes[end])))
            return end - start + 1
        case 0x5D:
            guard let end = bytes.dropFirst(2).firstIndex(where: { $0 == 0x07 || $0 == 0x1B }) else { return nil }
            if bytes[end] == 0x1B {
                strange.append("a cut title")
                return end - start
            }
            let text = String(decoding: bytes[(start + 2)..<end], as: UTF8.self)
            if text.hasPrefix("2;"), type.hasExtras {
                title = String(text.dropFirst(2))
            } else {
                strange.append("ESC ] " + text)
            }
            return end - start + 1
        case 0x1B:
            strange.append("a cut sequence")
            return 1
        case 0x28, 0x29:
            guard bytes.count > 2 else { return nil }
            if bytes[start + 2] == 0x1B {
                strange.append("a cut sequence")
                return 2
            }
            let text = String(decoding: bytes.prefix(3), as: UTF8.self)
            check(text)
            graphicSets[kind == 0x28 ? 0 : 1] = bytes[start + 2] == 0x30
            return 3
        default:
            let text = String(decoding: bytes.prefix(2), as: UTF8.self)
            check(text)
            switch kind {
            case 0x37: saved = (row, column)
            case 0x38: (row, column) = saved
            case 0x3D: isKeypad = true
            case 0x3E: isKeypad = false
            case 0x44: lineFeed()
            case 0x4D: if row == top { scrollBack(top, 1) } else { row = max(0, row - 1) }
            default: break
            }
            return 2
        }
    }

    private mutating func check(_ sequence: String) {
        if !type.knows(sequence) { strange.append(sequence.replacing("\u{1B}", with: "ESC ")) }
    }

    private mutating func csi(_ whole: String, _ raw: String, _ final: Character) {
        check(whole)
        let numbers = raw.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        let first = max(1, numbers.first ?? 1)
        if final != "m" { wraps = false }
        switch final {
        case "H", "f":
            row = min(first, rows) - 1
            column = min(max(1, numbers.count > 1 ? numbers[1] : 1), columns) - 1
        case "A": row = max(0, row - first)
        case "B": row = min(rows - 1, row + first)
        case "C": column = min(columns - 1, column + first)
        case "D": column = max(0, column - first)
        case "G": column = min(first, columns) - 1
        case "d": row = min(first, rows) - 1
        case "J": eraseScreen(numbers.first ?? 0)
        case "K": eraseLine(numbers.first ?? 0)
        case "X": for place in column..<min(columns, column + first) { cells[row][place] = " " }
        case "P":
            cells[row].removeSubrange(column..<min(columns, column + first))
            cells[row] += Array(repeating: " ", count: columns - cells[row].count)
        case "@":
            cells[row].insert(contentsOf: Array(repeating: " ", count: first), at: column)
            cells[row] = Array(cells[row].prefix(columns))
        case "L": scrollBack(row, first)
        case "M": scroll(row, first)
        case "S": scroll(top, first)
        case "T": scrollBack(top, first)
        case "I": column = min(columns - 1, (column / 8 + 1) * 8)
        case "Z": column = max(0, (column - 1) / 8 * 8)
        case "b": for _ in 0..<first { for scalar in last.unicodeScalars { put(scalar) } }
        case "r":
            top = first - 1
            bottom = min(numbers.count > 1 ? numbers[1] : rows, rows) - 1
            (row, column) = (0, 0)
        case "m": select(raw)
        case "h", "l": switchModes(raw, isOn: final == "h")
        case "t":
            if raw.hasPrefix("22") { titles.append(title) }
            if raw.hasPrefix("23") { title = titles.popLast() ?? title }
        case "c" where raw.hasPrefix("?"): break  // the shape of the Linux console's cursor
        default: strange.append(whole.replacing("\u{1B}", with: "ESC "))
        }
    }

    private mutating func eraseScreen(_ kind: Int) {
        if kind == 2 { cells = Self.blank(columns, rows) }
        if kind == 0 {
            eraseLine(0)
            for line in (row + 1)..<max(rows, row + 1) { cells[line] = Array(repeating: " ", count: columns) }
        }
        if kind == 1 {
            eraseLine(1)
            for line in 0..<row { cells[line] = Array(repeating: " ", count: columns) }
        }
    }

    private mutating func eraseLine(_ kind: Int) {
        let range = kind == 0 ? column..<columns : kind == 1 ? 0..<column + 1 : 0..<columns
        for place in range { cells[row][place] = " " }
    }

    private mutating func select(_ raw: String) {
        for part in raw.split(separator: ";", omittingEmptySubsequences: false) {
            if part.isEmpty || part == "0" {
                attributes = []
            } else if part == "10" {
                attributes.remove("11")
            } else if part == "39" || part == "49" {
                attributes = attributes.filter { $0.first != part.first }
            } else {
                attributes.insert(String(part))
                everUsed.insert(String(part))
            }
        }
    }

    private mutating func switchModes(_ raw: String, isOn: Bool) {
        guard raw.hasPrefix("?") else { return }
        for number in raw.dropFirst().split(separator: ";").compactMap({ Int($0) }) {
            if isOn {
                everSet.insert(number)
                if number == 1049, !modes.contains(1049) {
                    saved = (row, column)
                    swap(&cells, &other)
                    cells = Self.blank(columns, rows)
                }
                modes.insert(number)
            } else {
                if number == 1049, modes.contains(1049) {
                    swap(&cells, &other)
                    (row, column) = saved
                }
                modes.remove(number)
            }
        }
    }
}

/// The sequences of a terminal type, from the system's terminfo database.
struct TerminalType: Sendable {
    let name: String
    /// Bracketed paste, synchronized output, the mouse and the title, which terminfo knows only in part.
    let hasExtras: Bool
    /// After the last column the cursor stays until the next character, as the VT100's does.
    let wrapsLate: Bool
    private let patterns: Set<String>

    init(_ name: String, infocmp: String) {
        self.name = name
        var patterns: Set<String> = []
        for line in infocmp.split(separator: "\n").dropFirst() {
            let entry = line.drop { $0 == "\t" }
            guard let equals = entry.firstIndex(of: "=") else { continue }
            // Keys are what it sends.
            if entry.first == "k" { continue }
            for sequence in Self.sequences(String(entry[entry.index(after: equals)...].dropLast())) {
                patterns.insert(sequence)
            }
        }
        wrapsLate = infocmp.contains("\txenl,")
        hasExtras = infocmp.contains("kmous=") && !name.hasPrefix("linux")
        if hasExtras {
            for mode in ["2004", "2026", "1000", "1002", "1006"] {
                patterns.formUnion(["\u{1B}[?\(mode)h", "\u{1B}[?\(mode)l"])
            }
            patterns.formUnion(["\u{1B}[22;2t", "\u{1B}[23;2t"])
        }
        self.patterns = patterns
    }

    func knows(_ sequence: String) -> Bool {
        if patterns.contains(sequence) { return true }
        if sequence.hasPrefix("\u{1B}["), sequence.hasSuffix("m") {
            return patterns.contains { $0.hasPrefix("\u{1B}[") && $0.hasSuffix("m") }
        }
        return patterns.contains(Self.generalized(sequence))
    }

    /// Numbers do not matter: `ESC[5;7H` is `ESC[#;#H`. Those of a private mode do.
    private static func generalized(_ sequence: String) -> String {
        if sequence.contains("?") { return sequence }
        var result = ""
        for character in sequence {
            if character.isNumber {
                if result.last != "#" { result.append("#") }
            } else {
                result.append(character)
            }
        }
        return result
    }

    /// The sequences of one capability, with `#` for each parameter.
    private static func sequences(_ text: String) -> [String] {
        var plain = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            switch character {
            case "\\":
                switch rest.popFirst() {
                case "E", "e": plain += "\u{1B}"
                case "0":
                    let digits = rest.prefix(2)
                    rest = rest.dropFirst(2)
                    if let value = UInt8(digits, radix: 8) { plain.unicodeScalars.append(Unicode.Scalar(value)) }
                case let other?: plain.append(other)
                case nil: break
                }
            case "^":
                if let control = rest.popFirst()?.asciiValue {
                    plain.unicodeScalars.append(Unicode.Scalar(control & 0x1F))
                }
            case "$" where rest.first == "<":
                rest = rest.drop { $0 != ">" }.dropFirst()
            case "%":
                // Only what prints leaves something behind.
                switch rest.popFirst() {
                case "d", "s": plain += "#"
                case "p", "P", "g": _ = rest.popFirst()
                case "{": rest = rest.drop { $0 != "}" }.dropFirst()
                case "'": rest = rest.dropFirst(2)
                default: break
                }
            default: plain.append(character)
            }
        }
        // Several sequences in one capability.
        var parts: [String] = []
        for character in plain {
            let isControl = character == "\u{0E}" || character == "\u{0F}"
            if character == "\u{1B}" || isControl || parts.isEmpty { parts.append("") }
            parts[parts.count - 1].append(character)
        }
        return parts.flatMap { [$0, generalized($0)] }
    }
}
