"""Whose work a case is: who may see it at all."""

from __future__ import annotations

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_see_case
from flowcase.store.queries import case_files


def may_see(actor: Actor, row: case_files.CaseRow) -> bool:
    """Whether the case is this actor's work, as caseworker, deputy or by a group."""
    named = (row.caseworker, row.facts.get("stedfortraeder"))
    return may_see_case(actor, team=row.team, caseworkers=named, case=row.code)
