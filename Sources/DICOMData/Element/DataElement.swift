/// One element of a data set: its tag, its VR and its value as the peer sent it.
public struct DataElement: Hashable, Sendable {
    /// What stands in the value field.
    public enum Value: Hashable, Sendable {
        /// The bytes of the value, padding included; binary numbers in little endian whatever the wire's order was.
        case bytes(ArraySlice<UInt8>)
        /// The items of a sequence, in their order.
        case items([DataSet])
    }

    public let tag: Tag
    public let vr: VR
    public var value: Value

    public init(tag: Tag, vr: VR, value: Value) {
        self.tag = tag
        self.vr = vr
        self.value = value
    }

    public init(tag: Tag, vr: VR, bytes: some Sequence<UInt8>) {
        self.init(tag: tag, vr: vr, value: .bytes(ArraySlice(Array(bytes))))
    }

    /// The value bytes; empty for a sequence.
    public var bytes: ArraySlice<UInt8> {
        if case .bytes(let bytes) = value { bytes } else { [] }
    }

    /// The items; empty for anything but a sequence.
    public var items: [DataSet] {
        if case .items(let items) = value { items } else { [] }
    }

    /// No value at all: zero bytes, padding alone, or no item.
    public var isEmpty: Bool {
        switch value {
        case .items(let items): items.isEmpty
        case .bytes(let bytes): bytes.isEmpty || (vr.isText && bytes.allSatisfy { $0 == 0x20 || $0 == 0 })
        }
    }

    /// The numbers of a binary VR, as text in the way DICOM writes them (AT as a tag); nil if the VR is no number or the length does not divide.
    public var numbers: [String]? {
        guard let unit = vr.unitLength, vr != .OB, vr != .OW, case .bytes(let bytes) = value,
            bytes.count.isMultiple(of: unit)
        else { return nil }
        var result: [String] = []
        var rest = bytes
        while !rest.isEmpty {
            let one = rest.prefix(unit)
            rest = rest.dropFirst(unit)
            var number: UInt64 = 0
            for byte in one.reversed() { number = number << 8 | UInt64(byte) }
            switch vr {
            case .AT:
                let group = UInt16(truncatingIfNeeded: number)
                result.append(Tag(group, UInt16(truncatingIfNeeded: number >> 16)).description)
            case .FL, .OF: result.append(Float(bitPattern: UInt32(truncatingIfNeeded: number)).description)
            case .FD, .OD: result.append(Double(bitPattern: number).description)
            case .SS: result.append(String(Int16(truncatingIfNeeded: number)))
            case .SL: result.append(String(Int32(truncatingIfNeeded: number)))
            case .SV: result.append(String(Int64(truncatingIfNeeded: number)))
            default: result.append(String(number))
            }
        }
        return result
    }

    /// Bytes of `texts` (as ``numbers`` gives them) for a binary VR; nil if one is no such number or out of range.
    public static func bytes(ofNumbers texts: [String], vr: VR) -> [UInt8]? {
        guard let unit = vr.unitLength else { return nil }
        var result: [UInt8] = []
        for text in texts {
            let number: UInt64
            switch vr {
            case .AT:
                guard let tag = Tag(parsing: text) else { return nil }
                number = UInt64(tag.group) | UInt64(tag.element) << 16
            case .US, .OW:
                guard let value = UInt16(text) else { return nil }
                number = UInt64(value)
            case .UL, .OL:
                guard let value = UInt32(text) else { return nil }
                number = UInt64(value)
            case .UV, .OV:
                guard let value = UInt64(text) else { return nil }
                number = value
            case .SS:
                guard let value = Int16(text) else { return nil }
                number = UInt64(UInt16(bitPattern: value))
            case .SL:
                guard let value = Int32(text) else { return nil }
                number = UInt64(UInt32(bitPattern: value))
            case .SV:
                guard let value = Int64(text) else { return nil }
                number = UInt64(bitPattern: value)
            case .FL, .OF:
                guard let value = Float(text) else { return nil }
                number = UInt64(value.bitPattern)
            case .FD, .OD:
                guard let value = Double(text) else { return nil }
                number = value.bitPattern
            default: return nil
            }
            for shift in 0..<unit { result.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * shift))) }
        }
        return result
    }
}

/// The three answers to "what is the value of this attribute?": they mean different things in a worklist.
public enum ElementState: Hashable, Sendable {
    /// The element is not in the data set.
    case absent
    /// The element is there without a value (type 2, PS3.5 7.4.3).
    case empty
    case present
}

/// The way to an attribute: through items of sequences, then a tag.
public struct AttributePath: Hashable, Sendable, CustomStringConvertible {
    /// One sequence on the way, and which of its items (from 0).
    public struct Step: Hashable, Sendable {
        public var tag: Tag
        public var item: Int

        public init(_ tag: Tag, item: Int = 0) {
            self.tag = tag
            self.item = item
        }
    }

    public var steps: [Step]
    public var tag: Tag

    public init(_ steps: [Step] = [], _ tag: Tag) {
        self.steps = steps
        self.tag = tag
    }

    /// Through the first item of each sequence.
    public init(_ sequences: Tag..., to tag: Tag) {
        self.steps = sequences.map { Step($0) }
        self.tag = tag
    }

    /// `ScheduledProcedureStepSequence[0].Modality`, with tags where there is no keyword.
    public var description: String {
        let names = steps.map { DataDictionary.keywordOrTag($0.tag) + "[\($0.item)]" }
        return (names + [DataDictionary.keywordOrTag(tag)]).joined(separator: ".")
    }
}

extension DataDictionary {
    /// The keyword of a tag, or the tag itself where the dictionary has none.
    public static func keywordOrTag(_ tag: Tag) -> String {
        guard let keyword = entry(for: tag)?.keyword, !keyword.isEmpty else { return tag.description }
        return keyword
    }
}
