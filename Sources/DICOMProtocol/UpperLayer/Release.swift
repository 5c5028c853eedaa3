/// A-RELEASE-RQ: the sender has nothing more to ask (PS3.8 9.3.6). It carries nothing.
public struct ReleaseRequest: Sendable, Hashable {
    public init() {}

    public init(decoding body: ArraySlice<UInt8>) throws(PDUError) {
        _ = try FourByteBody(body, .releaseRequest)
    }

    /// The whole PDU with its header.
    public func encode() -> [UInt8] { FourByteBody.encode(.releaseRequest) }
}

/// A-RELEASE-RP: agreement to an A-RELEASE-RQ (PS3.8 9.3.7). It carries nothing.
public struct ReleaseResponse: Sendable, Hashable {
    public init() {}

    public init(decoding body: ArraySlice<UInt8>) throws(PDUError) {
        _ = try FourByteBody(body, .releaseResponse)
    }

    /// The whole PDU with its header.
    public func encode() -> [UInt8] { FourByteBody.encode(.releaseResponse) }
}
