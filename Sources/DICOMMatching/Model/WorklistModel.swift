import DICOMData

/// The Modality Worklist information model (PS3.4 table K.6-1).
public enum WorklistModel {
    /// Every attribute of the model in the order of the table.
    public static var attributes: [ModelAttribute] { index.rows }

    /// What the model says of an attribute; item numbers of the path do not count. Nil if the model does not name it.
    public static func attribute(at path: AttributePath) -> ModelAttribute? {
        index.attribute(at: path.tags)
    }

    static func attribute(at tags: [Tag]) -> ModelAttribute? { index.attribute(at: tags) }

    /// Where a lone tag belongs: the top level if the model has it there, else in the Scheduled Procedure Step. Nil if in neither.
    public static func home(of tag: Tag) -> AttributePath? {
        if index.attribute(at: [tag]) != nil { return AttributePath([], tag) }
        if index.attribute(at: [.scheduledProcedureStepSequence, tag]) != nil { return .step(tag) }
        return nil
    }

    private static let entities: [Substring: String] = [
        "ID": "Identifier", "SPS": "Scheduled Procedure Step", "RP": "Requested Procedure",
        "ISR": "Imaging Service Request", "VI": "Visit Identification", "VS": "Visit Status",
        "VR": "Visit Relationship", "VA": "Visit Admission", "PI": "Patient Identification",
        "PD": "Patient Demographic", "PM": "Patient Medical", "PR": "Patient Relationship",
    ]

    private static let index = ModelIndex(
        StaticLines(table).compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count == 6, let path = AttributePath(compact: fields[0]), let vr = VR(parsing: fields[1]),
                let type = ModelAttribute.KeyType(rawValue: String(fields[2])),
                let form = ModelAttribute.Form(rawValue: String(fields[4]))
            else { return nil }
            return ModelAttribute(
                path: path,
                vr: vr,
                keyType: type,
                returnType: String(fields[3]),
                form: form,
                entity: entities[fields[5]] ?? ""
            )
        }
    )
}

/// The Patient Root and Study Root models at patient, study and series level (PS3.4 C.6).
public enum QueryRetrieveModel {
    /// What the model says of an attribute at a level; nil if it does not name it there, or has no such level.
    public static func attribute(at path: AttributePath, root: QueryModel, level: QueryLevel) -> ModelAttribute? {
        indexes[key(root, level)]?.attribute(at: path.tags)
    }

    /// The attributes of a level in the order of the tables.
    public static func attributes(root: QueryModel, level: QueryLevel) -> [ModelAttribute] {
        indexes[key(root, level)]?.rows ?? []
    }

    private static func key(_ root: QueryModel, _ level: QueryLevel) -> String {
        let letter = root == .patientRoot ? "P" : "S"
        return letter + level.rawValue.prefix(2)
    }

    private static let indexes: [String: ModelIndex] = {
        var rows: [String: [ModelAttribute]] = [:]
        for line in StaticLines(table) {
            let fields = line.split(separator: " ")
            guard fields.count == 5, let path = AttributePath(compact: fields[1]), let vr = VR(parsing: fields[2]),
                let type = ModelAttribute.KeyType(rawValue: String(fields[3])),
                let form = ModelAttribute.Form(rawValue: String(fields[4]))
            else { continue }
            let attribute = ModelAttribute(
                path: path,
                vr: vr,
                keyType: type,
                returnType: "",
                form: form,
                entity: fields[0].hasSuffix("PA") ? "Patient" : fields[0].hasSuffix("ST") ? "Study" : "Series"
            )
            rows[String(fields[0]), default: []].append(attribute)
        }
        return rows.mapValues(ModelIndex.init)
    }()
}

extension Query {
    /// What the query's model says of an attribute.
    public func attribute(at path: AttributePath) -> ModelAttribute? {
        switch model {
        case .worklist: WorklistModel.attribute(at: path)
        case .patientRoot, .studyRoot:
            QueryRetrieveModel.attribute(at: path, root: model, level: level ?? .study)
        case .sopClass: nil
        }
    }
}
