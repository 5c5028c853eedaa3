"""A pynetdicom worklist server: pynetdicom_scp.py FOLDER PORT

Streams the `.wl` files of FOLDER that match, in the order of their names, until C-CANCEL; its AE title is the folder's name.
Matches single values, `*`, `?` and date ranges, at the top level and within the Scheduled Procedure Step Sequence."""

import fnmatch
import glob
import os
import sys
import time

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pynetdicom import AE, evt
from pynetdicom.sop_class import ModalityWorklistInformationFind, Verification

from flatten import text

folder, port = sys.argv[1], int(sys.argv[2])
items = [dcmread(path) for path in sorted(glob.glob(os.path.join(folder, "*.wl")))]


def is_universal(element):
    if element.VR == "SQ" and element.value:
        return all(map(is_universal, element.value[0]))
    return element.is_empty


def matches(key, record):
    for element in key:
        if element.keyword == "SpecificCharacterSet" or is_universal(element):
            continue
        if element.tag not in record:
            return False
        stored = record[element.tag]
        if element.VR == "SQ":
            if not any(matches(element.value[0], item) for item in stored.value):
                return False
            continue
        wanted, value = text(element.value), text(stored.value)
        if element.VR == "DA" and "-" in wanted:
            first, last = wanted.split("-")
            if not (first or "0") <= value <= (last or "9"):
                return False
        elif not fnmatch.fnmatchcase(value, wanted.replace("[", "[[]")):
            return False
    return True


def answer(key, record):
    response = Dataset()
    for element in key:
        if element.tag not in record:
            response.add_new(element.tag, element.VR, None)
        elif element.VR == "SQ" and element.value:
            parts = [answer(element.value[0], item) for item in record[element.tag].value]
            response.add_new(element.tag, "SQ", Sequence(parts))
        else:
            response[element.tag] = record[element.tag]
    return response


def find(event):
    key = event.identifier
    for item in items:
        # pynetdicom looks at its socket only while it has nothing to send: without a pause it may never see a C-CANCEL.
        while not event.assoc.dul.to_provider_queue.empty():
            time.sleep(0.0005)
        if event.is_cancelled:
            yield 0xFE00, None
            return
        if matches(key, item):
            response = answer(key, item)
            response.SpecificCharacterSet = item.SpecificCharacterSet
            yield 0xFF00, response


ae = AE(ae_title=os.path.basename(folder))
ae.add_supported_context(ModalityWorklistInformationFind)
ae.add_supported_context(Verification)
ae.start_server(("127.0.0.1", port), evt_handlers=[(evt.EVT_C_FIND, find)])
