"""Two versions of a table or a form side by side: their rows or fields, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from flowcase.modeling.difference.bpmn import _elements
from flowcase.modeling.difference.change import Facts, Kind, Place
from flowcase.modeling.difference.dmn import _decisions, _Row, _rows
from flowcase.modeling.difference.form import _FIELD, _fields, _homes, _place, _without
from flowcase.modeling.difference.plain import flattened, plain_places
from flowcase.modeling.form_json import parse_form_json
from flowcase.modeling.safe_xml import parse_xml


@dataclass(frozen=True)
class Cell:
    text: str
    is_changed: bool = False


@dataclass(frozen=True)
class BesideRow:
    """One row of one side; `state` is empty where nothing has changed."""

    id: str
    number: str
    cells: tuple[Cell, ...]
    state: str = ""  # added | removed | changed


@dataclass(frozen=True)
class BesideTable:
    """One decision of one side, or the fields of a form."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[BesideRow, ...]


def beside(path: str, old: bytes, new: bytes) -> tuple[list[BesideTable], list[BesideTable]]:
    """The tables of both sides, the old ones first; nothing for a file that is neither table nor form.

    Raises InvalidDefinition when one of them cannot be read.
    """
    if path.endswith(".dmn"):
        return _tables(path, old, new)
    if path.endswith(".form"):
        return _forms(path, old, new)
    return [], []


def places(path: str, content: bytes) -> list[Place]:
    """Everything in a file that can be spoken of: elements, decisions and rows, fields, or lines.

    Raises InvalidDefinition when it cannot be read.
    """
    if path.endswith(".bpmn"):
        return [element.place for element in _elements(parse_xml(content, path)).values()]
    if path.endswith(".form"):
        return [_place(id, field) for id, field in _fields(parse_form_json(content, path)).items()]
    if not path.endswith(".dmn"):
        return plain_places(path, content)
    found: list[Place] = []
    for id, decision in _decisions(parse_xml(content, path)).items():
        found.append(Place(id, etree.QName(decision).localname, decision.get("name", "")))
        found += [row.place for row in _rows(decision)]
    return found


# --- tables ------------------------------------------------------------------------------------------


def _tables(path: str, old: bytes, new: bytes) -> tuple[list[BesideTable], list[BesideTable]]:
    was, now = _decisions(parse_xml(old, path)), _decisions(parse_xml(new, path))
    left, right = [], []
    for id in dict.fromkeys((*was, *now)):
        before = _rows(was[id]) if id in was else []
        after = _rows(now[id]) if id in now else []
        if not before and not after:
            continue
        pairs = _pairs(before, after)
        title = (now.get(id) if id in now else was[id]).get("name") or id  # type: ignore[union-attr]
        if id in was:
            left.append(
                _table(title, before, {row.place.id: other for row, other in pairs if row}, "removed")
            )
        if id in now:
            back = {other.place.id: row for row, other in pairs if other}
            right.append(_table(title, after, back, "added"))
    return left, right


def _pairs(before: Sequence[_Row], after: Sequence[_Row]) -> list[tuple[_Row | None, _Row | None]]:
    """Rows are the same by id; where an editor wrote new ids, by what they say."""
    by_id = {row.place.id: row for row in before}
    ids = {row.place.id for row in after}
    alone = [row for row in before if row.place.id not in ids]
    pairs: list[tuple[_Row | None, _Row | None]] = []
    for row in after:
        former = by_id.get(row.place.id) or next((each for each in alone if each.cells == row.cells), None)
        if former in alone:
            alone.remove(former)
        pairs.append((former, row))
    return [*pairs, *((row, None) for row in alone)]


def _table(title: str, rows: Sequence[_Row], partners: dict[str, _Row | None], alone: str) -> BesideTable:
    columns = tuple(
        column
        for column in dict.fromkeys(column for row in rows for column in row.cells)
        # Remarks are long: they are shown where one of them has changed.
        if column[0] != "annotation" or _has_changed(column, rows, partners)
    )
    shown = []
    for number, row in enumerate(rows, 1):
        other = partners.get(row.place.id)
        cells = tuple(
            Cell(
                row.cells.get(column, ""),
                other is not None and row.cells.get(column, "") != other.cells.get(column, ""),
            )
            for column in columns
        )
        state = alone if other is None else Kind.CHANGED.value if row.cells != other.cells else ""
        shown.append(BesideRow(row.place.id, str(number), cells, state))
    return BesideTable(title, tuple(column[1] for column in columns), tuple(shown))


def _has_changed(column: tuple[str, ...], rows: Sequence[_Row], partners: dict[str, _Row | None]) -> bool:
    return any(
        other is not None and row.cells.get(column) != other.cells.get(column)
        for row in rows
        for other in (partners.get(row.place.id),)
    )


# --- forms -------------------------------------------------------------------------------------------

_SHOWN = ("label", "type", "key", "properties.target", "validate.required", "conditional.hide")


def _forms(path: str, old: bytes, new: bytes) -> tuple[list[BesideTable], list[BesideTable]]:
    before, after = parse_form_json(old, path), parse_form_json(new, path)
    return [_form(before, after, "removed")], [_form(after, before, "added")]


def _form(form: dict[str, Any], beside: dict[str, Any], alone: str) -> BesideTable:
    fields, others = _fields(form), _fields(beside)
    homes, other_homes = _homes(form), _homes(beside)
    rows = []
    for number, (id, field) in enumerate(fields.items(), 1):
        mine, other = _told(field), _told(others[id]) if id in others else None
        cells = tuple(
            Cell(mine.get(name, ""), other is not None and mine.get(name, "") != other.get(name, ""))
            for name in _SHOWN
        )
        is_same = other is not None and _facts(field) == _facts(others[id])
        is_same = is_same and homes[id][0] == other_homes[id][0]
        state = alone if other is None else "" if is_same else Kind.CHANGED.value
        rows.append(BesideRow(id, str(number), cells, state))
    return BesideTable(str(form.get("id", "")), _SHOWN, tuple(rows))


def _told(field: dict[str, Any]) -> dict[str, str]:
    said = {".".join(path): text for path, text in _facts(field).items()}
    if "label" not in said and "text" in said:
        said["label"] = said["text"]
    return said


def _facts(field: dict[str, Any]) -> Facts:
    return flattened(_without(field, _FIELD))
