import Testing

@testable import WorklistServer

/// How often a peer may ask.
@Suite struct RateTableTests {
    private static func check(_ table: inout RateTable, _ address: String, rate: Double, now: Double, _ expected: Bool)
    {
        let isAllowed = table.take(address, rate: rate, now: now)
        #expect(isAllowed == expected, "\(address) at \(now)")
    }

    @Test("Twice as many as a second's worth may come at once, then as many as the rate")
    func rate() {
        var table = RateTable()
        let burst = (0..<10).count { _ in table.take("10.0.0.1", rate: 2, now: 0) }
        #expect(burst == 4)
        Self.check(&table, "10.0.0.1", rate: 2, now: 0.4, false)
        Self.check(&table, "10.0.0.1", rate: 2, now: 0.6, true)
        Self.check(&table, "10.0.0.1", rate: 2, now: 0.6, false)
    }

    @Test("One peer's haste is not another's")
    func apart() {
        var table = RateTable()
        while table.take("10.0.0.1", rate: 1, now: 0) {}
        Self.check(&table, "10.0.0.2", rate: 1, now: 0, true)
    }

    @Test("Peers that have been quiet are forgotten, however many come")
    func bounded() {
        var table = RateTable()
        for number in 0..<100_000 { _ = table.take("\(number)", rate: 1, now: Double(number)) }
        #expect(table.count < 3_000)
    }

    @Test("A slow rate lets the first one through")
    func slow() {
        var table = RateTable()
        Self.check(&table, "a", rate: 0.1, now: 0, true)
        Self.check(&table, "a", rate: 0.1, now: 5, false)
        Self.check(&table, "a", rate: 0.1, now: 11, true)
    }
}
