"""Streams within one transaction: locked, read and written under their keys, their history chained.

Locking: whoever changes an instance, a record or the history of a stream holds the lock of the stream's row
first. A case is thereby changed by one transaction at a time, which rules out deadlocks within a case; those
between cases are found by the database and tried again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Text, bindparam, cast, func, literal_column, select

from flowcase.access.actor import Actor
from flowcase.errors import Conflict, NotFound
from flowcase.events import ReferenceRecorded
from flowcase.history.chain import GENESIS, binding, event_hash
from flowcase.model import ElementEvent, Event
from flowcase.store import codec, tables
from flowcase.store.ids import new_id
from flowcase.store.keys import Cipher, Keyring
from flowcase.store.prepared import Prepared
from flowcase.store.rows import Attempt, Rows
from flowcase.store.settled import Written
from flowcase.store.wire import Question
from flowcase.store.writes import insertion_once

INSTALLATION = "installation"

_STREAM_KINDS = ("case:", "notification:", "meeting:", "process:", "upload:")


@dataclass(slots=True)
class _Pending:
    event: Event
    instance: str | None
    element: str | None
    concerns: tuple[str, ...]


@dataclass
class Mark:
    """How much of the history was pending when an attempt began, and how its instances were."""

    pending: dict[str, int]
    unlocked: dict[str, int]
    instances: dict[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class OpenStream:
    """A stream whose row is locked: its key, its end, and what is to be appended at the commit."""

    id: str
    cipher: Cipher | None
    stored: int  # its length as the row has it
    length: int
    head: bytes  # hash of its newest entry
    pending: list[_Pending] = field(default_factory=list)


class Streams(Rows):
    """What is appended to streams is numbered, sealed and chained once, at the end."""

    def __init__(
        self,
        connection: Connection,
        keyring: Keyring,
        actor: Actor,
        now: dt.datetime,
        request_id: str = "",
        *,
        may_write: bool = True,
    ) -> None:
        if now.tzinfo is None:
            raise TypeError("Expected an aware instant, but got a local time without zone.")
        super().__init__(connection, may_write=may_write)
        self.actor, self.request_id = actor, request_id
        self.now = now.astimezone(dt.UTC)
        self.cache: dict[Any, Any] = {}  # what a service remembers until the transaction ends
        self.written = Written()
        self._keyring = keyring
        self._streams: dict[str, OpenStream] = {}
        self._unlocked: dict[str, list[_Pending]] = {}
        self._saved: dict[str, int] = {}  # versions of states, by instance, that the history tells too
        self._ciphers: dict[str, Cipher | None] = {}
        self._number: str | None = None
        self.last_entry: tuple[str, int, bytes] | None = None  # stream, number and hash, once written

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

    def let_go(self, stream: str) -> None:
        """Of the key of a stream that was read and is not written to: who reads all holds one at a time."""
        if stream not in self._streams:
            self._ciphers.pop(stream, None)
            self.forget(_READ_STREAM, {"id": stream})

    @property
    def keyring(self) -> Keyring:
        """The installation keys."""
        return self._keyring

    def is_erased(self, stream: str) -> bool:
        """Whether the stream's key was destroyed."""
        return self._cipher(stream) is None

    def digest(self, purpose: str, text: str) -> bytes:
        """A keyed hash of a confidential value, to search it without storing it."""
        key = self.cache.get("search key")
        if key is None:
            wrapped = self.scalar(_READ_STREAM, {"id": INSTALLATION})
            if wrapped is None:
                self.stream(INSTALLATION)
                wrapped = self.scalar(_READ_STREAM, {"id": INSTALLATION})
            key = hmac.digest(self._keyring.unwrap_key(INSTALLATION, wrapped), b"search", "sha256")
            self.cache["search key"] = key
        return hmac.digest(key, f"{purpose}\0{text}".encode(), hashlib.sha256)

    def check_key(self) -> None:
        """Raises KeyUnusable when the installation key is not the one this database was written with."""
        row = self.first(_READ_STREAM, {"id": INSTALLATION})
        if row is not None and row.wrapped_key is not None:
            self._keyring.unwrap(INSTALLATION, row.wrapped_key)

    def count_on_settled(self, length: int | None, head: bytes | None) -> None:
        """So long is the installation's stream, and this its newest hash: what only its events change was
        told to readers before.

        Both were read in this transaction, before what counts on them (`INSTALLATION_END`).
        """
        if self.settled is not None and length is not None and head is not None:
            self._settled = self.settled.at(length, bytes(head), self._installation_hash)
            self.written = self.settled.written

    def _installation_hash(self, length: int) -> bytes | None:
        """With which the installation's stream had this length; None where no entry ended there."""
        entry = self.first(_ENTRY_AT, {"length": length})
        return bytes(entry.hash) if entry is not None and entry.seq + entry.size - 1 == length else None

    def transaction_number(self) -> str | None:
        """By which PostgreSQL tells later how this transaction ended; None elsewhere or for a mere reader."""
        if self._number is None and not self.is_alone:
            self._number = self.scalar(_TRANSACTION_NUMBER)
        return self._number

    # --- locking -----------------------------------------------------------------------------------

    @property
    def is_alone(self) -> bool:
        """Whether nobody else can write meanwhile, so that what was read still holds: on SQLite."""
        return self._connection.dialect.name == "sqlite"

    def stream(self, stream: str, *, is_new: bool = False) -> OpenStream:
        """Lock the stream's row until the commit. It is made when it is missing, which `is_new` expects."""
        opened = self._streams.get(stream)
        if opened is None:
            found = [] if is_new else self.ask(_lock_of(stream))[0]
            opened = self._opened((found or self._made(stream))[0])
        return opened

    def _made(self, stream: str) -> list[Any]:
        """The row of a stream that is made now, or by another transaction at the same time; locked."""
        if stream != INSTALLATION and not stream.startswith(_STREAM_KINDS):
            raise NotFound("stream", stream)
        wrapped, _ = self._keyring.new_wrapped_key(stream)
        row = {"id": stream, "wrapped_key": wrapped, "length": 0, "head": GENESIS, "created_at": self.now}
        self._touch()
        _, found = self.ask((insertion_once(tables.stream), row), _lock_of(stream))
        return found

    def hold(self, rows: Iterable[Any]) -> None:
        """Take over streams whose rows (STREAM_COLUMNS) were locked as a search read them."""
        for row in rows:
            self._opened(row)

    def _opened(self, row: Any) -> OpenStream:
        """The stream of a row that was read with its lock."""
        name = row.stream_id
        opened = self._streams.get(name)
        if opened is None:
            cipher = None if row.wrapped_key is None else self._keyring.unwrap(name, row.wrapped_key)
            waiting = self._unlocked.pop(name, [])
            opened = OpenStream(name, cipher, row.length, row.length, row.head, waiting)
            self._streams[name], self._ciphers[name] = opened, cipher
            self._number = getattr(row, "number", None)
        return opened

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

    # --- history -----------------------------------------------------------------------------------

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

    def recorded(self) -> list[tuple[str | None, Event]]:
        """What was recorded so far, in order within each stream, with the instance that each is of."""
        lists = [*self._unlocked.values(), *(opened.pending for opened in self._streams.values())]
        return [(each.instance, each.event) for pending in lists for each in pending]

    def _write_history(self) -> None:
        """Append what is pending: one entry for each stream, and one for references to it from others."""
        self._lock_pending()
        references = [each for opened in self._streams.values() for each in self._chain(opened)]
        for stream, reference in references:
            self._remember(stream, reference, None)
        self._lock_pending()
        for opened in self._streams.values():
            self._chain(opened)
            if opened.length != opened.stored:
                self.update(
                    tables.stream,
                    {"id": opened.id, "length": opened.stored},
                    {"length": opened.length, "head": opened.head},
                    attempt=f"append to stream '{opened.id}'",
                )
                opened.stored = opened.length

    def _lock_pending(self) -> None:
        # The installation's stream is everybody's: it is locked last and held shortest.
        while self._unlocked:
            self.stream(min(self._unlocked, key=lambda name: (name == INSTALLATION, name)))

    def _chain(self, opened: OpenStream) -> list[tuple[str, ReferenceRecorded]]:
        """Number, seal and chain the stream's pending events as one entry; what other streams get of it."""
        if not opened.pending:
            return []
        if opened.cipher is None:
            raise Conflict(f"append to stream '{opened.id}'", "its key was destroyed")
        first, references = opened.length + 1, []
        recorded = [
            codec.Recorded(type(each.event).__name__, each.instance, each.element, each.event)
            for each in opened.pending
        ]
        for seq, pending in enumerate(opened.pending, start=first):
            for stream in pending.concerns:
                kind = type(pending.event).__name__
                references.append((stream, ReferenceRecorded(stream=opened.id, seq=seq, kind=kind)))
        instances = dict.fromkeys([each.instance for each in recorded if each.instance])
        row: dict[str, Any] = {
            "stream": opened.id,
            "seq": first,
            "size": len(recorded),
            "at": self.now,
            "actor": self.actor.id,
            "kind": " ".join(dict.fromkeys([each.kind for each in recorded])),
            "instance": " ".join(instances) or None,
            "element": None,
        }
        saved = [self._saved.get(each) for each in instances]
        content = codec.encode(recorded, self.request_id, binding(opened.head, **row), saved)
        row["sealed_payload"] = opened.cipher.seal(content, f"{opened.id}|history|{first}")
        before, opened.head = opened.head, event_hash(opened.head, **row)
        opened.length += len(recorded)
        opened.pending = []
        self.insert(tables.history, **row, prev_hash=before, hash=opened.head)
        self.last_entry = (opened.id, first, opened.head)
        return references

    # --- attempts ----------------------------------------------------------------------------------

    def _mark(self) -> Mark:
        return Mark(
            {name: len(opened.pending) for name, opened in self._streams.items()},
            {name: len(pending) for name, pending in self._unlocked.items()},
        )

    def _undo(self, attempt: Attempt) -> None:
        super()._undo(attempt)
        mark: Mark = attempt.mark
        if attempt.has_savepoint:
            # A stream that was made or locked inside is no longer.
            for name in set(self._streams) - set(mark.pending):
                opened = self._streams.pop(name)
                self._ciphers.pop(name, None)
                if name in mark.unlocked:
                    self._unlocked[name] = opened.pending
        for name, opened in self._streams.items():
            # Events that had waited for the lock of a stream came first in it.
            del opened.pending[mark.pending.get(name, mark.unlocked.get(name, 0)) :]
        for name in list(self._unlocked):
            del self._unlocked[name][mark.unlocked.get(name, 0) :]
            if not self._unlocked[name]:
                del self._unlocked[name]


