import Terminal
import Testing

@Suite("Keys")
struct KeyTests {
    @Test(
        "a key is what its name says, and its name is what the key says",
        arguments: [
            ("j", Key.character("j")), ("G", .character("G")), ("ctrl-c", .ctrl("c")), ("enter", .enter),
            ("esc", .escape),
            ("tab", .tab), ("shift-tab", .shiftTab), ("up", .up), ("pgdn", .pageDown), ("pgup", .pageUp),
            ("home", .home),
            ("f5", .function(5)), ("space", .space), ("backspace", .backspace), ("delete", .delete),
            ("alt-x", .alt("x")),
            ("-", .character("-")), ("ctrl--", .ctrl("-")), ("alt--", .alt("-")), ("ctrl-space", .ctrl(" ")),
            ("é", .character("é")),
            ("山", .character("山")), ("ctrl-alt-shift-up", Key(.up, [.ctrl, .alt, .shift])), ("/", .character("/")),
            ("insert", .insert), ("end", .end), ("f12", .function(12)), ("ctrl-]", .ctrl("]")),
            ("alt-enter", Key(.enter, .alt)),
        ]
    )
    func names(name: String, key: Key) {
        #expect(Key(parsing: name) == key)
        #expect(key.description == name)
    }

    @Test(
        "other spellings are understood",
        arguments: [
            ("Ctrl-C", "ctrl-c"), ("C-c", "ctrl-c"), ("ESCAPE", "esc"), ("return", "enter"), ("meta-x", "alt-x"),
            ("M-x", "alt-x"),
            ("PageDown", "pgdn"), ("shift-a", "A"), ("ctrl-i", "tab"), ("ctrl-m", "enter"), ("ctrl-[", "esc"),
            ("ctrl-h", "backspace"),
            ("minus", "-"), ("del", "delete"), ("shift-space", "space"), ("ctrl-/", "ctrl-_"), ("ctrl-@", "ctrl-space"),
            ("F5", "f5"),
        ]
    )
    func spellings(name: String, canonical: String) {
        #expect(Key(parsing: name)?.description == canonical)
    }

    @Test(
        "what is no key is refused",
        arguments: [
            "", "ctrl-", "foo", "f0", "f25", "hyper-x", "ctrl-foo", "ab", "\u{1B}", "\n", "--", "fx", "ctrl-\u{200B}",
        ]
    )
    func refused(name: String) {
        #expect(Key(parsing: name) == nil)
    }

    @Test("every key a terminal can send round-trips through its name")
    func roundTrip() {
        var decoder = KeyDecoder()
        var random = Seeded(seed: 9)
        for _ in 0..<20_000 {
            let bytes = (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) }
            for case .key(let key) in decoder.decode([0x1B, 0x5B] + bytes) + decoder.decode(bytes) {
                #expect(Key(parsing: key.description) == key, "\(key)")
            }
        }
    }

    @Test("only plain characters are typed")
    func typed() {
        #expect(Key.character("é").typedCharacter == "é")
        #expect(Key.space.typedCharacter == " ")
        #expect(Key.ctrl("a").typedCharacter == nil)
        #expect(Key.enter.typedCharacter == nil)
    }
}

@Suite("Key decoder")
struct KeyDecoderTests {
    private func names(_ events: [InputEvent]) -> [String] {
        events.map {
            switch $0 {
            case .key(let key): key.description
            case .paste(let text): "paste:" + text
            case .mouse(let event): event.description
            case .invalid: "invalid"
            default: "?"
            }
        }
    }

