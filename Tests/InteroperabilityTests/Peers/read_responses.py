"""Prints the DICOM files of a folder as pydicom reads them: read_responses.py FOLDER

A JSON object: the texts of each file by its accession number."""

import glob
import json
import os
import sys

from pydicom import dcmread

from flatten import flatten

texts = {}
for path in glob.glob(os.path.join(sys.argv[1], "*.dcm")):
    flat = flatten(dcmread(path, force=True))
    accession = flat.get("00080050", "")
    if accession in texts:
        sys.exit(f"{path}: a second answer with accession number '{accession}'")
    texts[accession] = flat
json.dump(texts, sys.stdout)
