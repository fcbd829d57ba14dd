"""What every intervention by an operator has in common: who may, and the reason that stays in the history."""

from __future__ import annotations

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_operate
from flowcase.cases.typed_text import has_cpr_number
from flowcase.errors import Forbidden, Refused

LONGEST_REASON = 2000  # characters
NO_REASON = "Skriv en begrundelse. Den bliver stående i historikken."
LONG_REASON = "Begrundelsen er for lang. Skriv højst {most} tegn."
CPR_IN_REASON = "Et CPR-nummer må ikke stå i begrundelsen, for den bliver stående i historikken. Slet det."


def check_operator(actor: Actor, attempt: str) -> None:
    """Raises Forbidden."""
    if not may_operate(actor):
        raise Forbidden(attempt, "only an operator may")


def wrong_with_reason(reason: str) -> str:
    """One of the sentences above, as a template; empty when the reason can be kept."""
    if not reason.strip():
        return NO_REASON
    if len(reason.strip()) > LONGEST_REASON:
        return LONG_REASON
    return CPR_IN_REASON if has_cpr_number(reason) else ""


def check_reason(reason: str, attempt: str) -> None:
    """Raises Refused for one that says nothing, is too long, or holds a CPR number."""
    if wrong := wrong_with_reason(reason):
        raise Refused(attempt, wrong.format(most=LONGEST_REASON))


def check_intervention(actor: Actor, reason: str, attempt: str) -> None:
    """Who and why, before anything is read. Raises Forbidden and Refused."""
    check_operator(actor, attempt)
    check_reason(reason, attempt)
