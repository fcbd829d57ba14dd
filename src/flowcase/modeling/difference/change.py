"""One difference between two versions, as data: what it is about, which side of it, old and new."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

Facts = dict[tuple[str, ...], str]


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Place:
    """What a change is about: an element, a decision, a row of a table, a field, an entry."""

    id: str
    sort: str  # BPMN's or DMN's name of the element; "row", "field", "setting", "rule", "entry"
    name: str = ""
    within: str = ""  # the name of what it lies in: the table of a row
    key: str = ""  # how the file calls it, where people call it otherwise
    conditions: tuple[tuple[str, str], ...] = ()  # of a row: heading and cell

    @property
    def anchor(self) -> str:
        """Its id as an address may end with it."""
        return re.sub(r"[^\w.-]", "-", self.id)


@dataclass(frozen=True)
class Change:
    kind: Kind
    place: Place
    aspect: tuple[str, ...] = ()  # which side of it has changed; empty when it came or went as a whole
    old: str | None = None  # None: was not there
    new: str | None = None
    is_layout: bool = False  # moved on the drawing, and nothing else


def changed_facts(place: Place, old: Mapping[tuple[str, ...], str], new: Facts) -> Iterable[Change]:
    """A change for every fact that one side has and the other has not, or has otherwise."""
    for aspect in dict.fromkeys((*old, *new)):
        before, after = old.get(aspect), new.get(aspect)
        if before != after:
            yield Change(Kind.CHANGED, place, aspect, before, after)
