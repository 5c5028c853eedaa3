/// A colour as a theme or a terminal knows it.
public enum Color: Hashable, Sendable {
    /// Whatever the terminal uses when nothing is set.
    case `default`
    /// One of the 16 ANSI colours, 0 to 15; higher numbers wrap.
    case ansi(UInt8)
    /// One of the 256 colours of xterm's palette.
    case indexed(UInt8)
    case rgb(UInt8, UInt8, UInt8)

    /// The 16 names every theme may use, in ANSI order.
    public static let names = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
        "bright-black", "bright-red", "bright-green", "bright-yellow",
        "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
    ]

    /// Reads `default`, a name of ``names``, `gray`, `0` to `255` or `#RRGGBB`.
    public init?(parsing text: some StringProtocol) {
        let text = text.lowercased()
        if text == "default" {
            self = .default
        } else if text == "gray" || text == "grey" {
            self = .ansi(8)
        } else if let index = Self.names.firstIndex(of: text) {
            self = .ansi(UInt8(index))
        } else if text.hasPrefix("#"), text.utf8.count == 7, text.dropFirst().allSatisfy(\.isHexDigit),
            let value = UInt32(text.dropFirst(), radix: 16)
        {
            self = .rgb(
                UInt8(truncatingIfNeeded: value >> 16),
                UInt8(truncatingIfNeeded: value >> 8),
                UInt8(truncatingIfNeeded: value)
            )
        } else if let number = UInt8(text) {
            self = .indexed(number)
        } else {
            return nil
        }
    }

    /// The colour in red, green and blue as xterm shows it by default; nil for the terminal's own.
    public var components: (red: UInt8, green: UInt8, blue: UInt8)? {
        switch self {
        case .default: nil
        case .rgb(let red, let green, let blue): (red, green, blue)
        case .ansi(let number): Self.paletteColor(Int(number & 15))
        case .indexed(let number): Self.paletteColor(Int(number))
        }
    }

    /// The nearest colour a terminal of that depth can show.
    public func quantized(to depth: ColorDepth) -> Color {
        switch (self, depth) {
        case (.default, _), (_, .trueColor): return self
        case (_, .mono): return .default
        case (.ansi(let number), .ansi8): return .ansi(number & 7)
        case (.ansi(let number), _): return .ansi(number & 15)
        case (.indexed(let number), .indexed256): return number < 16 ? .ansi(number) : self
        case (.indexed(let number), _) where number < 16: return Color.ansi(number).quantized(to: depth)
        case (.rgb(let red, let green, let blue), .indexed256):
            return .indexed(Self.nearestIndexed(red, green, blue))
        case (.indexed, _), (.rgb, _):
            guard let (red, green, blue) = components else { return .default }
            return .ansi(Self.nearestANSI(red, green, blue, among: depth == .ansi8 ? 8 : 16))
        }
    }

    // MARK: The palette of xterm

    private static let ansiValues: [(UInt8, UInt8, UInt8)] = [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
        (255, 255, 255),
    ]
    private static let cubeSteps: [UInt8] = [0, 95, 135, 175, 215, 255]

    private static func paletteColor(_ number: Int) -> (UInt8, UInt8, UInt8) {
        switch number {
        case ..<16: return ansiValues[number & 15]
        case 16..<232:
            let cube = number - 16
            return (cubeSteps[cube / 36 % 6], cubeSteps[cube / 6 % 6], cubeSteps[cube % 6])
        default:
            let grey = UInt8(clamping: 8 + (number - 232) * 10)
            return (grey, grey, grey)
        }
    }

    private static func nearestIndexed(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        func step(_ value: UInt8) -> Int {
            value < 48 ? 0 : value < 115 ? 1 : (Int(value) - 35) / 40
        }
        let cube = 16 + 36 * step(red) + 6 * step(green) + step(blue)
        let average = (Int(red) + Int(green) + Int(blue)) / 3
        let grey = 232 + min(max((average - 3) / 10, 0), 23)
        let wanted = (red, green, blue)
        return UInt8(
            clamping: distance(paletteColor(cube), wanted) <= distance(paletteColor(grey), wanted) ? cube : grey
        )
    }

    private static func nearestANSI(_ red: UInt8, _ green: UInt8, _ blue: UInt8, among count: Int) -> UInt8 {
        var best = 0
        var bestDistance = Int.max
        // Greys stay grey: by distance alone a middle grey is nearer to cyan than to white.
        let spread = Int(max(red, green, blue)) - Int(min(red, green, blue))
        for (index, value) in ansiValues.prefix(count).enumerated()
        where spread > 24 || index & 7 == 7 || index & 7 == 0 {
            let distance = distance(value, (red, green, blue))
            if distance < bestDistance { (best, bestDistance) = (index, distance) }
        }
        return UInt8(clamping: best)
    }

    /// Squared distance, weighted as the eye does: green most, blue least.
    private static func distance(_ left: (UInt8, UInt8, UInt8), _ right: (UInt8, UInt8, UInt8)) -> Int {
        let red = Int(left.0) - Int(right.0)
        let green = Int(left.1) - Int(right.1)
        let blue = Int(left.2) - Int(right.2)
        return 3 * red * red + 6 * green * green + 2 * blue * blue
    }

    // MARK: Packing, 26 bits

    var packed: UInt64 {
        switch self {
        case .default: 0
        case .ansi(let number): 1 << 24 | UInt64(number & 15)
        case .indexed(let number): 2 << 24 | UInt64(number)
        case .rgb(let red, let green, let blue): 3 << 24 | UInt64(red) << 16 | UInt64(green) << 8 | UInt64(blue)
        }
    }

    init(packed: UInt64) {
        switch (packed >> 24) & 3 {
        case 1: self = .ansi(UInt8(truncatingIfNeeded: packed))
        case 2: self = .indexed(UInt8(truncatingIfNeeded: packed))
        case 3:
            self = .rgb(
                UInt8(truncatingIfNeeded: packed >> 16),
                UInt8(truncatingIfNeeded: packed >> 8),
                UInt8(truncatingIfNeeded: packed)
            )
        default: self = .default
        }
    }
}

extension Color: CustomStringConvertible {
    /// The spelling ``init(parsing:)`` reads.
    public var description: String {
        switch self {
        case .default: return "default"
        case .ansi(let number): return Self.names[Int(number & 15)]
        case .indexed(let number): return String(number)
        case .rgb(let red, let green, let blue):
            return "#"
                + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
        }
    }
}

/// How many colours a terminal shows.
public enum ColorDepth: Int, Comparable, Sendable, CaseIterable {
    /// None: only bold, underline, reverse.
    case mono
    case ansi8
    case ansi16
    case indexed256
    case trueColor

    public static func < (left: ColorDepth, right: ColorDepth) -> Bool { left.rawValue < right.rawValue }
}
