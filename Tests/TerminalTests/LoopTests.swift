import Glibc
import Testing

@testable import Terminal

/// Records what the loop does with it.
private struct Recorder: TerminalApplication {
    var log: [String] = []
    var deadline: ContinuousClock.Instant?
    var renders = 0
    var onKey: LoopRequests = .paint
    var work: Duration = .zero
    var arrivals: [(instant: ContinuousClock.Instant, count: Int)] = []

    mutating func inputsArrived(at instant: ContinuousClock.Instant) { arrivals.append((instant, 0)) }

    mutating func handle(input: InputEvent) -> LoopRequests {
        if !arrivals.isEmpty { arrivals[arrivals.count - 1].count += 1 }
        switch input {
        case .key(let key):
            log.append(key.description)
            if key == .character("q") { return .quit }
            if key == .ctrl("z") { return [.suspend, .paint] }
            if key == .character("b") { return .bell }
            if key == .character("m") { return .mouseOn }
            if key == .character("M") { return [.mouseOn, .mouseOff] }
            return onKey
        case .tick:
            log.append("tick")
            deadline = nil
            return .paint
        case .resize(let size): log.append("resize \(size)")
        case .signal(let signal): log.append("\(signal)")
        case .paste(let text): log.append("paste " + text)
        case .mouse(let event): log.append(event.description)
        case .resumed: log.append("resumed")
        case .invalid: log.append("invalid")
        }
        return .paint
    }

    mutating func handle(event: Int) -> LoopRequests {
        if work > .zero {
            let end = ContinuousClock.now + work
            while ContinuousClock.now < end {}
        }
        log.append(String(event))
        return .paint
    }

    var nextDeadline: ContinuousClock.Instant? { deadline }

    mutating func render(size: TerminalSize) -> Frame {
        renders += 1
        var grid = Grid(size: size)
        grid.write(TerminalText(log.last ?? ""), row: 0, column: 0)
        return Frame(grid: grid)
    }
}

/// A headless screen that reads keys from a pipe.
private final class PipeScreen: Screen {
    let inner = HeadlessScreen(size: TerminalSize(columns: 20, rows: 2))
    var ends: [Int32] = [-1, -1]
    var ready = true

    init() { pipe(&ends) }
    deinit { for end in ends where end >= 0 { Glibc.close(end) } }

    func type(_ bytes: [UInt8]) { _ = bytes.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) } }
    func hangUp() {
        Glibc.close(ends[1])
        ends[1] = -1
    }

    var size: TerminalSize { inner.size }
    var depth: ColorDepth { .ansi8 }
    var isUTF8: Bool { true }
    var bytesWritten: Int { 0 }
    func draw(_ grid: Grid, cursor: Point?) { inner.draw(grid, cursor: cursor) }
    func bell() { inner.bell() }
    func setMouse(_ isOn: Bool) { inner.setMouse(isOn) }
    func setTitle(_ title: TerminalText) { inner.setTitle(title) }
    func invalidate() {}
    func suspend() {}
    func resume() {}
    func close() {}
    func updateSize() -> Bool { false }
    var isReady: Bool { ready }
    var inputDescriptor: Int32? { ends[0] }
    var signalDescriptor: Int32? { nil }
}

@Suite("Loop")
struct LoopTests {
    private let size = TerminalSize(columns: 20, rows: 2)

    private func loop(_ app: Recorder = Recorder()) -> (TerminalLoop<Recorder>, HeadlessScreen) {
        let screen = HeadlessScreen(size: size)
        return (TerminalLoop(app: app, screen: screen), screen)
    }

    @Test("the first turn paints, an idle one does not")
    func first() {
        let (loop, screen) = loop()
        loop.turn(maxWait: .zero)
        #expect(screen.frames == 1)
        loop.turn(maxWait: .zero)
        #expect(screen.frames == 1)
        #expect(loop.statistics.frames == 1)
    }

