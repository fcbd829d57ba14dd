"""Shelves of instances, of the files that they run, and of messages and signals between them."""

from __future__ import annotations

from typing import Any

from flowcase import events, model
from flowcase.model import Event, InstanceStatus
from flowcase.store.memory.cases import Now
from flowcase.store.queries.resources import ProcessDefinitionRow, StartSubscriptionRow
from flowcase.store.queries.waiting import MessageRow, SubscriptionRow
from flowcase.store.tx import LockedInstance


class FlowShelves:
    """Instances, definitions, messages and subscriptions."""

    tx: Now

    def __init__(self) -> None:
        self.instances: dict[str, LockedInstance] = {}
        self.definitions: dict[str, ProcessDefinitionRow] = {}
        self.starts: dict[tuple[str, str], list[StartSubscriptionRow]] = {}
        self.receipts: dict[str, set[str]] = {}
        self._in_stream: dict[str, dict[str, None]] = {}
        self._children: dict[str, dict[str, None]] = {}
        self._start_keys: set[tuple[str, str]] = set()
        self._messages: dict[str, MessageRow] = {}
        self._subscriptions: dict[str, SubscriptionRow] = {}
        self._by_message: dict[tuple[str, str], dict[str, None]] = {}
        self._keys: dict[str, str] = {}
        self._by_signal: dict[str, dict[str, bool]] = {}
        self._of_instance: dict[str, dict[str, None]] = {}

    # --- instances ---------------------------------------------------------------------------------

    def instances_running_children(self, parent: str, element_instance: str | None = None) -> list[str]:
        return [
            id
            for id in self._children.get(parent, ())
            if element_instance is None or self.instances[id].parent_element_instance == element_instance
        ]

    def instances_running_in_stream(self, stream: str) -> list[str]:
        return list(self._in_stream.get(stream, ()))

    def instances_is_start_key_taken(self, process: str, key: str) -> bool:
        return (process, key) in self._start_keys

    def start_instance(self, stream: str, instance: LockedInstance, event: model.InstanceStarted) -> None:
        instance.status, instance.started_at = InstanceStatus.ACTIVE, self.tx.now
        self.instances[instance.id] = instance
        self._in_stream.setdefault(instance.stream, {})[instance.id] = None
        if instance.parent is not None:
            self._children.setdefault(instance.parent, {})[instance.id] = None
        if instance.start_key is not None:
            self._start_keys.add((instance.process, instance.start_key))

    def end_instance(self, stream: str, instance: LockedInstance, event: Event) -> None:
        """Its state is let go of, and what it waited for is forgotten."""
        completed = isinstance(event, model.InstanceCompleted)
        instance.status = InstanceStatus.COMPLETED if completed else InstanceStatus.CANCELLED
        instance.ended_at = self.tx.now
        self._in_stream.get(instance.stream, {}).pop(instance.id, None)
        if instance.parent is not None:
            self._children.get(instance.parent, {}).pop(instance.id, None)
        if instance.start_key is not None:
            self._start_keys.discard((instance.process, instance.start_key))
        self._children.pop(instance.id, None)
        instance.state = b""  # nobody carries it on; the row stays, so that its end can be seen
        for subscription in list(self._of_instance.pop(instance.id, ())):
            self._forget_subscription(subscription)

    # --- files -------------------------------------------------------------------------------------

    def resources_definition(self, id: str) -> ProcessDefinitionRow | None:
        return self.definitions.get(id)

    def resources_definition_of(self, process: str, **_: Any) -> ProcessDefinitionRow | None:
        return self.definitions.get(process)

    def resources_named(self, kind: str, name: str, **_: Any) -> None:
        return None

    def resources_start_subscriptions(self, kind: str, name: str) -> list[StartSubscriptionRow]:
        return self.starts.get((kind, name), [])

    def suspensions_of(self, definition: str) -> None:
        return None

    suspensions_of_start = suspensions_of

    # --- messages and signals ----------------------------------------------------------------------

    def waiting_message_subscriptions(self, name: str, key: str) -> list[SubscriptionRow]:
        return [self._subscriptions[id] for id in self._by_message.get((name, key), ())]

    def waiting_is_subscribed(self, id: str) -> bool:
        return id in self._subscriptions

    def waiting_subscriptions_of(self, instance: str) -> list[tuple[str, str, str]]:
        found = (self._subscriptions[id] for id in self._of_instance.get(instance, ()))
        return [(row.subscription, row.name, self._keys[row.id]) for row in found if row.id in self._keys]

    def waiting_buffered_message(self, name: str, key: str, *, process: str) -> MessageRow | None:
        now = self.tx.now
        for row in self._messages.values():
            if (
                (row.name, row.correlation_key) == (name, key)
                and process not in self.receipts.get(row.id, ())
                and (row.expires_at is None or row.expires_at > now)
            ):
                return row
        return None

    def waiting_signal_subscriptions(self, name: str, stream: str | None) -> list[SubscriptionRow]:
        found = [
            self._subscriptions[id]
            for id, is_global in self._by_signal.get(name, {}).items()
            if stream is None or is_global or self._subscriptions[id].stream == stream
        ]
        return sorted(found, key=lambda row: row.stream)

    def waiting_job(self, id: str) -> None:
        return None

    def subscribe(self, stream: str, instance: LockedInstance, event: model.MessageSubscribed) -> None:
        id = f"{instance.id}.{event.subscription}"
        self._subscriptions[id] = SubscriptionRow(
            id, instance.id, event.subscription, instance.process, event.element, event.name, stream
        )
        self._keys[id] = event.correlation_key
        self._by_message.setdefault((event.name, event.correlation_key), {})[id] = None
        self._of_instance.setdefault(instance.id, {})[id] = None

    def subscribe_signal(self, stream: str, instance: LockedInstance, event: model.SignalSubscribed) -> None:
        id = f"{instance.id}.{event.subscription}"
        self._subscriptions[id] = SubscriptionRow(
            id, instance.id, event.subscription, instance.process, event.element, event.name, stream
        )
        self._by_signal.setdefault(event.name, {})[id] = event.is_global
        self._of_instance.setdefault(instance.id, {})[id] = None

    def unsubscribe(self, stream: str, instance: LockedInstance, event: Any) -> None:
        id = f"{instance.id}.{event.subscription}"
        self._of_instance.get(instance.id, {}).pop(id, None)
        self._forget_subscription(id)

    def _forget_subscription(self, id: str) -> None:
        row = self._subscriptions.pop(id, None)
        if row is None:
            return
        key = self._keys.pop(id, None)
        if key is None:
            self._by_signal[row.name].pop(id, None)
            return
        waiting = self._by_message[(row.name, key)]
        waiting.pop(id, None)
        if not waiting:
            del self._by_message[(row.name, key)]

    def buffer(self, stream: str, instance: Any, event: events.MessageBuffered) -> None:
        for id in [
            id for id, row in self._messages.items() if row.expires_at and row.expires_at < self.tx.now
        ]:
            del self._messages[id]
            self.receipts.pop(id, None)
        self._messages[event.message] = MessageRow(
            event.message,
            event.name,
            event.correlation_key,
            stream,
            event.case_code,
            event.variables,
            self.tx.now,
            event.expires_at,
        )
        if event.reached:
            self.receipts.setdefault(event.message, set()).update(event.reached)

    def correlate(self, stream: str, instance: Any, event: events.MessageCorrelated) -> None:
        if event.message is None:
            return
        if event.is_used_up:
            self._messages.pop(event.message, None)
        else:
            self.receipts.setdefault(event.message, set()).add(event.process)
