"""Which meeting a user task outside of any case is about: by name alone each agenda looks like the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowcase import model
from flowcase.services.definitions import Definitions
from flowcase.services.entitled.daily_parts import OWN_STREAM
from flowcase.services.entitled.meeting_parts import MEETING, MEETING_VARIABLES, named_by
from flowcase.store import Tx
from flowcase.store.queries import records as record_rows
from flowcase.store.queries import resources
from flowcase.store.queries.records import RecordRow
from flowcase.store.queries.user_tasks import AnyTaskRow


@dataclass(frozen=True)
class WhichMeeting:
    """What tells one meeting from another, by codes only."""

    kind: str
    type: str
    area: str
    district: str
    starts_at: dt.datetime | None


def meetings_of(tx: Tx, definitions: Definitions, rows: Sequence[AnyTaskRow]) -> Mapping[str, WhichMeeting]:
    """By the id of the open user task; those of a case tell by the case, and most others are about none."""
    outside = [row for row in rows if _is_outside(row)]
    naming = {each for each in {row.process for row in outside} if _names_meetings(tx, definitions, each)}
    outside = [row for row in outside if row.process in naming]
    by_stream: dict[str, dict[str, RecordRow]] = {}
    for meeting in record_rows.records_in(tx, [MEETING], sorted({row.stream for row in outside})):
        by_stream.setdefault(meeting.stream, {})[meeting.id] = meeting
    found = {}
    for row in outside:
        if not (held := by_stream.get(row.stream)):
            continue
        # A series holds all its meetings in one stream: there the instance says which.
        named = held.keys() if len(held) == 1 else held.keys() & (named_by(tx, definitions, row) or ())
        for id in named:
            found[row.id] = which(held[id])
    return found


def _is_outside(row: AnyTaskRow) -> bool:
    is_open = row.status == model.UserTaskStatus.OPEN
    return row.case_code is None and row.stream.startswith(OWN_STREAM) and is_open


def _names_meetings(tx: Tx, definitions: Definitions, process: str) -> bool:
    """Whether its diagram hands a meeting on, as it is now: every inbox has asked for the newest ones."""
    newest = next(
        (row for row in resources.definitions(tx, only_newest=True) if row.process == process), None
    )
    if newest is None:
        return False
    elements = definitions.process(tx, newest.id).elements.values()
    handed = (mapping for each in elements for mapping in (*each.inputs, *each.outputs))
    return any(mapping.target in MEETING_VARIABLES for mapping in handed)


def which(meeting: RecordRow) -> WhichMeeting:
    values: Any = meeting.open
    return WhichMeeting(
        kind=values.get("slags") or "",
        type=values.get("type") or "",
        area=values.get("omraade") or "",
        district=values.get("distrikt") or "",
        starts_at=values.get("tid"),
    )
