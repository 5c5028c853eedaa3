@testable import DICOMData

/// Makes random data sets from a seed; the same seed gives the same data sets.
struct DataSetGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func flag() -> Bool { Bool.random(using: &self) }
    mutating func byte() -> UInt8 { UInt8.random(in: 0...255, using: &self) }
    mutating func bytes(_ range: ClosedRange<Int>) -> [UInt8] { (0..<int(range)).map { _ in byte() } }

    mutating func pick<T>(_ choices: [T]) -> T { choices[int(0...choices.count - 1)] }

    /// Attributes of the dictionary that may stand in a data set, by whether they are sequences.
    private static let known: (scalars: [DictionaryEntry], sequences: [DictionaryEntry]) = {
        let usable = DataDictionary.entries.filter {
            $0.tag.group >= 8 && $0.tag.group < 0x7FE0 && $0.tag.group % 2 == 0 && !$0.tag.isGroupLength
                && DataDictionary.vr(of: $0.tag) == $0.vr
        }
        return (usable.filter { $0.vr != .SQ }, usable.filter { $0.vr == .SQ })
    }()

    /// A data set whose elements have the VR that decoding gives them back in any transfer syntax.
    mutating func dataSet(depth: Int = 0, odd: Bool = false) -> DataSet {
        var result = DataSet()
        for _ in 0..<int(0...(depth == 0 ? 12 : 5)) { result.set(element(depth: depth, odd: odd)) }
        return result
    }

    private mutating func element(depth: Int, odd: Bool) -> DataElement {
        let isSequence = depth < 4 && int(0...4) == 0
        if isSequence {
            let tag =
                int(0...3) == 0
                ? Tag(UInt16(int(0x09...0x40)) | 1, UInt16(int(0x1000...0x10FF)))
                : pick(Self.known.sequences).tag
            let items = (0..<int(0...3)).map { _ in dataSet(depth: depth + 1, odd: odd) }
            return DataElement(tag: tag, vr: .SQ, value: .items(items))
        }
        switch int(0...7) {
        case 0:
            let tag = Tag(UInt16(int(0x09...0x40)) | 1, UInt16(int(0x1000...0x10FF)))
            return DataElement(tag: tag, vr: .UN, bytes: value(.UN, odd: odd))
        case 1:
            let tag = Tag(UInt16(int(0x09...0x40)) | 1, UInt16(int(0x10...0xFF)))
            return DataElement(tag: tag, vr: .LO, bytes: value(.LO, odd: odd))
        default:
            let entry = pick(Self.known.scalars)
            return DataElement(tag: entry.tag, vr: entry.vr, bytes: value(entry.vr, odd: odd))
        }
    }

    private mutating func value(_ vr: VR, odd: Bool) -> [UInt8] {
        if let unit = vr.unitLength, !odd { return (0..<int(0...4)).flatMap { _ in bytes(unit...unit) } }
        return bytes(0...20)
    }
}

extension DataSet {
    /// As it comes back from the wire: every value padded to even length.
    var padded: DataSet {
        var result = DataSet()
        for element in elements {
            switch element.value {
            case .bytes(let bytes):
                let padding = bytes.count % 2 == 1 ? [element.vr.paddingByte] : []
                result.set(DataElement(tag: element.tag, vr: element.vr, bytes: bytes + padding))
            case .items(let items):
                result.set(DataElement(tag: element.tag, vr: .SQ, value: .items(items.map(\.padded))))
            }
        }
        return result
    }
}

/// Writes data sets in the ways the library never does but peers do: undefined lengths, odd lengths, any order of elements.
struct WireEncoder {
    let syntax: TransferSyntax
    var generator: DataSetGenerator
    /// Values go out as they are, without padding.
    var keepsOddLengths = false

    init(_ syntax: TransferSyntax, seed: UInt64) {
        self.syntax = syntax
        self.generator = DataSetGenerator(seed: seed)
    }

    mutating func encode(_ dataSet: DataSet) -> [UInt8] {
        dataSet.elements.flatMap { encode($0) }
    }

