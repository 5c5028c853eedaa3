import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("A keymap of the user")
struct UserKeymapTests {
    private static func made(
        _ lines: (String, String, String)...,
        inherits: String? = nil
    ) -> UserKeymap {
        var source = KeymapSource(path: "keymap.toml")
        if let inherits { source.inherits = (inherits, 1) }
        for (index, line) in lines.enumerated() {
            source.lines.append(
                KeymapSource.Line(context: line.0, key: line.1, command: line.2, number: index + 2)
            )
        }
        return UserKeymap(source)
    }

    @Test("binds, adds and takes away keys, a sequence of keys too; nothing else changes")
    func binding() {
        let user = Self.made(
            ("list", "ctrl-x r", "query.run"),
            ("list", "a", "view.sort"),
            ("list", "F5", ""),
            ("builder", "r", "builder.undo")
        )
        #expect(user.problems.isEmpty, "\(user.problems)")
        let keymap = user.keymap
        #expect(keymap.meaning(of: [.ctrl("x")], in: .list) == .beginning)
        #expect(keymap.meaning(of: [.ctrl("x"), .character("r")], in: .list) == .command(.queryRun))
        #expect(keymap.command(for: .character("a"), in: .list) == .viewSort)
        #expect(keymap.command(for: .function(5), in: .list) == nil)
        #expect(keymap.command(for: .function(5), in: .dialog) == .queryRun)
        #expect(keymap.command(for: .character("r"), in: .builder) == .builderUndo)
        #expect(keymap.command(for: .character("r"), in: .list) == .queryRun)
        #expect(keymap.label(of: .queryRun, in: .list) == "^X r")
        #expect(keymap.command(for: .character("j"), in: .list) == .moveDown)
    }

    @Test("a sequence takes the place of what its first key did, and the other way round")
    func beginnings() throws {
        let user = Self.made(("list", "g g", "move.first"), ("list", "g e", "move.last"))
        #expect(user.problems.isEmpty)
        #expect(user.keymap.meaning(of: [.character("g")], in: .list) == .beginning)
        #expect(user.keymap.meaning(of: [.character("g")], in: .builder) == .command(.moveFirst))
        #expect(user.keymap.continuations(of: [.character("g")], in: .list).map(\.keys.label) == ["g", "e"])
        var keymap = user.keymap
        try keymap.bind(key: "g", to: "move.first", in: "list")
        #expect(keymap.meaning(of: [.character("g")], in: .list) == .command(.moveFirst))
        #expect(keymap.meaning(of: [.character("g"), .character("g")], in: .list) == nil)
    }

    @Test("every mistake is found, with its line and what is expected; the other lines count")
    func mistakes() {
        let user = Self.made(
            ("attic", "j", "move.down"),
            ("list", "hyper-x", "move.down"),
            ("list", "a", "query.ran"),
            ("list", "a", "sort"),
            ("form", "j", "move.down"),
            ("list", "r", "view.sort"),
            ("list", "r", "view.columns"),
            ("list", "ctrl-i", "view.sort"),
            ("list", "tab", "view.columns"),
            ("dialog", "u", "builder.undo"),
            ("list", "i", "row.mark"),
            ("list", "i i", "marks.range"),
            ("all", "j", "app.help"),
            ("list", "esc g", "app.help"),
            ("list", "u", "row.mark")
        )
        let found = user.problems.map { "\($0.line ?? 0) \($0.text)" }
        let wanted: [(Int, String)] = [
            (2, "[attic]"), (3, "'hyper-x'"), (4, "'query.ran'"), (5, "did you mean view.sort"),
            (6, "types text in [form]"),
            (8, "line 7"), (10, "line 9"), (11, "it belongs to [builder]"), (13, "begin alike"),
            (14, "types text in form"),
            (15, "Esc inside"),
        ]
        #expect(found.count == wanted.count, "\(found)")
        for ((line, words), text) in zip(wanted, found) {
            #expect(text.hasPrefix("\(line) ") && text.contains(words), "\(text)")
        }
        #expect(user.keymap.command(for: .character("u"), in: .list) == .rowMark)
        #expect(user.keymap.command(for: .character("r"), in: .list) == .viewSort)
        #expect(user.keymap.command(for: .tab, in: .list) == .viewSort)
        #expect(user.keymap.command(for: .character("i"), in: .list) == .rowMark)
    }

    @Test("a line for one context says more than one for all of them")
    func allContexts() {
        let user = Self.made(("all", "f12", "app.redraw"), ("list", "f12", "query.run"))
        #expect(user.problems.isEmpty, "\(user.problems)")
        #expect(user.keymap.command(for: .function(12), in: .list) == .queryRun)
        #expect(user.keymap.command(for: .function(12), in: .form) == .redraw)
        let other = Self.made(("list", "f12", "query.run"), ("all", "f12", "app.redraw"))
        #expect(other.problems.isEmpty, "\(other.problems)")
        #expect(other.keymap.command(for: .function(12), in: .list) == .queryRun)
    }

