"""`forebyggende.henvendelse`: a school, institution or family asks the preventive worker directly (2.l)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.caseload import PREVENTIVE
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.named_children import CHILD_KEYS, CLOSED
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "forebyggende.henvendelse",
    da="Find eller opret barnets sag",
    en="Find or open the child's case",
    inputs=(Field("henvendelse_id", "string", "Henvendelse", "Contact"),),
    outputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("har_raadgiver", "boolean", "Har barnet en rådgiver?", "Has the child a caseworker?"),
        Field("henvendelse_id", "string", "Henvendelse i sagen", "Contact in the case"),
    ),
)
def take_contact(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A contact is no notification: no T01 runs. Knowledge of the concern counts from the contact.

    A child whose case has a caseworker stays with that one, who is told; a case in which something else
    is under way keeps its status. The contact is kept in the child's case; what was written on the start
    form is emptied from where it stood before.
    """
    id = str(job.inputs["henvendelse_id"])
    contact = case.get("Henvendelse", id)
    cpr = contact["cpr"]
    found = [child.case for child in case.find_child(str(cpr)) if child.case] if cpr else []
    child = {key: contact[key] for key in CHILD_KEYS if key in contact.values and contact[key] is not None}
    code = str(found[0]) if found else case.open_case(child, aabnet=case.now, status=PREVENTIVE)
    facts = case.case(code)
    if facts.get("status") in CLOSED:
        case.reopen_case(code, PREVENTIVE, reason="Henvendelse til forebyggende rådgiver")
        case.set_fact(code, "kendskabsdato", contact["modtaget"])
        facts = case.case(code)
    elif not facts.get("kendskabsdato"):
        case.set_fact(code, "kendskabsdato", contact["modtaget"])
    caseworker = facts.get("sagsbehandler")
    if caseworker:
        case.notify(people=[caseworker], kind="underretning", case=code, text="henvendelse_i_sag")
    elif facts.get("status") in (None, "aaben"):
        case.set_fact(code, "status", PREVENTIVE, reason="Henvendelse til forebyggende rådgiver")
    kept = case.create("Henvendelse", dict(contact.values), code)
    case.update("Henvendelse", id, dict.fromkeys(contact.values))
    return {"sag_id": code, "har_raadgiver": bool(caseworker), "henvendelse_id": kept}
