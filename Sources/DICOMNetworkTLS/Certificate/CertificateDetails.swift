import DICOMData
import DICOMProtocol
import NIOCore

/// What stands in a certificate (RFC 5280 4.1), read for people, and for what a profile asks beyond the library.
struct CertificateDetails: Sendable {
    var peer: PeerCertificate
    /// Every name it is for; ``peer`` shows the first ones.
    var allNames: [String] = []
    /// Names as encoded, to compare them.
    var subjectName: [UInt8]
    var issuerName: [UInt8]
    /// Purposes it is limited to, as object identifiers; nil without a limit.
    var extendedKeyUsages: [String]?
    /// Bits of an RSA key; nil for others.
    var rsaKeyBits: Int?
    /// Signed over MD5 or SHA-1, which can be forged.
    var hasWeakSignature: Bool

    /// Signed by itself, by name.
    var isSelfIssued: Bool { subjectName == issuerName }

    static let serverAuthentication = "1.3.6.1.5.5.7.3.1"
    static let clientAuthentication = "1.3.6.1.5.5.7.3.2"
    private static let anyPurpose = "2.5.29.37.0"

    func allows(_ purpose: String) -> Bool {
        guard let extendedKeyUsages else { return true }
        return extendedKeyUsages.contains(purpose) || extendedKeyUsages.contains(Self.anyPurpose)
    }

    /// Nil if the bytes are no certificate.
    init?(der: [UInt8]) {
        var outer = DERReader(der[...])
        guard var certificate = outer.next(DERReader.Tag.sequence)?.reader,
            var body = certificate.next(DERReader.Tag.sequence)?.reader
        else { return nil }
        _ = body.next(0xA0)
        guard body.next(DERReader.Tag.integer) != nil,
            let signature = body.next(DERReader.Tag.sequence),
            let issuer = body.next(DERReader.Tag.sequence),
            var validity = body.next(DERReader.Tag.sequence)?.reader,
            let notBefore = validity.next().flatMap(DERReader.time),
            let notAfter = validity.next().flatMap(DERReader.time),
            let subject = body.next(DERReader.Tag.sequence),
            let key = body.next(DERReader.Tag.sequence)
        else { return nil }
        rsaKeyBits = Self.rsaKeyBits(key)
        var algorithm = signature.reader
        hasWeakSignature =
            algorithm.next(DERReader.Tag.objectIdentifier).flatMap { DERReader.objectIdentifier($0.content) }
            .map(Self.weakSignatures.contains) ?? false
        subjectName = Array(subject.whole)
        issuerName = Array(issuer.whole)
        peer = PeerCertificate(
            subject: Self.name(subject),
            issuer: Self.name(issuer),
            names: [],
            notBefore: notBefore,
            notAfter: notAfter,
            fingerprint: SHA256.hexadecimal(of: der)
        )
        while let element = body.next() {
            var list = element.reader
            // Before the extensions there may be unique identifiers.
            guard element.tag == 0xA3, var extensions = list.next(DERReader.Tag.sequence)?.reader else { continue }
            while let item = extensions.next(DERReader.Tag.sequence) { read(item) }
        }
    }

    private mutating func read(_ item: DERReader.Element) {
        var fields = item.reader
        guard let identifier = fields.next(DERReader.Tag.objectIdentifier) else { return }
        _ = fields.next(DERReader.Tag.boolean)
        guard var value = fields.next(DERReader.Tag.octetString)?.reader else { return }
        switch DERReader.objectIdentifier(identifier.content) {
        case "2.5.29.17":
            guard var names = value.next(DERReader.Tag.sequence)?.reader else { return }
            while let name = names.next() {
                if let text = Self.alternativeName(name) { allNames.append(text) }
            }
            peer.names = Array(allNames.prefix(Self.mostNames))
        case "2.5.29.37":
            guard var purposes = value.next(DERReader.Tag.sequence)?.reader else { return }
            var found: [String] = []
            while let purpose = purposes.next(DERReader.Tag.objectIdentifier) {
                if let text = DERReader.objectIdentifier(purpose.content) { found.append(text) }
            }
            extendedKeyUsages = found
        default: return
        }
    }

