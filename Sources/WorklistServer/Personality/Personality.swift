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

    /// What it answers: those that are played have worklists only.
    public var sopClasses: [String] { model == nil ? WorklistService.sopClasses : [SOPClass.modalityWorklistFind] }

    /// The titles it can be called by, if it has a say in that: wlmscpfs has a folder for each.
    ///
    /// - Parameter folder: the path of the folder that is served, if it is one.
    public func calledAETitles(folder: String?) -> Set<AETitle>? {
        guard model == .wlmscpfs, let folder else { return nil }
        return Set(PlayedFolder(path: folder).titles.compactMap { try? AETitle($0) })
    }

    /// Sets what of it is visible on the wire.
    public func apply(to configuration: inout ServerConfiguration) {
        if let model {
            configuration.policy.implementation = model.implementation
            configuration.policy.supported.removeAll {
                $0.abstractSyntax != SOPClass.verification && !sopClasses.contains($0.abstractSyntax)
            }
        }
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
