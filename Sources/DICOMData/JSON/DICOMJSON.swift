/// The DICOM JSON Model (PS3.18 F), written without reading everything into memory.
public enum DICOMJSON {
    /// A JSON string literal with its quotes; control characters escaped.
    public static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7F}"..."\u{9F}":
                out += "\\u" + Hex.four(UInt16(truncatingIfNeeded: scalar.value))
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// One data set as a JSON object on one line. Text is UTF-8, so (0008,0005) says ISO_IR 192 (PS3.18 F.2.1).
    public static func encode(_ dataSet: DataSet) -> String {
        var out = "{"
        var isFirst = true
        for element in dataSet.elements {
            if !isFirst { out += "," }
            isFirst = false
            out += "\"" + Hex.four(element.tag.group) + Hex.four(element.tag.element) + "\":"
            out += encode(element, in: dataSet)
        }
        return out + "}"
    }

    private static func encode(_ element: DataElement, in dataSet: DataSet) -> String {
        var out = "{\"vr\":\"\(element.vr)\""
        if element.tag == Tag(0x0008, 0x0005), !element.isEmpty { return out + ",\"Value\":[\"ISO_IR 192\"]}" }
        switch element.value {
        case .items:
            let items = dataSet.items(element.tag)
            if !items.isEmpty { out += ",\"Value\":[" + items.map(encode).joined(separator: ",") + "]" }
        case .bytes(let bytes):
            if element.isEmpty { break }
            if let values = values(element, in: dataSet) {
                out += ",\"Value\":[" + values.joined(separator: ",") + "]"
            } else {
                out += ",\"InlineBinary\":\"" + Base64.encode(bytes) + "\""
            }
        }
        return out + "}"
    }

    /// JSON texts of the values; nil sends the bytes as InlineBinary.
    private static func values(_ element: DataElement, in dataSet: DataSet) -> [String]? {
        switch element.vr {
        case .PN:
            return (dataSet.strings(element.tag) ?? []).map { text in
                if text.isEmpty { return "null" }
                // By scalar: a combining mark after the delimiter must not hide it.
                let groups = text.unicodeScalars.split(separator: "=", omittingEmptySubsequences: false)
                let names = ["Alphabetic", "Ideographic", "Phonetic"]
                let parts = zip(names, groups).filter { !$1.isEmpty }.map { "\"\($0)\":" + quoted(String($1)) }
                if parts.isEmpty { return "null" }
                return "{" + parts.joined(separator: ",") + "}"
            }
        case .DS, .IS:
            // A number where it is one; PS3.18 F.2.3 allows the text otherwise.
            return (dataSet.strings(element.tag) ?? []).map { text in
                if text.isEmpty { return "null" }
                return isJSONNumber(text) ? text : quoted(text)
            }
        case .AT:
            return element.numbers?.map { quoted(String($0.filter { $0.isHexDigit })) }
        case .FL, .FD:
            return element.numbers?.map { isJSONNumber($0) ? $0 : quoted(nonFinite($0)) }
        case .SS, .US, .SL, .UL: return element.numbers
        case .SV, .UV: return element.numbers?.map(quoted)
        case .LT, .ST, .UT, .UR: return [quoted(dataSet.text(of: element)?.string ?? "")]
        case let vr where vr.isText:
            return (dataSet.strings(element.tag) ?? []).map { $0.isEmpty ? "null" : quoted($0) }
        default: return nil
        }
    }

    /// What JSON has no numbers for (RFC 8259 6) goes as a string, named as in JavaScript and Java. PS3.18 F.2.3 is silent on
    /// it; ``DataElement/bytes(ofNumbers:vr:)`` reads these names.
    private static func nonFinite(_ number: String) -> String {
        switch number {
        case "inf": "Infinity"
        case "-inf": "-Infinity"
        // A NaN may be written with its sign and payload.
        default: "NaN"
        }
    }

    /// The grammar of RFC 8259 6: what DS and IS allow beyond it (a plus sign, a leading point or zero) goes as a string.
    static func isJSONNumber(_ text: String) -> Bool {
        var rest = Substring(text)
        if rest.first == "-" { rest.removeFirst() }
        guard let first = rest.first, first.isASCII, first.isNumber else { return false }
        let integer = rest.prefix { $0.isASCII && $0.isNumber }
        if integer.count > 1, integer.first == "0" { return false }
        rest.removeFirst(integer.count)
        if rest.first == "." {
            rest.removeFirst()
            let fraction = rest.prefix { $0.isASCII && $0.isNumber }
            if fraction.isEmpty { return false }
            rest.removeFirst(fraction.count)
        }
        if rest.first == "e" || rest.first == "E" {
            rest.removeFirst()
            if rest.first == "+" || rest.first == "-" { rest.removeFirst() }
            let exponent = rest.prefix { $0.isASCII && $0.isNumber }
            if exponent.isEmpty { return false }
            rest.removeFirst(exponent.count)
        }
        return rest.isEmpty
    }
}
