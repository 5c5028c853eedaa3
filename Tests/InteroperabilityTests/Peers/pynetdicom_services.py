"""A pynetdicom server of every SOP class that uses C-FIND: pynetdicom_services.py PORT

Patient Comments of a query says how it is answered; see `find`. A match is the query itself, with the SOP class it was asked
for and an accession number that counts. Every request is a line on standard output when its handler starts."""

import json
import sys
import time

from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian,
)
from pynetdicom import AE, evt
from pynetdicom import sop_class as classes

SOP_CLASSES = [
    classes.ModalityWorklistInformationFind,
    classes.PatientRootQueryRetrieveInformationModelFind,
    classes.StudyRootQueryRetrieveInformationModelFind,
    classes.PatientStudyOnlyQueryRetrieveInformationModelFind,
    classes.RepositoryQuery,
    classes.InventoryFind,
    classes.GeneralRelevantPatientInformationQuery,
    classes.BreastImagingRelevantPatientInformationQuery,
    classes.CardiacRelevantPatientInformationQuery,
    classes.ProductCharacteristicsQuery,
    classes.SubstanceApprovalQuery,
    classes.HangingProtocolInformationModelFind,
    classes.ColorPaletteInformationModelFind,
    classes.GenericImplantTemplateInformationModelFind,
    classes.ImplantAssemblyTemplateInformationModelFind,
    classes.ImplantTemplateGroupInformationModelFind,
    classes.DefinedProcedureProtocolInformationModelFind,
    classes.ProtocolApprovalInformationModelFind,
    classes.UnifiedProcedureStepPull,
    classes.UnifiedProcedureStepWatch,
    classes.UnifiedProcedureStepQuery,
]
RELEVANT_PATIENT = SOP_CLASSES[6:9]
SYNTAXES = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]


def match(event, number):
    response = Dataset(event.identifier)
    # Reads every value: elements that were only passed on would prove nothing.
    response.walk(lambda _, element: element)
    response.SOPClassUID = event.context.abstract_syntax
    response.AccessionNumber = str(number)
    return response


def failure(code, comment, offending):
    status = Dataset()
    status.Status = code
    status.ErrorComment = comment
    status.OffendingElement = offending
    return status


def negotiated(event):
    """What the client proposed, as this side understood it."""
    client = event.assoc.requestor
    identity = client.user_identity
    role = client.role_selection.get(event.context.abstract_syntax)
    return {
        "identity": identity and {
            "type": identity.user_identity_type,
            "response": identity.positive_response_requested,
            "primary": identity.primary_field.decode(),
            "secondary": (identity.secondary_field or b"").decode(),
        },
        "extended": {str(uid): info.hex() for uid, info in client.sop_class_extended.items()},
        "roles": {str(event.context.abstract_syntax): [role.scu_role, role.scp_role]} if role else {},
        "asynchronous": list(client.asynchronous_operations),
    }


def until_cancelled(event):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if event.is_cancelled:
            return True
        time.sleep(0.001)
    return False


def find(event):
    behaviour, *count = event.identifier.PatientComments.split(" of ")
    print(f"{behaviour} {event.context.abstract_syntax}", flush=True)
    count = int(count[0]) if count else 3
    if behaviour in ("matches", "unsupported keys", "limit"):
        status = 0xFF01 if behaviour == "unsupported keys" else 0xFF00
        for number in range(1, count + 1):
            yield status, match(event, number)
        if behaviour == "limit":
            yield 0xB001, None
    elif behaviour == "failure":
        yield failure(0xA900, "Patient ID is no key here", [0x00100020, 0x00080050]), None
    elif behaviour == "late failure":
        yield 0xFF00, match(event, 1)
        yield failure(0xC001, "the index broke", 0x00080018), None
    elif behaviour == "endless":
        # pynetdicom takes one response of a Relevant Patient handler: here the cancel.
        if event.context.abstract_syntax not in RELEVANT_PATIENT:
            yield 0xFF00, match(event, 1)
        yield (0xFE00 if until_cancelled(event) else 0xC002), None
    elif behaviour == "negotiation":
        response = match(event, 1)
        response.TextValue = json.dumps(negotiated(event))
        yield 0xFF00, response


def identity(event):
    if event.primary_field == b"nobody":
        return False, None
    return True, b"welcome " + event.primary_field


ae = AE(ae_title="SERVICES")
ae.maximum_associations = 100
for uid in SOP_CLASSES:
    # The roles a client may ask for; without a proposal it is the client.
    ae.add_supported_context(uid, SYNTAXES, scu_role=True, scp_role=True)
ae.add_supported_context(classes.Verification, SYNTAXES)
ae.start_server(
    ("127.0.0.1", int(sys.argv[1])),
    evt_handlers=[
        (evt.EVT_C_FIND, find),
        (evt.EVT_USER_ID, identity),
        (evt.EVT_SOP_EXTENDED, lambda event: event.app_info),
        (evt.EVT_ASYNC_OPS, lambda event: (event.nr_invoked, event.nr_performed)),
    ],
)
