/// Checks text against the rules of its VR: repertoire, length and form (PS3.5 table 6.2-1).
public enum ValueCheck {
    /// What is wrong with one value; nil if nothing is, or if the VR is not text. An empty value is always right.
    ///
    /// - Parameters:
    ///   - value: One value, without padding. A backslash is wrong in it where the VR is multi-valued.
    ///   - asKey: It is a matching key: wildcards and ranges are right where PS3.4 C.2.2.2 has them, `""` asks for empty
    ///     values, and limits of length do not bind.
    public static func problem(in value: String, vr: VR, asKey: Bool) -> ValueProblem? {
        if value.isEmpty || asKey && value == "\"\"" { return nil }
        switch vr {
        case .AE, .CS, .LO, .LT, .PN, .SH, .ST, .UC, .UR, .UT:
            return textProblem(in: value, vr: vr, asKey: asKey)
        case .AS: return ageProblem(in: value)
        case .DA, .DT, .TM: return momentProblem(in: value, vr: vr, asKey: asKey)
        case .DS, .IS: return numberProblem(in: value, vr: vr, asKey: asKey)
        case .UI: return uidProblem(in: value, asKey: asKey)
        default: return nil
        }
    }

    /// The same for all values of an element, parted at backslashes where the VR is multi-valued.
    public static func problem(inValues text: String, vr: VR, asKey: Bool) -> ValueProblem? {
        guard vr.isMultiValued else { return problem(in: text, vr: vr, asKey: asKey) }
        for value in text.unicodeScalars.split(separator: "\\", omittingEmptySubsequences: false) {
            if let problem = problem(in: String(value), vr: vr, asKey: asKey) { return problem }
        }
        return nil
    }

    // MARK: Text

    private static func textProblem(in value: String, vr: VR, asKey: Bool) -> ValueProblem? {
        for (place, scalar) in value.unicodeScalars.enumerated() where !isAllowed(scalar, vr: vr, asKey: asKey) {
            return .forbiddenCharacter(vr, scalar, position: place + 1)
        }
        switch vr {
        case .PN: return nameProblem(in: value, asKey: asKey)
        case .AE where value.allSatisfy { $0 == " " }:
            return .wrongForm(.AE, expected: "an AE title that is not only spaces")
        case .UR where value.hasPrefix(" "):
            return .forbiddenCharacter(.UR, " ", position: 1)
        default:
            let count = value.unicodeScalars.count
            if !asKey, let limit = vr.maximumLength, count > limit {
                return .tooLong(vr, limit: limit, count: count)
            }
            return nil
        }
    }

    private static func isAllowed(_ scalar: Unicode.Scalar, vr: VR, asKey: Bool) -> Bool {
        let value = scalar.value
        switch vr {
        case .CS:
            switch value {
            case 0x41...0x5A, 0x30...0x39, 0x20, 0x5F: return true
            case 0x2A, 0x3F: return asKey
            default: return false
            }
        case .AE: return (0x20...0x7E).contains(value) && value != 0x5C
        case .UR: return (0x20...0x7E).contains(value) && value != 0x5C
        case .LT, .ST, .UT:
            // Text that runs over lines: TAB, LF, FF and CR (PS3.5 6.1.3).
            if value < 0x20 { return value == 0x09 || value == 0x0A || value == 0x0C || value == 0x0D }
            return !(0x7F..<0xA0).contains(value)
        default:
            return value >= 0x20 && value != 0x5C && !(0x7F..<0xA0).contains(value)
        }
    }

    private static func nameProblem(in value: String, asKey: Bool) -> ValueProblem? {
        let groups = value.unicodeScalars.split(separator: "=", omittingEmptySubsequences: false)
        if groups.count > 3 {
            return .wrongForm(.PN, expected: "at most three groups: alphabetic=ideographic=phonetic")
        }
        for group in groups {
            if group.count(where: { $0 == "^" }) > 4 {
                return .wrongForm(.PN, expected: "at most five components: Family^Given^Middle^Prefix^Suffix")
            }
            if !asKey, group.count > 64 { return .tooLong(.PN, limit: 64, count: group.count) }
        }
        return nil
    }

    // MARK: Forms

    private static func ageProblem(in value: String) -> ValueProblem? {
        var scanner = DigitScanner(Array(value.utf8)[...])
        guard scanner.number(digits: 3) != nil,
            scanner.skip("D") || scanner.skip("W") || scanner.skip("M") || scanner.skip("Y"), scanner.isAtEnd
        else { return .wrongForm(.AS, expected: "three digits and D, W, M or Y, such as 045Y") }
        return nil
    }

