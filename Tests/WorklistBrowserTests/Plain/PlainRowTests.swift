import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Plain mode: rows")
struct PlainRowTests {
    private static let anna =
        "SMITH, Anna M, born 1985-11-02, ID 00391022 [HOSP-A], F, 41 y, accession 26-004702, 08:45, CT, CT01, CT Head, "
        + "scheduled, CAUTION: also on this list: SMITH, Anna (row 2, born 1958-11-02, ID 00220147)"

    @Test("a row is one line: place, name, birth date, ID, and all the list knows; a namesake is warned of")
    func row() {
        var plain = PlainBrowser.loaded()
        #expect(plain.type("next").first?.hasPrefix("row 2 of 14: SMITH, Anna, born 1958-11-02, ID 00220147") == true)
        #expect(plain.type("next") == ["row 3 of 14: " + Self.anna])
        #expect(plain.type("") == ["row 3 of 14: " + Self.anna], "Enter says it again")
    }

    @Test("what is missing or doubtful is said")
    func doubtful() throws {
        var plain = PlainBrowser.loaded()
        let emergency = try #require(plain.type("last").first)
        #expect(emergency.contains("TEMP, Emergency 7, birth date unknown, ID E2609217"))
        #expect(emergency.contains("URGENT"))
        let guessed = try #require(plain.type("row 11").first)
        #expect(guessed.contains("(doubtful)"), "\(guessed)")
    }

    @Test("moving stops at both ends, and says so")
    func ends() {
        var plain = PlainBrowser.loaded()
        #expect(plain.type("previous") == ["this is the first row"])
        #expect(plain.type("next 5").first?.hasPrefix("row 6 of 14: O'CONNOR") == true)
        #expect(plain.type("next 1000").first?.hasPrefix("row 14 of 14: ") == true)
        #expect(plain.type("next") == ["this is the last row"])
        #expect(plain.type("first").first?.hasPrefix("row 1 of 14: NGUYEN") == true)
        #expect(plain.type("next -1") == ["'-1' is no number of rows"])
        #expect(plain.type("next 99999999999999999999") == ["'99999999999999999999' is no number of rows"])
    }

    // MARK: Acting on identity

    @Test("show says every attribute of the row that was said last, then the row again")
    func show() throws {
        var plain = PlainBrowser.loaded()
        plain.type("row 3")
        let lines = plain.type("show")
        #expect(try #require(lines.first).contains(" attributes, 0 empty, "), "\(lines)")
        #expect(lines.contains("Patient's Name (0010,0010): SMITH^Anna^M"))
        #expect(lines.contains("Patient's Birth Date (0010,0030): 19851102 (Sat 2 Nov 1985)"))
        #expect(lines.contains("  Modality (0008,0060): CT (Computed Tomography)"))
        #expect(lines.contains { $0.hasSuffix(": asked, not returned") })
        #expect(lines.last == "row 3 of 14: " + Self.anna)
    }

    @Test("a row that was not said is not acted on: it is said first")
    func notSaid() {
        var (plain, id) = PlainBrowser.started()
        plain.receive(id, Sample.morning)
        let lines = plain.type("show")
        #expect(lines.count == 2)
        #expect(lines.first == "first hear which row it is:")
        #expect(lines.last?.hasPrefix("row 1 of 14 (still receiving): NGUYEN") == true)
        #expect(plain.type("show").count > 10)
    }

    @Test("show N says row N, and shows nothing yet")
    func showNumber() {
        var plain = PlainBrowser.loaded()
        let lines = plain.type("show 3")
        #expect(lines.count == 2)
        #expect(lines.first == "row 3 of 14: " + Self.anna)
        #expect(plain.type("show").contains("Patient ID (0010,0020): 00391022"))
    }

    @Test("rows that stream in above do not change which row is acted on")
    func streaming() {
        var (plain, id) = PlainBrowser.started()
        plain.receive(id, Array(Sample.morning[2...]))
        #expect(plain.type("next").first?.hasPrefix("row 1 of 12 (still receiving): SMITH, Anna M") == true)
        plain.receive(id, Array(Sample.morning[..<2]))
        let lines = plain.type("show")
        #expect(lines.contains("Patient ID (0010,0020): 00391022"))
        #expect(lines.last?.hasPrefix("row 3 of 14 (still receiving): SMITH, Anna M") == true)
    }

