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
    /// Retired, yet still met in old archives.
    public static let explicitVRBigEndian = TransferSyntax(
        uid: "1.2.840.10008.1.2.2",
        name: "Explicit VR Big Endian",
        isExplicitVR: true,
        isLittleEndian: false,
        isDeflated: false
    )

    /// The syntaxes this library reads and writes.
    public static let supported: [TransferSyntax] = [
        .explicitVRLittleEndian, .implicitVRLittleEndian, .explicitVRBigEndian,
    ]

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
