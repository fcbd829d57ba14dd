"""Properties that begin `flowcase.` are spelt right, and what is asked of a value says what is wrong.

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
from flowcase.modeling.read_form import check_named

KNOWN = {
    "target": "Where the value goes.",
    "label_en": "The label in English.",
    "description_en": "The description in English.",
    "text_en": "A shown text in English.",
    "flowcase.refuse.<name>": "FEEL over values and facts: the value is not taken when it is true.",
    "flowcase.required": "FEEL over the form's values: required when it is true.",
    "flowcase.shown": "FEEL over the form's values: what a readonly field shows, as it is now.",
    "flowcase.warn.<name>": "The same; the value may be taken by who looks again and goes on.",
    "refuse.<name>": "What `flowcase.refuse.<name>` says, and what to do.",
    "refuse_en.<name>": "The same in English.",
    "warn.<name>": "What `flowcase.warn.<name>` says, and what to do.",
    "warn_en.<name>": "The same in English.",
}


def check(form: Located, report: FormReport) -> None:
    for component, _ in components_of(form):
        for name in properties_of(component):
            if (named := check_named(name)) is not None:
                kind, which = named
                if not properties_of(component).get(f"{kind}.{which}"):
                    report(
                        component,
                        f"'{name[:80]}' has no sentence that says what is wrong.",
                        f"Write it as '{kind}.{which[:60]}', and in English as '{kind}_en.{which[:60]}'.",
                    )
            elif name.lower().startswith("flowcase.") and name not in KNOWN:
                report(
                    component,
                    f"There is no property '{name[:80]}' of form fields.",
                    f"Use one of: {', '.join(sorted(KNOWN))}.",
                )
