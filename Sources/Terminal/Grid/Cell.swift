/// One character cell: a base character, up to four marks, a style. 24 bytes, no references.
public struct Cell: Hashable, Sendable {
    /// Style in bits 0-57, width in 58-59, the right-to-left flag in bit 60.
    private var head: UInt64
    /// Base and two marks, 21 bits each.
    private var low: UInt64
    /// Two more marks.
    private var high: UInt64

    /// A blank cell.
    public init(style: Style = .plain) {
        head = style.packed | 1 << 58
        low = 0x20
        high = 0
    }

    init(base: Unicode.Scalar, width: Int, style: Style) {
        head = style.packed | UInt64(width & 3) << 58
        low = UInt64(base.value)
        high = 0
    }

    /// The right half of a wide character.
    static func continuation(style: Style) -> Cell {
        var cell = Cell(style: style)
        cell.head = style.packed
        cell.low = 0
        return cell
    }

    /// 1 or 2 columns; 0 for the right half of a wide character.
    public var width: Int { Int((head >> 58) & 3) }

    public var style: Style {
        get { Style(packed: head) }
        set { head = head & ~Style.mask | newValue.packed }
    }

    /// The last cell of a run that holds right-to-left text. The screen adds U+200E there, so that a terminal that
    /// reorders text does not carry the run into the next column.
    public internal(set) var endsRightToLeft: Bool {
        get { head & 1 << 60 != 0 }
        set { head = newValue ? head | 1 << 60 : head & ~(1 << 60) }
    }

    /// Puts one more mark on the base; false when the cell is full.
    @discardableResult
    mutating func append(mark: Unicode.Scalar) -> Bool {
        let value = UInt64(mark.value)
        if low >> 21 & 0x1F_FFFF == 0 {
            low |= value << 21
        } else if low >> 42 == 0 {
            low |= value << 42
        } else if high == 0 {
            high = value
        } else if high >> 21 == 0 {
            high |= value << 21
        } else {
            return false
        }
        return true
    }

    /// Calls `body` with the base and each mark; not at all for the right half of a wide character.
    @inline(__always)
    func forEachScalar(_ body: (UInt32) -> Void) {
        if width == 0 { return }
        body(UInt32(truncatingIfNeeded: low & 0x1F_FFFF))
        if low >> 21 == 0 { return }
        body(UInt32(truncatingIfNeeded: low >> 21 & 0x1F_FFFF))
        for mark in [low >> 42, high & 0x1F_FFFF, high >> 21] where mark != 0 {
            body(UInt32(truncatingIfNeeded: mark))
        }
    }

    /// The base character's code point; 0 for the right half of a wide character.
    var base: UInt32 { UInt32(truncatingIfNeeded: low & 0x1F_FFFF) }
    /// Nothing but the base.
    var isSimple: Bool { low >> 21 == 0 }
    /// Everything but text: equal when two cells need the same attributes.
    var stylePacked: UInt64 { head & Style.mask }

    /// The cell's character with its marks; empty for the right half of a wide character.
    public var text: String {
        var view = String.UnicodeScalarView()
        forEachScalar { if let scalar = Unicode.Scalar($0) { view.append(scalar) } }
        return String(view)
    }

    public var isBlank: Bool { low == 0x20 }
}
