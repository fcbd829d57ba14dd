"""A whole installation in memory, on a virtual clock: the real engine, handlers, tables and deadlines.

It is wired like the real one (`bootstrap.assemble`), only that its transaction keeps rows on shelves and
its files lie in memory. What happens by itself (timers, messages, jobs) happens here; what people do comes
from outside.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from flowcase import engine, events, model
from flowcase.cases.calendar import Calendar
from flowcase.engine.timers import Occurrence, Series, duration_from, instant_from, parse_cycle
from flowcase.errors import FlowcaseError
from flowcase.feel import compile_expression
from flowcase.job_types import Job, Registration
from flowcase.modeling.definition import (
    Element,
    ElementKind,
    MessageEvent,
    ProcessDefinition,
    SignalEvent,
    TimerEvent,
    TimerKind,
)
from flowcase.services.behind import Behind
from flowcase.services.case_files.notifications import ENTITY, ID, MESSAGE
from flowcase.services.casework.case_facts import facts_of
from flowcase.services.casework.case_work import CaseWork
from flowcase.services.choosing import form_records
from flowcase.services.choosing.choices import choices_for
from flowcase.services.requests import Publish
from flowcase.services.running.advancing import Advancing
from flowcase.services.simulation.files import FileDefinitions, FileRuleSets, UnrecordedDecisions
from flowcase.store import LockedInstance, Tx
from flowcase.store.memory import MemoryTx, Shelves
from flowcase.store.queries.people import PersonRow
from flowcase.store.queries.resources import StartSubscriptionRow
from flowcase.store.queries.user_tasks import UserTaskRow
from flowcase.values import Value

ZONE = ZoneInfo("Europe/Copenhagen")
Told = Callable[[dt.datetime, "LockedInstance | None", model.Event], None]


_WATCHED = frozenset(
    {
        model.TimerScheduled,
        model.TimerRescheduled,
        model.TimerCancelled,
        model.TimerFired,
        model.TimerSkipped,
        events.JobCreated,
        model.IncidentRaised,
    }
)


@dataclass(frozen=True)
class _Start:
    """What a timer of a start event begins, and its series where it comes again."""

    process: str
    element: str
    occurrence: Occurrence
    series: Series | None = None


class Office:
    """One simulated installation."""

    def __init__(
        self,
        definitions: FileDefinitions,
        rule_sets: FileRuleSets,
        handlers: Mapping[str, Registration],
        *,
        begins: dt.datetime,
        told: Told,
        without: frozenset[str] = frozenset(),
    ) -> None:
        """`told` hears every event; `without` are processes that nothing starts."""
        self.definitions, self.rule_sets = definitions, rule_sets
        self._told = told
        self.shelves = Shelves()
        self.tx = MemoryTx(self.shelves, begins.astimezone(dt.UTC), self._hear)
        decisions = UnrecordedDecisions(rule_sets)
        self.decisions = decisions
        self.settings = rule_sets.composition(self.tx).settings
        self.calendar = Calendar.from_settings(self.settings)

        def open_case_work(tx: Tx, instance: LockedInstance, job: Job) -> CaseWork:
            return CaseWork(
                tx, rule_sets=rule_sets, decisions=decisions, instance=instance, element=job.element
            )

        self.advancing = Advancing(
            definitions=definitions,
            decisions=decisions,
            handlers=handlers,
            facts=lambda tx, instance: facts_of(tx, rule_sets, instance),
            open_case_work=open_case_work,
            working_days=lambda tx, instance: self.calendar.is_working_day,
            pin=lambda tx, case: str(rule_sets.pin(tx)),
            zone=ZONE.key,
        )
        self._timers: list[tuple[dt.datetime, int, str, str]] = []
        self._due: dict[tuple[str, str], dt.datetime] = {}
        self._starts: list[tuple[dt.datetime, int, _Start]] = []
        self._jobs: list[tuple[LockedInstance, str]] = []
        self._order = itertools.count()
        self.incidents: dict[tuple[str, str, str], int] = {}
        self.timers_fired = 0
        for definition in definitions.processes.values():
            self.shelves.definitions[definition.id] = definitions.rows[definition.id]
            if definition.id not in without:
                self._subscribe(definition)

    def employ(self, id: str, groups: frozenset[str], team: str | None) -> None:
        """Somebody who works here."""
        self.shelves.people[id] = PersonRow(id, id, "person", team, None, "da", True, groups)

    # --- time --------------------------------------------------------------------------------------

    def next_due(self) -> dt.datetime | None:
        """When the next timer is due."""
        while self._timers and self._due.get(self._timers[0][2:]) != self._timers[0][0]:
            heapq.heappop(self._timers)
        known = [queue[0][0] for queue in (self._timers, self._starts) if queue]
        return min(known, default=None)

    def set_clock(self, at: dt.datetime) -> None:
        self.tx.now = at

    def fire_next(self) -> None:
        """Fire the earliest timer, whose instant has come."""
        timer = self._timers[0] if self._timers else None
        start = self._starts[0] if self._starts else None
        if start is not None and (timer is None or start[0] <= timer[0]):
            heapq.heappop(self._starts)
            self._start_by_timer(start[-1])
            return
        assert timer is not None
        heapq.heappop(self._timers)
        _, _, instance, key = timer
        self.timers_fired += 1
        self._carry_on(self.tx.lock(instance), model.FireTimer(timer=key))

    # --- what comes from outside -------------------------------------------------------------------

    def notify(self, number: str, values: Mapping[str, Value]) -> None:
        """A notification comes in."""
        stream = f"notification:{number}"
        work = CaseWork(self.tx, rule_sets=self.rule_sets, decisions=self.decisions, stream=stream)
        work.create(
            ENTITY,
            {**values, "registreret": self.tx.now, "status": "modtaget", "kilde": "form"},
            id=number,
        )
        message = Publish(name=MESSAGE, key=number, variables={ID: number}, message_id=number, stream=stream)
        self.advancing.request(self.tx, *work.requests, message)
        self._do_jobs()

    def publish(self, name: str, key: str, variables: Mapping[str, Value], case: str | None = None) -> None:
        """A message comes from outside."""
        self.advancing.request(self.tx, Publish(name=name, key=key, variables=variables, case=case))
        self._do_jobs()

    # --- user tasks --------------------------------------------------------------------------------

    def facts(self, row: UserTaskRow) -> tuple[LockedInstance, Mapping[str, Value], Behind]:
        """(instance, visible variables, what the form and its tables read) of an open user task."""
        instance = self.tx.lock(row.instance)
        state: engine.State = instance.state
        variables = state.visible_variables(row.element_instance)
        return instance, variables, Behind(variables, self.advancing.facts(self.tx, instance))

    def choices(self, row: UserTaskRow, facts: Behind, instance: LockedInstance) -> Mapping[str, Any]:
        """The lists that the form's fields ask for by name."""
        if row.form is None:
            return {}
        form = self.definitions.form(self.tx, row.form)
        return choices_for(self.tx, form, facts, self.work(instance, row.element))

    def work(self, instance: LockedInstance, element: str) -> CaseWork:
        return CaseWork(
            self.tx,
            rule_sets=self.rule_sets,
            decisions=self.decisions,
            instance=instance,
            element=element,
        )

    def element(self, row: UserTaskRow) -> Element:
        return self.definitions.processes[row.process].elements[row.element]

    def refusals(self, row: UserTaskRow, inputs: Mapping[str, Value]) -> list[Any]:
        """What the gates of a user task say against completing it so."""
        instance = self.tx.lock(row.instance)
        hits: list[Any] = []
        for decision in self.element(row).properties.get("flowcase.gate", "").split():
            value = self.decisions.decide(self.tx, instance, decision, inputs).value
            hits += value if isinstance(value, list) else [] if value is None else [value]
        return hits

    def complete(self, row: UserTaskRow, values: Mapping[str, Value], variables: Mapping[str, Value]) -> None:
        """Store the values where the form aims, and carry the instance on."""
        instance = self.tx.lock(row.instance)
        if row.form is None:
            stored = form_records.Stored(dict(values))
        else:
            form = self.definitions.form(self.tx, row.form)
            stored = form_records.store(self.work(instance, row.element), form, values, variables)
        self._carry_on(
            instance,
            model.CompleteElement(element_instance=row.element_instance, variables=stored.variables),
        )
        if stored.requests:
            self.advancing.request(self.tx, *stored.requests, instance=instance)
            self._do_jobs()

    # --- inside ------------------------------------------------------------------------------------

    def _carry_on(self, instance: LockedInstance, command: model.Command) -> None:
        self.advancing.carry_on(self.tx, instance, command)
        self._do_jobs()

    def _do_jobs(self) -> None:
        """Work outside always succeeds, at once."""
        while self._jobs:
            instance, key = self._jobs.pop(0)
            if not instance.has_ended:
                self.advancing.carry_on(self.tx, instance, model.CompleteElement(element_instance=key))

    def _hear(self, stream: str, instance: LockedInstance | None, event: model.Event) -> None:
        if instance is not None and type(event) in _WATCHED:
            if isinstance(event, (model.TimerScheduled, model.TimerRescheduled)):
                self._due[(instance.id, event.timer)] = event.due_at
                heapq.heappush(self._timers, (event.due_at, next(self._order), instance.id, event.timer))
            elif isinstance(event, (model.TimerCancelled, model.TimerFired, model.TimerSkipped)):
                due = self._due.get((instance.id, event.timer))
                if isinstance(event, model.TimerCancelled) or due == event.due_at:
                    self._due.pop((instance.id, event.timer), None)
            elif isinstance(event, events.JobCreated):
                self._jobs.append((instance, event.element_instance))
            elif isinstance(event, model.IncidentRaised):
                place = (instance.process, event.element, event.message)
                self.incidents[place] = self.incidents.get(place, 0) + 1
        self._told(self.tx.now, instance, event)

    def _subscribe(self, process: ProcessDefinition) -> None:
        for element in process.children(None):
            if element.kind is not ElementKind.START_EVENT:
                continue
            if isinstance(element.event, MessageEvent | SignalEvent):
                kind = "message" if isinstance(element.event, MessageEvent) else "signal"
                name = str(self._value(element.event.name))
                row = StartSubscriptionRow(
                    process.id,
                    element.id,
                    process.id,
                    kind,
                    name,
                    kind == "signal" and bool(getattr(element.event, "is_global", False)),
                )
                self.shelves.starts.setdefault((kind, name), []).append(row)
                self.shelves.starts[(kind, name)].sort(key=lambda each: each.process)
            elif isinstance(element.event, TimerEvent):
                self._plan_start(process.id, element.id, element.event)

    def _plan_start(self, process: str, element: str, event: TimerEvent) -> None:
        """The first start by a timer, as when the process is deployed on the day that the office opens."""
        value, now = self._value(event.expression), self.tx.now
        if event.kind is TimerKind.CYCLE:
            calendar = None if event.calendar is None else self.calendar.is_working_day
            series = Series(parse_cycle(str(value), ZONE), now, ZONE, calendar)
            if first := series.first():
                self._plan(_Start(process, element, first, series))
            return
        is_date = event.kind is TimerKind.DATE
        due = instant_from(value, ZONE) if is_date else duration_from(value).after(now, ZONE)
        if not is_date or due > now:  # a date that has passed began what there is already
            self._plan(_Start(process, element, Occurrence(0, due)))

    def _plan(self, start: _Start) -> None:
        heapq.heappush(self._starts, (start.occurrence.due_at, next(self._order), start))

    def _start_by_timer(self, start: _Start) -> None:
        following = start.series.following(start.occurrence) if start.series is not None else None
        if following is not None:
            self._plan(replace(start, occurrence=following))
        self.timers_fired += 1
        try:
            self.advancing.start(
                self.tx,
                self.definitions.rows[start.process],
                variables={},
                stream=None,
                case_code=None,
                start_element=start.element,
            )
        except FlowcaseError as error:
            place = (start.process, start.element, str(error))
            self.incidents[place] = self.incidents.get(place, 0) + 1
        self._do_jobs()

    def _value(self, expression: Any) -> Value:
        if expression.is_static:
            return expression.text
        found = compile_expression(expression.text)
        return found.evaluate({"indstilling": self.settings}, now=self.tx.now).value
