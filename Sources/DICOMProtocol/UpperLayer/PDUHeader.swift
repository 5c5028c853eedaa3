/// The seven PDU types of the DICOM upper layer (PS3.8 9.3.1).
public enum PDUType: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case associateRequest = 0x01
    case associateAccept = 0x02
    case associateReject = 0x03
    case pData = 0x04
    case releaseRequest = 0x05
    case releaseResponse = 0x06
    case abort = 0x07

    /// The name of PS3.8, such as `A-ASSOCIATE-RQ`.
    public var description: String {
        switch self {
        case .associateRequest: "A-ASSOCIATE-RQ"
        case .associateAccept: "A-ASSOCIATE-AC"
        case .associateReject: "A-ASSOCIATE-RJ"
        case .pData: "P-DATA-TF"
        case .releaseRequest: "A-RELEASE-RQ"
        case .releaseResponse: "A-RELEASE-RP"
        case .abort: "A-ABORT"
        }
    }
}

/// The first six bytes of every PDU: its type, a reserved byte, and the length of what follows (PS3.8 9.3.1).
public struct PDUHeader: Sendable, Hashable {
    /// Bytes of a header on the wire.
    public static let byteCount = 6

    /// The PDU type as received; `kind` names it.
    public let type: UInt8
    /// Bytes after the header, as claimed by the peer.
    public let length: UInt32

    public init(type: UInt8, length: UInt32) {
        self.type = type
        self.length = length
    }

    /// Reads a header from the first six bytes of `bytes`; nil if there are fewer.
    public init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= Self.byteCount else { return nil }
        let i = bytes.startIndex
        self.init(type: bytes[i], lengthBytes: (bytes[i + 2], bytes[i + 3], bytes[i + 4], bytes[i + 5]))
    }

    /// Reads a header from `span` at `offset`; nil if fewer than six bytes are left there.
    public init?(_ span: RawSpan, at offset: Int = 0) {
        guard offset >= 0, span.byteCount >= Self.byteCount, offset <= span.byteCount - Self.byteCount else {
            return nil
        }
        func byte(_ i: Int) -> UInt8 { span.unsafeLoad(fromByteOffset: offset + i, as: UInt8.self) }
        self.init(type: byte(0), lengthBytes: (byte(2), byte(3), byte(4), byte(5)))
    }

    private init(type: UInt8, lengthBytes b: (UInt8, UInt8, UInt8, UInt8)) {
        self.type = type
        length = UInt32(b.0) << 24 | UInt32(b.1) << 16 | UInt32(b.2) << 8 | UInt32(b.3)
    }

    /// The type by name; nil if PS3.8 knows no such type.
    public var kind: PDUType? { PDUType(rawValue: type) }

    /// Checks type and length before a byte of the body is waited for.
    ///
    /// - Parameter maxPDataLength: the longest P-DATA-TF variable field to accept (`Limits.maxReceivedPDataLength`).
    /// - Returns: the type.
    /// - Throws: `PDUError` for a type PS3.8 does not know and for a length beyond the bounds of its type.
    @discardableResult
    public func validated(maxPDataLength: Int) throws(PDUError) -> PDUType {
        guard let kind else {
            throw PDUError(
                .unrecognizedPDU(type: type),
                at: 0,
                expected: "a PDU type from 01H to 07H\(foreignProtocolHint)"
            )
        }
        switch kind {
        case .associateRequest, .associateAccept:
            guard length <= UInt32(Limits.maxAssociatePDULength) else {
                throw PDUError(
                    .limitExceeded(length: UInt64(length), limit: UInt64(Limits.maxAssociatePDULength)),
                    at: 2,
                    expected: "a length of at most \(Limits.maxAssociatePDULength) bytes for \(kind)"
                )
            }
        case .pData:
            guard UInt64(length) <= UInt64(max(0, maxPDataLength)) else {
                throw PDUError(
                    .limitExceeded(length: UInt64(length), limit: UInt64(max(0, maxPDataLength))),
                    at: 2,
                    expected: "at most \(maxPDataLength) bytes in a P-DATA-TF"
                )
            }
        case .associateReject, .releaseRequest, .releaseResponse, .abort:
            guard length == 4 else {
                throw PDUError(.invalidValue, at: 2, expected: "a length of 4 for \(kind), not \(length)")
            }
        }
        return kind
    }

    /// A peer on the wrong port, or with TLS on one side only, is by far the usual cause of an unknown PDU type.
    private var foreignProtocolHint: String {
        switch type {
        case 0x15, 0x16: "; this looks like TLS: the peer expects an encrypted connection, or we do and it does not"
        case 0x47, 0x48, 0x50: "; this looks like HTTP: the port belongs to a web server or the peer is a web client"
        default: ""
        }
    }
}
