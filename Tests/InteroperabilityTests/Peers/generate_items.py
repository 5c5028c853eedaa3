"""Writes synthetic worklist items: generate_items.py FOLDER COUNT

FOLDER gets COUNT `.wl` files and the `lockfile` that wlmscpfs wants; its name is the AE title it answers to. FOLDER.json gets
the texts of every item by accession number. Every tenth item is in a character set of its own."""

import json
import os
import sys
import warnings

from pydicom import config, dcmread
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from flatten import flatten

config.settings.writing_validation_mode = config.RAISE
warnings.simplefilter("error")

FAMILY = "Ashby Birch Calder Denham Elder Farrow Grange Hollis Ingram Jarrow Kendal Larch Marlow Norwood Orchard".split()
GIVEN = "Ada Boris Clara Daniel Edith Felix Greta Hugo Ida Jonas Klara Leo Mina".split()
MODALITIES = "CT MR CR DX US MG NM PT XA RF".split()
PROCEDURES = {
    "CT": "CT of the thorax", "MR": "MR of the head", "CR": "Chest, two views", "DX": "Hand, left", "US": "Ultrasound, abdomen",
    "MG": "Mammography", "NM": "Bone scan", "PT": "PET, whole body", "XA": "Coronary angiography", "RF": "Barium swallow",
}

