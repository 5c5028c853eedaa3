/// Padding and quick tests on the bytes of text values (PS3.5 6.2).
enum TextPadding {
    /// Leading spaces mean nothing either; in the other text VRs they do.
    static func isLeadingSpacePadding(_ vr: VR) -> Bool {
        switch vr {
        case .AE, .AS, .CS, .DA, .DS, .DT, .IS, .LO, .SH, .TM, .UI: true
        default: false
        }
    }

    /// Without trailing spaces and NUL, and without leading spaces where the VR has them as padding.
    static func trimmed(_ bytes: UnsafeBufferPointer<UInt8>, vr: VR) -> UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = bytes.count
        while end > 0, bytes[end - 1] == 0x20 || bytes[end - 1] == 0 { end -= 1 }
        if isLeadingSpacePadding(vr) {
            while start < end, bytes[start] == 0x20 { start += 1 }
        }
        return UnsafeBufferPointer(rebasing: bytes[start..<end])
    }

    static func trimmed(_ text: Substring, vr: VR) -> String {
        var text = text.unicodeScalars
        while let last = text.last, last.value == 0x20 || last.value == 0 { text.removeLast() }
        if isLeadingSpacePadding(vr) {
            while let first = text.first, first.value == 0x20 { text.removeFirst() }
        }
        return String(text)
    }

    /// No byte above 0x7F and no escape character: the same text in every character set but ISO_IR 13.
    static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = UnsafeRawPointer(bytes.baseAddress) else { return true }
        let count = bytes.count
        var place = 0
        // Eight bytes at a time: the high bits, and the zero byte that a byte equal to ESC leaves (never missed; a false
        // alarm only costs the slow path).
        while place + 8 <= count {
            let word = base.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            let escapes = word ^ 0x1B1B_1B1B_1B1B_1B1B
            let zeros = (escapes &- 0x0101_0101_0101_0101) & ~escapes
            if (word | zeros) & 0x8080_8080_8080_8080 != 0 { return false }
            place += 8
        }
        while place < count {
            if bytes[place] >= 0x80 || bytes[place] == 0x1B { return false }
            place += 1
        }
        return true
    }
}
