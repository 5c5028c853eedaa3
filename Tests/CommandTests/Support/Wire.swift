import Foundation

/// Just enough of DICOM's encoding to play a server, free of the code under test: Explicit VR Little Endian.
enum Wire {
    static let worklist = "1.2.840.10008.5.1.4.31"
    static let verification = "1.2.840.10008.1.1"
    static let explicitLittleEndian = "1.2.840.10008.1.2.1"

    // MARK: PDUs (PS3.8 9.3)

    static func pdu(_ type: UInt8, _ body: [UInt8]) -> [UInt8] { [type, 0] + big32(body.count) + body }

    static func item(_ type: UInt8, _ body: [UInt8]) -> [UInt8] { [type, 0] + big16(body.count) + body }

    /// A P-DATA-TF with one value in it.
    static func data(_ context: UInt8, isCommand: Bool, _ body: [UInt8]) -> [UInt8] {
        pdu(4, big32(body.count + 2) + [context, isCommand ? 3 : 2] + body)
    }

    static let releaseResponse = pdu(6, [0, 0, 0, 0])

    static func abort(source: UInt8, reason: UInt8) -> [UInt8] { pdu(7, [0, 0, source, reason]) }

    static func reject(result: UInt8, source: UInt8, reason: UInt8) -> [UInt8] { pdu(3, [0, result, source, reason]) }

    /// An A-ASSOCIATE-AC for a request; `decide` gives the result for each abstract syntax (0 accepts).
    static func accept(_ request: Request, version: String, decide: (String) -> UInt8) -> [UInt8] {
        var body: [UInt8] = [0, 1, 0, 0] + request.head[4..<68]
        body += item(0x10, Array("1.2.840.10008.3.1.1.1".utf8))
        for context in request.contexts {
            let syntax = item(0x40, Array(explicitLittleEndian.utf8))
            body += item(0x21, [context.id, 0, decide(context.abstractSyntax), 0] + syntax)
        }
        let user =
            item(0x51, big32(16_384)) + item(0x52, Array("1.2.826.0.1.3680043.10.999.1".utf8))
            + item(0x55, Array(version.utf8))
        return pdu(2, body + item(0x50, user))
    }

    /// An A-ASSOCIATE-RQ for the worklist.
    static func associationRequest() -> [UInt8] {
        func title(_ text: String) -> [UInt8] {
            Array(text.utf8) + [UInt8](repeating: 0x20, count: 16 - text.utf8.count)
        }
        let context =
            [1, 0, 0, 0] + item(0x30, Array(worklist.utf8)) + item(0x40, Array(explicitLittleEndian.utf8))
        let user = item(0x51, big32(16_384)) + item(0x52, Array("1.2.826.0.1.3680043.10.999.1".utf8))
        let head: [UInt8] = [0, 1, 0, 0] + title("ANY") + title("CLIENT") + [UInt8](repeating: 0, count: 32)
        return pdu(1, head + item(0x10, Array("1.2.840.10008.3.1.1.1".utf8)) + item(0x20, context) + item(0x50, user))
    }

    /// An A-ASSOCIATE-RQ as received.
    struct Request {
        struct Context {
            var id: UInt8
            var abstractSyntax: String
        }

        var head: [UInt8]
        var contexts: [Context] = []

        var called: String { title(4..<20) }
        var calling: String { title(20..<36) }

        private func title(_ range: Range<Int>) -> String {
            String(decoding: head[range], as: UTF8.self).trimmingCharacters(in: .whitespaces)
        }

        init?(_ body: [UInt8]) {
            guard body.count >= 68 else { return nil }
            head = Array(body[..<68])
            for (type, content) in Wire.items(body[68...]) where type == 0x20 && content.count > 4 {
                let id = content[content.startIndex]
                let syntax = Wire.items(content.dropFirst(4)).first { $0.type == 0x30 }
                let name = String(decoding: syntax?.content ?? [], as: UTF8.self)
                contexts.append(Context(id: id, abstractSyntax: name))
            }
        }
    }

