"""Properties that begin `flowcase.` are spelt right, and what is asked of a value says what is wrong.

Wrong (kontakt)::

    {"id": "a", "type": "textfield", "key": "kontakt", "label": "Kontakt",
     "properties": {"target": "case:Underretning.kontakt", "flowcase.requried": "=true"}}

Right::

    {"id": "a", "type": "textfield", "key": "kontakt", "label": "Kontakt",
     "properties": {"target": "case:Underretning.kontakt", "flowcase.required": "=true"}}
"""

from __future__ import annotations

import re

from flowcase.finding import Severity
from flowcase.modeling.form_json import Located
from flowcase.modeling.form_properties import FORM_PROPERTIES
from flowcase.modeling.form_rules import FormReport, components_of, properties_of
from flowcase.modeling.read_form import check_named

_SENTENCE = re.compile(r"(refuse|warn)\.(.+)")


def check(form: Located, report: FormReport) -> None:
    for component, _ in components_of(form):
        properties = properties_of(component)
        for name in properties:
            if (named := check_named(name)) is not None:
                _check_sentences(component, name, *named, report)
            elif (said := _SENTENCE.fullmatch(name)) and not properties.get(f"flowcase.{said[1]}.{said[2]}"):
                report(
                    component,
                    f"'{name[:80]}' is never said: there is no 'flowcase.{said[1]}.{said[2][:60]}'.",
                    "Write there when it is said, or take the sentence away.",
                    severity=Severity.WARNING,
                )
            elif name.lower().startswith("flowcase.") and name not in FORM_PROPERTIES:
                report(
                    component,
                    f"There is no property '{name[:80]}' of form fields.",
                    f"Use one of: {', '.join(sorted(FORM_PROPERTIES))}.",
                )


def _check_sentences(component: Located, name: str, kind: str, which: str, report: FormReport) -> None:
    """What a check of a value says, in both languages."""
    properties = properties_of(component)
    if not properties.get(f"{kind}.{which}"):
        report(
            component,
            f"'{name[:80]}' has no sentence that says what is wrong.",
            f"Write it as '{kind}.{which[:60]}', and in English as '{kind}_en.{which[:60]}'.",
        )
    elif not properties.get(f"{kind}_en.{which}"):
        report(
            component,
            f"What '{name[:80]}' says has no English.",
            f"Write it as '{kind}_en.{which[:60]}'.",
            severity=Severity.WARNING,
        )