    @Test(
        "bytes become keys, in one read or in many",
        arguments: [
            ("jG ", ["j", "G", "space"]), ("\r\n\t\u{7F}\u{08}", ["enter", "ctrl-j", "tab", "backspace", "backspace"]),
            ("\u{03}\u{1A}\u{00}\u{1C}\u{1F}", ["ctrl-c", "ctrl-z", "ctrl-space", "ctrl-\\", "ctrl-_"]),
            ("é山👍م", ["é", "山", "👍", "م"]), ("\u{1B}[A\u{1B}[B\u{1B}[C\u{1B}[D", ["up", "down", "right", "left"]),
            ("\u{1B}OA\u{1B}OB\u{1B}OC\u{1B}OD", ["up", "down", "right", "left"]),
            (
                "\u{1B}[H\u{1B}[F\u{1B}OH\u{1B}OF\u{1B}[1~\u{1B}[4~\u{1B}[7~\u{1B}[8~",
                ["home", "end", "home", "end", "home", "end", "home", "end"]
            ),
            ("\u{1B}[2~\u{1B}[3~\u{1B}[5~\u{1B}[6~", ["insert", "delete", "pgup", "pgdn"]),
            (
                "\u{1B}[1;5A\u{1B}[1;2B\u{1B}[1;3C\u{1B}[1;8D",
                ["ctrl-up", "shift-down", "alt-right", "ctrl-alt-shift-left"]
            ),
            ("\u{1B}[3;5~\u{1B}[5;2~\u{1B}[1;5H", ["ctrl-delete", "shift-pgup", "ctrl-home"]),
            ("\u{1B}OP\u{1B}OQ\u{1B}OR\u{1B}OS", ["f1", "f2", "f3", "f4"]),
            ("\u{1B}[11~\u{1B}[14~\u{1B}[15~", ["f1", "f4", "f5"]),
            ("\u{1B}[17~\u{1B}[21~\u{1B}[23~\u{1B}[24~", ["f6", "f10", "f11", "f12"]),
            ("\u{1B}[1;2P\u{1B}[15;5~", ["shift-f1", "ctrl-f5"]),
            ("\u{1B}[[A\u{1B}[[E", ["f1", "f5"]), ("\u{1B}[Z\u{1B}\t", ["shift-tab", "shift-tab"]),
            ("\u{1B}x\u{1B}\r\u{1B}é", ["alt-x", "alt-enter", "alt-é"]),
            ("\u{1B}\u{1B}[A", ["esc", "up"]),
            (
                "\u{1B}[a\u{1B}Ob\u{1B}[3^\u{1B}[3$\u{1B}[3@",
                ["shift-up", "ctrl-down", "ctrl-delete", "shift-delete", "ctrl-shift-delete"]
            ),
            ("\u{1B}[97;5u\u{1B}[27;5;98~\u{1B}[13;2u", ["ctrl-a", "ctrl-b", "shift-enter"]),
            ("\u{1B}OM\u{1B}Op\u{1B}Oj", ["enter", "0", "*"]),
            ("\u{1B}[200~a\u{1B}[Bb\r\u{1B}[201~x", ["paste:a\u{1B}[Bb\r", "x"]),
            ("\u{1B}[200~\u{1B}[201~", ["paste:"]),
            ("\u{1B}[200~\u{1B}[20\u{1B}[201~", ["paste:\u{1B}[20"]), ("\u{1B}[200~é\u{03}", ["paste:é", "ctrl-c"]),
            ("\u{1B}[I\u{1B}[Oj", ["j"]), ("\u{1B}[<0;3;4Mj", ["press left 2,3", "j"]),
            ("\u{1B}[M #$j", ["press left 2,3", "j"]),
            ("\u{1B}[?62;1cj", ["j"]),
            ("\u{1B}]11;rgb:00/00/00\u{07}j", ["j"]), ("\u{1B}P1$r0m\u{1B}\\j", ["j"]), ("\u{1B}[201~", ["invalid"]),
            ("\u{1B}[99~j", ["invalid", "j"]),
            ("\u{1B}[1\u{03}", ["invalid", "ctrl-c"]), ("\u{1B}[12\u{1B}[A", ["invalid", "up"]),
            ("\u{85}", ["invalid"]), ("\u{202E}", ["invalid"]),
        ]
    )
    func table(input: String, expected: [String]) {
        let bytes = Array(input.utf8)
        var whole = KeyDecoder()
        #expect(names(whole.decode(bytes)) == expected)
        #expect(whole.pendingMilliseconds == nil)
        var split = KeyDecoder()
        var events: [InputEvent] = []
        for byte in bytes { events += split.decode([byte]) }
        #expect(names(events) == expected)
    }

