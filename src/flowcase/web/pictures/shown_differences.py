"""Two versions of a file as a page shows them: the list in words, and both beside each other with marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flowcase.errors import InvalidDefinition
from flowcase.modeling import Finding
from flowcase.modeling.difference import (
    BesideTable,
    Change,
    Kind,
    beside,
    column_in_words,
    differences,
    in_words,
)
from flowcase.web.language import current
from flowcase.web.pictures import diagram_drawing
from flowcase.web.pictures.diagram_drawing import Drawn


@dataclass(frozen=True)
class Line:
    """One change as it is listed."""

    words: str
    kind: str
    element: str
    anchor: str  # where the page's address leads to this line
    is_first: bool  # of its element: the place that the drawings lead to


@dataclass(frozen=True)
class Side:
    """One of the two versions: its drawing, or its tables."""

    title: str
    id: str
    drawing: Drawn | None = None
    links: Mapping[str, str] | None = None
    tables: Sequence[BesideTable] = ()

    def holds(self, element: str) -> bool:
        if self.drawing is not None:
            return self.drawing.holds(element)
        return any(row.id == element and row.state for table in self.tables for row in table.rows)


@dataclass(frozen=True)
class Shown:
    """What the template `differences.html` wants."""

    lines: Sequence[Line] = ()
    moved: Sequence[Line] = ()
    sides: Sequence[Side] = ()
    unreadable: Sequence[Finding] = ()

    @property
    def elements(self) -> list[str]:
        """What has changed, each element once."""
        return [line.element for line in self.lines if line.is_first]


def shown(path: str, old: bytes, new: bytes, titles: tuple[str, str]) -> Shown:
    """`titles` name the old and the new version."""
    try:
        changes = differences(path, old, new)
        sides = _sides(path, old, new, changes, titles)
    except InvalidDefinition as refused:
        return Shown(unreadable=refused.findings)
    return Shown(
        _lines([change for change in changes if not change.is_layout]),
        _lines([change for change in changes if change.is_layout]),
        sides,
    )


def lines_of(path: str, old: bytes, new: bytes) -> list[Line]:
    """The list in words alone; of what cannot be read, nothing."""
    try:
        changes = differences(path, old, new)
    except InvalidDefinition:
        return []
    return _lines([change for change in changes if not change.is_layout])


def _lines(changes: Sequence[Change]) -> list[Line]:
    seen: set[str] = set()
    lines = []
    for change in changes:
        element = change.place.id
        lines.append(
            Line(in_words(change, current()), change.kind, element, change.place.anchor, element not in seen)
        )
        seen.add(element)
    return lines


def _sides(
    path: str, old: bytes, new: bytes, changes: Sequence[Change], titles: tuple[str, str]
) -> list[Side]:
    """Both versions; of a diagram none without a drawing."""
    ids = ("foer", "efter")
    if not path.endswith(".bpmn"):
        pair: Any = beside(path, old, new)
        return [Side(titles[at], ids[at], tables=_headed(path, pair[at])) for at in (0, 1) if pair[at]]
    real = [change for change in changes if not change.is_layout]
    states = {change.place.id: change.kind.value for change in real}
    links = {element: f"#aendring-{element}" for element in states}
    before = {id: kind for id, kind in states.items() if kind != Kind.ADDED}
    after = {id: kind for id, kind in states.items() if kind != Kind.REMOVED}
    drawings = (diagram_drawing.drawn(old, before), diagram_drawing.drawn(new, after))
    return [
        Side(titles[at], ids[at], drawing, links) for at in (0, 1) if (drawing := drawings[at]) is not None
    ]


def _headed(path: str, tables: Sequence[BesideTable]) -> list[BesideTable]:
    """With their columns called in the reader's language."""
    return [
        replace(table, columns=tuple(column_in_words(path, each, current()) for each in table.columns))
        for table in tables
    ]