    @Test("inputs go before events, and one frame shows both")
    func order() {
        let (loop, screen) = loop()
        loop.turn(maxWait: .zero)
        loop.handle.post(1)
        loop.handle.post(contentsOf: [2, 3])
        loop.handle.post(input: .key(.character("j")))
        loop.handle.post(input: .key(.character("k")))
        loop.turn()
        #expect(loop.app.log == ["j", "k", "1", "2", "3"])
        #expect(screen.frames == 2)
        #expect(screen.text.hasPrefix("3"))
        #expect(loop.statistics.inputToFrame.count == 2)
        #expect(loop.statistics.events == 3)
    }

    @Test("events alone are painted at most thirty times a second, a key at once")
    func frameCap() {
        let (loop, screen) = loop()
        loop.turn(maxWait: .zero)
        loop.handle.post(1)
        loop.turn(maxWait: .zero)
        #expect(loop.app.log == ["1"])
        #expect(screen.frames == 1)
        loop.handle.post(input: .key(.character("j")))
        loop.turn(maxWait: .zero)
        #expect(screen.frames == 2)
        // Nothing else happens, so this turn sleeps until the frame is due.
        loop.handle.post(2)
        loop.turn(maxWait: .zero)
        let before = ContinuousClock.now
        loop.turn()
        #expect(screen.frames == 3)
        #expect(ContinuousClock.now - before < .milliseconds(500))
    }

    @Test("a flood of events does not keep keys waiting, and none is lost")
    func flood() {
        let (loop, _) = loop(Recorder(work: .microseconds(200)))
        loop.handle.post(contentsOf: Array(0..<200))
        loop.turn(maxWait: .zero)
        let first = loop.app.log.count
        #expect(first > 0 && first < 200)
        loop.handle.post(input: .key(.character("j")))
        loop.turn(maxWait: .zero)
        #expect(loop.app.log[first] == "j")
        while loop.app.log.count < 201 { loop.turn(maxWait: .zero) }
        #expect(loop.app.log.filter { $0 != "j" } == (0..<200).map(String.init))
    }

