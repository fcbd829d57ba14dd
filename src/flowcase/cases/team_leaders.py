"""Who leads a case: its team's leaders, as the settings say, because teams are the municipality's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowcase.values import Value

BY_TEAM = "teamledere"  # setting: team -> the groups that lead it
OF_NO_TEAM = "teamleder_uden_team"  # setting: the groups that lead a case of no such team


def leaders_by_team(settings: Mapping[str, Value]) -> Mapping[str, Sequence[str]]:
    """Every team of the municipality; that of a case may be another one."""
    found: Any = settings.get(BY_TEAM)
    return found or {}


def leaders_of(team: Value, settings: Mapping[str, Value]) -> list[str]:
    """The groups that lead a case of this team, or of none. A team that nobody leads counts as none."""
    found: Any = leaders_by_team(settings).get(team) or settings.get(OF_NO_TEAM)
    return [str(group) for group in found or ()]
