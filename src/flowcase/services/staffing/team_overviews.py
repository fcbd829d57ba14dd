"""Team overviews: for who leads a team, how the work lies on its people and what is late.

A case counts once in a caseworker's load as the rule sets say (`taeller`), and the limit is theirs too
(`sagstal_graense`, R-023). Only codes and counts: nothing here says anything of a family.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.cases.caseload import WAITING_FOR_ALLOCATION
from flowcase.cases.civil_time import local_date
from flowcase.cases.team_leaders import leaders_by_team
from flowcase.errors import Forbidden, NotFound
from flowcase.services.casework.caseloads import case_loads
from flowcase.services.rule_sets import RuleSets
from flowcase.services.staffing.absences import Absence, absences
from flowcase.services.staffing.teams import ever_in, teams_led
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files, records
from flowcase.store.queries import inboxes as task_rows
from flowcase.store.queries.people import PersonRow, people
from flowcase.store.queries.task_lists import Holder, Only, Order
from flowcase.store.queries.user_tasks import UserTaskRow, user_tasks
from flowcase.values import Value

LIMIT = "sagstal_graense"
MOST_SHOWN = 200
_CHANGE, _ALL = "Sagsbehandlerskift", 1_000_000


@dataclass(frozen=True)
class Load:
    """What one caseworker carries."""

    person: PersonRow
    cases: int
    after: int  # with the case that is to be allocated; the same as `cases` where there is none
    limit: int | None  # None: the rule sets set none
    overdue: int  # user tasks
    absence: Absence | None  # now or announced, the first one
    knows_family: tuple[str, ...] = ()  # cases of the family that this person has or had

    @property
    def room(self) -> int | None:
        """How many more; negative over the limit."""
        return None if self.limit is None else self.limit - self.cases


@dataclass(frozen=True)
class Team:
    """One team as who leads it sees it."""

    code: str
    loads: tuple[Load, ...]  # the heaviest first; of who left, those that still have cases
    overdue: int  # user tasks of the team's people and those that the team is offered
    waiting: tuple[case_files.CaseRow, ...]  # cases that wait for a caseworker, the oldest first
    elsewhere: tuple[case_files.CaseRow, ...]  # cases of who is in another team now: theirs to lead no more

    @property
    def limit(self) -> int | None:
        return next((load.limit for load in self.loads), None)

    @property
    def over(self) -> int:
        """How many have more than the limit."""
        return sum(load.room is not None and load.room < 0 for load in self.loads)


class TeamOverviews:
    """One transaction per method, for reading only."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets

    def has_team(self, actor: Actor) -> bool:
        """Whether the actor leads one at all."""
        return self._transactions.read(lambda tx: bool(teams_led(tx, self._rule_sets, actor)))

    def teams(self, actor: Actor) -> list[Team]:
        """Every team that the actor leads. Raises Forbidden for who leads none."""

        def work(tx: Tx) -> list[Team]:
            led = teams_led(tx, self._rule_sets, actor)
            if not led:
                raise Forbidden("see how the work lies on a team", "they lead none")
            settings = self._rule_sets.settings(tx)
            loads = _loads(tx, None, settings)
            return [self._team(tx, team, settings, loads) for team in led]

        return self._transactions.read(work)

    def overdue(self, team: str, *, actor: Actor) -> list[UserTaskRow]:
        """The late user tasks of a team that the actor leads, the latest first. Raises Forbidden."""

        def work(tx: Tx) -> list[UserTaskRow]:
            if team not in teams_led(tx, self._rule_sets, actor):
                raise Forbidden(f"see the late user tasks of team '{team}'", "they do not lead it")
            ever = _ever_in(tx, team, self._rule_sets.settings(tx))
            holders = _holders(tx, team, [row.id for row in ever])
            return task_rows.page(tx, holders, Order.DUE, _late(tx.now), limit=MOST_SHOWN, row=UserTaskRow)

        return self._transactions.read(work)

    def alternatives(self, case: str, *, actor: Actor) -> list[Load]:
        """Whom a case could be given to: who has room and is here first, and who knows the family.

        Raises NotFound, and Forbidden for who does not lead the case's team.
        """

        def work(tx: Tx) -> list[Load]:
            row = case_files.case(tx, case)
            if row is None:
                raise NotFound("case", case)
            led = teams_led(tx, self._rule_sets, actor)
            if row.team is not None and row.team not in led:
                raise Forbidden(f"allocate case '{case}'", "they do not lead its team")
            if not led:
                raise Forbidden(f"allocate case '{case}'", "they lead no team")
            settings = self._rule_sets.settings(tx)
            members = {
                each.id: each for team in ([row.team] if row.team else led) for each in _members(tx, team)
            }
            found = _with(tx, list(members.values()), settings, _loads(tx, case, settings), _known(tx, row))
            today = local_date(tx.now)
            return sorted(
                found,
                key=lambda load: (
                    load.absence is not None and load.absence.first <= today,
                    load.limit is not None and load.after > load.limit,
                    not load.knows_family,
                    load.after,
                    load.person.name.casefold(),
                ),
            )

        return self._transactions.read(work)

    def colleagues(self, actor: Actor) -> list[Load]:
        """The people of the teams that the actor is in, the lightest first."""

        def work(tx: Tx) -> list[Load]:
            settings = self._rule_sets.settings(tx)
            own = [team for team in leaders_by_team(settings) if team in actor.groups]
            members = {each.id: each for team in own for each in _members(tx, str(team))}
            found = _with(tx, list(members.values()), settings, _loads(tx, None, settings), {})
            return sorted(found, key=lambda load: (load.cases, load.person.name.casefold()))

        return self._transactions.read(work)

    def _team(
        self,
        tx: Tx,
        team: str,
        settings: Mapping[str, Value],
        counted: Mapping[str, tuple[int, int]],
    ) -> Team:
        ever = _ever_in(tx, team, settings)
        members = [row for row in ever if row.is_active or counted.get(row.id, (0, 0))[0]]
        loads = _with(tx, members, settings, counted, {})
        waiting = _waiting(tx, team, settings)
        elsewhere = _elsewhere(tx, team, {row.id for row in ever})
        late = _late(tx.now)
        holders = _holders(tx, team, [row.id for row in ever])
        return Team(
            team,
            tuple(sorted(loads, key=lambda load: (-load.cases, load.person.name.casefold()))),
            task_rows.count(tx, holders, late, at_most=_ALL) if holders else 0,
            tuple(sorted(waiting, key=lambda row: (row.opened_at, row.code))),
            tuple(sorted(elsewhere, key=lambda row: row.code)),
        )