    @Test("a refresh that changed the row, or took it away: nothing is done, and what is there now is said")
    func changed() throws {
        for isGone in [false, true] {
            var plain = PlainBrowser.loaded()
            plain.type("row 3")
            let id = try #require(plain.take(line: "run").effects.finds.first).id
            var steps = Sample.morning
            if isGone {
                steps.remove(at: 2)
            } else {
                steps[2].born = "19851103"
            }
            plain.receive(id, steps)
            // What a user types while the refresh ends under the fingers.
            _ = plain.browser.update(.find(id, .finished(.complete, Sample.statistics(matches: steps.count))))
            let lines = plain.type("show")
            #expect(lines.contains { $0.hasPrefix("nothing done: the row is not as it was said") }, "\(lines)")
            #expect(!lines.contains { $0.contains("(0010,0020)") })
            let row = try #require(lines.first { $0.hasPrefix("row 3 of") })
            #expect(row.contains(isGone ? "MÜLLER" : "born 1985-11-03"))
        }
    }

    @Test("a refresh that puts another patient under the cursor says so; the next action waits until it was heard")
    func anotherPatient() throws {
        for isGone in [false, true] {
            var plain = PlainBrowser.loaded()
            plain.type("row 3")
            let id = try #require(plain.take(line: "run").effects.finds.first).id
            var steps = Sample.morning
            if isGone { steps.remove(at: 2) } else { steps[2].name = "SMITH^Alan" }
            plain.receive(id, steps)
            let end = plain.end(id)
            #expect(end.contains { $0.contains(isGone ? "MÜLLER" : "SMITH, Alan") }, "\(end)")
            #expect(end.contains { $0.contains("no longer on the list") } == isGone)
            let refused = plain.type("show")
            #expect(refused.first?.hasPrefix("nothing done: another row took the place") == true, "\(refused)")
            #expect(refused.count == 2)
            #expect(plain.type("show").count > 10)
        }
    }

    @Test("what is said and has not changed is not said again by a refresh")
    func unchanged() throws {
        var plain = PlainBrowser.loaded()
        plain.type("row 3")
        let id = try #require(plain.take(line: "run").effects.finds.first).id
        plain.receive(id, Sample.morning)
        #expect(plain.end(id).count == 1)
        #expect(plain.type("show").count > 10)
    }

    @Test("a row that was heard stays under the cursor when rows come in above it and the query ends")
    func heardStays() {
        var (plain, id) = PlainBrowser.started()
        plain.receive(id, [Sample.morning[5]])
        #expect(plain.type("").first?.hasPrefix("row 1 of 1 (still receiving): O'CONNOR") == true)
        plain.receive(id, Sample.morning.filter { $0.id != Sample.morning[5].id })
        let end = plain.end(id)
        #expect(end.last?.hasPrefix("row 6 of 14: O'CONNOR") == true || end.count == 1, "\(end)")
        #expect(plain.type("show").contains("Patient ID (0010,0020): 00440071"))
    }

    @Test("a number means the row it was listed with, wherever that is by then")
    func listedNumbers() {
        var plain = PlainBrowser.loaded()
        let listed = plain.type("list")
        #expect(listed.first == "rows 1 to 14 of 14, as of 14:31:49, 0 s ago")
        #expect(listed.dropFirst(3).first?.hasPrefix("3. SMITH, Anna M, born 1985-11-02, ID 00391022") == true)
        #expect(listed.last?.hasPrefix("row 1 of 14: ") == true)
        plain.type("sort patient down")
        let row = plain.type("row 3").first ?? ""
        #expect(row.contains("(listed as 3): SMITH, Anna M,"), "\(row)")
        #expect(!row.hasPrefix("row 3 of"))
        plain.type("filter kowalski")
        #expect(plain.type("row 3") == ["what was listed as row 3 does not pass the filter: list says the rows anew"])
        #expect(plain.type("row 400") == ["there is no row 400: 1 row in all"])
    }

