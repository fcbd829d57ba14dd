"""What every intervention by an operator has in common: who may, and the reason that stays in the history."""

from __future__ import annotations

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_operate
from flowcase.errors import Forbidden, Refused


def check_operator(actor: Actor, attempt: str) -> None:
    """Raises Forbidden."""
    if not may_operate(actor):
        raise Forbidden(attempt, "only an operator may")


def check_reason(reason: str, attempt: str) -> None:
    """Raises Refused for one that says nothing."""
    if not reason.strip():
        raise Refused(attempt, "Skriv en begrundelse. Den bliver stående i historikken.")


def check_intervention(actor: Actor, reason: str, attempt: str) -> None:
    """Who and why, before anything is read. Raises Forbidden and Refused."""
    check_operator(actor, attempt)
    check_reason(reason, attempt)