    @Test(
        "no keymap leaves a screen without a way out, a query without a way to cancel it, or a dialog without an answer"
    )
    func wayOut() {
        var lines: [(String, String, String)] = []
        for entry in UserKeymap.standard.entries() {
            for key in entry.keys { lines.append((entry.context, key, "")) }
        }
        var source = KeymapSource(path: "keymap.toml")
        for (index, line) in lines.enumerated() {
            source.lines.append(KeymapSource.Line(context: line.0, key: line.1, command: line.2, number: index + 1))
        }
        for inherits in [nil] + UserKeymap.presets.map(Optional.some) {
            source.inherits = inherits.map { ($0, 1) }
            let user = UserKeymap(source)
            func has(_ context: KeyContext, _ commands: Command...) -> Bool {
                user.keymap.bindings(in: context).contains { commands.contains($0.command) && !$0.keys.isEmpty }
            }
            #expect(has(.list, .quit, .interrupt), "\(inherits ?? "-")")
            #expect(has(.list, .queryCancel, .interrupt))
            for context in KeyContext.allCases where context != .list {
                #expect(has(context, .back), "\(inherits ?? "-"): \(context)")
                if context.isForText || context == .dialog { #expect(has(context, .accept), "\(context)") }
            }
            if inherits == nil {
                #expect(!user.problems.isEmpty)
                #expect(user.problems.allSatisfy { $0.line != nil && $0.text.contains("stays") })
            }
        }
    }

    @Test("the ready-made keymaps have no defect", arguments: UserKeymap.presets)
    func presets(_ name: String) {
        let user = Self.made(inherits: name)
        #expect(user.problems.isEmpty, "\(user.problems)")
        switch name {
        case "vim":
            #expect(user.keymap.meaning(of: [.character("g"), .character("g")], in: .list) == .command(.moveFirst))
        case "plain":
            #expect(user.keymap.command(for: .character("j"), in: .list) == nil)
            #expect(user.keymap.command(for: .down, in: .list) == .moveDown)
            #expect(user.keymap.command(for: .character("h"), in: .builder) == .builderHelper)
        case "none":
            #expect(user.keymap.command(for: .character("r"), in: .list) == nil)
            #expect(user.entries(in: "list").contains { $0.command == "query.run" && $0.keys.isEmpty })
        default: #expect(user.keymap.command(for: .character("j"), in: .list) == .moveDown)
        }
    }

    @Test("an unknown keymap to inherit is a problem; the built-in keys count")
    func unknownPreset() {
        let user = Self.made(inherits: "emacs")
        #expect(user.problems.first?.description.contains("keymap.toml:1: there is no keymap 'emacs'") == true)
        #expect(user.keymap.command(for: .character("r"), in: .list) == .queryRun)
    }
}

@Suite("Keys after each other")
struct KeySequenceTests {
    private static func browser() -> Browser {
        var browser = Browser.loaded()
        browser.keymap.bind(KeySequence(parsing: "g g") ?? KeySequence(.escape), to: .moveFirst, in: .list)
        browser.keymap.bind(KeySequence(parsing: "g e") ?? KeySequence(.escape), to: .moveLast, in: .list)
        browser.keymap.bind(KeySequence(parsing: "g x y") ?? KeySequence(.escape), to: .viewSort, in: .list)
        return browser
    }

    @Test("the first waits, and the bottom line says for what; the last acts")
    func waits() {
        var browser = Self.browser()
        browser.keys("j", "j", "g")
        #expect(browser.list?.position == 2)
        let line = browser.screenText().split(separator: "\n").last ?? ""
        #expect(line.contains("g and then:"))
        #expect(line.contains("e last line"))
        browser.keys("e")
        #expect(browser.list?.position == Sample.morning.count - 1)
        browser.keys("g", "g")
        #expect(browser.list?.position == 0)
        #expect(!browser.screenText().contains("and then"))
        browser.keys("g", "x")
        #expect(browser.screenText().contains("g x and then:"))
        browser.keys("y")
        #expect(browser.overlays.last?.is(SortMenu.self) == true)
    }

    @Test("Esc drops them, another key does nothing, neither alone nor as the end of a sequence")
    func drops() {
        var browser = Self.browser()
        browser.keys("j", "g", "esc")
        #expect(browser.list?.position == 1)
        #expect(!browser.screenText().contains("and then"))
        browser.keys("g", "j")
        #expect(browser.list?.position == 1)
        #expect(browser.screenText().contains("g j has no meaning; nothing was done"))
        browser.keys("j")
        #expect(browser.list?.position == 2)
    }

    @Test("Ctrl-C cancels what runs even in the middle of a sequence")
    func interrupt() {
        var browser = Self.browser()
        let id = browser.keys("2").finds.first?.id
        #expect(browser.keys("g", "ctrl-c").cancels == [id].compactMap(\.self))
    }

    @Test("a dialog that comes between drops them, and the key goes into nothing")
    func dialogBetween() {
        var browser = Self.browser()
        guard let request = browser.keys("2").finds.first else { return }
        browser.keys("g")
        let peer = AssociationFailure.Peer(host: "h", port: 104, calledAETitle: "A", callingAETitle: "B")
        _ = browser.update(
            .find(request.id, .failed(AssociationFailure(.rejected(.callingAETitleNotRecognized), peer: peer)))
        )
        #expect(browser.overlays.count == 1)
        #expect(browser.keys("r").finds.isEmpty)
        #expect(browser.overlays.count == 1)
        #expect(browser.keys("r").finds.count == 1)
    }

    @Test("a paste drops them")
    func paste() {
        var browser = Self.browser()
        browser.keys("g")
        _ = browser.update(.input(.paste("g")))
        browser.keys("j")
        #expect(browser.list?.position == 1)
    }
}
