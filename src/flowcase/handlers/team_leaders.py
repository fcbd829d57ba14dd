"""Which groups lead a team: a setting, because teams are the municipality's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


def leaders_of(case: CaseWork, team: Value) -> Sequence[str]:
    """The team's leader groups; the reception's when the case has no team yet."""
    return case.setting("teamledere").get(team) or case.setting("teamleder_uden_team")
