"""Messages and signals between played instances, as the services deliver them between real ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from flowcase.engine.state import State
from flowcase.engine.subscriptions import MessageSubscription, SignalSubscription
from flowcase.model import Command, DeliverMessage, DeliverSignal
from flowcase.modeling.definition import (
    Element,
    ElementKind,
    MessageEvent,
    ProcessDefinition,
    SignalEvent,
)
from flowcase.values import Value


@dataclass
class Playing:
    id: str
    definition: ProcessDefinition
    state: State | bytes | None = None
    parent: Playing | None = None
    parent_element: str = ""
    depth: int = 0
    outcome: str = "active"
    variables: dict[str, Value] = field(default_factory=dict)
    incidents: dict[str, dict[str, Any]] = field(default_factory=dict)

    def opened(self) -> State:
        if isinstance(self.state, bytes):
            return State.from_bytes(self.state, self.definition)
        assert self.state is not None
        return self.state


@dataclass
class Message:
    """Waits for a receiver until it expires; each process definition takes it at most once."""

    number: int
    name: str
    key: str
    variables: Mapping[str, Value]
    expires_at: dt.datetime | None
    received_by: set[str] = field(default_factory=set)  # process ids


class Receivers(Protocol):
    """The played instances, as far as the post has to do with them."""

    @property
    def definitions(self) -> Mapping[str, ProcessDefinition]: ...

    @property
    def active(self) -> Mapping[str, Playing]: ...

    @property
    def now(self) -> dt.datetime: ...

    def start(
        self, definition: ProcessDefinition, variables: Mapping[str, Value], *, start_element: str
    ) -> Playing: ...

    def command(self, instance: Playing, command: Command) -> None: ...

    def attempt(self, instance: Playing, command: Command) -> None: ...


class Post:
    """All messages of one run."""

    def __init__(self, receivers: Receivers) -> None:
        self._receivers = receivers
        self._messages: list[Message] = []  # in the order of their publishing
        self._waiting: dict[
            tuple[str, str], list[Message]
        ] = {}  # by name and key; somebody may want them yet

    def publish(
        self, name: str, key: str, variables: Mapping[str, Value], expires_at: dt.datetime | None
    ) -> None:
        message = Message(len(self._messages), name, key, dict(variables), expires_at)
        for definition in self._receivers.definitions.values():
            for element in definition.children(None):
                if _starts_with(element, MessageEvent, name):
                    message.received_by.add(definition.id)
                    self._receivers.start(definition, variables, start_element=element.id)
        self._messages.append(message)
        if message.received_by < self._receivers.definitions.keys():
            self._waiting.setdefault((name, key), []).append(message)
            self.correlate()

    def correlate(self) -> None:
        """Hand waiting messages to whoever subscribes to them by now."""
        wanted = {
            (subscription.name, subscription.correlation_key)
            for instance in self._receivers.active.values()
            for subscription in instance.opened().subscriptions.values()
            if isinstance(subscription, MessageSubscription)
        }
        found = [message for address in wanted for message in self._waiting.get(address, ())]
        for message in sorted(found, key=lambda each: each.number):
            for instance in list(self._receivers.active.values()):
                if message.expires_at is not None and message.expires_at < self._receivers.now:
                    break
                if instance.outcome != "active" or instance.definition.id in message.received_by:
                    continue
                subscription = _subscription_for(instance, message)
                if subscription is not None:
                    message.received_by.add(instance.definition.id)
                    self._receivers.command(
                        instance, DeliverMessage(subscription=subscription, variables=message.variables)
                    )

    def broadcast(self, name: str, variables: Mapping[str, Value]) -> None:
        for instance in list(self._receivers.active.values()):
            if instance.outcome != "active":
                continue
            keys = [
                subscription.key
                for subscription in instance.opened().subscriptions.values()
                if isinstance(subscription, SignalSubscription) and subscription.name == name
            ]
            for key in keys:
                self._receivers.attempt(instance, DeliverSignal(subscription=key, variables=variables))
        for definition in self._receivers.definitions.values():
            for element in definition.children(None):
                if _starts_with(element, SignalEvent, name):
                    self._receivers.start(definition, variables, start_element=element.id)

    def unheard(self) -> list[dict[str, Any]]:
        """Messages that nobody has received yet and that still wait."""
        return [
            {"name": message.name, "key": message.key}
            for message in self._messages
            if not message.received_by
            and (message.expires_at is None or message.expires_at >= self._receivers.now)
        ]


def _subscription_for(instance: Playing, message: Message) -> str | None:
    for subscription in instance.opened().subscriptions.values():
        if isinstance(subscription, MessageSubscription) and (
            subscription.name,
            subscription.correlation_key,
        ) == (message.name, message.key):
            return subscription.key
    return None


def _starts_with(element: Element, kind: type[MessageEvent] | type[SignalEvent], name: str) -> bool:
    return (
        element.kind is ElementKind.START_EVENT
        and isinstance(element.event, kind)
        and element.event.name.text == name
    )
