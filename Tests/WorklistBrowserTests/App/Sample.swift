import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

@testable import WorklistBrowser

/// Synthetic worklist items, servers and browsers.
enum Sample {
    /// 2026-11-24 14:31:49 local time, one hour ahead of UTC.
    static let start = Moment(microseconds: 1_795_527_109_000_000, utcOffset: 3600)

    static func later(_ seconds: Double) -> Moment {
        Moment(microseconds: start.microseconds + Int64(seconds * 1_000_000), utcOffset: start.utcOffset)
    }

    static let server = ServerProfile(
        name: "RIS-PROD",
        host: "127.0.0.1",
        port: 104,
        calledAETitle: "RISMWL",
        callingAETitle: "CT01",
        stationAETitle: "CT01",
        modality: "CT",
        accent: .production
    )

    struct Step {
        var name = "SMITH^Anna^M"
        var id = "00391022"
        var born = "19851102"
        var sex = "F"
        var accession = "26-004702"
        var procedure = "CT Head"
        var date = "20261124"
        var time = "084500"
        var status = "SCHEDULED"
        var priority = "ROUTINE"
        var modality = "CT"
        var station = "CT01"
        var issuer = ""
        var study = ""
        var step = ""
        var characterSet: SpecificCharacterSet? = .utf8
        /// Bytes of Patient's Name, in place of ``name``.
        var rawName: [UInt8]?
    }

    static func dataSet(_ values: Step) -> DataSet {
        var dataSet = DataSet()
        if let set = values.characterSet { dataSet.declare(set) }
        func put(_ tag: Tag, _ text: String, into target: inout DataSet) {
            do {
                try target.set(tag, text)
            } catch {
                fatalError("the sample is wrong: \(error)")
            }
        }
        put(.accessionNumber, values.accession, into: &dataSet)
        if let raw = values.rawName {
            dataSet.set(DataElement(tag: .patientName, vr: .PN, bytes: raw))
        } else {
            put(.patientName, values.name, into: &dataSet)
        }
        put(.patientID, values.id, into: &dataSet)
        if !values.issuer.isEmpty { put(.issuerOfPatientID, values.issuer, into: &dataSet) }
        put(.patientBirthDate, values.born, into: &dataSet)
        put(.patientSex, values.sex, into: &dataSet)
        let key = values.step.isEmpty ? "SPS-" + values.accession : values.step
        put(
            .studyInstanceUID,
            values.study.isEmpty ? "1.2.826.0.1.3680043.9.7." + values.id : values.study,
            into: &dataSet
        )
        put(.requestedProcedureDescription, values.procedure, into: &dataSet)
        var step = DataSet(inheriting: values.characterSet ?? .defaultRepertoire)
        put(.modality, values.modality, into: &step)
        put(.scheduledStationAETitle, values.station, into: &step)
        put(.scheduledProcedureStepStartDate, values.date, into: &step)
        put(.scheduledProcedureStepStartTime, values.time, into: &step)
        put(.scheduledProcedureStepDescription, values.procedure, into: &step)
        put(.scheduledProcedureStepID, key, into: &step)
        put(.scheduledProcedureStepStatus, values.status, into: &step)
        dataSet.setItems(.scheduledProcedureStepSequence, [step])
        put(.requestedProcedureID, "RP-" + values.accession, into: &dataSet)
        put(.requestedProcedurePriority, values.priority, into: &dataSet)
        return dataSet
    }

    static func bytes(_ values: Step) -> [UInt8] {
        do {
            return try dataSet(values).encoded(.explicitVRLittleEndian)
        } catch {
            fatalError("the sample cannot be encoded: \(error)")
        }
    }

    static func batch(_ steps: [Step], status: Status = .pending) -> MatchBatch {
        var batch = MatchBatch(transferSyntax: .explicitVRLittleEndian)
        for step in steps { batch.append(bytes(step), status: status) }
        return batch
    }

