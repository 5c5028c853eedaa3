/// Turns the bytes a terminal sends into keys. Pure: no terminal, no clock.
///
/// UTF-8 and escape sequences may be split over any number of reads. Whether an Escape stands alone only time can tell:
/// when ``pendingMilliseconds`` is not nil, wait that long for more bytes, then call ``flush()``.
public struct KeyDecoder: Sendable {
    /// Bytes of one paste that are kept; the rest is dropped.
    public static let pasteLimit = 1 << 20
    /// Bytes of parameters of one escape sequence; a longer one is swallowed and reported as invalid.
    static let sequenceLimit = 64

    private enum State {
        case ground
        /// An Escape, and nothing after it yet.
        case escape
        /// `ESC [`.
        case csi
        /// `ESC O`.
        case ss3
        /// `ESC ]`, `ESC P`, `ESC _`, `ESC ^`, `ESC X`: text up to BEL or `ESC \`.
        case string(opener: UInt8)
        case stringEscape(opener: UInt8)
        /// `ESC [ M`: three more bytes are an X10 mouse report.
        case mouse
        /// A mouse report was cut by time and given up: what still comes of it must not be taken for keys. `left` is how
        /// many bytes an X10 report lacks; nil for an SGR report, which ends with a letter.
        case lateMouse(left: Int?)
        /// Between `ESC [ 200 ~` and `ESC [ 201 ~`.
        case paste
    }

    private var state = State.ground
    private var parameters: [UInt8] = []
    private var overflow = false
    private var pasted: [UInt8] = []
    private var pasteTail: [UInt8] = []

    // UTF-8 being put together.
    private var scalar: UInt32 = 0
    private var missing = 0
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF
    private var withAlt = false

    private static let pasteEnd: [UInt8] = [0x1B, 0x5B, 0x32, 0x30, 0x31, 0x7E]

    public init() {}

    /// How long to wait for more bytes before ``flush()``; nil when nothing is pending that time would settle.
    public var pendingMilliseconds: Int? {
        switch state {
        case .ground, .paste: nil
        case .escape: 25
        // The user cannot type these; a slow line may be in the middle of one.
        case .csi, .ss3, .mouse, .string, .stringEscape: 100
        case .lateMouse: 1000
        }
    }

    /// Feeds bytes in.
    public mutating func decode(_ bytes: some Sequence<UInt8>) -> [InputEvent] {
        var events: [InputEvent] = []
        for byte in bytes { feed(byte, &events) }
        return events
    }

    /// Ends a pending escape sequence: a lone Escape becomes the Escape key, `ESC [` becomes `alt-[`.
    public mutating func flush() -> [InputEvent] {
        var events: [InputEvent] = []
        switch state {
        case .ground, .paste:
            return []
        case .escape:
            events.append(.key(.escape))
        case .csi:
            events.append(parameters.isEmpty && !overflow ? .key(.alt("[")) : .invalid)
            if parameters.first == 0x3C {
                toGround()
                state = .lateMouse(left: nil)
                return events
            }
        case .ss3:
            events.append(parameters.isEmpty ? .key(.alt("O")) : .invalid)
        case .string(let opener):
            events.append(
                parameters.isEmpty && !overflow ? .key(.alt(Character(Unicode.Scalar(opener)))) : .invalid
            )
        case .stringEscape:
            events.append(.invalid)
        case .mouse:
            events.append(.invalid)
            let left = 3 - parameters.count
            toGround()
            state = .lateMouse(left: left)
            return events
        case .lateMouse:
            break
        }
        toGround()
        return events
    }

    private mutating func toGround() {
        state = .ground
        parameters.removeAll(keepingCapacity: true)
        overflow = false
        withAlt = false
    }

    private mutating func feed(_ byte: UInt8, _ events: inout [InputEvent]) {
        switch state {
        case .ground:
            ground(byte, &events)
        case .escape:
            escape(byte, &events)
        case .csi:
            csi(byte, &events)
        case .ss3:
            ss3(byte, &events)
        case .string(let opener):
            // The answer of a terminal to a question nobody here asked; it is swallowed.
            if byte == 0x07 {
                toGround()
            } else if byte == 0x1B {
                state = .stringEscape(opener: opener)
            } else if byte == 0x03 {
                toGround()
                ground(byte, &events)
            } else {
                remember(byte)
            }
        case .stringEscape(let opener):
            if byte == 0x5C {
                toGround()
            } else {
                _ = opener
                events.append(.invalid)
                toGround()
                state = .escape
                feed(byte, &events)
            }
        case .mouse:
            x10(byte, &events)
        case .lateMouse(let left):
            lateMouse(byte, left: left, &events)
        case .paste:
            paste(byte, &events)
        }
    }

