import DICOMProtocol
import Testing

@Suite struct FindRulesTests {
    private static let unlike = [
        "repository", "relevant-patient", "relevant-patient-breast", "relevant-patient-cardiac",
    ]

    @Test(
        "Every service has the rules of its class: two Pending statuses, no bound of matches, no warning but final ones"
    )
    func services() {
        for service in FindService.standard {
            switch service.name {
            case "repository": #expect(service.rules == .repository)
            case let name where name.hasPrefix("relevant-patient"): #expect(service.rules == .relevantPatient)
            default: #expect(service.rules == .standard, "\(service.name)")
            }
        }
        #expect(FindService.standard.filter { $0.rules != .standard }.map(\.name) == Self.unlike)
        for serviceClass in ServiceClass.allCases {
            #expect(serviceClass.rules == (serviceClass == .relevantPatient ? .relevantPatient : .standard))
        }
    }

    @Test(
        "Only Pending statuses, and B001 of Repository Query, are followed by more; every other status is final",
        arguments: ["worklist", "repository", "relevant-patient"]
    )
    func everyStatus(name: String) throws {
        let rules = try #require(FindService.named(name)).rules
        for code in 0...UInt16.max {
            let status = Status(code)
            let isLimit = name == "repository" && code == 0xB001
            let goesOn = code == 0xFF00 || code == 0xFF01 || isLimit
            let isPending = code == 0xFF00 || (code == 0xFF01 && name != "relevant-patient")
            guard rules.continues(after: status) == goesOn, rules.isFinal(status) == !goesOn,
                rules.endsMatches(status) == (!goesOn || isLimit), rules.isPending(status) == isPending,
                rules.sent(status) == (code == 0xFF01 && !isPending ? .pending : status)
            else {
                Issue.record("\(status)")
                continue
            }
        }
    }

    @Test("Relevant patient information is one match; more are answered with C100")
    func matches() {
        let rules = FindRules.relevantPatient
        #expect((0...3).map { rules.allows(match: $0) } == [true, true, false, false])
        #expect(rules.tooManyMatches == Status(0xC100))
        #expect(FindRules.standard.allows(match: .max) && FindRules.standard.tooManyMatches == nil)
        #expect(FindRules(maximumMatches: 0).allows(match: 1) == false)
    }

    @Test("A service with no Pending status at all keeps what it is told to send")
    func noPending() {
        let rules = FindRules(pending: [])
        #expect(rules.sent(.pendingWithUnsupportedKeys) == .pendingWithUnsupportedKeys)
        #expect(!rules.isPending(.pending))
    }
}
