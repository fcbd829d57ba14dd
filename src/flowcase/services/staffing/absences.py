"""Absences: who is away from when to when, and who stands in meanwhile.

An absence belongs to the person, who need not have a case. Who stands in belongs to a case, as the flow
`raadgiver_fravaer` keeps it; cases with the same deputy and the same days are shown as one. Cases whose flow
began before persons had absences of their own tell of one too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.events import AbsencesForgotten
from flowcase.cases.civil_time import local_date
from flowcase.errors import Forbidden, InvalidValues
from flowcase.services.casework import absence_work
from flowcase.services.forms.form_sentences import ABSENCE_ENDS_FIRST, ABSENCE_IS_PAST
from flowcase.services.rule_sets import RuleSets
from flowcase.services.staffing.deputies import ABSENCE, UNDER_WAY
from flowcase.services.staffing.teams import people_led
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import absences as rows_of
from flowcase.store.queries import case_files, records, user_tasks
from flowcase.store.queries.people import person as person_row

FIRST, LAST = "fra", "til"  # fields of form F-C5, and what an error is about
KEPT_DAYS = "fravaer_opbevaring_dage"  # setting: how long an absence is kept behind its last day
_FORGOTTEN_AT_ONCE = 500


@dataclass(frozen=True)
class Absence:
    """Somebody is away, or will be; where there is a deputy, they do their user tasks of these cases."""

    person: str
    deputy: str | None
    first: dt.date
    last: dt.date
    is_under_way: bool
    cases: tuple[str, ...]
    id: str | None = None  # of the person's own; None where only cases tell of it
    reported_by: str | None = None

    @property
    def place(self) -> tuple[dt.date, str, str, dt.date, bool]:
        """Where it stands in a list."""
        return (self.first, self.person, self.deputy or "", self.last, self.is_under_way)


@dataclass(frozen=True)
class EndedDeputyship:
    """Somebody stood in for this person in a case, up to and with this day."""

    person: str
    last: dt.date


class Absences:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets

    def shown_to(self, actor: Actor) -> list[Absence]:
        """Those of the people whom the actor leads, and those in which the actor is away or stands in."""

        def work(tx: Tx) -> list[Absence]:
            led = {row.id for row in people_led(tx, self._rule_sets, actor)}
            return absences(tx, people={*led, actor.id}, also_as_deputy=actor.id)

        return self._transactions.read(work)

    def of(self, actor: Actor) -> list[Absence]:
        """Those in which the actor is away or stands in."""
        return self._transactions.read(lambda tx: absences(tx, people={actor.id}, also_as_deputy=actor.id))

    def stood_in_for(self, person: str, case: str, *, actor: Actor) -> Absence | None:
        """The absence under way for which the actor is the person's deputy in the case."""
        return next(
            (
                each
                for each in self.of(actor)
                if each.is_under_way
                and (each.person, each.deputy) == (person, actor.id)
                and case in each.cases
            ),
            None,
        )

    def stood_in_before(
        self, *, case: str | None = None, user_task: str | None = None, actor: Actor
    ) -> EndedDeputyship | None:
        """The actor's own last deputyship in a case, or in that of a user task, that has ended.

        None where the actor never was the deputy, or is now.
        """

        def work(tx: Tx) -> EndedDeputyship | None:
            row = user_tasks.user_task(tx, user_task) if user_task else None
            code = row.case_code if row else case
            return _ended(tx, code, actor) if code else None

        return self._transactions.read(work)

    def away(self, people: Iterable[str]) -> dict[str, Absence]:
        """By person, of these who are away today."""
        return self._transactions.read(lambda tx: away(tx, people))

    def report(self, person: str, first: dt.date, last: dt.date, *, actor: Actor) -> None:
        """The actor, or somebody whom the actor leads, is away on these days, both included.

        Raises Forbidden for anybody else, and InvalidValues (`til`) for days that are past or in the wrong
        order.
        """

        def work(tx: Tx) -> None:
            self._check(tx, person, actor)
            _check_days(tx, first, last)
            absence_work.report(tx, person, first, last)

        self._transactions.run(actor, work)

    def check_days(self, first: dt.date, last: dt.date) -> None:
        """Raises as `report` does for days that are past or in the wrong order."""
        self._transactions.read(lambda tx: _check_days(tx, first, last))

    def end(self, person: str, *, actor: Actor) -> bool:
        """The person is back: what is under way ends.

        Whether there was any. Raises Forbidden for who neither is the person nor leads them.
        """

        def work(tx: Tx) -> bool:
            self._check(tx, person, actor)
            return absence_work.end(tx, person)

        return self._transactions.run(actor, work)

    def change_last_day(
        self, person: str, last_before: dt.date, last: dt.date, *, actor: Actor
    ) -> tuple[dt.date, dt.date] | None:
        """What is under way or announced until one day is to last until another, today at the earliest.

        The days that it had, None where there was none. Raises Forbidden as `end` does, and InvalidValues
        (`til`) for a day that is past or before the first one.
        """

        def work(tx: Tx) -> tuple[dt.date, dt.date] | None:
            self._check(tx, person, actor)
            known = [each.first for each in absences(tx, people={person}) if each.last == last_before]
            first = min(known, default=last)
            _check_days(tx, first if first > local_date(tx.now) else last, last)
            before = absence_work.change_last_day(tx, person, last_before, last)
            return None if before is None else (before.first, before.last)

        return self._transactions.run(actor, work)

    def call_off(self, person: str, first: dt.date, last: dt.date, *, actor: Actor) -> bool:
        """What was announced within these days, both included, will not be.

        Whether there was any. Raises Forbidden as `end` does.
        """

        def work(tx: Tx) -> bool:
            self._check(tx, person, actor)
            return absence_work.call_off(tx, person, first, last)

        return self._transactions.run(actor, work)

    def forget_old(self) -> int:
        """Take away some that were over long ago, as the rule set says; how many.

        Without a number they are kept for ever.
        """
        if not self._transactions.read(self._over):
            return 0

        def work(tx: Tx) -> int:
            tx.exclusive("absences that are over")  # another worker may be at it
            found = self._over(tx)
            if found:
                tx.append(INSTALLATION, AbsencesForgotten(absences=tuple(found)))
            return len(found)

        return self._transactions.run(SYSTEM, work)

    def _over(self, tx: Tx) -> list[str]:
        days = self._rule_sets.settings(tx).get(KEPT_DAYS)
        if not isinstance(days, (int, Decimal)) or isinstance(days, bool) or days < 0:
            return []
        oldest = local_date(tx.now) - dt.timedelta(days=int(days))
        return rows_of.over(tx, oldest, _FORGOTTEN_AT_ONCE)

    def _check(self, tx: Tx, person: str, actor: Actor) -> None:
        if person != actor.id and person not in {row.id for row in people_led(tx, self._rule_sets, actor)}:
            raise Forbidden(f"say when '{person}' is away", "it is no one of their teams")
        row = person_row(tx, person)
        if row is not None and row.kind != "person":
            raise Forbidden(f"say when '{person}' is away", "only people are")


