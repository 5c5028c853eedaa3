import DICOMData

/// The terms the standard defines for attributes that a worklist asks for or shows, and what they mean.
enum CodedValues {
    struct Term: Hashable {
        var value: String
        var meaning: String
    }

    /// Terms of an attribute in the order of the standard; empty for one without a list.
    static func terms(of tag: Tag) -> [Term] { tables[tag] ?? [] }

    /// What a value of the attribute means; nil if the standard has no word for it.
    static func meaning(of value: String, tag: Tag) -> String? {
        tables[tag]?.first { $0.value == value }?.meaning
    }

    private static let tables: [Tag: [Term]] = {
        var tables: [Tag: [Term]] = [:]
        var current: [Tag] = []
        for line in table.description.split(separator: "\n") {
            if line.first == "(" {
                current = line.split(separator: " ").compactMap { Tag(parsing: $0) }
                continue
            }
            guard let space = line.firstIndex(of: " ") else { continue }
            let term = Term(value: String(line[..<space]), meaning: String(line[line.index(after: space)...]))
            for tag in current { tables[tag, default: []].append(term) }
        }
        return tables
    }()

    /// PS3.3 C.2.3, C.4.10, C.4.11, C.7.1.1, C.7.3.1.1.1, C.3.4.
    private static let table: StaticString = """
        (0008,0060) (0008,0061)
        CT Computed Tomography
        MR Magnetic Resonance
        US Ultrasound
        CR Computed Radiography
        DX Digital Radiography
        MG Mammography
        NM Nuclear Medicine
        PT Positron Emission Tomography
        XA X-Ray Angiography
        RF Radiofluoroscopy
        RG Radiographic imaging (film)
        PX Panoramic X-Ray
        IO Intra-Oral Radiography
        BMD Bone Densitometry (X-Ray)
        BDUS Bone Densitometry (ultrasound)
        ECG Electrocardiography
        HD Hemodynamic Waveform
        EPS Cardiac Electrophysiology
        IVUS Intravascular Ultrasound
        IVOCT Intravascular OCT
        OCT Optical Coherence Tomography
        OP Ophthalmic Photography
        OPT Ophthalmic Tomography
        OPM Ophthalmic Mapping
        OPV Ophthalmic Visual Field
        ES Endoscopy
        GM General Microscopy
        SM Slide Microscopy
        XC External-camera Photography
        RTIMAGE RT Image
        RTPLAN RT Plan
        LS Laser surface scan
        TG Thermography
        SR Structured Report
        KO Key Object Selection
        PR Presentation State
        SC Secondary Capture
        OT Other
        (0010,0040)
        F female
        M male
        O other
        (0010,21C0)
        1 not pregnant
        2 possibly pregnant
        3 definitely pregnant
        4 unknown
        (0010,21A0)
        YES smokes
        NO does not smoke
        UNKNOWN not known
        (0040,0020)
        SCHEDULED scheduled
        ARRIVED the patient has arrived
        READY ready to start
        STARTED in progress
        DEPARTED the patient has left
        COMPLETED completed (not in the standard, yet met)
        DISCONTINUED discontinued (not in the standard, yet met)
        (0040,1003)
        STAT at once
        HIGH high
        ROUTINE routine
        MEDIUM medium
        LOW low
        (0040,1009)
        HIGH high
        ROUTINE routine
        MEDIUM medium
        LOW low
        (0008,0052)
        PATIENT patient level
        STUDY study level
        SERIES series level
        IMAGE image level
        (0008,0056)
        ONLINE at once
        NEARLINE after a while
        OFFLINE by hand
        UNAVAILABLE not at all
        (0038,0008)
        CREATED created
        SCHEDULED scheduled
        ADMITTED admitted
        DISCHARGED discharged
        """
}
