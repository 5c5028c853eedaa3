import DICOMData
import DICOMMatching
import Testing

@testable import WorklistServer

@Suite("Demo schedule")
struct DemoScheduleTests {
    private static let monday = DICOMDate(year: 2026, month: 9, day: 21) ?? DICOMDate(daysSince1970: 0)
    private static let saturday = monday.adding(days: 5)
    private static let schedule = DemoSchedule(date: monday)

    private var items: [DataSet] { Self.schedule.items }

    private func step(_ item: DataSet) throws -> DataSet {
        try #require(item.items(.scheduledProcedureStepSequence).first)
    }

    @Test("Same seed, same bytes; another seed or day, another schedule")
    func stable() throws {
        func bytes(_ schedule: DemoSchedule) throws -> [[UInt8]] {
            try schedule.items.map { try $0.encoded(.explicitVRLittleEndian) }
        }
        let first = try bytes(Self.schedule)
        #expect(first.count == 300)
        #expect(try bytes(DemoSchedule(date: Self.monday)) == first)
        #expect(try bytes(DemoSchedule(date: Self.monday, seed: 2)) != first)
        #expect(try bytes(DemoSchedule(date: Self.saturday)) != first)
    }

    @Test("Every item survives encoding, and every value obeys its VR")
    func valid() throws {
        for schedule in [Self.schedule, DemoSchedule(date: Self.saturday, seed: 9, count: 400)] {
            for item in schedule.items {
                for syntax in [TransferSyntax.implicitVRLittleEndian, .explicitVRLittleEndian] {
                    let bytes = try item.encoded(syntax)
                    let decoded = try DataSet(decoding: bytes[...], transferSyntax: syntax)
                    let again = try decoded.encoded(syntax)
                    #expect(again == bytes)
                    #expect(decoded.string(.patientName) == item.string(.patientName))
                }
                try check(item)
            }
        }
    }

    private func check(_ dataSet: DataSet) throws {
        for element in dataSet.elements {
            if case .items = element.value {
                for item in dataSet.items(element.tag) { try check(item) }
                continue
            }
            let text = dataSet.text(of: element)
            #expect(text?.problem == nil, "\(element.tag)")
            guard element.tag != .specificCharacterSet else { continue }
            let problem = ValueCheck.problem(inValues: text?.string ?? "", vr: element.vr, asKey: false)
            #expect(problem == nil, "\(element.tag) '\(text?.string ?? "")': \(problem.map { "\($0)" } ?? "")")
        }
    }

    @Test("Every return key of type 1 has a value, every one of type 2 is there")
    func returnKeys() throws {
        // Parts of sequences that a demo item has; code items carry the short form of a code.
        for item in items {
            for attribute in WorklistModel.attributes where attribute.path.steps.count <= 1 {
                let path = attribute.path
                if let sequence = path.steps.first?.tag, sequence != .scheduledProcedureStepSequence { continue }
                switch attribute.returnType {
                case "1": #expect(item[path]?.isEmpty == false, "\(path)")
                case "2", "2C": #expect(item[path] != nil, "\(path)")
                default: break
                }
            }
            let step = try step(item)
            #expect(step.items(.scheduledProtocolCodeSequence).first?.string(.codeValue)?.isEmpty == false)
            #expect(step.string(.scheduledProcedureStepDescription)?.isEmpty == false)
            #expect(item.items(.requestedProcedureCodeSequence).first?.string(.codingSchemeDesignator) == "99DEMO")
            #expect(item.items(.scheduledProcedureStepSequence).count == 1)
        }
    }

    @Test("Identifiers are unique, and UIDs are valid")
    func identifiers() throws {
        for tag in [DICOMData.Tag.studyInstanceUID, .accessionNumber, .requestedProcedureID] {
            #expect(Set(items.compactMap { $0.string(tag) }).count == items.count)
        }
        for uid in items.compactMap({ $0.string(.studyInstanceUID) }) {
            #expect(uid.hasPrefix("2.25.") && uid.utf8.count <= 64)
            #expect(ValueCheck.problem(in: uid, vr: .UI, asKey: false) == nil)
        }
    }

    @Test("Items are in the order of time and accession, on the day, between 7 and 20")
    func order() throws {
        var last = ""
        for item in items {
            let step = try step(item)
            #expect(step.string(.scheduledProcedureStepStartDate) == "20260921")
            let time = try #require(step.string(.scheduledProcedureStepStartTime))
            #expect(time >= "070000" && time < "200000")
            let key = time + (item.string(.accessionNumber) ?? "")
            #expect(last < key)
            last = key
        }
    }

