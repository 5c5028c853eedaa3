import DICOMData
import DICOMMatching
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Detail screen")
struct DetailScreenTests {
    private let surroundings = ScreenSample.surroundings()

    // MARK: Items

    /// A worklist item; `change` may add to it before it is encoded.
    private func item(
        characterSet: SpecificCharacterSet? = nil,
        name: String = "SMITH^Anna^M",
        change: (inout DataSet, inout DataSet) throws -> Void = { _, _ in }
    ) throws -> EncodedDataSet {
        var root = DataSet()
        if let characterSet {
            root.set(DataElement(tag: .specificCharacterSet, vr: .CS, bytes: characterSet.encodedValue.utf8))
        }
        try root.set(.accessionNumber, "26-004702")
        try root.set(.referringPhysicianName, "HOLT^Petra^^Dr")
        try root.set(.patientName, name)
        try root.set(.patientID, "00391022")
        try root.set(.issuerOfPatientID, "HOSP-A")
        try root.set(.patientBirthDate, "19851102")
        try root.set(.patientSex, "F")
        try root.set(.medicalAlerts, "METFORMIN")
        try root.set(.allergies, "")
        try root.set(.pregnancyStatus, "4")
        try root.set(.studyInstanceUID, "1.2.276.0.7230010.3.1.2.8.40711")
        try root.set(.requestedProcedureDescription, "CT Head")
        var study = DataSet(inheriting: root.characterSet)
        try study.set(Tag(0x0008, 0x1150), "1.2.840.10008.3.1.2.3.1")
        try study.set(Tag(0x0008, 0x1155), "1.2.3.4.5")
        root.setItems(Tag(0x0008, 0x1110), [study])
        var step = DataSet(inheriting: root.characterSet)
        try step.set(.modality, "CT")
        try step.set(.scheduledStationAETitle, "CT01\\CT02")
        try step.set(.scheduledProcedureStepStartDate, "20261124")
        try step.set(.scheduledProcedureStepStartTime, "084500")
        try step.set(.scheduledProcedureStepLocation, "Room 2")
        try step.set(.scheduledProcedureStepStatus, "SCHEDULED")
        var code = DataSet(inheriting: root.characterSet)
        try code.set(.codeValue, "HEADNC")
        try code.set(.codingSchemeDesignator, "99LOCAL")
        try code.set(.codeMeaning, "CT Head plain")
        step.setItems(Tag(0x0040, 0x0008), [code])
        try change(&root, &step)
        root.setItems(.scheduledProcedureStepSequence, [step])
        let bytes = try root.encoded(.explicitVRLittleEndian)
        return EncodedDataSet(bytes: bytes[...], transferSyntax: .explicitVRLittleEndian)
    }

    private var query: Query { .worklist(.thisScanner(modality: "CT", station: "CT01")) }

    private func screen(_ item: EncodedDataSet, warning: TerminalText? = nil) -> DetailScreen {
        DetailScreen(item: item, fallback: nil, query: query, position: (row: 3, of: 148), warning: warning)
    }

    private func japanese() throws -> EncodedDataSet {
        try item(
            characterSet: SpecificCharacterSet(terms: ["", "ISO 2022 IR 87"]),
            name: "Yamada^Tarou=山田^太郎=やまだ^たろう"
        )
    }

    private func hostile() throws -> EncodedDataSet {
        try item(characterSet: .utf8, name: "SMITH\u{202E}^AN\u{200B}NA") { root, _ in
            try root.set(.medicalAlerts, "ok\u{1B}[2J\u{9B}31m")
            root.set(DataElement(tag: Tag(0x0009, 0x0010), vr: .LO, bytes: Array("ACME 1.1".utf8)))
            root.set(DataElement(tag: Tag(0x0009, 0x1001), vr: .LO, bytes: Array("private text".utf8)))
            root.set(DataElement(tag: Tag(0x0009, 0x1002), vr: .OB, bytes: Array(0...40)))
            root.set(DataElement(tag: Tag(0x0011, 0x1002), vr: .UN, bytes: [0x41, 0x00]))
        }
    }

    private func malformed() throws -> EncodedDataSet {
        var whole = try item()
        whole.bytes = whole.bytes.dropLast(120)
        return whole
    }

