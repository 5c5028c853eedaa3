/// Text that is safe to show: the one type for whatever came from a peer, a file or a user, and the only text a ``Grid``
/// draws.
///
/// No control, no bidirectional override, no invisible and no unassigned character survives the initialiser:
///
/// | in | out |
/// |---|---|
/// | C0 controls, DEL | their pictures, U+2400 to U+2421 |
/// | C1 controls, line and paragraph separators | U+FFFD |
/// | unassigned, private use, noncharacters | U+FFFD |
/// | U+202A-202E, U+2066-2069, U+200E, U+200F, U+061C | removed, counted in ``bidiControls`` |
/// | zero width, soft hyphen, variation selectors, other format characters | removed |
/// | more than four combining marks on one base | the rest removed |
/// | a combining mark with nothing before it | put on a dotted circle, U+25CC |
///
/// ``altered`` tells whether any of this happened, so that the screen can say so.
public struct TerminalText: Hashable, Sendable, CustomStringConvertible {
    /// The safe text.
    public let string: String
    private let columns: Int32
    private let flags: Flags
    private let bidiCount: UInt16

    struct Flags: OptionSet, Hashable {
        let rawValue: UInt8
        static let altered = Flags(rawValue: 1)
        static let rightToLeft = Flags(rawValue: 2)
        static let ascii = Flags(rawValue: 4)
    }

    /// How many combining marks one cell can hold; ncurses silently loses more (CCHARW_MAX is 5, base included).
    public static let markLimit = 4

    public static let empty = TerminalText(string: "", columns: 0, flags: .ascii, bidiCount: 0)

    init(string: String, columns: Int, flags: Flags, bidiCount: Int) {
        self.string = string
        self.columns = Int32(clamping: columns)
        self.flags = flags
        self.bidiCount = UInt16(clamping: bidiCount)
    }

    /// Makes text safe. At most `limit` graphemes are kept; a longer text is cut there and counts as altered.
    public init(_ untrusted: some StringProtocol, limit: Int = 10_000) {
        let limit = max(0, limit)
        var printable = true
        var length = 0
        for byte in untrusted.utf8 {
            length += 1
            if byte < 0x20 || byte > 0x7E || length > limit {
                printable = false
                break
            }
        }
        if printable {
            self.init(string: String(untrusted), columns: length, flags: .ascii, bidiCount: 0)
        } else {
            self = Sanitizer.run(untrusted, limit: limit)
        }
    }

    /// Something was replaced, removed or cut to make the text safe.
    public var altered: Bool { flags.contains(.altered) }
    /// How many bidirectional controls were removed.
    public var bidiControls: Int { Int(bidiCount) }
    /// Columns the text takes in a terminal.
    public var width: Int { Int(columns) }
    public var isEmpty: Bool { string.isEmpty }
    /// Holds letters of a script written from right to left.
    public var isRightToLeft: Bool { flags.contains(.rightToLeft) }
    /// Only printable ASCII: one byte, one column each.
    public var isASCII: Bool { flags.contains(.ascii) }
    public var description: String { string }

    public static func + (left: TerminalText, right: TerminalText) -> TerminalText {
        if right.isEmpty && !right.altered { return left }
        if left.isEmpty && !left.altered { return right }
        var flags = left.flags.union(right.flags)
        if !(left.isASCII && right.isASCII) { flags.remove(.ascii) }
        return TerminalText(
            string: left.string + right.string,
            columns: left.width + right.width,
            flags: flags,
            bidiCount: left.bidiControls + right.bidiControls
        )
    }

    public static func += (left: inout TerminalText, right: TerminalText) {
        left = left + right
    }

    /// `count` spaces; none when `count` is negative.
    public static func spaces(_ count: Int) -> TerminalText {
        let count = min(max(0, count), TerminalSize.limit)
        return TerminalText(string: String(repeating: " ", count: count), columns: count, flags: .ascii, bidiCount: 0)
    }

