/// What the mouse did, and on which cell.
///
/// Row and column count from 0, as ``Grid`` does. A place may lie outside the frame on screen: the terminal may have
/// been resized meanwhile, and its bytes are not to be trusted.
public struct MouseEvent: Hashable, Sendable {
    public enum Button: Hashable, Sendable {
        case left, middle, right
    }

    public enum Kind: Hashable, Sendable {
        case press
        case release
        /// The mouse moved with a button held.
        case drag
        case wheelUp
        case wheelDown
    }

    public var kind: Kind
    /// Nil for the wheel, and for a release whose button the terminal does not tell.
    public var button: Button?
    public var column: Int
    public var row: Int
    public var modifiers: Key.Modifiers

    public init(_ kind: Kind, _ button: Button? = nil, column: Int, row: Int, modifiers: Key.Modifiers = []) {
        self.kind = kind
        self.button = button
        self.column = column
        self.row = row
        self.modifiers = modifiers
    }

    public var point: Point { Point(row: row, column: column) }
}

extension MouseEvent: CustomStringConvertible {
    /// `press left 3,4`, `ctrl-wheel-up 0,0`: column and row.
    public var description: String {
        var text = ""
        if modifiers.contains(.ctrl) { text += "ctrl-" }
        if modifiers.contains(.alt) { text += "alt-" }
        if modifiers.contains(.shift) { text += "shift-" }
        switch kind {
        case .press: text += "press"
        case .release: text += "release"
        case .drag: text += "drag"
        case .wheelUp: text += "wheel-up"
        case .wheelDown: text += "wheel-down"
        }
        if let button { text += " \(button)" }
        return text + " \(column),\(row)"
    }
}

/// How terminals write mouse reports: SGR (mode 1006) and, where that is not known, X10.
enum MouseReport {
    enum Reading: Equatable {
        case event(MouseEvent)
        /// Well formed, and nothing anybody wants to hear: a move without a button, a sideways wheel.
        case nothing
        case malformed
    }

    /// The largest column or row believed; no terminal is wider.
    private static let limit = 65_535

    /// `ESC [ < code ; column ; row M`, or `m` for a release; `raw` is what stands between `[` and the last letter.
    static func sgr(_ raw: [UInt8], final: UInt8) -> Reading {
        guard final == 0x4D || final == 0x6D, raw.first == 0x3C else { return .malformed }
        var numbers: [Int] = []
        for part in raw.dropFirst().split(separator: 0x3B, omittingEmptySubsequences: false) {
            guard !part.isEmpty, part.count <= 5, part.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return .malformed
            }
            numbers.append(part.reduce(0) { $0 * 10 + Int($1 - 0x30) })
        }
        guard numbers.count == 3 else { return .malformed }
        return event(code: numbers[0], column: numbers[1], row: numbers[2], isRelease: final == 0x6D)
    }

    /// `ESC [ M` and three bytes, each 32 more than what it means.
    static func x10(_ bytes: [UInt8]) -> Reading {
        guard bytes.count == 3, bytes.allSatisfy({ $0 >= 0x20 }) else { return .malformed }
        let code = Int(bytes[0]) - 32
        // Code 3 is a release there, of a button that is not told.
        let isRelease = code & 0b1110_0011 == 3
        return event(code: code, column: Int(bytes[1]) - 32, row: Int(bytes[2]) - 32, isRelease: isRelease)
    }

    private static func event(code: Int, column: Int, row: Int, isRelease: Bool) -> Reading {
        guard (0...255).contains(code), (1...limit).contains(column), (1...limit).contains(row) else {
            return .malformed
        }
        // Buttons 8 to 11.
        if code & 128 != 0 { return .nothing }
        var modifiers: Key.Modifiers = []
        if code & 4 != 0 { modifiers.insert(.shift) }
        if code & 8 != 0 { modifiers.insert(.alt) }
        if code & 16 != 0 { modifiers.insert(.ctrl) }
        func made(_ kind: MouseEvent.Kind, _ button: MouseEvent.Button?) -> Reading {
            .event(MouseEvent(kind, button, column: column - 1, row: row - 1, modifiers: modifiers))
        }
        if code & 64 != 0 {
            switch code & 3 {
            case 0: return isRelease ? .nothing : made(.wheelUp, nil)
            case 1: return isRelease ? .nothing : made(.wheelDown, nil)
            default: return .nothing
            }
        }
        let button: MouseEvent.Button?
        switch code & 3 {
        case 0: button = .left
        case 1: button = .middle
        case 2: button = .right
        default: button = nil
        }
        if isRelease { return made(.release, button) }
        guard button != nil else { return .nothing }
        return made(code & 32 != 0 ? .drag : .press, button)
    }
}
