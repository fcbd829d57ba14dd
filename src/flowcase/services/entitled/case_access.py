"""Whose work a case is: who may see it at all, and how a service comes to a case that somebody names."""

from __future__ import annotations

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_see_case
from flowcase.cases.caseload import PREVENTIVE, PREVENTIVE_WORKERS
from flowcase.errors import Forbidden, NotFound
from flowcase.store import Tx
from flowcase.store.queries import case_files
from flowcase.store.queries.case_files import CaseRow


def existing(tx: Tx, code: str) -> CaseRow:
    """Raises NotFound."""
    row = case_files.case(tx, code)
    if row is None:
        raise NotFound("case", code)
    return row


def seen(tx: Tx, code: str, actor: Actor, attempt: str = "see") -> CaseRow:
    """The case, for who may see it. Raises NotFound, and Forbidden for who may not `attempt` it."""
    row = existing(tx, code)
    if not may_see(actor, row):
        raise Forbidden(f"{attempt} case '{code}'", "its work is not theirs")
    return row


def closest_group(row: CaseRow) -> str | None:
    """The group whose work the case is: its team; in a case without one, whoever works preventively in it.

    Domain specification 2.l and 5.3. Where a team has the case, it is that team's alone.
    """
    return PREVENTIVE_WORKERS if row.team is None and row.status == PREVENTIVE else row.team


def may_see(actor: Actor, row: CaseRow) -> bool:
    """Whether the case is this actor's work, as caseworker, deputy or by a group."""
    return may_see_case(actor, team=closest_group(row), caseworkers=row.caseworkers, case=row.code)


def may_see_of(tx: Tx, code: str | None, actor: Actor) -> bool:
    """As `may_see`, of the case of something else; False where it has none."""
    row = case_files.case(tx, code) if code else None
    return row is not None and may_see(actor, row)
