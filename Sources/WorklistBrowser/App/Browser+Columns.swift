import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// The columns of the list.
extension Browser {
    mutating func openColumns() -> [Effect] { [] }
}
