"""Who is meant by the roles that the deadline policy names: groups and people of this installation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowcase.cases.team_leaders import leaders_of
from flowcase.store import Tx
from flowcase.store.queries import people as person_rows
from flowcase.values import Value


@dataclass(frozen=True)
class Recipients:
    groups: tuple[str, ...]
    people: tuple[str, ...]


def resolve(
    tx: Tx,
    roles: Sequence[str],
    *,
    settings: Mapping[str, Value],
    owner: str,
    responsible: str | None,
    caseworker: str | None,
    team: str | None,
) -> Recipients:
    """Roles are `ansvarlig`, `sagsbehandler`, `teamleder`, or a name that the setting `roller` maps.

    `owner` is the role that `ansvarlig` means while nobody in particular is `responsible`. A role that
    no setting maps is the name of a group.
    """
    groups: list[str] = []
    people: list[str] = []
    mapped: Any = settings.get("roller") or {}

    def add(role: str) -> None:
        if role == "ansvarlig" and responsible:
            is_person = person_rows.person(tx, responsible) is not None
            (people if is_person else groups).append(responsible)
        elif role == "ansvarlig" and owner:
            add(owner)
        elif role == "sagsbehandler" and caseworker:
            people.append(caseworker)
        elif role == "sagsbehandler" and team:
            groups.append(team)
        elif role == "teamleder":
            groups.extend(leaders_of(team, settings))
        else:
            groups.extend(mapped.get(role) or [role])

    for role in roles:
        add(role)
    return Recipients(tuple(dict.fromkeys(groups)), tuple(dict.fromkeys(people)))
