"""A form has an id, and its components have ids of their own.

Diagrams refer to a form by its id.

Wrong ()::

    {"type": "default", "components": []}

Right::

    {"type": "default", "id": "F-A1", "components": []}
"""

from __future__ import annotations

import re

from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of

_ID = re.compile(r"[^\W\d][\w.\-]{0,199}\Z")


def check(form: Located, report: FormReport) -> None:
    form_id = form.get("id")
    if not isinstance(form_id, str) or not form_id.strip():
        report(form, "This form has no id.", "Give it one, such as F-A1.")
    elif not _ID.match(form_id):
        report(
            form, f"The id '{form_id[:80]}' cannot be referred to.", "Use letters, digits, '_', '-' and '.'."
        )
    seen: dict[str, Located] = {}
    for component, _ in components_of(form):
        identifier = component.get("id")
        if isinstance(identifier, str) and identifier in seen:
            report(
                component,
                f"The id '{identifier[:80]}' is already used in line {seen[identifier].line}.",
                "Give one of the two another id.",
            )
        elif isinstance(identifier, str):
            seen[identifier] = component
