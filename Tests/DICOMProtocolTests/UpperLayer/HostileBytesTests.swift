import Testing

@testable import DICOMProtocol

/// A trap on bytes from outside ends the whole process: every test here would crash, not fail, if there were one.
@Suite struct HostileBytesTests {
    /// Decodes by every decoder; a success must survive encoding and decoding again.
    private func decodeAnything(_ bytes: [UInt8]) throws {
        let body = bytes.dropFirst(PDUHeader.byteCount)
        for type in PDUType.allCases {
            let pdu: PDU
            do throws(PDUError) {
                pdu = try PDU(type: type, body: body)
            } catch {
                #expect(error.position >= 0 && error.position <= bytes.count + PDUHeader.byteCount)
                continue
            }
            guard type != .pData, let encoded = try? pdu.encode() else { continue }
            #expect(try PDU(decoding: encoded[...]).encode() == encoded)
        }
        var values = PresentationDataValues(body: body)
        while let value = try? values.next() { #expect(value.fragment.count <= body.count) }
    }

    @Test("Random bytes never trap", arguments: 0..<4)
    func randomBytes(seed: UInt64) throws {
        var generator = PDUGenerator(seed: 0xBAD + seed)
        for _ in 0..<1_000 {
            var bytes = generator.bytes(0...160)
            // Half of them get plausible item types, so that decoding goes deeper than the first item.
            if generator.flag(), bytes.count > 78 {
                for i in stride(from: 74, to: bytes.count - 3, by: generator.int(4...12)) {
                    bytes[i] = [0x10, 0x20, 0x21, 0x30, 0x40, 0x50, 0x51, 0x54, 0x57, 0x58][generator.int(0...9)]
                    bytes[i + 2] = 0
                    bytes[i + 3] %= 24
                }
            }
            try decodeAnything(bytes)
        }
    }

    @Test("Mutations of valid PDUs never trap", arguments: 0..<4)
    func mutations(seed: UInt64) throws {
        var generator = PDUGenerator(seed: 0xFACE + seed)
        for _ in 0..<60 {
            let valid = try generator.pdu().encode()
            for _ in 0..<15 {
                var bytes = valid
                for _ in 0..<generator.int(1...4) {
                    let i = generator.int(0...bytes.count - 1)
                    switch generator.int(0...4) {
                    case 0: bytes[i] = generator.byte()
                    case 1: bytes[i] = [0, 1, 0x7F, 0x80, 0xFF][generator.int(0...4)]
                    case 2: bytes.remove(at: i)
                    case 3: bytes.insert(generator.byte(), at: i)
                    default: bytes.insert(contentsOf: bytes[i...].prefix(12), at: i)
                    }
                    if bytes.isEmpty { break }
                }
                try decodeAnything(bytes)
            }
        }
    }

    @Test("A PDU cut at any byte is refused, and so are the items within it")
    func truncations() throws {
        var generator = PDUGenerator(seed: 0x77)
        for pdu in [PDU.associateRequest(generator.request()), .associateAccept(generator.accept()), .abort(.byUser)] {
            let bytes = try pdu.encode()
            for length in 0..<bytes.count {
                #expect(throws: PDUError.self) { try PDU(decoding: bytes[..<length]) }
                try decodeAnything(Array(bytes[..<length]))
            }
        }
        let request = AssociatePDUTests.goldenRequest
        // Cut between items the rest is a request with fewer of them; anywhere else it is an error.
        let itemEnds = [74, 99, 154, 183]
        for length in 6...request.count where !itemEnds.contains(length) {
            #expect(throws: PDUError.self, "cut at \(length)") {
                try AssociateRequest(decoding: request[6..<length])
            }
        }
        for length in itemEnds { _ = try AssociateRequest(decoding: request[6..<length]) }
    }

