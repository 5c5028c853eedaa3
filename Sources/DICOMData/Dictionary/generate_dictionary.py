#!/usr/bin/env python3
"""Writes the generated files of the data dictionary.

    pip install pydicom==3.0.2
    python3 Sources/DICOMData/Dictionary/generate_dictionary.py            # write
    python3 Sources/DICOMData/Dictionary/generate_dictionary.py --check    # exit 1 when a file is stale

The facts (PS3.6 chapters 6 to 8 and A, PS3.7 E) come from pydicom's dictionaries. Tables are string literals, one line an
entry: the Swift compiler reads those in no time, while array literals of this size exhaust its memory.
"""

import argparse
import pathlib
import re
import sys

import pydicom
from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom._uid_dict import UID_dictionary

# Keywords that get a named constant: the worklist information model (PS3.4 K.6), the query/retrieve information models
# (PS3.4 C.6) and what they pull in. File meta information and the command set are added whole.
NAMED = """
SpecificCharacterSet SOPClassUID SOPInstanceUID RelatedGeneralSOPClassUID StudyDate StudyTime AccessionNumber
IssuerOfAccessionNumberSequence QueryRetrieveLevel QueryRetrieveView RetrieveAETitle InstanceAvailability Modality
ModalitiesInStudy SOPClassesInStudy AnatomicRegionsInStudyCodeSequence InstitutionName InstitutionAddress
InstitutionCodeSequence ReferringPhysicianName ReferringPhysicianAddress ReferringPhysicianTelephoneNumbers CodeValue
CodingSchemeDesignator CodingSchemeVersion CodeMeaning MappingResource LongCodeValue URNCodeValue
TimezoneOffsetFromUTC StudyDescription ProcedureCodeSequence InstitutionalDepartmentName
InstitutionalDepartmentTypeCodeSequence NameOfPhysiciansReadingStudy AdmittingDiagnosesDescription
AdmittingDiagnosesCodeSequence ReferencedStudySequence ReferencedPatientSequence ReferencedSOPClassUID
ReferencedSOPInstanceUID AlternateRepresentationSequence AvailableTransferSyntaxUID PatientName
PersonNamesToUseSequence ThirdPersonPronounsSequence PatientID IssuerOfPatientID TypeOfPatientID
IssuerOfPatientIDQualifiersSequence PatientBirthDate PatientBirthTime PatientSex GenderIdentitySequence
SexParametersForClinicalUseCategorySequence PatientPrimaryLanguageCodeSequence
PatientPrimaryLanguageModifierCodeSequence OtherPatientIDs OtherPatientNames OtherPatientIDsSequence PatientAge
PatientSize PatientWeight PatientAddress MilitaryRank MedicalAlerts Allergies EthnicGroup Occupation SmokingStatus
AdditionalPatientHistory PregnancyStatus LastMenstrualDate PatientSpeciesDescription PatientSexNeutered
PatientBreedDescription ResponsiblePerson ResponsiblePersonRole PatientComments ReferencedDefinedProtocolSequence
ReferencedPerformedProtocolSequence StudyInstanceUID SeriesInstanceUID StudyID SeriesNumber InstanceNumber
OtherStudyNumbers NumberOfPatientRelatedStudies NumberOfPatientRelatedSeries NumberOfPatientRelatedInstances
NumberOfStudyRelatedSeries NumberOfStudyRelatedInstances NumberOfSeriesRelatedInstances RequestingPhysician
RequestingService RequestedProcedureDescription RequestedProcedureCodeSequence RequestedContrastAgent VisitStatusID
AdmissionID IssuerOfAdmissionID IssuerOfAdmissionIDSequence RouteOfAdmissions AdmittingDate AdmittingTime
SpecialNeeds ServiceEpisodeID PertinentDocumentsSequence CurrentPatientLocation PatientInstitutionResidence
PatientState VisitComments ScheduledStationAETitle ScheduledProcedureStepStartDate ScheduledProcedureStepStartTime
ScheduledProcedureStepEndDate ScheduledProcedureStepEndTime ScheduledPerformingPhysicianName
ScheduledProcedureStepDescription ScheduledProtocolCodeSequence ScheduledProcedureStepID
ScheduledPerformingPhysicianIdentificationSequence ScheduledStationName ScheduledProcedureStepLocation PreMedication
ScheduledProcedureStepStatus OrderPlacerIdentifierSequence ScheduledProcedureStepSequence
CommentsOnTheScheduledProcedureStep ProtocolContextSequence ScheduledSpecimenSequence ContainerIdentifier
ContainerTypeCodeSequence SpecimenIdentifier SpecimenUID SpecimenDescriptionSequence MeasurementUnitsCodeSequence
RequestedProcedureID ReasonForTheRequestedProcedure RequestedProcedurePriority PatientTransportArrangements
RequestedProcedureLocation ConfidentialityCode ReportingPriority ReasonForRequestedProcedureCodeSequence
NamesOfIntendedRecipientsOfResults IntendedRecipientsOfResultsIdentificationSequence
ReasonForPerformedProcedureCodeSequence RequestedProcedureComments ReasonForTheImagingServiceRequest
IssueDateOfImagingServiceRequest IssueTimeOfImagingServiceRequest OrderEnteredBy OrderEntererLocation
OrderCallbackPhoneNumber PlacerOrderNumberImagingServiceRequest FillerOrderNumberImagingServiceRequest
ImagingServiceRequestComments ConfidentialityConstraintOnPatientDataDescription ValueType ConceptNameCodeSequence
DateTime PersonName TextValue ConceptCodeSequence PurposeOfReferenceCodeSequence NumericValue
HL7StructuredDocumentReferenceSequence ContentTemplateSequence TemplateIdentifier DocumentTitle
StorageMediaFileSetID StorageMediaFileSetUID BarcodeValue
LocalNamespaceEntityID UniversalEntityID UniversalEntityIDType IdentifierTypeCode
PersonIdentificationCodeSequence PersonAddress PersonTelephoneNumbers
""".split()

