import DICOMData
import DICOMMatching
import Testing

@Suite("Queries and their identifiers")
struct QueryTests {
    private func query(_ keys: String...) throws -> Query {
        var query = Query(model: .worklist)
        for key in keys { query.set(try KeyPath.parse(key).key()) }
        return query
    }

    @Test("Keys stand in the order of the identifier however they were added")
    func order() throws {
        let query = try query(
            "Modality",
            "PatientID",
            "SPS[1].Modality",
            "PatientName",
            "SPS.ScheduledStationAETitle",
            "AccessionNumber"
        )
        #expect(
            query.keys.map(\.path.description) == [
                "AccessionNumber", "PatientName", "PatientID", "ScheduledProcedureStepSequence[0].Modality",
                "ScheduledProcedureStepSequence[0].ScheduledStationAETitle",
                "ScheduledProcedureStepSequence[1].Modality",
            ]
        )
        #expect(query.itemCount(of: AttributePath([], .scheduledProcedureStepSequence)) == 2)
    }

    @Test("Setting a path again replaces its value and keeps one key")
    func replace() throws {
        var query = try query("PatientID=1")
        query.set(AttributePath([], .patientID), "2", source: .scanned)
        #expect(query.keys.map(\.value) == ["2"])
        #expect(query.keys[0].source == .scanned)
        query.clear(AttributePath([], .patientID))
        #expect(query.keys[0].source == .empty)
        #expect(!query.keys[0].isMatching)
        query.remove(AttributePath([], .patientID))
        #expect(query.keys.isEmpty)
    }

    @Test("A whole sequence and keys inside it exclude each other")
    func wholeSequences() throws {
        var query = try query("Modality=CT", "SPS.ScheduledProtocolCodeSequence.CodeValue", "PatientID")
        let sequence = AttributePath([], .scheduledProcedureStepSequence)
        query.returnWholeSequence(sequence)
        #expect(query.keys.map(\.path.description) == ["PatientID", "ScheduledProcedureStepSequence"])
        query.set(.step(.modality), "MR")
        #expect(query.keys.map(\.path.description) == ["PatientID", "ScheduledProcedureStepSequence[0].Modality"])
        query.remove(sequence)
        #expect(query.keys.map(\.path.description) == ["PatientID"])
    }

    @Test("Removing an item moves the items behind it up")
    func items() throws {
        var query = try query("SPS[0].Modality=CT", "SPS[1].Modality=MR", "SPS[2].Modality=US")
        query.removeItem(1, of: AttributePath([], .scheduledProcedureStepSequence))
        #expect(query.keys.map(\.value) == ["CT", "US"])
        #expect(query.keys.map { $0.path.steps[0].item } == [0, 1])
    }

    @Test("The outline has a line for each sequence, and for each item where there are several")
    func outline() throws {
        let one = try query(
            "PatientID",
            "SPS.Modality",
            "SPS.ScheduledProtocolCodeSequence.CodeValue",
            "RequestedProcedureID"
        )
        #expect(
            one.outline.map { "\($0.depth) \($0.path.tag) \($0.kind)" } == [
                "0 (0010,0020) key(0)", "0 (0040,0100) sequence(items: 1, keys: 2)", "1 (0008,0060) key(1)",
                "1 (0040,0008) sequence(items: 1, keys: 1)", "2 (0008,0100) key(2)", "0 (0040,1001) key(3)",
            ]
        )
        let two = try query("SPS[0].Modality", "SPS[1].Modality")
        #expect(
            two.outline.map { "\($0.depth) \($0.kind)" } == [
                "0 sequence(items: 2, keys: 2)", "1 item(0)", "1 key(0)", "1 item(1)", "1 key(1)",
            ]
        )
    }

    @Test("The worklist query asks for every type 1 and 2 attribute of the model")
    func worklist() throws {
        let query = Query.worklist
        let asked = Set(query.keys.map(\.path.tags))
        let sequences = Set(query.keys.flatMap { key in key.path.tags.indices.map { Array(key.path.tags[...$0]) } })
        for attribute in WorklistModel.attributes where ["1", "2"].contains(attribute.returnType) {
            let tags = attribute.path.tags
            // Parts of optional sequences are asked for with the sequence or not at all.
            if attribute.path.steps.contains(where: {
                WorklistModel.attribute(at: AttributePath([], $0.tag))?.returnType == "3"
            }) {
                continue
            }
            if tags.contains(.protocolContextSequence) || tags.contains(.pertinentDocumentsSequence) { continue }
            if tags.contains(where: { $0 == .patientPrimaryLanguageCodeSequence || $0 == .scheduledSpecimenSequence }) {
                continue
            }
            if attribute.path.steps.count > 1 || tags.contains(.referencedDefinedProtocolSequence) { continue }
            if tags.contains(.referencedPerformedProtocolSequence) { continue }
            #expect(asked.contains(tags) || sequences.contains(tags), "\(attribute.path)")
        }
        #expect(query.matchingKeys.isEmpty)
        #expect(query.keys.allSatisfy { $0.vr != .UN })
        let identifier = try query.identifier(now: moment)
        #expect(identifier.items(.scheduledProcedureStepSequence).count == 1)
        #expect(identifier[.pregnancyStatus]?.bytes.isEmpty == true)
        #expect(identifier.declaredCharacterSet == nil)
    }

    @Test("Scopes set modality, station and today's date, and clear what they do not name")
    func scopes() throws {
        var query = Query.worklist(.thisScanner(modality: "CT", station: "CT01"))
        #expect(query[.step(.modality)]?.value == "CT")
        #expect(query[.step(.scheduledStationAETitle)]?.source == .configuration)
        #expect(query[.step(.scheduledProcedureStepStartDate)]?.source == .generated)
        query.apply(.thisModality("MR"))
        #expect(query.matchingKeys.map(\.value) == ["MR", "today"])
        query.apply(.all)
        #expect(query.matchingKeys.map(\.value) == ["today"])
        let step = try #require(query.identifier(now: moment).items(.scheduledProcedureStepSequence).first)
        #expect(step.string(.scheduledProcedureStepStartDate) == "20260921")
    }

    @Test("The least character set is declared: none, the preferred one, UTF-8")
    func characterSets() throws {
        let latin = CharacterSetPolicy(preferred: [.latin1])
        func declared(_ value: String, _ policy: CharacterSetPolicy) throws -> [String]? {
            try query("PatientName=" + value).identifier(characterSet: policy, now: moment).declaredCharacterSet?.terms
        }
        #expect(try declared("SMITH*", latin) == nil)
        #expect(try declared("Müller*", latin) == ["ISO_IR 100"])
        #expect(try declared("Müller*", .least) == ["ISO_IR 192"])
        #expect(try declared("山田*", latin) == ["ISO_IR 192"])
        #expect(try declared("SMITH*", CharacterSetPolicy(declaration: .always)) == ["ISO_IR 192"])
        #expect(
            try declared("SMITH*", CharacterSetPolicy(preferred: [.latin1], declaration: .always)) == ["ISO_IR 100"]
        )
        let identifier = try query("PatientName=Müller*").identifier(characterSet: latin, now: moment)
        #expect(identifier[.patientName]?.bytes == [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72, 0x2A])
        #expect(identifier.string(.patientName) == "Müller*")
    }

    @Test("Text inside a sequence is encoded in the set of the whole identifier")
    func nestedText() throws {
        let query = try query("SPS.ScheduledPerformingPhysicianName=Müller*", "PatientName=Łódź*")
        let identifier = try query.identifier(now: moment)
        let step = try #require(identifier.items(.scheduledProcedureStepSequence).first)
        #expect(step.string(.scheduledPerformingPhysicianName) == "Müller*")
        #expect(identifier.string(.patientName) == "Łódź*")
        #expect(identifier.declaredCharacterSet == .utf8)
    }

    @Test("What cannot be sent as it stands is refused with its key, never widened")
    func refusals() throws {
        let cases: [(String, String)] = [
            ("PatientID=  ", "only spaces"), ("PatientBirthDate=1.1.1970", "YYYYMMDD"),
            ("PatientBirthDate=20260230", "no such date"),
            ("StudyInstanceUID=1.2.*", "no wildcards"), ("PregnancyStatus=yes", "is not a number"),
            ("SPS.ScheduledProcedureStepStartTime=2200-0600", "midnight"), ("Modality=ct", "not allowed in CS"),
            ("ScheduledStationAETitle=CT-Ä", "not allowed in AE"),
        ]
        for (text, reason) in cases {
            let query = try query("AccessionNumber", text)
            let error = #expect(throws: QueryError.self) { try query.identifier(now: moment) }
            #expect(error?.path == query.matchingKeys.first?.path, "\(text)")
            #expect(error?.description.contains(reason) == true, "\(error?.description ?? text)")
            #expect(error?.advice.isEmpty == false)
        }
        #expect(throws: QueryError.self) { try Query(model: .worklist).identifier(now: moment) }
    }

    @Test("A character set that was asked for by key is kept, and what it lacks is refused")
    func forcedCharacterSet() throws {
        let fits = try query("SpecificCharacterSet=ISO_IR 100", "PatientName=Müller*").identifier(now: moment)
        #expect(fits.declaredCharacterSet?.terms == ["ISO_IR 100"])
        let query = try query("SpecificCharacterSet=ISO_IR 100", "PatientName=山田*")
        let error = #expect(throws: QueryError.self) { try query.identifier(now: moment) }
        #expect(error?.path == AttributePath([], .patientName))
        #expect(error?.advice.contains("character set") == true)
    }

    @Test("A level goes with models that have levels, and no others")
    func levels() throws {
        #expect(try Query.studies.identifier(now: moment).string(.queryRetrieveLevel) == "STUDY")
        #expect(try Query.patients.identifier(now: moment).string(.queryRetrieveLevel) == "PATIENT")
        #expect(try Query.worklist.identifier(now: moment)[.queryRetrieveLevel] == nil)
    }

    @Test("Encoded and decoded again, the identifier is the same in both transfer syntaxes")
    func roundTrip() throws {
        var query = Query.worklist(.thisScanner(modality: "CT", station: "CT01"))
        query.set(AttributePath([], .patientName), "Müller*")
        let identifier = try query.identifier(now: moment)
        for syntax in [TransferSyntax.implicitVRLittleEndian, .explicitVRLittleEndian] {
            let bytes = try identifier.encoded(syntax)
            #expect(try DataSet(decoding: bytes[...], transferSyntax: syntax).string(.patientName) == "Müller*")
        }
    }

    @Test("The findscu line says the same, quoted for the shell")
    func findscu() throws {
        let query = try query(
            "PatientName=O'Brien^*",
            "Modality=CT",
            "SPS.ScheduledProcedureStepStartDate=-1d..",
            "RequestedProcedureCodeSequence"
        )
        let peer = FindscuLine.Peer(calling: "CT01", called: "RIS MWL", host: "ris.example", port: 104)
        #expect(
            FindscuLine.text(for: query, peer: peer, now: moment) == """
                findscu -W -aet CT01 -aec 'RIS MWL' -k '(0010,0010)=O'\\''Brien^*' -k '(0032,1064)' \
                -k '(0040,0100)[0].(0008,0060)=CT' -k '(0040,0100)[0].(0040,0002)=20260920-' ris.example 104
                """
        )
        let accents = try self.query("PatientName=Müller*")
        #expect(FindscuLine.text(for: accents, now: moment).contains("-k '(0008,0005)=ISO_IR 192' "))
        #expect(FindscuLine.text(for: Query.studies, now: moment).hasPrefix("findscu -S -k '(0008,0052)=STUDY' "))
    }
}
