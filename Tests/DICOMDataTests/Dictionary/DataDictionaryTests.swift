import DICOMData
import Testing

@Suite("Data dictionary")
struct DataDictionaryTests {
    @Test("It knows every element of PS3.6, repeating groups included")
    func count() {
        #expect(DataDictionary.count > 5_000)
        var seen = 0
        DataDictionary.forEach { entry in
            seen += 1
            #expect(!entry.name.isEmpty && !entry.vm.isEmpty)
            #expect(!entry.vrs.isEmpty || entry.tag.group == 0xFFFE)
        }
        #expect(seen == DataDictionary.count)
        #expect(Array(DataDictionary.entries).count == DataDictionary.count)
    }

    @Test("Elements that do not repeat come sorted by tag, none twice")
    func sorted() {
        let plain = DataDictionary.entries.prefix { $0.tag != Tag(0x0020, 0x3100) }.map(\.tag)
        #expect(plain.count > 5_000)
        #expect(zip(plain, plain.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("An entry says what PS3.6 says")
    func entry() {
        #expect(
            DataDictionary.entry(for: Tag(0x0010, 0x0010))
                == DictionaryEntry(
                    tag: Tag(0x0010, 0x0010),
                    vrs: [.PN],
                    vm: "1",
                    name: "Patient's Name",
                    keyword: "PatientName",
                    isRetired: false
                )
        )
        let identifiers = DataDictionary.entry(for: Tag(0x0010, 0x1000))
        #expect(identifiers?.isRetired == true)
        #expect(identifiers?.vm == "1-n")
        #expect(DataDictionary.entry(for: Tag(0x0000, 0x0100))?.keyword == "CommandField")
        #expect(DataDictionary.entry(for: Tag(0x0002, 0x0010))?.keyword == "TransferSyntaxUID")
    }

    @Test("Where the standard allows several VRs the default comes first")
    func severalVRs() {
        #expect(DataDictionary.entry(for: Tag(0x0028, 0x0106))?.vrs == [.US, .SS])
        #expect(DataDictionary.entry(for: Tag(0x7FE0, 0x0010))?.vrs == [.OW, .OB])
        #expect(DataDictionary.entry(for: Tag(0x0028, 0x3006))?.vrs == [.US, .OW])
        #expect(DataDictionary.vr(of: Tag(0x7FE0, 0x0010)) == .OW)
        #expect(DataDictionary.entry(for: Tag(0xFFFE, 0xE000))?.vrs == [])
        #expect(DataDictionary.vr(of: Tag(0xFFFE, 0xE00D)) == nil)
    }

    @Test(
        "Repeating groups answer for every even group",
        arguments: [
            (Tag(0x6000, 0x3000), "OverlayData", VR.OW), (Tag(0x601E, 0x0010), "OverlayRows", .US),
            (Tag(0x60FE, 0x4000), "OverlayComments", .LT), (Tag(0x5002, 0x0005), "CurveDimensions", .US),
            (Tag(0x7F04, 0x0010), "VariablePixelData", .OW), (Tag(0x0020, 0x3142), "SourceImageIDs", .CS),
            (Tag(0x0028, 0x0431), "ColumnsForNthOrderCoefficients", .US), (Tag(0x1010, 0x1234), "ZonalMap", .US),
            (Tag(0x1000, 0x0ABC), "", .UN),
        ]
    )
    func repeating(tag: DICOMData.Tag, keyword: String, vr: VR) {
        if keyword.isEmpty {
            #expect(DataDictionary.entry(for: tag) == nil)
            #expect(DataDictionary.vr(of: tag) == nil)
        } else {
            #expect(DataDictionary.entry(for: tag)?.keyword == keyword)
            #expect(DataDictionary.entry(for: tag)?.tag == tag)
            #expect(DataDictionary.vr(of: tag) == vr)
        }
    }

    @Test("Odd groups never repeat: they are private")
    func oddGroups() {
        #expect(DataDictionary.entry(for: Tag(0x6001, 0x3000)) == nil)
        #expect(DataDictionary.vr(of: Tag(0x6001, 0x3000)) == nil)
    }

