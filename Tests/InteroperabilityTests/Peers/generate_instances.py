"""Writes synthetic images: generate_instances.py FOLDER

Two patients with studies, series and images. Prints a JSON list with the texts of each."""

import json
import os
import sys

from pydicom import config, dcmread
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from flatten import flatten

config.settings.writing_validation_mode = config.RAISE
ROOT = "1.2.826.0.1.3680043.10.1451.3"
PATIENTS = [("P1", "Ashby^Ada", "19700101", "F"), ("P2", "Birch^Boris", "19650512", "M")]


def main():
    folder, texts = sys.argv[1], []
    os.makedirs(folder, exist_ok=True)
    for patient, (identifier, name, birth, sex) in enumerate(PATIENTS, 1):
        for study in range(1, 3):
            for series in range(1, 3):
                for image in range(1, 3):
                    uid = f"{ROOT}.{patient}.{study}.{series}.{image}"
                    meta = FileMetaDataset()
                    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
                    meta.MediaStorageSOPInstanceUID = uid
                    meta.TransferSyntaxUID = ExplicitVRLittleEndian
                    meta.ImplementationClassUID = "1.2.826.0.1.3680043.10.1451"
                    path = os.path.join(folder, f"{uid}.dcm")
                    dataset = FileDataset(path, {}, file_meta=meta, preamble=bytes(128))
                    dataset.SOPClassUID = SecondaryCaptureImageStorage
                    dataset.SOPInstanceUID = uid
                    dataset.StudyInstanceUID = f"{ROOT}.{patient}.{study}"
                    dataset.SeriesInstanceUID = f"{ROOT}.{patient}.{study}.{series}"
                    dataset.PatientID, dataset.PatientName = identifier, name
                    dataset.PatientBirthDate, dataset.PatientSex = birth, sex
                    dataset.StudyDate, dataset.StudyTime = f"2027030{study}", f"0{patient}1500"
                    dataset.StudyID, dataset.AccessionNumber = f"S{patient}{study}", f"ACC{patient}{study}"
                    dataset.ReferringPhysicianName = "Holt^Petra"
                    dataset.StudyDescription = f"Study {study}"
                    dataset.Modality = ("CT", "MR")[series - 1]
                    dataset.SeriesNumber, dataset.InstanceNumber = str(series), str(image)
                    dataset.save_as(path, enforce_file_format=True)
                    texts.append(flatten(dcmread(path)))
    json.dump(texts, sys.stdout)


main()
