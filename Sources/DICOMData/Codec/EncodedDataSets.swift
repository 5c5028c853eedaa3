/// Data sets of one transfer syntax, encoded one behind the other: hundreds of them cost two arrays, not hundreds.
public struct EncodedDataSets: Hashable, Sendable {
    /// All of them, without gaps.
    public private(set) var bytes: [UInt8] = []
    /// Where each ends in ``bytes``.
    private var ends: [Int] = []

    public init() {}

    public var count: Int { ends.count }
    public var isEmpty: Bool { ends.isEmpty }
    public var indices: Range<Int> { 0..<ends.count }

    /// Where a data set lies in ``bytes``.
    public func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    /// The bytes of a data set.
    public subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }

    public mutating func append(_ encoded: some Collection<UInt8>) {
        bytes.append(contentsOf: encoded)
        ends.append(bytes.count)
    }

    public mutating func append(_ encoded: [UInt8]) {
        bytes.append(contentsOf: encoded)
        ends.append(bytes.count)
    }

    public mutating func append(_ encoded: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: encoded)
        ends.append(bytes.count)
    }

    /// Appends what `write` appends to the bytes, or nothing if it returns false.
    @discardableResult
    public mutating func append<E>(_ write: (inout [UInt8]) throws(E) -> Bool) throws(E) -> Bool {
        let start = bytes.count
        guard try write(&bytes), bytes.count >= start else {
            bytes.removeLast(max(0, bytes.count - start))
            return false
        }
        ends.append(bytes.count)
        return true
    }

    public mutating func removeAll(keepingCapacity: Bool = false) {
        bytes.removeAll(keepingCapacity: keepingCapacity)
        ends.removeAll(keepingCapacity: keepingCapacity)
    }

    public mutating func reserveCapacity(bytes count: Int, dataSets: Int) {
        bytes.reserveCapacity(count)
        ends.reserveCapacity(dataSets)
    }
}
