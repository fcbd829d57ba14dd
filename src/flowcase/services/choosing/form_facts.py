"""What the expressions of a form read beside values, variables and facts: its choices, and the child's birth.

`barn_foedt` is the date of birth of the case's child, null where none is known. It is read when a form first
asks for it, and forms alone can: a diagram could put it into a variable.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from flowcase.modeling import Form
from flowcase.modeling.variables import BORN
from flowcase.services.behind import Behind
from flowcase.services.casework.case_work import CaseWork
from flowcase.services.choosing.choices import choices_for
from flowcase.store import Tx
from flowcase.values import Value


def form_facts(tx: Tx, form: Form, facts: Mapping[str, Value], work: CaseWork) -> Mapping[str, Value]:
    """All that a form's expressions read, its own values apart."""
    behind = Behind(choices_for(tx, form, facts, work), facts)
    return _WithBirth(behind, work) if form.is_read(BORN) else behind


class _WithBirth(Mapping[str, Value]):
    """Facts and the birth, which is not among their names: who copies or shows them all leaves it."""

    def __init__(self, facts: Mapping[str, Value], work: CaseWork) -> None:
        self._facts, self._work = facts, work

    def __getitem__(self, name: str) -> Value:
        return self._born if name == BORN else self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    @functools.cached_property
    def _born(self) -> Value:
        child = (self._facts.get("sag") or {}).get("barn_id")
        return self._work.get("Barn", str(child))["foedt"] if child else None
