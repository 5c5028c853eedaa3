import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// Saved queries and the patient form.
extension Browser {
    mutating func runSaved(number: Int) -> [Effect] { [] }

    mutating func openSavedQueries() -> [Effect] { [] }

    mutating func openSaveQuery() -> [Effect] { [] }
}
