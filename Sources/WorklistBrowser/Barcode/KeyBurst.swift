import Terminal

/// Tells the keys of a scanner from those of hands, before any of them has done harm.
///
/// A scanner is a keyboard that types an identifier and Enter within a few milliseconds a key; its first digit would choose
/// a scope, its `q` would quit. So keys are held back until it is known what they are:
/// - moves act at once, since they do no harm and can be taken back;
/// - any other key waits for ``patience``: if no key follows, a hand has pressed it;
/// - keys that follow each other within the gap are one burst. Enter or Tab behind enough characters makes it a scan.
///   Without, after ``pause``, one or two keys were hands being quick, and a burst that begins with the key of a field was
///   typed ahead on a slow line; all others are dropped, not carried out;
/// - what is typed behind the key of the filter is text in it, with Enter too: never a scan.
///
/// A slow line can tear a scan: its first key comes alone, the rest later. Within the patience the pieces are joined. Torn
/// wider, the first key has acted and the rest is the number of somebody else: so what ends as a scan less than ``tear``
/// behind a lone key is refused, and so is all that comes so soon behind a burst that was refused.
///
/// Time is when keys came, not when they are looked at; a burst ends with ``Event/inputPaused``, never by a late key alone,
/// so that a busy terminal does not turn a scan into commands.
struct KeyBurst: Sendable {
    /// Hands do not press two keys within so many microseconds, scanners do.
    static let gap: Int64 = 35_000
    /// So long after its last key a burst without an end is over.
    static let pause: Int64 = 100_000
    /// So long a first key waits for others: nobody feels it, and most lines do not tear a scan wider.
    static let patience: Int64 = 60_000
    /// Within so many microseconds pieces of a scan come in: a packet that was lost is sent again after 200 to 400 ms.
    static let tear: Int64 = 500_000
    /// What is kept of a burst; it is counted beyond.
    private static let kept = 160

    /// What a key is that starts or continues nothing yet.
    enum Kind {
        /// Moves the cursor: acts, and can be taken back.
        case move
        /// Opens the field for a scan: what follows is text in it, or the whole is a scan.
        case opener
        /// Opens the filter: what follows is text in it, whatever ends it.
        case filter
        case command
    }

    enum Verdict: Equatable {
        /// Not part of a burst: the key acts.
        case act
        /// It acts, and is the beginning of what may be a scan.
        case actAndWatch
        /// Nothing happens yet.
        case hold
        /// A scan has ended with this key.
        case scan(String)
        /// These keys were hands being quick: they act now.
        case replay([Key])
        /// So many keys came too fast for hands, and are no scan: they are dropped.
        case refuse(Int)
        /// A scan that has perhaps lost its first characters: they came alone, and have acted.
        case torn
    }

    /// Printable characters of the burst.
    private(set) var text = ""
    private(set) var characters = 0
    /// Keys that have not acted.
    private(set) var held: [Key] = []
    private(set) var heldCount = 0
    /// A key that types nothing is among them.
    private var isMixed = false
    private var opensField = false
    private var opensFilter = false
    /// When a printable key acted on its own.
    private var loneAt: Int64?
    /// When a burst was refused: what comes soon behind it is the rest of it.
    private var refusedAt: Int64?
    private var isBehindLone = false
    private var isRest = false
    /// The second key came later than a scanner's does; the third tells.
    private var isSlow = false
    /// The key taken last is the first that is watched.
    private(set) var hasJustBegun = false
    private var lastAt: Int64 = 0
    /// Line ends that come at once behind a scan belong to it.
    private var scanEndedAt: Int64?

    var isWatching: Bool { characters > 0 || heldCount > 0 }

    /// When it is to be decided on if no key comes: microseconds after the last. Nil: nothing is held back.
    var wait: Int64? {
        heldCount == 0
            ? nil : heldCount > 1 ? (isSlow ? Self.gap : Self.pause) : characters <= 1 ? Self.patience : Self.pause
    }
    var decideAt: Int64? { wait.map { lastAt + $0 } }