    private mutating func remember(_ byte: UInt8) {
        if parameters.count < Self.sequenceLimit { parameters.append(byte) } else { overflow = true }
    }

    // MARK: Characters

    private mutating func ground(_ byte: UInt8, _ events: inout [InputEvent]) {
        if missing > 0 {
            if byte >= lowest && byte <= highest {
                scalar = scalar << 6 | UInt32(byte & 0x3F)
                (lowest, highest) = (0x80, 0xBF)
                missing -= 1
                if missing == 0 { emitScalar(&events) }
                return
            }
            // A character cut short; the byte itself may start another.
            missing = 0
            withAlt = false
            events.append(.invalid)
        }
        switch byte {
        case 0x1B:
            state = .escape
        case 0..<0x20, 0x7F:
            events.append(.key(Self.control(byte, alt: withAlt)))
            withAlt = false
        case 0x20..<0x7F:
            emit(Unicode.Scalar(byte), &events)
        case 0xC2...0xDF: start(byte & 0x1F, missing: 1, 0x80, 0xBF)
        case 0xE0: start(byte & 0x0F, missing: 2, 0xA0, 0xBF)
        case 0xED: start(byte & 0x0F, missing: 2, 0x80, 0x9F)
        case 0xE1...0xEF: start(byte & 0x0F, missing: 2, 0x80, 0xBF)
        case 0xF0: start(byte & 0x07, missing: 3, 0x90, 0xBF)
        case 0xF1...0xF3: start(byte & 0x07, missing: 3, 0x80, 0xBF)
        case 0xF4: start(byte & 0x07, missing: 3, 0x80, 0x8F)
        default:
            withAlt = false
            events.append(.invalid)
        }
    }

    private mutating func start(_ bits: UInt8, missing: Int, _ lowest: UInt8, _ highest: UInt8) {
        scalar = UInt32(bits)
        self.missing = missing
        (self.lowest, self.highest) = (lowest, highest)
    }

    private mutating func emitScalar(_ events: inout [InputEvent]) {
        if let value = Unicode.Scalar(scalar), ScalarTable.lookUp(value).action == .keep {
            emit(value, &events)
        } else {
            withAlt = false
            events.append(.invalid)
        }
    }

    private mutating func emit(_ scalar: Unicode.Scalar, _ events: inout [InputEvent]) {
        events.append(.key(Key(.character(Character(scalar)), withAlt ? .alt : [])))
        withAlt = false
    }

    private static func control(_ byte: UInt8, alt: Bool) -> Key {
        let more: Key.Modifiers = alt ? .alt : []
        switch byte {
        // ESC Tab is Shift-Tab of the Linux console; window managers keep Alt-Tab for themselves.
        case 0x09: return Key(.tab, alt ? .shift : [])
        case 0x0D: return Key(.enter, more)
        case 0x08, 0x7F: return Key(.backspace, more)
        case 0x00: return Key(.character(" "), more.union(.ctrl))
        case 0x1B: return Key(.escape, more)
        case 0x01...0x1A: return Key(.character(Character(Unicode.Scalar(byte + 0x60))), more.union(.ctrl))
        default: return Key(.character(Character(Unicode.Scalar(byte | 0x40))), more.union(.ctrl))
        }
    }

    // MARK: Escape sequences

    private mutating func escape(_ byte: UInt8, _ events: inout [InputEvent]) {
        parameters.removeAll(keepingCapacity: true)
        overflow = false
        switch byte {
        case 0x1B: events.append(.key(.escape))
        case 0x5B: state = .csi
        case 0x4F: state = .ss3
        case 0x5D, 0x50, 0x5F, 0x5E, 0x58: state = .string(opener: byte)
        default:
            state = .ground
            withAlt = true
            ground(byte, &events)
        }
    }

    private mutating func csi(_ byte: UInt8, _ events: inout [InputEvent]) {
        switch byte {
        case 0x5B where parameters.isEmpty:
            // The Linux console: ESC [ [ A is F1.
            remember(byte)
        case 0x24 where !parameters.isEmpty && parameters.allSatisfy { (0x30...0x39).contains($0) }:
            finishCSI(byte, &events)  // rxvt: Shift
        case 0x20...0x3F:
            remember(byte)
        case 0x40...0x7E:
            finishCSI(byte, &events)
        case 0x1B:
            events.append(.invalid)
            toGround()
            state = .escape
        default:
            events.append(.invalid)
            toGround()
            ground(byte, &events)
        }
    }

