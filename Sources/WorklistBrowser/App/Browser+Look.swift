import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// Themes.
extension Browser {
    mutating func openThemes() -> [Effect] { [] }
}