def _members(tx: Tx, team: str) -> list[PersonRow]:
    return [row for row in people(tx, groups=[team]) if row.kind == "person" and row.is_active]


def _ever_in(tx: Tx, team: str, settings: Mapping[str, Value]) -> list[PersonRow]:
    """With those who left: their cases and user tasks wait until somebody hands them over."""
    return [row for row in ever_in(tx, settings, [team]) if row.kind == "person"]


def _elsewhere(tx: Tx, team: str, known: Collection[str]) -> list[case_files.CaseRow]:
    """Open cases of the team that nobody who is or was in it has, such as of who moved to another team."""
    return [
        row
        for id in case_files.caseworkers(tx, [team])
        if id not in known
        for row in case_files.cases(tx, team=team, caseworker=id, is_open=True, limit=_ALL)
    ]


def _waiting(tx: Tx, team: str, settings: Mapping[str, Value]) -> list[case_files.CaseRow]:
    """Cases without a caseworker of the team, or for whose allocation the team's leaders are asked."""
    leaders = {str(group) for group in leaders_by_team(settings).get(team) or ()}
    rows = case_files.cases(tx, status=WAITING_FOR_ALLOCATION, is_open=True, limit=_ALL)
    return [
        row
        for row in rows
        if row.caseworker is None
        and (
            row.team == team
            or (
                row.team is None
                and any(leaders & set(task.candidate_groups) for task in user_tasks(tx, case=row.code))
            )
        )
    ]


def _loads(tx: Tx, case: str | None, settings: Mapping[str, Value]) -> dict[str, tuple[int, int]]:
    return {
        str(each["person"]): (int(each["antal"]), int(each["efter"]))
        for each in case_loads(tx, case, settings)
    }


def _with(
    tx: Tx,
    members: Sequence[PersonRow],
    settings: Mapping[str, Value],
    counted: Mapping[str, tuple[int, int]],
    known: Mapping[str, Sequence[str]],
) -> list[Load]:
    limit = settings.get(LIMIT)
    away: dict[str, Absence] = {}
    for absence in absences(tx, people=[row.id for row in members]):
        away.setdefault(absence.person, absence)
    late = _late(tx.now)
    return [
        Load(
            row,
            *counted.get(row.id, (0, 1)),
            None if limit is None else int(limit),
            task_rows.count(tx, [Holder(person=row.id)], late, at_most=_ALL),
            away.get(row.id),
            tuple(sorted(set(known.get(row.id, ())))),
        )
        for row in members
    ]


def _holders(tx: Tx, team: str, members: Sequence[str]) -> list[Holder]:
    return [*(Holder(person=id) for id in members), *task_rows.offered_to_group(tx, team)]


def _late(now: dt.datetime) -> Only:
    return Only(due_before=now)


def _known(tx: Tx, case: case_files.CaseRow) -> dict[str, list[str]]:
    """Person -> cases of the family that the person has, or had before a change of caseworker."""
    family = case.facts.get("familie_id")
    codes = {case.code}
    found: dict[str, list[str]] = {}
    for row in case_files.cases(tx, limit=_ALL) if family else [case]:
        if row.code == case.code or row.facts.get("familie_id") == family:
            codes.add(row.code)
            if row.caseworker is not None:
                found.setdefault(row.caseworker, []).append(row.code)
    for code in codes:
        for change in records.records(tx, entity=_CHANGE, case=code):
            if previous := change.open.get("fra"):
                found.setdefault(str(previous), []).append(code)
    return found
