import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import Testing

/// How a query is to be answered: our server of every service and pynetdicom's both read it from Patient Comments.
struct Behaviour: Hashable, Sendable, CustomTestStringConvertible {
    var text: String
    var testDescription: String { text }

    static let unsupportedKeys = Behaviour(text: "unsupported keys")
    /// A900 with a comment and two offending elements.
    static let failure = Behaviour(text: "failure")
    /// One match, then C001 with a comment and one offending element.
    static let lateFailure = Behaviour(text: "late failure")
    /// Three matches, then B001.
    static let limit = Behaviour(text: "limit")
    /// Some matches, then nothing until C-CANCEL.
    static let endless = Behaviour(text: "endless")
    static let nothing = Behaviour(text: "nothing")
    /// One match, with what was negotiated as JSON in Text Value.
    static let negotiation = Behaviour(text: "negotiation")

    static func matches(_ count: Int) -> Behaviour { Behaviour(text: "matches of \(count)") }
}

/// A SOP class, and a query such as it is asked: keys of its information model, with and without a value.
struct ServiceQuery: Sendable, CustomTestStringConvertible {
    let service: FindService

    var testDescription: String { service.title }
    var sopClass: String { service.sopClass }

    static let all = FindService.standard.map(ServiceQuery.init)
    static let worklist = ServiceQuery(service: all.first { $0.service.name == "worklist" }?.service ?? all[0].service)

    static func named(_ name: String) throws -> ServiceQuery {
        ServiceQuery(service: try #require(FindService.named(name)))
    }

    /// A service that allows more than one match (PS3.4 Q.2.1.1).
    var allowsSeveralMatches: Bool { service.serviceClass != .relevantPatient }
    /// FF01 is no status of Relevant Patient Information (PS3.4 table Q.4-3).
    var knowsUnsupportedKeys: Bool { service.serviceClass != .relevantPatient }
    /// B001 is a status of Repository Query alone.
    var knowsResultLimit: Bool { service.name == "repository" }

    /// As many matches as it may have, up to three.
    var someMatches: Behaviour { .matches(matchCount) }
    var matchCount: Int { allowsSeveralMatches ? 3 : 1 }

    /// What ``Behaviour/failure`` comes to.
    var failure: FindFailure {
        FindFailure(
            status: .identifierDoesNotMatch,
            errorComment: "Patient ID is no key here",
            offendingElements: [.patientID, .accessionNumber],
            serviceClass: service.serviceClass
        )
    }

    /// What ``Behaviour/lateFailure`` comes to.
    var lateFailure: FindFailure {
        FindFailure(
            status: Status(0xC001),
            errorComment: "the index broke",
            offendingElements: [.sopInstanceUID],
            serviceClass: service.serviceClass
        )
    }

    /// The identifier of the request.
    func identifier(_ behaviour: Behaviour) throws -> DataSet {
        var query = Query(name: service.title, model: QueryModel(sopClassUID: sopClass))
        let line = String(describing: Self.keys).split(separator: "\n").first { $0.hasPrefix(service.name + " |") }
        for key in try #require(line).drop(while: { $0 != "|" }).dropFirst().split(separator: ";") {
            let text = key.drop { $0 == " " }
            query.set(try KeyPath.parse(String(text), model: query.model).key())
        }
        query.set(AttributePath([], .patientComments), behaviour.text)
        return try query.identifier(now: TestQuery.now)
    }

    /// The identifier as the pynetdicom script reads it.
    func keys(_ behaviour: Behaviour) throws -> ItemTexts { Texts.flat(try identifier(behaviour)) }

    /// What a match to a request adds to it.
    func match(_ number: Int, of asked: ItemTexts) -> ItemTexts {
        asked.merging([Tag.sopClassUID.compact: sopClass, Tag.accessionNumber.compact: String(number)]) { $1 }
    }

    func matches(_ numbers: ClosedRange<Int>, of asked: ItemTexts) -> [ItemTexts] {
        numbers.map { match($0, of: asked) }
    }

    private typealias Tag = DICOMData.Tag

