/// How items are written out: on standard output by `find`, into a file by the browser.
public enum ItemFormat: String, CaseIterable, Sendable {
    case csv, json, jsonl
    case dicomJSON = "dicom-json"
    case dump

    /// The end of a file's name.
    var suffix: String {
        switch self {
        case .csv: ".csv"
        case .json: ".json"
        case .jsonl: ".jsonl"
        case .dicomJSON: ".dicom.json"
        case .dump: ".txt"
        }
    }

    /// What it is, for people.
    var meaning: String {
        switch self {
        case .csv: "a table for spreadsheets"
        case .json: "one document, values by keyword"
        case .jsonl: "one object a line, values by keyword"
        case .dicomJSON: "the DICOM JSON model of PS3.18"
        case .dump: "every element as text"
        }
    }

    /// A file of it can say at its beginning which list it holds.
    var hasHeader: Bool {
        switch self {
        case .json, .jsonl, .dump: true
        case .csv, .dicomJSON: false
        }
    }
}
