import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// Themes and mouse.
extension Browser {
    mutating func openThemes() -> [Effect] { [] }

    mutating func toggleMouse() -> [Effect] { [] }
}
