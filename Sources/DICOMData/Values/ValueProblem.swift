/// Why a text is not a value of a VR, in words for the person who typed it.
public enum ValueProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// More characters than the VR allows.
    case tooLong(VR, limit: Int, count: Int)
    /// A character the VR does not allow; `position` counts characters from 1.
    case forbiddenCharacter(VR, Unicode.Scalar, position: Int)
    /// Not of the form the VR asks for.
    case wrongForm(VR, expected: String)
    /// Of the right form, but without meaning, such as the 30th of February.
    case outOfRange(VR, String)
    /// A range whose end lies before its beginning.
    case reversedRange(VR)

    public var description: String {
        switch self {
        case .tooLong(let vr, let limit, let count):
            "\(count) characters, but \(vr) allows \(limit); shorten it"
        case .forbiddenCharacter(let vr, let scalar, let position):
            "\(Self.name(scalar)) at character \(position) is not allowed in \(vr)\(Self.allowed(vr))"
        case .wrongForm(_, let expected): "write \(expected)"
        case .outOfRange(_, let reason): reason
        case .reversedRange(let vr):
            vr == .TM
                ? "the range ends before it begins; a range of times cannot cross midnight"
                : "the range ends before it begins; swap the two ends"
        }
    }

    private static func name(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x20: "a space"
        case 0x5C: "a backslash"
        case 0..<0x20, 0x7F..<0xA0: "control character U+" + Hex.four(UInt16(truncatingIfNeeded: scalar.value))
        default: "“\(scalar)”"
        }
    }

    private static func allowed(_ vr: VR) -> String {
        switch vr {
        case .CS: "; use capitals A–Z, digits, space and underscore"
        case .AE: "; use ASCII without backslash"
        case .UI: "; use digits and full stops"
        case .DS, .IS: "; write a number"
        default: ""
        }
    }
}