    private func go(to path: AttributePath, in screen: inout DetailScreen) {
        _ = screen.perform(.moveFirst, surroundings)
        for _ in 0..<400 where screen.current?.path != path { _ = screen.perform(.moveDown, surroundings) }
        #expect(screen.current?.path == path)
    }

    // MARK: Values

    @Test("empty, absent and never returned are three different things")
    func threeStates() throws {
        let screen = screen(try item())
        let grid = screen.grid(columns: 80, rows: 60)
        let allergies = (0..<60).map(grid.text).first { $0.contains("0010,2110") }
        #expect(allergies?.contains("(empty)") == true)
        let weight = (0..<60).map(grid.text).first { $0.contains("0010,1030") }
        #expect(weight?.contains("- not returned") == true)
        #expect(!grid.contains("0010,0032"))
    }

    @Test("values say what they mean")
    func meanings() throws {
        let grid = screen(try item()).grid(columns: 120, rows: 70)
        #expect(grid.contains("19851102   Sat 2 Nov 1985"))
        #expect(grid.contains("4   unknown"))
        #expect(grid.contains("084500   08:45"))
        #expect(grid.contains("1 item   HEADNC \"CT Head plain\""))
        #expect(grid.contains("CT01 \\ CT02"))
    }

    @Test("an opened sequence shows UIDs with their registered names")
    func registeredNames() throws {
        var screen = screen(try item())
        go(to: AttributePath([], Tag(0x0008, 0x1110)), in: &screen)
        _ = screen.perform(.detailFold, surroundings)
        #expect(screen.grid(columns: 140, rows: 70).contains("1.2.840.10008.3.1.2.3.1   Detached Study Management"))
    }

    @Test(
        "ages are in years, in months under two years, in days under two months",
        arguments: [
            ("19851102", "41 y"), ("20250101", "22 months"), ("20261114", "10 days"), ("20261123", "1 day"),
            ("20261201", "in the future"),
        ]
    )
    func ages(birth: String, words: String) throws {
        let date = try #require(DICOMDate(parsing: birth))
        #expect(PatientSummary.age(from: date, to: ScreenSample.now.date) == words)
    }

    @Test("a birth date that is none is shown as it came")
    func wrongBirthDate() {
        #expect(PatientSummary.born("19850230", today: ScreenSample.now.date) == "born '19850230', not a date")
        #expect(PatientSummary.born("19850000", today: ScreenSample.now.date) == "born 1985, day not known")
    }

    @Test("text without a declared character set is marked as guessed, in words")
    func guessedText() throws {
        var item = try item(characterSet: .latin1, name: "MÜLLER^Jörg")
        // Turns the declaration into one that does not allow the bytes: nothing declared.
        var root = item.decoded
        root.remove(.specificCharacterSet)
        item.bytes = try root.encoded(.explicitVRLittleEndian)[...]
        var screen = screen(item)
        go(to: AttributePath([], .patientName), in: &screen)
        let grid = screen.grid(columns: 100, rows: 40)
        #expect(grid.contains("read as"))
        #expect(grid.contains("doubtful"))
        let intents = screen.perform(.detailAsKey, surroundings)
        #expect(!intents.contains { if case .addKey = $0 { true } else { false } })
    }

    @Test("a damaged data set shows what came before, and the reason at the end")
    func damage() throws {
        var screen = screen(try malformed())
        #expect(screen.tree.root.defect != nil)
        _ = screen.perform(.moveLast, surroundings)
        #expect(screen.current == nil)
        let grid = screen.grid(columns: 100, rows: 30)
        #expect(grid.contains("damaged here: "))
        #expect(grid.contains("SMITH, Anna M"))
    }

    // MARK: Keys

    @Test("a value becomes a key of the query, an item's value in the first item")
    func asKey() throws {
        var screen = screen(try item())
        go(to: AttributePath([], .accessionNumber), in: &screen)
        let intents = screen.perform(.detailAsKey, surroundings)
        guard case .addKey(let key)? = intents.first else {
            Issue.record("no key")
            return
        }
        #expect(key.path == AttributePath([], .accessionNumber))
        #expect(key.value == "26-004702")
        go(to: .step(.scheduledStationAETitle), in: &screen)
        guard case .addKey(let second)? = screen.perform(.detailAsKey, surroundings).first else {
            Issue.record("no second key")
            return
        }
        #expect(second.path == .step(.scheduledStationAETitle))
        #expect(second.value == "CT01")
    }

