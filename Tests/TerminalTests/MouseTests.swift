import Terminal
import Testing

@Suite("Mouse reports")
struct MouseTests {
    private func names(_ events: [InputEvent]) -> [String] {
        events.map {
            switch $0 {
            case .key(let key): "key " + key.description
            case .mouse(let event): event.description
            case .invalid: "invalid"
            default: "?"
            }
        }
    }

    @Test(
        "SGR reports: button, kind, place and modifiers, in one read or in many",
        arguments: [
            ("\u{1B}[<0;1;1M", ["press left 0,0"]), ("\u{1B}[<0;1;1m", ["release left 0,0"]),
            ("\u{1B}[<1;10;20M", ["press middle 9,19"]), ("\u{1B}[<2;300;200M", ["press right 299,199"]),
            ("\u{1B}[<32;5;6M", ["drag left 4,5"]), ("\u{1B}[<34;5;6M", ["drag right 4,5"]),
            ("\u{1B}[<64;5;6M", ["wheel-up 4,5"]), ("\u{1B}[<65;5;6M", ["wheel-down 4,5"]),
            ("\u{1B}[<4;1;1M", ["shift-press left 0,0"]), ("\u{1B}[<8;1;1M", ["alt-press left 0,0"]),
            ("\u{1B}[<16;1;1M", ["ctrl-press left 0,0"]), ("\u{1B}[<28;1;1M", ["ctrl-alt-shift-press left 0,0"]),
            ("\u{1B}[<80;1;1M", ["ctrl-wheel-up 0,0"]), ("\u{1B}[<3;7;8m", ["release 6,7"]),
            // A move without a button, a sideways wheel, a release of the wheel, buttons 8 to 11.
            ("\u{1B}[<35;1;1M", []), ("\u{1B}[<66;1;1M", []), ("\u{1B}[<67;1;1M", []), ("\u{1B}[<64;1;1m", []),
            ("\u{1B}[<128;1;1M", []), ("\u{1B}[<3;1;1M", []),
            ("\u{1B}[<0;1;1M\u{1B}[<0;1;1mj", ["press left 0,0", "release left 0,0", "key j"]),
        ]
    )
    func sgr(input: String, expected: [String]) {
        check(Array(input.utf8), expected)
    }

    @Test(
        "X10 reports, where the terminal knows no others",
        arguments: [
            ([0x20, 0x21, 0x21], ["press left 0,0"]), ([0x21, 0x2A, 0x34], ["press middle 9,19"]),
            ([0x22, 0xFF, 0xFF], ["press right 222,222"]), ([0x23, 0x21, 0x22], ["release 0,1"]),
            ([0x40, 0x25, 0x26], ["drag left 4,5"]), ([0x43, 0x25, 0x26], []),
            ([0x60, 0x25, 0x26], ["wheel-up 4,5"]), ([0x61, 0x25, 0x26], ["wheel-down 4,5"]),
            ([0x34, 0x21, 0x21], ["ctrl-shift-press left 0,0"]),
            // Beyond what a byte can say, some terminals send 0.
            ([0x20, 0x00, 0x21], ["invalid"]), ([0x20, 0x20, 0x21], ["invalid"]), ([0x20, 0x0D, 0x0D], ["invalid"]),
        ] as [([UInt8], [String])]
    )
    func x10(bytes: [UInt8], expected: [String]) {
        check([0x1B, 0x5B, 0x4D] + bytes, expected)
        check([0x1B, 0x5B, 0x4D] + bytes + [0x6A], expected + ["key j"])
    }

    private func check(_ bytes: [UInt8], _ expected: [String]) {
        var whole = KeyDecoder()
        #expect(names(whole.decode(bytes)) == expected)
        #expect(whole.pendingMilliseconds == nil)
        var split = KeyDecoder()
        #expect(names(bytes.flatMap { split.decode([$0]) }) == expected)
    }

    @Test(
        "a report that is none is invalid, and no part of it is a key",
        arguments: [
            "\u{1B}[<M", "\u{1B}[<0M", "\u{1B}[<0;1M", "\u{1B}[<0;1;1;1M", "\u{1B}[<;;M", "\u{1B}[<0;0;1M",
            "\u{1B}[<0;1;0M", "\u{1B}[<256;1;1M", "\u{1B}[<0;99999999999999999999;1M", "\u{1B}[<0;1;65536M",
            "\u{1B}[<0;-1;1M", "\u{1B}[<0:1:1M", "\u{1B}[<0;1;1q", "\u{1B}[<<0;1;1M", "\u{1B}[<0;1;1 M",
            "\u{1B}[<\(String(repeating: "0", count: 200));1;1M",
        ]
    )
    func hostile(input: String) {
        check(Array(input.utf8), ["invalid"])
    }

    @Test(
        "a report cut by another begins anew, and Ctrl-C is always a key",
        arguments: [
            ("\u{1B}[<0;1\u{1B}[<0;2;2M", ["invalid", "press left 1,1"]),
            ("\u{1B}[M !\u{1B}[<0;2;2M", ["invalid", "press left 1,1"]),
            ("\u{1B}[<0;1\u{03}", ["invalid", "key ctrl-c"]), ("\u{1B}[M \u{03}", ["invalid", "key ctrl-c"]),
            ("\u{1B}[M\u{1B}[A", ["invalid", "key up"]),
        ]
    )
    func cut(input: String, expected: [String]) {
        check(Array(input.utf8), expected)
    }

    @Test(
        "what comes late of a report that was given up is no key",
        arguments: [
            ("\u{1B}[<0;1", "2;34Mj", ["key j"]), ("\u{1B}[<", "0;12;34mj", ["key j"]), ("\u{1B}[<0;1", "j", ["key j"]),
            ("\u{1B}[<0;1", "2\u{03}", ["key ctrl-c"]), ("\u{1B}[<0;1", "2\u{1B}[A", ["key up"]),
            ("\u{1B}[M", " 12j", ["key j"]), ("\u{1B}[M ", "12j", ["key j"]), ("\u{1B}[M !", "1j", ["key j"]),
            ("\u{1B}[M ", "\u{03}", ["key ctrl-c"]), ("\u{1B}[M ", "\u{1B}[A", ["key up"]),
        ]
    )
    func late(begun: String, rest: String, expected: [String]) {
        var decoder = KeyDecoder()
        #expect(decoder.decode(begun.utf8).isEmpty)
        #expect(decoder.pendingMilliseconds == 100)
        #expect(decoder.flush() == [.invalid])
        #expect(names(decoder.decode(rest.utf8)) == expected)
        #expect(decoder.pendingMilliseconds == nil)
    }

    @Test("after a second without its rest, keys are keys again", arguments: ["\u{1B}[<0;1", "\u{1B}[M "])
    func givenUp(begun: String) {
        var decoder = KeyDecoder()
        _ = decoder.decode(begun.utf8)
        _ = decoder.flush()
        #expect(decoder.pendingMilliseconds == 1000)
        #expect(decoder.flush().isEmpty)
        #expect(decoder.pendingMilliseconds == nil)
        #expect(names(decoder.decode("1".utf8)) == ["key 1"])
    }
}
