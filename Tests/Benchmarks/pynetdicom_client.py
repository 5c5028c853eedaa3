"""pynetdicom's client, timed: pynetdicom_client.py PORT CALLED-AE ACCESSION COUNT

Prints "echo MS" for each of COUNT C-ECHOs and "find MS MATCHES" for each of COUNT C-FINDs, all over one association."""
import os
import sys
import time

from pydicom.dataset import Dataset
from pynetdicom import AE
from pynetdicom.sop_class import ModalityWorklistInformationFind, Verification

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../InteroperabilityTests/Peers"))
import responses  # noqa: E402

port, called, accession, count = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
ae = AE()
ae.add_requested_context(Verification)
ae.add_requested_context(ModalityWorklistInformationFind)
association = ae.associate("127.0.0.1", port, ae_title=called)
responses.keep(association)
key = Dataset()
key.AccessionNumber = accession
key.PatientName = key.PatientID = ""
for _ in range(count):
    start = time.perf_counter()
    association.send_c_echo()
    print("echo", (time.perf_counter() - start) * 1000)
for _ in range(count):
    start = time.perf_counter()
    matches = sum(match is not None for _, match in association.send_c_find(key, ModalityWorklistInformationFind))
    print("find", (time.perf_counter() - start) * 1000, matches)
association.release()
