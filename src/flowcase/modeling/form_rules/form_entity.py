"""A case target names a record and an attribute that exist.

Wrong (bekymring)::

    {"id": "a", "type": "textarea", "key": "bekymring", "label": "Bekymring",
     "properties": {"target": "case:Underretning.bekymringen"}}

Right::

    {"id": "a", "type": "textarea", "key": "bekymring", "label": "Bekymring",
     "properties": {"target": "case:Underretning.bekymring"}}
"""

from __future__ import annotations

import difflib

from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.form import CaseTarget
from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of, properties_of
from flowcase.modeling.read_form import targets_of


def check(form: Located, report: FormReport, catalogue: Catalogue) -> None:
    if catalogue.entities is None:
        return
    for component, _ in components_of(form):
        try:
            targets = targets_of(properties_of(component).get("target", ""))
        except ValueError:
            continue
        for target in targets:
            if not isinstance(target, CaseTarget):
                continue
            name = f"{target.entity}.{target.attribute}"
            if name not in catalogue.entities:
                close = difflib.get_close_matches(name, catalogue.entities, 1, 0.7)
                hint = f"Did you mean '{close[0]}'? " if close else ""
                report(component, f"No record has the attribute '{name[:80]}'.", f"{hint}Correct the target.")
