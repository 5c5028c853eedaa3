import CNcurses

/// The attributes and colour pair ncurses needs for a style. Pairs are made when first used, by foreground and
/// background only; attributes travel beside them.
struct ColorPairs {
    struct Look {
        var attributes: attr_t
        var pair: Int32
    }

    let depth: ColorDepth
    /// The terminal takes red, green and blue as the colour's number.
    let isDirect: Bool
    /// The terminal can show its own default colours.
    let hasDefaults: Bool
    /// Pair numbers are below this; pair 0 is the terminal's default.
    let limit: Int32

    private var looks: [UInt64: Look] = [:]
    private var pairs: [UInt64: Int32] = [:]
    private var next: Int32 = 1
    /// More pairs were wanted than there are; ``reset()`` before the next frame is drawn whole.
    private(set) var isExhausted = false

    init(depth: ColorDepth, isDirect: Bool, hasDefaults: Bool, limit: Int32) {
        self.depth = depth
        self.isDirect = isDirect
        self.hasDefaults = hasDefaults
        self.limit = limit
    }

    /// Forgets all pairs; numbers are given out again from the start.
    mutating func reset() {
        looks.removeAll(keepingCapacity: true)
        pairs.removeAll(keepingCapacity: true)
        next = 1
        isExhausted = false
    }

    mutating func look(for packed: UInt64) -> Look {
        if let look = looks[packed] { return look }
        // The number of looks is bounded by pairs times modifiers; a theme with many colours must not grow it for ever.
        if looks.count > 4096 { looks.removeAll(keepingCapacity: true) }
        let style = Style(packed: packed).quantized(to: depth)
        let look = Look(attributes: Self.attributes(style.modifiers), pair: pair(style))
        looks[packed] = look
        return look
    }

    private mutating func pair(_ style: Style) -> Int32 {
        guard depth > .mono, style.foreground != .default || style.background != .default else { return 0 }
        let key = style.foreground.packed | style.background.packed << 26
        if let pair = pairs[key] { return pair }
        guard next < limit else {
            isExhausted = true
            // Better the right text colour on the terminal's background than none at all.
            if style.background != .default {
                return pairs[style.foreground.packed] ?? 0
            }
            return 0
        }
        let front = number(style.foreground, fallback: 7)
        let back = number(style.background, fallback: 0)
        guard init_extended_pair(next, front, back) == OK else { return 0 }
        pairs[key] = next
        next += 1
        return next - 1
    }

    private func number(_ color: Color, fallback: Int32) -> Int32 {
        switch color {
        case .default: return hasDefaults ? -1 : fallback
        case .ansi(let number) where !isDirect || number < 8: return Int32(number)
        case .indexed(let number) where !isDirect || number < 8: return Int32(number)
        case .ansi, .indexed, .rgb:
            guard let (red, green, blue) = color.components else { return fallback }
            return Int32(red) << 16 | Int32(green) << 8 | Int32(blue)
        }
    }

    private static func attributes(_ modifiers: Modifiers) -> attr_t {
        var result: attr_t = 0
        if modifiers.contains(.bold) { result |= cnc_a_bold() }
        if modifiers.contains(.dim) { result |= cnc_a_dim() }
        if modifiers.contains(.italic) { result |= cnc_a_italic() }
        if modifiers.contains(.underline) { result |= cnc_a_underline() }
        if modifiers.contains(.reverse) { result |= cnc_a_reverse() }
        if modifiers.contains(.blink) { result |= cnc_a_blink() }
        return result
    }
}
