/// What is to be seen after a frame: the cells, and where the terminal's cursor stands (nil: hidden).
public struct Frame: Hashable, Sendable {
    public var grid: Grid
    public var cursor: Point?

    public init(grid: Grid, cursor: Point? = nil) {
        self.grid = grid
        self.cursor = cursor
    }
}

/// Something that shows frames: the terminal, or memory. Used by one thread, that of the loop.
public protocol Screen: AnyObject {
    var size: TerminalSize { get }
    /// Colours it can show.
    var depth: ColorDepth { get }
    /// Characters beyond ASCII can be shown.
    var isUTF8: Bool { get }
    /// Bytes written to the terminal, as far as they were counted.
    var bytesWritten: Int { get }

    func draw(_ grid: Grid, cursor: Point?)
    func bell()
    /// Asks the terminal for mouse reports, ``InputEvent/mouse(_:)``, or for no more of them. Off at first; while they
    /// are on, text can be selected only with what the terminal has for that, mostly Shift.
    func setMouse(_ isOn: Bool)
    /// Names the terminal's window; the old title comes back when the screen is closed or the program stopped.
    func setTitle(_ title: TerminalText)
    /// The next frame is written whole, as if nothing were on the terminal.
    func invalidate()
    /// Gives the terminal back to the shell and stops the program, as Ctrl-Z does; returns when it runs again.
    func suspend()
    /// The program was stopped and continued by someone else: the terminal may have been used meanwhile.
    func resume()
    /// Restores the terminal. Nothing may be drawn afterwards; a second call does nothing.
    func close()

    /// Asks the terminal for its size; true if it changed.
    func updateSize() -> Bool
    /// False while the terminal does not take more output; the loop then leaves frames out.
    var isReady: Bool { get }
    /// Where keys are read; nil when they come from elsewhere.
    var inputDescriptor: Int32? { get }
    /// Where signals arrive, a byte each; nil when the screen has nothing to do with them.
    var signalDescriptor: Int32? { get }
}

/// A screen in memory: for tests and for scripts. It keeps the last frame. Keys and mouse events come by
/// ``LoopHandle/post(input:)``.
public final class HeadlessScreen: Screen {
    public private(set) var size: TerminalSize
    public let depth: ColorDepth
    public let isUTF8: Bool
    public private(set) var lastFrame: Frame?
    public private(set) var frames = 0
    public private(set) var bells = 0
    public private(set) var isMouseOn = false
    public private(set) var title: TerminalText?
    public private(set) var isClosed = false

    public init(size: TerminalSize, depth: ColorDepth = .indexed256, isUTF8: Bool = true) {
        self.size = size
        self.depth = depth
        self.isUTF8 = isUTF8
    }

    /// Changes the size; post ``InputEvent/resize(_:)`` to the loop so that the program hears of it.
    public func resize(to size: TerminalSize) { self.size = size }

    /// The last frame as text, a line per row; empty before the first.
    public var text: String { lastFrame?.grid.dump() ?? "" }

    public func draw(_ grid: Grid, cursor: Point?) {
        frames += 1
        lastFrame = Frame(grid: grid, cursor: cursor)
    }

    public func bell() { bells += 1 }
    public func setMouse(_ isOn: Bool) { isMouseOn = isOn }
    public func setTitle(_ title: TerminalText) { self.title = title }
    public func invalidate() {}
    public func suspend() {}
    public func resume() {}
    public func close() { isClosed = true }
    public func updateSize() -> Bool { false }
    public var bytesWritten: Int { 0 }
    public var isReady: Bool { true }
    public var inputDescriptor: Int32? { nil }
    public var signalDescriptor: Int32? { nil }
}
