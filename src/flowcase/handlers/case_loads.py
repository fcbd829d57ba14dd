"""Case-loads read from the records that a handler sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.cases.caseload import Counted, Load, load_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


def load_for(case: CaseWork, code: str, person: str) -> Load:
    """The load of a caseworker now, and once `code` and its waiting siblings are allocated."""
    facts = case.case(code)
    concerned = {sag.id for sag in case.records("Sag", sagsbehandler=person)} | {code}
    if facts.get("familie_id"):
        concerned |= {sag.id for sag in case.records("Sag", familie_id=facts["familie_id"])}
    counted = [Counted.of(each, case.case(each)) for each in sorted(concerned)]
    return load_of(counted, code, str(case.setting("taeller")), person)


def colour(case: CaseWork, after: int) -> Value:
    """What D-07 says of a load."""
    return case.decide(
        "sagstal", {"sagstal_efter": after, "sagstal_graense": case.setting("sagstal_graense")}
    )
