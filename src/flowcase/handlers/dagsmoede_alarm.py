"""`dagsmoede.alarm`: an item has waited longer than the setting allows: the team leaders are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.team_leaders import leaders_of

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "dagsmoede.alarm",
    da="Alarm om punkt, der har ventet for længe",
    en="Alarm about an item that has waited too long",
    inputs=(Field("dagsorden", "list", "Dagsorden", "Agenda"),),
)
def raise_alarm(job: Job, case: CaseWork) -> None:
    for item in job.inputs["dagsorden"]:
        if item["for_gammelt"]:
            case.notify(
                groups=leaders_of(case, case.case(item["sag_id"]).get("team")),
                kind="alarm",
                case=item["sag_id"],
                text="dagsordenspunkt_for_gammelt",
            )