    @Test("Ten modalities, many scripts, and all kinds of status and priority occur")
    func variety() throws {
        let modalities = Set(try items.compactMap { try step($0).string(.modality) })
        #expect(modalities == ["CT", "MR", "CR", "DX", "US", "MG", "NM", "PT", "XA", "RF"])
        let sets = Set(items.map { $0.declaredCharacterSet?.terms ?? [] })
        let expected: [[String]] = [
            [], ["ISO_IR 100"], ["ISO_IR 101"], ["ISO_IR 144"], ["ISO_IR 126"], ["ISO_IR 127"], ["", "ISO 2022 IR 87"],
            ["", "ISO 2022 IR 149"], ["GB18030"], ["ISO_IR 192"],
        ]
        for terms in expected { #expect(sets.contains(terms), "\(terms)") }
        let wide = DemoSchedule(date: Self.monday, count: 2_000)
        let all = Set(wide.items.map { $0.declaredCharacterSet?.terms ?? [] })
        #expect(all == Set(DemoCatalogue.shared.scripts.map(\.characterSet.terms)))
        let statuses = Set(try items.compactMap { try step($0).string(.scheduledProcedureStepStatus) })
        #expect(statuses.isSuperset(of: ["SCHEDULED", "ARRIVED", "READY", "STARTED", "COMPLETED", "DEPARTED"]))
        let priorities = Set(items.compactMap { $0.string(.requestedProcedurePriority) })
        #expect(priorities == ["STAT", "HIGH", "MEDIUM", "LOW", "ROUTINE"])
        #expect(items.contains { $0.strings(.allergies)?.count == 2 })
        #expect(try items.contains { try step($0).strings(.scheduledStationAETitle)?.count == 2 })
    }

    @Test("Japanese names have three component groups that read back")
    func japanese() throws {
        let names = items.filter { $0.declaredCharacterSet?.terms == ["", "ISO 2022 IR 87"] }.compactMap {
            $0.personName(.patientName)
        }
        #expect(!names.isEmpty)
        for name in names {
            #expect(!name.alphabetic.isEmpty && !name.ideographic.isEmpty && !name.phonetic.isEmpty)
        }
    }

    @Test("Two patients of nearly one name stand side by side, and one has no birth date")
    func similarPatients() throws {
        let smiths = items.filter { ["00220147", "00391022"].contains($0.string(.patientID)) }
        #expect(smiths.map { $0.string(.patientName) } == ["SMITH^Anna", "SMITH^Anna^M"])
        #expect(Set(smiths.map { $0.string(.patientBirthDate) }).count == 2)
        let unknown = try #require(items.first { $0.string(.patientID) == "E2609217" })
        #expect(unknown.state(of: .patientBirthDate) == .empty)
        #expect(unknown.string(.requestedProcedurePriority) == "STAT")
    }

    @Test("By chance hardly any two patients share a name", arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func rareNamesakes(seed: UInt64) {
        let schedule = DemoSchedule(date: Self.monday.adding(days: Int(seed)), seed: seed)
        var ids: [String: Set<String>] = [:]
        for item in schedule.items {
            let parts = (item.string(.patientName) ?? "").split(separator: "=").first?.split(separator: "^") ?? []
            ids[parts.prefix(2).joined(separator: "^"), default: []].insert(item.string(.patientID) ?? "")
        }
        let shared = ids.filter { $0.value.count > 1 }.map(\.key)
        #expect(shared.contains("SMITH^Anna"))
        #expect(shared.count <= 3, "\(shared)")
    }

    @Test("Statuses follow the clock: nothing has happened before the day, everything after it")
    func clock() throws {
        let before = DemoSchedule(date: Self.monday, second: 0)
        #expect(try before.items.allSatisfy { try step($0).string(.scheduledProcedureStepStatus) == "SCHEDULED" })
        let after = DemoSchedule(date: Self.monday, second: 86_400)
        let done: Set = ["COMPLETED", "DEPARTED", "DISCONTINUED"]
        #expect(try after.items.allSatisfy { done.contains(try step($0).string(.scheduledProcedureStepStatus) ?? "") })
    }

    @Test("At a weekend the outpatient machines rest")
    func weekend() throws {
        let items = DemoSchedule(date: Self.saturday).items
        #expect(items.count == 300)
        #expect(try !items.contains { ["MG", "PT", "NM"].contains(try step($0).string(.modality)) })
    }

    @Test("Any count is had, small ones too", arguments: [0, 1, 2, 3, 4, 50, 3_000])
    func counts(count: Int) {
        #expect(DemoSchedule(date: Self.monday, count: count).items.count == count)
    }

    @Test("A scope query over the schedule finds its station's items, and answers what was asked")
    func query() throws {
        let query = Query.worklist(.thisScanner(modality: "CT", station: "CT03"))
        let identifier = try query.identifier(now: QueryMoment(date: Self.monday))
        let compiled = try CompiledQuery(identifier: identifier, rules: .worklist)
        let found = items.filter(compiled.matches)
        let expected = try items.filter { try step($0).strings(.scheduledStationAETitle)?.contains("CT03") == true }
        #expect(!found.isEmpty && found == expected)
        for item in found {
            let response = compiled.response(for: item)
            #expect(response.string(.patientName) == item.string(.patientName))
            #expect(response.declaredCharacterSet == item.declaredCharacterSet)
            #expect(response[.institutionName] == nil)
        }
    }
}