def _check_days(tx: Tx, first: dt.date, last: dt.date) -> None:
    if last < first:
        raise InvalidValues("absence", {LAST: [ABSENCE_ENDS_FIRST]})
    if last < local_date(tx.now):
        raise InvalidValues("absence", {LAST: [ABSENCE_IS_PAST]})


def away(tx: Tx, people: Iterable[str]) -> dict[str, Absence]:
    """By person, of these who are away today: of several absences the one that lasts longest."""
    today = local_date(tx.now)
    present = [each for each in absences(tx, people=people) if each.first <= today]
    return {
        each.person: each for each in sorted(present, key=lambda each: (each.last, each.deputy is not None))
    }


def absences(tx: Tx, *, people: Iterable[str], also_as_deputy: str | None = None) -> list[Absence]:
    """Absences that are announced or under way, the first day first."""
    wanted, today = set(people), local_date(tx.now)
    own = [row for row in rows_of.of_people(tx, today) if row.person in wanted]
    of_days = {(row.person, row.first, row.last): row for row in own}
    found = []
    for (person, deputy, first, last, is_under_way), cases in _of_cases(tx, wanted, also_as_deputy).items():
        row = of_days.get((person, first, last))
        id, by = (row.id, row.reported_by) if row else (None, None)
        codes = tuple(sorted(set(cases)))
        found.append(Absence(person, deputy, first, last, is_under_way, codes, id, by))
    told = {each.id for each in found}
    found += [
        Absence(row.person, None, row.first, row.last, row.first <= today, (), row.id, row.reported_by)
        for row in own
        if row.id not in told
    ]
    return sorted(found, key=lambda each: each.place)


def _ended(tx: Tx, code: str, actor: Actor) -> EndedDeputyship | None:
    case = case_files.case(tx, code)
    if case is None or case.deputy == actor.id:
        return None
    found = []
    for row in records.records(tx, entity=ABSENCE, case=code, k0={"stedfortraeder": actor.id}):
        person, last, ended = (row.open.get(name) for name in ("sagsbehandler", "til", "sluttet"))
        if person and isinstance(last, dt.date) and isinstance(ended, dt.date):  # it had begun, and is over
            found.append(EndedDeputyship(str(person), min(last, ended)))
    return max(found, key=lambda each: each.last, default=None)


def _of_cases(
    tx: Tx, wanted: set[str], also_as_deputy: str | None
) -> dict[tuple[str, str, dt.date, dt.date, bool], list[str]]:
    """(who is away, deputy, first and last day, whether it has begun) -> cases."""
    today = local_date(tx.now)
    present = []
    for row in rows_of.not_ended(tx, entity=ABSENCE, under_way=UNDER_WAY):
        first, last, deputy = (row.open.get(name) for name in ("fra", "til", "stedfortraeder"))
        owner = row.open.get("sagsbehandler")  # known once it has begun
        if first is None or last is None or last < today or not deputy:
            continue
        if owner is None or owner in wanted or deputy == also_as_deputy:
            present.append((row, first, last, deputy, owner))
    codes = sorted({row.case_code for row, *_ in present})
    cases = {case.code: case for case in case_files.of_codes(tx, codes)}
    found: dict[tuple[str, str, dt.date, dt.date, bool], list[str]] = {}
    for row, first, last, deputy, owner in present:
        case = cases.get(row.case_code)
        if case is None or case.closed_at is not None:
            continue
        person = str(owner or case.caseworker or "")
        if not (person in wanted or deputy == also_as_deputy):
            continue
        key = (person, str(deputy), first, last, row.open.get("status") == UNDER_WAY)
        found.setdefault(key, []).append(case.code)
    return found
