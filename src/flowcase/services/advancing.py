"""The loop that carries process instances on: command, engine, record, answer what the engine asks for.

Everything that follows from one command within the transaction goes through one worklist: inside
handlers, decisions, called processes, published messages, broadcast signals. No recursion, and an end
after a bounded number of steps.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flowcase import engine, events, model
from flowcase.errors import FlowcaseError, NotFound
from flowcase.job_types import Job, Registration
from flowcase.model import Command, Event
from flowcase.services import answering, correlating, holding
from flowcase.services.decisions import Decisions
from flowcase.services.definitions import Definitions
from flowcase.services.requests import Broadcast, FactsChanged, HandOver, Publish, Request, Start
from flowcase.store import INSTALLATION, LockedInstance, Tx
from flowcase.store.queries import (
    case_files,
    deadlines,
    instances,
    resources,
    suspensions,
    user_tasks,
    waiting,
)
from flowcase.values import Value

MAX_STEPS = 5_000  # commands that may follow from one within one transaction
CASE_VARIABLE = "sag_id"  # names the case of what starts outside of one

Facts = Callable[[Tx, LockedInstance], Mapping[str, Value]]
OpenCaseWork = Callable[[Tx, LockedInstance, Job], Any]  # -> services.case_work.CaseWork
WorkingDays = Callable[[Tx, LockedInstance], Callable[[dt.date], bool]]


class RunsAway(FlowcaseError):
    """What followed from a command came to no end."""

    def __init__(self, attempt: str) -> None:
        self.attempt = attempt
        super().__init__(
            f"Expected {attempt} to come to a wait, but it does not after {MAX_STEPS} steps. "
            "Look for processes that start each other."
        )


@dataclass(frozen=True)
class Act:
    """Give a command to an instance."""

    instance: LockedInstance
    command: Command


@dataclass(frozen=True)
class Answer:
    """Do what the engine asked for at one element."""

    instance: LockedInstance
    event: model.JobRequested | model.DecisionRequested | model.CallRequested | model.CallCancelled


@dataclass(frozen=True)
class Throw:
    """A signal that was thrown in a diagram."""

    name: str
    is_global: bool
    variables: Mapping[str, Value]


@dataclass(frozen=True)
class Ask:
    """Do what a handler asked for."""

    instance: LockedInstance | None
    request: Request | Throw


@dataclass(frozen=True)
class Look:
    """Look for a buffered message: something has begun to wait for one."""

    instance: LockedInstance
    subscription: str
    name: str
    key: str


@dataclass(frozen=True)
class Release:
    """An instance has ended: the next message with its start key may start another."""

    instance: LockedInstance


Work = Act | Answer | Ask | Look | Release


class Advancing:
    """Carries instances on within transactions that others open."""

    def __init__(
        self,
        *,
        definitions: Definitions,
        decisions: Decisions,
        handlers: Mapping[str, Registration],
        facts: Facts,
        open_case_work: OpenCaseWork,
        working_days: WorkingDays,
        pin: Callable[[Tx, str | None], str | None],
        zone: str,
    ) -> None:
        self.definitions, self.decisions, self.handlers = definitions, decisions, handlers
        self._facts, self._open_case_work, self._working_days = facts, open_case_work, working_days
        self._pin, self._zone = pin, zone

    # --- from outside the loop ---------------------------------------------------------------------

    def carry_on(self, tx: Tx, instance: LockedInstance, command: Command) -> None:
        """Give a command to a locked instance, and carry on until nothing inside remains."""
        Run(self, tx).work_off(Act(instance, command))

    def request(self, tx: Tx, *requests: Request, instance: LockedInstance | None = None) -> None:
        """Publish, broadcast or start within an open transaction; `instance` is who asks."""
        run = Run(self, tx)
        for request in requests:
            run.accept(instance, request)
        run.work_off()

    def start(
        self,
        tx: Tx,
        definition: resources.ProcessDefinitionRow,
        *,
        variables: Mapping[str, Value],
        stream: str | None,
        case_code: str | None,
        start_element: str | None = None,
        start_key: str | None = None,
    ) -> str:
        """A new instance, carried on to its first waits; its id."""
        run = Run(self, tx)
        instance = run.new_instance(definition, stream=stream, case_code=case_code, start_key=start_key)
        command = model.StartInstance(variables=variables, start_element=start_element)
        run.work_off(Act(instance, command))
        return instance.id

    def prepare(
        self,
        tx: Tx,
        definition: resources.ProcessDefinitionRow,
        *,
        stream: str | None,
        case_code: str | None,
        id: str | None = None,
    ) -> LockedInstance:
        """An instance that is to be started by `carry_on`; nothing is stored before that."""
        return Run(self, tx).new_instance(definition, stream=stream, case_code=case_code, id=id)

    def deliver_buffered(self, tx: Tx, instance: LockedInstance) -> None:
        """Hand over what was buffered for the subscriptions of an instance that goes on again."""
        run = Run(self, tx)
        run.work_off(*(Look(instance, *found) for found in waiting.subscriptions_of(tx, instance.id)))

    def facts(self, tx: Tx, instance: LockedInstance) -> Mapping[str, Value]:
        """What expressions read beside variables, as it is now."""
        return self._facts(tx, instance)

    # --- one step ----------------------------------------------------------------------------------

    def advance(self, tx: Tx, instance: LockedInstance, command: Command) -> model.Advance:
        if isinstance(command, (model.MigrateInstance, model.UndoMigration)):
            advance = self.moved(tx, instance, command)
            tx.record(instance, advance)
            return advance
        advance = engine.advance(
            self.definitions.process(tx, instance.definition),
            instance.state,
            command,
            now=tx.now,
            facts=self.facts(tx, instance),
            zone=self._zone,
            is_working_day=_Lazily(lambda: self._working_days(tx, instance)),
        )
        tx.record(instance, advance)
        return advance

    def foreseen(self, tx: Tx, instance: LockedInstance, command: Command) -> model.Advance:
        """What a command would come to inside the instance itself; nothing is recorded or answered."""
        return engine.advance(
            self.definitions.process(tx, instance.definition),
            instance.state,
            command,
            now=tx.now,
            facts=self.facts(tx, instance),
            zone=self._zone,
            is_working_day=_Lazily(lambda: self._working_days(tx, instance)),
        )

    def moved(
        self, tx: Tx, instance: LockedInstance, command: model.MigrateInstance | model.UndoMigration
    ) -> model.Advance:
        """What moving to another version comes to; nothing is recorded. Raises as `engine.migrate`."""
        return engine.migrate(
            self.definitions.process(tx, instance.definition),
            self.definitions.process(tx, command.target),
            instance.state,
            command,
            source=instance.definition,
            now=tx.now,
            facts=self.facts(tx, instance),
            zone=self._zone,
            is_working_day=_Lazily(lambda: self._working_days(tx, instance)),
        )

    def pin(self, tx: Tx, case_code: str | None) -> str | None:
        return self._pin(tx, case_code)

    def open_case_work(self, tx: Tx, instance: LockedInstance, job: Job) -> Any:
        return self._open_case_work(tx, instance, job)


_LEADS_ON = frozenset(
    {
        model.JobRequested,
        model.DecisionRequested,
        model.CallRequested,
        model.CallCancelled,
        model.MessagePublished,
        model.SignalBroadcast,
        model.MessageSubscribed,
        model.EscalationThrown,
        model.InstanceCompleted,
        model.InstanceFailed,
        model.InstanceCancelled,
    }
)  # events of the engine that something follows from: few of the many that a step tells


class Run:
    """The worklist of one command."""

    def __init__(self, advancing: Advancing, tx: Tx) -> None:
        self.advancing, self.tx = advancing, tx
        self._queue: deque[Work] = deque()
        # Elements that were asked for and have been cancelled since: their answer would come too late.
        self._withdrawn: set[tuple[str, str]] = set()

    def add(self, work: Work) -> None:
        self._queue.append(work)

    def act_later(self, instance: LockedInstance, command: Command) -> None:
        self.add(Act(instance, command))

    def work_off(self, *first: Work) -> None:
        self._queue.extend(first)
        steps = 0
        while self._queue:
            steps += 1
            if steps > MAX_STEPS:
                raise RunsAway(_named(first))
            work = self._queue.popleft()
            if isinstance(work, Act):
                if not self._is_too_late(work):
                    self.act(work.instance, work.command)
            elif isinstance(work, Answer):
                self._answer(work.instance, work.event)
            elif isinstance(work, Ask):
                self._ask(work.instance, work.request)
            elif isinstance(work, Look):
                correlating.deliver_buffered(self, work.instance, work.subscription, work.name, work.key)
            else:
                correlating.release_start_key(self, work.instance)

    def _is_too_late(self, work: Act) -> bool:
        """Whether what happened since the command was put on the list has made it pointless."""
        if work.instance.state is None:
            return False
        element_instance = getattr(work.command, "element_instance", None)
        return work.instance.has_ended or (work.instance.id, element_instance) in self._withdrawn

    # --- commands ----------------------------------------------------------------------------------

    def act(self, instance: LockedInstance, command: Command) -> None:
        """Give the command at once; what follows from it goes on the list."""
        advance = self.advancing.advance(self.tx, instance, command)
        for event in advance.events:
            if type(event) is model.ElementCancelled:
                self._withdrawn.add((instance.id, event.element_instance))
        for event in advance.events:
            if type(event) in _LEADS_ON:
                self._follow(instance, event)

    def _follow(self, instance: LockedInstance, event: Event) -> None:
        """What an event of the engine leads to."""
        if isinstance(
            event, (model.JobRequested, model.DecisionRequested, model.CallRequested, model.CallCancelled)
        ):
            self.add(Answer(instance, event))
        elif isinstance(event, model.MessagePublished):
            publish = Publish(
                name=event.name,
                key=event.correlation_key,
                variables=event.variables,
                message_id=event.message_id,
                time_to_live=event.time_to_live,
            )
            self.add(Ask(instance, publish))
        elif isinstance(event, model.SignalBroadcast):
            self.add(Ask(instance, Throw(event.name, event.is_global, event.variables)))
        elif isinstance(event, model.MessageSubscribed):
            self.add(Look(instance, event.subscription, event.name, event.correlation_key))
        elif isinstance(event, model.EscalationThrown):
            if event.caught_by is None:
                self._tell_caller(instance, model.ThrowEscalation, code=event.code, variables=event.variables)
        elif isinstance(event, model.InstanceCompleted):
            self._tell_caller(instance, model.CompleteElement, variables=event.variables)
            self._release(instance)
        elif isinstance(event, model.InstanceFailed):
            self._tell_caller(
                instance,
                model.ThrowError,
                code=event.code,
                message=event.message,
                variables=event.variables,
            )
            self._release(instance)
        elif isinstance(event, model.InstanceCancelled):
            self._release(instance)

    def _release(self, instance: LockedInstance) -> None:
        if instance.start_key is not None:
            self.add(Release(instance))

    def _tell_caller(
        self, instance: LockedInstance, command: Callable[..., Command], **arguments: Any
    ) -> None:
        if instance.parent is None or instance.parent_element_instance is None:
            return
        if (instance.parent, instance.parent_element_instance) in self._withdrawn:
            return
        caller = self.tx.lock(instance.parent)
        if not caller.has_ended:
            self.add(Act(caller, command(element_instance=instance.parent_element_instance, **arguments)))

    def _answer(self, instance: LockedInstance, event: Any) -> None:
        if isinstance(event, model.CallCancelled):
            answering.cancel_called(self, instance, event)
        elif not instance.has_ended and (instance.id, event.element_instance) not in self._withdrawn:
            answering.answer(self, instance, event)

    # --- requests ----------------------------------------------------------------------------------

    def accept(self, instance: LockedInstance | None, request: Request, element: str | None = None) -> None:
        """Put a request on the list that no diagram has told of; messages and signals are told here."""
        told: Event | None = None
        stream: str | None = None
        if isinstance(request, Publish):
            stream, _ = correlating.sender(self, instance, request)
            told = events.MessageAccepted(
                name=request.name,
                correlation_key=request.key,
                message_id=request.message_id,
                variables=request.variables,
                time_to_live=request.time_to_live,
            )
        elif isinstance(request, Broadcast):
            stream = None if request.case is None else self.stream_of(request.case)
            is_global = request.case is None
            told = events.SignalAccepted(
                name=request.signal, is_global=is_global, variables=request.variables
            )
        if told is not None:
            where = stream or (instance.stream if instance is not None else INSTALLATION)
            is_own = instance is not None and instance.stream == where
            self.tx.append(where, told, instance=instance if is_own else None, element=element)
        self.add(Ask(instance, request))

    def _ask(self, instance: LockedInstance | None, request: Any) -> None:
        if isinstance(request, Publish):
            correlating.publish(self, instance, request)
        elif isinstance(request, Throw):
            stream = instance.stream if instance is not None else None
            correlating.broadcast(self, instance, request.name, request.variables, stream, request.is_global)
        elif isinstance(request, Broadcast):
            stream = None if request.case is None else self.stream_of(request.case)
            correlating.broadcast(
                self, instance, request.signal, request.variables, stream, is_global=request.case is None
            )
        elif isinstance(request, Start):
            self._start(instance, request)
        elif isinstance(request, FactsChanged):
            self._reevaluate(instance, request)
        elif isinstance(request, HandOver):
            self._hand_over(request)
        else:
            raise TypeError(f"Expected a request of a handler, but got {type(request).__name__}.")

    def _start(self, instance: LockedInstance | None, request: Start) -> None:
        definition = resources.definition_of(self.tx, request.process)
        if definition is None:
            raise NotFound("process", request.process)
        stream, case_code = self.home(
            request.variables,
            case=request.case or (instance.case_code if instance and request.stream is None else None),
            stream=request.stream or (instance.stream if instance else None),
        )
        if suspensions.of_start(self.tx, definition.id) is not None:
            holding.hold(
                self.tx,
                definition,
                holding.HANDLER,
                stream=stream,
                case_code=case_code,
                variables=request.variables,
            )
            return
        started = self.new_instance(definition, stream=stream, case_code=case_code)
        self.add(Act(started, model.StartInstance(variables=request.variables)))

    def _reevaluate(self, asking: LockedInstance | None, request: FactsChanged) -> None:
        """Timers of everything that may read the fact: what runs in the same case or stream."""
        streams = set()
        if request.case is not None:
            streams.add(self.stream_of(request.case))
        if request.deadline is not None:
            row = deadlines.deadline(self.tx, request.deadline)
            streams |= set() if row is None else {row.stream}
        if not streams and asking is not None:
            streams.add(asking.stream)
        concerned: dict[str, None] = {}
        for stream in sorted(streams):
            concerned.update(dict.fromkeys(instances.running_in_stream(self.tx, stream)))
        for id in concerned:
            locked = self.tx.lock(id)
            if locked.status == model.InstanceStatus.ACTIVE:
                self.add(Act(locked, model.ReevaluateTimers()))

    def _hand_over(self, request: HandOver) -> None:
        """In every flow of the case, also in those whose diagram knows nothing of the change."""
        for row in user_tasks.user_tasks(self.tx, case=request.case):
            if request.previous not in (row.assignee, row.owner):
                continue
            instance = self.tx.lock(row.instance)
            if row.owner is not None and row.owner != request.previous:
                given_back = events.UserTaskGivenBack(
                    element=row.element,
                    element_instance=row.element_instance,
                    owner=row.owner,
                    delegate=request.previous,
                )
                self.tx.append(instance.stream, given_back, instance=instance)
                continue
            handed_over = events.UserTaskHandedOver(
                element=row.element,
                element_instance=row.element_instance,
                previous=row.assignee,
                assignee=request.new,
            )
            self.tx.append(instance.stream, handed_over, instance=instance)

    # --- new instances -----------------------------------------------------------------------------

    def new_instance(
        self,
        definition: resources.ProcessDefinitionRow,
        *,
        stream: str | None,
        case_code: str | None,
        start_key: str | None = None,
        parent: LockedInstance | None = None,
        parent_element_instance: str | None = None,
        id: str | None = None,
    ) -> LockedInstance:
        """Not stored before its InstanceStarted event is recorded.

        One that belongs to no case, notification or meeting has a stream of its own.
        """
        id = id or self.tx.new_id()
        if parent is not None and parent.case_code == case_code:
            rule_set = parent.rule_set
        else:
            rule_set = self.advancing.pin(self.tx, case_code)
        return LockedInstance(
            id=id,
            process=definition.process,
            definition=definition.id,
            stream=f"process:{id}" if stream in (None, INSTALLATION) else stream,
            case_code=case_code,
            parent=None if parent is None else parent.id,
            parent_element_instance=parent_element_instance,
            depth=0 if parent is None else parent.depth + 1,
            rule_set=rule_set,
            start_key=start_key,
        )

    def home(
        self, variables: Mapping[str, Value], *, case: str | None = None, stream: str | None = None
    ) -> tuple[str | None, str | None]:
        """(stream, case) of what starts: the case given, else the one its variables name, else none."""
        if case is None and (stream is None or not stream.startswith("case:")):
            named = variables.get(CASE_VARIABLE)
            if isinstance(named, str) and case_files.case(self.tx, named) is not None:
                case = named
        if case is not None:
            return self.stream_of(case), case
        if stream is not None and stream.startswith("case:"):
            return stream, stream.removeprefix("case:")
        return stream, None

    def stream_of(self, case: str) -> str:
        row = case_files.case(self.tx, case)
        return f"case:{case}" if row is None else row.stream

    def look_again(self, instance: LockedInstance, subscription: str, name: str, key: str) -> None:
        self.add(Look(instance, subscription, name, key))

    def locked_subscriber(self, row: waiting.SubscriptionRow) -> LockedInstance | None:
        """The instance behind a subscription; None when it no longer waits once its stream is ours."""
        instance = self.tx.lock(row.instance)
        if instance.has_ended or not waiting.is_subscribed(self.tx, row.id):
            return None
        return instance


class _Lazily:
    """A working calendar that is only looked up when a cycle needs it."""

    def __init__(self, load: Callable[[], Callable[[dt.date], bool]]) -> None:
        self._load = load
        self._calendar: Callable[[dt.date], bool] | None = None

    def __call__(self, day: dt.date) -> bool:
        if self._calendar is None:
            self._calendar = self._load()
        return self._calendar(day)


def _named(first: tuple[Work, ...]) -> str:
    work = first[0] if first else None
    if isinstance(work, Act):
        return f"{type(work.command).__name__} of process '{work.instance.process}'"
    return "a message or signal"
