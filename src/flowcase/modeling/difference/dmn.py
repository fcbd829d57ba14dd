"""What differs between two files of decisions: row by row and column by column."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from flowcase.modeling.difference.change import Change, Facts, Kind, Place, changed_facts
from flowcase.modeling.difference.facts import facts, local
from flowcase.modeling.safe_xml import parse_xml

_OWN = frozenset(
    (
        *("decision", "businessKnowledgeModel", "inputData", "knowledgeSource", "decisionService"),
        *("itemDefinition", "rule", "input", "output"),
    )
)
_OF_TABLES = {"rule", "input", "output"}
_COLUMNS = {"input": "inputColumn", "output": "outputColumn"}
_OF_COLUMNS = {"inputValues": "allowed", "outputValues": "allowed", "defaultOutputEntry": "defaultOutput"}
_ANY = ("", "-")
COUNTED = "antal"  # a number that is told with its unit needs no heading
FIELD = "felt"  # heading of the column by which a gate leads to a field of the form: keys, no codes


@dataclass(frozen=True)
class _Row:
    place: Place
    cells: dict[tuple[str, ...], str]  # by column


def table_changes(path: str, old: bytes, new: bytes) -> list[Change]:
    before, after = parse_xml(old, path), parse_xml(new, path)
    was, now = _decisions(before), _decisions(after)
    found: list[Change] = []
    for id in dict.fromkeys((*was, *now)):
        if id not in now:
            found.append(Change(Kind.REMOVED, _place(was[id])))
        elif id not in was:
            found.append(Change(Kind.ADDED, _place(now[id])))
        else:
            found += changed_facts(_place(now[id]), facts(was[id], _OWN), facts(now[id], _OWN))
            found += _column_changes(_columns_of(was[id]), _columns_of(now[id]))
            found += _row_changes(_rows(was[id]), _rows(now[id]), _shared(was[id], now[id]))
    return found


def _decisions(root: etree._Element) -> dict[str, etree._Element]:
    return {
        node.get("id") or node.get("name", ""): node
        for node in root.iter()
        if isinstance(node.tag, str)
        and local(node) in _OWN - _OF_TABLES
        and (node.get("id") or local(node) == "itemDefinition")
    }


def _place(node: etree._Element) -> Place:
    return Place(node.get("id") or node.get("name", ""), local(node), node.get("name", ""))


@dataclass(frozen=True)
class _Column:
    place: Place
    key: tuple[str, ...]  # of its cells
    facts: Facts


def _columns_of(decision: etree._Element) -> dict[str, _Column]:
    """By id, from left to right; one without an id by its side and number."""
    id = decision.get("id", "")
    found: dict[str, _Column] = {}
    tables = (node for node in decision if isinstance(node.tag, str) and local(node) == "decisionTable")
    for table in tables:
        for side in _COLUMNS:
            nodes = [node for node in table if isinstance(node.tag, str) and local(node) == side]
            headings = [_heading(node) for node in nodes]
            for number, (node, key) in enumerate(
                zip(nodes, _columns(side, headings, [""] * len(nodes)), strict=True), 1
            ):
                name = headings[number - 1]
                place = Place(
                    node.get("id") or f"{side}#{number}", _COLUMNS[side], name, decision.get("name") or id, id
                )
                found[place.id] = _Column(place, key, _column_facts(node))
    return found


def _column_facts(column: etree._Element) -> Facts:
    """What it says; its width is a matter of the drawing."""
    found: Facts = {
        (name,): column.get(name, "") for name in ("label", "name", "typeRef") if column.get(name)
    }
    for part in (node for node in column if isinstance(node.tag, str)):
        if local(part) == "inputExpression":
            found[("expression",)] = _text(part)
            if part.get("typeRef"):
                found[("typeRef",)] = part.get("typeRef", "")
        elif local(part) in _OF_COLUMNS:
            found[(_OF_COLUMNS[local(part)],)] = _text(part)
    return found


def _column_changes(was: dict[str, _Column], now: dict[str, _Column]) -> list[Change]:
    found: list[Change] = []
    for id in dict.fromkeys((*was, *now)):
        if id not in now:
            found.append(Change(Kind.REMOVED, was[id].place))
        elif id not in was:
            found.append(Change(Kind.ADDED, now[id].place))
        else:
            found += changed_facts(now[id].place, was[id].facts, now[id].facts)
    kept, kept_now = [id for id in was if id in now], [id for id in now if id in was]
    if kept != kept_now:
        place = now[kept_now[0]].place
        found.append(
            Change(
                Kind.CHANGED,
                Place("", "columns", "", place.within, place.key),
                ("order",),
                ", ".join(was[id].place.name for id in kept),
                ", ".join(now[id].place.name for id in kept_now),
            )
        )
    return found


def _shared(was: etree._Element, now: etree._Element) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Of the columns that both versions have: the key of their cells before, and now."""
    before, after = _columns_of(was), _columns_of(now)
    return {before[id].key: after[id].key for id in before if id in after}


