"""A pattern that a text must fit can be read, as FEEL's `matches` reads it.

Its work is bounded whatever the pattern: what a person types never holds up the server.

Wrong (navn)::

    {"id": "a", "type": "textfield", "key": "navn", "label": "Navn",
     "validate": {"pattern": "[a-z"},
     "properties": {"target": "case:Underretning.kontakt"}}

Right::

    {"id": "a", "type": "textfield", "key": "navn", "label": "Navn",
     "validate": {"pattern": "[a-z]+"},
     "properties": {"target": "case:Underretning.kontakt"}}
"""

from __future__ import annotations

from flowcase.feel.regex import PatternError, compile_pattern
from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of


def check(form: Located, report: FormReport) -> None:
    for component, _ in components_of(form):
        validate = component.get("validate")
        pattern = validate.get("pattern") if isinstance(validate, dict) else None
        if not isinstance(pattern, str) or not pattern:
            continue
        try:
            compile_pattern(f"^(?:{pattern})$", "")
        except PatternError as error:
            report(
                component,
                f"The pattern cannot be read: {error}",
                "Write a regular expression as XPath and FEEL have it, without look-ahead.",
            )
