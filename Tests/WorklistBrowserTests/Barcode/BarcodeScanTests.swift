import Terminal
import Testing

@testable import WorklistBrowser

struct BarcodeScanTests {
    private func value(_ raw: String, _ change: (inout BarcodeSettings) -> Void = { _ in }) -> String? {
        var settings = BarcodeSettings()
        change(&settings)
        return try? BarcodeScan(raw, settings).value
    }

    private func words(_ raw: String, _ change: (inout BarcodeSettings) -> Void = { _ in }) -> String {
        var settings = BarcodeSettings()
        change(&settings)
        do throws(BarcodeScan.Refusal) {
            return "taken: " + (try BarcodeScan(raw, settings).value)
        } catch {
            return error.words.string
        }
    }

    @Test("the AIM identifier, the prefix, blanks around and a check digit are no part of the value")
    func parts() {
        #expect(value("]C126-004711") == "26-004711")
        #expect(value("]e026-004711") == "26-004711")
        #expect(value("]C126-004711", { $0.stripsAIM = false }) == "]C126-004711")
        #expect(value("26-004711  ") == "26-004711")
        #expect(value("~26-004711", { $0.prefix = "~" }) == "26-004711")
        #expect(value("~]C126-004711", { $0.prefix = "~" }) == "26-004711")
        #expect(value("26-0047115", { $0.checkDigit = .drop }) == "26-004711")
        #expect(value("]C") == "]C")
    }

    @Test("what no identifier holds is refused in words, never mended")
    func hostile() {
        #expect(words("26-0047*") == "scan refused: '*' would match any characters; type it in the query")
        #expect(words("26?004711").contains("'?' would match any characters"))
        #expect(words("A\\B12345").contains("backslash"))
        for control in ["\u{1B}[21~q", "26\u{0}4711", "26\u{1D}4711", "26\n4711", "\u{7F}26-4711"] {
            #expect(words(control).contains("control character"))
        }
        #expect(words("26‑004711").contains("outside ASCII"))
        #expect(words(String(repeating: "7", count: 10_000)).contains("longer than any identifier"))
        #expect(words(String(repeating: "7", count: 65)).contains("at most 64"))
        #expect(words(String(repeating: "7", count: 17), { $0.fields = [.accession] }).contains("at most 16"))
        #expect(words("   ").contains("empty"))
        #expect(words("7", { $0.checkDigit = .drop }).contains("empty"))
    }

    @Test("a paste is taken for a scan only if it is one line of a likely length")
    func pastes() {
        let settings = BarcodeSettings()
        #expect(BarcodeScan.isPlausible(pasted: "26-004711", settings))
        #expect(BarcodeScan.isPlausible(pasted: "26-004711\n", settings))
        #expect(!BarcodeScan.isPlausible(pasted: "26-004711\nq", settings))
        #expect(!BarcodeScan.isPlausible(pasted: "q1r", settings))
        #expect(!BarcodeScan.isPlausible(pasted: String(repeating: "x", count: 200), settings))
    }
}

struct KeyBurstTests {
    private let settings = BarcodeSettings()

    private func kind(_ key: Key) -> KeyBurst.Kind {
        switch Keymap.standard.command(for: key, in: .list) {
        case .moveDown, .moveUp, .moveFirst, .moveLast, .moveLeft, .moveRight: .move
        case .filterEdit: .filter
        case .barcodeScan: .opener
        default: .command
        }
    }

    /// Feeds keys at a steady pace of so many milliseconds.
    private func feed(_ burst: inout KeyBurst, _ keys: [Key], every gap: Int64 = 5, from start: Int64 = 0) -> [KeyBurst
        .Verdict]
    {
        keys.enumerated().map {
            burst.take($1, at: start + Int64($0) * gap * 1000, kind: kind($1), settings)
        }
    }

    private func keys(_ text: String) -> [Key] { text.map(Key.character) }

    @Test("a lone command waits for 60 ms, then acts; moves and line ends act at once")
    func lone() {
        var burst = KeyBurst()
        #expect(feed(&burst, keys("r")) == [.hold])
        #expect(burst.decideAt == 60_000)
        #expect(burst.pause() == .replay([.character("r")]))
        #expect(burst.decideAt == nil)
        #expect(feed(&burst, keys("j")) == [.actAndWatch])
        #expect(burst.decideAt == nil)
        #expect(feed(&burst, [.enter], from: 100_000) == [.act])
        #expect(feed(&burst, [.escape, .tab], every: 1) == [.act, .act])
    }

    @Test("six characters and a line end within the gaps are a scan; a line feed behind it is swallowed")
    func scan() {
        for end in [Key.enter, .tab] {
            var burst = KeyBurst()
            #expect(feed(&burst, keys("264711") + [end]).last == .scan("264711"))
            #expect(feed(&burst, [.ctrl("j")], from: 40_000) == [.hold])
            #expect(burst.decideAt == nil)
            #expect(feed(&burst, [.ctrl("j")], from: 400_000) == [.act])
        }
    }

    @Test("moves that begin a scan have acted, and are part of it")
    func movesFirst() {
        var burst = KeyBurst()
        let verdicts = feed(&burst, keys("jk4711") + [.enter])
        #expect(verdicts.prefix(3) == [.actAndWatch, .actAndWatch, .hold])
        #expect(verdicts.last == .scan("jk4711"))
    }

