import DICOMProtocol
import Testing

/// UID and name of a registration, and why it is refused.
private let refusals: [(String, String, FindServiceRegistrationError)] = [
    ("", "mine", .invalidUID("")), ("1.2.x", "mine", .invalidUID("1.2.x")), ("1", "mine", .invalidUID("1")),
    ("1..2", "mine", .invalidUID("1..2")), (".1.2", "mine", .invalidUID(".1.2")), ("1.2.", "mine", .invalidUID("1.2.")),
    (String(repeating: "1.", count: 32) + "1", "mine", .invalidUID(String(repeating: "1.", count: 32) + "1")),
    (SOPClass.modalityWorklistFind, "mine", .sopClassTaken(SOPClass.modalityWorklistFind, by: "Modality Worklist")),
    (SOPClass.verification, "mine", .sopClassTaken(SOPClass.verification, by: "Verification")),
    ("1.2.3", "mine", .sopClassTaken("1.2.3", by: "First")),
    ("1.2.4", "worklist", .nameTaken("worklist", by: SOPClass.modalityWorklistFind)),
    ("1.2.4", "first", .nameTaken("first", by: "1.2.3")), ("1.2.4", "", .unusableName("")),
    ("1.2.4", "two words", .unusableName("two words")), ("1.2.4", "-x", .unusableName("-x")),
    ("1.2.4", "1.2.4", .unusableName("1.2.4")), ("1.2.4", "a\u{1B}", .unusableName("a\u{1B}")),
    ("1.2.4", "häng", .unusableName("häng")), ("1.2.4", "a/b", .unusableName("a/b")),
    ("1.2.4", String(repeating: "a", count: 65), .unusableName(String(repeating: "a", count: 65))),
]

@Suite struct FindServicesTests {
    private func mine(_ uid: String, _ name: String, _ title: String = "Mine", _ of: ServiceClass = .basicWorklist)
        -> FindService
    {
        FindService(sopClass: uid, name: name, title: title, serviceClass: of)
    }

    @Test("The standard's 21 are there, by UID and by name, in their order")
    func standard() {
        #expect(FindServices.standard == FindServices())
        #expect(FindServices.standard.all == FindService.standard)
        for service in FindService.standard {
            #expect(FindServices.standard.service(for: service.sopClass) == service)
            #expect(FindServices.standard.named(service.name) == service)
        }
        for none in ["", SOPClass.verification, SOPClass.unifiedProcedureStepPush, SOPClass.unifiedProcedureStepEvent] {
            #expect(FindServices.standard.service(for: none) == nil && FindServices.standard.named(none) == nil)
        }
    }

    @Test("A private SOP class is found once it is registered, with the statuses and rules it was given")
    func registration() throws {
        var services = FindServices.standard
        try services.register(mine("1.2.3", "night-list_2", "Night list"))
        let table = StatusTable([.init(0x0000, .success, "fine")])
        let own = FindService(
            sopClass: "2.25.1",
            name: "Own",
            title: "Own",
            serviceClass: .relevantPatient,
            rules: .repository,
            statuses: table
        )
        try services.register(own)
        #expect(services.all.count == 23 && services.all.suffix(2).map(\.name) == ["night-list_2", "Own"])
        #expect(services.service(for: "1.2.3")?.title == "Night list")
        #expect(services.named("night-list_2")?.statuses == .worklist)
        #expect(services.named("Own")?.statuses == table && services.service(for: "2.25.1")?.rules == .repository)
        #expect(services.named("worklist")?.sopClass == SOPClass.modalityWorklistFind)
        #expect(services != .standard && FindServices.standard.service(for: "1.2.3") == nil)
        #expect(Set([own, own, mine("2.25.1", "Own")]).count == 2)
    }

    @Test("A UID or name that cannot be used, or is there already, is refused and changes nothing", arguments: refusals)
    func refused(uid: String, name: String, error: FindServiceRegistrationError) throws {
        var services = FindServices()
        try services.register(mine("1.2.3", "first", "First"))
        let before = services
        #expect(throws: error) { try services.register(mine(uid, name)) }
        #expect(services == before)
        #expect(!error.description.isEmpty && !error.description.unicodeScalars.contains("\u{1B}"))
    }

    @Test("A request names the SOP class of its context; one for procedure steps may name UPS Push", arguments: 0..<21)
    func affectedSOPClass(index: Int) {
        let service = FindService.standard[index]
        let isStep = service.serviceClass == .unifiedProcedureStep
        let context = AcceptedContext(id: 1, abstractSyntax: service.sopClass, transferSyntax: "1.2.840.10008.1.2")
        for other in FindService.standard.map(\.sopClass) + [
            SOPClass.unifiedProcedureStepEvent, SOPClass.verification, "",
        ] {
            #expect(service.accepts(affectedSOPClass: other) == (other == service.sopClass))
            let performed = FindServices.standard.service(for: context, affectedSOPClass: other)
            #expect(performed == (other == service.sopClass ? service : nil))
        }
        #expect(service.accepts(affectedSOPClass: SOPClass.unifiedProcedureStepPush) == isStep)
        let pushed = FindServices.standard.service(for: context, affectedSOPClass: SOPClass.unifiedProcedureStepPush)
        #expect(pushed == (isStep ? service : nil))
        #expect(FindServices.standard.service(for: context, affectedSOPClass: nil) == nil)
    }

    @Test("A context served as a general SOP class is performed by that one's service, under either UID")
    func servedAs() {
        let context = AcceptedContext(
            id: 1,
            abstractSyntax: "1.2.3",
            transferSyntax: "1.2.840.10008.1.2",
            servedAs: SOPClass.modalityWorklistFind
        )
        let perform = { FindServices.standard.service(for: context, affectedSOPClass: $0)?.name }
        #expect(perform("1.2.3") == "worklist" && perform(SOPClass.modalityWorklistFind) == "worklist")
        #expect(perform(SOPClass.studyRootFind) == nil && perform("1.2.4") == nil)
        let echo = AcceptedContext(id: 1, abstractSyntax: SOPClass.verification, transferSyntax: "1.2.840.10008.1.2")
        #expect(FindServices.standard.service(for: echo, affectedSOPClass: SOPClass.verification) == nil)
    }

    @Test("SOP classes by name are those of the table")
    func names() {
        let named = [
            SOPClass.modalityWorklistFind, SOPClass.patientRootFind, SOPClass.studyRootFind,
            SOPClass.patientStudyOnlyFind,
            SOPClass.repositoryQuery, SOPClass.inventoryFind, SOPClass.generalRelevantPatientQuery,
            SOPClass.breastImagingRelevantPatientQuery, SOPClass.cardiacRelevantPatientQuery,
            SOPClass.productCharacteristicsQuery, SOPClass.substanceApprovalQuery, SOPClass.hangingProtocolFind,
            SOPClass.colorPaletteFind, SOPClass.genericImplantTemplateFind, SOPClass.implantAssemblyTemplateFind,
            SOPClass.implantTemplateGroupFind, SOPClass.definedProcedureProtocolFind, SOPClass.protocolApprovalFind,
            SOPClass.unifiedProcedureStepPull, SOPClass.unifiedProcedureStepWatch, SOPClass.unifiedProcedureStepQuery,
        ]
        #expect(named == FindService.standard.map(\.sopClass))
        #expect(SOPClass.unifiedProcedureStepPush == "1.2.840.10008.5.1.4.34.6.1")
        #expect(SOPClass.unifiedProcedureStepEvent == "1.2.840.10008.5.1.4.34.6.4")
    }
}