    private static func momentProblem(in value: String, vr: VR, asKey: Bool) -> ValueProblem? {
        let (form, known): (String, Bool) =
            switch vr {
            case .DA: ("YYYYMMDD", DICOMDate(parsing: value) != nil)
            case .TM: ("HHMMSS, or only HHMM or HH", DICOMTime(parsing: value) != nil)
            default: ("YYYYMMDDHHMMSS, or only the first parts of it", DICOMDateTime(parsing: value) != nil)
            }
        // The forms of before 1993 are read, not written.
        let isOld = vr != .DT && value.utf8.contains { $0 == UInt8(ascii: vr == .DA ? "." : ":") }
        if isOld { return .wrongForm(vr, expected: form + " without \(vr == .DA ? "full stops" : "colons")") }
        if !asKey {
            if known { return nil }
            return looksRight(value, vr: vr)
                ? .outOfRange(vr, "there is no such \(vr == .TM ? "time" : "date"): \(value)")
                : .wrongForm(vr, expected: form)
        }
        let isReversed: Bool? =
            switch vr {
            case .DA: DateRange(parsing: value)?.isReversed
            case .TM: TimeRange(parsing: value)?.isReversed
            default: DateTimeRange(parsing: value)?.isReversed
            }
        switch isReversed {
        case false?: return nil
        case true?: return .reversedRange(vr)
        case nil:
            return looksRight(value, vr: vr)
                ? .outOfRange(vr, "there is no such \(vr == .TM ? "time" : "date") in \(value)")
                : .wrongForm(vr, expected: "\(form), or a range: a-b, a- or -b")
        }
    }

    /// Digits in the right number, so that it is the calendar or the clock that says no.
    private static func looksRight(_ value: String, vr: VR) -> Bool {
        let parts = value.utf8.split(separator: UInt8(ascii: "-"), maxSplits: 1)
        return !parts.isEmpty
            && parts.allSatisfy { part in
                let digits = part.allSatisfy { (0x30...0x39).contains($0) }
                return switch vr {
                case .DA: digits && part.count == 8
                case .TM: digits && (part.count == 2 || part.count == 4 || part.count == 6)
                default: digits && (4...14).contains(part.count) && part.count % 2 == 0
                }
            }
    }

    private static func numberProblem(in value: String, vr: VR, asKey: Bool) -> ValueProblem? {
        let bytes = DigitScanner.trimmed(value)
        if !asKey, let limit = vr.maximumLength, value.utf8.count > limit {
            return .tooLong(vr, limit: limit, count: value.unicodeScalars.count)
        }
        if vr == .IS {
            guard isInteger(bytes) else { return .wrongForm(.IS, expected: "a whole number, such as 42 or -7") }
            guard Int32(String(decoding: bytes, as: UTF8.self)) != nil else {
                return .outOfRange(.IS, "IS goes from -2147483648 to 2147483647")
            }
            return nil
        }
        return isDecimal(bytes) ? nil : .wrongForm(.DS, expected: "a decimal number, such as 72.5 or 1.2E-3")
    }

    private static func isInteger(_ bytes: ArraySlice<UInt8>) -> Bool {
        var scanner = DigitScanner(bytes)
        if !scanner.skip("-") { _ = scanner.skip("+") }
        return takeDigits(&scanner) > 0 && scanner.isAtEnd
    }

    private static func isDecimal(_ bytes: ArraySlice<UInt8>) -> Bool {
        var scanner = DigitScanner(bytes)
        if !scanner.skip("-") { _ = scanner.skip("+") }
        var digits = takeDigits(&scanner)
        if scanner.skip(".") { digits += takeDigits(&scanner) }
        guard digits > 0 else { return false }
        if scanner.skip("E") || scanner.skip("e") {
            if !scanner.skip("-") { _ = scanner.skip("+") }
            guard takeDigits(&scanner) > 0 else { return false }
        }
        return scanner.isAtEnd
    }

    private static func takeDigits(_ scanner: inout DigitScanner) -> Int {
        var count = 0
        while scanner.number(digits: 1) != nil { count += 1 }
        return count
    }

    private static func uidProblem(in value: String, asKey: Bool) -> ValueProblem? {
        for (place, scalar) in value.unicodeScalars.enumerated()
        where !(0x30...0x39).contains(scalar.value) && scalar != "." {
            return .forbiddenCharacter(.UI, scalar, position: place + 1)
        }
        let components = value.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        for component in components {
            if component.isEmpty { return .wrongForm(.UI, expected: "numbers parted by single full stops") }
            if component.count > 1, component.first == UInt8(ascii: "0") {
                return .wrongForm(.UI, expected: "numbers without leading zeros, parted by full stops (PS3.5 9.1)")
            }
        }
        if !asKey, value.utf8.count > 64 { return .tooLong(.UI, limit: 64, count: value.utf8.count) }
        return nil
    }
}
