"""`tilbudsvifte.beslut`: the range is decided; each offer is a record, and the next review has a date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flowcase.cases.civil_time import add_months, local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.tilbudsvifte_aabn import OF_AN_OFFER, OFFER, REVIEW
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

REVIEWERS, TABLE_OWNER = "leverandoeransvarlig", "procesejer"


@handler(
    "tilbudsvifte.beslut",
    da="Registrér den besluttede tilbudsvifte",
    en="Record the range of offers decided on",
    inputs=(Field("tilbudsvifte_id", "string", "Gennemgang", "Review"),),
    outputs=(
        Field("naeste_gennemgang", "date", "Næste gennemgang", "Next review"),
        Field("frist_id", "string", "Frist for næste gennemgang", "Deadline of the next review"),
    ),
)
def decide(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A recommended change of D-09 goes to who owns the tables, as a notice; nothing is written there."""
    review = case.get(REVIEW, str(job.inputs["tilbudsvifte_id"]))
    offers: Any = review["tilbud"] or []
    for offer in offers:
        values = {name: offer.get(name) for name in OF_AN_OFFER}
        if values["trin"] is not None:
            values["trin"] = int(values["trin"])
        case.create(OFFER, {**values, "tilbudsvifte_id": review.id})
    today = local_date(job.now)
    case.update(REVIEW, review.id, {"besluttet": today, "status": "besluttet"})
    if review["tabelaendring"]:
        case.notify(groups=[TABLE_OWNER], kind="opgave", text="tabelaendring_anbefalet")
    months: Any = case.setting("tilbudsvifte_maaneder")
    due = add_months(today, int(months))
    deadline = case.open_deadline(
        "T20", today, subject=review.id, due=due, responsible=REVIEWERS, element=job.element
    )
    return {"naeste_gennemgang": due, "frist_id": deadline}
