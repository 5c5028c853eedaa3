import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// Marked rows and export.
extension Browser {
    mutating func toggleMark() -> [Effect] { [] }

    mutating func clearMarks() -> [Effect] { [] }

    mutating func markRange() -> [Effect] { [] }

    mutating func openExport() -> [Effect] { [] }
}