    @Test("only the end that the scanner is set to ends a scan")
    func suffix() {
        var tabs = settings
        tabs.suffix = .tab
        var burst = KeyBurst()
        for (index, key) in keys("264711").enumerated() {
            #expect(burst.take(key, at: Int64(index) * 1000, kind: .command, tabs) == .hold)
        }
        #expect(burst.take(.enter, at: 7_000, kind: .command, tabs) == .hold)
        #expect(burst.pause() == .refuse(7))
    }

    @Test("two quick keys act after all, more are dropped; a key held down acts once")
    func notScans() {
        var burst = KeyBurst()
        _ = feed(&burst, keys("r3"))
        #expect(burst.wait == KeyBurst.pause)
        #expect(burst.pause() == .replay(keys("r3")))
        _ = feed(&burst, keys("q1r"))
        #expect(burst.pause() == .refuse(3))
        _ = feed(&burst, keys("[[[[[[[["), every: 33)
        #expect(burst.pause() == .replay(keys("[")))
        #expect(feed(&burst, keys("jjjjjjjj") + [.enter], every: 33).last == .act)
    }

    @Test("fewer characters than a scan has, and a line end: two act, more are dropped")
    func short() {
        var burst = KeyBurst()
        #expect(feed(&burst, keys("x3") + [.enter]).last == .replay(keys("x3") + [.enter]))
        #expect(feed(&burst, keys("q1rx5") + [.enter], from: 900_000).last == .refuse(5))
    }

    @Test("a burst that begins with the key of a field was typed ahead: its text goes into the field")
    func typedAhead() {
        var burst = KeyBurst()
        _ = feed(&burst, keys("/smith"))
        #expect(burst.pause() == .replay(keys("/smith")))
        _ = feed(&burst, [.character("/"), .ctrl("c")] + keys("smith"))
        #expect(burst.pause() == .refuse(7))
    }

    @Test("control keys within a burst make it no scan, whatever follows")
    func controls() {
        var burst = KeyBurst()
        #expect(feed(&burst, keys("26") + [.ctrl("c")] + keys("4711") + [.enter]).last == .refuse(7))
        #expect(feed(&burst, [.function(10)] + keys("264711") + [.enter], from: 900_000).last == .refuse(7))
    }

    @Test("a burst that comes late because the terminal was busy is one burst: only a pause decides")
    func busy() {
        var burst = KeyBurst()
        #expect(feed(&burst, keys("q")) == [.hold])
        #expect(feed(&burst, keys("1rx264711") + [.enter], every: 0, from: 80_000).last == .scan("q1rx264711"))
    }

    @Test(
        "a first key that a slow line brings 50 ms before the rest is part of the scan; two quick keys of hands are none"
    )
    func joined() {
        var burst = KeyBurst()
        #expect(feed(&burst, keys("2")) == [.hold])
        #expect(feed(&burst, keys("64711") + [.enter], every: 1, from: 50_000).last == .scan("264711"))
        var hands = KeyBurst()
        _ = feed(&hands, keys("]]"), every: 50)
        #expect(hands.decideAt == 85_000, "the second is not kept waiting for a third")
        #expect(hands.pause() == .replay(keys("]]")))
    }

    @Test(
        "torn wider, the first one or two keys have acted: the rest is refused, for it is the number of somebody else"
    )
    func torn() {
        for head in ["2", "26"] {
            var burst = KeyBurst()
            _ = feed(&burst, keys(head))
            #expect(burst.pause() == .replay(keys(head)))
            #expect(feed(&burst, keys("4711000") + [.enter], from: 300_000).last == .torn)
            // And the rest of the rest runs nothing.
            #expect(feed(&burst, keys("1"), from: 600_000) == [.hold])
            #expect(burst.pause() == .refuse(1))
            #expect(feed(&burst, keys("264711") + [.enter], from: 1_500_000).last == .scan("264711"))
        }
        var moved = KeyBurst()
        #expect(feed(&moved, keys("j")) == [.actAndWatch])
        #expect(feed(&moved, keys("264711") + [.enter], from: 300_000).last == .torn)
    }

    @Test("the pieces of a scan that was refused run no command, Enter neither")
    func pieces() {
        var burst = KeyBurst()
        _ = feed(&burst, keys("26-0"))
        #expect(burst.pause() == .refuse(4))
        #expect(feed(&burst, keys("11") + [.enter], from: 300_000).last == .refuse(3))
        #expect(feed(&burst, [.enter], from: 500_000) == [.hold])
        #expect(burst.pause() == .refuse(1))
        #expect(feed(&burst, [.escape], from: 600_000) == [.act])
        #expect(feed(&burst, [.enter], from: 1_200_000) == [.act])
    }

    @Test("a word behind the key of the filter, with its Enter, in one packet: text for the filter, no scan")
    func filterWord() {
        var burst = KeyBurst()
        #expect(feed(&burst, keys("/krause") + [.enter], every: 0).last == .replay(keys("/krause") + [.enter]))
        #expect(feed(&burst, keys("B264711") + [.enter], from: 900_000).last == .scan("B264711"))
    }

    @Test("ten thousand characters are counted, not kept")
    func long() {
        var burst = KeyBurst()
        let verdicts = feed(&burst, keys(String(repeating: "71", count: 5_000)) + [.enter], every: 1)
        guard case .scan(let text)? = verdicts.last else {
            Issue.record("no scan")
            return
        }
        #expect(text.count == 160)
        #expect(throws: BarcodeScan.Refusal.self) { try BarcodeScan(text, settings) }
    }
}
