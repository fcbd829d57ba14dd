"""Every caseworker's load as a fact (`belastning`) that gates and forms of a case can read."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from flowcase.cases.caseload import BY_FAMILY, WAITING_FOR_ALLOCATION, Counted, loads
from flowcase.cases.team_leaders import leaders_by_team
from flowcase.store import Tx
from flowcase.store.queries import case_files
from flowcase.store.queries.people import people
from flowcase.values import Value

_ALL = 1_000_000


def case_loads(tx: Tx, code: str | None, settings: Mapping[str, Value]) -> list[dict[str, Value]]:
    """`{person, antal, efter}` for each caseworker, lightest first.

    `efter` is the load once this case and its waiting siblings are allocated to that person. Beside those
    who have cases, the members of the teams are named who have none yet.
    """
    counted_by = str(settings.get("taeller"))
    if counted_by == BY_FAMILY:
        counted = [Counted.of(row.code, row.facts) for row in case_files.cases(tx, is_open=True, limit=_ALL)]
    else:  # families matter only among those who wait
        waiting = case_files.cases(tx, status=WAITING_FOR_ALLOCATION, is_open=True, limit=_ALL)
        counted = [Counted.of(row.code, row.facts) for row in waiting if row.caseworker is None]
        counted += [Counted(code, person, status, None) for code, person, status in case_files.assigned(tx)]
    teams = list(leaders_by_team(settings))
    members = [person.id for person in people(tx, groups=teams, only_active=True)] if teams else []
    return [
        {"person": load.person, "antal": Decimal(load.now), "efter": Decimal(load.after)}
        for load in loads(counted, code or "", counted_by, members)
    ]
