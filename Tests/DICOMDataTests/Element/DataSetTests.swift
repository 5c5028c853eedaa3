import Testing

@testable import DICOMData

@Suite struct DataSetTests {
    @Test("Absent, empty and present are three answers")
    func states() throws {
        var dataSet = DataSet()
        try dataSet.set(.patientID, "")
        dataSet.set(DataElement(tag: .patientName, vr: .PN, bytes: [0x20, 0x20]))
        try dataSet.set(.accessionNumber, "A1")
        dataSet.setItems(.scheduledProcedureStepSequence, [])
        dataSet.setItems(.referencedStudySequence, [DataSet()])
        #expect(dataSet.state(of: .studyInstanceUID) == .absent)
        #expect(dataSet.state(of: .patientID) == .empty)
        #expect(dataSet.state(of: .patientName) == .empty)
        #expect(dataSet.state(of: .accessionNumber) == .present)
        #expect(dataSet.state(of: .scheduledProcedureStepSequence) == .empty)
        #expect(dataSet.state(of: .referencedStudySequence) == .present)
        #expect(dataSet.strings(.studyInstanceUID) == nil)
        #expect(dataSet.strings(.patientID) == [])
        #expect(dataSet.strings(.accessionNumber) == ["A1"])
    }

    @Test("Elements stay in the order of their tags however they are put in")
    func order() throws {
        var generator = DataSetGenerator(seed: 31)
        let tags = (0..<100).map { _ in Tag(rawValue: UInt32(generator.int(0...40))) }
        var dataSet = DataSet()
        for (index, tag) in tags.enumerated() { dataSet.set(DataElement(tag: tag, vr: .LO, bytes: "\(index)".utf8)) }
        #expect(dataSet.elements.map(\.tag) == Set(tags).sorted())
        for tag in Set(tags) {
            let last = tags.lastIndex(of: tag) ?? -1
            #expect(dataSet.string(tag) == "\(last)")
            #expect(dataSet.remove(tag) != nil)
            #expect(dataSet[tag] == nil)
        }
        #expect(dataSet.isEmpty)
        #expect(dataSet.remove(.patientID) == nil)
    }

    @Test("A path leads through items; an item that is not there ends it")
    func paths() throws {
        var step = DataSet()
        try step.set(.modality, "CT")
        var dataSet = DataSet()
        dataSet.setItems(.scheduledProcedureStepSequence, [DataSet(), step])
        let path = AttributePath([.init(.scheduledProcedureStepSequence, item: 1)], .modality)
        #expect(dataSet[path]?.bytes == step[.modality]?.bytes)
        #expect(path.description == "ScheduledProcedureStepSequence[1].Modality")
        #expect(dataSet[AttributePath(.scheduledProcedureStepSequence, to: .modality)] == nil)
        #expect(dataSet[AttributePath([.init(.scheduledProcedureStepSequence, item: -1)], .modality)] == nil)
        #expect(dataSet[AttributePath([.init(.scheduledProcedureStepSequence, item: 2)], .modality)] == nil)
        #expect(dataSet[AttributePath(.patientID, to: .modality)] == nil)
    }

    @Test("Items read their text in the character set of the data set around them, unless they declare one")
    func inheritance() throws {
        var own = DataSet()
        own.declare(.utf8)
        own.set(DataElement(tag: .patientName, vr: .PN, bytes: "Müller".utf8))
        var item = DataSet()
        item.set(DataElement(tag: .patientName, vr: .PN, bytes: [0x4D, 0xFC, 0x6C]))
        item.setItems(.referencedStudySequence, [item, own])
        var dataSet = DataSet()
        dataSet.declare(.latin1)
        dataSet.setItems(.scheduledProcedureStepSequence, [item])
        let inner = try #require(dataSet.items(.scheduledProcedureStepSequence).first)
        #expect(inner.text(.patientName) == DecodedText(string: "Mül", problem: nil))
        let innermost = inner.items(.referencedStudySequence)
        #expect(innermost.map { $0.string(.patientName) } == ["Mül", "Müller"])
    }

    @Test("Undeclared text is read in the fallback, marked as guessed, alike by all accessors")
    func fallback() throws {
        var dataSet = DataSet()
        // ISO 8859-5: "Иван"
        dataSet.set(DataElement(tag: .patientID, vr: .LO, bytes: [0xB8, 0xD2, 0xD0, 0xDD]))
        dataSet.set(DataElement(tag: Tag(0x0009, 0x1001), vr: .UN, bytes: [0xB8, 0xD2, 0xD0, 0xDD]))
        dataSet.fallbackCharacterSet = SpecificCharacterSet(terms: ["ISO_IR 144"])
        #expect(dataSet.text(.patientID)?.string == "Иван")
        #expect(dataSet.text(.patientID)?.problem != nil)
        #expect(dataSet.strings(.patientID) == ["Иван"])
        #expect(dataSet.text(Tag(0x0009, 0x1001))?.string == "Иван")
        #expect(dataSet.strings(Tag(0x0009, 0x1001)) == ["Иван"])
        var outer = DataSet()
        outer.setItems(.scheduledProcedureStepSequence, [dataSet])
        outer.fallbackCharacterSet = SpecificCharacterSet(terms: ["ISO_IR 144"])
        #expect(outer.items(.scheduledProcedureStepSequence).first?.strings(.patientID) == ["Иван"])
    }