    private mutating func finishCSI(_ final: UInt8, _ events: inout [InputEvent]) {
        let raw = parameters
        let tooLong = overflow
        toGround()
        if tooLong {
            events.append(.invalid)
            return
        }
        if raw == [0x5B] {
            if (0x41...0x45).contains(final) {
                events.append(.key(.function(Int(final) - 0x40)))
            } else {
                events.append(.invalid)
            }
            return
        }
        if raw.first == 0x3C {
            report(MouseReport.sgr(raw, final: final), &events)
            return
        }
        if raw.first == 0x3F || raw.first == 0x3E { return }  // replies: swallowed
        let numbers = Self.numbers(raw)
        let modifiers = Self.modifiers(numbers.count > 1 ? numbers[1] : 1)
        switch final {
        case 0x41: events.append(.key(Key(.up, modifiers)))
        case 0x42: events.append(.key(Key(.down, modifiers)))
        case 0x43: events.append(.key(Key(.right, modifiers)))
        case 0x44: events.append(.key(Key(.left, modifiers)))
        case 0x46: events.append(.key(Key(.end, modifiers)))
        case 0x48: events.append(.key(Key(.home, modifiers)))
        case 0x50...0x53: events.append(.key(Key(.function(Int(final) - 0x4F), modifiers)))
        case 0x5A: events.append(.key(Key(.tab, modifiers.union(.shift))))
        case 0x61...0x64: events.append(.key(Key(Self.arrow(final - 0x20), .shift)))  // rxvt
        case 0x4D where raw.isEmpty: state = .mouse
        case 0x49, 0x4F: break  // focus in and out
        case 0x75: finishUnicode(numbers.first ?? 0, modifiers, &events)
        case 0x7E where numbers.first == 27 && numbers.count > 2: finishUnicode(numbers[2], modifiers, &events)
        case 0x7E: finishTilde(numbers.first ?? 0, modifiers, &events)
        case 0x24: finishTilde(numbers.first ?? 0, .shift, &events)
        case 0x5E: finishTilde(numbers.first ?? 0, .ctrl, &events)
        case 0x40: finishTilde(numbers.first ?? 0, [.ctrl, .shift], &events)
        default: events.append(.invalid)
        }
    }

    private mutating func finishTilde(_ number: Int, _ modifiers: Key.Modifiers, _ events: inout [InputEvent]) {
        let code: Key.Code
        switch number {
        case 1, 7: code = .home
        case 2: code = .insert
        case 3: code = .delete
        case 4, 8: code = .end
        case 5: code = .pageUp
        case 6: code = .pageDown
        case 11...15: code = .function(number - 10)
        case 17...21: code = .function(number - 11)
        case 23...26: code = .function(number - 12)
        case 28, 29: code = .function(number - 13)
        case 31...34: code = .function(number - 14)
        case 200:
            state = .paste
            pasted.removeAll()
            pasteTail.removeAll()
            return
        default:
            events.append(.invalid)
            return
        }
        events.append(.key(Key(code, modifiers)))
    }

    /// A key reported as its code point: `CSI code ; modifiers u`, or xterm's modifyOtherKeys.
    private mutating func finishUnicode(_ code: Int, _ modifiers: Key.Modifiers, _ events: inout [InputEvent]) {
        guard let value = UInt32(exactly: code), let scalar = Unicode.Scalar(value) else {
            events.append(.invalid)
            return
        }
        if value < 0x20 || value == 0x7F {
            let key = Self.control(UInt8(truncatingIfNeeded: value), alt: false)
            events.append(.key(Key(key.code, key.modifiers.union(modifiers))))
        } else if ScalarTable.lookUp(scalar).action == .keep {
            events.append(.key(Key(.character(Character(scalar)), modifiers)))
        } else {
            events.append(.invalid)
        }
    }