    /// A morning of CT, with what makes lists hard: long names, other scripts, an urgent case, one without a birth date.
    static let morning: [Step] = [
        Step(
            name: "NGUYEN^Thi Lan",
            id: "00481516",
            born: "19610308",
            accession: "26-004711",
            procedure: "CT Thorax + contrast",
            time: "081500",
            status: "ARRIVED",
            priority: "STAT"
        ),
        Step(
            name: "SMITH^Anna",
            id: "00220147",
            born: "19581102",
            accession: "26-004698",
            procedure: "CT Abdomen",
            time: "083000",
            issuer: "HOSP-A"
        ),
        Step(issuer: "HOSP-A"),
        Step(
            name: "MÜLLER^Jörg",
            id: "00118273",
            born: "19720130",
            sex: "M",
            accession: "26-004655",
            procedure: "CT Sinus",
            time: "090000",
            status: "STARTED"
        ),
        Step(
            name: "YAMADA^Tarou=山田^太郎=やまだ^たろう",
            id: "00501188",
            born: "19690714",
            sex: "M",
            accession: "26-004720",
            procedure: "CT Lung screening",
            time: "091500"
        ),
        Step(
            name: "O'CONNOR^Brid",
            id: "00440071",
            born: "19900521",
            accession: "26-004725",
            procedure: "CT Head + contrast",
            time: "093000"
        ),
        Step(
            name: "محمد^علي",
            id: "00510044",
            born: "19790909",
            sex: "M",
            accession: "26-004731",
            procedure: "CT KUB",
            time: "094500",
            status: "READY"
        ),
        Step(
            name: "DUBOIS^Élodie",
            id: "00333910",
            born: "20011212",
            accession: "26-004733",
            procedure: "CT Facial bones",
            time: "100000"
        ),
        Step(
            name: "KOWALSKI^Jan",
            id: "00098112",
            born: "19490217",
            sex: "M",
            accession: "26-004739",
            procedure: "CT Angio aorta",
            time: "101500"
        ),
        Step(
            name: "ROSSI^Maria",
            id: "00276640",
            born: "19660606",
            accession: "26-004640",
            procedure: "CT Thorax",
            time: "103000",
            status: "COMPLETED"
        ),
        Step(
            id: "00512009",
            born: "19550403",
            sex: "M",
            accession: "26-004744",
            procedure: "CT Head",
            time: "104500",
            characterSet: nil,
            rawName: [0xC8, 0xE2, 0xE0, 0xED, 0xEE, 0xE2, 0x5E, 0xCF, 0xE5, 0xF2, 0xF0]
        ),
        Step(
            name: "VAN DER BERG-HOOGSTRATEN^Wilhelmina Johanna",
            id: "00003381",
            born: "19381225",
            accession: "26-004747",
            procedure: "CT Abdomen + contrast",
            time: "110000"
        ),
        Step(
            name: "ANDERSSON^Åke",
            id: "00012873",
            born: "19441010",
            sex: "M",
            accession: "26-004751",
            procedure: "CT Head",
            time: "111500",
            status: "DISCONTINUED"
        ),
        Step(
            name: "TEMP^Emergency 7",
            id: "E2609217",
            born: "",
            sex: "U",
            accession: "26-004760",
            procedure: "CT Polytrauma",
            time: "113000",
            priority: "HIGH"
        ),
    ]

    static func browser(
        theme: Theme = .standard,
        server: ServerProfile = server,
        query: Query? = nil,
        size: TerminalSize = TerminalSize(columns: 80, rows: 24)
    ) -> Browser {
        var browser = Browser(
            theme: theme,
            servers: [server],
            current: server,
            initialQuery: query,
            configPath: "~/.config/worklist/config.toml",
            now: start
        )
        _ = browser.update(.resized(size))
        return browser
    }

    static func statistics(matches: Int, total: Double = 3_214) -> FindStatistics {
        var statistics = FindStatistics()
        statistics.matches = matches
        statistics.totalMilliseconds = total
        return statistics
    }
}

extension Browser {
    /// Presses keys by name.
    @discardableResult
    mutating func keys(_ names: String...) -> [Effect] {
        var effects: [Effect] = []
        for name in names {
            guard let key = Key(parsing: name) else { fatalError("no key is called \(name)") }
            effects += update(.input(.key(key)))
        }
        return effects
    }

    /// Types text, a key for each character.
    @discardableResult
    mutating func type(_ text: String) -> [Effect] {
        text.flatMap { update(.input(.key(.character($0)))) }
    }

    /// Starts the first query; its number.
    mutating func begin() -> FindID {
        let effects = start()
        guard case .startFind(let request)? = effects.last else { fatalError("nothing was started") }
        return request.id
    }

    mutating func receive(_ id: FindID, _ steps: [Sample.Step], status: Status = .pending) {
        _ = update(.find(id, .matches(Sample.batch(steps, status: status))))
    }

    mutating func complete(_ id: FindID, total: Double = 3_214) {
        let count = receivedRowCount
        _ = update(.find(id, .finished(.complete, Sample.statistics(matches: count, total: total))))
        // As on a terminal: what keys act on has been painted.
        _ = screenText()
    }

    /// A finished list of the morning.
    static func loaded(
        theme: Theme = .standard,
        size: TerminalSize = TerminalSize(columns: 80, rows: 24)
    ) -> Browser {
        var browser = Sample.browser(theme: theme, size: size)
        let id = browser.begin()
        browser.receive(id, Sample.morning)
        _ = browser.update(.clock(Sample.later(3.2)))
        browser.complete(id)
        _ = browser.update(.clock(Sample.later(18.2)))
        return browser
    }
}

extension [Effect] {
    var finds: [FindRequest] {
        compactMap { if case .startFind(let request) = $0 { request } else { nil } }
    }

    var cancels: [FindID] {
        compactMap { if case .cancelFind(let id) = $0 { id } else { nil } }
    }

    var aborts: [FindID] {
        compactMap { if case .abortFind(let id) = $0 { id } else { nil } }
    }

    var copies: [String] {
        compactMap { if case .copy(let text) = $0 { text } else { nil } }
    }

    var jobs: [ArrangeJob] {
        compactMap { if case .arrange(let job) = $0 { job } else { nil } }
    }

    var quits: [Int32] {
        compactMap { if case .quit(let code) = $0 { code } else { nil } }
    }
}
