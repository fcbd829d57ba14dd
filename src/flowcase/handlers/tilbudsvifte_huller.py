"""`tilbudsvifte.huller`: which steps of the ladder nobody offers, and where offers and table D-09 differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.tilbudsvifte_aabn import REVIEW
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "tilbudsvifte.huller",
    da="Find huller og afvigelser fra D-09",
    en="Find gaps and differences from D-09",
    inputs=(Field("tilbudsvifte_id", "string", "Gennemgang", "Review"),),
    outputs=(
        Field("huller", "list", "Trin uden tilbud", "Steps without an offer"),
        Field("afviger", "number", "Tilbud, der afviger fra D-09", "Offers that differ from D-09"),
    ),
    rules=("D-09",),
)
def find_gaps(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A difference is only counted: the table is changed by its owner, never from here."""
    review = case.get(REVIEW, str(job.inputs["tilbudsvifte_id"]))
    offers: Any = review["tilbud"] or []
    ladder: Any = case.setting("indsatstrappe_trin")
    offered = {str(offer.get("trin")) for offer in offers}
    gaps: list[Value] = [str(step) for step in ladder if str(step) not in offered]
    differing = sum(_differs(case, offer) for offer in offers)
    case.update(REVIEW, review.id, {"huller": gaps, "afviger": differing})
    return {"huller": gaps, "afviger": differing}


def _differs(case: CaseWork, offer: Mapping[str, Value]) -> bool:
    """Whether D-09 gives the offer's type another step, or none."""
    kind = offer.get("type")
    return bool(kind) and str(case.decide("trappetrin", {"type": kind})) != str(offer.get("trin"))
