"""What the installation's stream tells, an event at a time; and ways to hold only a share of it at once."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from flowcase.model import Event
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import chains, history

_ENTRIES_AT_ONCE = 200

Told = tuple[str, dt.datetime, Event]  # actor, instant


def heard_by(told: Iterable[Told], *listeners: Callable[[Told], None]) -> Iterator[Told]:
    """The same, of which each listener hears too: the stream is read once for all of them."""
    for each in told:
        for listen in listeners:
            listen(each)
        yield each


def told(tx: Tx, classes: Iterable[type[Event]]) -> Iterator[Told]:
    """Events of these kinds in order."""
    kinds = frozenset(each.__name__ for each in classes)
    for entry in chains.all_of(tx, INSTALLATION, _ENTRIES_AT_ONCE):
        if not kinds.isdisjoint(entry.kind.split(" ")):
            for row in history.opened(tx, entry, kinds):
                if row.event is not None:
                    yield row.actor, row.at, row.event


class Share(NamedTuple):
    """Some of all rows: who compares one share after the other holds no more than one."""

    number: int
    of: int

    def has(self, id: str) -> bool:
        return zlib.crc32(id.encode()) % self.of == self.number


def shares(rows: int, at_once: int) -> list[Share]:
    """So many that each has about `at_once` of the rows."""
    of = rows // at_once + 1
    return [Share(number, of) for number in range(of)]
