"""Proving that a stream's history is whole: every entry there, in order, and as it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from flowcase.history.chain import GENESIS, event_hash


class Stored(Protocol):
    """An entry as it is stored (`store.queries.history.SealedRow`)."""

    @property
    def seq(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def prev_hash(self) -> bytes: ...
    @property
    def hash(self) -> bytes: ...


Entry = TypeVar("Entry", bound=Stored)

_HASHED = ("stream", "seq", "size", "at", "actor", "kind", "instance", "element", "sealed_payload")


@dataclass(frozen=True)
class Broken:
    """The first place where a chain is not what it was."""

    stream: str
    seq: int  # of the entry's first event
    what: str  # altered | missing | added | rewritten, and by whom it can have been

    def __str__(self) -> str:
        return f"Stream {self.stream}: event {self.seq} is {self.what}."


_REWRITTEN = "rewritten by somebody without the stream's key: its hash fits, its seal does not"


def verify(
    stream: str,
    events: Iterable[Entry],
    *,
    length: int,
    head: bytes,
    is_as_sealed: Callable[[Entry], bool | None] = lambda entry: None,
) -> Broken | None:
    """Walk a chain from its beginning; None when it is whole.

    `length` and `head` are what the stream's row remembers of its end: they show when the newest events
    were cut off. `is_as_sealed` says whether an entry's seal fits what stands beside it, and None where
    nothing tells; without it only hashes are looked at, which anybody can make anew.
    """
    expected, before = 1, GENESIS
    loose: int | None = None  # the first of the events just in front to which nothing is bound
    for event in events:
        if event.seq != expected:
            what = "missing" if event.seq > expected else "added"
            return Broken(stream, min(event.seq, expected) if what == "added" else expected, what)
        if event.seq > length:
            return Broken(stream, event.seq, "added")
        columns = {name: getattr(event, name) for name in _HASHED}
        if event.prev_hash != before or event.hash != event_hash(before, **columns):
            return Broken(stream, event.seq, "altered")
        fits = is_as_sealed(event)
        if fits is False:
            older = f"; or one from event {loose} on, which an older release wrote" if loose else ""
            return Broken(stream, event.seq, _REWRITTEN + older)
        loose = None if fits else loose or event.seq
        expected, before = expected + event.size, event.hash
    if expected <= length:
        return Broken(stream, expected, "missing")
    if before != head:
        return Broken(stream, length, "altered")
    return None
