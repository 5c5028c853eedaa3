/// SOP classes by name (PS3.4, PS3.6 table A-1).
public enum SOPClass {
    public static let verification = "1.2.840.10008.1.1"
    public static let modalityWorklistFind = "1.2.840.10008.5.1.4.31"
    public static let patientRootFind = "1.2.840.10008.5.1.4.1.2.1.1"
    public static let studyRootFind = "1.2.840.10008.5.1.4.1.2.2.1"
}
