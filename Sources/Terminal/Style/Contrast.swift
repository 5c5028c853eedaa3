import Glibc

/// How well a text can be read on its background.
public enum Contrast {
    /// The contrast ratio of WCAG 2.1, from 1 to 21; nil when one of the two is the terminal's own colour.
    ///
    /// https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio
    public static func ratio(_ one: Color, _ other: Color) -> Double? {
        guard let first = one.components, let second = other.components else { return nil }
        return ratio(luminance(first), luminance(second))
    }

    /// Text of normal size, level AA (1.4.3).
    public static let text = 4.5
    /// Text of normal size, level AAA (1.4.6).
    public static let enhanced = 7.0
    /// Frames and other signs that are no text (1.4.11).
    public static let sign = 3.0

    static func ratio(_ first: Double, _ second: Double) -> Double {
        (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }

    /// Relative luminance, 0 to 1.
    static func luminance(_ color: (red: UInt8, green: UInt8, blue: UInt8)) -> Double {
        0.2126 * linear[Int(color.red)] + 0.7152 * linear[Int(color.green)] + 0.0722 * linear[Int(color.blue)]
    }

    /// The values of sRGB as amounts of light.
    static let linear: [Double] = (0...255).map { value in
        let share = Double(value) / 255
        return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
}
