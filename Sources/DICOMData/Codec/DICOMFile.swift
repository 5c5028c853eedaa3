/// A DICOM file (PS3.10 7): what worklist folders hold.
public struct DICOMFile: Sendable {
    public var metaInformation: DataSet
    public var dataSet: DataSet
    public var transferSyntax: TransferSyntax

    /// Why bytes are not a file this library can read.
    public enum ReadError: Error, Hashable, Sendable, CustomStringConvertible {
        case notDICOM
        case unsupportedTransferSyntax(String)
        case metaInformation(DataSetDefect)
        case dataSet(DataSetDefect)

        public var description: String {
            switch self {
            case .notDICOM: "not a DICOM file: 'DICM' is missing at byte 128, and it does not start like a data set"
            case .unsupportedTransferSyntax(let uid): "transfer syntax \(uid) is not one a worklist item may have"
            case .metaInformation(let defect): "file meta information: \(defect)"
            case .dataSet(let defect): "data set: \(defect)"
            }
        }
    }

    /// Reads a file with its preamble; also one without it, with or without file meta information, as old tools wrote it.
    public init(parsing bytes: [UInt8]) throws(ReadError) {
        if bytes.count >= 132, Array(bytes[128..<132]) == Array("DICM".utf8) {
            try self.init(meta: bytes[132...])
            return
        }
        // File meta information without a preamble before it.
        if bytes.starts(with: [2, 0]) {
            try self.init(meta: bytes[...])
            return
        }
        // Without a preamble the two VR letters tell explicit from implicit.
        guard bytes.count >= 8 else { throw .notDICOM }
        let letters = (0x41...0x5A).contains(bytes[4]) && (0x41...0x5A).contains(bytes[5])
        let syntax: TransferSyntax = letters ? .explicitVRLittleEndian : .implicitVRLittleEndian
        guard let bare = try? DataSet(decoding: bytes[...], transferSyntax: syntax), !bare.isEmpty else {
            throw .notDICOM
        }
        self.init(dataSet: bare, transferSyntax: syntax)
    }

    private init(meta bytes: ArraySlice<UInt8>) throws(ReadError) {
        // Group 2 is Explicit VR Little Endian whatever follows; its end is where the group changes.
        var end = bytes.startIndex
        let span = bytes.span.bytes
        let layout = ElementHeader.Layout(.explicitVRLittleEndian)
        var offset = 0
        while offset < span.byteCount {
            guard
                case .success(let header) = ElementHeader.read(span, at: offset, end: span.byteCount, layout: layout),
                header.tag.group == 0x0002, case .success(let next) = header.valueEnd(limit: span.byteCount)
            else { break }
            offset = next
            end = bytes.startIndex + next
        }
        do {
            metaInformation = try DataSet(
                decoding: bytes[bytes.startIndex..<end],
                transferSyntax: .explicitVRLittleEndian
            )
        } catch {
            throw .metaInformation(error)
        }
        let uid = metaInformation.string(Tag(0x0002, 0x0010)) ?? TransferSyntax.implicitVRLittleEndian.uid
        guard let syntax = TransferSyntax(uid: uid) else { throw .unsupportedTransferSyntax(uid) }
        transferSyntax = syntax
        do {
            dataSet = try DataSet(decoding: bytes[end...], transferSyntax: syntax)
        } catch {
            throw .dataSet(error)
        }
    }

    public init(dataSet: DataSet, transferSyntax: TransferSyntax, metaInformation: DataSet = DataSet()) {
        self.dataSet = dataSet
        self.transferSyntax = transferSyntax
        self.metaInformation = metaInformation
    }

    /// The file's bytes; (0002,0000), (0002,0001) and (0002,0010) are written as the standard wants them.
    public func encoded() throws(DataSetEncodingError) -> [UInt8] {
        var meta = metaInformation
        meta.set(DataElement(tag: Tag(0x0002, 0x0001), vr: .OB, bytes: [0, 1]))
        meta.set(DataElement(tag: Tag(0x0002, 0x0010), vr: .UI, bytes: transferSyntax.uid.utf8))
        let body = try meta.encoded(.explicitVRLittleEndian)
        let count = UInt32(truncatingIfNeeded: body.count)
        let lengthBytes = (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * UInt32($0))) }
        var lengthElement = DataSet()
        lengthElement.set(DataElement(tag: Tag(0x0002, 0x0000), vr: .UL, bytes: lengthBytes))
        var result = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
        result += try lengthElement.encoded(.explicitVRLittleEndian)
        result += body
        result += try dataSet.encoded(transferSyntax)
        return result
    }
}