# Patient module elements of PS3.6 2024 and later (Supplement 233, CP 2252), for a pydicom that does not know them yet.
SUPPLEMENT = {
    0x00100011: ("SQ", "1", "Person Names to Use Sequence", "", "PersonNamesToUseSequence"),
    0x00100012: ("LT", "1", "Name to Use", "", "NameToUse"),
    0x00100013: ("UT", "1", "Name to Use Comment", "", "NameToUseComment"),
    0x00100014: ("SQ", "1", "Third Person Pronouns Sequence", "", "ThirdPersonPronounsSequence"),
    0x00100015: ("SQ", "1", "Pronoun Code Sequence", "", "PronounCodeSequence"),
    0x00100016: ("UT", "1", "Pronoun Comment", "", "PronounComment"),
    0x00100041: ("SQ", "1", "Gender Identity Sequence", "", "GenderIdentitySequence"),
    0x00100042: (
        "UT", "1", "Sex Parameters for Clinical Use Category Comment", "", "SexParametersForClinicalUseCategoryComment",
    ),
    0x00100043: (
        "SQ", "1", "Sex Parameters for Clinical Use Category Sequence", "", "SexParametersForClinicalUseCategorySequence",
    ),
    0x00100044: ("SQ", "1", "Gender Identity Code Sequence", "", "GenderIdentityCodeSequence"),
    0x00100045: ("UT", "1", "Gender Identity Comment", "", "GenderIdentityComment"),
    0x00100046: (
        "SQ", "1", "Sex Parameters for Clinical Use Category Code Sequence", "",
        "SexParametersForClinicalUseCategoryCodeSequence",
    ),
    0x00100047: (
        "UR", "1-n", "Sex Parameters for Clinical Use Category Reference", "",
        "SexParametersForClinicalUseCategoryReference",
    ),
    0x00102161: ("SQ", "1", "Ethnic Group Code Sequence", "", "EthnicGroupCodeSequence"),
    0x00102162: ("UC", "1-n", "Ethnic Groups", "", "EthnicGroups"),
}
ELEMENTS = SUPPLEMENT | DicomDictionary

FOLDER = pathlib.Path(__file__).resolve().parent
KEYWORDS_PER_LINE = 25
HEADER = f"""// Generated by generate_dictionary.py from the dictionaries of pydicom {pydicom.__version__}; do not edit.
// swift-format-ignore-file
"""


def representations(vr):
    """`US or SS` as `US/SS`; the default first, which for pixel-like data is OW (PS3.5 A.1)."""
    if vr == "NONE":
        return "-"
    parts = vr.split(" or ")
    if set(parts) == {"OB", "OW"}:
        parts = ["OW", "OB"]
    return "/".join(parts)


def checked(line):
    """A line of a table must survive in a Swift string literal, and the tables are read as ASCII."""
    if not line.isascii() or "\\" in line or '"""' in line or "\n" in line:
        raise SystemExit(f"cannot be written in a string literal: {line}")
    return line


