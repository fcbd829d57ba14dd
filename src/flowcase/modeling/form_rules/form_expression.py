"""Every expression of a form is FEEL that can be read.

`conditional.hide`, `valuesExpression`, `properties.flowcase.required`, `properties.flowcase.shown` and what
is asked of a value (`flowcase.refuse.<name>`, `flowcase.warn.<name>`) begin with `=`.

Wrong (kontakt)::

    {"id": "a", "type": "textfield", "key": "kontakt", "label": "Kontakt",
     "conditional": {"hide": "=not(anonym"},
     "properties": {"target": "case:Underretning.kontakt"}}

Right::

    {"id": "a", "type": "textfield", "key": "kontakt", "label": "Kontakt",
     "conditional": {"hide": "=not(anonym)"},
     "properties": {"target": "case:Underretning.kontakt"}}
"""

from __future__ import annotations

from collections.abc import Iterator

from flowcase.feel import FeelSyntaxError
from flowcase.feel import check as problems_of
from flowcase.modeling.expressions import parse
from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of, properties_of
from flowcase.modeling.read_form import CHECKS


def check(form: Located, report: FormReport) -> None:
    for component, _ in components_of(form):
        for field, text in expressions(component):
            if not text.startswith("="):
                report(
                    component,
                    f"{field} '{text[:80]}' is plain text, but an expression is expected.",
                    "Put '=' before it if it is FEEL.",
                )
                continue
            found = parse(text[1:].strip())
            if isinstance(found, FeelSyntaxError):
                report(
                    component,
                    f"{field} '{text[:80]}' is no FEEL: {found.message} (column {found.column}).",
                    "Correct the expression.",
                )
                continue
            for problem in problems_of(found, names=()):
                if problem.kind in {"unknown function", "wrong arguments"}:
                    report(
                        component,
                        f"{field} '{text[:80]}' calls '{problem.name}' in a way that FEEL does not know.",
                        "Correct the call.",
                    )


def expressions(component: Located) -> Iterator[tuple[str, str]]:
    """What is FEEL in a component, by the name of its property."""
    conditional = component.get("conditional")
    hide = conditional.get("hide") if isinstance(conditional, dict) else None
    asked = ((name, text) for name, text in properties_of(component).items() if name.startswith(CHECKS))
    found = (
        ("conditional.hide", hide),
        ("valuesExpression", component.get("valuesExpression")),
        ("flowcase.required", properties_of(component).get("flowcase.required")),
        ("flowcase.shown", properties_of(component).get("flowcase.shown")),
        *asked,
    )
    for field, value in found:
        if isinstance(value, str) and value.strip():
            yield field, value.strip()
