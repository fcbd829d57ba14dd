"""Properties that begin `flowcase.` are spelt right.

Wrong (kontakt)::

    {"id": "a", "type": "textfield", "key": "kontakt", "label": "Kontakt",
     "properties": {"target": "case:Underretning.kontakt", "flowcase.requried": "=true"}}

Right::

    {"id": "a", "type": "textfield", "key": "kontakt", "label": "Kontakt",
     "properties": {"target": "case:Underretning.kontakt", "flowcase.required": "=true"}}
"""

from __future__ import annotations

from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of, properties_of

KNOWN = {
    "target": "Where the value goes.",
    "label_en": "The label in English.",
    "description_en": "The description in English.",
    "text_en": "A shown text in English.",
    "flowcase.required": "FEEL over the form's values: required when it is true.",
    "flowcase.shown": "FEEL over the form's values: what a readonly field shows, as it is now.",
}


def check(form: Located, report: FormReport) -> None:
    for component, _ in components_of(form):
        for name in properties_of(component):
            if name.lower().startswith("flowcase.") and name not in KNOWN:
                report(
                    component,
                    f"There is no property '{name[:80]}' of form fields.",
                    f"Use one of: {', '.join(sorted(KNOWN))}.",
                )
