"""pynetdicom over TLS, with Python's ssl module.

tls_pynetdicom.py serve FOLDER PORT CERTIFICATE KEY AUTHORITY required|none [1.2]
    A worklist server over the `.wl` files of FOLDER; answers every query with all of them.
tls_pynetdicom.py echo|find PORT CALLED-AE AUTHORITY HOST [CERTIFICATE KEY]
    Prints the status of every response. HOST is the name to expect in the server's certificate; "none" for any."""

import glob
import os
import ssl
import sys

from pydicom import dcmread
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import ModalityWorklistInformationFind, Verification


def serve(folder, port, certificate, key, authority, clients, newest=None):
    items = [dcmread(path) for path in sorted(glob.glob(os.path.join(folder, "*.wl")))]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if newest == "1.2":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if clients == "required":
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority)

    def find(event):
        for item in items:
            response = Dataset()
            response.SpecificCharacterSet = item.SpecificCharacterSet
            response.AccessionNumber = item.AccessionNumber
            response.PatientID = item.PatientID
            yield 0xFF00, response

    ae = AE(ae_title=os.path.basename(folder))
    ae.add_supported_context(ModalityWorklistInformationFind)
    ae.add_supported_context(Verification)
    ae.start_server(("127.0.0.1", int(port)), evt_handlers=[(evt.EVT_C_FIND, find)], ssl_context=context)


def call(command, port, called, authority, host, *identity):
    context = ssl.create_default_context(cafile=authority)
    if host == "none":
        context.check_hostname = False
    if identity:
        context.load_cert_chain(*identity)
    ae = AE(ae_title="PYNETDICOM")
    ae.add_requested_context(Verification)
    ae.add_requested_context(ModalityWorklistInformationFind)
    arguments = (context, None if host == "none" else host)
    association = ae.associate("127.0.0.1", int(port), ae_title=called, tls_args=arguments)
    if not association.is_established:
        sys.exit("no association")
    if command == "echo":
        print(hex(association.send_c_echo().Status), flush=True)
    else:
        query = Dataset()
        query.PatientID = ""
        query.AccessionNumber = ""
        for status, _ in association.send_c_find(query, ModalityWorklistInformationFind):
            print(hex(status.Status), flush=True)
    association.release()


serve(*sys.argv[2:]) if sys.argv[1] == "serve" else call(*sys.argv[1:])
