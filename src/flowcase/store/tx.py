"""The transaction: the only place where rows and history are written, together or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field
from typing import Any, Self

from sqlalchemy import (
    Connection,
    Text,
    bindparam,
    cast,
    func,
    insert,
    select,
)

from flowcase.access.actor import Actor
from flowcase.errors import Conflict, NotFound
from flowcase.events import ReferenceRecorded
from flowcase.history.chain import GENESIS, event_hash
from flowcase.model import Advance, ElementEvent, Event, InstanceStatus
from flowcase.store import codec, tables
from flowcase.store.columns import among
from flowcase.store.ids import new_id
from flowcase.store.keys import Cipher, Keyring
from flowcase.store.rows import Attempt, Rows

INSTALLATION = "installation"
WORK_CHANNEL = "flowcase_work"  # of PostgreSQL's NOTIFY

_STREAM_KINDS = ("case:", "notification:", "meeting:", "process:")


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


@dataclass
class _Mark:
    """How much of the history was pending when an attempt began, and how its instances were."""

    pending: dict[str, int]
    unlocked: dict[str, int]
    instances: dict[str, tuple[Any, ...]]


@dataclass
class _Pending:
    event: Event
    instance: str | None
    element: str | None
    concerns: tuple[str, ...]


@dataclass
class _StreamRow:
    id: str
    wrapped_key: bytes | None
    length: int
    head: bytes


@dataclass
class _OpenStream:
    """A stream whose row is locked: its key, its end, and what is to be appended at the commit."""

    id: str
    cipher: Cipher | None
    length: int
    head: bytes
    pending: list[_Pending] = field(default_factory=list)


Applier = Callable[["Tx", str, "LockedInstance | None", Any], None]


class Tx(Rows):
    """One transaction. Reads see what it has written; the history is chained and sealed at its end.

    Locking: whoever changes an instance, a record or the history of a stream holds the lock of the
    stream's row first. A case is thereby changed by one transaction at a time, which rules out
    deadlocks within a case; those between cases are found by the database and tried again.
    """

    def __init__(
        self,
        connection: Connection,
        keyring: Keyring,
        actor: Actor,
        now: dt.datetime,
        request_id: str = "",
        known_candidate_sets: Set[str] = frozenset(),
    ) -> None:
        if now.tzinfo is None:
            raise TypeError("Expected an aware instant, but got a local time without zone.")
        super().__init__(connection)
        self.actor, self.request_id = actor, request_id
        self.now = now.astimezone(dt.UTC)
        self._keyring = keyring
        self._streams: dict[str, _OpenStream] = {}
        self._unlocked: dict[str, list[_Pending]] = {}
        self._ciphers: dict[str, Cipher | None] = {}
        self._instances: dict[str, LockedInstance] = {}
        self._number: str | None = None
        self.changed_timers: set[str] = set()  # ids of those that were moved or ended
        self.wakes_workers = False  # tell them at the commit that there is something to do at once
        self.known_candidate_sets = known_candidate_sets
        self.learned_candidate_sets: set[str] = set()  # known to the store after the commit
        self.cache: dict[Any, Any] = {}  # what a service remembers until the transaction ends

    # --- ids and sealing ---------------------------------------------------------------------------

    def new_id(self) -> str:
        """A new id of anything: short, without meaning, ascending with time."""
        return new_id(self.now)

    def seal(self, stream: str, place: str, content: bytes) -> bytes:
        """Encrypt under the stream's key, bound to `place` (table, row and column or version)."""
        cipher = self.stream(stream).cipher
        if cipher is None:
            raise Conflict(f"write to stream '{stream}'", "its key was destroyed")
        return cipher.seal(content, f"{stream}|{place}")

    def open(self, stream: str, place: str, sealed: bytes) -> bytes | None:
        """Decrypt; None when the stream's key was destroyed. Raises SealBroken when it was altered."""
        cipher = self._cipher(stream)
        return None if cipher is None else cipher.open(sealed, f"{stream}|{place}")

    def is_erased(self, stream: str) -> bool:
        """Whether the stream's key was destroyed."""
        return self._cipher(stream) is None

    def digest(self, purpose: str, text: str) -> bytes:
        """A keyed hash of a confidential value, to search it without storing it."""
        key = self.cache.get("search key")
        if key is None:
            wrapped = self.scalar(_READ_STREAM, {"id": INSTALLATION})
            if wrapped is None:
                self._ensure_stream(INSTALLATION)
                wrapped = self.scalar(_READ_STREAM, {"id": INSTALLATION})
            key = hmac.digest(self._keyring.unwrap_key(INSTALLATION, wrapped), b"search", "sha256")
            self.cache["search key"] = key
        return hmac.digest(key, f"{purpose}\0{text}".encode(), hashlib.sha256)

    def check_key(self) -> None:
        """Raises KeyUnusable when the installation key is not the one this database was written with."""
        row = self.first(_READ_STREAM, {"id": INSTALLATION})
        if row is not None and row.wrapped_key is not None:
            self._keyring.unwrap(INSTALLATION, row.wrapped_key)

    def transaction_number(self) -> str | None:
        """By which PostgreSQL tells later how this transaction ended; None elsewhere or for a mere reader."""
        if self._number is None and self._connection.dialect.name == "postgresql":
            self._number = self.scalar(_TRANSACTION_NUMBER)
        return self._number

    # --- streams and history -----------------------------------------------------------------------

    @property
    def is_alone(self) -> bool:
        """Whether nobody else can write meanwhile, so that what was read still holds: on SQLite."""
        return self._connection.dialect.name == "sqlite"

    def stream(self, stream: str) -> _OpenStream:
        """Lock the stream's row (made when it is missing) until the commit."""
        opened = self._streams.get(stream)
        if opened is None:
            row = self._lock_row(stream)
            if row is None:
                self._ensure_stream(stream)
                row = self._lock_row(stream)
            opened = self._opened(row)
        return opened

    def _lock_row(self, stream: str) -> Any:
        if self._connection.dialect.name != "postgresql":
            return self.first(_LOCK_STREAM, {"id": stream})
        row = self.first(_LOCK_STREAM_NUMBERED, {"id": stream})
        if row is not None:
            self._number = row.number
        return row

    def hold(self, rows: Iterable[Any]) -> None:
        """Take over streams whose rows (STREAM_COLUMNS) were locked as a search read them."""
        for row in rows:
            if row.stream_id not in self._streams:
                self._opened(_StreamRow(row.stream_id, row.wrapped_key, row.length, row.head))
            self._number = row._mapping.get("number", self._number)

    def _opened(self, row: Any) -> _OpenStream:
        cipher = None if row.wrapped_key is None else self._keyring.unwrap(row.id, row.wrapped_key)
        opened = _OpenStream(row.id, cipher, row.length, row.head, self._unlocked.pop(row.id, []))
        self._streams[row.id] = opened
        self._ciphers[row.id] = cipher
        return opened

    def _ensure_stream(self, stream: str) -> None:
        if stream != INSTALLATION and not stream.startswith(_STREAM_KINDS):
            raise NotFound("stream", stream)
        wrapped, _ = self._keyring.new_wrapped_key(stream)
        self.insert_once(
            tables.stream, id=stream, wrapped_key=wrapped, length=0, head=GENESIS, created_at=self.now
        )

    def _cipher(self, stream: str) -> Cipher | None:
        """The key for reading; takes no lock."""
        if stream not in self._ciphers:
            row = self.first(_READ_STREAM, {"id": stream})
            if row is None:
                raise NotFound("stream", stream)
            self._ciphers[stream] = (
                None if row.wrapped_key is None else self._keyring.unwrap(stream, row.wrapped_key)
            )
        return self._ciphers[stream]

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
        from flowcase.store.appliers import applier_of

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
        if isinstance(event, ElementEvent):
            element = event.element
        opened = self._streams.get(stream)
        pending = self._unlocked.setdefault(stream, []) if opened is None else opened.pending
        pending.append(_Pending(event, instance, element, concerns))

    # --- instances ---------------------------------------------------------------------------------

    def lock(self, instance: str) -> LockedInstance:
        """The instance with its state, its stream locked until the commit. Raises NotFound."""
        known = self._instances.get(instance)
        if known is not None:
            return known
        while True:
            row = self.first(_READ_INSTANCE, {"id": instance})
            if row is None:
                raise NotFound("process instance", instance)
            if row.stream in self._streams:
                break
            self.stream(row.stream)
            if self.is_alone:
                break
        cipher = self._streams[row.stream].cipher
        if cipher is None:
            raise Conflict(f"open process instance '{instance}'", "the key of its stream was destroyed")
        locked = _instance(row, cipher)
        self._instances[instance] = locked
        return locked

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

    def record(self, instance: LockedInstance | str, advance: Advance) -> None:
        """The only writer of engine results: keeps the state, records each event and applies it.

        A new instance is a LockedInstance without state; its InstanceStarted event inserts it.
        The state itself is saved once, at the commit.
        """
        from flowcase.store.appliers import applier_of

        if isinstance(instance, str):
            instance = self.lock(instance)
        elif instance.id not in self._instances:
            if instance.state is not None:
                raise TypeError("Expected a new process instance or one that was locked in this transaction.")
            self.stream(instance.stream)
            self._instances[instance.id] = instance
        instance.state = advance.state
        instance.is_dirty = True
        for event in advance.events:
            applier_of(type(event))(self, instance.stream, instance, event)
            self._remember(instance.stream, event, instance.id)

    def _mark(self) -> _Mark:
        return _Mark(
            {name: len(opened.pending) for name, opened in self._streams.items()},
            {name: len(pending) for name, pending in self._unlocked.items()},
            {
                id: (each.stream, each.case_code, each.status, each.ended_at)
                for id, each in self._instances.items()
            },
        )

    def _undo(self, attempt: Attempt) -> None:
        super()._undo(attempt)
        mark: _Mark = attempt.mark
        if attempt.savepoint is not None:
            # A stream that was made or locked inside is no longer.
            for name in set(self._streams) - set(mark.pending):
                opened = self._streams.pop(name)
                self._ciphers.pop(name, None)
                if name in mark.unlocked:
                    self._unlocked[name] = opened.pending
        for id in list(self._instances):
            if id in mark.instances:
                each = self._instances[id]
                each.stream, each.case_code, each.status, each.ended_at = mark.instances[id]
            else:
                del self._instances[id]
        for name, opened in self._streams.items():
            # Events that had waited for the lock of a stream came first in it.
            del opened.pending[mark.pending.get(name, mark.unlocked.get(name, 0)) :]
        for name in list(self._unlocked):
            del self._unlocked[name][mark.unlocked.get(name, 0) :]
            if not self._unlocked[name]:
                del self._unlocked[name]

    # --- the end -----------------------------------------------------------------------------------

    def finish(self) -> None:
        """Write what is pending: rows, states, history. Called by the store just before the commit."""
        self._flush_inserts()
        self._save_states()
        self._write_history()
        if self.wakes_workers and self._connection.dialect.name == "postgresql":
            self._connection.execute(_WAKE, {"channel": WORK_CHANNEL})

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
        self._flush_inserts()

    def _write_history(self) -> None:
        # The installation's stream is everybody's: it is locked last and held shortest.
        while self._unlocked:
            self.stream(min(self._unlocked, key=lambda name: (name == INSTALLATION, name)))
        rows: list[dict[str, Any]] = []
        references: list[tuple[str, ReferenceRecorded]] = []
        for opened in self._streams.values():
            rows += self._chained(opened, references)
        for stream, reference in references:
            self._remember(stream, reference, None)
        while self._unlocked:
            self.stream(min(self._unlocked, key=lambda name: (name == INSTALLATION, name)))
        if references:
            for opened in self._streams.values():
                rows += self._chained(opened, [])
        changed = {row["stream"] for row in rows}
        if rows:
            self._connection.execute(insert(tables.history), rows)
        for name in changed:
            opened = self._streams[name]
            self.update(
                tables.stream,
                {
                    "id": name,
                    "length": opened.length - sum(row["size"] for row in rows if row["stream"] == name),
                },
                {"length": opened.length, "head": opened.head},
                attempt=f"append to stream '{name}'",
            )

    def _chained(
        self, opened: _OpenStream, references: list[tuple[str, ReferenceRecorded]]
    ) -> list[dict[str, Any]]:
        """Number, seal and chain the stream's pending events: one entry of them all."""
        if not opened.pending:
            return []
        if opened.cipher is None:
            raise Conflict(f"append to stream '{opened.id}'", "its key was destroyed")
        first, recorded = opened.length + 1, []
        for seq, pending in enumerate(opened.pending, start=first):
            kind = type(pending.event).__name__
            recorded.append(codec.Recorded(kind, pending.instance, pending.element, pending.event))
            for stream in pending.concerns:
                references.append((stream, ReferenceRecorded(stream=opened.id, seq=seq, kind=kind)))
        instances = dict.fromkeys(each.instance for each in recorded if each.instance)
        row: dict[str, Any] = {
            "stream": opened.id,
            "seq": first,
            "size": len(recorded),
            "at": self.now,
            "actor": self.actor.id,
            "kind": " ".join(dict.fromkeys(each.kind for each in recorded)),
            "instance": " ".join(instances) or None,
            "element": None,
            "sealed_payload": opened.cipher.seal(
                codec.encode(recorded, self.request_id), f"{opened.id}|history|{first}"
            ),
        }
        row_hash = event_hash(opened.head, **row)
        before, opened.head = opened.head, row_hash
        opened.length += len(recorded)
        opened.pending = []
        return [{**row, "prev_hash": before, "hash": row_hash}]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
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


