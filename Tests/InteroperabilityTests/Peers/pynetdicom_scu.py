"""A pynetdicom client: pynetdicom_scu.py PORT CALLED-AE echo | find KEYS [CANCEL-AFTER]

KEYS is a JSON object such as {"00100010": "A*", "00400100[0].00080060": "CT"}. Prints a
JSON line for each response: its status, and for a match the texts of its identifier."""

import json
import sys

from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pynetdicom import AE
from pynetdicom.sop_class import ModalityWorklistInformationFind, Verification

from flatten import flatten


def identifier(keys):
    dataset = Dataset()
    for path, value in keys.items():
        level = dataset
        *sequences, last = path.split(".")
        for name in sequences:
            tag = int(name.removesuffix("[0]"), 16)
            if tag not in level:
                level.add_new(tag, "SQ", Sequence([Dataset()]))
            level = level[tag].value[0]
        level.add_new(int(last, 16), dictionary_VR(int(last, 16)), value or None)
    return dataset


def show(status, flat=None):
    print(json.dumps({"status": status.Status if status else None, "texts": flat}), flush=True)


port, called, command = int(sys.argv[1]), sys.argv[2], sys.argv[3]
cancel_after = int(sys.argv[5]) if len(sys.argv) > 5 else 0
ae = AE(ae_title="PYNETDICOM")
ae.add_requested_context(Verification)
ae.add_requested_context(ModalityWorklistInformationFind)
association = ae.associate("127.0.0.1", port, ae_title=called)
if not association.is_established:
    sys.exit("no association")
if command == "echo":
    show(association.send_c_echo())
else:
    received = 0
    responses = association.send_c_find(identifier(json.loads(sys.argv[4])), ModalityWorklistInformationFind, msg_id=7)
    for status, match in responses:
        show(status, flatten(match) if match is not None else None)
        received += match is not None
        if received == cancel_after and match is not None:
            association.send_c_cancel(7, query_model=ModalityWorklistInformationFind)
association.release()
