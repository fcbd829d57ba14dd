"""Reasons that stay in the history for good: what is wrong with one that somebody wrote."""

from __future__ import annotations

from flowcase.cases.typed_text import has_cpr_number

LONGEST_REASON = 2000  # characters
NO_REASON = "Skriv en begrundelse. Den bliver stående i historikken."
LONG_REASON = "Begrundelsen er for lang. Skriv højst {most} tegn."
CPR_IN_REASON = "Et CPR-nummer må ikke stå i begrundelsen, for den bliver stående i historikken. Slet det."


def wrong_with_reason(reason: str) -> str:
    """One of the sentences above, as a template; empty when the reason can be kept."""
    if not reason.strip():
        return NO_REASON
    if len(reason.strip()) > LONGEST_REASON:
        return LONG_REASON
    return CPR_IN_REASON if has_cpr_number(reason) else ""
