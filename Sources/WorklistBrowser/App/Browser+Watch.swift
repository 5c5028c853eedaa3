import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// Watching a list: asking again, and what has changed.
extension Browser {
    mutating func toggleWatch() -> [Effect] { [] }

    mutating func toggleChangesOnly() -> [Effect] { [] }
}