    @Test("Lengths that reach beyond the enclosing item are refused where they stand")
    func nestedLengths() throws {
        // Offsets of the length fields of the golden request: application context, context, abstract syntax, transfer
        // syntax, user information, maximum length, class UID, version name.
        for offset in [76, 101, 109, 135, 156, 160, 168, 177] {
            for delta in [1, 2, 0xFF00] {
                var bytes = AssociatePDUTests.goldenRequest
                let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
                let wrong = min(0xFFFF, length + delta)
                bytes[offset] = UInt8(wrong >> 8)
                bytes[offset + 1] = UInt8(wrong & 0xFF)
                let error = #expect(throws: PDUError.self, "length at \(offset) plus \(delta)") {
                    try AssociateRequest(decoding: bytes.dropFirst(6))
                }
                #expect(error?.abortReason == .invalidParameterValue)
            }
        }
    }

    @Test(
        "Sub-items too short for their own fields are refused with the position of the fault",
        arguments: [
            ("51 00 0002 4000", 80), ("53 00 0005 0001000100", 80), ("54 00 0001 00", 82),
            ("54 00 0004 FFFF 3132", 84), ("54 00 0004 0001 31 01", 86), ("56 00 0003 0005 31", 84),
            ("57 00 0006 0001 31 0001 31", 88), ("57 00 000A 0001 31 0001 31 0004 3131", 90),
            ("58 00 0001 01", 83), ("58 00 0006 01 00 0009 6162", 86), ("59 00 0004 0003 6162", 84),
        ]
    )
    func shortSubItems(item: String, position: Int) throws {
        let sub = bytes(hex: item)
        var body = Array(AssociatePDUTests.goldenRequest[6..<74])
        body += [0x50, 0, 0, UInt8(sub.count)] + sub
        let error = #expect(throws: PDUError.self) { try AssociateRequest(decoding: body[...]) }
        #expect(error?.position == position)
        #expect(error?.abortReason == .invalidParameterValue)
    }

    @Test("Known items where they may not stand are unexpected parameters")
    func unexpectedParameters() throws {
        let fixed = Array(AssociatePDUTests.goldenRequest[6..<74])
        let context = "10 00 0001 31"
        for item in [context + context, "50 00 0000 50 00 0000", "21 00 0004 01000000"] {
            let body = fixed + bytes(hex: item)
            let error = #expect(throws: PDUError.self) { try AssociateRequest(decoding: body[...]) }
            #expect(error?.abortReason == .unexpectedParameter)
        }
        let twoSyntaxes = fixed + bytes(hex: "20 00 000E 01000000 30 00 0001 31 30 00 0001 32")
        let error = #expect(throws: PDUError.self) { try AssociateRequest(decoding: twoSyntaxes[...]) }
        #expect(
            error
                == PDUError(
                    .unexpectedParameter(itemType: 0x30),
                    at: 87,
                    expected: "one abstract syntax in presentation context 1"
                )
        )
        let proposed = fixed + bytes(hex: "20 00 0004 01000000")
        let inAccept = #expect(throws: PDUError.self) { try AssociateAccept(decoding: proposed[...]) }
        #expect(inAccept?.code == .unexpectedParameter(itemType: 0x20))
    }

    @Test("A header may claim four gigabytes; it is refused before anything is read or allocated")
    func hugeLengths() throws {
        for type: UInt8 in [1, 2, 3, 4, 5, 6, 7] {
            let header = try #require(PDUHeader([type, 0, 0xFF, 0xFF, 0xFF, 0xFF]))
            #expect(header.length == .max)
            #expect(throws: PDUError.self) { try header.validated(maxPDataLength: Limits.hardMaximumPDataLength) }
        }
        let limit = UInt64(Limits.maxAssociatePDULength)
        let above = PDUHeader(type: 1, length: UInt32(limit) + 1)
        let error = #expect(throws: PDUError.self) { try above.validated(maxPDataLength: 0) }
        #expect(error?.code == .limitExceeded(length: limit + 1, limit: limit))
        #expect(try PDUHeader(type: 1, length: UInt32(limit)).validated(maxPDataLength: 0) == .associateRequest)
        #expect(throws: PDUError.self) {
            try AssociateRequest(decoding: [UInt8](repeating: 0, count: Limits.maxAssociatePDULength + 1)[...])
        }
    }

    @Test("A request of 65,622 bytes that is all empty items is refused by the number of items")
    func manyItems() throws {
        var body = Array(AssociatePDUTests.goldenRequest[6..<74])
        body += [0x20, 0, 0xFF, 0xFC, 1, 0, 0, 0]
        for _ in 0..<16_382 { body += [0x40, 0, 0, 0] }
        for _ in 0..<3 { body += [0x5A, 0, 0, 0] }
        #expect(body.count + PDUHeader.byteCount == 65_622)
        let error = #expect(throws: PDUError.self) { try AssociateRequest(decoding: body[...]) }
        #expect(error?.code == .limitExceeded(length: 8_193, limit: 8_192))
    }

    @Test("More than 128 contexts and more related classes than items allowed are refused")
    func manyContexts() throws {
        let fixed = Array(AssociatePDUTests.goldenRequest[6..<74])
        let contexts = (0..<129).flatMap { _ in [0x20, 0, 0, 4, 1, 0, 0, 0] as [UInt8] }
        let error = #expect(throws: PDUError.self) { try AssociateRequest(decoding: (fixed + contexts)[...]) }
        #expect(error?.code == .limitExceeded(length: 129, limit: 128))
        #expect(error?.position == 74 + 128 * 8)
        let results = (0..<129).flatMap { _ in [0x21, 0, 0, 4, 1, 0, 0, 0] as [UInt8] }
        #expect(throws: PDUError.self) { try AssociateAccept(decoding: (fixed + results)[...]) }

        var related = bytes(hex: "50 00 FFFE 57 00 FFFA 0001 31 0001 31 FFF2")
        related += [UInt8](repeating: 0, count: 0xFFF2)
        let many = #expect(throws: PDUError.self) { try AssociateRequest(decoding: (fixed + related)[...]) }
        #expect(many?.code == .limitExceeded(length: 8_193, limit: 8_192))
    }

    @Test("A user identity beyond its limit is refused, one at the limit is read")
    func userIdentityLimit() throws {
        func body(primary: Int, secondary: Int) -> [UInt8] {
            func two(_ n: Int) -> [UInt8] { [UInt8(n >> 8), UInt8(n & 0xFF)] }
            let value =
                [2, 0] + two(primary) + [UInt8](repeating: 65, count: primary)
                + two(secondary) + [UInt8](repeating: 66, count: secondary)
            return Array(AssociatePDUTests.goldenRequest[6..<74])
                + [0x50, 0] + two(value.count + 4) + [0x58, 0] + two(value.count) + value
        }
        let half = Limits.maxUserIdentityLength / 2
        let read = try AssociateRequest(decoding: body(primary: half, secondary: half)[...])
        #expect(read.userInformation.userIdentity?.secondary.count == half)
        #expect(throws: PDUError.self) {
            try AssociateRequest(decoding: body(primary: half, secondary: half + 1)[...])
        }
    }
}

