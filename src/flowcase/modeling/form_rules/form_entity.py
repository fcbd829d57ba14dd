"""A case target, or what a field is filled in from, names a record and an attribute that exist.

Wrong (bekymring)::

    {"id": "a", "type": "textarea", "key": "bekymring", "label": "Bekymring",
     "properties": {"target": "case:Underretning.bekymringen"}}

Right::

    {"id": "a", "type": "textarea", "key": "bekymring", "label": "Bekymring",
     "properties": {"target": "case:Underretning.bekymring"}}
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterator, Mapping

from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.form import CaseTarget
from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of, properties_of
from flowcase.modeling.read_form import targets_of


def check(form: Located, report: FormReport, catalogue: Catalogue) -> None:
    if catalogue.entities is None:
        return
    for component, _ in components_of(form):
        for target in _named(properties_of(component)):
            name = f"{target.entity}.{target.attribute}"
            if name not in catalogue.entities:
                close = difflib.get_close_matches(name, catalogue.entities, 1, 0.7)
                hint = f"Did you mean '{close[0]}'? " if close else ""
                report(component, f"No record has the attribute '{name[:80]}'.", f"{hint}Correct the target.")


def _named(properties: Mapping[str, str]) -> Iterator[CaseTarget]:
    for name in ("target", "flowcase.from"):
        with contextlib.suppress(ValueError):  # rule form-target says so
            yield from (each for each in targets_of(properties.get(name, "")) if isinstance(each, CaseTarget))
