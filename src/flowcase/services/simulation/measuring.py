"""What one run is asked: times to milestones, deadlines kept, queues, loads, steps of the ladder, places."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from flowcase import model
from flowcase.access.actor import Actor
from flowcase.cases import events as case_events
from flowcase.services.simulation.staff import Person, Staff
from flowcase.store import LockedInstance
from flowcase.store.queries.user_tasks import UserTaskRow

if TYPE_CHECKING:
    from flowcase.services.simulation.files import FileDefinitions
    from flowcase.services.simulation.office import Office
    from flowcase.services.simulation.reading import Parameters

_DAY = 86_400.0
_SAMPLE_EVERY = dt.timedelta(days=7)


@dataclass
class Measured:
    """The figures of one run; `values` are what is compared: key -> number."""

    values: dict[str, float] = field(default_factory=dict)
    places: dict[str, dict[str, float]] = field(default_factory=dict)  # "process.element" -> days, count ...
    deadlines: list[tuple[str, str, str, str]] = field(default_factory=list)  # (case, rule, due, status)
    case_years: float = 0.0
    notifications: int = 0
    commands: int = 0
    incidents: dict[str, int] = field(default_factory=dict)
    given_up: dict[str, int] = field(default_factory=dict)


class Measures:
    """Hears every event of a run."""

    def __init__(self, parameters: Parameters, definitions: FileDefinitions) -> None:
        self._parameters = parameters
        self._from, self._until = parameters.counts_from, parameters.ends
        self._targets: dict[str, list[str]] = {}
        for name, milestone in parameters.milestones.items():
            self._targets.setdefault(milestone.reached, []).append(name)
            if milestone.begins:
                self._targets.setdefault(milestone.begins, []).append(f"<{name}")
        self._begun: dict[tuple[str, str | None], dt.datetime] = {}
        self._times: dict[str, list[float]] = {}
        self._opened: dict[str, dt.datetime] = {}
        self._closed: dict[str, dt.datetime] = {}
        self._caseworker: dict[str, str] = {}
        self._caseworker_of_closed: dict[str, str] = {}
        self.loads: dict[str, int] = {}
        self._open: dict[str, None] = {}
        self._late: Counter[str] = Counter()
        self._in_time: Counter[str] = Counter()
        self._days_late: dict[str, list[float]] = {}
        self._rules: dict[str, str] = {}
        self._created_at: dict[str, dt.datetime] = {}
        self._ready_at: dict[str, dt.datetime] = {}
        self._group_of: dict[str, str] = {}
        self._waits: dict[str, list[tuple[dt.datetime, dt.datetime]]] = {}  # by group: ready, left
        self._places: dict[str, list[float]] = {}
        self._steps: Counter[str] = Counter()
        self._samples: list[dict[str, int]] = []
        self._next_sample = self._from
        self._notifications = 0
        self.commands = 0
        self._actors: dict[str, Actor] = {}

    @property
    def open_codes(self) -> list[str]:
        return list(self._open)

    def actor(self, person: Person) -> Actor:
        if person.id not in self._actors:
            self._actors[person.id] = Actor(id=person.id, groups=person.groups)
        return self._actors[person.id]

    # --- hearing -----------------------------------------------------------------------------------

    def hear(self, now: dt.datetime, instance: LockedInstance | None, event: model.Event) -> None:
        _LISTENERS[type(event)](self, now, instance, event)

    def _entered(self, now: dt.datetime, instance: LockedInstance, event: model.ElementEntered) -> None:
        self.commands += 1
        for name in self._targets.get(f"{instance.process}.{event.element}", ()):
            key = (name.removeprefix("<"), instance.case_code)
            if name.startswith("<"):
                self._begun.setdefault(key, now)
                continue
            begun = self._begun.pop(key, None)
            if begun is None and not self._parameters.milestones[name].begins:
                begun = self._opened.get(instance.case_code or "")
                if begun is not None and (name, instance.case_code) in self._begun:
                    continue
            if begun is not None and now >= self._from:
                self._times.setdefault(name, []).append((now - begun).total_seconds() / _DAY)

    def _case_opened(self, now: dt.datetime, instance: Any, event: case_events.CaseOpened) -> None:
        self._sample(now)
        self._opened[event.case] = now
        self._open[event.case] = None
        self._follow(event.case, event.facts.get("sagsbehandler"))

    def _fact_set(self, now: dt.datetime, instance: Any, event: case_events.CaseFactSet) -> None:
        if event.name == "sagsbehandler":
            self._sample(now)
            self._follow(event.case, event.value)

    def _case_closed(self, now: dt.datetime, instance: Any, event: case_events.CaseClosed) -> None:
        self._sample(now)
        self._closed[event.case] = now
        self._open.pop(event.case, None)
        if event.case in self._caseworker:
            self._caseworker_of_closed[event.case] = self._caseworker[event.case]
        self._follow(event.case, None)

    def _case_reopened(self, now: dt.datetime, instance: Any, event: case_events.CaseReopened) -> None:
        self._sample(now)
        self._closed.pop(event.case, None)
        self._open[event.case] = None
        self._follow(event.case, self._caseworker_of_closed.pop(event.case, None))

    def _follow(self, case: str, person: Any) -> None:
        before = self._caseworker.pop(case, None)
        if before is not None:
            self.loads[before] -= 1
        if isinstance(person, str) and person:
            self._caseworker[case] = person
            self.loads[person] = self.loads.get(person, 0) + 1

    def _deadline_opened(self, now: dt.datetime, instance: Any, event: case_events.DeadlineOpened) -> None:
        self._rules[event.deadline] = event.rule

    def _deadline_met(self, now: dt.datetime, instance: Any, event: case_events.DeadlineMet) -> None:
        if now < self._from:
            return
        rule = self._rules[event.deadline]
        if event.seconds_late > 0:
            self._late[rule] += 1
            self._days_late.setdefault(rule, []).append(event.seconds_late / _DAY)
        else:
            self._in_time[rule] += 1

    def _record_created(self, now: dt.datetime, instance: Any, event: case_events.RecordCreated) -> None:
        if event.entity == "Underretning" and now >= self._from:
            self._notifications += 1

    def _record_updated(self, now: dt.datetime, instance: Any, event: case_events.RecordUpdated) -> None:
        if event.entity == "Foranstaltning" and event.open.get("trin") is not None and now >= self._from:
            self._steps[str(event.open["trin"])] += 1

    def _task_created(self, now: dt.datetime, instance: LockedInstance, event: model.UserTaskCreated) -> None:
        id = f"{instance.id}.{event.element_instance}"
        self._created_at[id] = now

    def _task_ended(self, now: dt.datetime, instance: LockedInstance, event: Any) -> None:
        id = f"{instance.id}.{event.element_instance}"
        created = self._created_at.pop(id, None)
        self._leave_queue(id, now)
        if created is not None and now >= self._from:
            place = f"{instance.process}.{event.element}"
            self._places.setdefault(place, []).append((now - created).total_seconds() / _DAY)

    # --- queues and work ---------------------------------------------------------------------------

    def ready(self, row: UserTaskRow, now: dt.datetime) -> None:
        """Somebody could begin it from now on."""
        if row.id in self._ready_at:
            return
        groups = [group for group in row.candidate_groups if group in self._parameters.staff]
        group = groups[0] if groups else row.candidate_groups[0] if row.candidate_groups else "-"
        self._ready_at[row.id], self._group_of[row.id] = now, group

    def taken(self, row: UserTaskRow, person: Person, begun: dt.datetime, work: dt.timedelta) -> None:
        """Somebody begins it at an instant."""
        if self._from <= begun < self._until:
            person.busy += work
        self._leave_queue(row.id, begun)

    def _leave_queue(self, id: str, at: dt.datetime) -> None:
        """`at` may be still to come: who takes it on a Sunday begins on Monday, and until then it waits."""
        ready, group = self._ready_at.pop(id, None), self._group_of.pop(id, "")
        if ready is not None:
            self._waits.setdefault(group, []).append((ready, max(ready, at)))

    def _sample(self, now: dt.datetime) -> None:
        while self._next_sample <= now and self._next_sample < self._until:
            self._samples.append({person: load for person, load in self.loads.items() if load})
            self._next_sample += _SAMPLE_EVERY

    # --- the end -----------------------------------------------------------------------------------

    def done(
        self,
        office: Office,
        staff: Staff,
        is_working_day: Callable[[dt.date], bool],
        given_up: Mapping[tuple[str, str, str], int],
    ) -> Measured:
        """Everything that was counted, as numbers by name."""
        self._sample(self._until)
        found = Measured(notifications=self._notifications, commands=self.commands)
        values = found.values
        for name in self._parameters.milestones:
            times = self._times.get(name, [])
            if times:
                values[f"milestone|{name}|median"] = median(times)
                values[f"milestone|{name}|mean"] = sum(times) / len(times)
                values[f"milestone|{name}|p90"] = sorted(times)[min(len(times) - 1, int(0.9 * len(times)))]
            values[f"milestone|{name}|count"] = len(times)
        overdue: Counter[str] = Counter()
        for row in office.shelves.deadlines.values():
            if row.status in ("open", "breached") and self._from <= row.due_at < self._until:
                overdue[row.rule] += 1
        for rule in sorted({*self._in_time, *self._late, *overdue}):
            due = self._in_time[rule] + self._late[rule] + overdue[rule]
            values[f"deadline|{rule}|share"] = self._in_time[rule] / due
            values[f"deadline|{rule}|count"] = due
            late = self._days_late.get(rule)
            if late:
                values[f"deadline|{rule}|days_late"] = sum(late) / len(late)
        self._add_queues(values)
        self._add_work(values, staff, is_working_day)
        self._add_loads(values, office, staff)
        steps = sum(self._steps.values())
        for step in sorted(self._steps):
            values[f"ladder|{step}|share"] = self._steps[step] / steps
            values[f"ladder|{step}|count"] = self._steps[step]
        found.places = {
            place: {"days": sum(days), "count": len(days), "mean": sum(days) / len(days)}
            for place, days in sorted(self._places.items())
        }
        found.case_years = self._case_years()
        values["cases|years"] = found.case_years
        values["cases|opened"] = sum(self._from <= at < self._until for at in self._opened.values())
        values["cases|closed"] = sum(self._from <= at < self._until for at in self._closed.values())
        values["cases|open"] = len(self._open)
        found.deadlines = sorted(
            (row.case_code or row.subject or "", row.rule, row.due_local, row.status)
            for row in office.shelves.deadlines.values()
        )
        found.incidents = {
            f"{process}.{element}: {message}": times
            for (process, element, message), times in sorted(office.incidents.items())
        }
        found.given_up = {
            f"{process}.{element}: {reason}": times
            for (process, element, reason), times in sorted(given_up.items())
        }
        return found

    def _case_years(self) -> float:
        seconds = 0.0
        for case, opened in self._opened.items():
            closed = min(self._closed.get(case, self._until), self._until)
            seconds += max(0.0, (closed - max(opened, self._from)).total_seconds())
        return seconds / (365.25 * _DAY)

    def _add_queues(self, values: dict[str, float]) -> None:
        """Each queue: its mean over all instants, its longest, how long who left it waited, who is left."""
        still: dict[str, list[dt.datetime]] = {}
        for id, ready in self._ready_at.items():
            still.setdefault(self._group_of[id], []).append(ready)
        period = self._until - self._from
        for group in sorted({*self._waits, *still}):
            spells = [*self._waits.get(group, ()), *((ready, self._until) for ready in still.get(group, ()))]
            counted = [
                (max(ready, self._from), min(left, self._until))
                for ready, left in spells
                if left >= self._from and ready < self._until
            ]
            if not counted:
                continue
            waited = sum((left - ready for ready, left in counted), dt.timedelta())
            values[f"queue|{group}|mean"] = waited / period
            values[f"queue|{group}|longest"] = _most_at_once(counted)
            waits = [
                left - ready for ready, left in self._waits.get(group, ()) if self._from <= left < self._until
            ]
            if waits:
                values[f"queue|{group}|wait"] = sum(waits, dt.timedelta()) / len(waits) / dt.timedelta(days=1)
            values[f"queue|{group}|left"] = sum(left >= self._until for _, left in counted)

    def _add_work(
        self, values: dict[str, float], staff: Staff, is_working_day: Callable[[dt.date], bool]
    ) -> None:
        """How much of the time at work went to user tasks, by the group that people were employed for."""
        first, last = self._from.date(), self._until.date()
        days = [first + dt.timedelta(days=n) for n in range((last - first).days)]
        for group in self._parameters.staff:
            members = [person for person in staff.people.values() if person.id.rpartition("-")[0] == group]
            hours = sum(
                person.hours.length.total_seconds() * person.hours.share
                for person in members
                for day in days
                if person.is_at_work(day, is_working_day)
            )
            if hours:
                busy = sum(each.busy.total_seconds() for each in members) / hours
                values[f"work|{group}|share"] = busy + self._taken_by_cases(members)

    def _taken_by_cases(self, members: list[Person]) -> float:
        """The part of their time for cases that open cases took by themselves."""
        loads = [sample.get(each.id, 0) for sample in self._samples for each in members]
        if not loads or not any(loads):
            return 0.0
        hours = members[0].hours
        taken = hours.taken_by(sum(loads) / len(loads), len(members[0].days))
        return min(taken, hours.share) / hours.share

    def _add_loads(self, values: dict[str, float], office: Office, staff: Staff) -> None:
        limit = office.settings.get("sagstal_graense")
        workers = [
            person.id for group in self._parameters.caseworkers for person in staff.by_group.get(group, ())
        ]
        if not workers or not self._samples:
            return
        loads = [sample.get(worker, 0) for sample in self._samples for worker in workers]
        values["load|mean"] = sum(loads) / len(loads)
        values["load|highest"] = max(loads)
        if limit is not None:
            values["load|limit"] = float(str(limit))
            values["load|over"] = sum(load > float(str(limit)) for load in loads) / len(loads)


def _most_at_once(spells: Sequence[tuple[dt.datetime, dt.datetime]]) -> int:
    """How many waited at the same time, at most; who was taken at once did not wait."""
    steps = sorted(step for begun, ended in spells if ended > begun for step in ((begun, 1), (ended, -1)))
    return max(itertools.accumulate((change for _, change in steps)), default=0)


_LISTENERS: Mapping[type[model.Event], Callable[[Measures, dt.datetime, Any, Any], None]] = {
    model.ElementEntered: Measures._entered,
    model.UserTaskCreated: Measures._task_created,
    model.UserTaskCompleted: Measures._task_ended,
    model.UserTaskCancelled: Measures._task_ended,
    case_events.CaseOpened: Measures._case_opened,
    case_events.CaseFactSet: Measures._fact_set,
    case_events.CaseClosed: Measures._case_closed,
    case_events.CaseReopened: Measures._case_reopened,
    case_events.DeadlineOpened: Measures._deadline_opened,
    case_events.DeadlineMet: Measures._deadline_met,
    case_events.RecordCreated: Measures._record_created,
    case_events.RecordUpdated: Measures._record_updated,
}

LISTENED_FOR = frozenset(_LISTENERS)  # kinds of events; all others change no figure
