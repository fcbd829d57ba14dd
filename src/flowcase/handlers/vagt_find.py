"""`vagt.find`: who has the acute duty now; they are told of what came outside office hours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.duty import on_duty
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.vagt_plan import duty_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "vagt.find",
    da="Find vagten, giv besked",
    en="Find who is on duty, tell them",
    inputs=(Field("underretning_id", "string", "Underretning", "Notification"),),
    outputs=(Field("paa_vagt", "list", "På vagt", "On duty"),),
)
def find_duty(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """When nobody is on the roster, the groups of the acute duty and its leader are told instead."""
    people = on_duty([duty_of(each) for each in case.records("Vagt")], case.now)
    groups = () if people else tuple(case.setting("vagt_uden_plan"))
    case.notify(people=people, groups=groups, kind="akut", text="vagt.underretning")
    return {"paa_vagt": people}
