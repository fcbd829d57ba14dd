"""Who may answer what somebody else proposed: the second pair of eyes, in one place."""

from __future__ import annotations

from typing import Protocol

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_approve_erasure, may_propose_erasure
from flowcase.errors import Conflict, Forbidden, Refused
from flowcase.store import Tx
from flowcase.store.queries import programs

WAITING = "waiting"


class Proposed(Protocol):
    """A row that somebody proposed and somebody else answers."""

    @property
    def status(self) -> str: ...

    @property
    def proposed_by(self) -> str: ...


def behind(tx: Tx, account: str) -> str:
    """Whose hand an account is: of a program who made it, and of everybody else they themselves."""
    seen = {account}
    while (made := programs.service_account(tx, account)) is not None and made.made_by not in seen:
        account = made.made_by
        seen.add(account)
    return account


class NeedsAnother(Refused):
    """With four eyes somebody else lets run what one has planned."""

    def __init__(self, attempt: str) -> None:
        super().__init__(attempt, "another than who planned it has to let it run")


def check_is_another(tx: Tx, attempt: str, planned_by: str, actor: Actor) -> None:
    """Raises NeedsAnother for who planned it, and for a program of theirs."""
    if behind(tx, planned_by) == behind(tx, actor.id):
        raise NeedsAnother(attempt)


def check_may_propose(attempt: str, actor: Actor) -> None:
    """Raises Forbidden."""
    if not may_propose_erasure(actor):
        raise Forbidden(attempt, "team leaders and the head of authority may")


def may_decide(row: Proposed, actor: Actor) -> bool:
    """Whether it waits for an answer, and this actor may give it: never who proposed it."""
    return row.status == WAITING and may_approve_erasure(actor) and actor.id != row.proposed_by


def check_may_decide(attempt: str, row: Proposed, actor: Actor) -> None:
    """Raises Conflict for what was answered, and Forbidden for who may not approve or proposed it."""
    if row.status != WAITING:
        raise Conflict(attempt, f"it is {row.status}")
    if not may_decide(row, actor):
        raise Forbidden(attempt, "that is the head of authority's, and never of who proposed it")
