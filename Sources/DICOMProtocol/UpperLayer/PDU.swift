/// Any PDU of the DICOM upper layer (PS3.8 9.3), for inspection, logs and tests. Data transfer has its own, faster path.
public enum PDU: Sendable, Hashable {
    case associateRequest(AssociateRequest)
    case associateAccept(AssociateAccept)
    case associateReject(AssociateReject)
    /// P-DATA-TF by its variable field; `PresentationDataValues` walks it.
    case pData(ArraySlice<UInt8>)
    case releaseRequest(ReleaseRequest)
    case releaseResponse(ReleaseResponse)
    case abort(Abort)

    /// Decodes the variable field of a PDU of type `type`.
    public init(type: PDUType, body: ArraySlice<UInt8>) throws(PDUError) {
        switch type {
        case .associateRequest: self = .associateRequest(try AssociateRequest(decoding: body))
        case .associateAccept: self = .associateAccept(try AssociateAccept(decoding: body))
        case .associateReject: self = .associateReject(try AssociateReject(decoding: body))
        case .pData: self = .pData(body)
        case .releaseRequest: self = .releaseRequest(try ReleaseRequest(decoding: body))
        case .releaseResponse: self = .releaseResponse(try ReleaseResponse(decoding: body))
        case .abort: self = .abort(try Abort(decoding: body))
        }
    }

    /// Decodes a whole PDU: header and exactly the bytes it announces.
    ///
    /// - Parameter maxPDataLength: the longest P-DATA-TF variable field to accept, in bytes.
    public init(decoding bytes: ArraySlice<UInt8>, maxPDataLength: Int = Limits.hardMaximumPDataLength) throws(PDUError)
    {
        guard let header = PDUHeader(bytes) else {
            throw PDUError(.truncated, at: bytes.count, expected: "a PDU header of \(PDUHeader.byteCount) bytes")
        }
        let type = try header.validated(maxPDataLength: maxPDataLength)
        let body = bytes.dropFirst(PDUHeader.byteCount)
        guard UInt64(body.count) == UInt64(header.length) else {
            throw PDUError(.truncated, at: 2, expected: "\(header.length) bytes after the header, not \(body.count)")
        }
        try self.init(type: type, body: body)
    }

    public var type: PDUType {
        switch self {
        case .associateRequest: .associateRequest
        case .associateAccept: .associateAccept
        case .associateReject: .associateReject
        case .pData: .pData
        case .releaseRequest: .releaseRequest
        case .releaseResponse: .releaseResponse
        case .abort: .abort
        }
    }

    /// The whole PDU with its header.
    public func encode() throws(PDUEncodingError) -> [UInt8] {
        switch self {
        case .associateRequest(let pdu): return try pdu.encode()
        case .associateAccept(let pdu): return try pdu.encode()
        case .associateReject(let pdu): return pdu.encode()
        case .releaseRequest(let pdu): return pdu.encode()
        case .releaseResponse(let pdu): return pdu.encode()
        case .abort(let pdu): return pdu.encode()
        case .pData(let body):
            guard body.count <= Limits.hardMaximumPDataLength else {
                throw .itemTooLong(field: "P-DATA-TF", length: body.count, limit: Limits.hardMaximumPDataLength)
            }
            let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: body.count >> $0) }
            return [PDUType.pData.rawValue, 0] + length + body
        }
    }
}