    @Test("a value that is hidden behind stars is never asked for: it would match everything")
    func hiddenValue() throws {
        var screen = screen(try item { root, _ in try root.set(.patientID, "***") })
        go(to: AttributePath([], .patientID), in: &screen)
        let intents = screen.perform(.detailAsKey, surroundings)
        #expect(!intents.contains { if case .addKey = $0 { true } else { false } })
    }

    @Test("copying gives the value as it is shown, without what could act on a terminal")
    func copies() throws {
        var screen = screen(try hostile())
        go(to: AttributePath([], .medicalAlerts), in: &screen)
        let intents = screen.perform(.detailCopy, surroundings)
        guard case .effect(.copy(let text))? = intents.first else {
            Issue.record("nothing copied")
            return
        }
        #expect(text == "ok␛[2J\u{FFFD}31m")
        #expect(
            screen.plainText().unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control }
        )
    }

    @Test("another row keeps the cursor on its attribute and the view as it was")
    func nextRow() throws {
        var screen = screen(try item())
        _ = screen.perform(.detailBytes, surroundings)
        _ = screen.perform(.detailFoldAll, surroundings)
        go(to: .step(.modality), in: &screen)
        let next = screen.showing(try japanese(), fallback: nil, position: (row: 4, of: 148), warning: nil)
        #expect(next.current?.path == .step(.modality))
        #expect(next.showsBytes)
        #expect(next.folded.isEmpty)
        #expect(next.position.row == 4)
    }

    @Test("folding hides the inside, and the cursor stays on the sequence")
    func folding() throws {
        var screen = screen(try item())
        go(to: .step(.modality), in: &screen)
        _ = screen.perform(.moveLeft, surroundings)
        #expect(screen.current?.path == AttributePath([], .scheduledProcedureStepSequence))
        #expect(!screen.tree.rows.contains { $0.path == .step(.modality) })
        _ = screen.perform(.detailFold, surroundings)
        #expect(screen.tree.rows.contains { $0.path == .step(.modality) })
    }

    @Test("of several items each has a line of its own")
    func severalItems() throws {
        let item = try item { root, _ in
            var codes: [DataSet] = []
            for number in 1...2 {
                var code = DataSet()
                try code.set(.codeValue, "C\(number)")
                try code.set(.codeMeaning, "Code \(number)")
                codes.append(code)
            }
            root.setItems(Tag(0x0032, 0x1064), codes)
        }
        var screen = screen(item)
        #expect(screen.grid(columns: 110, rows: 70).contains("2 items   C1 \"Code 1\", C2 \"Code 2\""))
        go(to: AttributePath([], Tag(0x0032, 0x1064)), in: &screen)
        _ = screen.perform(.detailFold, surroundings)
        #expect(screen.grid(columns: 110, rows: 70).contains("Item 2   C2 \"Code 2\""))
    }

    @Test("hundreds of elements are no trouble")
    func manyElements() throws {
        let item = try item { root, _ in
            for number in 0..<800 {
                root.set(
                    DataElement(tag: Tag(0x0009, UInt16(0x1000 + number)), vr: .LO, bytes: Array("v\(number)".utf8))
                )
            }
        }
        var screen = screen(item)
        _ = screen.perform(.moveLast, surroundings)
        #expect(screen.lineCount > 800)
        #expect(GridInvariants.complaints(screen.grid(columns: 80, rows: 24)).isEmpty)
    }

    // MARK: Sizes

    private let warning: TerminalText = "also on this list: SMITH, Anna (row 2, born 1958-11-02, ID 00220147)"

    @Test("no size traps")
    func anySize() throws {
        for item in [try item(), try japanese(), try hostile(), try malformed()] {
            var screen = screen(item, warning: warning)
            _ = screen.perform(.detailFoldAll, surroundings)
            for bytes in [false, true] {
                if bytes { _ = screen.perform(.detailBytes, surroundings) }
                for columns in [0, 1, 9, 40, 59, 130] {
                    for rows in [1, 2, 4, 7, 12, 25] {
                        let complaints = GridInvariants.complaints(screen.grid(columns: columns, rows: rows))
                        #expect(complaints.isEmpty, "\(columns)x\(rows): \(complaints)")
                    }
                }
            }
        }
    }
}