    @Test("Group lengths are UL and private creators LO in every group")
    func rules() {
        #expect(DataDictionary.vr(of: Tag(0x0008, 0x0000)) == .UL)
        #expect(DataDictionary.vr(of: Tag(0x0009, 0x0000)) == .UL)
        #expect(DataDictionary.vr(of: Tag(0x0009, 0x0010)) == .LO)
        #expect(DataDictionary.vr(of: Tag(0x0009, 0x1001)) == nil)
        #expect(DataDictionary.entry(for: Tag(0x0009, 0x00FF))?.name == "Private Creator")
        #expect(DataDictionary.entry(for: Tag(0x0010, 0x0000))?.vrs == [.UL])
    }

    @Test("Unknown elements are unknown")
    func unknown() {
        #expect(DataDictionary.entry(for: Tag(0x0010, 0x0001)) == nil)
        #expect(DataDictionary.vr(of: Tag(0xFFFF, 0xFFFF)) == nil)
        #expect(DataDictionary.tag(keyword: "PatientsName") == nil)
        #expect(DataDictionary.tag(keyword: "") == nil)
        #expect(DataDictionary.tag(keyword: "Ünïcode\u{0}") == nil)
    }

    @Test("Every keyword finds its element, in any case")
    func keywords() {
        for entry in DataDictionary.entries where !entry.keyword.isEmpty {
            #expect(DataDictionary.entry(keyword: entry.keyword) == entry)
        }
        #expect(DataDictionary.tag(keyword: "patientname") == Tag(0x0010, 0x0010))
        #expect(DataDictionary.tag(keyword: "PATIENTNAME") == Tag(0x0010, 0x0010))
        #expect(DataDictionary.tag(keyword: "OverlayRows") == Tag(0x6000, 0x0010))
    }

    @Test("Lookup of a VR agrees with the whole entry for every element")
    func agreement() {
        for entry in DataDictionary.entries {
            #expect(DataDictionary.vr(of: entry.tag) == entry.vrs.first)
            #expect(DataDictionary.entry(for: entry.tag) == entry)
        }
    }

    @Test("Named constants are the dictionary's elements")
    func names() {
        #expect(Tag.patientName == DataDictionary.tag(keyword: "PatientName"))
        #expect(Tag.sopClassUID == DataDictionary.tag(keyword: "SOPClassUID"))
        #expect(Tag.scheduledProcedureStepSequence == DataDictionary.tag(keyword: "ScheduledProcedureStepSequence"))
        #expect(Tag.messageIDBeingRespondedTo == Tag(0x0000, 0x0120))
        #expect(Tag.transferSyntaxUID == Tag(0x0002, 0x0010))
        #expect(Tag.hl7StructuredDocumentReferenceSequence == Tag(0x0040, 0xA390))
        #expect(Tag.genderIdentitySequence == DataDictionary.tag(keyword: "GenderIdentitySequence"))
    }
}

@Suite("UID registry")
struct UIDRegistryTests {
    @Test("Every entry is found by its UID")
    func all() {
        #expect(UIDRegistry.count > 400)
        for entry in UIDRegistry.entries {
            #expect(UIDRegistry.entry(for: entry.uid) == entry)
            #expect(!entry.name.isEmpty && !entry.kind.isEmpty)
        }
    }

    @Test("An entry says what PS3.6 says")
    func entry() {
        #expect(UIDRegistry.entry(for: "1.2.840.10008.5.1.4.31")?.kind == "SOP Class")
        #expect(UIDRegistry.entry(for: "1.2.840.10008.5.1.4.31")?.keyword == "ModalityWorklistInformationModelFind")
        #expect(UIDRegistry.name(of: "1.2.840.10008.1.2") == "Implicit VR Little Endian")
        #expect(UIDRegistry.entry(for: "1.2.840.10008.1.2.2")?.isRetired == true)
        #expect(UIDRegistry.entry(for: "1.2.840.10008.3.1.1.1")?.kind == "Application Context Name")
    }

    @Test("Padding does not hide a UID, and other text finds nothing")
    func padding() {
        #expect(UIDRegistry.name(of: "1.2.840.10008.1.2\u{0}") == "Implicit VR Little Endian")
        #expect(UIDRegistry.name(of: "1.2.840.10008.1.1 ") == "Verification SOP Class")
        #expect(UIDRegistry.entry(for: "1.2.3") == nil)
        #expect(UIDRegistry.entry(for: "") == nil)
        #expect(UIDRegistry.entry(for: "9") == nil)
    }
}
