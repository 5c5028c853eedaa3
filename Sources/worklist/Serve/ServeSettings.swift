import DICOMNetwork
import DICOMProtocol
import Logging
import WorklistServer

/// What `worklist serve` is to do: the defaults, the file over them, the flags over both.
struct ServeSettings: Equatable {
    /// Where the items come from.
    enum Source: Equatable {
        case schedule(items: Int, seed: UInt64)
        case folder(String)
        /// A file of `worklist store`.
        case store(String)
    }

    struct Log: Equatable {
        var level = Logger.Level.notice
        var isJSON = false
        /// Nil for standard error.
        var file: String?
    }

    var host = "127.0.0.1"
    var port = 11_112
    var titles: [AETitle] = []
    /// As `--model` of `worklist find` names them.
    var models = ServeSettings.servedModels
    var source = Source.schedule(items: 300, seed: 1)
    var tls: ServeTLS?
    var rules: [PeerRule] = []
    var maximumAssociations = 4_096
    var maximumAssociationsPerAddress: Int?
    var limits = QueryLimits()
    /// Seconds.
    var idle = 600.0
    var firstPDU = 30.0
    /// Seconds for what is under way when the server is told to stop.
    var grace = 10.0
    var log = Log()
    var metricsPort: Int?
    var personality = Personality()

    /// The models there is a service for.
    static let servedModels = ["worklist", "patient", "study"]

    /// What the server is started with, or goes on with after HUP.
    func apply(to configuration: inout ServerConfiguration, security: TransportSecurity?) {
        var policy = ServerConfiguration.policy(
            sopClasses: models.compactMap { FindService.named($0)?.sopClass }
        )
        policy.calledAETitles = Set(titles)
        if case .folder(let path) = source, let own = personality.calledAETitles(folder: path), !own.isEmpty {
            policy.calledAETitles = titles.isEmpty ? own : own.intersection(titles)
        }
        policy.peers = rules
        // Those that are played negotiate no options.
        if personality.model == nil { policy.extendedNegotiation = WorklistNegotiation.answer }
        configuration.policy = policy
        configuration.maximumAssociations = maximumAssociations
        configuration.maximumAssociationsPerAddress = maximumAssociationsPerAddress
        configuration.timeouts.idle = idle
        configuration.timeouts.artim = firstPDU
        // A peer that is still being sent its last matches has not had time to agree to a release.
        configuration.timeouts.release = max(2, grace)
        configuration.security = security
        configuration.responseForm = .standard
        personality.apply(to: &configuration)
    }

    /// For the line that says the server is ready.
    var titleWords: String {
        titles.isEmpty ? "any AE title" : titles.map(\.text).joined(separator: ", ")
    }
}
