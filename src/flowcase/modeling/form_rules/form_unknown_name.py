"""What an expression of a form reads is a field, or is set by something (warning).

A name that nothing has gives null: a field with such a condition is never hidden, or never asked for. What is
set is a field of this form, and what any diagram, form or handler beside it sets.

Wrong (kontakt)::

    {"id": "b", "type": "textfield", "key": "kontakt", "label": "Kontakt",
     "conditional": {"hide": "=sommerferie"},
     "properties": {"target": "case:Underretning.kontakt"}}

Right::

    {"id": "b", "type": "textfield", "key": "kontakt", "label": "Kontakt",
     "conditional": {"hide": "=alder > 18"},
     "properties": {"target": "case:Underretning.kontakt"}}
"""

from __future__ import annotations

from flowcase.finding import Severity
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport
from flowcase.modeling.form_rules.form_field_name import is_misspelt, unknown_names

SEVERITY = Severity.WARNING


def check(form: Located, report: FormReport, catalogue: Catalogue) -> None:
    if catalogue.variables is None:
        return
    handled = {name for each in (catalogue.handler_types or {}).values() for name in each.outputs}
    for component, field, text, problem in unknown_names(form):
        if problem.name in catalogue.variables or problem.name in handled or is_misspelt(form, problem):
            continue
        report(
            component,
            f"{field} '{text}' reads '{problem.name}', which no field has and nothing sets.",
            "Write the key of a field, or set it in the diagram before the form is shown.",
        )