@Suite struct PDUHeaderTests {
    @Test("A header reads the same from a slice and from a span, and only when it is whole")
    func reading() throws {
        let bytes: [UInt8] = [9, 4, 0xEE, 1, 2, 3, 4, 9]
        let header = PDUHeader(type: 4, length: 0x0102_0304)
        #expect(PDUHeader(bytes[1...]) == header)
        #expect(PDUHeader(bytes[3...]) == nil)
        let span = bytes.span.bytes
        #expect(PDUHeader(span, at: 1) == header)
        #expect(PDUHeader(span, at: 2)?.type == 0xEE)
        #expect(PDUHeader(span, at: 3) == nil)
        #expect(PDUHeader(span, at: -1) == nil)
        #expect(PDUHeader(span, at: .max) == nil)
        let empty: [UInt8] = []
        #expect(PDUHeader(empty.span.bytes) == nil)
    }

    @Test("Unknown types are unrecognized PDUs, with a hint when TLS or HTTP knocks")
    func unknownTypes() throws {
        for type in UInt8.min...UInt8.max where !(1...7).contains(type) {
            let error = #expect(throws: PDUError.self) {
                try PDUHeader(type: type, length: 0).validated(maxPDataLength: 100)
            }
            #expect(error?.abortReason == .unrecognizedPDU)
        }
        let tls = #expect(throws: PDUError.self) {
            try PDUHeader([0x16, 3, 1, 5, 0xAF, 1][...])?.validated(maxPDataLength: 100)
        }
        #expect(tls?.description.contains("TLS") == true)
        let http = #expect(throws: PDUError.self) {
            try PDUHeader(Array("GET / ".utf8)[...])?.validated(maxPDataLength: 100)
        }
        #expect(http?.description.contains("HTTP") == true)
    }

    @Test("Short PDUs have a length of four, data has the length that was agreed on")
    func lengths() throws {
        for type: UInt8 in [3, 5, 6, 7] {
            #expect(try PDUHeader(type: type, length: 4).validated(maxPDataLength: 0).rawValue == type)
            for length: UInt32 in [0, 3, 5, 68] {
                #expect(throws: PDUError.self) {
                    try PDUHeader(type: type, length: length).validated(maxPDataLength: 100)
                }
            }
        }
        #expect(try PDUHeader(type: 4, length: 100).validated(maxPDataLength: 100) == .pData)
        #expect(throws: PDUError.self) { try PDUHeader(type: 4, length: 101).validated(maxPDataLength: 100) }
        #expect(throws: PDUError.self) { try PDUHeader(type: 4, length: 1).validated(maxPDataLength: -1) }
    }

    @Test("The receive limit follows what was announced, and is bounded when that was unlimited")
    func receiveLimit() {
        #expect(Limits.maxReceivedPDataLength(announced: 16_384) == 16_384 + Limits.pDataLengthSlack)
        #expect(Limits.maxReceivedPDataLength(announced: 0) == Limits.hardMaximumPDataLength)
        #expect(
            Limits.maxReceivedPDataLength(announced: .max)
                == Limits.hardMaximumPDataLength + Limits.pDataLengthSlack
        )
    }
}
