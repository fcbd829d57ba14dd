"""An expression names the form's fields as they are spelt (warning).

A name that nothing has gives null: a field with such a condition is never hidden, or never asked for. A name
that is unlike every field's is told by `form-unknown-name`.

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

from collections.abc import Iterator
from difflib import SequenceMatcher

from flowcase.feel import FeelSyntaxError, Problem
from flowcase.feel import check as problems_of
from flowcase.finding import Severity
from flowcase.modeling.expressions import parse
from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of, properties_of
from flowcase.modeling.form_rules.form_expression import expressions
from flowcase.modeling.variables import BORN, FACTS

SEVERITY = Severity.WARNING
_ALIKE = 0.85  # of 1: `annonym` and `anonym`, but not `anonym` and `anonym_plan`
_NAMES = ("key", "path", "valuesKey")
_VARIABLE = "variable:"


def check(form: Located, report: FormReport) -> None:
    for component, field, text, problem in unknown_names(form):
        near = problem.suggestion
        if is_misspelt(form, problem):
            report(
                component,
                f"{field} '{text}' reads '{problem.name}', which no field has; '{near}' is one.",
                f"Write '{near}' if that is meant.",
            )


def is_misspelt(form: Located, problem: Problem) -> bool:
    """Whether a name that the form does not have is almost that of one of its fields."""
    near = problem.suggestion
    if near is None or near not in _fields(form):
        return False
    return SequenceMatcher(None, problem.name, near, autojunk=False).ratio() >= _ALIKE


def unknown_names(form: Located) -> Iterator[tuple[Located, str, str, Problem]]:
    """(component, its property, the expression there, the name in it that neither a field nor a fact has)."""
    known = _fields(form) | _variables(form) | FACTS | {BORN}
    for component, _ in components_of(form):
        for field, text in expressions(component):
            found = parse(text.removeprefix("=").strip())
            if not isinstance(found, FeelSyntaxError):  # form-expression says so
                for problem in problems_of(found, names=known):
                    if problem.kind == "unknown variable":
                        yield component, field, text[:80], problem


def _fields(form: Located) -> set[str]:
    return {str(component.get(name)) for component, _ in components_of(form) for name in _NAMES}


def _variables(form: Located) -> set[str]:
    return {
        target.removeprefix(_VARIABLE)
        for component, _ in components_of(form)
        for target in properties_of(component).get("target", "").split()
        if target.startswith(_VARIABLE)
    }