    @Test("a posted event wakes a sleeping loop, from any thread")
    func wake() async {
        let (loop, _) = loop()
        loop.turn(maxWait: .zero)
        let handle = loop.handle
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<4 {
                group.addTask { for index in 0..<250 { handle.post(number * 250 + index) } }
            }
            await group.waitForAll()
        }
        handle.post(input: .key(.character("q")))
        loop.run()
        #expect(loop.isFinished)
        #expect(handle.post(1) == false)
        #expect(loop.app.log.first == "q")
    }

    @Test("the deadline brings one tick")
    func tick() {
        let (loop, _) = loop(Recorder(deadline: ContinuousClock.now + .milliseconds(5)))
        loop.turn()
        while loop.app.log.isEmpty { loop.turn() }
        #expect(loop.app.log == ["tick"])
        #expect(loop.app.nextDeadline == nil)
    }

    @Test("a resize is painted in the new size, a bell rings, a suspend comes back")
    func requests() {
        let (loop, screen) = loop()
        screen.resize(to: TerminalSize(columns: 5, rows: 1))
        loop.handle.post(input: .resize(screen.size))
        loop.handle.post(input: .key(.character("b")))
        loop.turn()
        #expect(screen.lastFrame?.grid.size == TerminalSize(columns: 5, rows: 1))
        #expect(screen.bells == 1)
        loop.handle.post(input: .key(.ctrl("z")))
        loop.turn()
        #expect(loop.app.log == ["resize 5x1", "b", "ctrl-z", "resize 5x1", "resumed"])
        #expect(screen.frames == 2)
    }

    @Test("keys come from the descriptor, split as they may be")
    func keys() {
        let screen = PipeScreen()
        let loop = TerminalLoop(app: Recorder(), screen: screen)
        screen.type(Array("j\u{1B}[".utf8))
        loop.turn()
        screen.type(Array("A\u{1B}[200~x".utf8) + [0xC3])
        loop.turn()
        screen.type([0xA9] + Array("\u{1B}[201~".utf8) + [0xE5, 0xB1])
        loop.turn()
        screen.type([0xB1])
        loop.turn()
        #expect(loop.app.log == ["j", "up", "paste xé", "山"])
    }

    @Test("all keys of one read have the same instant, and the next read has a later one")
    func arrivals() {
        let screen = PipeScreen()
        let loop = TerminalLoop(app: Recorder(), screen: screen)
        let before = ContinuousClock.now
        screen.type(Array("0039102\u{1B}[200~x\u{1B}[201~\r".utf8))
        loop.turn()
        screen.type(Array("ab".utf8))
        loop.turn()
        #expect(loop.app.log.count == 11)
        #expect(loop.app.arrivals.map(\.count) == [9, 2])
        let instants = loop.app.arrivals.map(\.instant)
        #expect(before < instants[0] && instants[0] < instants[1] && instants[1] < ContinuousClock.now)
        // Posted inputs have the instant of their post, one each.
        loop.handle.post(input: .key(.character("c")))
        loop.handle.post(input: .key(.character("d")))
        loop.turn()
        #expect(loop.app.arrivals.map(\.count) == [9, 2, 1, 1])
    }

    @Test("the mouse is switched by the program, and its reports come as keys do")
    func mouse() {
        let screen = PipeScreen()
        let loop = TerminalLoop(app: Recorder(), screen: screen)
        screen.type(Array("m".utf8))
        loop.turn()
        #expect(screen.inner.isMouseOn)
        screen.type(Array("\u{1B}[<0;3;4M\u{1B}[<64;1".utf8))
        loop.turn()
        screen.type(Array(";1MM".utf8))
        loop.turn()
        #expect(!screen.inner.isMouseOn)
        loop.handle.post(input: .mouse(MouseEvent(.drag, .right, column: 5, row: 6, modifiers: .shift)))
        loop.turn()
        #expect(loop.app.log == ["m", "press left 2,3", "wheel-up 0,0", "M", "shift-drag right 5,6"])
    }

    @Test("a lone Escape is a key after its time, without another byte")
    func escape() {
        let screen = PipeScreen()
        let loop = TerminalLoop(app: Recorder(), screen: screen)
        screen.type([0x1B])
        let start = ContinuousClock.now
        while loop.app.log.isEmpty { loop.turn() }
        #expect(loop.app.log == ["esc"])
        #expect(ContinuousClock.now - start >= .milliseconds(25))
    }

    @Test("a terminal that goes away is a hangup, once")
    func hangup() {
        let screen = PipeScreen()
        let loop = TerminalLoop(app: Recorder(), screen: screen)
        screen.hangUp()
        loop.turn()
        loop.turn(maxWait: .zero)
        loop.turn(maxWait: .zero)
        #expect(loop.app.log == ["hangup"])
    }

    @Test("a terminal that takes no output costs frames, not events")
    func backPressure() {
        let screen = PipeScreen()
        let loop = TerminalLoop(app: Recorder(), screen: screen)
        screen.ready = false
        loop.handle.post(1)
        loop.turn()
        #expect(loop.app.log == ["1"])
        #expect(screen.inner.frames == 0)
        #expect(loop.statistics.framesDeferred == 1)
        screen.ready = true
        loop.turn()
        #expect(screen.inner.frames == 1)
    }

    @Test("percentiles are of the newest samples")
    func percentiles() {
        var recorder = LatencyRecorder()
        #expect(recorder.percentile(0.5) == nil)
        for number in 1...100 { recorder.record(.milliseconds(number)) }
        #expect(recorder.percentile(0.5) == .milliseconds(50))
        #expect(recorder.percentile(0.99) == .milliseconds(99))
        #expect(recorder.percentile(1) == .milliseconds(100))
        #expect(recorder.percentile(0) == .milliseconds(1))
        #expect(recorder.maximum == .milliseconds(100))
        for _ in 0..<LatencyRecorder.limit { recorder.record(.zero) }
        #expect(recorder.maximum == .zero)
    }
}
