/// SOP classes by name (PS3.4, PS3.6 table A-1).
public enum SOPClass {
    public static let verification = "1.2.840.10008.1.1"

    // MARK: Worklist and Query/Retrieve (PS3.4 K, C)

    public static let modalityWorklistFind = "1.2.840.10008.5.1.4.31"
    public static let patientRootFind = "1.2.840.10008.5.1.4.1.2.1.1"
    public static let studyRootFind = "1.2.840.10008.5.1.4.1.2.2.1"
    /// Retired.
    public static let patientStudyOnlyFind = "1.2.840.10008.5.1.4.1.2.3.1"
    public static let repositoryQuery = "1.2.840.10008.5.1.4.1.1.201.6"
    public static let inventoryFind = "1.2.840.10008.5.1.4.1.1.201.2"

    // MARK: Relevant Patient Information and Substance Administration (PS3.4 Q, V)

    public static let generalRelevantPatientQuery = "1.2.840.10008.5.1.4.37.1"
    public static let breastImagingRelevantPatientQuery = "1.2.840.10008.5.1.4.37.2"
    public static let cardiacRelevantPatientQuery = "1.2.840.10008.5.1.4.37.3"
    public static let productCharacteristicsQuery = "1.2.840.10008.5.1.4.41"
    public static let substanceApprovalQuery = "1.2.840.10008.5.1.4.42"

    // MARK: Hanging Protocols, palettes, implants, protocols (PS3.4 U, X, BB, HH, II)

    public static let hangingProtocolFind = "1.2.840.10008.5.1.4.38.2"
    public static let colorPaletteFind = "1.2.840.10008.5.1.4.39.2"
    public static let genericImplantTemplateFind = "1.2.840.10008.5.1.4.43.2"
    public static let implantAssemblyTemplateFind = "1.2.840.10008.5.1.4.44.2"
    public static let implantTemplateGroupFind = "1.2.840.10008.5.1.4.45.2"
    public static let definedProcedureProtocolFind = "1.2.840.10008.5.1.4.20.1"
    public static let protocolApprovalFind = "1.2.840.10008.5.1.4.1.1.200.4"

    // MARK: Unified Procedure Step (PS3.4 CC)

    public static let unifiedProcedureStepPull = "1.2.840.10008.5.1.4.34.6.3"
    public static let unifiedProcedureStepWatch = "1.2.840.10008.5.1.4.34.6.2"
    public static let unifiedProcedureStepQuery = "1.2.840.10008.5.1.4.34.6.5"
    /// Defines no C-FIND; the SOP class of every procedure step (PS3.4 CC.3.1).
    public static let unifiedProcedureStepPush = "1.2.840.10008.5.1.4.34.6.1"
    /// Defines no C-FIND.
    public static let unifiedProcedureStepEvent = "1.2.840.10008.5.1.4.34.6.4"
}