    mutating func encode(_ element: DataElement) -> [UInt8] {
        switch element.value {
        case .bytes(let bytes):
            var value = Array(bytes)
            if value.count % 2 == 1, !keepsOddLengths { value.append(element.vr.paddingByte) }
            if !syntax.isLittleEndian { value = Self.swap(value, element.vr) }
            return header(element.tag, element.vr, UInt32(value.count)) + value
        case .items(let items):
            let isPrivate = element.tag.isPrivate
            // UN of undefined length holds Implicit VR Little Endian in every syntax (PS3.5 6.2.2).
            if isPrivate, generator.flag(), syntax.isExplicitVR {
                var inner = WireEncoder(.implicitVRLittleEndian, seed: generator.next())
                inner.keepsOddLengths = keepsOddLengths
                let content = inner.content(items, isOpen: true)
                return header(element.tag, .UN, 0xFFFF_FFFF) + content
            }
            // So does UN of defined length, where the reader's dictionary has to know the sequence.
            if !isPrivate, syntax.isExplicitVR, generator.int(0...3) == 0 {
                var inner = WireEncoder(.implicitVRLittleEndian, seed: generator.next())
                inner.keepsOddLengths = keepsOddLengths
                let content = inner.content(items, isOpen: false)
                return header(element.tag, .UN, UInt32(content.count)) + content
            }
            let isOpen = generator.flag() || (isPrivate && !syntax.isExplicitVR)
            let content = content(items, isOpen: isOpen)
            return header(element.tag, .SQ, isOpen ? 0xFFFF_FFFF : UInt32(content.count)) + content
        }
    }

    private mutating func content(_ items: [DataSet], isOpen: Bool) -> [UInt8] {
        var result: [UInt8] = []
        for item in items {
            let body = encode(item)
            if generator.flag() {
                result += tag(.item) + number(UInt32(body.count)) + body
            } else {
                result += tag(.item) + number(UInt32(0xFFFF_FFFF)) + body + tag(.itemDelimitation) + number(UInt32(0))
            }
        }
        if isOpen { result += tag(.sequenceDelimitation) + number(UInt32(0)) }
        return result
    }

    func header(_ tag: DICOMData.Tag, _ vr: VR, _ length: UInt32) -> [UInt8] {
        guard syntax.isExplicitVR else { return self.tag(tag) + number(length) }
        let letters = Array(vr.description.utf8)
        return vr.hasLongLength
            ? self.tag(tag) + letters + [0, 0] + number(length)
            : self.tag(tag) + letters + number(UInt16(truncatingIfNeeded: length))
    }

    func tag(_ tag: DICOMData.Tag) -> [UInt8] { number(tag.group) + number(tag.element) }

    func number(_ value: UInt16) -> [UInt8] {
        let bytes = [UInt8(value & 0xFF), UInt8(value >> 8)]
        return syntax.isLittleEndian ? bytes : bytes.reversed()
    }

    func number(_ value: UInt32) -> [UInt8] {
        let bytes = (0..<4).map { UInt8(value >> (8 * UInt32($0)) & 0xFF) }
        return syntax.isLittleEndian ? bytes : bytes.reversed()
    }

    private static func swap(_ value: [UInt8], _ vr: VR) -> [UInt8] {
        let unit: Int
        switch vr {
        case .US, .SS, .OW, .AT: unit = 2
        case .UL, .SL, .FL, .OF, .OL: unit = 4
        case .FD, .OD, .SV, .UV, .OV: unit = 8
        default: return value
        }
        // AT is a pair of 16-bit numbers: the pair has to be whole.
        guard value.count % (vr == .AT ? 4 : unit) == 0 else { return value }
        return stride(from: 0, to: value.count, by: unit).flatMap { value[$0..<($0 + unit)].reversed() }
    }
}

extension TransferSyntax {
    /// Those whose bytes a test can write by hand.
    static let plain: [TransferSyntax] = [.implicitVRLittleEndian, .explicitVRLittleEndian, .explicitVRBigEndian]

    /// All that the library encodes.
    static let all = plain + [.deflatedExplicitVRLittleEndian]
}