    /// The text `count` times over, up to the widest possible screen.
    public func repeated(_ count: Int) -> TerminalText {
        let count = min(max(0, count), TerminalSize.limit)
        guard count > 0 else { return .empty }
        return TerminalText(
            string: String(repeating: string, count: count),
            columns: width * count,
            flags: flags,
            bidiCount: bidiControls
        )
    }

    /// A piece of this text, which is as safe as the whole.
    func piece(_ part: Substring) -> TerminalText {
        var width = 0
        var rightToLeft = false
        if isASCII {
            width = part.utf8.count
        } else {
            for scalar in part.unicodeScalars {
                let entry = ScalarTable.lookUp(scalar)
                width += entry.width
                rightToLeft = rightToLeft || entry.isRightToLeft
            }
        }
        var flags = self.flags
        flags.remove(.rightToLeft)
        if rightToLeft { flags.insert(.rightToLeft) }
        return TerminalText(string: String(part), columns: width, flags: flags, bidiCount: bidiControls)
    }
}

extension Sequence<TerminalText> {
    /// All texts in one, with `separator` between them.
    public func joined(separator: TerminalText = .empty) -> TerminalText {
        var result = TerminalText.empty
        var first = true
        for text in self {
            if !first { result += separator }
            result += text
            first = false
        }
        return result
    }
}

extension TerminalText: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) { self.init(value) }

    public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.text }

    /// Interpolated strings are made safe one by one; interpolated ``TerminalText`` is taken as it is.
    public struct StringInterpolation: StringInterpolationProtocol {
        var text = TerminalText.empty

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { text += TerminalText(literal) }
        }

        public mutating func appendInterpolation(_ value: TerminalText) { text += value }

        public mutating func appendInterpolation(_ value: some StringProtocol) { text += TerminalText(value) }

        public mutating func appendInterpolation(_ value: Character) { text += TerminalText(String(value)) }

        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            text += TerminalText(value.description)
        }
    }
}

/// The slow path of ``TerminalText/init(_:limit:)``: anything that is not printable ASCII.
private enum Sanitizer {
    static func run(_ untrusted: some StringProtocol, limit: Int) -> TerminalText {
        var output = String.UnicodeScalarView()
        var columns = 0
        var flags = TerminalText.Flags()
        var bidi = 0
        // A cell is a base and its marks; counting cells bounds graphemes from above at no cost.
        var cells = 0
        var marks = 0
        var ascii = true

        for scalar in untrusted.unicodeScalars {
            let entry = ScalarTable.lookUp(scalar)
            var shown = scalar
            var width = entry.width
            switch entry.action {
            case .keep:
                break
            case .replace:
                shown = picture(of: scalar)
                width = 1
                flags.insert(.altered)
            case .remove:
                flags.insert(.altered)
                continue
            case .removeBidi:
                flags.insert(.altered)
                bidi += 1
                continue
            }
            if width == 0 {
                if cells == 0 {
                    guard limit > 0 else {
                        flags.insert(.altered)
                        break
                    }
                    output.append("\u{25CC}")
                    columns += 1
                    cells = 1
                    ascii = false
                    flags.insert(.altered)
                }
                if marks == TerminalText.markLimit {
                    flags.insert(.altered)
                    continue
                }
                marks += 1
            } else {
                if cells >= limit {
                    flags.insert(.altered)
                    break
                }
                cells += 1
                marks = 0
            }
            if shown.value > 0x7E { ascii = false }
            if entry.isRightToLeft { flags.insert(.rightToLeft) }
            output.append(shown)
            columns += width
        }
        if ascii { flags.insert(.ascii) }
        return TerminalText(string: String(output), columns: columns, flags: flags, bidiCount: bidi)
    }

    /// U+2400 and on are the pictures of C0, U+2421 that of DEL.
    private static func picture(of scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
        case 0x7F: "\u{2421}"
        default: "\u{FFFD}"
        }
    }
}
