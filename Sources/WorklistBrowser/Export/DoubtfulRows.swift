import DICOMData

/// How many rows have text that is not certain, for the sentence behind them.
public struct DoubtfulRows: Hashable, Sendable {
    public internal(set) var guessed = 0
    public internal(set) var damaged = 0

    public init() {}

    /// Counts a row by its texts.
    public mutating func note(_ texts: [DecodedText?], isBroken: Bool) {
        var isGuessed = false
        var isDamaged = isBroken
        for text in texts {
            switch text?.problem {
            case nil: break
            case .guessed: isGuessed = true
            case .invalidBytes, .unknownCharacterSet: isDamaged = true
            }
        }
        if isGuessed { guessed += 1 }
        if isDamaged { damaged += 1 }
    }
}
