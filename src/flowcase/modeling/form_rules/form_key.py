"""Each field has a key, once.

The key names the value. A field without one would be filled in and lost; of two with the same, one would
overwrite the other.

Wrong (navn)::

    {"id": "a", "type": "number", "key": "navn", "label": "A", "properties": {"target": "variable:a"}},
    {"id": "b", "type": "number", "key": "navn", "label": "B", "properties": {"target": "variable:b"}}

Right::

    {"id": "a", "type": "number", "key": "antal", "label": "A", "properties": {"target": "variable:a"}},
    {"id": "b", "type": "number", "key": "alder", "label": "B", "properties": {"target": "variable:b"}}
"""

from __future__ import annotations

import re

from flowcase.modeling.form import FieldType
from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of
from flowcase.modeling.read_form import COMPONENTS

_KEY = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*\Z")


def check(form: Located, report: FormReport) -> None:
    seen: dict[tuple[str, ...], Located] = {}
    for component, around in components_of(form):
        kind = COMPONENTS.get(str(component.get("type")))
        if kind is None or kind is FieldType.DISPLAY:
            continue
        attribute = "path" if kind in {FieldType.LIST, FieldType.GROUP} else "key"
        key = str(component.get(attribute) or "").strip()
        if not key:
            if kind is not FieldType.GROUP:
                report(component, f"This {component['type']} has no {attribute}.", f"Give it a {attribute}.")
            continue
        if not _KEY.match(key):
            report(
                component,
                f"The {attribute} '{key[:80]}' cannot name a value.",
                "Use letters, digits and '_', beginning with a letter.",
            )
        place = (*(str(outer.get("path") or "") for outer in around), key)
        if place in seen and kind is not FieldType.GROUP:
            report(
                component,
                f"The {attribute} '{key}' is already that of the field in line {seen[place].line}.",
                "Give one of the two another.",
            )
        seen.setdefault(place, component)
