"""Who does the caseworker's tasks of a case: its team, and while it has none those whom the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowcase.values import Value

ROLES = "roller"  # setting: role -> the groups that it means
CASEWORKER, COORDINATOR = "sagsbehandler", "tovholder"


def team_of(team: Value, settings: Mapping[str, Value]) -> list[str]:
    """The groups that do them in a case of this team, or of none. Never empty: that would offer to all."""
    return [str(team)] if team else groups_of(CASEWORKER, settings)


def groups_of(role: str, settings: Mapping[str, Value]) -> list[str]:
    """A role that no setting maps is the name of a group."""
    mapped: Any = settings.get(ROLES) or {}
    return [str(group) for group in mapped.get(role) or [role]]
