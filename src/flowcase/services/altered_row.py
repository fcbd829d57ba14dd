"""A row that no event led to, or that says something else than its events; and what says the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flowcase.values import canonical_json, to_json


@dataclass(frozen=True)
class AlteredRow:
    sort: str  # account | setting | deployment | version | file | key | legal hold | absence | case | record
    # | deadline | document | user task | candidates | emergency | erasure | document period | stream
    id: str
    what: str

    def __str__(self) -> str:
        return f"{self.sort.capitalize()} {self.id}: {self.what}."


def is_same(one: Any, other: Any) -> bool:
    """Whether two values say the same, an instant in whatever zone."""
    if isinstance(one, dt.datetime) and isinstance(other, dt.datetime):
        return one == other
    return canonical_json(to_json(one)) == canonical_json(to_json(other))
