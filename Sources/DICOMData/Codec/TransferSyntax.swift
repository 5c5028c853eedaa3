/// A transfer syntax for data sets without pixel data (PS3.5 10, annex A).
public struct TransferSyntax: Hashable, Sendable, CustomStringConvertible {
    public let uid: String
    public let name: String
    public let isExplicitVR: Bool
    public let isLittleEndian: Bool
    public let isDeflated: Bool

    /// The DICOM default, which every application must accept (PS3.5 10.1).
    public static let implicitVRLittleEndian = TransferSyntax(
        uid: "1.2.840.10008.1.2",
        name: "Implicit VR Little Endian",
        isExplicitVR: false,
        isLittleEndian: true,
        isDeflated: false
    )
    public static let explicitVRLittleEndian = TransferSyntax(
        uid: "1.2.840.10008.1.2.1",
        name: "Explicit VR Little Endian",
        isExplicitVR: true,
        isLittleEndian: true,
        isDeflated: false
    )
    /// Retired, yet still met in old archives (PS3.5 A.3 of 2016).
    public static let explicitVRBigEndian = TransferSyntax(
        uid: "1.2.840.10008.1.2.2",
        name: "Explicit VR Big Endian",
        isExplicitVR: true,
        isLittleEndian: false,
        isDeflated: false
    )

    /// Explicit VR Little Endian in a deflated stream (PS3.5 A.5, RFC 1951).
    public static let deflatedExplicitVRLittleEndian = TransferSyntax(
        uid: "1.2.840.10008.1.2.1.99",
        name: "Deflated Explicit VR Little Endian",
        isExplicitVR: true,
        isLittleEndian: true,
        isDeflated: true
    )

    /// The syntaxes this library reads and writes, the preferred ones first.
    ///
    /// Big Endian costs no more than a swap of its numbers. Deflated comes last: it saves little on an identifier of a few hundred
    /// bytes, and each has to be inflated before anything in it can be looked at.
    public static let supported: [TransferSyntax] = [
        .explicitVRLittleEndian, .implicitVRLittleEndian, .explicitVRBigEndian, .deflatedExplicitVRLittleEndian,
    ]

    /// The syntax of the bytes within the deflated stream; itself when there is none.
    ///
    /// ``EncodedDataSet/value(_:_:)`` gives its bytes in this syntax.
    public var inflated: TransferSyntax { isDeflated ? .explicitVRLittleEndian : self }

    /// The syntax of that UID; nil when it is not one of ``supported``.
    public init?(uid: String) {
        guard let known = Self.supported.first(where: { $0.uid == uid }) else { return nil }
        self = known
    }

    private init(uid: String, name: String, isExplicitVR: Bool, isLittleEndian: Bool, isDeflated: Bool) {
        self.uid = uid
        self.name = name
        self.isExplicitVR = isExplicitVR
        self.isLittleEndian = isLittleEndian
        self.isDeflated = isDeflated
    }

    public var description: String { name }
}
