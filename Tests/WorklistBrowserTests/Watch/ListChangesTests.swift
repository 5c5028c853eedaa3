import DICOMData
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("What differs between two lists")
struct ListChangesTests {
    private func table(_ steps: [Sample.Step]) -> MatchTable {
        var table = MatchTable()
        table.append(Sample.batch(steps))
        return table
    }

    private func changes(
        _ old: [Sample.Step],
        _ new: [Sample.Step],
        isPartial: Bool = false
    ) -> ListChanges {
        ListChanges(from: table(old), to: table(new), since: Sample.start, isPartial: isPartial, fallback: nil)
    }

    @Test("the same list has no changes, in whatever order")
    func same() {
        #expect(changes(Sample.morning, Sample.morning).isEmpty)
        #expect(changes(Sample.morning, Sample.morning.reversed()).isEmpty)
        #expect(changes([], []).isEmpty)
    }

    @Test("new, changed and gone by identity, not by place")
    func kinds() throws {
        let changes = changes(Sample.morning, Sample.laterMorning)
        #expect(changes.counts == "2 new, 1 changed, 1 gone")
        #expect(changes.newRows == [13, 14])
        #expect(changes.isChanged(1) && !changes.isChanged(2))
        let old = try #require(changes.old(of: 1))
        #expect(old == table(Sample.morning).item(1))
        #expect(changes.gone.map { $0.decoded.string(.patientID) } == ["00501188"])
    }

    @Test("everything new, everything gone")
    func extremes() {
        #expect(changes([], Sample.morning).counts == "14 new")
        #expect(changes(Sample.morning, []).counts == "14 gone")
    }

    @Test("an item that is there twice is matched twice; one of them gone is one gone")
    func duplicates() {
        let item = Sample.morning[0]
        #expect(changes([item, item], [item, item]).isEmpty)
        #expect(changes([item, item], [item]).counts == "1 gone")
        #expect(changes([item], [item, item]).counts == "1 new")
        var other = item
        other.status = "COMPLETED"
        #expect(changes([item, item], [other, item]).counts == "1 changed")
        #expect(changes([item, other], [other, item]).isEmpty)
    }

    @Test("a partial list makes nothing new and nothing gone; what changed has changed")
    func partial() {
        let changes = changes(Sample.morning, Sample.laterMorning, isPartial: true)
        #expect(changes.counts == "1 changed")
        #expect(changes.gone.isEmpty && changes.newRows.isEmpty)
        #expect(changes.isPartial)
    }

    @Test("what says the same is no change, be it encoded otherwise")
    func sameValue() throws {
        let steps = [Sample.morning[2]]
        var implicit = MatchBatch(transferSyntax: .implicitVRLittleEndian)
        implicit.append(try Sample.dataSet(steps[0]).encoded(.implicitVRLittleEndian), status: .pending)
        var new = MatchTable()
        new.append(implicit)
        let changes = ListChanges(from: table(steps), to: new, since: Sample.start, isPartial: false, fallback: nil)
        #expect(changes.isEmpty)
    }

    @Test("differences are told attribute by attribute, in sequences too, with values as people read them")
    func itemChanges() {
        var after = Sample.morning[0]
        after.status = "COMPLETED"
        after.time = "091530"
        after.name = "NGUYEN^Thi Lan Anh"
        after.born = ""
        let table = table([Sample.morning[0], after])
        let changes = ItemChange.between(table.item(0), table.item(1), fallback: nil)
        let words = changes.map { "\($0.was) -> \(ItemChange.words($0.new))" }
        #expect(
            words == [
                "name NGUYEN, Thi Lan -> NGUYEN, Thi Lan Anh", "born 1961-03-08 -> empty", "time 08:15 -> 09:15:30",
                "status ARRIVED -> COMPLETED",
            ]
        )
    }

    @Test("an attribute that is not returned any more, and one that was not before")
    func absent() {
        var before = Sample.dataSet(Sample.morning[0])
        let after = before
        before.remove(.patientSex)
        func item(_ dataSet: DataSet) -> EncodedDataSet {
            let bytes = (try? dataSet.encoded(.explicitVRLittleEndian)) ?? []
            return EncodedDataSet(bytes: bytes[...], transferSyntax: .explicitVRLittleEndian)
        }
        let came = ItemChange.between(item(before), item(after), fallback: nil)
        #expect(came.map(\.was) == ["sex not returned"])
        let went = ItemChange.between(item(after), item(before), fallback: nil)
        #expect(went.map { ItemChange.words($0.new) } == ["not returned"])
    }

    @Test("hostile text in an old value is made safe, and the differences are bounded")
    func hostile() {
        var after = Sample.morning[0]
        var before = after
        before.procedure = "EVIL\u{1B}[2J\u{202E}"
        after.procedure = "GOOD"
        let table = table([before, after])
        let changes = ItemChange.between(table.item(0), table.item(1), fallback: nil)
        #expect(!changes.isEmpty)
        for change in changes {
            #expect(!change.was.string.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
        }
        #expect(ItemChange.between(table.item(0), table.item(1), fallback: nil, limit: 1).count == 1)
    }

    @Test("of very many changes all are counted, and old values are kept of some")
    func bounded() {
        let old = (0..<6_000).map { Sample.Step(id: "\($0)", accession: "A\($0)", status: "SCHEDULED") }
        let new = old.map { step in
            var step = step
            step.status = "ARRIVED"
            return step
        }
        let changed = changes(old, new)
        #expect(changed.counts == "6000 changed")
        #expect(changed.old(of: 0) != nil && changed.old(of: 5_999) == nil)
        #expect(changed.isChanged(5_999))
        let gone = changes(old, [])
        #expect(gone.goneCount == 6_000)
        #expect(gone.gone.count == ListChanges.keptLimit)
    }

    @Test("long lists are compared off the UI thread; an answer for a list that has gone is ignored")
    func offThread() throws {
        let old = (0..<1_500).map { Sample.Step(id: "\($0)", accession: "A\($0)") }
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, old)
        browser.complete(id)
        let first = browser.keys("r").finds.first
        let effects = browser.refresh(first, Array(old.dropFirst()), at: 10)
        let job = try #require(effects.comparisons.first)
        #expect(browser.list?.changes == nil)
        #expect(browser.screenText(size: TerminalSize(columns: 120, rows: 30)).contains("comparing"))
        let second = browser.keys("r").finds.first
        _ = browser.refresh(second, old, at: 20)
        _ = browser.update(.compared(generation: job.generation, changes: job.run()))
        #expect(browser.list?.changes == nil)
        let third = browser.keys("r").finds.first
        let last = try #require(browser.refresh(third, Array(old.dropLast(2)), at: 30).comparisons.first)
        _ = browser.update(.compared(generation: last.generation, changes: last.run()))
        #expect(browser.list?.changes?.counts == "2 gone")
    }

    @Test("lists above the limit are not compared, and the screen says so")
    func skipped() {
        var browser = Browser.loaded()
        browser.list?.changes = ListChanges(skippedSince: Sample.start)
        let screen = browser.screenText(size: TerminalSize(columns: 120, rows: 30))
        #expect(screen.contains("changes not compared above 200000 rows"))
        browser.keys("d")
        #expect(browser.overlays.isEmpty)
    }
}
