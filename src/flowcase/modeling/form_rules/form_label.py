"""Each field has a label (warning).

Screen readers read it, and error messages name it.

Wrong (antal)::

    {"id": "a", "type": "number", "key": "antal", "properties": {"target": "variable:antal"}}

Right::

    {"id": "a", "type": "number", "key": "antal", "label": "Antal",
     "properties": {"target": "variable:antal"}}
"""

from __future__ import annotations

from flowcase.finding import Severity
from flowcase.modeling.form import FieldType
from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import LABELS, FormReport, components_of
from flowcase.modeling.read_form import COMPONENTS

SEVERITY = Severity.WARNING


def check(form: Located, report: FormReport) -> None:
    for component, _ in components_of(form):
        kind = COMPONENTS.get(str(component.get("type")))
        if kind is None or kind in {FieldType.DISPLAY, FieldType.GROUP}:
            continue
        if not any(str(component.get(name) or "").strip() for name in LABELS):
            report(component, f"This {component['type']} has no label.", "Write what people are asked.")
