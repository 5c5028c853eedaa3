import Terminal
import Testing

@testable import WorklistBrowser

@Suite("The keymap")
struct KeymapTests {
    @Test("the built-in table has no defect: no unknown name, no key bound twice, no letter bound where text is typed")
    func builtIn() throws {
        let keymap = try Keymap(parsing: KeymapTable.text.description)
        #expect(keymap.bindings.count > 60)
    }

    @Test("every command has a key somewhere", arguments: Command.allCases)
    func everyCommand(_ command: Command) {
        #expect(Keymap.standard.bindings.contains { $0.command == command && !$0.keys.isEmpty })
    }

    @Test("every line has a help text short enough for the help dialog")
    func helpTexts() {
        for binding in Keymap.standard.bindings {
            #expect(!binding.help.isEmpty)
            #expect(binding.help.count <= 45, "\(binding.command.rawValue): \(binding.help)")
        }
    }

    @Test("every screen can be left, and has help by F1", arguments: KeyContext.allCases)
    func wayOut(_ context: KeyContext) {
        #expect(Keymap.standard.command(for: .escape, in: context) == .back)
        #expect(Keymap.standard.command(for: .ctrl("c"), in: context) == .interrupt)
        if context != .help { #expect(Keymap.standard.command(for: .function(1), in: context) == .help) }
    }

    @Test(
        "defects are found, with their line",
        arguments: [
            (
                "list | j | move.down | | down\nlist | j | move.up | | up",
                "keymap line 2: j is bound to move.down already in list"
            ),
            ("list | j | move.sideways | | x", "keymap line 1: there is no command 'move.sideways'"),
            ("attic | j | move.down | | x", "keymap line 1: there is no context 'attic'"),
            ("list | ctrl-ctrl-qq | move.down | | x", "keymap line 1: there is no key 'ctrl-ctrl-qq'"),
            ("filter | j | move.down | | x", "keymap line 1: j types text in filter"),
            ("list | j | move.down", "keymap line 1: five fields expected, parted by ' | '"),
        ]
    )
    func defects(_ table: String, _ message: String) {
        let error = #expect(throws: KeymapError.self) { try Keymap(parsing: table) }
        #expect(error?.description == message)
    }

    @Test("keys are labelled as keyboards label them")
    func labels() {
        #expect(Key.ctrl("c").label == "^C")
        #expect(Key.function(5).label == "F5")
        #expect(Key.pageDown.label == "PgDn")
        #expect(Key.space.label == "Space")
        #expect(Key.alt("b").label == "Alt-b")
        #expect(Keymap.standard.label(of: .queryRun, in: .list) == "r")
        #expect(Keymap.standard.label(of: .queryRun, in: .filter) == nil)
    }

    @Test("a key bound anew loses its old meaning in that context alone, and help follows")
    func rebinding() throws {
        var keymap = Keymap.standard
        try keymap.bind(key: "r", to: "view.sort", in: "list")
        #expect(keymap.command(for: .character("r"), in: .list) == .viewSort)
        #expect(keymap.command(for: .character("r"), in: .dialog) == .queryRun)
        #expect(keymap.label(of: .queryRun, in: .list) == "F5")
        #expect(keymap.label(of: .viewSort, in: .list) == "r")
        #expect(keymap.label(of: .queryRun, in: .dialog) == "r")
        try keymap.bind(key: "F5", to: "", in: "list")
        #expect(keymap.label(of: .queryRun, in: .list) == nil)
        try keymap.bind(key: "ctrl-x", to: "form.next", in: "list")
        #expect(keymap.command(for: .ctrl("x"), in: .list) == .formNext)
        #expect(keymap.bindings(in: .list).filter { $0.command == .viewSort }.count == 1)
        #expect(throws: KeymapError.self) { try keymap.bind(key: "j", to: "move.down", in: "filter") }
        #expect(throws: KeymapError.self) { try keymap.bind(key: "j", to: "move.sideways", in: "list") }
    }
}