# Defined terms (PS3.3 C.12.1.1.2), a patient's name, a physician's name, and words for descriptions and comments.
CHARACTER_SETS = [
    ("ISO_IR 100", "González^José", "Müller^Jürgen", "Schädel nativ, Öffnungsübung"),
    ("ISO_IR 101", "Dvořák^Jiří", "Kovács^Ernő", "Vyšetření břicha"),
    ("ISO_IR 109", "Ġużeppi^Ħal", "Ĉapelo^Ŝtefano", "Ĵurnalo pri ĥoro"),
    ("ISO_IR 110", "Kalniņš^Jānis", "Žukauskas^Šarūnas", "Plaušu uzņēmums"),
    ("ISO_IR 144", "Иванова^Анна", "Петров^Сергей", "Рентген грудной клетки"),
    ("ISO_IR 127", "قباني^لنزار", "حداد^سامي", "تصوير الصدر"),
    ("ISO_IR 126", "Διονυσίου^Ελένη", "Παπαδόπουλος^Νίκος", "Ακτινογραφία θώρακος"),
    ("ISO_IR 138", "שרון^דבורה", "לוי^משה", "צילום חזה"),
    ("ISO_IR 148", "Çavuşoğlu^İpek", "Yıldız^Gökçe", "Akciğer grafisi, ışın"),
    ("ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ", "ｽｽﾞｷ^ﾊﾅｺ", "ｷｮｳﾌﾞｻﾂｴｲ"),
    ("ISO_IR 166", "นามสกุล^ชื่อ", "แพทย์^สมชาย", "เอกซเรย์ทรวงอก"),
    ("ISO_IR 192", "Wang^XiaoDong=王^小东", "Ōe^Ævar=大江^", "胸部 Röntgen грудь 🫁"),
    ("GB18030", "Wang^XiaoDong=王^小东", "Li^Na=李^娜", "胸部正位片，\u3400㐁"),
    ("GBK", "Zhao^Lei=赵^磊", "Sun^Li=孙^丽", "头部核磁共振"),
    (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう", "Suzuki^Hanako=鈴木^花子=すずき^はなこ", "胸部Ｘ線撮影"),
    (["ISO 2022 IR 13", "ISO 2022 IR 87"], "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう", "ｻﾄｳ^ｼﾞﾛｳ=佐藤^次郎=さとう^じろう", "頭部CT ｿﾞｳｴｲ"),
    (["", "ISO 2022 IR 87", "ISO 2022 IR 159"], "Hiroshi^Ryo=丂丄^浩=ひろし^りょう", "Mori^Ogai=森^鷗外", "脳 MRI 鷗"),
    (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동", "Kim^Minsu=金^民洙=김^민수", "흉부 엑스선"),
    (["ISO 2022 IR 100", "ISO 2022 IR 144", "ISO 2022 IR 126"], "Müller^Анна", "Ελένη^Анна", "Öffnung Москва Αθήνα"),
]


def item(number, title):
    # Fixed arithmetic instead of a random generator: the same items with every version of Python.
    def pick(choices, salt):
        return choices[(number * 7919 + number // 13 * 31 + salt) % len(choices)]

    dataset = Dataset()
    name = f"{pick(FAMILY, 1)}^{pick(GIVEN, 2)}"
    physician = f"{pick(FAMILY, 3)}^{pick(GIVEN, 4)}"
    modality = pick(MODALITIES, 5)
    words = PROCEDURES[modality]
    dataset.SpecificCharacterSet = "ISO_IR 100"
    if number % 10 == 7:
        dataset.SpecificCharacterSet, name, physician, words = CHARACTER_SETS[number // 10 % len(CHARACTER_SETS)]
    dataset.AccessionNumber = f"ACC{number:06d}"
    dataset.ReferringPhysicianName = physician
    dataset.ReferencedStudySequence = Sequence([])
    dataset.ReferencedPatientSequence = Sequence([])
    dataset.PatientName = name
    dataset.PatientID = f"PAT{number // 2:06d}"
    dataset.PatientBirthDate = f"{1931 + number % 90}{number % 12 + 1:02d}{number % 28 + 1:02d}"
    dataset.PatientSex = "FMO"[number % 3]
    dataset.PatientSize = f"1.{number % 50 + 40}"
    dataset.PatientWeight = str(number % 80 + 40)
    dataset.MedicalAlerts = "" if number % 5 else "Pacemaker"
    dataset.Allergies = "" if number % 7 else "Iodine\\Latex"
    dataset.SmokingStatus = "UNKNOWN"
    # 4 is "unknown": what wlmscpfs answers for an item without it.
    dataset.PregnancyStatus = 4 if number % 3 else 1
    dataset.PatientComments = words
    dataset.StudyInstanceUID = f"1.2.826.0.1.3680043.10.1451.1.{number}"
    dataset.RequestingPhysician = physician
    dataset.RequestingService = words[:16].strip()
    dataset.RequestedProcedureDescription = words
    code = Dataset()
    code.CodeValue = f"P{number % 30:03d}"
    code.CodingSchemeDesignator = "99TEST"
    code.CodingSchemeVersion = "1"
    code.CodeMeaning = words
    dataset.RequestedProcedureCodeSequence = Sequence([code])
    dataset.AdmissionID = f"ADM{number % 997:05d}"
    dataset.CurrentPatientLocation = f"Ward {number % 12}"
    step = Dataset()
    step.Modality = modality
    step.ScheduledStationAETitle = title if number % 4 == 0 else f"STATION{number % 9}"
    step.ScheduledProcedureStepStartDate = f"202703{number % 28 + 1:02d}"
    step.ScheduledProcedureStepStartTime = f"{7 + number % 12:02d}{number * 7 % 60:02d}00"
    step.ScheduledPerformingPhysicianName = physician
    step.ScheduledProcedureStepDescription = words
    step.ScheduledProtocolCodeSequence = Sequence([code, Dataset(code)])
    step.ScheduledProtocolCodeSequence[1].CodeValue = "SECOND"
    step.ScheduledProcedureStepID = f"SPS{number:06d}"
    step.ScheduledStationName = f"Room {number % 20}"
    step.ScheduledProcedureStepLocation = f"Floor {number % 4}"
    step.ScheduledProcedureStepStatus = ("SCHEDULED", "ARRIVED", "READY", "STARTED")[number % 4]
    dataset.ScheduledProcedureStepSequence = Sequence([step])
    dataset.RequestedProcedureID = f"RP{number:06d}"
    dataset.ReasonForTheRequestedProcedure = words
    dataset.RequestedProcedurePriority = ("ROUTINE", "HIGH", "STAT")[number % 3]
    return dataset


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    open(os.path.join(folder, "lockfile"), "w").close()
    texts = {}
    for number in range(count):
        dataset = item(number, os.path.basename(folder))
        meta = FileMetaDataset()
        # Worklist items have no storage class; DCMTK's own sample items carry this UID.
        meta.MediaStorageSOPClassUID = "1.2.276.0.7230010.3.1.0.1"
        meta.MediaStorageSOPInstanceUID = f"1.2.826.0.1.3680043.10.1451.2.{number}"
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        meta.ImplementationClassUID = "1.2.826.0.1.3680043.10.1451"
        path = os.path.join(folder, f"item{number:06d}.wl")
        intended = flatten(dataset)
        FileDataset(None, dataset, file_meta=meta, preamble=bytes(128)).save_as(path, enforce_file_format=True)
        written = flatten(dcmread(path))
        if written != intended:
            wrong = {key: (intended[key], written.get(key)) for key in intended if intended[key] != written.get(key)}
            sys.exit(f"{path}: pydicom does not read back what it wrote: {wrong}")
        texts[written["00080050"]] = written
    with open(folder + ".json", "w", encoding="utf-8") as file:
        json.dump(texts, file, ensure_ascii=False)


main()