# What a search reads of the streams that it locks for `Tx.hold`.
STREAM_COLUMNS = (
    tables.stream.c.id.label("stream_id"),
    tables.stream.c.wrapped_key,
    tables.stream.c.length,
    tables.stream.c.head,
)
_LOCK_STREAM = (
    select(tables.stream.c.id, tables.stream.c.wrapped_key, tables.stream.c.length, tables.stream.c.head)
    .where(tables.stream.c.id == bindparam("id"))
    .with_for_update()
)
# Comes with the lock, so that asking for it costs no round trip of its own.
TRANSACTION_NUMBER = cast(func.pg_current_xact_id(), Text).label("number")
_LOCK_STREAM_NUMBERED = _LOCK_STREAM.add_columns(TRANSACTION_NUMBER)
_WAKE = select(func.pg_notify(bindparam("channel"), ""))
_TRANSACTION_NUMBER = select(cast(func.pg_current_xact_id_if_assigned(), Text))
_READ_STREAM = select(tables.stream.c.wrapped_key).where(tables.stream.c.id == bindparam("id"))
_INSTANCES = select(
    tables.instance, tables.instance_state.c.version, tables.instance_state.c.sealed_state
).join(tables.instance_state, tables.instance_state.c.instance == tables.instance.c.id)
_READ_INSTANCE = _INSTANCES.where(tables.instance.c.id == bindparam("id"))
_READ_INSTANCES = _INSTANCES.where(among(tables.instance.c.id, "ids"))


def _state_bytes(state: Any) -> bytes:
    return state if isinstance(state, bytes) else state.to_bytes()
