"""Each field says where its value goes.

`properties.target` is `case:<Entity>.<attribute>`, `variable:<name>`, or both with a blank between them. A
list or group may have the target for all that is in it. A field that is only shown is `readonly`.

Wrong (bekymring)::

    {"id": "a", "type": "textarea", "key": "bekymring", "label": "Bekymring"}

Right::

    {"id": "a", "type": "textarea", "key": "bekymring", "label": "Bekymring",
     "properties": {"target": "case:Underretning.bekymring"}}
"""

from __future__ import annotations

from flowcase.modeling.form import FieldType
from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of, properties_of
from flowcase.modeling.read_form import COMPONENTS, targets_of

_REMEDY = "Write properties.target, such as case:Underretning.bekymring or variable:akut."

_REMEDY_FROM = "Write properties.flowcase.from, such as case:Handleplan.maal or variable:aktoer."


def check(form: Located, report: FormReport) -> None:
    for component, around in components_of(form):
        kind = COMPONENTS.get(str(component.get("type")))
        if kind is None or kind is FieldType.DISPLAY:
            continue
        target = properties_of(component).get("target", "")
        try:
            targets = targets_of(target)
        except ValueError as wrong:
            report(component, f"'{str(wrong)[:80]}' is no target.", _REMEDY)
            continue
        try:
            targets_of(properties_of(component).get("flowcase.from", ""))
        except ValueError as wrong:
            report(component, f"'{str(wrong)[:80]}' is nothing to fill a field in from.", _REMEDY_FROM)
            continue
        outer = [properties_of(other).get("target", "") for other in around]
        if targets and any(outer):
            report(
                component,
                "This field and the list or group around it both have a target.",
                "Leave the target at one of the two.",
            )
        elif not targets and not any(outer):
            if kind is FieldType.GROUP or component.get("readonly") is True:
                continue
            report(component, "This field has no target, so what is typed would be lost.", _REMEDY)
        elif len({str(item) for item in targets}) != len(targets):
            report(component, "This field names the same target twice.", "Leave it once.")
