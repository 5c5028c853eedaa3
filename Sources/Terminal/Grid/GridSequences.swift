extension Grid {
    /// The rows with the escape sequences that colour them, for a terminal that is written to like a printer.
    public func sequences(depth: ColorDepth) -> String {
        var out = ""
        for row in 0..<rows {
            var last = Style.plain
            for cell in self.row(row) where cell.width > 0 {
                let style = cell.style.quantized(to: depth)
                if style != last {
                    out += style.sequence
                    last = style
                }
                out += cell.text
            }
            out += last == .plain ? "\n" : "\u{1B}[0m\n"
        }
        return out
    }
}

extension Style {
    /// Select Graphic Rendition (ECMA-48): everything anew.
    fileprivate var sequence: String {
        var codes = ["0"]
        for (modifier, code) in [
            (Modifiers.bold, "1"), (.dim, "2"), (.italic, "3"), (.underline, "4"), (.blink, "5"), (.reverse, "7"),
        ] where modifiers.contains(modifier) {
            codes.append(code)
        }
        codes += foreground.codes(base: 30)
        codes += background.codes(base: 40)
        return "\u{1B}[" + codes.joined(separator: ";") + "m"
    }
}

extension Color {
    /// `base`: 30 for text, 40 for the background.
    fileprivate func codes(base: Int) -> [String] {
        switch self {
        case .default: []
        case .ansi(let number) where number < 8: ["\(base + Int(number))"]
        case .ansi(let number): ["\(base + 60 + Int(number & 7))"]
        case .indexed(let number): ["\(base + 8)", "5", "\(number)"]
        case .rgb(let red, let green, let blue): ["\(base + 8)", "2", "\(red)", "\(green)", "\(blue)"]
        }
    }
}