    @Test(
        "broken UTF-8 is reported and nothing after it is lost",
        arguments: [
            ([0xC3, 0x41], ["invalid", "A"]), ([0xFF], ["invalid"]), ([0x80], ["invalid"]),
            ([0xC0, 0x80], ["invalid", "invalid"]),
            ([0xE5, 0xB1, 0xE5, 0xB1, 0xB1], ["invalid", "山"]),
            ([0xED, 0xA0, 0x80], ["invalid", "invalid", "invalid"]),
            ([0xF4, 0x90, 0x80, 0x80], ["invalid", "invalid", "invalid", "invalid"]), ([0xF5], ["invalid"]),
            ([0xC3, 0x1B, 0x5B, 0x41], ["invalid", "up"]),
        ] as [([UInt8], [String])]
    )
    func brokenUTF8(bytes: [UInt8], expected: [String]) {
        var decoder = KeyDecoder()
        #expect(names(decoder.decode(bytes)) == expected)
    }

    @Test("a character split over two reads survives a flush between them")
    func splitCharacter() {
        var decoder = KeyDecoder()
        #expect(decoder.decode([0xE5]).isEmpty)
        #expect(decoder.flush().isEmpty)
        #expect(names(decoder.decode([0xB1, 0xB1])) == ["山"])
    }

    @Test(
        "time settles what an Escape means",
        arguments: [
            ("\u{1B}", ["esc"], 25), ("\u{1B}[", ["alt-["], 100), ("\u{1B}O", ["alt-O"], 100),
            ("\u{1B}]", ["alt-]"], 100), ("\u{1B}[1;5", ["invalid"], 100),
            ("\u{1B}]0;x", ["invalid"], 100), ("\u{1B}]0;x\u{1B}", ["invalid"], 100), ("\u{1B}P", ["alt-P"], 100),
        ]
    )
    func flush(input: String, expected: [String], wait: Int) {
        var decoder = KeyDecoder()
        #expect(decoder.decode(input.utf8).isEmpty)
        #expect(decoder.pendingMilliseconds == wait)
        #expect(names(decoder.flush()) == expected)
        #expect(decoder.pendingMilliseconds == nil)
        #expect(names(decoder.decode("j".utf8)) == ["j"])
    }

    @Test("a paste may take any time, and has a limit")
    func paste() {
        var decoder = KeyDecoder()
        #expect(decoder.decode("\u{1B}[200~ab".utf8).isEmpty)
        #expect(decoder.pendingMilliseconds == nil)
        #expect(decoder.flush().isEmpty)
        #expect(names(decoder.decode("c\u{1B}[201~".utf8)) == ["paste:abc"])
        let long = [UInt8](repeating: 0x61, count: KeyDecoder.pasteLimit + 500)
        let events = decoder.decode(Array("\u{1B}[200~".utf8) + long + Array("\u{1B}[201~j".utf8))
        guard case .paste(let text) = events.first else {
            Issue.record("no paste")
            return
        }
        #expect(text.utf8.count == KeyDecoder.pasteLimit)
        #expect(events.last == .key(.character("j")))
    }

    @Test("an endless escape sequence takes no memory and ends")
    func endless() {
        var decoder = KeyDecoder()
        #expect(decoder.decode([0x1B, 0x5B] + [UInt8](repeating: 0x31, count: 100_000)).isEmpty)
        #expect(names(decoder.decode("Aj".utf8)) == ["invalid", "j"])
    }

    @Test("any bytes: no trap, and the decoder comes back to the ground")
    func property() {
        var random = Seeded(seed: 77)
        let likely = Array("\u{1B}[]O;:0123456789~ABCMPZu$<?\u{7}\\P".utf8) + [0xC3, 0xA9, 0xE5, 0xF0, 0x9F]
        for _ in 0..<4000 {
            var decoder = KeyDecoder()
            for _ in 0..<4 {
                let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                    Bool.random(using: &random)
                        ? UInt8.random(in: 0...255, using: &random) : likely.randomElement(using: &random) ?? 0
                }
                _ = decoder.decode(bytes)
                if Bool.random(using: &random) { _ = decoder.flush() }
            }
            // Whatever was begun: Ctrl-C ends a paste, time the rest, and a broken character is dropped.
            _ = decoder.decode([0x03])
            _ = decoder.flush()
            _ = decoder.decode([0x03])
            #expect(decoder.decode("j".utf8) == [.key(.character("j"))])
        }
    }
}
