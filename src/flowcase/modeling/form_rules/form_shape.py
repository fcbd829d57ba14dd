"""The properties of a component have the types that form-js gives them (warning).

A value of another type is not read as it was meant. Properties that form-js does not know are left alone.

Wrong (alder)::

    {"id": "a", "type": "number", "key": "alder", "label": "Alder", "validate": {"required": "ja"},
     "properties": {"target": "variable:alder"}}

Right::

    {"id": "a", "type": "number", "key": "alder", "label": "Alder", "validate": {"required": true},
     "properties": {"target": "variable:alder"}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flowcase.finding import Severity
from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of

SEVERITY = Severity.WARNING

_TEXT, _NUMBER, _FLAG, _OBJECT, _LIST = "text", "a number", "true or false", "an object", "a list"
_FEEL_FLAG = "true, false or FEEL"  # form-js lets an expression stand in the place of a flag
_FEEL_NUMBER = "a number or FEEL"

# What form-js writes, by the path of the property in its component.
SHAPE: Mapping[str, str] = {
    "id": _TEXT,
    "type": _TEXT,
    "key": _TEXT,
    "path": _TEXT,
    "label": _TEXT,
    "description": _TEXT,
    "text": _TEXT,
    "dateLabel": _TEXT,
    "timeLabel": _TEXT,
    "subtype": _TEXT,
    "valuesKey": _TEXT,
    "valuesExpression": _TEXT,
    "expression": _TEXT,
    "disabled": _FLAG,
    "readonly": _FEEL_FLAG,
    "searchable": _FLAG,
    "serializeToString": _FLAG,
    "use24h": _FLAG,
    "disallowPassedDates": _FLAG,
    "isRepeating": _FLAG,
    "allowAddRemove": _FLAG,
    "showOutline": _FLAG,
    "multiple": _FEEL_FLAG,
    "decimalDigits": _NUMBER,
    "increment": "a number as text",
    "defaultRepetitions": _NUMBER,
    "height": _NUMBER,
    "values": _LIST,
    "components": _LIST,
    "conditional": _OBJECT,
    "conditional.hide": _TEXT,
    "validate": _OBJECT,
    "validate.required": _FLAG,
    "validate.minLength": _FEEL_NUMBER,
    "validate.maxLength": _FEEL_NUMBER,
    "validate.min": _FEEL_NUMBER,
    "validate.max": _FEEL_NUMBER,
    "validate.pattern": _TEXT,
    "validate.patternErrorMessage": _TEXT,
    "validate.validationType": _TEXT,
    "properties": _OBJECT,
    "layout": _OBJECT,
    "layout.row": _TEXT,
    "layout.columns": "a number or nothing",
    "appearance": _OBJECT,
    "appearance.prefixAdorner": _TEXT,
    "appearance.suffixAdorner": _TEXT,
}


def check(form: Located, report: FormReport) -> None:
    for component, _ in components_of(form):
        for path, value in _values(component):
            wanted = SHAPE[path]
            if not _fits(wanted, value):
                report(
                    component,
                    f"The property {path} is {_said(value)}, not {wanted}.",
                    f"Write {wanted}, or set it anew in the form editor.",
                )


def _values(component: Located) -> Iterator[tuple[str, Any]]:
    for path in SHAPE:
        holder: Any = component
        *around, name = path.split(".")
        for each in around:
            holder = holder.get(each) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and name in holder:
            yield path, holder[name]


def _fits(wanted: str, value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    feel = isinstance(value, str) and value.strip().startswith("=")
    numeric = isinstance(value, str) and value.strip().lstrip("-").replace(".", "", 1).isdigit()
    return {
        _TEXT: isinstance(value, str),
        _NUMBER: is_number or numeric,
        _FLAG: isinstance(value, bool),
        _OBJECT: isinstance(value, dict),
        _LIST: isinstance(value, list),
        _FEEL_FLAG: isinstance(value, bool) or feel,
        _FEEL_NUMBER: is_number or feel or numeric,
        "a number as text": numeric or is_number or feel,
        "a number or nothing": is_number or value is None,
    }[wanted]


def _said(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return f"'{str(value)[:40]}'"
