import DICOMData

/// What the fragments of P-DATA-TF PDUs add up to (PS3.7 6.3.1, PS3.8 annex E).
///
/// The fragments of one message follow each other on one context: first those of the command, then those of its data set.
/// A command or a data set that lies in one fragment, the usual case, is never copied here.
struct MessageAssembler {
    /// A defect of the message stream; the association cannot go on.
    struct Violation: Error {
        var text: String
        var abortReason: Abort.Reason
    }

    private(set) var contextID: UInt8 = 0
    /// Bytes of a command or data set that came in pieces so far.
    private(set) var partial: [UInt8] = []
    private(set) var awaitsDataSet = false

    /// A message is incomplete.
    var isInside: Bool { awaitsDataSet || !partial.isEmpty }

    /// Takes a fragment that is not whole by itself. True once the last piece is there; take it with ``takePartial()``.
    mutating func append(
        _ span: RawSpan,
        from offset: Int,
        count: Int,
        isLast: Bool,
        limit: Int
    ) throws(Violation) -> Bool {
        guard count <= limit, partial.count <= limit - count else {
            throw Violation(
                text: "a \(awaitsDataSet ? "data set" : "command set") longer than \(limit) bytes",
                abortReason: .invalidParameterValue
            )
        }
        partial.append(copying: span, from: offset, count: count)
        return isLast
    }

    mutating func takePartial() -> [UInt8] {
        let taken = partial
        partial = []
        return taken
    }

    /// A command was read that a data set follows, on this context.
    mutating func expectDataSet() {
        awaitsDataSet = true
    }

    mutating func finishDataSet() {
        awaitsDataSet = false
    }

    /// Checks that a fragment belongs where the message is.
    mutating func admit(contextID id: UInt8, isCommand: Bool) throws(Violation) {
        if isInside {
            guard id == contextID else {
                throw Violation(
                    text: "fragments of two messages are mixed (contexts \(contextID) and \(id))",
                    abortReason: .unexpectedParameter
                )
            }
            if isCommand, awaitsDataSet {
                throw Violation(text: "a command where a data set was announced", abortReason: .unexpectedParameter)
            }
            if !isCommand, !awaitsDataSet {
                throw Violation(
                    text: "a data set fragment within a command",
                    abortReason: .unexpectedParameter
                )
            }
            return
        }
        guard isCommand else {
            throw Violation(text: "a data set without a command", abortReason: .unexpectedParameter)
        }
        contextID = id
    }
}
