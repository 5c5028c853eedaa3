import DICOMData
import Testing

@testable import DICOMMatching

@Suite("How a key matches, before it is sent")
struct QueryRulesTests {
    private let now = QueryMoment(date: DICOMDate(daysSince1970: 20_781), second: 52_000)
    private let date = AttributePath.step(.scheduledProcedureStepStartDate)
    private let time = AttributePath.step(.scheduledProcedureStepStartTime)

    private func rule(_ path: AttributePath, _ value: String, _ others: [(AttributePath, String)] = []) -> Verdict.Rule?
    {
        var query = Query.worklist
        for (path, value) in others + [(path, value)] { query.set(path, value) }
        return query[path].map { query.rule(for: $0, now: now) }
    }

    @Test("each rule of PS3.4 C.2.2.2 is told by value, VR and model")
    func rules() {
        #expect(rule(AttributePath([], .patientName), "") == .universal)
        #expect(rule(AttributePath([], .patientName), "*") == .universal)
        #expect(rule(AttributePath([], .patientName), "SMI*") == .wildcard)
        #expect(rule(AttributePath([], .patientName), "SMITH^ANNA") == .singleValue)
        #expect(rule(AttributePath([], .patientID), "\"\"") == .emptyValue)
        #expect(rule(AttributePath([], .studyInstanceUID), "1.2\\1.3") == .uidList)
        #expect(rule(.step(.modality), "CT") == .singleValue)
        #expect(rule(.step(.modality), "C*") == .singleValue, "the model has it match by a single value")
        #expect(rule(date, "today") == .singleValue)
        #expect(rule(date, "week") == .range)
        #expect(rule(time, "1300-") == .range)
    }

    @Test("date and time that are ranges are one period, as our own server has it")
    func period() {
        #expect(rule(time, "2000-0800", [(date, "today..tomorrow")]) == .period)
        #expect(rule(date, "today..tomorrow", [(time, "2000-0800")]) == .period)
        #expect(rule(time, "1300-", [(date, "today")]) == .range, "a single day is no range")
        #expect(rule(time, "1300-", [(date, "..today")]) == .range, "the first hour has no day to belong to")
    }

    @Test("a night from evening to morning needs two days; on one day it is an error")
    func night() throws {
        var query = Query.worklist
        query.set(date, "today..tomorrow")
        query.set(time, "2000-0800")
        let key = try #require(query[time])
        let findings = KeyCheck.findings(for: key, in: query, now: now)
        #expect(!findings.contains { $0.severity == .error })
        #expect(findings.contains { $0.text.contains("20:00 -> ") })
        query.set(date, "today")
        #expect(KeyCheck.findings(for: key, in: query, now: now).contains { $0.severity == .error })
        query.set(date, "..today")
        #expect(KeyCheck.findings(for: key, in: query, now: now).contains { $0.severity == .error })
        query.set(date, "")
        #expect(KeyCheck.findings(for: key, in: query, now: now).contains { $0.severity == .error })
    }

    @Test(
        "a key is spelled so that it is read back as the same key",
        arguments: [
            AttributePath([], .patientName), .step(.modality), AttributePath([], .modality),
            AttributePath([.init(.scheduledProcedureStepSequence, item: 2)], .modality),
            AttributePath(
                [.init(.scheduledProcedureStepSequence), .init(.scheduledProtocolCodeSequence, item: 1)],
                .codeValue
            ),
            AttributePath([], .scheduledStationAETitle),
        ]
    )
    func spelling(_ path: AttributePath) throws {
        var query = Query()
        query.set(QueryKey(path))
        let key = try #require(query[path])
        let parsed = try KeyPath.parse(key.spelling(in: query))
        #expect(parsed.path == path, "\(key.spelling(in: query))")
        #expect(parsed.vr == key.vr)
    }

    @Test("a private key keeps its VR in its spelling")
    func privateKey() throws {
        let key = QueryKey(AttributePath([], Tag(0x0009, 0x1001)), vr: .LO, value: "X")
        let query = Query(keys: [key])
        #expect(try KeyPath.parse(key.spelling(in: query) + "=X").key() == key)
    }
}