def _lock_of(stream: str) -> Question:
    return _LOCK_STREAM, {"id": stream}


def key_question(stream: str) -> Question:
    """What is asked for the key of a stream that is only read."""
    return _READ_STREAM, {"id": stream}


def _locking(condition: Any) -> Prepared:
    """The row of a stream with its lock.

    PostgreSQL's number of the transaction comes with it, so that asking for it costs nothing.
    """
    query = select(*STREAM_COLUMNS).where(condition)
    numbered = query.add_columns(TRANSACTION_NUMBER).with_for_update(key_share=True)
    return Prepared(query, on={"postgresql": numbered})


# What is read of a stream whose row is locked.
STREAM_COLUMNS = (
    tables.stream.c.id.label("stream_id"),
    tables.stream.c.wrapped_key,
    tables.stream.c.length,
    tables.stream.c.head,
)
TRANSACTION_NUMBER = cast(func.pg_current_xact_id(), Text).label("number")
# How long the installation's stream is and with which hash it ends, beside what else is asked.
INSTALLATION_END = tuple(
    select(column)
    .where(tables.stream.c.id == literal_column(f"'{INSTALLATION}'"))
    .scalar_subquery()
    .label(name)
    for name, column in (("length", tables.stream.c.length), ("head", tables.stream.c.head))
)
_LOCK_STREAM = _locking(tables.stream.c.id == bindparam("id"))
LOCK_STREAM_OF_INSTANCE = _locking(
    tables.stream.c.id
    == select(tables.instance.c.stream).where(tables.instance.c.id == bindparam("id")).scalar_subquery()
)
_READ_STREAM = Prepared(select(tables.stream.c.wrapped_key).where(tables.stream.c.id == bindparam("id")))
_ENTRY_AT = Prepared(
    select(tables.history.c.seq, tables.history.c.size, tables.history.c.hash)
    .where(tables.history.c.stream == INSTALLATION, tables.history.c.seq <= bindparam("length"))
    .order_by(tables.history.c.seq.desc())
    .limit(1)
)
_TRANSACTION_NUMBER = Prepared(select(cast(func.pg_current_xact_id_if_assigned(), Text).label("number")))
