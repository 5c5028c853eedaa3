import DICOMData
import DICOMMatching
import Terminal

/// An identifier as it goes on the wire, a line an element: tag, VR, length, bytes, and what they are as text.
struct IdentifierBytes {
    struct Line {
        var path: AttributePath
        var depth: Int
        /// Tag, VR and length; an item has no VR.
        var head: TerminalText
        var bytes: ArraySlice<UInt8>
    }

    private(set) var lines: [Line] = []
    let count: Int

    /// Throws as the query does that cannot be sent.
    init(_ query: Query, server: ServerProfile?, now: QueryMoment) throws(QueryError) {
        let identifier = try query.identifier(server?.identifierForm ?? IdentifierForm(), now: now)
        do {
            count = try identifier.encoded(.explicitVRLittleEndian).count
        } catch {
            throw QueryError(path: nil, reason: "it cannot be encoded: \(error)", advice: "drop the longest key")
        }
        append(identifier, steps: [])
    }

    private mutating func append(_ dataSet: DataSet, steps: [AttributePath.Step]) {
        for element in dataSet.elements {
            let path = AttributePath(steps, element.tag)
            switch element.value {
            case .bytes(let bytes):
                lines.append(
                    Line(
                        path: path,
                        depth: steps.count,
                        head: "\(element.tag) \(element.vr) \(bytes.count)",
                        bytes: bytes
                    )
                )
            case .items(let items):
                lines.append(
                    Line(
                        path: path,
                        depth: steps.count,
                        head: "\(element.tag) SQ \(items.count == 1 ? "1 item" : "\(items.count) items")",
                        bytes: []
                    )
                )
                for (number, item) in items.enumerated() {
                    append(item, steps: steps + [AttributePath.Step(element.tag, item: number)])
                }
            }
        }
    }

    /// The line of a key, or of the sequence it is in.
    func index(of path: AttributePath) -> Int? {
        lines.firstIndex { $0.path == path } ?? lines.firstIndex { $0.path.isInside(path) }
    }

    func draw(
        into grid: inout Grid,
        in area: Rect,
        current: AttributePath?,
        _ surroundings: Surroundings,
        _ ink: Ink
    ) {
        let theme = surroundings.theme
        let cursor = current.flatMap(index)
        let top = ScrollWindow.top(cursor: cursor ?? 0, count: lines.count, rows: area.rows)
        for (offset, line) in lines.dropFirst(top).prefix(max(0, area.rows)).enumerated() {
            let isCurrent = top + offset == cursor
            var drawn = StyledLine(isCurrent ? theme.glyph(.cursor) : " ")
            drawn.space(1 + min(line.depth, 3))
            drawn.add(line.head, line.bytes.isEmpty ? ink.dim : ink.text)
            // As many as fit: three columns for a byte, one for its character.
            let start = max(21, drawn.width + 1)
            let fits = max(1, (area.columns - start - 4) / 4)
            let shown = line.bytes.prefix(min(16, fits))
            if !shown.isEmpty {
                drawn.pad(to: start)
                drawn.add(TerminalText(shown.map(Hex.two).joined(separator: " ")), theme.style("builder.value"))
                let isCut = shown.count < line.bytes.count
                drawn.add(isCut ? " .." : "", ink.dim)
                drawn.pad(to: start + min(16, fits) * 3 + 3)
                drawn.add(TerminalText(String(shown.map(Self.character))), ink.dim)
            }
            drawn.draw(
                into: &grid,
                row: area.row + offset,
                column: area.column,
                columns: area.columns - 1,
                base: isCurrent ? ink.cursor : .plain
            )
        }
        grid.drawScrollbar(
            Rect(row: area.row, column: area.endColumn - 1, rows: area.rows, columns: 1),
            first: top,
            total: lines.count,
            theme: theme,
            style: ink.scroll
        )
    }

    private static func character(_ byte: UInt8) -> Character {
        (0x20...0x7E).contains(byte) ? Character(Unicode.Scalar(byte)) : "."
    }
}
