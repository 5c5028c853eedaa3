import DICOMData
import DICOMMatching
import Testing

/// A query with keys, and what matches it by the standard, said once more in terms of texts.
struct KeyedQuery: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var query: TestQuery
    var matches: @Sendable (ItemTexts) -> Bool

    private static let step = DICOMData.Tag.scheduledProcedureStepSequence.compact + "[0]."

    private init(
        _ name: String,
        _ keys: [(AttributePath, String)],
        matches: @escaping @Sendable (ItemTexts) -> Bool
    ) {
        testDescription = name
        query = TestQuery(keys)
        self.matches = matches
    }

    /// The accession numbers of the items that match.
    func accessions(among items: Items) -> Set<String> { Set(items.filter { matches($0.value) }.keys) }

    var isASCII: Bool { query.keys.allSatisfy { $0.1.utf8.allSatisfy { $0 < 0x80 } } }

    static let patientID = KeyedQuery("patient ID", [(AttributePath([], .patientID), "PAT000123")]) { texts in
        texts[DICOMData.Tag.patientID.compact] == "PAT000123"
    }

    static let modality = KeyedQuery("modality", [(.step(.modality), "MR")]) { texts in
        texts[step + DICOMData.Tag.modality.compact] == "MR"
    }

    /// Single value, wildcards, range, and several keys at once; at the top and within the step.
    static let all: [KeyedQuery] = [
        patientID,
        KeyedQuery("name, wildcard", [(AttributePath([], .patientName), "H*^?d?")]) { texts in
            let name = texts[DICOMData.Tag.patientName.compact] ?? ""
            return name.hasPrefix("H") && ["Ada", "Ida"].contains { name.hasSuffix("^" + $0) }
        },
        KeyedQuery("name in ideographs", [(AttributePath([], .patientName), "*山田*")]) { texts in
            texts[DICOMData.Tag.patientName.compact]?.contains("山田") ?? false
        },
        modality,
        KeyedQuery("station", [(.step(.scheduledStationAETitle), Peers.title)]) { texts in
            texts[step + DICOMData.Tag.scheduledStationAETitle.compact] == Peers.title
        },
        KeyedQuery("date range", [(.step(.scheduledProcedureStepStartDate), "20270305-20270307")]) { texts in
            ("20270305"..."20270307").contains(
                texts[step + DICOMData.Tag.scheduledProcedureStepStartDate.compact] ?? ""
            )
        },
        KeyedQuery(
            "modality, station and open date range",
            [
                (.step(.modality), "CT"), (.step(.scheduledStationAETitle), "STATION3"),
                (.step(.scheduledProcedureStepStartDate), "20270310-"),
            ]
        ) { texts in
            texts[step + DICOMData.Tag.modality.compact] == "CT"
                && texts[step + DICOMData.Tag.scheduledStationAETitle.compact] == "STATION3"
                && texts[step + DICOMData.Tag.scheduledProcedureStepStartDate.compact] ?? "" >= "20270310"
        },
    ]
}

extension RealServer {
    /// Whether the server decodes names before it compares them. wlmscpfs compares bytes; Orthanc 1.10 reads only some of
    /// the character sets with code extensions.
    var comparesText: Bool { self == .pynetdicom }

    /// Whether the server, not the client, changes a value on its way from the file into the answer.
    func alters(_ name: String, of item: ItemTexts) -> Bool {
        guard self == .orthanc else { return false }
        let characterSet = DICOMData.Tag.specificCharacterSet.compact
        // Orthanc converts every answer to one character set of its own.
        if name == characterSet { return true }
        let value = item[name] ?? ""
        return switch item[characterSet] {
        // It takes the escape sequences of these for characters.
        case "\\ISO 2022 IR 149", "ISO 2022 IR 13\\ISO 2022 IR 87",
            "ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 126":
            value.contains("\\") || !value.utf8.allSatisfy { $0 < 0x80 }
        // It turns the delimiter of values into the yen sign that has its place in JIS X 0201.
        case "ISO_IR 13": value.contains("\\")
        default: false
        }
    }
}