    static func items(_ bytes: ArraySlice<UInt8>) -> [(type: UInt8, content: ArraySlice<UInt8>)] {
        var found: [(UInt8, ArraySlice<UInt8>)] = []
        var rest = bytes
        while rest.count >= 4 {
            let start = rest.startIndex
            let length = Int(rest[start + 2]) << 8 | Int(rest[start + 3])
            guard rest.count >= 4 + length else { break }
            found.append((rest[start], rest[(start + 4)..<(start + 4 + length)]))
            rest = rest.dropFirst(4 + length)
        }
        return found
    }

    // MARK: Messages (PS3.7)

    static func command(_ fields: [(element: UInt16, value: [UInt8])]) -> [UInt8] {
        let body = fields.flatMap { little16(0) + little16($0.element) + little32($0.value.count) + even($0.value, 0) }
        return little16(0) + little16(0) + little32(4) + little32(body.count) + body
    }

    /// A C-FIND-RSP, a Pending one if it has an identifier.
    static func response(
        _ request: Query,
        status: UInt16,
        identifier: [UInt8]? = nil,
        comment: String? = nil,
        messageID: UInt16? = nil
    ) -> [UInt8] {
        var fields: [(UInt16, [UInt8])] = [
            (0x0002, even(Array(worklist.utf8), 0)), (0x0100, little16(0x8020)),
            (0x0120, little16(messageID ?? request.messageID)),
            (0x0800, little16(identifier == nil ? 0x0101 : 0x0001)), (0x0900, little16(status)),
        ]
        if let comment { fields.append((0x0902, even(Array(comment.utf8), 0x20))) }
        let head = data(request.context, isCommand: true, command(fields))
        return identifier.map { head + data(request.context, isCommand: false, $0) } ?? head
    }

    static func echoResponse(_ request: Query, status: UInt16) -> [UInt8] {
        let fields: [(UInt16, [UInt8])] = [
            (0x0002, even(Array(verification.utf8), 0)), (0x0100, little16(0x8030)),
            (0x0120, little16(request.messageID)), (0x0800, little16(0x0101)), (0x0900, little16(status)),
        ]
        return data(request.context, isCommand: true, command(fields))
    }

    /// A request as received.
    struct Query {
        var field: UInt16
        var messageID: UInt16
        var context: UInt8
        var identifier: [UInt8] = []
    }

    /// A number of a command set, which is Implicit VR Little Endian.
    static func number(_ wanted: UInt16, in command: [UInt8]) -> UInt16? {
        var at = 0
        while at + 8 <= command.count {
            let element = UInt16(command[at + 2]) | UInt16(command[at + 3]) << 8
            let length = (0..<4).reduce(0) { $0 | Int(command[at + 4 + $1]) << (8 * $1) }
            if element == wanted, length >= 2, at + 10 <= command.count {
                return UInt16(command[at + 8]) | UInt16(command[at + 9]) << 8
            }
            at += 8 + length
        }
        return nil
    }

    // MARK: Data sets (PS3.5 7)

    static func element(_ tag: UInt32, _ vr: String, _ value: some Collection<UInt8>) -> [UInt8] {
        let bytes = even(Array(value), vr == "UI" ? 0 : 0x20)
        return little16(UInt16(tag >> 16)) + little16(UInt16(truncatingIfNeeded: tag)) + Array(vr.utf8)
            + little16(UInt16(bytes.count)) + bytes
    }

    static func element(_ tag: UInt32, _ vr: String, _ text: String) -> [UInt8] { element(tag, vr, Array(text.utf8)) }

    static func sequence(_ tag: UInt32, _ items: [[UInt8]]) -> [UInt8] {
        let body = items.flatMap { little32(0xE000_FFFE) + little32($0.count) + $0 }
        return little16(UInt16(tag >> 16)) + little16(UInt16(truncatingIfNeeded: tag)) + Array("SQ".utf8) + [0, 0]
            + little32(body.count) + body
    }