    /// To show: more than any sensible certificate has; it comes from outside.
    private static let mostNames = 100
    private static let longestText = 256

    /// A DNS name or IP address of the subject (RFC 5280 4.2.1.6).
    private static func alternativeName(_ element: DERReader.Element) -> String? {
        switch element.tag {
        case 0x82: String(String(decoding: element.content, as: UTF8.self).prefix(longestText))
        case 0x87:
            (try? SocketAddress(packedIPAddress: ByteBuffer(bytes: element.content), port: 0))?.ipAddress
        default: nil
        }
    }

    /// A distinguished name, the most special part first, as in RFC 4514.
    private static func name(_ element: DERReader.Element) -> String {
        var parts: [String] = []
        var sets = element.reader
        while let set = sets.next(DERReader.Tag.set) {
            var pairs = set.reader
            while let pair = pairs.next(DERReader.Tag.sequence) {
                var fields = pair.reader
                guard let type = fields.next(DERReader.Tag.objectIdentifier), let value = fields.next() else {
                    continue
                }
                let identifier = DERReader.objectIdentifier(type.content) ?? "?"
                let text = DERReader.text(value).prefix(longestText)
                parts.append((attributeNames[identifier] ?? identifier) + "=" + escaped(text))
            }
        }
        let text = parts.reversed().joined(separator: ", ")
        return text.count > longestText ? text.prefix(longestText) + "…" : text
    }

    /// So that one value cannot pass for several.
    private static func escaped(_ text: Substring) -> String {
        var out = ""
        for character in text {
            if ",+;\\\"=<>".contains(character) { out.append("\\") }
            out.append(character)
        }
        return out
    }

    /// With RSA over MD5 and SHA-1, with ECDSA over SHA-1, with DSA over SHA-1.
    private static let weakSignatures = [
        "1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1", "1.2.840.10040.4.3",
    ]

    private static let attributeNames = [
        "2.5.4.3": "CN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O",
        "2.5.4.11": "OU", "0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID",
        "1.2.840.113549.1.9.1": "emailAddress",
    ]

    /// Bits of the modulus (RFC 8017 A.1.1).
    private static func rsaKeyBits(_ key: DERReader.Element) -> Int? {
        var fields = key.reader
        guard var algorithm = fields.next(DERReader.Tag.sequence)?.reader,
            let identifier = algorithm.next(DERReader.Tag.objectIdentifier),
            DERReader.objectIdentifier(identifier.content) == "1.2.840.113549.1.1.1",
            let bits = fields.next(DERReader.Tag.bitString)
        else { return nil }
        // The first byte counts unused bits.
        var value = DERReader(bits.content.dropFirst())
        guard var numbers = value.next(DERReader.Tag.sequence)?.reader,
            let modulus = numbers.next(DERReader.Tag.integer)?.content.drop(while: { $0 == 0 }),
            let first = modulus.first
        else { return nil }
        return modulus.count * 8 - first.leadingZeroBitCount
    }
}

extension PeerCertificate {
    /// Reads a certificate in DER; nil if it is none.
    public init?(der: [UInt8]) {
        guard let details = CertificateDetails(der: der) else { return nil }
        self = details.peer
    }

    /// Seconds since 1970 as `2027-03-01 12:00 UTC`.
    public static func date(_ seconds: Double) -> String {
        // Years 1 to 9999: all that a certificate can say.
        let bounded = Int64(min(max(seconds.isNaN ? 0 : seconds, -62_135_596_800), 253_402_300_799).rounded(.down))
        let date = DICOMDate.today(unixSeconds: bounded)
        let minute = (Int(bounded) - date.daysSince1970 * 86_400) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(date.formatted) \(two(minute / 60)):\(two(minute % 60)) UTC"
    }

    /// When it ends, as ``date(_:)``.
    public var expiryDate: String { Self.date(notAfter) }
}
