import DICOMData
import DICOMMatching

/// A worklist server as the user knows it: one entry of `config.toml`.
public struct ServerProfile: Hashable, Sendable {
    /// What kind of place this is; said by colour and by word.
    public enum Accent: String, Hashable, Sendable, CaseIterable {
        case none, production = "prod", test, demo
    }

    /// The user's name for it.
    public var name: String
    public var host: String
    /// 1 to 65535.
    public var port: Int
    /// The AE title of the server.
    public var calledAETitle: String
    /// Our AE title.
    public var callingAETitle: String
    /// The station whose list "this scanner" means; the calling AE title if empty.
    public var stationAETitle: String
    /// The modality of "this scanner" and "this modality"; empty for all.
    public var modality: String
    public var accent: Accent
    /// Preferred character set for queries that ASCII cannot hold; ISO_IR 192 if nil.
    public var characterSetToSend: SpecificCharacterSet?
    /// How to read non-ASCII text of answers that declare no character set; guessed if nil.
    public var assumedCharacterSet: SpecificCharacterSet?
    /// Most rows to take before the query is cancelled; 0 for no limit.
    public var rowLimit: Int
    /// Nil for a connection without TLS.
    public var tls: ServerTLS?
    /// What this server needs otherwise than others.
    public var quirks = ServerQuirks()

    public static let defaultRowLimit = 10_000
    public static let defaultCallingAETitle = "WORKLIST"

    public init(
        name: String,
        host: String,
        port: Int,
        calledAETitle: String,
        callingAETitle: String = ServerProfile.defaultCallingAETitle,
        stationAETitle: String = "",
        modality: String = "",
        accent: Accent = .none,
        characterSetToSend: SpecificCharacterSet? = nil,
        assumedCharacterSet: SpecificCharacterSet? = nil,
        rowLimit: Int = ServerProfile.defaultRowLimit,
        tls: ServerTLS? = nil
    ) {
        self.name = name
        self.host = host
        self.port = port
        self.calledAETitle = calledAETitle
        self.callingAETitle = callingAETitle
        self.stationAETitle = stationAETitle
        self.modality = modality
        self.accent = accent
        self.characterSetToSend = characterSetToSend
        self.assumedCharacterSet = assumedCharacterSet
        self.rowLimit = rowLimit
        self.tls = tls
    }

    /// How identifiers for this server are written.
    public var identifierForm: IdentifierForm {
        IdentifierForm(
            characterSet: CharacterSetPolicy(preferred: [characterSetToSend].compactMap(\.self)),
            wholeSequences: quirks.wholeSequences,
            universalMatching: quirks.universalMatching
        )
    }

    /// The station "this scanner" asks for.
    public var effectiveStation: String { stationAETitle.isEmpty ? callingAETitle : stationAETitle }
}
