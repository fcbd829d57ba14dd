"""`samtykke.krav`: who must consent to a request, by D-03 stage 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.consents import FATHER, MOTHER, required_givers
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import ABOUT, REQUEST, codes, custody_facts, family_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

DECISION = "samtykke_krav"
WHOLE = "alt"


@handler(
    "samtykke.krav",
    da="Find, hvem der skal samtykke (D-03)",
    en="Find who must consent (D-03)",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("anmodning_id", "string", "Anmodning", "Request"),
    ),
    outputs=(Field("krav", "list", "Samtykke kræves fra", "Consent is needed from"),),
    rules=("D-03", "R-084", "R-085", "R-087", "R-088"),
)
def find_givers(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Everyone to ask: who must consent to the whole, then whom some of the data are about."""
    code, id = str(job.inputs["sag_id"]), str(job.inputs["anmodning_id"])
    whole, about = givers(case, code, id)
    case.update(REQUEST, id, {"kraevet": list(whole)})
    return {"krav": [*whole, *(each for each in about if each not in whole)]}


def givers(
    case: CaseWork, code: str, request_id: str, *, is_excepted: bool = False
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(for the whole, for what is confidential about them) by D-03; row 10 with `is_excepted`."""
    request, family = case.get(REQUEST, request_id), family_of(case, code)
    rows = case.decide(
        DECISION,
        {
            **custody_facts(family),
            "undtagelse": is_excepted,
            "begge": request["begge_foraeldres_indflydelse"] is True,
            "om_mor": bool(codes(request[ABOUT[MOTHER]])),
            "om_far": bool(codes(request[ABOUT[FATHER]])),
        },
    )
    named = [row for row in rows if row.get("fra")] if isinstance(rows, list) else []
    return (
        required_givers(str(row["fra"]) for row in named if row["omfang"] == WHOLE),
        tuple(dict.fromkeys(str(row["fra"]) for row in named if row["omfang"] != WHOLE)),
    )
