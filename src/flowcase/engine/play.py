"""An in-memory player for bare diagrams: a settable clock, scripted answers, and the trace they leave.

It stands in for everything around the engine (people, jobs, messages, signals, called processes, due
timers), so that a diagram can be tried before anything is deployed. Nothing here is used to run cases.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flowcase.engine import advance
from flowcase.engine.diagram import diagram_of
from flowcase.engine.post import Playing, Post
from flowcase.engine.script import Answer, Script
from flowcase.engine.step import IsWorkingDay
from flowcase.engine.subscriptions import PendingTimer
from flowcase.engine.timers import DEFAULT_ZONE
from flowcase.engine.trace import Entry, Trace, entry_of
from flowcase.errors import Conflict, FlowcaseError, NotFound
from flowcase.model import (
    CallCancelled,
    CallRequested,
    CancelInstance,
    Command,
    CompleteElement,
    DecisionRequested,
    ElementEvent,
    EscalationThrown,
    Event,
    FailElement,
    FireTimer,
    IncidentKind,
    IncidentRaised,
    IncidentResolved,
    InstanceCancelled,
    InstanceCompleted,
    InstanceFailed,
    InstanceStatus,
    JobRequested,
    MessagePublished,
    MessageSubscribed,
    SignalBroadcast,
    StartInstance,
    ThrowError,
    ThrowEscalation,
    UserTaskCreated,
)
from flowcase.modeling.definition import (
    ElementKind,
    ProcessDefinition,
)
from flowcase.values import Value

Decide = Callable[[str, Mapping[str, Value]], Value]

MAX_COMMANDS = 20_000  # a diagram that would go on for ever is stopped here
MAX_INSTANCES = 2_000  # so are processes that would start one another for ever
MAX_DEPTH = 20  # of processes that call one another


def play(
    definitions: Mapping[str, ProcessDefinition],
    process_id: str,
    *,
    answers: Mapping[str, Any],
    start: dt.datetime,
    until: dt.datetime | None = None,
    variables: Mapping[str, Value] | None = None,
    decide: Decide | None = None,
    facts: Mapping[str, Value] | None = None,
    zone: str = DEFAULT_ZONE,
    is_working_day: IsWorkingDay | None = None,
    save_and_restore: bool = False,
) -> Trace:
    """Run a process until nothing is left to happen, or until an instant.

    The script of `answers` is described in `engine/script.py`. The clock jumps to the next due timer or
    scripted thing; at one instant answers come before timers, since what is done at the due instant is
    done in time. `save_and_restore` saves the state and reads it back between all commands; the trace must
    be the same. Raises ScriptError, NotFound when there is no such process.
    """
    player = Player(
        definitions,
        script=Script(answers, start=start, zone=ZoneInfo(zone)),
        start=start,
        decide=decide,
        facts=facts or {},
        zone=zone,
        is_working_day=is_working_day,
        saves=save_and_restore,
    )
    return player.run(process_id, variables or {}, until)


class Player:
    def __init__(
        self,
        definitions: Mapping[str, ProcessDefinition],
        *,
        script: Script,
        start: dt.datetime,
        decide: Decide | None,
        facts: Mapping[str, Value],
        zone: str,
        is_working_day: IsWorkingDay | None,
        saves: bool,
    ) -> None:
        self.definitions = definitions
        self.script = script
        self.now = start.astimezone(dt.UTC)
        self.decide = decide
        self.facts = {**facts, **script.facts}
        self.zone = zone
        self.is_working_day = is_working_day
        self.saves = saves
        self.instances: list[Playing] = []
        self.active: dict[str, Playing] = {}  # those of them that have not ended
        self.entries: list[Entry] = []
        self.post = Post(self)
        self.commands = 0
        self._at_once: deque[Callable[[], None]] = deque()
        self._later: list[tuple[dt.datetime, int, Callable[[], None]]] = []
        self._sequence = 0

    # --- the clock ---

    def run(self, process_id: str, variables: Mapping[str, Value], until: dt.datetime | None) -> Trace:
        if process_id not in self.definitions:
            raise NotFound("process", process_id)
        for message in self.script.messages:
            self._plan(
                message.at, partial(self.post.publish, message.name, message.key, message.variables, None)
            )
        for signal in self.script.signals:
            self._plan(signal.at, partial(self.post.broadcast, signal.name, signal.variables))
        definition = self.definitions[process_id]
        main = self.start(definition, variables, start_element=self._start_element(definition))
        stopped = False
        while self._next(until):
            if self.commands > MAX_COMMANDS or len(self.instances) > MAX_INSTANCES:
                stopped = True
                break
        return self._trace(main, stopped)

    def _next(self, until: dt.datetime | None) -> bool:
        """Do one thing that is to happen now, or move the clock to the next."""
        if self._at_once:
            self._at_once.popleft()()
            return True
        timer = self._next_timer()
        scripted = self._later[0][0] if self._later else None
        instants = [at for at in (timer[0].due_at if timer else None, scripted) if at is not None]
        if not instants:
            return False
        at = max(min(instants), self.now)
        if until is not None and at > until:
            self.now = max(self.now, until.astimezone(dt.UTC))
            return False
        self.now = at
        if scripted is not None and scripted <= at:
            heapq.heappop(self._later)[2]()
        elif timer is not None:
            self.command(timer[1], FireTimer(timer=timer[0].key))
        return True

    def _next_timer(self) -> tuple[PendingTimer, Playing] | None:
        pending = [
            (timer, instance)
            for instance in self.active.values()
            for timer in instance.opened().subscriptions.values()
            if isinstance(timer, PendingTimer)
        ]
        return min(pending, key=lambda each: each[0].due_at, default=None)

    def _plan(self, at: dt.datetime, action: Callable[[], None]) -> None:
        self._sequence += 1
        heapq.heappush(self._later, (at.astimezone(dt.UTC), self._sequence, action))

    # --- instances ---

    def _start_element(self, definition: ProcessDefinition) -> str | None:
        if self.script.start_element is not None:
            return self.script.start_element
        if diagram_of(definition).none_start_event_of(None) is not None:
            return None
        starts = [each for each in definition.children(None) if each.kind is ElementKind.START_EVENT]
        return starts[0].id if starts else None

    def start(
        self,
        definition: ProcessDefinition,
        variables: Mapping[str, Value],
        *,
        start_element: str | None = None,
        parent: Playing | None = None,
        parent_element: str = "",
    ) -> Playing:
        instance = Playing(
            str(len(self.instances) + 1),
            definition,
            parent=parent,
            parent_element=parent_element,
            depth=parent.depth + 1 if parent else 0,
        )
        self.instances.append(instance)
        self.active[instance.id] = instance
        self.command(
            instance,
            StartInstance(
                variables=dict(variables), start_element=start_element, is_called=parent is not None
            ),
        )
        return instance

    def command(self, instance: Playing, command: Command) -> None:
        self.commands += 1
        done = advance(
            instance.definition,
            instance.state,
            command,
            now=self.now,
            facts=self.facts,
            zone=self.zone,
            is_working_day=self.is_working_day,
        )
        instance.state = done.state.to_bytes() if self.saves else done.state
        for event in done.events:
            self.entries.append(
                entry_of(event, at=self.now, process=instance.definition.id, instance=instance.id)
            )
        for event in done.events:
            self._react(instance, event)

    def attempt(self, instance: Playing, command: Command) -> None:
        """A scripted answer may come too late: then there is nobody to hear it."""
        if instance.outcome == "active":
            try:
                self.command(instance, command)
            except Conflict:
                return

    def _react(self, instance: Playing, event: Event) -> None:
        match event:
            case UserTaskCreated():
                self._answer(instance, event)
            case JobRequested():
                self._answer(instance, event, retries=event.retries)
            case DecisionRequested():
                self._at_once.append(lambda: self._decide(instance, event))
            case CallRequested():
                self._at_once.append(lambda: self._call(instance, event))
            case CallCancelled():
                self._cancel_called(instance, event.element_instance)
            case MessagePublished():
                expires = None if event.time_to_live is None else self.now + event.time_to_live
                self._at_once.append(
                    lambda: self.post.publish(event.name, event.correlation_key, event.variables, expires)
                )
            case MessageSubscribed():
                self._at_once.append(self.post.correlate)
            case SignalBroadcast():
                self._at_once.append(lambda: self.post.broadcast(event.name, event.variables))
            case EscalationThrown(caught_by=None) if instance.parent is not None:
                parent, element = instance.parent, instance.parent_element
                self._at_once.append(
                    lambda: self.attempt(
                        parent,
                        ThrowEscalation(element_instance=element, code=event.code, variables=event.variables),
                    )
                )
            case IncidentRaised():
                instance.incidents[event.element_instance] = {
                    "process": instance.definition.id,
                    "instance": instance.id,
                    "element": event.element,
                    "kind": event.kind,
                    "message": event.message,
                    "at": self.now,
                }
            case IncidentResolved():
                instance.incidents.pop(event.element_instance, None)
            case InstanceCompleted() | InstanceFailed() | InstanceCancelled():
                self._ended(instance, event)

    def _ended(self, instance: Playing, event: Event) -> None:
        parent, element = instance.parent, instance.parent_element
        self.active.pop(instance.id, None)
        if isinstance(event, InstanceCompleted):
            instance.outcome, instance.variables = "completed", dict(event.variables)
            answer: Command = CompleteElement(element_instance=element, variables=event.variables)
        elif isinstance(event, InstanceFailed):
            instance.outcome = "failed"
            answer = ThrowError(
                element_instance=element, code=event.code, message=event.message, variables=event.variables
            )
        else:
            instance.outcome = "cancelled"
            return
        if parent is not None:
            self._at_once.append(lambda: self.attempt(parent, answer))

    # --- answers ---

    def _answer(self, instance: Playing, event: ElementEvent, *, retries: int = 1) -> None:
        answer = self.script.answer(event.element) or Answer()
        if answer.stays_open:
            return

        def act() -> None:
            self._give(instance, event, answer, retries)

        if answer.after is None:
            self._at_once.append(act)
        else:
            self._plan(answer.after.after(self.now, ZoneInfo(self.zone)), act)

    def _give(self, instance: Playing, event: ElementEvent, answer: Answer, retries: int) -> None:
        key = event.element_instance
        for attempt in range(1, min(answer.fails, retries) + 1):
            self.entries.append(
                Entry(
                    self.now,
                    instance.definition.id,
                    instance.id,
                    "job_failed",
                    {"element": event.element, "element_instance": key, "retries_left": retries - attempt},
                )
            )
        if answer.fails >= retries and answer.fails:
            message = f"'{event.element}' failed {retries} times, as its script says."
            self.attempt(
                instance, FailElement(element_instance=key, kind=IncidentKind.JOB_FAILED, message=message)
            )
            return
        if answer.escalation is not None:
            self.attempt(
                instance,
                ThrowEscalation(element_instance=key, code=answer.escalation, variables=answer.variables),
            )
        if answer.error is not None:
            self.attempt(
                instance,
                ThrowError(
                    element_instance=key,
                    code=answer.error,
                    message=answer.message,
                    variables=answer.variables,
                ),
            )
            return
        self.attempt(instance, CompleteElement(element_instance=key, variables=answer.variables))

    def _decide(self, instance: Playing, event: DecisionRequested) -> None:
        if event.element in self.script.elements or self.decide is None:
            self._answer(instance, event)
            return
        try:
            value = self.decide(event.decision, event.inputs)
        except FlowcaseError as error:
            self.attempt(
                instance,
                FailElement(
                    element_instance=event.element_instance,
                    kind=IncidentKind.DECISION_FAILED,
                    message=str(error),
                ),
            )
            return
        self.attempt(
            instance,
            CompleteElement(element_instance=event.element_instance, variables={"result": value}),
        )

    # --- called processes ---

    def _call(self, instance: Playing, event: CallRequested) -> None:
        called = self.definitions.get(event.process)
        if instance.outcome != "active":
            return
        if event.element in self.script.elements or called is None:
            self._answer(instance, event)
        elif instance.depth >= MAX_DEPTH:
            self.attempt(
                instance,
                FailElement(
                    element_instance=event.element_instance,
                    kind=IncidentKind.CALLED_PROCESS_MISSING,
                    message=f"'{event.process}' is called more than {MAX_DEPTH} levels deep.",
                ),
            )
        else:
            self.start(called, event.variables, parent=instance, parent_element=event.element_instance)

    def _cancel_called(self, parent: Playing, element: str) -> None:
        for child in list(self.active.values()):
            if child.parent is parent and child.parent_element == element and child.outcome == "active":
                self.command(child, CancelInstance(reason="the calling instance was cancelled"))

    # --- the end ---

    def _trace(self, main: Playing, stopped: bool) -> Trace:
        trace = Trace(main.definition.id, self.zone, entries=self.entries, ended_at=self.now)
        trace.state = "stopped" if stopped else main.outcome
        trace.variables = main.opened().variables()
        for instance in self.instances:
            trace.incidents.extend(instance.incidents.values())
            state = instance.opened()
            if state.status is not InstanceStatus.ACTIVE:
                continue
            place = {"process": instance.definition.id, "instance": instance.id}
            trace.waiting.extend(
                {**place, "element": position.element, "status": position.status}
                for position in state.waiting()
            )
            trace.timers.extend(
                {**place, "element": timer.element, "due_at": timer.due_at}
                for timer in state.subscriptions.values()
                if isinstance(timer, PendingTimer)
            )
        trace.messages.extend(self.post.unheard())
        return trace
