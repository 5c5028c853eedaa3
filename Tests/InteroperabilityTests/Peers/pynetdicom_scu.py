"""A pynetdicom client that does as a plan says: pynetdicom_scu.py PLAN

PLAN is a JSON file, see Pynetdicom.swift. Prints a JSON line for each association: how it was negotiated, and every response
to every step, the texts of its identifier included."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

from pynetdicom import AE, evt
from pynetdicom.dimse_primitives import C_ECHO
from pynetdicom.pdu_primitives import (
    AsynchronousOperationsWindowNegotiation, SCP_SCU_RoleSelectionNegotiation, SOPClassExtendedNegotiation,
    UserIdentityNegotiation,
)
from pynetdicom.sop_class import Verification

import responses
from flatten import flatten
from identifiers import identifier


def proposals(wanted):
    if wanted.get("identity"):
        item = UserIdentityNegotiation()
        item.user_identity_type = wanted["identity"]["type"]
        item.positive_response_requested = wanted["identity"]["response"]
        item.primary_field = wanted["identity"]["primary"].encode()
        if wanted["identity"]["secondary"]:
            item.secondary_field = wanted["identity"]["secondary"].encode()
        yield item
    for uid, information in wanted.get("extended", {}).items():
        item = SOPClassExtendedNegotiation()
        item.sop_class_uid = uid
        item.service_class_application_information = bytes.fromhex(information)
        yield item
    for uid, (scu, scp) in wanted.get("roles", {}).items():
        item = SCP_SCU_RoleSelectionNegotiation()
        item.sop_class_uid, item.scu_role, item.scp_role = uid, scu, scp
        yield item
    if wanted.get("asynchronous"):
        item = AsynchronousOperationsWindowNegotiation()
        item.maximum_number_operations_invoked, item.maximum_number_operations_performed = wanted["asynchronous"]
        yield item


def agreed(association):
    server = association.acceptor
    return {
        "contexts": {
            str(context.abstract_syntax): {
                "transferSyntax": str(context.transfer_syntax[0]), "scu": context.as_scu, "scp": context.as_scp,
            }
            for context in association.accepted_contexts
        },
        "identity": server.user_identity.server_response.decode() if server.user_identity else None,
        "extended": {str(uid): info.hex() for uid, info in server.sop_class_extended.items()},
        "roles": {str(uid): [item.scu_role, item.scp_role] for uid, item in server.role_selection.items()},
        "asynchronous": list(server.asynchronous_operations),
    }


def response(status, match=None):
    return {
        "status": status.get("Status"),
        "comment": status.get("ErrorComment"),
        "offending": [f"{tag:08X}" for tag in offending(status)],
        "texts": flatten(match) if match is not None else None,
    }


def offending(status):
    tags = status.get("OffendingElement")
    return [] if tags is None else tags if isinstance(tags, (list, tuple)) or hasattr(tags, "append") else [tags]


def find(association, step):
    key = identifier(step["keys"])
    number = step["messageID"]
    answers, received = [], 0
    matches = association.send_c_find(key, step["sopClass"], msg_id=number)
    if step.get("cancelAfter") == 0:
        association.send_c_cancel(number, query_model=step["sopClass"])
    for status, match in matches:
        answers.append(response(status, match))
        received += match is not None
        if match is not None and received == step.get("cancelAfter"):
            association.send_c_cancel(number, query_model=step["sopClass"])
    return {"asked": flatten(key), "responses": answers}


def echo_within_find(association, step):
    """A C-ECHO sent right behind a C-FIND: every message that comes, by the number of the request it answers."""
    key = identifier(step["keys"])
    association.send_c_find(key, step["sopClass"], msg_id=step["messageID"])
    echo = C_ECHO()
    echo.MessageID, echo.AffectedSOPClassUID = step["messageID"] + 1, Verification
    context = next(c.context_id for c in association.accepted_contexts if c.abstract_syntax == Verification)
    association.dimse.send_msg(echo, context)
    answers, open_requests = [], {step["messageID"], step["messageID"] + 1}
    while open_requests:
        _, message = association.dimse.get_msg(block=True)
        if message is None:
            break
        answered = message.MessageIDBeingRespondedTo
        answers.append({"status": message.Status, "answers": answered, "offending": []})
        if message.Status not in (0xFF00, 0xFF01):
            open_requests.discard(answered)
    association.abort()
    return {"responses": answers}


def transcript(plan):
    ae = AE(ae_title="PYNETDICOM")
    ae.acse_timeout = ae.dimse_timeout = 20
    for uid in plan["sopClasses"] + [Verification]:
        ae.add_requested_context(uid, plan["transferSyntaxes"])
    refusals = []

    def rejected(event):
        answer = event.assoc.acceptor.primitive
        refusals.append([answer.result, answer.result_source, answer.diagnostic])

    association = ae.associate(
        "127.0.0.1", plan["port"], ae_title=plan["called"], ext_neg=list(proposals(plan.get("negotiation") or {})),
        evt_handlers=[(evt.EVT_REJECTED, rejected)],
    )
    if not association.is_established:
        return {"rejected": refusals[0] if refusals else [], "answers": []}
    responses.keep(association)
    answers = []
    try:
        for step in plan["steps"]:
            if step["do"] == "echo":
                answers.append({"responses": [response(association.send_c_echo())]})
            elif step["do"] == "find":
                answers.append(find(association, step))
            else:
                answers.append(echo_within_find(association, step))
        return {"negotiated": agreed(association), "answers": answers}
    finally:
        # Its threads would keep the program alive.
        if association.is_established:
            association.release()


with open(sys.argv[1], encoding="utf-8") as file:
    plan = json.load(file)
with ThreadPoolExecutor(plan["associations"]) as pool:
    for line in pool.map(transcript, [plan] * plan["associations"]):
        print(json.dumps(line), flush=True)
