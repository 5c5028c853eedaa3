import Testing

@testable import DICOMProtocol

@Suite struct AddressRangeTests {
    @Test(
        "An address lies in a range if it begins like it",
        arguments: [
            (
                "10.20.0.0/16", ["10.20.0.0", "10.20.255.255", "10.20.3.4"],
                ["10.21.0.0", "10.19.255.255", "11.20.3.4"]
            ),
            ("192.168.1.7", ["192.168.1.7"], ["192.168.1.6", "192.168.1.8", "192.168.1.70"]),
            ("192.168.1.7/32", ["192.168.1.7"], ["192.168.1.6"]),
            ("192.168.1.130/25", ["192.168.1.128", "192.168.1.255"], ["192.168.1.127", "192.168.2.128"]),
            ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255", "::ffff:1.2.3.4"], ["::1", "fd00::1"]),
            ("127.0.0.0/8", ["127.0.0.1", "127.255.255.254"], ["128.0.0.1", "::1"]),
            ("255.255.255.254/31", ["255.255.255.255", "255.255.255.254"], ["255.255.255.253"]),
            ("::1", ["::1", "0:0:0:0:0:0:0:1"], ["::2", "127.0.0.1", "0.0.0.1"]),
            ("::/0", ["::1", "fd00::1", "ffff::"], ["1.2.3.4", "::ffff:1.2.3.4"]),
            ("fd00::/8", ["fd00::1", "fdff:ffff::9"], ["fe00::1", "fc00::1"]),
            ("fe80::/10", ["fe80::1", "fe80::1%eth0", "febf::1"], ["fec0::1"]),
            ("2001:db8:1:2::/64", ["2001:DB8:1:2::5", "2001:db8:1:2:ffff:ffff:ffff:ffff"], ["2001:db8:1:3::5"]),
            ("2001:db8::8000:0:0:0/65", ["2001:db8::8000:0:0:1"], ["2001:db8::7fff:0:0:1", "2001:db9::8000:0:0:1"]),
            ("2001:db8::5/128", ["2001:db8::5"], ["2001:db8::4"]),
            ("::ffff:10.0.0.0/104", ["10.9.9.9", "::ffff:10.1.2.3", "::FFFF:a01:203"], ["11.0.0.1"]),
            ("::ffff:10.0.0.5", ["10.0.0.5", "::ffff:10.0.0.5"], ["10.0.0.6", "::10.0.0.5"]),
        ]
    )
    func contains(range: String, inside: [String], outside: [String]) throws {
        let range = try AddressRange(range)
        for address in inside { #expect(range.contains(address), "\(address) in \(range)") }
        for address in outside { #expect(!range.contains(address), "\(address) not in \(range)") }
    }

    @Test("An IPv4 range takes IPv4-mapped IPv6 addresses for what they are")
    func mapped() throws {
        let range = try AddressRange("10.20.0.0/16")
        #expect(range.contains("::ffff:10.20.1.1") && range.contains("::ffff:a14:101"))
        #expect(!range.contains("::ffff:10.21.1.1") && !range.contains("::10.20.1.1"))
    }

    @Test(
        "What is no address is in no range",
        arguments: [
            "", "localhost", "10.20.1", "10.20.1.1:104", "[::1]", "10.20.1.1\0", "10.20.1.256", "%eth0", " 10.20.1.1",
        ]
    )
    func noAddress(text: String) throws {
        for range in ["0.0.0.0/0", "::/0"] { #expect(try !AddressRange(range).contains(text)) }
    }

    @Test(
        "A text that is no range is refused, with what to write instead",
        arguments: [
            ("", .notAnAddress("")), ("scanner-1", .notAnAddress("scanner-1")), ("10.20", .notAnAddress("10.20")),
            ("/8", .notAnAddress("/8")), ("10.20.1.1 ", .notAnAddress("10.20.1.1 ")),
            ("1.2.3.4\0", .notAnAddress("1.2.3.4\0")),
            ("10.0.0.256", .notAnAddress("10.0.0.256")), ("fe80::1%eth0", .notAnAddress("fe80::1%eth0")),
            ("10.0.0.0/33", .invalidPrefixLength("10.0.0.0/33", maximum: 32)),
            ("10.0.0.0/", .invalidPrefixLength("10.0.0.0/", maximum: 32)),
            ("10.0.0.0/-1", .invalidPrefixLength("10.0.0.0/-1", maximum: 32)),
            ("10.0.0.0/+8", .invalidPrefixLength("10.0.0.0/+8", maximum: 32)),
            ("10.0.0.0/8/8", .invalidPrefixLength("10.0.0.0/8/8", maximum: 32)),
            ("10.0.0.0/255.0.0.0", .invalidPrefixLength("10.0.0.0/255.0.0.0", maximum: 32)),
            ("::/129", .invalidPrefixLength("::/129", maximum: 128)),
            ("::1/99999999999999999999", .invalidPrefixLength("::1/99999999999999999999", maximum: 128)),
        ] as [(String, AddressRangeError)]
    )
    func refused(text: String, error: AddressRangeError) {
        #expect(throws: error) { try AddressRange(text) }
        #expect(error.description.contains("\"") && !error.description.contains("\0"))
    }

    @Test(
        "A range is written in its shortest form, without the bits that do not count",
        arguments: [
            ("10.20.30.40/16", "10.20.0.0/16"), ("10.20.30.40/32", "10.20.30.40"), ("1.2.3.4", "1.2.3.4"),
            ("255.255.255.255/0", "0.0.0.0/0"), ("2001:0DB8:0::1/32", "2001:db8::/32"), ("::1", "::1"),
            ("::ffff:10.1.2.3/104", "10.0.0.0/8"), ("fd12:3456::9/65", "fd12:3456::/65"),
        ]
    )
    func description(text: String, shortest: String) throws {
        let range = try AddressRange(text)
        #expect(range.description == shortest)
        #expect(try AddressRange(range.description) == range)
    }
}
