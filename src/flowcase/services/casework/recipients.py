"""Who is meant by the roles that the deadline policy names: groups and people of this installation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flowcase.cases.case_team import CASEWORKER, groups_of, team_of
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

    `owner` is the role that `ansvarlig` means while nobody in particular is `responsible`.
    """
    groups: list[str] = []
    people: list[str] = []

    def add(role: str) -> None:
        if role == "ansvarlig" and responsible:
            is_person = person_rows.person(tx, responsible) is not None
            (people if is_person else groups).append(responsible)
        elif role == "ansvarlig" and owner:
            add(owner)
        elif role == CASEWORKER and caseworker:
            people.append(caseworker)
        elif role == CASEWORKER:
            groups.extend(team_of(team, settings))
        elif role == "teamleder":
            groups.extend(leaders_of(team, settings))
        else:
            groups.extend(groups_of(role, settings))

    for role in roles:
        add(role)
    return Recipients(tuple(dict.fromkeys(groups)), tuple(dict.fromkeys(people)))
