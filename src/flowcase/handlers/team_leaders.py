"""Which groups lead a team by the rule set that an instance pins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flowcase.cases import team_leaders
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


def leaders_of(case: CaseWork, team: Value) -> Sequence[str]:
    """As `team_leaders.leaders_of`. Raises NotFound where the rule set lacks the settings."""
    settings = {name: case.setting(name) for name in (team_leaders.BY_TEAM, team_leaders.OF_NO_TEAM)}
    return team_leaders.leaders_of(team, settings)
