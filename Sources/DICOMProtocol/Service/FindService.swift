/// The service classes of PS3.4 that use C-FIND.
public enum ServiceClass: String, Hashable, Sendable, CaseIterable {
    case basicWorklist = "Basic Worklist Management"
    case queryRetrieve = "Query/Retrieve"
    case inventory = "Inventory Query/Retrieve"
    case relevantPatient = "Relevant Patient Information Query"
    case substanceAdministration = "Substance Administration Query"
    case hangingProtocol = "Hanging Protocol Query/Retrieve"
    case colorPalette = "Color Palette Query/Retrieve"
    case implantTemplate = "Implant Template Query/Retrieve"
    case definedProcedureProtocol = "Defined Procedure Protocol Query/Retrieve"
    case protocolApproval = "Protocol Approval Query/Retrieve"
    case unifiedProcedureStep = "Unified Procedure Step"
}

/// A SOP class that uses C-FIND, by UID and by a name for people and command lines.
public struct FindService: Hashable, Sendable {
    /// The SOP class UID.
    public let sopClass: String
    /// What `worklist find --model` takes.
    public let name: String
    /// The name of PS3.6 table A-1, without the words all of them share.
    public let title: String
    /// Whose rules and statuses it has, unless it has its own.
    public let serviceClass: ServiceClass
    /// Retired from the standard, still met.
    public let isRetired: Bool
    /// How it answers.
    public let rules: FindRules
    /// A table of its own; nil for that of its service class.
    private let ownStatuses: StatusTable?

    /// A SOP class of one's own, asked and answered as one of a service class.
    ///
    /// - Parameters:
    ///   - rules: how it answers; nil for the rules of the service class (of Repository Query, if it is that).
    ///   - statuses: what it may answer; nil for the table of the service class.
    public init(
        sopClass: String,
        name: String,
        title: String,
        serviceClass: ServiceClass,
        isRetired: Bool = false,
        rules: FindRules? = nil,
        statuses: StatusTable? = nil
    ) {
        self.sopClass = sopClass
        self.name = name
        self.title = title
        self.serviceClass = serviceClass
        self.isRetired = isRetired
        self.rules = rules ?? (sopClass == SOPClass.repositoryQuery ? .repository : serviceClass.rules)
        self.ownStatuses = statuses
    }

    /// What it may answer.
    public var statuses: StatusTable {
        ownStatuses ?? (sopClass == SOPClass.repositoryQuery ? .repository : serviceClass.statuses)
    }

    /// Whether a request may name this SOP class UID as its Affected SOP Class UID (PS3.7 9.1.2.1.2).
    ///
    /// Beside its own that is the UID of UPS Push for the services of procedure steps: the standard wants the UID of the
    /// context (PS3.4 CC.2.8.1.2), but all procedure steps are of that SOP class, and some requestors name it.
    public func accepts(affectedSOPClass: String) -> Bool {
        affectedSOPClass == sopClass
            || (serviceClass == .unifiedProcedureStep && affectedSOPClass == SOPClass.unifiedProcedureStepPush)
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(sopClass) }

    /// The 21 SOP classes of the standard that use C-FIND, in the order of the services.
    public static let standard: [FindService] = {
        var services: [FindService] = []
        for line in String(describing: table).split(separator: "\n") {
            let fields = line.split(separator: "|").map { field in
                var field = field.drop { $0 == " " }
                while field.last == " " { field.removeLast() }
                return String(field)
            }
            guard fields.count >= 4, let serviceClass = codes[fields[2]] else { continue }
            services.append(
                FindService(
                    sopClass: fields[1],
                    name: fields[0],
                    title: fields[3],
                    serviceClass: serviceClass,
                    isRetired: fields.count > 4
                )
            )
        }
        return services
    }()

    /// The service of a SOP class UID; nil if the standard has none.
    public static func of(sopClass: String) -> FindService? { FindServices.standard.service(for: sopClass) }

    /// The service of a command-line name; nil if the standard has none.
    public static func named(_ name: String) -> FindService? { FindServices.standard.named(name) }

    private static let codes: [String: ServiceClass] = [
        "worklist": .basicWorklist, "query": .queryRetrieve, "inventory": .inventory, "patient": .relevantPatient,
        "substance": .substanceAdministration, "hanging": .hangingProtocol, "palette": .colorPalette,
        "implant": .implantTemplate, "defined": .definedProcedureProtocol, "approval": .protocolApproval,
        "ups": .unifiedProcedureStep,
    ]

    private static let table: StaticString = """
        worklist | 1.2.840.10008.5.1.4.31 | worklist | Modality Worklist
        patient | 1.2.840.10008.5.1.4.1.2.1.1 | query | Patient Root Query/Retrieve
        study | 1.2.840.10008.5.1.4.1.2.2.1 | query | Study Root Query/Retrieve
        patient-study | 1.2.840.10008.5.1.4.1.2.3.1 | query | Patient/Study Only Query/Retrieve | retired
        repository | 1.2.840.10008.5.1.4.1.1.201.6 | query | Repository Query
        inventory | 1.2.840.10008.5.1.4.1.1.201.2 | inventory | Inventory
        relevant-patient | 1.2.840.10008.5.1.4.37.1 | patient | General Relevant Patient Information
        relevant-patient-breast | 1.2.840.10008.5.1.4.37.2 | patient | Breast Imaging Relevant Patient Information
        relevant-patient-cardiac | 1.2.840.10008.5.1.4.37.3 | patient | Cardiac Relevant Patient Information
        product | 1.2.840.10008.5.1.4.41 | substance | Product Characteristics
        substance-approval | 1.2.840.10008.5.1.4.42 | substance | Substance Approval
        hanging-protocol | 1.2.840.10008.5.1.4.38.2 | hanging | Hanging Protocol
        color-palette | 1.2.840.10008.5.1.4.39.2 | palette | Color Palette
        implant | 1.2.840.10008.5.1.4.43.2 | implant | Generic Implant Template
        implant-assembly | 1.2.840.10008.5.1.4.44.2 | implant | Implant Assembly Template
        implant-group | 1.2.840.10008.5.1.4.45.2 | implant | Implant Template Group
        defined-protocol | 1.2.840.10008.5.1.4.20.1 | defined | Defined Procedure Protocol
        protocol-approval | 1.2.840.10008.5.1.4.1.1.200.4 | approval | Protocol Approval
        ups-pull | 1.2.840.10008.5.1.4.34.6.3 | ups | Unified Procedure Step - Pull
        ups-watch | 1.2.840.10008.5.1.4.34.6.2 | ups | Unified Procedure Step - Watch
        ups-query | 1.2.840.10008.5.1.4.34.6.5 | ups | Unified Procedure Step - Query
        """
}
