"""`dagsmoede.dagsorden`: the agenda of the daily meeting: acute on top, oldest first, siblings together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import end_of_day, local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.agenda_items import WAITING
from flowcase.handlers.working_days import working_calendar, working_days_between
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record


@handler(
    "dagsmoede.dagsorden",
    da="Lav dagsmødets dagsorden",
    en="Draw up the daily meeting's agenda",
    outputs=(
        Field("dagsorden", "list", "Dagsorden", "Agenda"),
        Field("moede_id", "string", "Møde", "Meeting", required=False),
        Field("moede_slut", "date and time", "Mødedagens slutning", "End of the meeting's day"),
    ),
    rules=("R-004", "R-006"),
)
def draw_up_agenda(job: Job, case: CaseWork) -> Mapping[str, Value]:
    today = local_date(case.now)
    items = ordered(_not_in_a_meeting(case))
    meeting = None
    if items:
        meeting = case.create(
            "Moede", {"slags": "dagsmoede", "dato": today, "tid": case.now, "status": "aaben"}
        )
    calendar, limit = working_calendar(case), int(case.setting("dagsorden_alarm_arbejdsdage"))
    agenda = []
    for number, item in enumerate(items, 1):
        case.update("Dagsordenspunkt", item.id, {"nr": number, "moede_id": meeting})
        waited = working_days_between(calendar, local_date(item["vurderet"]), today)
        agenda.append(
            {
                "dagsordenspunkt_id": item.id,
                "sag_id": item.case,
                "underretning_id": item["underretning_id"],
                "akut": item["akut"] is True,
                "kendskabsdato": item["kendskabsdato"],
                "for_gammelt": waited > limit,
            }
        )
    return {"dagsorden": agenda, "moede_id": meeting, "moede_slut": end_of_day(today)}


def _not_in_a_meeting(case: CaseWork) -> list[Record]:
    """What waits, but not what a meeting that is still open already has: no item is dealt with twice."""
    open_meetings = {meeting.id for meeting in case.records("Moede", slags="dagsmoede", status="aaben")}
    waiting = case.records("Dagsordenspunkt", status=WAITING)
    return [item for item in waiting if item["moede_id"] not in open_meetings]


def ordered(items: Sequence[Record]) -> list[Record]:
    """Families with an acute child first, then by the oldest notification; a family stays together."""
    blocks: dict[str, list[Record]] = {}
    for item in items:
        blocks.setdefault(str(item["familie_id"] or item.id), []).append(item)
    for block in blocks.values():
        block.sort(key=lambda item: (item["akut"] is not True, item["modtaget"], str(item.case)))
    in_order = sorted(
        blocks.values(),
        key=lambda block: (
            not any(item["akut"] is True for item in block),
            min(item["modtaget"] for item in block),
        ),
    )
    return [item for block in in_order for item in block]
