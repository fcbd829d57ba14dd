"""The agenda of a daily meeting as everybody in it sees it: its items, and how far each of them is.

Codes only, but for the reason that an item was put off with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowcase.services.casework.case_work import Record
from flowcase.store.queries.user_tasks import UserTaskRow

OPEN = "aaben"
CARRIED = "udsaettes"


@dataclass(frozen=True)
class Item:
    """One child on the agenda, with codes only."""

    id: str
    number: int
    case: str
    is_acute: bool
    received_at: dt.datetime | None
    family: str | None
    carried_because: str | None  # why an earlier meeting put it off; of a carried item: why this one did
    outcome: str | None
    noted_by: str | None
    noted_at: dt.datetime | None
    version: int
    task: str | None  # its user task while that is open
    is_carried: bool  # put off by this meeting, in effect

    @property
    def is_noted(self) -> bool:
        return self.task is not None and self.outcome is not None

    @property
    def is_waiting(self) -> bool:
        return self.task is not None and self.outcome is None


@dataclass(frozen=True)
class Meeting:
    """A daily meeting as everybody in it sees it now."""

    id: str
    day: dt.date
    status: str
    chair: str | None
    attendance: Mapping[str, Sequence[str]]  # function -> people
    stand_in: str | None
    items: tuple[Item, ...]
    attendance_task: str | None  # open before the meeting begins
    may_begin: bool  # whether who looks is one of those who open it
    closed_by: str | None
    closed_at: dt.datetime | None

    @property
    def has_begun(self) -> bool:
        return self.attendance_task is None

    @property
    def is_open(self) -> bool:
        return self.status == OPEN

    @property
    def was_held(self) -> bool:
        """Whether it is over and somebody was there."""
        return not self.is_open and (self.chair is not None or any(self.attendance.values()))

    @property
    def noted(self) -> int:
        return sum(item.is_noted for item in self.items)

    @property
    def waiting(self) -> int:
        return sum(item.is_waiting for item in self.items)

    def blocks(self) -> list[tuple[str, list[Item]]]:
        """(family or item, its items): siblings follow each other on the agenda."""
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.family or item.id, []).append(item)
        return list(found.items())

    def item(self, id: str | None) -> Item | None:
        return next((item for item in self.items if item.id == id), None)

    def family_of(self, item: Item) -> list[Item]:
        """The other items of the same family."""
        return [each for each in self.items if each.family and each.family == item.family and each != item]


def item_of(row: Record, task: UserTaskRow | None, meeting: str, *, is_carried: bool) -> Item:
    """The item as this meeting has it: what a later one made of it is not of its minutes."""
    is_open = task is not None and task.status == "open" and not is_carried
    put_off = putting_off(row, meeting) if is_carried else {}
    return Item(
        id=row.id,
        number=int(put_off.get("nr") or row["nr"] or 0),
        case=str(row.case),
        is_acute=row["akut"] is True,
        received_at=row["modtaget"],
        family=row["familie_id"],
        carried_because=put_off.get("begrundelse") or row["udskudt_begrundelse"],
        outcome=CARRIED if is_carried else row["udfald"],
        noted_by=put_off.get("noteret_af") if is_carried else row["noteret_af"],
        noted_at=put_off.get("noteret") if is_carried else row["noteret"],
        version=row.version,
        task=task.id if task is not None and is_open else None,
        is_carried=is_carried,
    )


def putting_off(row: Record, meeting: str) -> Mapping[str, Any]:
    """What a meeting that put the item off said of it; nothing where it said nothing."""
    said: Any = row["udskydelser"] or []
    return next((each for each in reversed(said) if each.get("moede_id") == meeting), {})
