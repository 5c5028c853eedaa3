/// A screen as an SVG picture, for documents: text stays text, colours and modifiers are those of the cells.
///
/// Frames and bars are drawn as shapes, so that they join in whatever font the reader has.
public struct GridPicture {
    private let grid: Grid
    private let cursor: Point?
    /// What the picture shows, for those who do not see it.
    private let title: String
    private let isLight: Bool

    // Whole numbers: the same picture comes out everywhere, letter by letter.
    private static let cellWidth = 9
    private static let cellHeight = 20
    private static let fontSize = 15
    private static let baseline = 15
    private static let padding = 12

    /// - Parameter isLight: The terminal's own background, where the theme sets none, is white.
    public init(_ frame: Frame, title: String, isLight: Bool = false) {
        grid = frame.grid
        cursor = frame.cursor
        self.title = title
        self.isLight = isLight
    }

    public var svg: String {
        let width = grid.columns * Self.cellWidth + 2 * Self.padding
        let height = grid.rows * Self.cellHeight + 2 * Self.padding
        // Cells of the edge carry the theme's background to the border of the picture.
        let ground = hex(colors(grid[grid.rows - 1, grid.columns - 1].style, followsReverse: false).background)
        var out = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" \
            role="img" aria-labelledby="title">
            <title id="title">\(Self.escaped(title))</title>
            <style>text { font: \(Self.fontSize)px "DejaVu Sans Mono", "Cascadia Mono", Menlo, Consolas, \
            "Noto Sans Mono CJK JP", "Noto Sans Mono", monospace; white-space: pre } \
            .b { font-weight: bold } .i { font-style: italic } .u { text-decoration: underline } .d { opacity: 0.65 }</style>
            <rect width="\(width)" height="\(height)" rx="8" fill="\(ground)"/>
            <g transform="translate(\(Self.padding) \(Self.padding))">

            """
        for row in 0..<grid.rows { drawBackground(row, ground, into: &out) }
        for row in 0..<grid.rows { drawText(row, into: &out) }
        if let cursor {
            out += rect(row: cursor.row, column: cursor.column, columns: 1, fill: "none", extra: " stroke=\"#888888\"")
        }
        return out + "</g>\n</svg>\n"
    }

    // MARK: Pieces

    private func drawBackground(_ row: Int, _ ground: String, into out: inout String) {
        var column = 0
        while column < grid.columns {
            let fill = hex(colors(grid[row, column].style).background)
            var end = column + 1
            while end < grid.columns, hex(colors(grid[row, end].style).background) == fill { end += 1 }
            if fill != ground { out += rect(row: row, column: column, columns: end - column, fill: fill) }
            column = end
        }
    }

    private func drawText(_ row: Int, into out: inout String) {
        var column = 0
        while column < grid.columns {
            let cell = grid[row, column]
            guard cell.width > 0, !cell.isBlank || cell.style.modifiers.contains(.underline) else {
                column += 1
                continue
            }
            if let shape = shape(cell.base) {
                let color = hex(colors(cell.style).foreground)
                out +=
                    "<path transform=\"translate(\(column * Self.cellWidth) \(row * Self.cellHeight))\" d=\"\(shape.path)\" "
                    + (shape.isFilled ? "fill=\"\(color)\"" : "fill=\"none\" stroke=\"\(color)\"")
                    + (shape.isFaint || cell.style.modifiers.contains(.dim) ? " opacity=\"0.5\"" : "") + "/>\n"
                column += 1
                continue
            }
            // Letters of one style that every font has in one width; others stand alone, at their own place.
            var text = cell.text
            var end = column + cell.width
            if Self.isPlain(cell.base) || Self.isRightToLeft(cell.base) {
                let isRightToLeft = Self.isRightToLeft(cell.base)
                while end < grid.columns {
                    let next = grid[row, end]
                    let joins =
                        isRightToLeft
                        ? Self.isRightToLeft(next.base) : Self.isPlain(next.base) && shape(next.base) == nil
                    guard joins, next.style == cell.style, next.width > 0 else { break }
                    text += next.text
                    end += next.width
                }
            }
            let isUnderlined = cell.style.modifiers.contains(.underline)
            if !isUnderlined {
                while text.last == " " {
                    text.removeLast()
                    end -= 1
                }
            }
            out += self.text(text, row: row, column: column, columns: end - column, style: cell.style)
            column = end
        }
    }

    private func text(_ text: String, row: Int, column: Int, columns: Int, style: Style) -> String {
        var classes: [String] = []
        for (modifier, name) in [(Modifiers.bold, "b"), (.italic, "i"), (.underline, "u"), (.dim, "d")]
        where style.modifiers.contains(modifier) {
            classes.append(name)
        }
        let named = classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
        // A blank that is underlined has to be kept.
        let kept = text.replacing(" ", with: "\u{A0}")
        return "<text x=\"\(column * Self.cellWidth)\" y=\"\(row * Self.cellHeight + Self.baseline)\" "
            + "textLength=\"\(columns * Self.cellWidth)\" lengthAdjust=\"spacingAndGlyphs\"\(named) "
            + "fill=\"\(hex(colors(style).foreground))\">\(Self.escaped(kept))</text>\n"
    }

    private func rect(row: Int, column: Int, columns: Int, fill: String, extra: String = "") -> String {
        "<rect x=\"\(column * Self.cellWidth)\" y=\"\(row * Self.cellHeight)\" width=\"\(columns * Self.cellWidth)\" "
            + "height=\"\(Self.cellHeight)\" fill=\"\(fill)\"\(extra)/>\n"
    }

    // MARK: Characters

    private static func isPlain(_ base: UInt32) -> Bool { 0x20..<0x17F ~= base }

    private static func isRightToLeft(_ base: UInt32) -> Bool { 0x590..<0x900 ~= base || 0xFB1D..<0xFEFF ~= base }

    private struct Shape {
        var path: String
        var isFilled = false
        var isFaint = false
    }

    /// Lines of frames and bars, in a cell of 9 by 20.
    private func shape(_ base: UInt32) -> Shape? {
        switch Unicode.Scalar(base) {
        case "─": Shape(path: "M0 10.5H9")
        case "│": Shape(path: "M4.5 0V20")
        case "╭", "┌": Shape(path: "M4.5 20V14Q4.5 10.5 9 10.5")
        case "╮", "┐": Shape(path: "M4.5 20V14Q4.5 10.5 0 10.5")
        case "╰", "└": Shape(path: "M4.5 0V7Q4.5 10.5 9 10.5")
        case "╯", "┘": Shape(path: "M4.5 0V7Q4.5 10.5 0 10.5")
        case "├": Shape(path: "M4.5 0V20M4.5 10.5H9")
        case "┤": Shape(path: "M4.5 0V20M4.5 10.5H0")
        case "┬": Shape(path: "M4.5 20V10.5M0 10.5H9")
        case "┴": Shape(path: "M4.5 0V10.5M0 10.5H9")
        case "┼": Shape(path: "M4.5 0V20M0 10.5H9")
        case "█": Shape(path: "M0 0H9V20H0Z", isFilled: true)
        case "░": Shape(path: "M0 0H9V20H0Z", isFilled: true, isFaint: true)
        case "▸": Shape(path: "M2 5L8 10L2 15Z", isFilled: true)
        case "▾": Shape(path: "M1 7H9L5 13Z", isFilled: true)
        case "•": Shape(path: "M4.5 7.5A3 3 0 1 0 4.5 13.5A3 3 0 1 0 4.5 7.5Z", isFilled: true)
        default: nil
        }
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in TerminalText(text).string {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            default: out.append(character)
            }
        }
        return out
    }

    // MARK: Colours

    /// The 16 colours as a terminal of today shows them.
    private static let ansi: [UInt32] = [
        0x1E2127, 0xE05561, 0x6FBF6A, 0xD9B255, 0x3B6FB6, 0xC27FD7, 0x4FB8CC, 0xD7DAE0,
        0x7F848E, 0xFF7A85, 0x98E08F, 0xF2D27A, 0x7FB2F0, 0xDDA6EE, 0x83DCEB, 0xFFFFFF,
    ]

    private func colors(_ style: Style, followsReverse: Bool = true) -> (foreground: UInt32, background: UInt32) {
        let front = value(style.foreground) ?? (isLight ? 0x1F2430 : 0xD7DAE0)
        let back = value(style.background) ?? (isLight ? 0xFFFFFF : 0x16191F)
        return followsReverse && style.modifiers.contains(.reverse) ? (back, front) : (front, back)
    }

    private func value(_ color: Color) -> UInt32? {
        switch color {
        case .default: return nil
        case .ansi(let number): return Self.ansi[Int(number & 15)]
        case .indexed(let number) where number < 16: return Self.ansi[Int(number)]
        case .indexed, .rgb:
            return color.components.map { UInt32($0.red) << 16 | UInt32($0.green) << 8 | UInt32($0.blue) }
        }
    }

    private func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return "#" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }
}
