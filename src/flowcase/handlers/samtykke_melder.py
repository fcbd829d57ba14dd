"""`samtykke.melder`: who was told that a consent is withdrawn, and writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "samtykke.melder",
    da="Hvem fik det at vide",
    en="Who was told",
    outputs=(Field("melder", "string", "Hvem fik det at vide", "Who was told", required=False),),
    rules=("R-090",),
)
def who_was_told(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Nobody where no person began it: then the case's own caseworker writes it."""
    return {"melder": None if case.actor == "system" else case.actor}
