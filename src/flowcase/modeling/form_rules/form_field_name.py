"""An expression names the form's fields as they are spelt (warning).

A name that nothing has gives null: a field with such a condition is never hidden, or never asked for. What a
form reads may come from the diagram too, so only a name that is spelt almost like a field is told.

Wrong (kontakt)::

    {"id": "a", "type": "checkbox", "key": "anonym", "label": "Anonym",
     "properties": {"target": "variable:anonym"}},
    {"id": "b", "type": "textfield", "key": "kontakt", "label": "Kontakt",
     "conditional": {"hide": "=annonym"},
     "properties": {"target": "case:Underretning.kontakt"}}

Right::

    {"id": "a", "type": "checkbox", "key": "anonym", "label": "Anonym",
     "properties": {"target": "variable:anonym"}},
    {"id": "b", "type": "textfield", "key": "kontakt", "label": "Kontakt",
     "conditional": {"hide": "=anonym"},
     "properties": {"target": "case:Underretning.kontakt"}}
"""

from __future__ import annotations

from difflib import SequenceMatcher

from flowcase.feel import FeelSyntaxError
from flowcase.feel import check as problems_of
from flowcase.modeling.expressions import parse
from flowcase.modeling.finding import Severity
from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of, properties_of
from flowcase.modeling.form_rules.form_expression import expressions
from flowcase.modeling.variables import FACTS

SEVERITY = Severity.WARNING
_ALIKE = 0.85  # of 1: `annonym` and `anonym`, but not `anonym` and `anonym_plan`
_NAMES = ("key", "path", "valuesKey")
_VARIABLE = "variable:"


def check(form: Located, report: FormReport) -> None:
    fields = {str(component.get(name)) for component, _ in components_of(form) for name in _NAMES}
    variables = {
        target.removeprefix(_VARIABLE)
        for component, _ in components_of(form)
        for target in properties_of(component).get("target", "").split()
        if target.startswith(_VARIABLE)
    }
    for component, _ in components_of(form):
        for field, text in expressions(component):
            found = parse(text.removeprefix("=").strip())
            if isinstance(found, FeelSyntaxError):
                continue  # form-expression says so
            for problem in problems_of(found, names=fields | variables | FACTS):
                if problem.suggestion in fields and _is_almost(problem.name, problem.suggestion):
                    report(
                        component,
                        f"{field} '{text[:80]}' reads '{problem.name}', which no field has; "
                        f"'{problem.suggestion}' is one.",
                        f"Write '{problem.suggestion}' if that is meant.",
                    )


def _is_almost(name: str, field: str) -> bool:
    return SequenceMatcher(None, name, field, autojunk=False).ratio() >= _ALIKE
