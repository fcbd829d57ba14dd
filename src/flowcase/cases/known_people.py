"""By what a grown-up is found again in the records of other cases: hashed before it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flowcase.values import Value

FAMILY, NETWORK_PERSON = "Familie", "Netvaerksperson"
ENTITIES = (FAMILY, NETWORK_PERSON)  # whose records know grown-ups
_TELLING = {FAMILY: ("medlemmer",), NETWORK_PERSON: ("navn", "kontakt")}


def plain(text: Value) -> str:
    """Small letters, one space between words."""
    return " ".join(str(text or "").lower().split())


def digits(text: Value) -> str:
    return re.sub(r"\D", "", str(text or ""))


def telling(entity: str) -> Sequence[str]:
    """The attributes that say who is known; none for an entity that knows nobody."""
    return _TELLING.get(entity, ())


def marks(entity: str, values: Mapping[str, Value]) -> frozenset[str]:
    """Of everybody whom a record knows."""
    rows: Any = (values.get("medlemmer") or ()) if entity == FAMILY else (values,)
    found = set[str]()
    for row in rows:
        if isinstance(row, Mapping):
            found |= marks_of(
                str(row.get("navn") or ""), str(row.get("kontakt") or ""), digits(row.get("cpr"))
            )
    return frozenset(found)


def marks_of(name: str, contact: str, cpr: str) -> frozenset[str]:
    """Of one person: a name alone marks nobody, since two people may have it."""
    found = set[str]()
    if plain(name) and plain(contact):
        found.add(f"{plain(name)}|{plain(contact)}")
    if cpr:
        found.add(f"cpr|{cpr}")
    return frozenset(found)
