"""Caseload moves: a caseworker's whole caseload to others, or to a deputy while the caseworker is away.

Being away is the person's own (`absences`), with or without cases; a deputy is a case's.

Nothing here is a flow of its own. Each case goes its drawn way (`skift_raadgiver`, `raadgiver_fravaer`) with
its form, its gates and its permissions, in one transaction of its own: all of it happens in the case, or
nothing, and what did not happen is told with its reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_lead
from flowcase.cases.civil_time import local_date
from flowcase.errors import FlowcaseError, Forbidden, InvalidValues, NotFound
from flowcase.modeling import Form
from flowcase.services.case_files.startable_flows import StartableFlows
from flowcase.services.forms import form_values
from flowcase.services.requests import Publish
from flowcase.services.rule_sets import RuleSets
from flowcase.services.running.advancing import Advancing
from flowcase.services.running.correlating import NO_TIME
from flowcase.services.staffing import deputies
from flowcase.services.staffing.absences import FIRST, LAST, Absences, absences
from flowcase.services.staffing.deputies import ABSENCE as ABSENCE_RECORD
from flowcase.services.staffing.deputies import UNDER_WAY
from flowcase.services.staffing.teams import people_led
from flowcase.services.tasks import undrawn_changes
from flowcase.services.tasks.user_tasks import UserTasks
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files, records
from flowcase.store.queries import deadlines as deadline_rows
from flowcase.store.queries import user_tasks as task_rows
from flowcase.store.queries.deadlines import RUNNING, DeadlineRow
from flowcase.store.queries.people import PersonRow
from flowcase.store.queries.user_tasks import UserTaskRow

CHANGE, CHANGE_TASK, CHANGE_FORM = "skift_raadgiver", "skift", "F-C4"
ABSENCE, ABSENCE_TASK, ABSENCE_FORM = "raadgiver_fravaer", "meld", "F-C5"
BACK_TASK = "tilbage_foer_tid"
CALLED_OFF, CHANGED = "fravaer_aflyst", "fravaer_aendret"  # messages, by the id of the case's absence
NEW_LAST = "ny_til"  # variable of the second

_ALL = 1_000_000
IsMeant = Callable[[dt.date, dt.date], bool]  # of an absence's first and last day


@dataclass(frozen=True)
class Held:
    """One case of a caseload, with what goes along with it."""

    code: str
    status: str | None
    tasks: tuple[UserTaskRow, ...]  # open, and the caseworker's
    deadlines: tuple[DeadlineRow, ...]  # running, the first due first
    deputy: str | None
    is_changing: bool  # a change of caseworker is open already, and will be used


@dataclass
class Moved:
    """What happened to each case."""

    done: list[str] = field(default_factory=list)
    not_done: dict[str, FlowcaseError] = field(default_factory=dict)  # case -> why


class CaseloadMoves:
    """Looking is one transaction; moving is one for each case."""

    def __init__(
        self,
        transactions: Transactions,
        rule_sets: RuleSets,
        flows: StartableFlows,
        user_tasks: UserTasks,
        form_of: Callable[[Tx, str], Form | None],
        absences: Absences,
        advancing: Advancing,
    ) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets
        self._flows, self._user_tasks, self._form_of = flows, user_tasks, form_of
        self._absences, self._advancing = absences, advancing

    def person(self, id: str, *, actor: Actor) -> PersonRow:
        """Somebody whom the actor leads. NotFound for who is in no team, Forbidden for others."""
        return self._transactions.read(lambda tx: self._led(tx, id, actor))

    def form(self, id: str) -> Form:
        """The form that each case's user task will take its values by. Raises NotFound."""
        found = self._transactions.read(lambda tx: self._form_of(tx, id))
        if found is None:
            raise NotFound("form", id)
        return found

    def caseload(self, person: str, *, actor: Actor) -> list[Held]:
        """The open cases of the actor, or of somebody whom the actor leads, by code. Raises Forbidden."""

        def work(tx: Tx) -> list[Held]:
            if person != actor.id:
                self._led(tx, person, actor)
            rows = case_files.cases(tx, caseworker=person, is_open=True, limit=_ALL)
            return [_held(tx, row, person) for row in sorted(rows, key=lambda row: row.code)]

        return self._transactions.read(work)

    def hand_over(
        self,
        person: str,
        to: Mapping[str, str],
        values: Mapping[str, Any],
        *,
        more: Mapping[str, str] | None = None,
        actor: Actor,
    ) -> Moved:
        """Give cases (code -> new caseworker) of somebody whom the actor leads to others.

        `values` are those of form F-C4 without `ny`; `more` adds to a case's own hand-over. Raises Forbidden.
        """
        self.person(person, actor=actor)

        def given(code: str) -> dict[str, Any]:
            words = [str(values.get("overlevering") or "").strip(), ((more or {}).get(code) or "").strip()]
            return {**values, "ny": to[code], "overlevering": "\n\n".join(each for each in words if each)}

        return self._each(person, to, CHANGE, CHANGE_TASK, given, actor)

    def report_absence(
        self, person: str, cases: Sequence[str], values: Mapping[str, Any], *, actor: Actor
    ) -> Moved:
        """The actor, or somebody whom the actor leads, will be away, and these cases have a deputy meanwhile.

        `values` are F-C5's; without cases its days are all that is asked for. Sent again, it changes nothing.
        Raises InvalidValues for the days.
        """
        if person != actor.id:
            self.person(person, actor=actor)

        def moved(is_done: Callable[[Tx, str], bool] = lambda tx, code: False) -> Moved:
            return self._each(
                person, cases, ABSENCE, ABSENCE_TASK, lambda code: dict(values), actor, is_done=is_done
            )

        try:
            days = self._days(values, FIRST, LAST)
            first, last = days[FIRST], days[LAST]
        except InvalidValues:
            if not cases:
                raise
            return moved()  # every wrong field is told at once
        self._absences.check_days(first, last)
        said = form_values.readable(self.form(ABSENCE_FORM), values)
        done = moved(lambda tx, code: deputies.is_announced(tx, code, said))
        if not any(isinstance(error, InvalidValues) for error in done.not_done.values()):
            self._absences.report(person, first, last, actor=actor)
        return done

    def end_absence(self, person: str, *, actor: Actor) -> Moved:
        """The person is back early: from now on no deputy stands in in any case.

        Nor will one in a case whose first day has come, but whose timer has not fired yet. Raises NotFound
        where there is nothing to end.
        """
        if person != actor.id:
            self.person(person, actor=actor)
        has_ended = self._absences.end(person, actor=actor)
        cases = self._transactions.read(lambda tx: _begun(tx, person))
        if not has_ended and not cases:
            raise NotFound("absence", person)

        def work(tx: Tx, code: str) -> None:
            task, today = _open_task(tx, code, ABSENCE, BACK_TASK), local_date(tx.now)
            if task is not None:
                self._user_tasks.complete_within(tx, task.id, {}, actor=actor)
            is_due = self._call_off(tx, code, lambda begins, ends: begins <= today)
            if task is None and not is_due:
                raise NotFound("absence that has begun in case", code)

        return self._run(person, cases, work, actor)

    def call_off_absence(self, person: str, first: dt.date, last: dt.date, *, actor: Actor) -> Moved:
        """What was announced within these days will not be: nobody stands in, and each case stays as it is.

        What has begun goes on. Raises NotFound where nothing of it waits for its first day.
        """
        if person != actor.id:
            self.person(person, actor=actor)
        cases = self._transactions.read(lambda tx: _announced(tx, person, first, last))
        has_ended = self._absences.call_off(person, first, last, actor=actor)
        if not has_ended and not cases:
            raise NotFound("announced absence", person)

        def work(tx: Tx, code: str) -> None:
            self._call_off(tx, code, lambda begins, ends: first <= begins and ends <= last)

        return self._run(person, cases, work, actor)

    def change_last_day(
        self, person: str, last_before: dt.date, values: Mapping[str, Any], *, actor: Actor
    ) -> Moved:
        """What is under way or announced until one day lasts until another: a person's absence, and deputies.

        `values` has F-C5's last day. Where the person is away no longer than that, nobody stands in longer
        either, and not at all where the deputy was to begin later. Raises InvalidValues (`til`) for a day
        that is past or before the first one, and NotFound where nothing lasts until `last_before`.
        """
        if person != actor.id:
            self.person(person, actor=actor)
        last = self._days(values, LAST)[LAST]

        known = self._transactions.read(lambda tx: _with_deputy(tx, person))
        before = self._absences.change_last_day(person, last_before, last, actor=actor)

        def is_meant(begins: dt.date, ends: dt.date) -> bool:
            is_longer = before is not None and before[0] <= begins <= before[1] and ends > last
            return ends == last_before or is_longer

        cases = self._transactions.read(lambda tx: [code for code in known if _kept(tx, code, is_meant)])
        if before is None and not cases:
            raise NotFound("absence", person)

        def work(tx: Tx, code: str) -> None:
            self._call_off(tx, code, lambda begins, ends: begins > last and is_meant(begins, ends))
            for id in _kept(tx, code, is_meant):
                self._change(tx, code, id, last)

        return self._run(person, cases, work, actor)

    # --- inside ------------------------------------------------------------------------------------

    def _call_off(self, tx: Tx, code: str, is_meant: IsMeant) -> bool:
        """Call off what waits in the case for its first day; whether there was any.

        Raises NotFound where the flow is suspended.
        """
        waiting = _waiting(tx, code, is_meant)
        for id in waiting:
            asked = Publish(name=CALLED_OFF, key=id, time_to_live=NO_TIME, case=code)
            self._advancing.request(tx, asked)
        for id in _waiting(tx, code, is_meant):  # by a version of the process from before this way out
            undrawn_changes.call_off(self._advancing, tx, process=ABSENCE, case=code, absence=id)
        if _waiting(tx, code, is_meant):
            raise NotFound("absence that can be called off in case", code)
        return bool(waiting)

    def _change(self, tx: Tx, code: str, absence: str, last: dt.date) -> None:
        """Let a deputy of the case stay until another day. Raises NotFound where the flow is suspended."""
        said = {NEW_LAST: last}
        asked = Publish(name=CHANGED, key=absence, variables=said, time_to_live=NO_TIME, case=code)
        self._advancing.request(tx, asked)
        if absence not in _kept(tx, code, lambda begins, ends: ends == last):
            # By a version of the process that draws no such way, or not before the first day.
            undrawn_changes.change_last_day(
                self._advancing, tx, process=ABSENCE, case=code, absence=absence, last=last
            )
        if absence not in _kept(tx, code, lambda begins, ends: ends == last):
            raise NotFound("absence whose last day can be changed in case", code)

    def _days(self, values: Mapping[str, Any], *names: str) -> Mapping[str, dt.date]:
        """The days of form F-C5 with these names. Raises InvalidValues."""
        asked = days_of(self.form(ABSENCE_FORM), names)
        given = {name: values.get(name) for name in names}
        now = self._transactions.read(lambda tx: tx.now)
        return form_values.validate(asked, given, facts={}, now=now).values

    def _each(
        self,
        person: str,
        cases: Sequence[str] | Mapping[str, str],
        process: str,
        element: str,
        given: Callable[[str], Mapping[str, Any]],
        actor: Actor,
        is_done: Callable[[Tx, str], bool] = lambda tx, code: False,
    ) -> Moved:
        def work(tx: Tx, code: str) -> None:
            if is_done(tx, code):
                return
            task = _open_task(tx, code, process, element)
            if task is None:
                self._flows.start_within(tx, process, case=code, actor=actor)
                task = _open_task(tx, code, process, element)
            if task is None:
                raise NotFound("user task", f"{process}/{element}")
            self._user_tasks.complete_within(tx, task.id, given(code), actor=actor)

        return self._run(person, list(cases), work, actor)

    def _run(self, person: str, cases: Sequence[str], work: Callable[[Tx, str], None], actor: Actor) -> Moved:
        moved = Moved()
        for code in dict.fromkeys(cases):

            def one(tx: Tx, code: str = code) -> None:
                found = case_files.case(tx, code)
                if found is not None:
                    tx.stream(found.stream)  # pressed twice, the second time sees what the first has done
                row = case_files.case(tx, code)
                if row is None or row.caseworker != person:
                    raise NotFound(f"case of '{person}'", code)
                work(tx, code)

            try:
                self._transactions.run(actor, one)
                moved.done.append(code)
            except FlowcaseError as error:
                moved.not_done[code] = error
                if isinstance(error, InvalidValues):
                    # The same values meet the same form in every case.
                    moved.not_done |= {each: error for each in cases if each not in moved.done}
                    break
        return moved

    def _led(self, tx: Tx, id: str, actor: Actor) -> PersonRow:
        for row in people_led(tx, self._rule_sets, actor):
            if row.id == id:
                return row
        if may_lead(actor, leaders=()):
            raise NotFound("person with a team", id)
        raise Forbidden(f"see the caseload of '{id}'", "it is no one of their teams")


