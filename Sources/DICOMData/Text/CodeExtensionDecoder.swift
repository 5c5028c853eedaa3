/// Reads bytes of the ISO 2022 family: single-byte sets, and several sets with escape sequences (PS3.5 6.1.2.5).
struct CodeExtensionDecoder {
    let repertoire: Repertoire
    let vr: VR

    struct Outcome {
        let text: String
        /// Places shown as U+FFFD.
        let invalid: Int
        /// A set that was used though it was not declared or not designated.
        let assumed: CodeSet?
    }

    func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> Outcome {
        var invalid = 0
        var assumed: CodeSet?
        // One byte gives at most one character of the basic plane, three bytes of UTF-8.
        let text = String(unsafeUninitializedCapacity: bytes.count * 3) { room in
            var output = Output(room: room)
            var g0 = repertoire.baseG0
            var g1 = repertoire.baseG1
            var place = 0
            while place < bytes.count {
                let byte = bytes[place]
                place += 1
                if byte < 0x20 || byte == 0x7F {
                    if byte == 0x1B {
                        guard let (set, length) = CodeSet.designated(in: bytes, at: place - 1) else {
                            invalid += 1
                            output.append(0xFFFD)
                            continue
                        }
                        if set.isG0 { g0 = set } else { g1 = set }
                        if set != .ascii, !repertoire.sets.contains(set) { assumed = set }
                        place += length - 1
                        continue
                    }
                    // Line and page ends, tabs and the other control characters reset the state (PS3.5 6.1.2.5.3).
                    g0 = repertoire.baseG0
                    g1 = repertoire.baseG1
                    output.append(UInt16(byte))
                } else if byte < 0x80 {
                    if byte == 0x20 {
                        output.append(0x20)
                    } else if g0.isDoubleByte {
                        if place < bytes.count, (0x21...0x7E).contains(bytes[place]) {
                            let scalar = g0.scalar(of: Int(byte) << 8 | Int(bytes[place]))
                            if scalar == nil { invalid += 1 }
                            output.append(scalar ?? 0xFFFD)
                            place += 1
                        } else {
                            invalid += 1
                            output.append(0xFFFD)
                        }
                    } else if Self.isDelimiter(byte, vr: vr) {
                        g0 = repertoire.baseG0
                        g1 = repertoire.baseG1
                        output.append(UInt16(byte))
                    } else {
                        output.append(g0 == .ascii ? UInt16(byte) : g0.scalar(of: Int(byte)) ?? UInt16(byte))
                    }
                } else {
                    if g1 == nil {
                        g1 = repertoire.firstG1
                        if assumed == nil { assumed = g1 }
                    }
                    var scalar: UInt16?
                    if byte >= 0xA0, let set = g1 {
                        if !set.isDoubleByte {
                            scalar = set.scalar(of: Int(byte & 0x7F))
                        } else if byte > 0xA0, place < bytes.count, bytes[place] > 0xA0 {
                            scalar = set.scalar(of: Int(byte & 0x7F) << 8 | Int(bytes[place] & 0x7F))
                            place += 1
                        }
                    }
                    if scalar == nil { invalid += 1 }
                    output.append(scalar ?? 0xFFFD)
                }
            }
            return output.count
        }
        return Outcome(text: text, invalid: invalid, assumed: assumed)
    }

    /// Bytes that part values or parts of a person name, in G0 single-byte state.
    @inline(__always)
    static func isDelimiter(_ byte: UInt8, vr: VR) -> Bool {
        switch byte {
        case UInt8(ascii: "\\"): vr.isMultiValued
        case UInt8(ascii: "^"), UInt8(ascii: "="): vr == .PN
        default: false
        }
    }

    /// UTF-8 writer into a buffer of known sufficient size; it stops rather than overrun.
    private struct Output {
        let room: UnsafeMutableBufferPointer<UInt8>
        var count = 0

        init(room: UnsafeMutableBufferPointer<UInt8>) {
            self.room = room
        }

        @inline(__always)
        mutating func append(_ scalar: UInt16) {
            if scalar < 0x80 {
                guard count < room.count else { return }
                room[count] = UInt8(truncatingIfNeeded: scalar)
                count += 1
            } else if scalar < 0x800 {
                guard count + 1 < room.count else { return }
                room[count] = 0xC0 | UInt8(truncatingIfNeeded: scalar >> 6)
                room[count + 1] = 0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F)
                count += 2
            } else {
                guard count + 2 < room.count else { return }
                room[count] = 0xE0 | UInt8(truncatingIfNeeded: scalar >> 12)
                room[count + 1] = 0x80 | UInt8(truncatingIfNeeded: scalar >> 6 & 0x3F)
                room[count + 2] = 0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F)
                count += 3
            }
        }
    }
}
