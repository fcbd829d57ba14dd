"""What a field shows by itself stands on a readonly field: what is filled in would be overwritten.

Wrong (kontakt)::

    {"id": "a", "type": "textfield", "key": "kontakt", "label": "Kontakt",
     "properties": {"target": "case:Underretning.kontakt", "flowcase.shown": "=navn"}}

Right::

    {"id": "a", "type": "textfield", "key": "kontakt", "label": "Kontakt", "readonly": true,
     "properties": {"target": "case:Underretning.kontakt", "flowcase.shown": "=navn"}}
"""

from __future__ import annotations

from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of, properties_of


def check(form: Located, report: FormReport) -> None:
    for component, _ in components_of(form):
        if "flowcase.shown" in properties_of(component) and component.get("readonly") is not True:
            report(
                component,
                "'flowcase.shown' says what a readonly field shows, but this field is filled in.",
                "Make the field readonly, or take the property away.",
            )
