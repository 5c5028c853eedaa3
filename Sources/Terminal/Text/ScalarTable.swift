import CNcurses
import Synchronization

/// What the terminal may be shown of one Unicode scalar, and in how many columns.
struct ScalarClass {
    /// Bits 0-1: columns; bits 2-3: action; bit 4: written from right to left.
    let bits: UInt8

    enum Action: UInt8 {
        /// Shown as it is.
        case keep = 0
        /// Unassigned, private use, a control or a separator: shown as U+FFFD.
        case replace = 1
        /// Invisible, and able to make two names look alike: dropped.
        case remove = 2
        /// Reorders what stands around it: dropped, and counted.
        case removeBidi = 3
    }

    init(bits: UInt8) { self.bits = bits }

    init(width: Int, action: Action, rightToLeft: Bool) {
        bits = UInt8(min(max(width, 0), 2)) | action.rawValue << 2 | (rightToLeft ? 16 : 0)
    }

    var width: Int { Int(bits & 3) }
    var action: Action { Action(rawValue: (bits >> 2) & 3) ?? .replace }
    var isRightToLeft: Bool { bits & 16 != 0 }
    /// Shown, but in the cell of the scalar before it.
    var isMark: Bool { bits & 15 == 0 }
}

/// The class of every scalar, computed in pages of 256 when first asked for.
///
/// Widths are those of `wcwidth` for UTF-8, because ncurses lays out rows with the same table.
enum ScalarTable {
    private static let pageCount = 0x110000 >> 8

    /// One pointer per page, nil until the page is built. A page is never changed or freed once published, so reading
    /// needs no lock: an acquiring load sees either nil or a complete page.
    private struct Pages: @unchecked Sendable {
        let base: UnsafeMutablePointer<Atomic<UnsafePointer<UInt8>?>>

        init() {
            base = .allocate(capacity: pageCount)
            for index in 0..<pageCount { (base + index).initialize(to: Atomic(nil)) }
        }
    }

    private static let pages = Pages()

    static func lookUp(_ scalar: Unicode.Scalar) -> ScalarClass {
        let value = scalar.value
        if value < 0x7F { return ScalarClass(bits: value < 0x20 ? 1 | 4 : 1) }
        // A Unicode.Scalar is below 0x110000, so the page index is below pageCount.
        let slot = pages.base + Int(value >> 8)
        let page = slot.pointee.load(ordering: .acquiring) ?? build(page: Int(value >> 8))
        return ScalarClass(bits: page[Int(value & 0xFF)])
    }

    private static func build(page: Int) -> UnsafePointer<UInt8> {
        let storage = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        withUnsafeTemporaryAllocation(of: Int8.self, capacity: 256) { widths in
            widths.initialize(repeating: -1)
            if let base = widths.baseAddress { _ = cnc_widths(UInt32(page) << 8, 256, base) }
            for offset in 0..<256 {
                let value = UInt32(page) << 8 | UInt32(offset)
                let entry = Unicode.Scalar(value).map { classify($0, libcWidth: Int(widths[offset])) }
                (storage + offset).initialize(
                    to: (entry ?? ScalarClass(width: 1, action: .replace, rightToLeft: false)).bits
                )
            }
        }
        let (exchanged, original) = (pages.base + page).pointee.compareExchange(
            expected: nil,
            desired: UnsafePointer(storage),
            ordering: .acquiringAndReleasing
        )
        if !exchanged, let original {
            // Another thread was quicker; both computed the same.
            storage.deallocate()
            return original
        }
        return UnsafePointer(storage)
    }

    private static func classify(_ scalar: Unicode.Scalar, libcWidth: Int) -> ScalarClass {
        switch scalar.value {
        case 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C:
            return ScalarClass(width: 0, action: .removeBidi, rightToLeft: false)
        case 0xFFFD:
            return ScalarClass(width: 1, action: .keep, rightToLeft: false)
        default:
            break
        }
        switch scalar.properties.generalCategory {
        case .control, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            return ScalarClass(width: 1, action: .replace, rightToLeft: false)
        case .format:
            return ScalarClass(width: 0, action: .remove, rightToLeft: false)
        default:
            break
        }
        // Variation selectors, fillers, joiners: invisible by definition, and terminals disagree about their width.
        if scalar.properties.isDefaultIgnorableCodePoint {
            return ScalarClass(width: 0, action: .remove, rightToLeft: false)
        }
        if libcWidth < 0 { return ScalarClass(width: 1, action: .replace, rightToLeft: false) }
        return ScalarClass(width: libcWidth, action: .keep, rightToLeft: isRightToLeft(scalar.value))
    }

    /// The blocks of scripts written from right to left (Unicode 15, bidi classes R and AL).
    private static func isRightToLeft(_ value: UInt32) -> Bool {
        switch value {
        case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFC, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
        default: false
        }
    }
}
