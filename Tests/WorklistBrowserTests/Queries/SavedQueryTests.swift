import DICOMData
import DICOMMatching
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Saved queries as values")
struct SavedQueryTests {
    private let id = AttributePath([], .patientID)
    private let name = AttributePath([], .patientName)
    private let modality = AttributePath.step(.modality)
    private let station = AttributePath.step(.scheduledStationAETitle)
    private let date = AttributePath.step(.scheduledProcedureStepStartDate)

    @Test("what the server's settings say is left to the settings of whoever runs it")
    func configuration() throws {
        let query = Query.worklist(.thisScanner(modality: "CT", station: "CT01"))
        let saved = SavedQuery(name: "Mine", saving: query, server: Sample.server, keepsPersonal: true)
        #expect(saved.later == [modality: .configuration, station: .configuration])
        #expect(saved.query[modality]?.isMatching == false)
        #expect(saved.query[date]?.value == "today", "relative dates stay relative")
        var other = Sample.server
        other.modality = "MR"
        other.stationAETitle = "MR02"
        let filled = try saved.query(for: other)
        #expect(filled[modality]?.value == "MR")
        #expect(filled[station]?.value == "MR02")
        #expect(filled[station]?.source == .configuration)
    }

    @Test("a value typed by the user stays as it is, even where the settings have the same key")
    func fixedModality() {
        var query = Query.worklist
        query.set(modality, "MR", source: .user)
        let saved = SavedQuery(name: "MR", saving: query, server: Sample.server, keepsPersonal: true)
        #expect(saved.later.isEmpty)
        #expect(saved.query[modality]?.value == "MR")
        #expect(saved.query[modality]?.source == .fixed)
    }

    @Test("a key whose settings have no value is never left empty: that would ask for more")
    func notWidened() {
        var server = Sample.server
        server.modality = ""
        #expect(throws: QueryError.self) { try SavedSample.tomorrow.query(for: server) }
        #expect(throws: QueryError.self) { try SavedSample.tomorrow.query(for: nil) }
    }

    @Test("values that tell who a patient is can be left out; then they are asked for, scanned ones by scanning")
    func personal() {
        var query = Query.worklist
        query.set(name, "SMI*")
        query.set(id, "4711", source: .scanned)
        query.set(AttributePath([], .patientBirthDate), "19850203")
        query.set(AttributePath([], .patientSex), "F")
        let left = SavedQuery(name: "x", saving: query, server: nil, keepsPersonal: false)
        #expect(left.later == [name: .user, id: .scanned, AttributePath([], .patientBirthDate): .user])
        #expect(left.query.matchingKeys.map(\.path) == [AttributePath([], .patientSex)])
        #expect(left.asked == [name, id, AttributePath([], .patientBirthDate)])
        let kept = SavedQuery(name: "x", saving: query, server: nil, keepsPersonal: true)
        #expect(kept.later.isEmpty)
        #expect(kept.query[name]?.value == "SMI*")
    }

    @Test("names that mean a scope, or nothing, are refused", arguments: ["", "  ", "scanner", "All", " x", "x "])
    func badNames(_ name: String) { #expect(SavedQuery.problem(inName: name) != nil) }

    @Test("a file's name has nothing that leads elsewhere")
    func fileNames() {
        #expect(SavedQuery.fileName(for: "STAT today") == "STAT today.toml")
        #expect(SavedQuery.fileName(for: "../etc/passwd") == "---etc-passwd.toml")
        #expect(SavedQuery.fileName(for: ".hidden") == "-hidden.toml")
        #expect(SavedQuery.fileName(for: "Früh\u{7}dienst") == "Früh-dienst.toml")
        #expect(SavedQuery.fileName(for: String(repeating: "漢", count: 60)).utf8.count < 255)
    }

    @Test("words say what is asked, what the settings add, and what is asked for")
    func words() {
        let now = Sample.start.queryMoment
        let words = SavedSample.tomorrow.words(for: Sample.server, now: now)
        #expect(QueryWords.line(words, isPrivate: false).string == "date=tomorrow(20261125)  modality=CT")
        let asked = SavedSample.accession.words(for: Sample.server, now: now)
        #expect(QueryWords.line(asked, isPrivate: false).string == "accession=(asked for)")
        var bare = Sample.server
        bare.modality = ""
        let missing = SavedSample.tomorrow.words(for: bare, now: now)
        #expect(QueryWords.line(missing, isPrivate: false).string.contains("settings have none"))
    }

    @Test("every example can be sent, once what it asks for is there")
    func examples() throws {
        for example in SavedQuery.examples(for: Sample.server) {
            var query = try example.query(for: Sample.server)
            for path in example.asked { query.set(path, "1") }
            _ = try query.identifier(now: Sample.start.queryMoment)
            #expect(SavedQuery.problem(inName: example.name) == nil)
        }
    }

    @Test("an explanation has a row for each key: what is sent, from where, by which rule")
    func explanation() throws {
        let now = Sample.start.queryMoment
        let explained = QueryExplanation(
            SavedSample.tomorrow,
            server: Sample.server,
            origin: ["--saved", "Tomorrow"],
            now: now
        )
        let row = try #require(explained.rows.first { $0.key == "SPS.Modality" })
        #expect(row.sent == "CT")
        #expect(row.source == .configuration)
        #expect(row.keyType == .required)
        let day = try #require(explained.rows.first { $0.tag == .scheduledProcedureStepStartDate })
        #expect(day.value == "tomorrow")
        #expect(day.sent == "20261125")
        #expect(day.rule == .singleValue)
        #expect(explained.byteCount ?? 0 > 100)
        #expect(explained.find == "worklist find --server RIS-PROD --saved Tomorrow")
        #expect(explained.findscu.contains("'(0040,0100)[0].(0040,0002)=20261125'"))
        let open = QueryExplanation(SavedSample.accession, server: Sample.server, origin: ["--saved", "x"], now: now)
        #expect(open.byteCount == nil)
        #expect(open.problem?.contains("AccessionNumber") == true)
        #expect(open.find.hasSuffix("-k AccessionNumber=VALUE"))
    }
}
