"""A value of a record as people read it: codes in words, people and groups by name."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g

from flowcase.cases.entities import ENTITIES, Kind, names
from flowcase.history.case_statuses import CASE_STATUSES, case_status
from flowcase.modeling.names import code_name, note_name
from flowcase.modeling.option_labels import OptionLabels
from flowcase.values import Value
from flowcase.web.language import current
from flowcase.web.presenting import group, person, value
from flowcase.web.session import flow

_CODED = frozenset({Kind.CODE, Kind.CODES, Kind.REFERENCE, Kind.REFERENCES})


def labels_of(entity: str) -> Mapping[str, str]:
    """What the attributes of an entity are called."""
    return names.attribute_names(entity, current())


def record_name(entity: str) -> str:
    return names.record_name(entity, current())


def record_value(entity: str, attribute: str, given: Value) -> str:
    """Nothing for null. What is no code (a text, a number, a row of a table) is said as everywhere."""
    known = ENTITIES.get(entity)
    kinds = {} if known is None else {each.name: each.kind for each in known.attributes}
    if kinds.get(attribute) not in _CODED:
        return value(given)
    codes = given if isinstance(given, list | tuple) else [given]
    return "; ".join(said for each in codes if (said := _coded(entity, attribute, each)))


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
