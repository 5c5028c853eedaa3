import DICOMData

/// Turns DIMSE messages into P-DATA-TF PDUs of a size the peer takes (PS3.8 9.3.5, annex E).
///
/// Command and data set go as PDUs of their own, to be sent in one write: some peers cannot read both in one PDU, and two
/// writes cost a delayed acknowledgement.
public struct MessageWriter: Hashable, Sendable {
    public let contextID: UInt8
    /// Longest fragment, in bytes.
    private let capacity: Int
    private let packsTogether: Bool

    /// Nil if the peer takes PDUs too short for any message.
    public init?(contextID: UInt8, peerMaximumLength: UInt32, packing: MessagePacking = .separate) {
        guard let capacity = PDataTF.fragmentCapacity(peerMaximumLength: peerMaximumLength) else { return nil }
        self.contextID = contextID
        if case .fragments(let length) = packing {
            self.capacity = min(capacity, max(1, length))
        } else {
            self.capacity = capacity
        }
        packsTogether = packing == .together
    }

    /// Appends a message: an encoded command, and its data set if there is one.
    public func append(command: [UInt8], dataSet: [UInt8]?, to bytes: inout [UInt8]) {
        append(command: command, slice: dataSet?[...], to: &bytes)
    }

    /// As ``append(command:dataSet:to:)``, for a data set that is part of other bytes.
    public func append(command: [UInt8], dataSet: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        append(command: command, slice: dataSet, to: &bytes)
    }

    private func append(command: [UInt8], slice dataSet: ArraySlice<UInt8>?, to bytes: inout [UInt8]) {
        if packsTogether, let dataSet, command.count + dataSet.count + PDataTF.valueHeaderLength <= capacity {
            let length = UInt32(truncatingIfNeeded: command.count + dataSet.count)
            bytes.append(PDUType.pData.rawValue)
            bytes.append(0)
            Self.append(length &+ 12, to: &bytes)
            append(value: command[...], [.command, .last], to: &bytes)
            append(value: dataSet, .last, to: &bytes)
            return
        }
        append(fragments: command[...], isCommand: true, to: &bytes)
        if let dataSet { append(fragments: dataSet, isCommand: false, to: &bytes) }
    }

    private func append(fragments whole: ArraySlice<UInt8>, isCommand: Bool, to bytes: inout [UInt8]) {
        var start = whole.startIndex
        repeat {
            let end = start + min(capacity, whole.endIndex - start)
            var control: MessageControlHeader = isCommand ? .command : []
            if end == whole.endIndex { control.insert(.last) }
            let length = UInt32(truncatingIfNeeded: end - start)
            bytes.append(PDUType.pData.rawValue)
            bytes.append(0)
            Self.append(length &+ 6, to: &bytes)
            append(value: whole[start..<end], control, to: &bytes)
            start = end
        } while start < whole.endIndex
    }

    private func append(value: ArraySlice<UInt8>, _ control: MessageControlHeader, to bytes: inout [UInt8]) {
        Self.append(UInt32(truncatingIfNeeded: value.count) &+ 2, to: &bytes)
        bytes.append(contextID)
        bytes.append(control.rawValue)
        bytes.append(contentsOf: value)
    }

    private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: value >> 24))
        bytes.append(UInt8(truncatingIfNeeded: value >> 16))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }
}
