import Terminal

/// A screen or dialog on top of the list.
struct Overlay: Sendable {
    private(set) var component: any Component

    init(_ component: some Component) {
        self.component = component
    }

    /// Takes the whole screen below the title bar; what is under it is not drawn.
    var isFullScreen: Bool { component.isFullScreen }

    /// The screen itself, if it is of that kind.
    func `as`<C: Component>(_ kind: C.Type) -> C? { component as? C }

    func `is`<C: Component>(_ kind: C.Type) -> Bool { component is C }

    /// Changes the screen in place, if it is of that kind; false if it is another.
    @discardableResult
    mutating func change<C: Component>(_ kind: C.Type, _ body: (inout C) -> Void) -> Bool {
        guard var changed = component as? C else { return false }
        body(&changed)
        component = changed
        return true
    }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        component.perform(command, surroundings)
    }

    mutating func click(_ target: ClickTarget, isAgain: Bool, _ surroundings: Surroundings) -> [Intent] {
        component.click(target, isAgain: isAgain, surroundings)
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] {
        component.insert(text, surroundings)
    }
}