    mutating func take(_ key: Key, at time: Int64, kind: Kind, _ settings: BarcodeSettings) -> Verdict {
        hasJustBegun = false
        let isLineEnd = key == .enter || key == .tab || key == .ctrl("j")
        if let ended = scanEndedAt {
            scanEndedAt = nil
            if isLineEnd, time - ended < Self.gap {
                scanEndedAt = time
                return .hold
            }
        }
        if heldCount == 0, isWatching, time - lastAt >= Self.gap {
            // Moves that have acted.
            loneAt = lastAt
            reset()
        }
        if isWatching { isSlow = heldCount == 1 && characters <= 1 && time - lastAt >= Self.gap }
        lastAt = time
        guard isWatching else { return begin(key, kind, isLineEnd: isLineEnd) }
        if key == .enter && settings.suffix != .tab || key == .tab && settings.suffix != .enter {
            return end(key, at: time, settings)
        }
        let character = key.typedCharacter
        if heldCount == 0 {
            if kind == .move, let character {
                append(character)
                return .actAndWatch
            }
            if kind == .move {
                // An arrow key behind a letter: hands.
                reset()
                return .act
            }
        }
        if let character { append(character) } else { isMixed = true }
        hold(key)
        return .hold
    }

    /// No key came for ``wait``.
    mutating func pause() -> Verdict {
        guard heldCount > 0 else {
            reset()
            return .hold
        }
        defer { reset() }
        if isRest { return refuse() }
        if heldCount <= 2 || isTypedAhead {
            if !isTypedAhead, characters > 0 { loneAt = lastAt }
            return .replay(held)
        }
        // A key held down, as the keyboard repeats it: it acts once.
        if !isMixed, let first = held.first, characters == heldCount, text.allSatisfy({ $0 == first.typedCharacter }) {
            return .replay([first])
        }
        return refuse()
    }

    private var isTypedAhead: Bool { (opensField || opensFilter) && !isMixed && heldCount == held.count }

    private mutating func refuse() -> Verdict {
        refusedAt = lastAt
        return .refuse(heldCount)
    }

    private func isSoon(time: Int64, behind earlier: Int64?) -> Bool {
        earlier.map { (0..<Self.tear).contains(time - $0) } ?? false
    }

    mutating func reset() {
        text = ""
        characters = 0
        held = []
        heldCount = 0
        isMixed = false
        opensField = false
        opensFilter = false
        isBehindLone = false
        isRest = false
        isSlow = false
    }

    private mutating func begin(_ key: Key, _ kind: Kind, isLineEnd: Bool) -> Verdict {
        if isSoon(time: lastAt, behind: refusedAt), isLineEnd || key.typedCharacter != nil {
            isRest = true
            hold(key)
            return .hold
        }
        isBehindLone = isSoon(time: lastAt, behind: loneAt)
        // Enter, Tab and Escape alone are no beginning of a scan.
        if isLineEnd || key == .escape { return .act }
        if kind == .move {
            guard let character = key.typedCharacter else { return .act }
            append(character)
            hasJustBegun = true
            return .actAndWatch
        }
        hasJustBegun = true
        opensField = kind == .opener
        opensFilter = kind == .filter
        if let character = key.typedCharacter { append(character) } else { isMixed = true }
        hold(key)
        return .hold
    }

    private mutating func end(_ key: Key, at time: Int64, _ settings: BarcodeSettings) -> Verdict {
        defer { reset() }
        if isRest {
            heldCount += 1
            return refuse()
        }
        // Typed into the filter before it was on screen.
        if opensFilter, isTypedAhead { return .replay(held + [key]) }
        let isOneKey = Set(text).count <= 1
        // A moving key held down, then Enter.
        if heldCount == 0, isOneKey || characters < settings.minimumLength { return .act }
        if !isMixed, characters >= settings.minimumLength {
            scanEndedAt = time
            if isBehindLone {
                refusedAt = time
                return .torn
            }
            return .scan(text)
        }
        if heldCount <= 2 { return .replay(held + [key]) }
        scanEndedAt = time
        return refuse()
    }

    private mutating func append(_ character: Character) {
        characters += 1
        if characters <= Self.kept { text.append(character) }
    }

    private mutating func hold(_ key: Key) {
        heldCount += 1
        if held.count < Self.kept { held.append(key) }
    }
}

/// Typing into a field, watched for a scan whose Enter would run the command that a search has found.
struct FieldBurst: Sendable {
    private var characters = 0
    private(set) var lastAt: Int64 = 0

    /// A key came; true if it is the end of a scan.
    mutating func isScanEnd(_ key: Key, at time: Int64, _ settings: BarcodeSettings) -> Bool {
        let isFast = time - lastAt < KeyBurst.gap
        lastAt = time
        if key.typedCharacter != nil {
            characters = isFast ? characters + 1 : 1
            return false
        }
        defer { characters = 0 }
        return isFast && characters >= settings.minimumLength && (key == .enter || key == .tab)
    }
}
