"""`foranstaltning.samtykke`: the answers about consent to a measure, each a consent of the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.consents import HOLDER, HOLDERS, NO, NO_ANSWER, YES, YOUTH
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import CONSENT, CUSTODY_JOINT, codes
from flowcase.services.casework.consent_work import TO_MEASURE
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record

MEASURE = "Foranstaltning"
_ANSWERS = {"givet": YES, "afslaaet": NO, "intet_svar": NO_ANSWER}  # as the form says them
_ALONE = frozenset({"mor", "far", "vaerge"})  # who may have custody alone
_BY_CUSTODY = "foraeldremyndighed"


@handler(
    "foranstaltning.samtykke",
    da="Registrér svaret på samtykke til foranstaltningen",
    en="Record the answers about consent to the measure",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
    ),
    rules=("R-051",),
)
def record_answers(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Of who is asked again the newer answer counts; what was withdrawn stays as it is.

    Until the measure is decided, those who said yes are what its decision is proposed to rest on.
    """
    code, id = str(job.inputs["sag_id"]), str(job.inputs["foranstaltning_id"])
    measure = case.get(MEASURE, id)
    answers = (
        (holder_of(case, code), measure["samtykke_indehaver"], _BY_CUSTODY),
        (YOUTH, measure["samtykke_ung"], None),
    )
    standing = [
        _recorded(case, measure, giver, _ANSWERS[str(said)], capacity)
        for giver, said, capacity in answers
        if said in _ANSWERS
    ]
    if measure["besluttet"] is None:
        given = [each for each in standing if case.get(CONSENT, each)["svar"] == YES]
        if given != codes(measure["samtykke"]):
            case.update(MEASURE, id, {"samtykke": given or None})
    return {}


def holder_of(case: CaseWork, code: str) -> str:
    """Who has custody, as far as the case tells."""
    named = case.case(code).get("familie_id")
    family = [each for each in case.records("Familie") if each.id == named] if named else []
    family = family or case.records("Familie", case=code)
    custody = str(family[-1]["foraeldremyndighed"]) if family else ""
    if custody in _ALONE:
        return custody
    return HOLDERS if custody == CUSTODY_JOINT else HOLDER


def standing_consents(case: CaseWork, code: str, measure: str) -> list[Record]:
    """The answers about consent to the measure that were not withdrawn, oldest first."""
    found = case.records(CONSENT, case=code, foranstaltning_id=measure)
    return [each for each in found if each["tilbagekaldt"] is None]


def _recorded(case: CaseWork, measure: Record, giver: str, answer: str, capacity: str | None) -> str:
    """The id of the consent that now says this answer."""
    values: dict[str, Value] = {
        "svar": answer,
        "form": measure["samtykke_form"] if answer != NO_ANSWER else None,
        "givet": (measure["samtykke_givet"] or case.now) if answer != NO_ANSWER else None,
        "status": answer,
    }
    earlier = [
        each for each in standing_consents(case, str(measure.case), measure.id) if each["afgiver"] == giver
    ]
    if earlier:
        case.update(CONSENT, earlier[-1].id, values)
        return earlier[-1].id
    values |= {"foranstaltning_id": measure.id, "formaal_kode": TO_MEASURE, "afgiver": giver}
    return case.create(CONSENT, {**values, "kraevet": giver, "egenskab": capacity}, case=measure.case)
