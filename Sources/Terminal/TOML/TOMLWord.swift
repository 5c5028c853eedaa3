/// The values of TOML that stand without quotes.
enum TOMLWord {
    static func isValue(_ word: ArraySlice<UInt8>) -> Bool {
        let word = Array(word)
        if word == Array("true".utf8) || word == Array("false".utf8) { return true }
        return isNumber(word) || isMoment(word)
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool { digit(byte, base: 36) != nil }

    /// The worth of a digit, letters after nine.
    static func digit(_ byte: UInt8, base: UInt8) -> UInt8? {
        let worth: UInt8
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): worth = byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): worth = byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): worth = byte - UInt8(ascii: "A") + 10
        default: return nil
        }
        return worth < base ? worth : nil
    }

    // MARK: Numbers

    private static func isNumber(_ word: [UInt8]) -> Bool {
        var rest = word[...]
        let isSigned = rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-")
        if isSigned { rest.removeFirst() }
        if rest.elementsEqual("inf".utf8) || rest.elementsEqual("nan".utf8) { return true }
        if !isSigned, rest.first == UInt8(ascii: "0"), let letter = rest.dropFirst().first {
            let bases: [UInt8: UInt8] = [UInt8(ascii: "x"): 16, UInt8(ascii: "o"): 8, UInt8(ascii: "b"): 2]
            if let base = bases[letter] { return isInteger(rest.dropFirst(2), base: base) }
        }
        let whole = rest.prefix { digit($0, base: 10) != nil || $0 == UInt8(ascii: "_") }
        guard isDigits(whole), whole.first != UInt8(ascii: "0") || whole.count == 1 else { return false }
        rest = rest.dropFirst(whole.count)
        if rest.isEmpty {
            // The least number has no positive twin.
            return Int64(String(decoding: word.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)) != nil
        }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            let part = rest.prefix { digit($0, base: 10) != nil || $0 == UInt8(ascii: "_") }
            guard isDigits(part) else { return false }
            rest = rest.dropFirst(part.count)
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
            guard isDigits(rest), rest.count <= 3 else { return false }
            rest = []
        }
        // A number of more digits is none that a file of this program holds.
        return rest.isEmpty && word.count <= 64
    }

    private static func isInteger(_ text: ArraySlice<UInt8>, base: UInt8) -> Bool {
        guard isDigits(text, base: base) else { return false }
        let digits = String(decoding: text.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        return Int64(digits, radix: Int(base)) != nil
    }

    /// Digits, with single underscores between them.
    private static func isDigits(_ text: ArraySlice<UInt8>, base: UInt8 = 10) -> Bool {
        var mayDivide = false
        for byte in text {
            if byte == UInt8(ascii: "_") {
                guard mayDivide else { return false }
                mayDivide = false
            } else {
                guard digit(byte, base: base) != nil else { return false }
                mayDivide = true
            }
        }
        return mayDivide
    }

    // MARK: Dates and times

    static func isDate(_ word: ArraySlice<UInt8>) -> Bool {
        var rest = word
        return takeDate(&rest) && rest.isEmpty
    }

    private static func isMoment(_ word: [UInt8]) -> Bool {
        var rest = word[...]
        if takeDate(&rest) {
            if rest.isEmpty { return true }
            guard let mark = rest.popFirst(), [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")].contains(mark)
            else { return false }
            return takeTime(&rest) && isOffset(rest)
        }
        rest = word[...]
        return takeTime(&rest) && rest.isEmpty
    }

    private static func takeDate(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let year = number(&rest, 4), take("-", &rest), let month = number(&rest, 2), take("-", &rest),
            let day = number(&rest, 2), (1...12).contains(month), day >= 1
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return day <= days[month - 1]
    }

    private static func takeTime(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let hour = number(&rest, 2), take(":", &rest), let minute = number(&rest, 2), take(":", &rest),
            let second = number(&rest, 2), hour < 24, minute < 60, second < 60
        else { return false }
        if take(".", &rest) {
            let part = rest.prefix { digit($0, base: 10) != nil }
            guard (1...9).contains(part.count) else { return false }
            rest = rest.dropFirst(part.count)
        }
        return true
    }

    private static func isOffset(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        if rest.isEmpty { return true }
        if take("Z", &rest) || take("z", &rest) { return rest.isEmpty }
        guard take("+", &rest) || take("-", &rest), let hour = number(&rest, 2), take(":", &rest),
            let minute = number(&rest, 2)
        else { return false }
        return hour < 24 && minute < 60 && rest.isEmpty
    }

    private static func take(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int? {
        var number = 0
        for _ in 0..<count {
            guard let byte = rest.popFirst(), let digit = digit(byte, base: 10) else { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }
}
