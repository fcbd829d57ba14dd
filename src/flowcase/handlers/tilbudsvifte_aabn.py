"""`tilbudsvifte.aabn`: this year's review begins with what was decided last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

REVIEW, OFFER = "Tilbudsvifte", "Tilbud"
OF_AN_OFFER = ("tilbud", "type", "trin", "maalgruppe", "vurdering", "udviklingsbehov")


@handler(
    "tilbudsvifte.aabn",
    da="Åbn årets gennemgang",
    en="Open this year's review",
    outputs=(Field("tilbudsvifte_id", "string", "Gennemgang", "Review"),),
)
def open_review(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Nobody types again what stands: the offers of the last decided review are filled in."""
    decided = case.records(REVIEW, status="besluttet")
    offers: list[Value] = []
    if decided:
        of_last = case.records(OFFER, tilbudsvifte_id=decided[-1].id)
        offers = [{name: offer[name] for name in OF_AN_OFFER} for offer in of_last]
    year = local_date(job.now).year
    review = case.create(REVIEW, {"aar": year, "tilbud": offers or None, "status": "i_gang"})
    return {"tilbudsvifte_id": review}
