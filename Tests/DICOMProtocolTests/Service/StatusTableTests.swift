import DICOMData
import Testing

@testable import DICOMProtocol

/// The tables of PS3.7 C and PS3.4 once more, by hand: codes by category.
private enum Expected {
    typealias Codes = [UInt16: Status.Category]

    static func codes(_ list: [(Status.Category, [UInt16])]) -> Codes {
        Dictionary(list.flatMap { category, codes in codes.map { ($0, category) } }) { _, last in last }
    }

    static let general = codes([
        (.success, [0x0000]), (.cancel, [0xFE00]), (.warning, [0x0107, 0x0116]),
        (.failure, [0x0105, 0x0106]), (.failure, Array(0x0110...0x0115)), (.failure, Array(0x0117...0x0124)),
        (.failure, Array(0x0210...0x0213)),
    ]).filter { ![0x011A, 0x011B, 0x011C, 0x011D, 0x011E, 0x011F].contains($0.key) }

    static let query = general.merging(
        codes([(.failure, [0xA700, 0xA900]), (.failure, Array(0xC000...0xCFFF)), (.pending, [0xFF00, 0xFF01])])
    ) { _, last in last }
    static let repository = query.merging([0xA710: .failure, 0xB001: .warning]) { _, last in last }
    static let relevantPatient = general.merging(
        codes([(.failure, [0xA700, 0xA900, 0xC000, 0xC100, 0xC200]), (.pending, [0xFF00])])
    ) { _, last in last }
    static let procedureStep = query.merging(
        codes([(.warning, [0x0001, 0xB300, 0xB301, 0xB304, 0xB305, 0xB306])])
    ) { _, last in last }

    static let tables: [(String, StatusTable, Codes, Int)] = [
        ("general", .general, general, 24), ("worklist", .worklist, query, 4124), ("query", .query, query, 4124),
        ("repository", .repository, repository, 4126), ("relevant patient", .relevantPatient, relevantPatient, 30),
        ("substance administration", .substanceAdministration, query, 4124),
        ("procedure step", .unifiedProcedureStep, procedureStep, 4130),
    ]
}

/// The tables by a name that test reports can print.
private enum Table: String {
    case general, worklist, query, repository, relevantPatient, unifiedProcedureStep

    var table: StatusTable {
        switch self {
        case .general: .general
        case .worklist: .worklist
        case .query: .query
        case .repository: .repository
        case .relevantPatient: .relevantPatient
        case .unifiedProcedureStep: .unifiedProcedureStep
        }
    }
}

/// A code, and the beginning of its meaning in words, in the tables of services.
private let meanings: [(Table, UInt16, String)] = [
    (.general, 0x0000, "success"), (.general, 0x0105, "no such attribute"),
    (.general, 0x0106, "invalid attribute value"), (.general, 0x0107, "attribute list error"),
    (.general, 0x0110, "processing failure"), (.general, 0x0111, "duplicate SOP instance"),
    (.general, 0x0112, "no such SOP instance"), (.general, 0x0113, "no such event type"),
    (.general, 0x0114, "no such argument"), (.general, 0x0115, "invalid argument value"),
    (.general, 0x0116, "attribute value out of range"), (.general, 0x0117, "invalid SOP instance"),
    (.general, 0x0118, "no such SOP class"), (.general, 0x0119, "class-instance conflict"),
    (.general, 0x0120, "missing attribute"), (.general, 0x0121, "missing attribute value"),
    (.general, 0x0122, "refused: SOP class not supported"), (.general, 0x0123, "no such action type"),
    (.general, 0x0124, "refused: not authorised"), (.general, 0x0210, "duplicate invocation"),
    (.general, 0x0211, "unrecognized operation"), (.general, 0x0212, "mistyped argument"),
    (.general, 0x0213, "resource limitation"), (.general, 0xFE00, "terminated by a cancel request"),
    (.worklist, 0x0000, "matching is complete"), (.worklist, 0xA700, "refused: out of resources"),
    (.worklist, 0xA900, "the identifier does not match"), (.worklist, 0xFE00, "matching was terminated"),
    (.worklist, 0xFF00, "matches are continuing"), (.worklist, 0xFF01, "matches are continuing, one or more optional"),
    (.worklist, 0xC000, "unable to process"), (.worklist, 0xCFFF, "unable to process"),
    (.query, 0xC310, "unable to process: the identifier"), (.query, 0xC311, "unable to process: the server's handler"),
    (.query, 0xC312, "unable to process: the server could not encode"), (.repository, 0xA710, "the prior record key"),
    (.repository, 0xB001, "matching reached the limit"), (.relevantPatient, 0xC000, "unable to process"),
    (.relevantPatient, 0xC100, "more than one patient"), (.relevantPatient, 0xC200, "the requested template"),
    (.unifiedProcedureStep, 0x0001, "requested optional attributes"),
    (.unifiedProcedureStep, 0xB300, "the procedure step was created"),
    (.unifiedProcedureStep, 0xB301, "the deletion lock"),
    (.unifiedProcedureStep, 0xB304, "the procedure step is already c"),
    (.unifiedProcedureStep, 0xB305, "invalid values"),
    (.unifiedProcedureStep, 0xB306, "the procedure step is already c"),
    (.unifiedProcedureStep, 0xC2FF, "unable to process"),
    (.unifiedProcedureStep, 0xC300, "refused: the procedure step may"),
    (.unifiedProcedureStep, 0xC301, "refused: the correct transaction"),
    (.unifiedProcedureStep, 0xC302, "refused: the procedure step is already in"),
    (.unifiedProcedureStep, 0xC303, "refused: a procedure step becomes"),
    (.unifiedProcedureStep, 0xC304, "refused: the requirements"), (.unifiedProcedureStep, 0xC305, "unable to process"),
    (.unifiedProcedureStep, 0xC306, "unable to process"), (.unifiedProcedureStep, 0xC307, "there is no procedure step"),
    (.unifiedProcedureStep, 0xC308, "refused: the receiving AE title"),
    (.unifiedProcedureStep, 0xC309, "refused: the procedure step was not"),
    (.unifiedProcedureStep, 0xC310, "refused: the procedure step is not yet"),
    (.unifiedProcedureStep, 0xC311, "refused: the procedure step is already completed"),
    (.unifiedProcedureStep, 0xC312, "refused: the performer cannot"),
    (.unifiedProcedureStep, 0xC313, "refused: the performer chooses"),
    (.unifiedProcedureStep, 0xC314, "refused: the action"), (.unifiedProcedureStep, 0xC315, "refused: event reports"),
    (.unifiedProcedureStep, 0xC316, "unable to process"),
]

