import DICOMNetwork
import DICOMProtocol

/// A server that another one is played by: its ways of matching and answering, and single quirks on top.
public struct Personality: Hashable, Sendable {
    /// Servers whose ways are known.
    public enum Model: String, CaseIterable, Sendable {
        /// DCMTK's wlmscpfs.
        case wlmscpfs
        /// Orthanc with its worklist plugin.
        case orthanc
    }

    public var model: Model?
    public var quirks: [Quirk]

    public init(like model: Model? = nil, quirks: [Quirk] = []) {
        self.model = model
        self.quirks = quirks
    }

    /// This server as it is.
    public var isPlain: Bool { model == nil && quirks.isEmpty }

    /// The number of a quirk, if it has it.
    func number(_ name: Quirk.Name) -> Int? { quirks.last { $0.name == name }?.number }

    func has(_ name: Quirk.Name) -> Bool { quirks.contains { $0.name == name } }

    /// Sets what of it is visible on the wire.
    public func apply(to configuration: inout ServerConfiguration) {
        if let model { configuration.policy.implementation = model.implementation }
        for quirk in quirks {
            switch quirk.name {
            case .cancelIdentifier: configuration.responseForm.cancelCarriesIdentifier = true
            case .ignoresCancel: configuration.responseForm.honoursCancel = false
            case .onePDU: configuration.responseForm.packing = .together
            case .oneByte: configuration.responseForm.packing = .fragments(of: 1)
            case .foreignMessageID: configuration.responseForm.messageIDOffset = 1_000
            case .statusInIdentifier: configuration.responseForm.statusPlace = .identifier
            case .noStatus: configuration.responseForm.statusPlace = .nowhere
            case .noCharacterSet, .lastFirst, .unsupportedKeys, .limit, .slow, .abort: break
            }
        }
    }

    /// What it says of itself, for the line that says the server is ready.
    public var words: String {
        let names = quirks.map { $0.name.usualNumber == nil ? $0.name.rawValue : "\($0.name.rawValue)=\($0.number)" }
        let like = model.map { ["like \($0.rawValue)"] } ?? []
        return (like + (names.isEmpty ? [] : ["quirks " + names.joined(separator: ", ")])).joined(separator: ", ")
    }
}

extension Personality.Model {
    /// As they name themselves in an association.
    var implementation: Implementation {
        switch self {
        case .wlmscpfs: Implementation(classUID: "1.2.276.0.7230010.3.0.3.6.7", versionName: "OFFIS_DCMTK_367")
        case .orthanc: Implementation(classUID: "1.2.276.0.7230010.3.0.3.6.7", versionName: "OFFIS_DCMTK_367")
        }
    }
}
