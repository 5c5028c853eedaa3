import Terminal

/// The field that takes a scan: typed by a scanner, pasted, or typed by hand.
struct BarcodeDialog: Component {
    private let settings: BarcodeSettings
    /// What Enter will do, in words.
    private let plan: [TerminalText]
    private(set) var field = TextField(limit: BarcodeSettings.maximumLength + 32)
    /// Something came that no identifier holds, or more than fits: what is in the field is not what was scanned.
    private var isDamaged = false
    private(set) var failure: TerminalText?

    init(settings: BarcodeSettings, plan: [TerminalText]) {
        self.settings = settings
        self.plan = plan
    }

    var keyContext: KeyContext { .form }
    var takesText: Bool { true }

    func cursor(in area: Rect) -> Point? { caret(in: area) }

    /// A scanner has sent a key that types nothing.
    mutating func damage() {
        isDamaged = true
        failure = "a control character came: scan again"
    }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        switch command {
        case .accept, .formNext: return submit()
        case .back: return [.close]
        default:
            if field.perform(command), field.isEmpty {
                isDamaged = false
                failure = nil
            }
            return []
        }
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] {
        if field.isEmpty || field.isSelected {
            isDamaged = false
            failure = nil
        }
        if !field.insert(String(BarcodeScan.withoutLineEnd(text)), lineBreak: "\u{FFFD}") {
            isDamaged = true
            failure = "it is too long, or holds a character that no identifier holds: scan again"
        }
        return []
    }

    private mutating func submit() -> [Intent] {
        guard !isDamaged else {
            // What is scanned next takes its place.
            field.select()
            return [.effect(.bell)]
        }
        if field.isEmpty { return [] }
        do throws(BarcodeScan.Refusal) {
            _ = try BarcodeScan(field.text, settings)
        } catch {
            failure = error.words
            field.select()
            return [.effect(.bell)]
        }
        return [.scanned(field.text)]
    }

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let columns = min(64, max(0, area.columns - 2))
        let inside = max(1, columns - 4)
        var below: [StyledLine] = []
        if let failure {
            below = DisplayWidth.wrap("! \(failure)", width: inside).map { StyledLine($0, ink.error) }
        } else {
            below = plan.flatMap { DisplayWidth.wrap($0, width: inside) }.map { StyledLine($0, ink.dialog) }
        }
        let box = DialogBox.frame(lines: below.count + 3, columns: columns, in: area)
        let keymap = surroundings.keymap
        DialogBox(
            title: "Scan a barcode",
            keys: [
                (keymap.label(of: .accept, in: .form) ?? "Enter", "look for it"),
                (keymap.label(of: .back, in: .form) ?? "Esc", "close"),
            ]
        ).draw(into: &grid, box: box, theme: theme)
        let content = DialogBox.content(of: box)
        let top = content.rows >= below.count + 3 ? 1 : 0
        grid.draw(
            field,
            row: content.row + top,
            column: content.column,
            width: content.columns,
            isActive: true,
            placeholder: "scan, or type it in full",
            ink: ink
        )
        for (index, line) in below.prefix(max(0, content.rows - 2 * top - 1)).enumerated() {
            line.draw(
                into: &grid,
                row: content.row + 2 * top + 1 + index,
                column: content.column,
                columns: content.columns,
                base: ink.dialog
            )
        }
    }
}
