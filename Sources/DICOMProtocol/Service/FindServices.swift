/// The C-FIND services a client or server knows: the standard's 21, and private ones that were registered.
///
///     var services = FindServices()
///     try services.register(
///         FindService(sopClass: "1.2.826.0.1.999.1", name: "night-list", title: "Night list", serviceClass: .basicWorklist)
///     )
public struct FindServices: Hashable, Sendable {
    /// In the order of registration, the standard's first.
    public private(set) var all: [FindService]
    private var bySOPClass: [String: Int]
    private var byName: [String: Int]

    /// The 21 SOP classes of the standard.
    public static let standard = FindServices()

    public init() {
        all = FindService.standard
        bySOPClass = Dictionary(all.indices.map { (FindService.standard[$0].sopClass, $0) }) { first, _ in first }
        byName = Dictionary(all.indices.map { (FindService.standard[$0].name, $0) }) { first, _ in first }
    }

    /// Adds a SOP class.
    ///
    /// - Throws: `FindServiceRegistrationError` if its UID or name cannot be used or is there already; nothing is changed then.
    public mutating func register(_ service: FindService) throws(FindServiceRegistrationError) {
        let uid = service.sopClass
        guard Self.isUID(uid) else { throw .invalidUID(uid) }
        if uid == SOPClass.verification { throw .sopClassTaken(uid, by: "Verification") }
        if let other = self.service(for: uid) { throw .sopClassTaken(uid, by: other.title) }
        guard Self.isWord(service.name) else { throw .unusableName(service.name) }
        if let other = named(service.name) { throw .nameTaken(service.name, by: other.sopClass) }
        bySOPClass[uid] = all.count
        byName[service.name] = all.count
        all.append(service)
    }

    /// The service of a SOP class UID; nil if there is none. Takes constant time.
    public func service(for sopClass: String) -> FindService? { bySOPClass[sopClass].map { all[$0] } }

    /// The service of a command-line name; nil if there is none. Takes constant time.
    public func named(_ name: String) -> FindService? { byName[name].map { all[$0] } }

    /// The service that performs a C-FIND request on a context: the one the context is served as, if the Affected SOP Class
    /// UID of the request names the context's abstract syntax or what the service accepts. Else nil, to be answered with 0122
    /// (PS3.7 9.1.2.1.6).
    public func service(for context: AcceptedContext, affectedSOPClass: String?) -> FindService? {
        guard let affectedSOPClass, let service = service(for: context.servedAs),
            affectedSOPClass == context.abstractSyntax || service.accepts(affectedSOPClass: affectedSOPClass)
        else { return nil }
        return service
    }

    /// Components of digits between single dots, at least two of them (PS3.5 9.1). Leading zeros are let through.
    private static func isUID(_ uid: String) -> Bool {
        guard UIDSyntax.isValid(uid) else { return false }
        let components = uid.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return components.count > 1 && components.allSatisfy { !$0.isEmpty }
    }

    /// What a shell and an option parser take for one plain word, and nobody takes for a UID.
    private static func isWord(_ name: String) -> Bool {
        let isLetter = { (byte: UInt8) in (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
        guard name.utf8.count <= 64, let first = name.utf8.first, isLetter(first) else { return false }
        return name.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F }
    }
}

/// Why a SOP class could not be registered.
public enum FindServiceRegistrationError: Error, Hashable, Sendable, CustomStringConvertible {
    case invalidUID(String)
    /// The UID belongs to a service that is there, whose title is named.
    case sopClassTaken(String, by: String)
    case unusableName(String)
    /// The name belongs to a service that is there, whose SOP class UID is named.
    case nameTaken(String, by: String)

    public var description: String {
        switch self {
        case .invalidUID(let uid):
            "\(String(reflecting: uid)) is no SOP class UID: use numbers separated by dots, at most 64 characters"
        case .sopClassTaken(let uid, let title):
            "SOP class \(uid) is \(title) already: register each SOP class once"
        case .unusableName(let name):
            "\(String(reflecting: name)) cannot name a service on a command line: "
                + "use a letter, then letters, digits, - and _, at most 64 characters"
        case .nameTaken(let name, let uid):
            "the name \(name) belongs to SOP class \(uid) already: choose another one"
        }
    }
}
