import DICOMData
import Terminal

/// Clicks and the wheel. They mean what was painted under them, and nothing else.
extension Browser {
    /// A row as it stands on screen.
    struct PaintedRow: Hashable, Sendable {
        var identity: ItemIdentity
        /// When it came there without the user's doing; nil if the user moved it there, or it came into an empty place.
        var since: Moment?
    }

    /// What is on screen; a click on anything older means nothing.
    struct PaintedScreen: Hashable, Sendable {
        var context: KeyContext
        var depth: Int
    }

    /// Rows the wheel scrolls by.
    private static let wheelRows = 3

    mutating func mouse(_ event: MouseEvent) -> [Effect] {
        guard isMouseOn else { return [] }
        switch event.kind {
        case .wheelUp: return wheel(by: -1, event.point)
        case .wheelDown: return wheel(by: 1, event.point)
        case .press:
            guard event.button == .left, event.modifiers.isEmpty else { return [] }
            return click(event.point)
        case .release, .drag: return []
        }
    }

    // MARK: After drawing

    /// Keeps what was painted where; called when a frame is done.
    mutating func remember(_ grid: Grid) {
        hits = grid.regions
        var rows: [Int: PaintedRow] = [:]
        for hit in hits {
            guard case .row(let reference)? = hit.target as? ClickTarget else { continue }
            let place = hit.rect.row
            var row = PaintedRow(identity: reference.identity)
            if let before = painted[place] {
                row.since = before.identity == reference.identity ? before.since : isOwnChange ? nil : now
            }
            rows[place] = row
        }
        painted = rows
        paintedScreen = PaintedScreen(context: context, depth: overlays.count)
        isPainted = true
        isDisturbed = false
        isOwnChange = false
    }

    private func target(at point: Point) -> (target: ClickTarget, rect: Rect)? {
        for hit in hits.reversed() where hit.rect.contains(point) {
            if let target = hit.target as? ClickTarget { return (target, hit.rect) }
        }
        return nil
    }

    // MARK: Clicks

    private mutating func click(_ point: Point) -> [Effect] {
        message = nil
        pending = nil
        // Something else is on screen by now than what was clicked.
        guard paintedScreen == PaintedScreen(context: context, depth: overlays.count) else { return [] }
        guard let (target, _) = target(at: point) else {
            lastClicked = nil
            return []
        }
        let wasPainted = isPainted
        isPainted = false
        let isAgain = lastClicked == target
        lastClicked = target
        switch target {
        case .row(let reference): return click(on: reference, screenRow: point.row, isAgain: isAgain)
        case .pane(let reference):
            return click(on: reference, screenRow: nil, isAgain: true)
        case .column(let column):
            leaveFilter()
            return sort(by: column)
        case .nothing: return []
        default: break
        }
        // What follows is not told apart by whose it is: it has to be exactly what is on screen.
        guard wasPainted else { return [] }
        switch target {
        case .command(let command): return perform(command)
        case .listCommand(let command):
            leaveFilter()
            if overlays.last?.isDetail == true, isSplit { overlays.removeLast() }
            return overlays.isEmpty ? perform(command) : []
        case .key(let label):
            guard let command = keymap.command(labelled: label, in: context) else { return [] }
            return perform(command)
        case .line where isDisturbed: return []
        case .line, .field, .button:
            guard let last = overlays.indices.last else { return [] }
            return carryOut(overlays[last].click(target, isAgain: isAgain, surroundings))
        case .row, .pane, .column, .nothing: return []
        }
    }

    /// Puts the cursor on a row; the second click opens it.
    private mutating func click(on reference: RowReference, screenRow: Int?, isAgain: Bool) -> [Effect] {
        guard overlays.isEmpty || (isSplit && overlays.count == 1 && overlays[0].isDetail) else { return [] }
        if let screenRow, let since = painted[screenRow]?.since {
            let elapsed = now.seconds(since: since)
            if elapsed != 0, elapsed < Self.timeToNotice {
                lastClicked = nil
                message = Message(kind: .warning, text: "the list moved under the pointer: look, then click again")
                return []
            }
        }
        guard let list, let row = list.row(of: reference.identity, near: reference.row),
            let place = list.rows.position(of: row)
        else {
            lastClicked = nil
            message = Message(kind: .info, text: "that row is not on the list any more")
            return []
        }
        leaveFilter()
        overlays.removeAll()
        let view = viewRows
        self.list?.isTouched = true
        self.list?.place(at: place, viewRows: view)
        seen = self.list?.cursor?.identity
        movedAt = nil
        // The same item may be in the list twice: what opens is what was clicked.
        guard isAgain, seen == reference.identity else { return [] }
        openDetail()
        return []
    }

    /// What is typed as a filter stays in force; the keys go back to the list.
    private mutating func leaveFilter() {
        guard filterField != nil else { return }
        filterField = nil
        filterBefore = nil
    }

    // MARK: Wheel

    private mutating func wheel(by direction: Int, _ point: Point) -> [Effect] {
        guard paintedScreen == PaintedScreen(context: context, depth: overlays.count) else { return [] }
        guard let last = overlays.indices.last else {
            scroll(by: direction * Self.wheelRows)
            return []
        }
        switch context {
        // There the next line is another field, or another value: the wheel must not wander off with what is typed.
        case .form, .editor: return []
        default: break
        }
        isPainted = false
        var effects: [Effect] = []
        for _ in 0..<Self.wheelRows where overlays.indices.contains(last) {
            effects += carryOut(overlays[last].perform(direction > 0 ? .moveDown : .moveUp, surroundings))
        }
        return effects
    }

    /// Scrolls the list; the cursor comes along only where it would leave the screen.
    private mutating func scroll(by rows: Int) {
        guard var list, list.rows.shownCount > 0 else { return }
        let view = viewRows
        let top = min(max(0, list.top + rows), max(0, list.rows.shownCount - view))
        guard top != list.top else { return }
        let place = min(max(list.position, top), top + view - 1)
        list.top = top
        list.isTouched = true
        if place != list.position { list.place(at: place, viewRows: view) }
        self.list = list
        seen = list.cursor?.identity
        movedAt = nil
    }

    // MARK: On and off

    mutating func toggleMouse() -> [Effect] {
        isMouseOn.toggle()
        message = Message(
            kind: .info,
            text: isMouseOn
                ? "mouse on: click, wheel; Shift and drag selects text"
                : "mouse off: the terminal selects text by itself"
        )
        return [.mouse(isMouseOn)]
    }
}