    /// `(0040,0100)[0].(0008,0060)` as `00400100.00080060`, with the value without its padding.
    static func flatten(_ bytes: [UInt8], prefix: String = "") -> [String: String] {
        var found: [String: String] = [:]
        var at = 0
        func number(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        while at + 8 <= bytes.count {
            let tag = prefix + hex(number(at, 2)) + hex(number(at + 2, 2))
            let vr = String(decoding: bytes[(at + 4)..<(at + 6)], as: UTF8.self)
            let isLong = ["SQ", "UT", "UC", "UR", "OB", "OW", "OF", "OD", "OL", "OV", "UN", "SV", "UV"].contains(vr)
            guard at + (isLong ? 12 : 8) <= bytes.count else { break }
            let length = isLong ? number(at + 8, 4) : number(at + 6, 2)
            at += isLong ? 12 : 8
            guard length <= bytes.count - at else { break }
            let content = Array(bytes[at..<(at + length)])
            at += length
            guard vr == "SQ" else {
                var text = String(decoding: content, as: UTF8.self)
                while text.last == " " || text.last == "\0" { text.removeLast() }
                found[tag] = text
                continue
            }
            found[tag] = ""
            var inside = 0
            while inside + 8 <= content.count {
                let size = (0..<4).reduce(0) { $0 | Int(content[inside + 4 + $1]) << (8 * $1) }
                guard inside + 8 + size <= content.count else { break }
                let item = Array(content[(inside + 8)..<(inside + 8 + size)])
                found.merge(flatten(item, prefix: tag + ".")) { first, _ in first }
                inside += 8 + size
            }
        }
        return found
    }

    /// A worklist item; invented values that vary with `number`.
    static func match(
        _ number: Int,
        name: String = "SMITH^Anna",
        id: String? = nil,
        nameBytes: [UInt8]? = nil,
        description: String = "HEAD ROUTINE",
        characterSet: String? = "ISO_IR 192"
    ) -> [UInt8] {
        let digits = String(String(1_000_000 + number).dropFirst())
        let step =
            element(0x0008_0060, "CS", ["CT", "MR", "US"][number % 3]) + element(0x0040_0001, "AE", "ROOM\(number % 4)")
            + element(0x0040_0002, "DA", "20261124")
            + element(0x0040_0003, "TM", "\(10 + number % 10)\(10 + number / 10 % 50)00")
            + element(0x0040_0007, "LO", description) + element(0x0040_0009, "SH", "SPS\(digits)")
        return (characterSet.map { element(0x0008_0005, "CS", $0) } ?? [])
            + element(0x0008_0050, "SH", "ACC\(digits)") + element(0x0010_0010, "PN", nameBytes ?? Array(name.utf8))
            + element(0x0010_0020, "LO", id ?? "PID\(digits)") + element(0x0010_0030, "DA", "19700101")
            + element(0x0010_0040, "CS", "F") + element(0x0020_000D, "UI", "1.2.826.0.1.3680043.10.999.\(number + 1)")
            + sequence(0x0040_0100, [step]) + element(0x0040_1001, "SH", "RP\(digits)")
    }

    /// A file as wlmscpfs reads it (PS3.10 7).
    static func file(_ dataSet: [UInt8]) -> [UInt8] {
        let meta =
            little16(2) + little16(1) + Array("OB".utf8) + [0, 0] + little32(2) + [0, 1]
            + element(0x0002_0002, "UI", worklist) + element(0x0002_0003, "UI", "1.2.826.0.1.3680043.10.999.7")
            + element(0x0002_0010, "UI", explicitLittleEndian)
            + element(0x0002_0012, "UI", "1.2.826.0.1.3680043.10.999.1")
        let length = little16(2) + little16(0) + Array("UL".utf8) + little16(4) + little32(meta.count)
        return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + length + meta + dataSet
    }

    // MARK: Numbers

    static func big16(_ number: Int) -> [UInt8] { [UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)] }
    static func big32(_ number: Int) -> [UInt8] { big16(number >> 16) + big16(number) }
    static func little16(_ number: UInt16) -> [UInt8] { [UInt8(number & 0xFF), UInt8(number >> 8)] }
    static func little32(_ number: Int) -> [UInt8] { big32(number).reversed() }

    private static func even(_ bytes: [UInt8], _ padding: UInt8) -> [UInt8] {
        bytes.count.isMultiple(of: 2) ? bytes : bytes + [padding]
    }

    private static func hex(_ number: Int) -> String {
        let text = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - text.count)) + text
    }
}
