"""Gets the follow-up of one measure ready: which measure, since when, of which kind, by which rule sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.errors import NotFound, Refused
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.message_dates import date_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "opfoelgning.aabn",
    da="Gør opfølgning klar",
    en="Get the follow-up ready",
    inputs=(
        Field("sag_id", "string", "Sag", "Case", required=False),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure", required=False),
        Field("start", "date", "Start", "Start", required=False),
        Field("trin", "number", "Trin", "Step", required=False),
        Field("art", "string", "Anbringelse eller forebyggende", "Placement or preventive", required=False),
        Field("regelsaet", "list", "Valgte regelsæt", "Rule sets chosen", required=False),
    ),
    outputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
        Field("start", "date", "Start", "Start"),
        Field("art", "string", "Anbringelse eller forebyggende", "Placement or preventive"),
        Field("regelsaet", "list", "Valgte regelsæt", "Rule sets chosen"),
    ),
)
def get_ready(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """What the message does not say is taken from the measure's record.

    A measure that was never recorded here, such as one taken over from another system, gets a record.
    An empty `regelsaet` means the installation's usual choice.
    """
    code = str(job.inputs.get("sag_id") or job.case)
    measure, start = job.inputs.get("foranstaltning_id"), date_of(job.inputs.get("start"))
    if measure is None or not _is_recorded(case, str(measure)):
        first = {"start": start, "trin": job.inputs.get("trin"), "art": job.inputs.get("art")}
        measure = case.create(
            "Foranstaltning", {**first, "status": "i_gang"}, case=code, id=str(measure or "")
        )
    record = case.get("Foranstaltning", str(measure))
    step = job.inputs.get("trin") or record["trin"]
    kind = job.inputs.get("art") or record["art"]
    if kind is None and step is not None:
        kind = case.decide("opfoelgning_art", {"trin": step})
    if kind is None:
        because = "neither its kind nor the measure's step is known"
        raise Refused("begin a follow-up", because, rules=("D-02",))
    chosen = job.inputs.get("regelsaet") or record["regelsaet"] or []
    return {
        "sag_id": code,
        "foranstaltning_id": measure,
        "start": start or record["start"] or local_date(job.now),
        "art": kind,
        "regelsaet": [chosen] if isinstance(chosen, str) else chosen,
    }


def _is_recorded(case: CaseWork, measure: str) -> bool:
    try:
        case.get("Foranstaltning", measure)
    except NotFound:
        return False
    return True