    @Test("a page at a time, from any row, or all")
    func pages() {
        var (plain, id) = PlainBrowser.started()
        plain.receive(
            id,
            (0..<50).map { Sample.Step(name: "TEST^Number \($0)", id: "P\($0)", accession: "A\($0)", time: "0900") }
        )
        _ = plain.end(id)
        let first = plain.type("list")
        #expect(first.count == 23)
        #expect(first[21] == "30 more: list 21")
        #expect(plain.type("list 41").first?.hasPrefix("rows 41 to 50 of 50") == true)
        #expect(plain.type("list all").count == 52)
        #expect(plain.type("list 51") == ["list, list N with N from 1 to 50, or list all"])
    }

    // MARK: Filter, sort, privacy

    @Test("a filter says that the server was not asked, and every row that it is one of more")
    func filter() {
        var plain = PlainBrowser.loaded()
        let lines = plain.type("filter smith")
        #expect(lines.first == "2 of 14 rows here pass 'smith'; the server was not asked")
        #expect(lines.last?.contains("of 2 (filtered from 14): SMITH") == true)
        #expect(plain.type("filter nobody") == ["0 of 14 rows here pass 'nobody'; the server was not asked"])
        #expect(plain.type("show") == ["no row passes the filter; filter alone shows all 14 again"])
        #expect(plain.type("filter").first == "no filter: all 14 rows")
    }

    @Test("a filter over many rows is said when it is there, and lines wait for it")
    func slowFilter() throws {
        var (plain, id) = PlainBrowser.started()
        plain.receive(
            id,
            (0..<2_000).map { Sample.Step(name: "TEST^Number \($0)", id: "P\($0)", accession: "A\($0)", time: "0900") }
        )
        _ = plain.end(id)
        let filtered = plain.take(line: "filter P1999")
        #expect(filtered.lines.isEmpty)
        let job = try #require(filtered.effects.jobs.first)
        #expect(plain.type("show").isEmpty)
        let lines = plain.take(event: .arranged(generation: job.generation, order: job.run())).lines.map(\.string)
        #expect(lines.first == "1 of 2000 rows here pass 'P1999'; the server was not asked")
        #expect(lines.contains("Patient ID (0010,0020): P1999"), "the line that waited was run")
    }

    @Test("privacy hides names and identifiers in every line")
    func privacy() {
        var plain = PlainBrowser.loaded()
        plain.type("row 3")
        let lines = plain.type("privacy") + plain.type("show") + plain.type("list all") + plain.type("status")
        // The sample makes these out of the identifiers; they tell an order, not a person.
        let hidden = lines.filter {
            !$0.contains(" UID (") && !$0.contains("Step ID (") && !$0.contains("Procedure ID (")
        }
        for secret in ["SMITH", "Anna", "00391022", "26-004702", "HOSP-A", "1985-11-02", "19851102"] {
            #expect(!hidden.contains { $0.contains(secret) }, "\(secret)")
        }
        #expect(plain.type("privacy").last == "row 3 of 14: " + Self.anna)
    }

    @Test("hostile text is harmless in every line")
    func hostile() {
        var (plain, id) = PlainBrowser.started()
        let evil = "EVIL\u{1B}[2J\u{202E}\u{9B}\u{200B}\u{7}^X"
        plain.receive(id, [Sample.Step(name: evil, procedure: "A\u{1B}]0;x\u{07}\u{2028}B")])
        var lines = plain.end(id) + plain.type("show") + plain.type("list")
        lines += plain.type("\u{1B}[A\u{202E}") + plain.type("server \u{1B}[2J") + plain.type("key \u{9B}=1")
        lines += plain.type("filter \u{1B}]0;x\u{07}")
        for line in lines {
            for scalar in line.unicodeScalars {
                #expect(scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value), "\(line)")
                #expect(![0x202E, 0x200B, 0x2028].contains(scalar.value), "\(line)")
            }
        }
    }
}