def element_line(tag, facts):
    vr, vm, name, retired, keyword = facts
    if not keyword:
        name = "(retired)"
    return checked(f"{tag} {keyword or '-'} {representations(vr)} {vm} {'R' if retired else '-'} {name}")


def literal(name, comment, lines):
    body = "\n".join("        " + line for line in lines)
    return f'    /// {comment}\n    static let {name}: StaticString = """\n{body}\n        """\n'


def dictionary():
    plain = [(f"{tag:08X}", ELEMENTS[tag]) for tag in sorted(ELEMENTS)]
    repeating = [(tag, RepeatersDictionary[tag]) for tag in sorted(RepeatersDictionary)]
    entries = plain + repeating
    if len(entries) > 0xFFFF:
        raise SystemExit("keyword order has four digits an entry: too many elements")
    order = sorted((facts[4].lower(), number) for number, (_, facts) in enumerate(entries) if facts[4])
    if len({keyword for keyword, _ in order}) != len(order):
        raise SystemExit("keywords are not unique when case is ignored")
    numbers = [f"{number:04X}" for _, number in order]
    rows = ["".join(numbers[i:i + KEYWORDS_PER_LINE]) for i in range(0, len(numbers), KEYWORDS_PER_LINE)]
    return HEADER + f"""
/// The tables behind ``DataDictionary``: PS3.6 chapters 6 to 8, PS3.7 annex E.
enum DictionaryTables {{
{literal("elements", "Sorted by tag: `tag keyword VR[/VR] VM R|- name`.", [element_line(*entry) for entry in plain])}
{literal("repeatingElements", "The same for repeating groups and elements; `x` stands for any digit.",
         [element_line(*entry) for entry in repeating])}
    /// Numbers in a full line of `keywordOrder`.
    static let keywordsPerLine = {KEYWORDS_PER_LINE}

    /// Numbers in `keywordOrder`.
    static let keywordCount = {len(numbers)}

{literal("keywordOrder", "Entry numbers (`elements`, then `repeatingElements`), four hexadecimal digits each, sorted by keyword in lower case.", rows)}}}
"""


def registry():
    lines = []
    for uid in sorted(UID_dictionary):
        name, kind, _, retired, keyword = UID_dictionary[uid]
        # Some names of retired UIDs say so a second time.
        name = re.sub(r"\s*\(Retired\)$", "", name) or "(retired)"
        lines.append(checked("|".join([uid, kind, "R" if retired else "-", keyword, name])))
    return HEADER + f"""
/// The table behind ``UIDRegistry``: PS3.6 annex A.
enum UIDTables {{
{literal("uids", "Sorted by the bytes of the UID: `UID|kind|R or -|keyword|name`.", lines)}}}
"""


def constant_name(keyword):
    """`SOPClassUID` as `sopClassUID`, `PatientID` as `patientID`."""
    capitals = re.match(r"[A-Z]+", keyword).group()
    end = len(capitals)
    if end > 1 and end < len(keyword) and keyword[end].islower():
        end -= 1
    return keyword[:end].lower() + keyword[end:]


def constants():
    by_keyword = {facts[4]: tag for tag, facts in ELEMENTS.items() if facts[4]}
    tags = {by_keyword[keyword] for keyword in NAMED if keyword in by_keyword}
    missing = [keyword for keyword in NAMED if keyword not in by_keyword]
    if missing:
        raise SystemExit(f"not in the dictionary: {missing}")
    tags |= {tag for tag, facts in ELEMENTS.items() if tag >> 16 in (0, 2) and not facts[3]}
    lines = []
    for tag in sorted(tags):
        _, _, name, _, keyword = ELEMENTS[tag]
        lines.append(f"    /// {name}")
        lines.append(
            f"    public static let {constant_name(keyword)} = Tag(0x{tag >> 16:04X}, 0x{tag & 0xFFFF:04X})"
        )
    return HEADER + "\n/// Tags of the command set, file meta information, the worklist and the query models, by keyword.\n" \
        + "extension Tag {\n" + "\n".join(lines) + "\n}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the files, write nothing")
    arguments = parser.parse_args()
    files = {
        "DataDictionary+Generated.swift": dictionary(),
        "UIDRegistry+Generated.swift": registry(),
        "Tag+Names.swift": constants(),
    }
    stale = []
    for name, text in files.items():
        path = FOLDER / name
        if arguments.check:
            if not path.exists() or path.read_text(encoding="ascii") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="ascii")
    if stale:
        print("stale: " + ", ".join(stale) + "; run generate_dictionary.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