    private mutating func ss3(_ byte: UInt8, _ events: inout [InputEvent]) {
        if (0x30...0x3B).contains(byte), parameters.count < 4 {
            remember(byte)
            return
        }
        let numbers = Self.numbers(parameters)
        toGround()
        let modifiers = Self.modifiers(numbers.last ?? 1)
        switch byte {
        case 0x41...0x44: events.append(.key(Key(Self.arrow(byte), modifiers)))
        case 0x46: events.append(.key(Key(.end, modifiers)))
        case 0x48: events.append(.key(Key(.home, modifiers)))
        case 0x4D: events.append(.key(Key(.enter, modifiers)))
        case 0x50...0x53: events.append(.key(Key(.function(Int(byte) - 0x4F), modifiers)))
        case 0x61...0x64: events.append(.key(Key(Self.arrow(byte - 0x20), .ctrl)))  // rxvt
        // The numeric keypad in application mode: '*' to '9' are 0x6A to 0x79.
        case 0x6A...0x79: emit(Unicode.Scalar(byte - 0x40), &events)
        case 0x58: events.append(.key(.character("=")))
        case 0x1B:
            events.append(.key(.alt("O")))
            state = .escape
        default:
            events.append(.invalid)
            if byte < 0x20 { ground(byte, &events) }
        }
    }

    private static func arrow(_ byte: UInt8) -> Key.Code {
        switch byte {
        case 0x41: .up
        case 0x42: .down
        case 0x43: .right
        default: .left
        }
    }

    /// Numbers between semicolons; sub-parameters after a colon are ignored, an empty number is 0.
    private static func numbers(_ raw: [UInt8]) -> [Int] {
        raw.split(separator: 0x3B, omittingEmptySubsequences: false).map { part in
            var number = 0
            for byte in part {
                guard (0x30...0x39).contains(byte) else { break }
                number = min(number * 10 + Int(byte - 0x30), 0x110000)
            }
            return number
        }
    }

    /// xterm's modifier parameter: 1 and a bit each for Shift, Alt, Ctrl and Meta.
    private static func modifiers(_ parameter: Int) -> Key.Modifiers {
        guard parameter > 1 else { return [] }
        let bits = parameter - 1
        var result: Key.Modifiers = []
        if bits & 1 != 0 { result.insert(.shift) }
        if bits & 2 != 0 || bits & 8 != 0 { result.insert(.alt) }
        if bits & 4 != 0 { result.insert(.ctrl) }
        return result
    }

    // MARK: Mouse

    private func report(_ reading: MouseReport.Reading, _ events: inout [InputEvent]) {
        switch reading {
        case .event(let event): events.append(.mouse(event))
        case .nothing: break
        case .malformed: events.append(.invalid)
        }
    }

    private mutating func x10(_ byte: UInt8, _ events: inout [InputEvent]) {
        if byte == 0x1B || byte == 0x03 {
            // No report has these: it was cut.
            events.append(.invalid)
            toGround()
            ground(byte, &events)
            return
        }
        parameters.append(byte)
        guard parameters.count == 3 else { return }
        let reading = MouseReport.x10(parameters)
        toGround()
        report(reading, &events)
    }

    private mutating func lateMouse(_ byte: UInt8, left: Int?, _ events: inout [InputEvent]) {
        if let left, byte != 0x1B, byte != 0x03 {
            if left > 1 { state = .lateMouse(left: left - 1) } else { toGround() }
            return
        }
        switch byte {
        case 0x30...0x39 where left == nil, 0x3B where left == nil: break
        case 0x4D where left == nil, 0x6D where left == nil: toGround()
        default:
            toGround()
            ground(byte, &events)
        }
    }

    // MARK: Paste

    private mutating func paste(_ byte: UInt8, _ events: inout [InputEvent]) {
        // Terminals take Ctrl-C out of what is pasted, so this one was typed: the end mark was lost.
        if byte == 0x03 {
            endPaste(&events)
            ground(byte, &events)
            return
        }
        pasteTail.append(byte)
        if Self.pasteEnd.starts(with: pasteTail) {
            if pasteTail.count == Self.pasteEnd.count {
                pasteTail.removeAll(keepingCapacity: true)
                endPaste(&events)
            }
            return
        }
        keepPasted(pasteTail.count - (byte == 0x1B ? 1 : 0))
    }

    private mutating func keepPasted(_ count: Int) {
        let room = max(0, Self.pasteLimit - pasted.count)
        pasted.append(contentsOf: pasteTail.prefix(min(count, room)))
        pasteTail.removeFirst(count)
    }

    private mutating func endPaste(_ events: inout [InputEvent]) {
        keepPasted(pasteTail.count)
        toGround()
        events.append(.paste(String(decoding: pasted, as: UTF8.self)))
        pasted = []
    }
}
