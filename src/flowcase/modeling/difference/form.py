"""What differs between two forms: field by field."""

from __future__ import annotations

from typing import Any

from flowcase.modeling.difference.change import Change, Kind, Place, changed_facts
from flowcase.modeling.difference.plain import flattened
from flowcase.modeling.form_json import parse_form_json

_FORM = {"components", "exporter", "schemaVersion", "id"}
_FIELD = {"components", "layout", "id"}


def form_changes(path: str, old: bytes, new: bytes) -> list[Change]:
    before, after = parse_form_json(old, path), parse_form_json(new, path)
    was, now = _fields(before), _fields(after)
    lay_in, lies_in = _homes(before), _homes(after)
    form = Place(str(after.get("id", "")), "form", str(after.get("id", "")))
    found = list(changed_facts(form, flattened(_without(before, _FORM)), flattened(_without(after, _FORM))))
    for id in dict.fromkeys((*was, *now)):
        if id not in now:
            found.append(Change(Kind.REMOVED, _place(id, was[id])))
        elif id not in was:
            found.append(Change(Kind.ADDED, _place(id, now[id])))
        else:
            place = _place(id, now[id])
            found += changed_facts(
                place, flattened(_without(was[id], _FIELD)), flattened(_without(now[id], _FIELD))
            )
            if lay_in[id][0] != lies_in[id][0]:
                found.append(Change(Kind.CHANGED, place, ("within",), lay_in[id][1], lies_in[id][1]))
            if was[id].get("layout") != now[id].get("layout"):
                found.append(Change(Kind.CHANGED, place, ("layout",), is_layout=True))
    kept, kept_now = [id for id in was if id in now], [id for id in now if id in was]
    if kept != kept_now:
        found.append(Change(Kind.CHANGED, form, ("order",), ", ".join(kept), ", ".join(kept_now)))
    return found


def _fields(form: dict[str, Any], within: str = "") -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for number, field in enumerate(form.get("components") or (), 1):
        if isinstance(field, dict):
            id = str(field.get("id") or field.get("key") or f"{within}#{number}")
            found[id] = field
            found |= _fields(field, id)
    return found


def _homes(form: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """By field the group or list that it lies in, else the form: its id there, and what it is called."""
    fields, form_id = _fields(form), str(form.get("id", ""))
    homes = dict.fromkeys(fields, ("", form_id))
    for id, field in fields.items():
        inside = _fields({"components": field.get("components")}, id)
        homes |= dict.fromkeys(inside, (id, _place(id, field).name))  # the innermost comes last
    return homes


def _without(value: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {key: inner for key, inner in value.items() if key not in names} or {"type": ""}


def _place(id: str, field: dict[str, Any]) -> Place:
    name, key = str(field.get("label") or field.get("key") or id), str(field.get("key") or "")
    return Place(id, "field", name, key=key if key != name else "")
