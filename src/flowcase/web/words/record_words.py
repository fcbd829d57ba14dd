"""A value of a record as people read it: codes in words, people and groups by name."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g

from flowcase.cases.entities import ENTITIES, Kind, names
from flowcase.history.case_statuses import CASE_STATUSES, case_status
from flowcase.modeling.names import code_name, in_danish, note_name
from flowcase.modeling.option_labels import OptionLabels
from flowcase.values import Value
from flowcase.web.language import current
from flowcase.web.session import flow
from flowcase.web.words.case_words import board_columns
from flowcase.web.words.named_records import called
from flowcase.web.words.presenting import group, person, value

_CODED = frozenset({Kind.CODE, Kind.CODES, Kind.REFERENCE, Kind.REFERENCES, Kind.FILE})
_ENDS = (".", "!", "?", ":", "…")


def labels_of(entity: str) -> Mapping[str, str]:
    """What the attributes of an entity are called."""
    return names.attribute_names(entity, current())


def record_name(entity: str) -> str:
    return names.record_name(entity, current())


def record_value(entity: str, attribute: str, given: Value) -> str:
    """Nothing for null. What is no code (a text, a number, a row of a table) is said as everywhere."""
    known = ENTITIES.get(entity)
    kinds = {} if known is None else {each.name: each.kind for each in known.attributes}
    if kinds.get(attribute) is Kind.BOARD and isinstance(given, Mapping):
        return _board(entity, attribute, given)
    if kinds.get(attribute) is Kind.ROWS and isinstance(given, list | tuple):
        return "\n".join(_row(entity, attribute, each) for each in given)
    if kinds.get(attribute) not in _CODED:
        return value(given)
    codes = given if isinstance(given, list | tuple) else [given]
    return "; ".join(said for each in codes if (said := _coded(entity, attribute, each)))


def _row(entity: str, attribute: str, given: Value) -> str:
    """One row of a list as sentences, each by what its form calls it: `Hvem: Skolen. Hvad: Fravær.`"""
    if not isinstance(given, Mapping):
        return _coded(entity, attribute, given)
    parts = []
    for key, each in given.items():
        place = f"{attribute}.{key}"
        many = each if isinstance(each, list | tuple) else [each]
        said = ", ".join(words for one in many if (words := _coded(entity, place, one)))
        if said:
            label = _offered().get((entity, place, ""), {}).get(current()) or in_danish(key)
            parts.append(f"{label.rstrip('?')}: {said}" + ("" if said.endswith(_ENDS) else "."))
    return " ".join(parts)


def _board(entity: str, attribute: str, given: Mapping[str, Value]) -> str:
    """The columns of a board line by line: `Bekymringer: Mor: Vi skændes.`"""
    return "\n".join(
        f"{heading}: " + " ".join(_line(*each) for each in rows)
        for heading, rows in board_columns(given)
        if rows
    )


def _line(who: str, what: str) -> str:
    said = ": ".join(part for part in (who, what) if part)
    return said if said.endswith(_ENDS) else f"{said}."


def _coded(entity: str, attribute: str, given: Value) -> str:
    if not isinstance(given, str):
        return value(given)
    if (entity, attribute) == ("Notat", "type"):
        return note_name(given, current())
    if (entity, attribute) == ("Sag", "status") and given in CASE_STATUSES:
        return case_status(given, current())
    words = _offered().get((entity, attribute, given))
    if words is not None:
        return words[current()]
    record = called(given, record_value)
    if record is not None:
        return record
    named = group(given)
    if named == given:
        named = person(given)
    return code_name(given, current()) if named == given else named


def _offered() -> OptionLabels:
    """What the forms call the answers that they offer; asked once per request."""
    if "option_labels" not in g:
        g.option_labels = flow().deployments.option_labels()
    found: OptionLabels = g.option_labels
    return found
