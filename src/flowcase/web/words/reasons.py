"""What is wrong with the reason of an intervention, in words for whoever typed it."""

from __future__ import annotations

from flowcase.services.forms.kept_reasons import LONGEST_REASON, wrong_with_reason
from flowcase.web.language import gettext


def reason_problem(reason: str) -> str:
    """Empty when it can be kept."""
    return gettext(wrong_with_reason(reason)).format(most=LONGEST_REASON)
