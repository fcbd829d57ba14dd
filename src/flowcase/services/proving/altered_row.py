"""A row that no event led to, or that says something else than its events; and what says the same."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flowcase.history.heard import NOT_TOLD
from flowcase.values import canonical_json, to_json


@dataclass(frozen=True)
class AlteredRow:
    sort: str  # account | setting | deployment | version | file | key | legal hold | absence | case | record
    # | deadline | document | user task | candidates | emergency | erasure | document period | stream
    # | review | reviewed file | review comment | webhook
    # | instance | suspension | batch | move | message | message id | held start | job
    # | brake | timer | message subscription | signal subscription
    # | guest link | access report | choice of an access report | session | calendar address | start timer
    # | start event | trigger
    id: str
    what: str

    def __str__(self) -> str:
        return f"{self.sort.capitalize()} {self.id}: {self.what}."


def is_same(one: Any, other: Any) -> bool:
    """Whether two values say the same, an instant in whatever zone."""
    if one is other:
        return True
    if isinstance(one, dt.datetime) and isinstance(other, dt.datetime):
        return one == other
    if type(one) is type(other) and type(one) in (str, int):
        return bool(one == other)
    return canonical_json(to_json(one)) == canonical_json(to_json(other))


def compared(
    sort: str, kept: Mapping[str, Any], told: Mapping[str, Any], *, made_up: str = "no event led to it"
) -> Iterator[AlteredRow]:
    """Rows by id with the fields of what is told of them; `made_up` is said where nothing is told."""
    for id in sorted(kept.keys() | told.keys()):
        if id not in told:
            yield AlteredRow(sort, id, made_up)
        elif id not in kept:
            yield AlteredRow(sort, id, "is gone")
        elif other := differing(kept[id], told[id]):
            yield AlteredRow(sort, id, f"{', '.join(other)} is not what the history tells")


def differing(kept: Any, told: Any) -> list[str]:
    """Names of the fields of what is told that the row has otherwise."""
    names = [each.name for each in dataclasses.fields(told)]
    pairs = ((name, getattr(kept, name), getattr(told, name)) for name in names)
    return [name for name, one, other in pairs if other is not NOT_TOLD and not is_same(one, other)]
