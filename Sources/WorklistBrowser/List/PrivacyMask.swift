import DICOMData
import Terminal

/// Hides who a patient is while rows can still be told apart: initials, the year of birth, stars for identifiers.
enum PrivacyMask {
    static func masked(_ text: TerminalText, _ column: ListColumn) -> TerminalText {
        switch column {
        case .patient: TerminalText(initials(text.string))
        case .born: TerminalText(String(text.string.prefix(4)) + "-**-**")
        case .id, .accession: "***"
        case .attribute(let path) where DataDictionary.vr(of: path.tag) == .PN: TerminalText(initials(text.string))
        case .attribute(let path) where identifiers.contains(path.tag): "***"
        case .attribute(let path) where path.tag == .patientBirthDate: masked(text, .born)
        default: text
        }
    }

    /// `SMITH, Anna M` as `S., A. M.`
    static func initials(_ name: String) -> String {
        name.split(separator: ",").map { part in
            part.split(separator: " ").compactMap { $0.first.map { "\($0)." } }.joined(separator: " ")
        }.joined(separator: ", ")
    }

    /// Attributes that tell who a patient is by themselves; names and birth dates do besides.
    static let identifiers: [Tag] = [
        .patientID, .issuerOfPatientID, .otherPatientIDs, .accessionNumber, .patientAddress, .admissionID,
        Tag(0x0010, 0x2154), Tag(0x0010, 0x1090), Tag(0x0040, 0x2016), Tag(0x0040, 0x2017),
        // Many systems make these of the accession number, and comments name whoever they are about.
        .requestedProcedureID, .scheduledProcedureStepID, .studyInstanceUID, Tag(0x0010, 0x4000), Tag(0x0040, 0x1400),
    ]

    /// The same item with every name, identifier and birth date masked; other attributes stay as they are.
    static func masked(_ item: EncodedDataSet) -> EncodedDataSet {
        let dataSet = masked(item.decoded)
        guard let bytes = try? dataSet.encoded(item.transferSyntax.inflated) else {
            // Better nothing than a name.
            return EncodedDataSet(bytes: [], transferSyntax: item.transferSyntax.inflated)
        }
        return EncodedDataSet(bytes: bytes[...], transferSyntax: item.transferSyntax.inflated)
    }

    private static func masked(_ dataSet: DataSet) -> DataSet {
        var result = dataSet
        for element in dataSet.elements {
            if element.vr == .SQ {
                result.setItems(element.tag, dataSet.items(element.tag).map { masked($0) })
            } else if element.isEmpty {
                continue
            } else if element.vr == .PN {
                let name = dataSet.string(element.tag) ?? ""
                let ascii = initials(ItemText.name(name)).unicodeScalars.map { $0.isASCII ? Character($0) : "*" }
                result.set(DataElement(tag: element.tag, vr: .PN, bytes: String(ascii).utf8))
            } else if identifiers.contains(element.tag) {
                if element.vr == .SQ { continue }
                result.set(DataElement(tag: element.tag, vr: element.vr, bytes: "***".utf8))
            } else if element.tag == .patientBirthDate {
                result.set(DataElement(tag: element.tag, vr: .DA, bytes: Array(element.bytes.prefix(4)) + "****".utf8))
            }
        }
        return result
    }
}
