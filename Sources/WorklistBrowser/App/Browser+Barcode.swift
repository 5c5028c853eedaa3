import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// Barcodes.
extension Browser {
    mutating func openBarcode() -> [Effect] { [] }
}