    private static let keys: StaticString = """
        worklist | PatientName=Ashby*; PatientID; PregnancyStatus; SPS.Modality=CT; SPS.ScheduledStationAETitle; SPS.ScheduledProcedureStepStartDate=20270301-20270331
        patient | PatientName=Müller^J*; PatientID; PatientBirthDate; NumberOfPatientRelatedStudies
        study | PatientName=Иванова^*; StudyDate=20270301-; ModalitiesInStudy=CT; StudyInstanceUID; AccessionNumber
        patient-study | QueryRetrieveLevel=PATIENT; PatientName=*山田*; PatientID; PatientSex=F
        repository | QueryRetrieveLevel=STUDY; StudyDate=20270301-20270331; StudyInstanceUID; RecordKey; RetrieveAETitle
        inventory | InventoryPurpose=MIGRATION*; InventoryLevel=STUDY; ContentDate; ScopeOfInventorySequence.StudyDate
        relevant-patient | PatientID=PAT000123; ContentTemplateSequence.MappingResource=DCMR; ContentTemplateSequence.TemplateIdentifier=9007
        relevant-patient-breast | PatientID=PAT000124; ContentTemplateSequence.MappingResource=DCMR; ContentTemplateSequence.TemplateIdentifier=9000
        relevant-patient-cardiac | PatientID=PAT000125; ContentTemplateSequence.MappingResource=DCMR; ContentTemplateSequence.TemplateIdentifier=3802
        product | ProductPackageIdentifier=4711; ProductName; ProductTypeCodeSequence.CodeValue; ProductParameterSequence.ConceptNameCodeSequence.CodeMeaning
        substance-approval | PatientID=PAT000126; ProductPackageIdentifier=4711; SubstanceAdministrationDateTime; SubstanceAdministrationApproval
        hanging-protocol | HangingProtocolName=CHEST*; HangingProtocolLevel=SITE; NumberOfScreens=2; HangingProtocolDefinitionSequence.Modality=CT; HangingProtocolDefinitionSequence.Laterality
        color-palette | ContentLabel=HOT*; ContentDescription; SOPInstanceUID
        implant | Manufacturer=Ossa*; ImplantName; ImplantPartNumber=4711; ImplantSize
        implant-assembly | ImplantAssemblyTemplateName=Hip*; Manufacturer; ProcedureTypeCodeSequence.CodeValue
        implant-group | ImplantTemplateGroupName=Knee*; ImplantTemplateGroupDescription; ImplantTemplateGroupIssuer
        defined-protocol | ContentLabel=HEAD*; PotentialScheduledProtocolCodeSequence.CodeValue=P001; ModelSpecificationSequence.ManufacturerModelName
        protocol-approval | SOPInstanceUID; ApprovalSubjectSequence.ReferencedSOPInstanceUID=1.2.826.0.1.3680043.10.1451.9; ApprovalSequence.AssertionDateTime
        ups-pull | ProcedureStepState=SCHEDULED; ScheduledProcedureStepPriority=HIGH; ScheduledProcedureStepStartDateTime=20270301-20270331; ScheduledStationNameCodeSequence.CodeValue=CT01
        ups-watch | ProcedureStepState=IN PROGRESS; ProcedureStepProgressInformationSequence.ProcedureStepProgress; WorklistLabel
        ups-query | ProcedureStepState=COMPLETED; ProcedureStepLabel=CT*; InputReadinessState; PatientID
        """
}

/// A query of ours, and all that came of it.
struct ServiceAnswer: Sendable {
    var matches: [ItemTexts] = []
    var statuses: [Status] = []
    var transferSyntax: TransferSyntax?
    var outcome: FindOutcome
    var statistics: FindStatistics

    /// Reads a query to its end.
    init(reading find: Find) async throws {
        var matches: [ItemTexts] = []
        var statuses: [Status] = []
        var syntax: TransferSyntax?
        for await match in find {
            let dataSet = match.dataSet
            if let defect = dataSet.defect { throw defect }
            matches.append(Texts.flat(dataSet))
            statuses.append(match.status)
            syntax = match.identifier.transferSyntax
        }
        let result = await find.result
        (self.matches, self.statuses, transferSyntax) = (matches, statuses, syntax)
        (outcome, statistics) = (result.outcome, result.statistics)
    }
}

extension ServiceQuery {
    /// Asks through our client, over an association of its own.
    func ask(_ behaviour: Behaviour, port: Int, options: FindOptions = FindOptions()) async throws -> ServiceAnswer {
        let association = try await OurClient.associate(port: port, sopClass)
        let answer = try await ask(behaviour, over: association, options: options)
        #expect(await association.release() == .released)
        return answer
    }

    func ask(
        _ behaviour: Behaviour,
        over association: Association,
        options: FindOptions = FindOptions()
    ) async throws -> ServiceAnswer {
        let find = try await association.find(identifier(behaviour), sopClass: sopClass, options: options)
        return try await ServiceAnswer(reading: find)
    }
}
