/// What a click on a place means; each program has its own kinds.
public protocol HitTarget: Hashable, Sendable {}

/// A rectangle of the screen that stands for something: a row, a button, a word that names a key.
public struct HitRegion: Sendable {
    public let rect: Rect
    public let target: any HitTarget

    public init(rect: Rect, target: any HitTarget) {
        self.rect = rect
        self.target = target
    }
}
