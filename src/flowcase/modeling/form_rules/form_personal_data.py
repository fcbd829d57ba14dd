"""What is written about a person goes into the case file, never into a process variable.

Variables hold yes and no, numbers, instants, codes and ids only: they are shown in diagrams, lists and
histories that people without access to the case may see.

Wrong (bekymring)::

    {"id": "a", "type": "textarea", "key": "bekymring", "label": "Bekymring",
     "properties": {"target": "variable:bekymring"}}

Right::

    {"id": "a", "type": "textarea", "key": "bekymring", "label": "Bekymring",
     "properties": {"target": "case:Underretning.bekymring"}}
"""

from __future__ import annotations

from flowcase.modeling.form import TYPES_FOR_VARIABLES, VariableTarget
from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of, properties_of
from flowcase.modeling.read_form import COMPONENTS, targets_of


def check(form: Located, report: FormReport) -> None:
    for component, _ in components_of(form):
        kind = COMPONENTS.get(str(component.get("type")))
        if kind is None or kind in TYPES_FOR_VARIABLES:
            continue
        try:
            targets = targets_of(properties_of(component).get("target", ""))
        except ValueError:
            continue  # rule form-target has said so
        for target in targets:
            if isinstance(target, VariableTarget):
                report(
                    component,
                    f"This {component['type']} would be stored in the variable '{target.name}'.",
                    "Give it a case target, and a choice of codes beside it if a gateway needs the answer.",
                )
