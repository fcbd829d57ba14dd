"""The worklist of one command: what is still to be done, and what doing it may put on the list.

`advancing` works it off; `answering` and `correlating` do single entries of it and add what follows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flowcase import events, model
from flowcase.model import Command, Event
from flowcase.services.requests import Broadcast, Publish, Request
from flowcase.services.running.stepping import Stepping
from flowcase.store import INSTALLATION, LockedInstance, Tx
from flowcase.store.queries import case_files, resources, waiting
from flowcase.values import Value

CASE_VARIABLE = "sag_id"  # names the case of what starts outside of one


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


class Worklist:
    """What follows from one command, in the order in which it is to be done."""

    def __init__(self, stepping: Stepping, tx: Tx) -> None:
        self.stepping, self.tx = stepping, tx
        self._queue: deque[Work] = deque()
        # Elements that were asked for and have been cancelled since: their answer would come too late.
        self._withdrawn: set[tuple[str, str]] = set()

    def add(self, work: Work) -> None:
        self._queue.append(work)

    def act_later(self, instance: LockedInstance, command: Command) -> None:
        self.add(Act(instance, command))

    def look_again(self, instance: LockedInstance, subscription: str, name: str, key: str) -> None:
        self.add(Look(instance, subscription, name, key))

    # --- commands ----------------------------------------------------------------------------------

    def act(self, instance: LockedInstance, command: Command) -> None:
        """Give the command at once; what follows from it goes on the list."""
        advance = self.stepping.advance(self.tx, instance, command)
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

    # --- requests ----------------------------------------------------------------------------------

    def accept(self, instance: LockedInstance | None, request: Request, element: str | None = None) -> None:
        """Put a request on the list that no diagram has told of; messages and signals are told here."""
        told: Event | None = None
        stream: str | None = None
        if isinstance(request, Publish):
            stream, _ = self.sender(instance, request)
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

    def sender(self, publisher: LockedInstance | None, message: Publish) -> tuple[str, str | None]:
        """(stream, case) in which a message is told, and what it starts begins."""
        if message.case is not None:
            return self.stream_of(message.case), message.case
        if message.stream is not None:
            return message.stream, case_of(message.stream)
        if publisher is not None:
            return publisher.stream, publisher.case_code
        return INSTALLATION, None

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
            rule_set = self.stepping.pin(self.tx, case_code)
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
        if case is None and (stream is None or case_of(stream) is None):
            named = variables.get(CASE_VARIABLE)
            if isinstance(named, str) and case_files.case(self.tx, named) is not None:
                case = named
        if case is not None:
            return self.stream_of(case), case
        return stream, None if stream is None else case_of(stream)

    def stream_of(self, case: str) -> str:
        row = case_files.case(self.tx, case)
        return f"case:{case}" if row is None else row.stream

    def locked_subscriber(self, row: waiting.SubscriptionRow) -> LockedInstance | None:
        """The instance behind a subscription; None when it no longer waits once its stream is ours."""
        instance = self.tx.lock(row.instance)
        if instance.has_ended or not waiting.is_subscribed(self.tx, row.id):
            return None
        return instance


def case_of(stream: str) -> str | None:
    """The code of the case that the stream belongs to; None for any other stream."""
    return stream.removeprefix("case:") if stream.startswith("case:") else None