def days_of(form: Form, names: Sequence[str] = (FIRST, LAST)) -> Form:
    """What form F-C5 asks for of who is away, whatever their cases."""
    return replace(form, fields=tuple(each for each in form.fields if each.key in names), content_hash="")


def _begun(tx: Tx, person: str) -> list[str]:
    """The cases in which somebody stands in for the person now, or would since their first day has come."""
    today = local_date(tx.now)
    found = absences(tx, people={person})
    return sorted({case for each in found if each.first <= today for case in each.cases})


def _with_deputy(tx: Tx, person: str) -> list[str]:
    """The cases in which somebody stands in for the person, or will."""
    return sorted({case for each in absences(tx, people={person}) for case in each.cases})


def _announced(tx: Tx, person: str, first: dt.date, last: dt.date) -> list[str]:
    """The cases in which somebody will stand in for the person within these days, and does not yet."""
    found = absences(tx, people={person})
    within = [each for each in found if first <= each.first and each.last <= last]
    return sorted({case for each in within if not each.is_under_way for case in each.cases})


def _waiting(tx: Tx, case: str, is_meant: IsMeant) -> list[str]:
    """The ids of the case's absences of these days that wait for their first one."""
    return _absences_in(tx, case, None, is_meant)


def _kept(tx: Tx, case: str, is_meant: IsMeant) -> list[str]:
    """The ids of the case's absences of these days, announced or under way."""
    return [*_waiting(tx, case, is_meant), *_absences_in(tx, case, UNDER_WAY, is_meant)]


def _absences_in(tx: Tx, case: str, status: str | None, is_meant: IsMeant) -> list[str]:
    """The ids of the case's absences of these days, in this state."""
    found = records.records(tx, entity=ABSENCE_RECORD, case=case, k0={"status": status})
    days = {row.id: (row.open.get(FIRST), row.open.get(LAST)) for row in found}
    return [
        id
        for id, (begins, ends) in days.items()
        if isinstance(begins, dt.date) and isinstance(ends, dt.date) and is_meant(begins, ends)
    ]


def _held(tx: Tx, row: case_files.CaseRow, person: str) -> Held:
    tasks = task_rows.user_tasks(tx, case=row.code)
    return Held(
        row.code,
        row.status,
        tuple(task for task in tasks if person in (task.assignee, task.owner)),
        tuple(deadline_rows.deadlines(tx, case=row.code, statuses=RUNNING, only_current=True)),
        row.deputy,
        any((task.process, task.element) == (CHANGE, CHANGE_TASK) for task in tasks),
    )


def _open_task(tx: Tx, case: str, process: str, element: str) -> UserTaskRow | None:
    for row in task_rows.user_tasks(tx, case=case):
        if (row.process, row.element) == (process, element):
            return row
    return None
