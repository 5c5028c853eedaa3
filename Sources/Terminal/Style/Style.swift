/// How a cell looks, beside its colours.
public struct Modifiers: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue & 0x3F }

    public static let bold = Modifiers(rawValue: 1)
    public static let dim = Modifiers(rawValue: 2)
    public static let italic = Modifiers(rawValue: 4)
    public static let underline = Modifiers(rawValue: 8)
    public static let reverse = Modifiers(rawValue: 16)
    public static let blink = Modifiers(rawValue: 32)

    /// The names a theme uses.
    public static let names: [(name: String, modifier: Modifiers)] = [
        ("bold", .bold), ("dim", .dim), ("italic", .italic), ("underline", .underline), ("reverse", .reverse),
        ("blink", .blink),
    ]
}

/// Colours and modifiers of a cell, in eight bytes.
public struct Style: Hashable, Sendable {
    /// Bits 0-25 foreground, 26-51 background, 52-57 modifiers; the top six bits stay zero, a cell uses them.
    let packed: UInt64

    static let mask: UInt64 = 1 << 58 - 1

    init(packed: UInt64) { self.packed = packed & Self.mask }

    public init(foreground: Color = .default, background: Color = .default, modifiers: Modifiers = []) {
        packed = foreground.packed | background.packed << 26 | UInt64(modifiers.rawValue) << 52
    }

    /// The terminal's own colours, nothing else.
    public static let plain = Style()

    public var foreground: Color {
        get { Color(packed: packed & 0x3FF_FFFF) }
        set { self = Style(foreground: newValue, background: background, modifiers: modifiers) }
    }

    public var background: Color {
        get { Color(packed: (packed >> 26) & 0x3FF_FFFF) }
        set { self = Style(foreground: foreground, background: newValue, modifiers: modifiers) }
    }

    public var modifiers: Modifiers {
        get { Modifiers(rawValue: UInt8(truncatingIfNeeded: packed >> 52)) }
        set { self = Style(foreground: foreground, background: background, modifiers: newValue) }
    }

    /// This style laid over `base`: a default colour lets the base's shine through, modifiers add up.
    ///
    /// A colour that could not be read on the base's background gives way to the base's own.
    public func over(_ base: Style) -> Style {
        Style(
            foreground: foreground == .default || background == .default && !isReadable(on: base)
                ? base.foreground : foreground,
            background: background == .default ? base.background : background,
            modifiers: modifiers.union(base.modifiers)
        )
    }

    private func isReadable(on base: Style) -> Bool {
        guard base.foreground != .default, foreground != base.foreground else { return true }
        // What the 16 colours are on this terminal is not known: they need a margin.
        let needed = foreground.isFixed && base.background.isFixed ? Contrast.text : Contrast.enhanced
        return Contrast.ratio(foreground, base.background).map { $0 >= needed } ?? true
    }

    /// The nearest style a terminal of that depth can show.
    ///
    /// With 8 colours a bright foreground becomes bold, and grey text plain white; without colours, a background turns
    /// into reverse, so that what was highlighted stays so.
    public func quantized(to depth: ColorDepth) -> Style {
        var modifiers = self.modifiers
        var front = foreground.quantized(to: max(depth, .ansi16))
        let back = background.quantized(to: depth)
        switch depth {
        case .mono:
            if background != .default { modifiers.insert(.reverse) }
            front = .default
        case .ansi8:
            if case .ansi(let number) = front, number >= 8 {
                if number == 8 {
                    front = .ansi(7)
                } else {
                    front = .ansi(number & 7)
                    modifiers.insert(.bold)
                }
            }
        case .ansi16, .indexed256, .trueColor:
            break
        }
        // Two colours may have the same nearest one: text on itself could not be read.
        if front == back, front != .default {
            front = Contrast.ratio(back, .ansi(0)).map { $0 > Contrast.text } == true ? .ansi(0) : .ansi(7)
        }
        return Style(foreground: front, background: back, modifiers: modifiers)
    }
}

extension Style: CustomStringConvertible {
    public var description: String {
        let mods = Modifiers.names.filter { modifiers.contains($0.modifier) }.map(\.name)
        return "\(foreground) on \(background)" + (mods.isEmpty ? "" : " " + mods.joined(separator: " "))
    }
}