def _row_changes(
    was: list[_Row], now: list[_Row], shared: dict[tuple[str, ...], tuple[str, ...]]
) -> list[Change]:
    """Rows are the same by id; where an editor wrote new ids, by what they say."""
    before, after = {row.place.id: row for row in was}, {row.place.id: row for row in now}
    alone = [row for row in was if row.place.id not in after]
    found: list[Change] = []
    for row in now:
        former = before.get(row.place.id)
        if former is None:
            former = next((each for each in alone if each.cells == row.cells), None)
            if former is not None:
                alone.remove(former)
        if former is None:
            found.append(Change(Kind.ADDED, row.place))
        else:
            found += [_with_unit(change, former, row) for change in _cells(former, row, shared)]
    kept = [row.place.id for row in was if row.place.id in after]
    if kept != [row.place.id for row in now if row.place.id in before]:
        found.append(
            Change(
                Kind.CHANGED,
                Place("", "rows", "", now[0].place.within, now[0].place.key),
                ("order",),
                *_orders(was, now),
            )
        )
    return [*found, *(Change(Kind.REMOVED, row.place) for row in alone)]


def _cells(former: _Row, row: _Row, shared: dict[tuple[str, ...], tuple[str, ...]]) -> list[Change]:
    """What differs in the columns that both have: one that came or went is told once, not in every row."""
    before = {
        shared.get(key, key): text
        for key, text in former.cells.items()
        if key in shared or key[0] == "annotation"
    }
    kept = set(shared.values())
    after = {key: text for key, text in row.cells.items() if key in kept or key[0] == "annotation"}
    return list(changed_facts(row.place, before, after))


def _orders(was: list[_Row], now: list[_Row]) -> tuple[str, str]:
    place = {row.place.id: str(number) for number, row in enumerate(was, 1)}
    return ", ".join(place.values()), ", ".join(place.get(row.place.id, "+") for row in now)


def _with_unit(change: Change, former: _Row, row: _Row) -> Change:
    """A number beside a column of units is told with its unit: 6 uger."""
    unit = next((aspect for aspect in row.cells if aspect[-1].casefold() == "enhed"), None)
    if unit is None or change.aspect[-1].casefold() != COUNTED:
        return change

    def told(value: str | None, cells: dict[tuple[str, ...], str]) -> str | None:
        if value in (None, *_ANY):
            return value
        return f"{value} {cells.get(unit, '').strip(chr(34))}".strip()

    return Change(
        change.kind,
        change.place,
        ("output", COUNTED),
        told(change.old, former.cells),
        told(change.new, row.cells),
    )


def _rows(decision: etree._Element) -> list[_Row]:
    found = []
    for table in (node for node in decision if isinstance(node.tag, str) and local(node) == "decisionTable"):
        parts = [node for node in table if isinstance(node.tag, str)]
        inputs = [_heading(node) for node in parts if local(node) == "input"]
        outputs = [_heading(node) for node in parts if local(node) == "output"]
        rules = [node for node in parts if local(node) == "rule"]
        for number, rule in enumerate(rules, 1):
            conditions = [_text(node) for node in rule if local(node) == "inputEntry"]
            answers = [_text(node) for node in rule if local(node) == "outputEntry"]
            notes = [_text(node) for node in rule if local(node) in ("annotationEntry", "description")]
            cells = _columns("input", inputs, conditions) | _columns("output", outputs, answers)
            cells |= {("annotation", str(place)): words for place, words in enumerate(notes, 1) if words}
            said = tuple(
                (inputs[at] if at < len(inputs) else "", text)
                for at, text in enumerate(conditions)
                if text not in _ANY
            )
            id = decision.get("id", "")
            name = decision.get("name") or id
            place = Place(rule.get("id") or f"#{number}", "row", str(number), name, id, said)
            found.append(_Row(place, cells))
    return found


def _columns(side: str, headings: list[str], texts: list[str]) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for number, text in enumerate(texts):
        heading = headings[number] if number < len(headings) else str(number + 1)
        key = (side, heading) if (side, heading) not in found else (side, f"{heading} {number + 1}")
        found[key] = text
    return found


def _heading(column: etree._Element) -> str:
    expression = next((node.text or "" for node in column.iter() if local(node) == "text"), "")
    return column.get("label") or column.get("name") or expression.strip() or column.get("id", "")


def _text(node: etree._Element) -> str:
    inner = next((part for part in node if isinstance(part.tag, str) and local(part) == "text"), node)
    return (inner.text or "").strip()