    @Test(
        "Plain text reads as the character set's decoder reads it, for every byte",
        arguments: [
            [], ["ISO_IR 13"], ["ISO_IR 100"], ["ISO_IR 192"], ["GB18030"], ["", "ISO 2022 IR 87"],
        ]
    )
    func plainText(terms: [String]) throws {
        let characterSet = SpecificCharacterSet(terms: terms)
        for vr in [VR.LT, .PN, .LO, .CS, .UI] {
            for byte in 0x20..<0x80 as Range<UInt8> {
                var dataSet = DataSet()
                dataSet.declare(characterSet)
                let bytes: [UInt8] = [0x41, byte, 0x42]
                dataSet.set(DataElement(tag: .patientComments, vr: vr, bytes: bytes))
                #expect(dataSet.text(.patientComments)?.string == characterSet.decode(bytes[...], vr: vr).string)
            }
        }
    }

    @Test("A value that its character set or VR cannot hold is an error, never a replacement")
    func unencodable() throws {
        var dataSet = DataSet()
        #expect(throws: DataSetError.self) { try dataSet.set(.patientName, "Müller") }
        #expect(dataSet[.patientName] == nil)
        dataSet.declare(.latin1)
        try dataSet.set(.patientName, "Müller")
        #expect(dataSet[.patientName].map { Array($0.bytes) } == [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72])
        #expect(throws: DataSetError.self) { try dataSet.set(.patientName, "Иван") }
        #expect(dataSet.string(.patientName) == "Müller")
        #expect(throws: DataSetError.notANumber(Tag(0x0028, 0x0010), .US, "70000")) {
            try dataSet.set(Tag(0x0028, 0x0010), "70000")
        }
        #expect(throws: DataSetError.self) { try dataSet.set(Tag(0x0028, 0x0010), "1\\") }
        #expect(throws: DataSetError.self) { try dataSet.set(.scheduledProcedureStepSequence, "x") }
    }

    @Test("Declaring a character set writes its terms; the default repertoire leaves none")
    func declaring() throws {
        var dataSet = DataSet()
        dataSet.declare(SpecificCharacterSet(terms: ["", "ISO 2022 IR 87"]))
        #expect(dataSet[.specificCharacterSet].map { Array($0.bytes) } == Array("\\ISO 2022 IR 87".utf8))
        dataSet.declare(.defaultRepertoire)
        #expect(dataSet.state(of: .specificCharacterSet) == .absent)
    }
}

@Suite struct DataElementTests {
    @Test(
        "Numbers of every binary VR survive text and back",
        arguments: [
            (VR.US, ["0", "65535"]), (.SS, ["-32768", "32767"]), (.UL, ["0", "4294967295"]),
            (.SL, ["-2147483648", "7"]),
            (.UV, ["18446744073709551615"]), (.SV, ["-9223372036854775808"]), (.FL, ["1.5", "-0.25"]),
            (.FD, ["3.141592653589793", "-1e+300"]), (.AT, ["(0010,0020)", "(7FE0,0010)"]),
        ]
    )
    func numbers(vr: VR, texts: [String]) throws {
        let bytes = try #require(DataElement.bytes(ofNumbers: texts, vr: vr))
        let element = DataElement(tag: .patientID, vr: vr, bytes: bytes)
        #expect(element.numbers == texts)
        #expect(DataElement(tag: .patientID, vr: vr, bytes: bytes.dropLast()).numbers == nil)
    }

    @Test(
        "What is no number, or does not fit, has no bytes",
        arguments: [
            (VR.US, "65536"), (.US, "-1"), (.SS, "32768"), (.UL, "x"), (.FL, ""), (.AT, "0010"), (.LO, "1"), (.SQ, "1"),
        ]
    )
    func notNumbers(vr: VR, text: String) {
        #expect(DataElement.bytes(ofNumbers: [text], vr: vr) == nil)
    }

    @Test("Tags are read in the three usual spellings, and nothing else")
    func tags() {
        for text in ["(0010,0020)", "0010,0020", "00100020"] { #expect(DICOMData.Tag(parsing: text) == .patientID) }
        #expect(DICOMData.Tag(parsing: "(7fe0,ab1C)")?.description == "(7FE0,AB1C)")
        for text in ["", "0010", "(0010,0020", "0010-0020", "001000200", "0010 020", "００１０００２０", "(0010,002G)"] {
            #expect(DICOMData.Tag(parsing: text) == nil, "\(text)")
        }
    }

    @Test("Private tags and their creators")
    func privateTags() {
        #expect(Tag(0x0009, 0x0010).isPrivateCreator)
        #expect(Tag(0x0009, 0x00FF).isPrivateCreator)
        #expect(!Tag(0x0009, 0x0100).isPrivateCreator && Tag(0x0009, 0x0100).isPrivate)
        #expect(!Tag(0x0008, 0x0010).isPrivate)
        #expect(!Tag(0x0007, 0x0010).isPrivate && !Tag(0xFFFF, 0x0010).isPrivate)
    }

    @Test("Every VR is known by its letters")
    func letters() {
        for vr in VR.allCases { #expect(VR(parsing: vr.description) == vr) }
        for text in ["", "P", "PNX", "pn", "ZZ", "é"] { #expect(VR(parsing: text) == nil) }
    }
}
