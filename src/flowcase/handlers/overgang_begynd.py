"""`overgang.begynd`: one young person's way to adult life begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, Side, handler
from flowcase.handlers.overgang_find import is_to_begin
from flowcase.handlers.overgang_opret import TO_ADULT_LIFE
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork
    from flowcase.services.running.jobs import Outbox


def begin(job: Job, case: CaseWork, outputs: Mapping[str, Value]) -> None:
    """A case that was closed meanwhile, or whose transition has begun by now, is left as it is."""
    code = str(job.inputs["sag_id"])
    if case.get("Sag", code)["afsluttet"] is None and is_to_begin(case, code, local_date(job.now)):
        case.start("overgang", {"sag_id": code, "overgang_slags": TO_ADULT_LIFE}, case=code)


@handler(
    "overgang.begynd",
    da="Begynd overgangen",
    en="Begin the transition",
    side=Side.OUTSIDE,
    inputs=(Field("sag_id", "string", "Sag", "Case"),),
    rules=("R-124",),
    record=begin,
)
def apart(job: Job, outbox: Outbox) -> None:
    """A job of its own for each case, so that one that cannot begin stops no other; `begin` does the work."""