@Suite struct StatusTableTests {
    @Test("Every table knows the codes of its service, with their categories, and no others", arguments: 0..<7)
    func everyCode(index: Int) {
        let (name, table, expected, count) = Expected.tables[index]
        #expect(expected.count == count && table.codeCount == count, "\(name)")
        for code in 0...UInt16.max {
            let status = Status(code)
            let category = expected[code]
            // Of the codes nobody assigns, a tenth will do for the other two questions.
            let isSampled = category != nil || code % 10 == 0
            guard table.category(of: status) == category ?? .unknown,
                !isSampled || table.contains(status) == (category != nil),
                !isSampled || (table.meaning(of: status)?.isEmpty == false) == (category != nil)
            else {
                Issue.record("\(name): \(status) is \(table.category(of: status)), not \(String(describing: category))")
                continue
            }
            // One number never means good here and bad there.
            if let category, status.category != category { Issue.record("\(status) is \(status.category) at large") }
        }
    }

    @Test("Every status of every table says what it means", arguments: meanings)
    private func meaning(table: Table, code: UInt16, words: String) throws {
        let meaning = try #require(table.table.meaning(of: Status(code)))
        #expect(meaning.hasPrefix(words))
        if !words.hasPrefix("unable") || words.contains(":") { #expect(meaning != "unable to process") }
    }

    @Test("The statuses of a service are those of its service class; Repository Query has its own")
    func ofServices() {
        let tables: [ServiceClass: StatusTable] = [
            .relevantPatient: .relevantPatient, .unifiedProcedureStep: .unifiedProcedureStep,
        ]
        for service in FindService.standard {
            let expected = service.name == "repository" ? .repository : tables[service.serviceClass] ?? .query
            #expect(service.statuses == expected, "\(service.name)")
            if service.name != "repository" { #expect(service.serviceClass.statuses == expected) }
        }
        let limit = Status.responseLimitReached
        #expect(FindService.standard.filter { $0.statuses.contains(limit) }.map(\.name) == ["repository"])
        #expect(
            FindService.standard.filter { $0.statuses.contains(.invalidPriorRecordKey) }.map(\.name) == ["repository"]
        )
    }

    @Test("Of rows that hold a code the narrowest counts, and of equal ones the last; rows are in ascending order")
    func nesting() {
        let table = StatusTable([
            .init(0xC010, .warning, "one"), .init(0xC000...0xC0FF, .failure, "some"),
            .init(0xC000...0xCFFF, .failure, "all"),
            .init(0xC010, .failure, "last"), .init(0xFFFF, .pending, "end"), .init(0, .success, "begin"),
        ])
        #expect(table.rows.map(\.meaning) == ["begin", "all", "some", "last", "end"])
        let codes: [UInt16] = [
            0, 1, 0xBFFF, 0xC000, 0xC00F, 0xC010, 0xC011, 0xC0FF, 0xC100, 0xCFFF, 0xD000, 0xFFFE, 0xFFFF,
        ]
        #expect(
            codes.map { table.meaning(of: Status($0)) ?? "-" } == [
                "begin", "-", "-", "some", "some", "last", "some", "some", "all", "all", "-", "-", "end",
            ]
        )
        #expect(table.codeCount == 2 + 0x1000)
        #expect(table.adding([.init(0xC010, .cancel, "mine")]).category(of: Status(0xC010)) == .cancel)
        #expect(StatusTable([]).codeCount == 0 && !StatusTable([]).contains(.success))
    }

    @Test("A failure is told in the words of the service that was asked, or in general words")
    func failures() {
        let code = Status(0xC311)
        #expect(FindFailure(status: code).meaning == code.meaning)
        #expect(FindFailure(status: code).serviceClass == nil)
        #expect(FindFailure(status: code, serviceClass: .basicWorklist).meaning == code.meaning)
        #expect(FindFailure(status: code, serviceClass: .unifiedProcedureStep).meaning.contains("already completed"))
        #expect(FindFailure(status: code, serviceClass: .relevantPatient).meaning == code.meaning)
        #expect(FindFailure(status: .moreThanOneMatch, serviceClass: .relevantPatient).meaning.contains("one patient"))
        #expect(FindFailure(status: .moreThanOneMatch, serviceClass: .basicWorklist).meaning == "unable to process")
        #expect(
            FindFailure(status: .invalidPriorRecordKey, serviceClass: .queryRetrieve).meaning.contains("record key")
        )
        #expect(FindFailure(status: Status(0x1234), serviceClass: .inventory).meaning.contains("does not assign"))
    }
}
