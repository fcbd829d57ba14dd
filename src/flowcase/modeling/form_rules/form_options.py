"""A choice offers something, each code once.

Wrong (kanal)::

    {"id": "a", "type": "select", "key": "kanal", "label": "Kanal",
     "values": [{"value": "brev", "label": "Brev"}, {"value": "brev", "label": "Post"}],
     "properties": {"target": "case:Underretning.kanal"}}

Right::

    {"id": "a", "type": "select", "key": "kanal", "label": "Kanal",
     "values": [{"value": "brev", "label": "Brev"}, {"value": "telefon", "label": "Telefon"}],
     "properties": {"target": "case:Underretning.kanal"}}
"""

from __future__ import annotations

from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of

_CHOICES = frozenset({"radio", "select", "checklist", "taglist"})


def check(form: Located, report: FormReport) -> None:
    for component, _ in components_of(form):
        if component.get("type") not in _CHOICES:
            continue
        values = component.get("values")
        if component.get("valuesExpression") or component.get("valuesKey"):
            continue
        if not isinstance(values, list) or not values:
            report(component, "This choice offers nothing.", "Write its values, or where they come from.")
            continue
        seen: set[str] = set()
        for item in values:
            code = item.get("value") if isinstance(item, Located) else None
            if code is None or str(code).strip() == "":
                report(component, "One of the choices has no value.", "Give each choice a code.")
            elif str(code) in seen:
                report(
                    component,
                    f"The code '{str(code)[:60]}' is offered twice.",
                    "Give each choice its own code.",
                )
            else:
                seen.add(str(code))
            if isinstance(item, Located) and not str(item.get("label") or "").strip():
                report(component, f"The choice '{str(code)[:60]}' has no label.", "Write what people read.")
