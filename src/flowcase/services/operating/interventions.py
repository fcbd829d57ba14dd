"""What every intervention by an operator has in common: who may, and the reason that stays in the history."""

from __future__ import annotations

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_operate
from flowcase.errors import Forbidden, Refused
from flowcase.services.forms.form_sentences import Said
from flowcase.services.forms.kept_reasons import LONGEST_REASON, wrong_with_reason


def check_operator(actor: Actor, attempt: str) -> None:
    """Raises Forbidden."""
    if not may_operate(actor):
        raise Forbidden(attempt, "only an operator may")


def check_reason(reason: str, attempt: str) -> None:
    """Raises Refused for one that says nothing, is too long, or holds a CPR number."""
    if wrong := wrong_with_reason(reason):
        raise Refused(attempt, Said(wrong, most=LONGEST_REASON))


def check_intervention(actor: Actor, reason: str, attempt: str) -> None:
    """Who and why, before anything is read. Raises Forbidden and Refused."""
    check_operator(actor, attempt)
    check_reason(reason, attempt)
