"""The transaction: the only place where rows and history are written, together or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from sqlalchemy import Connection, bindparam, func, select

from flowcase.access.actor import Actor
from flowcase.errors import Conflict, NotFound
from flowcase.history import webhook_kinds
from flowcase.model import Advance, Event, InstanceMigrated, InstanceStarted, InstanceStatus
from flowcase.store import tables, webhook_tables
from flowcase.store.appliers import applier_of
from flowcase.store.columns import among
from flowcase.store.keys import Cipher, Keyring
from flowcase.store.prepared import Prepared
from flowcase.store.rows import Attempt
from flowcase.store.streams import INSTALLATION, LOCK_STREAM_OF_INSTANCE, STREAM_COLUMNS, Mark, Streams
from flowcase.store.wire import Question

WORK_CHANNEL = "flowcase_work"  # of PostgreSQL's NOTIFY


@dataclass
class LockedInstance:
    """An instance whose stream this transaction holds: nobody else changes it until the commit."""

    id: str
    process: str
    definition: str  # process definition id
    stream: str
    case_code: str | None = None
    parent: str | None = None
    parent_element_instance: str | None = None
    depth: int = 0
    rule_set: str | None = None
    start_key: str | None = None
    status: str = InstanceStatus.ACTIVE
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    state: Any = None  # bytes as stored, or the engine's State after an advance; None: not started
    version: int = 0  # of the stored state; 0: not stored yet
    is_dirty: bool = False

    @property
    def has_ended(self) -> bool:
        return self.status in (InstanceStatus.COMPLETED, InstanceStatus.CANCELLED)


class Tx(Streams):
    """One transaction. Reads see what it has written; the history is chained and sealed at its end."""

    def __init__(
        self,
        connection: Connection,
        keyring: Keyring,
        actor: Actor,
        now: dt.datetime,
        request_id: str = "",
        subscribers: Mapping[str, Sequence[str]] | None = None,
        *,
        may_write: bool = True,
    ) -> None:
        super().__init__(connection, keyring, actor, now, request_id, may_write=may_write)
        self._instances: dict[str, LockedInstance] = {}
        self.changed_timers: set[str] = set()  # ids of those that were moved or ended
        self.is_intervention = False  # an operator steps in: who loses a user task by it is told
        self.wakes_workers = False  # tell them at the commit that there is something to do at once
        self._subscribers = subscribers or {}  # kind of event -> the webhooks that are told of it
        self.learned_candidate_sets: set[str] = set()  # known to the store after the commit
        self.is_repeatable = False  # whether doing it twice is doing it once: nobody asks how a commit ended
        self.has_sent_commit = False  # whether the commit may have happened, whatever is heard of it

    # --- events ------------------------------------------------------------------------------------

    def append(
        self,
        stream: str,
        event: Event,
        *,
        instance: LockedInstance | None = None,
        element: str | None = None,
        concerns: Iterable[str] = (),
    ) -> None:
        """Record an event that is no result of the engine, and apply it.

        `concerns` names other streams that get a reference to it. The history is written at the
        commit, in the order of the calls within each stream.
        """
        applier_of(type(event))(self, stream, instance, event)
        instance_id = None if instance is None else instance.id
        self._remember(stream, event, instance_id, element, tuple(concerns))

    def _remember(
        self,
        stream: str,
        event: Event,
        instance: str | None,
        element: str | None = None,
        concerns: tuple[str, ...] = (),
    ) -> None:
        super()._remember(stream, event, instance, element, concerns)
        if self._subscribers:
            for webhook in self._subscribers.get(type(event).__name__, ()):
                self._tell(webhook, stream, event, instance, element)

    def _tell(
        self, webhook: str, stream: str, event: Event, instance: str | None, element: str | None
    ) -> None:
        """Put the event in the outbox of webhooks: it is told if, and only if, this is committed."""
        locked = self._instances.get(instance) if instance is not None else None
        kind, _, code = stream.partition(":")
        of_instance = None if locked is None else locked.case_code
        self.insert(
            webhook_tables.webhook_delivery,
            id=self.new_id(),
            webhook=webhook,
            kind=type(event).__name__,
            body=webhook_kinds.body(
                event,
                self.now,
                case=getattr(event, "case", None) or of_instance or (code if kind == "case" else None),
                process=None if locked is None else locked.process,
                instance=instance,
                element=getattr(event, "element", None) or element,
            ),
            status="waiting",
            due_at=self.now,
            created_at=self.now,
            attempts=0,
        )

    # --- instances ---------------------------------------------------------------------------------

    def lock(self, instance: str) -> LockedInstance:
        """The instance with its state, its stream locked until the commit. Raises NotFound."""
        return self.lock_and_ask(instance)[0]

    def lock_and_ask(self, instance: str, *questions: Question) -> tuple[LockedInstance, list[Any]]:
        """The locked instance, and the rows of each query as they are once the lock is held.

        All of it is one round trip where the database allows it. Raises NotFound.
        """
        known = self._instances.get(instance)
        if known is not None:
            return known, self.ask(*questions) if questions else []
        key = {"id": instance}
        while True:
            if self.is_alone:  # the lock is held already: nobody can write meanwhile
                rows, *answers = self.ask((_READ_INSTANCE_AND_STREAM, key), *questions)
                locks = rows
            else:
                # The lock is waited for by the first of these, so that the others read what holds under it.
                locks, rows, *answers = self.ask(
                    (LOCK_STREAM_OF_INSTANCE, key), (_READ_INSTANCE, key), *questions
                )
            if not rows:
                raise NotFound("process instance", instance)
            (row,) = rows
            if locks:
                self._opened(locks[0])
            if row.stream in self._streams:  # otherwise it was moved to another one meanwhile
                break
        cipher = self._streams[row.stream].cipher
        if cipher is None:
            raise Conflict(f"open process instance '{instance}'", "the key of its stream was destroyed")
        locked = self._instances[instance] = _instance(row, cipher)
        return locked, answers

    def lock_held(self, instances: Iterable[str]) -> None:
        """Lock several instances whose streams this transaction holds, by one statement for all of them."""
        unknown = [instance for instance in dict.fromkeys(instances) if instance not in self._instances]
        if not unknown:
            return
        for row in self.rows(_READ_INSTANCES, {"ids": unknown}):
            held = self._streams.get(row.stream)
            if held is not None and held.cipher is not None:  # `lock` says of each of the others why not
                self._instances[row.id] = _instance(row, held.cipher)

    def look(self, instance: str) -> LockedInstance:
        """The instance as it is, for reading only: without a lock. Raises NotFound."""
        row = self.first(_READ_INSTANCE, {"id": instance})
        if row is None:
            raise NotFound("process instance", instance)
        return _instance(row, self._cipher(row.stream))

    @staticmethod
    def look_question(instance: str) -> Question:
        """What `look` asks."""
        return _READ_INSTANCE, {"id": instance}

    def record(self, instance: LockedInstance | str, advance: Advance) -> None:
        """The only writer of engine results: keeps the state, records each event and applies it.

        A new instance is a LockedInstance without state; its InstanceStarted event inserts it.
        The state itself is saved once, at the commit.
        """
        if isinstance(instance, str):
            instance = self.lock(instance)
        elif instance.id not in self._instances:
            if instance.state is not None:
                raise TypeError("Expected a new process instance or one that was locked in this transaction.")
            self.stream(instance.stream, is_new=instance.stream.endswith(f":{instance.id}"))
            self._instances[instance.id] = instance
        instance.state = advance.state
        instance.is_dirty = True
        for event in advance.events:
            told = _told_whole(instance, event) if type(event) in _TOLD_IN_PART else event
            applier_of(type(event))(self, instance.stream, instance, told)
            self._remember(instance.stream, told, instance.id)

    def _mark(self) -> Mark:
        mark = super()._mark()
        mark.instances = {
            id: (each.stream, each.case_code, each.status, each.ended_at)
            for id, each in self._instances.items()
        }
        return mark

    def _undo(self, attempt: Attempt) -> None:
        super()._undo(attempt)
        before = attempt.mark.instances
        for id in list(self._instances):
            if id in before:
                each = self._instances[id]
                each.stream, each.case_code, each.status, each.ended_at = before[id]
            else:
                del self._instances[id]

    # --- the end -----------------------------------------------------------------------------------

    def finish(self) -> None:
        """Write what is pending: rows, states, history. Called by the store just before the commit.

        PostgreSQL gets the COMMIT along with them; it writes rows and states while the history is sealed.
        """
        if self._failure is not None:
            raise self._failure
        self._save_states()
        self._send_ahead()
        self._write_history()
        if not self._wire.commits:
            self.send()
            return
        wake = [(_WAKE, {"channel": WORK_CHANNEL})] if self.wakes_workers else []
        if not (self._writes or wake or self._wire.has_begun):
            return  # nothing was said at all
        if not self.is_repeatable:
            self.transaction_number()
        self.has_sent_commit = True
        self._talk(self._taken(), wake, commit=True)

    def _save_states(self) -> None:
        for instance in self._instances.values():
            if not instance.is_dirty:
                continue
            version = instance.version + 1
            sealed = self.seal(
                instance.stream, f"state|{instance.id}|{version}", _state_bytes(instance.state)
            )
            if instance.version == 0:
                self.insert(tables.instance_state, instance=instance.id, version=version, sealed_state=sealed)
            else:
                self.update(
                    tables.instance_state,
                    {"instance": instance.id, "version": instance.version},
                    {"version": version, "sealed_state": sealed},
                    attempt=f"save process instance '{instance.id}'",
                )
            instance.version, instance.is_dirty = version, False
            self._saved[instance.id] = version

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self._wire.roll_back()
        self._instances.clear()
        self._streams.clear()
        self._ciphers.clear()


def _instance(row: Any, cipher: Cipher | None) -> LockedInstance:
    place = f"{row.stream}|state|{row.id}|{row.version}"
    return LockedInstance(
        id=row.id,
        process=row.process,
        definition=row.definition,
        stream=row.stream,
        case_code=row.case_code,
        parent=row.parent,
        parent_element_instance=row.parent_element_instance,
        depth=row.depth,
        rule_set=row.rule_set,
        start_key=row.start_key,
        status=row.status,
        started_at=row.started_at,
        ended_at=row.ended_at,
        state=None if cipher is None else cipher.open(row.sealed_state, place),
        version=row.version,
    )


_TOLD_IN_PART = (InstanceStarted, InstanceMigrated)


def _told_whole(instance: LockedInstance, event: Event) -> Event:
    """With what the row of the instance is to say and the engine does not know."""
    if isinstance(event, InstanceMigrated):
        return replace(event, version=instance.version)
    if not isinstance(event, InstanceStarted):
        return event
    return replace(
        event,
        definition=instance.definition,
        case_code=instance.case_code,
        parent=instance.parent,
        parent_element_instance=instance.parent_element_instance,
        depth=instance.depth,
        rule_set=instance.rule_set,
        start_key=instance.start_key,
    )


_WAKE = Prepared(select(func.pg_notify(bindparam("channel"), "").label("told")))
_state = tables.instance_state
_WITH_STATE = tables.instance.join(_state, _state.c.instance == tables.instance.c.id)
_INSTANCES = select(tables.instance, _state.c.version, _state.c.sealed_state).select_from(_WITH_STATE)
_IS_INSTANCE = tables.instance.c.id == bindparam("id")
_READ_INSTANCE = Prepared(_INSTANCES.where(_IS_INSTANCE))
_READ_INSTANCE_AND_STREAM = Prepared(
    select(*_INSTANCES.selected_columns, *STREAM_COLUMNS)
    .select_from(_WITH_STATE.join(tables.stream, tables.stream.c.id == tables.instance.c.stream))
    .where(_IS_INSTANCE)
)
_READ_INSTANCES = Prepared(_INSTANCES.where(among(tables.instance.c.id, "ids")))


def _state_bytes(state: Any) -> bytes:
    return state if isinstance(state, bytes) else state.to_bytes()


__all__ = ["INSTALLATION", "WORK_CHANNEL", "LockedInstance", "Tx"]
