"""Walking every chain, some streams at a time: a ten-year history takes no more memory than a new one.

Each page is read in a transaction of its own, so that none stays open for as long as the walk takes: the
database tidies up behind it, and one that is away for a moment is waited for where the walk stands. What
people do meanwhile may make a chain look broken; such a one is walked again, within one moment.
"""

from __future__ import annotations

import datetime as dt
import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from flowcase.history.verification import Broken, verify
from flowcase.services.transactions import Transactions
from flowcase.store import DatabaseFault, Keyring, Tx
from flowcase.store.keys import KeyUnusable, SealBroken
from flowcase.store.queries import chains, history
from flowcase.store.queries.chains import ChainRow, Place
from flowcase.store.queries.history import SealedRow, SetBack

STREAMS_AT_ONCE, ENTRIES_AT_ONCE = 200, 500
_CLOCKS_DIFFER = dt.timedelta(minutes=1)
_MOST_SET_BACK = 1000
# What lies there is not even of the column's type.
_UNREADABLE = (DatabaseFault, LookupError, TypeError, ValueError)


@dataclass
class Walked:
    """What a walk through every chain has found."""

    broken: list[Broken] = field(default_factory=list)
    # Where the clock stood before the entry in front; what clocks of nodes differ by is not told.
    set_back: list[SetBack] = field(default_factory=list)


def walk(transactions: Transactions, progress: Callable[[str, int], None]) -> Walked:
    """The first fault of each chain; `progress` is told each stream, and its number of events, before it."""
    found = Walked()
    for id in _suspects(transactions, progress, found.set_back):
        broken = transactions.read_at_one_moment(partial(_walked_anew, id=id))
        if broken is not None:
            found.broken.append(broken)
    return found


def _suspects(
    transactions: Transactions, progress: Callable[[str, int], None], set_back: list[SetBack]
) -> Iterator[str]:
    keyring, after, is_last = transactions.store.keyring, "", False
    while not is_last:
        streams = transactions.read(partial(chains.page, after=after, limit=STREAMS_AT_ONCE))
        is_last = len(streams) < STREAMS_AT_ONCE
        for row in streams:
            progress(row.id, row.length)
        up_to = None if is_last else streams[-1].id
        entries = _entries(transactions, after, up_to)
        try:
            yield from list(_suspected(keyring, streams, entries, set_back))
        except _UNREADABLE:
            yield from (row.id for row in streams)
        after = up_to or after


def _entries(transactions: Transactions, after: str, up_to: str | None) -> Iterator[SealedRow]:
    place = Place(after)
    while True:
        read = partial(chains.entries, after=place, up_to=up_to, limit=ENTRIES_AT_ONCE)
        rows = transactions.read(read)
        yield from rows
        if len(rows) < ENTRIES_AT_ONCE:
            return
        place = Place(rows[-1].stream, rows[-1].seq)


def _suspected(
    keyring: Keyring, streams: Sequence[ChainRow], entries: Iterable[SealedRow], set_back: list[SetBack]
) -> Iterator[str]:
    rows = {row.id: row for row in streams}
    for id, entries_of_it in itertools.groupby(entries, operator.attrgetter("stream")):
        row, noted = rows.pop(id, None), _noted(entries_of_it, set_back)
        if row is None or _broken(keyring, row, noted) is not None:
            yield id
        for _ in noted:  # behind a fault, and where no row of the stream is
            pass
    yield from (row.id for row in rows.values() if _broken(keyring, row, ()) is not None)


def _noted(entries: Iterable[SealedRow], set_back: list[SetBack]) -> Iterator[SealedRow]:
    """The entries of one stream; where the clock was set back is noted on the way."""
    before: dt.datetime | None = None
    for entry in entries:
        if before is not None and before - entry.at > _CLOCKS_DIFFER and len(set_back) < _MOST_SET_BACK:
            set_back.append(SetBack(entry.stream, entry.seq, entry.at, before))
        before = entry.at
        yield entry


def _broken(keyring: Keyring, row: ChainRow, entries: Iterable[SealedRow]) -> Broken | None:
    walk = partial(verify, row.id, length=row.length, head=row.head)
    try:
        cipher = None if row.wrapped_key is None else keyring.unwrap(row.id, row.wrapped_key)
    except (KeyUnusable, SealBroken):
        return walk(entries) or Broken(row.id, 1, "sealed under a key that no installation key opens")
    return walk(entries, is_as_sealed=partial(history.is_as_sealed, cipher))


def _walked_anew(tx: Tx, id: str) -> Broken | None:
    try:
        row, entries = chains.row_of(tx, id), history.sealed(tx, id)
        if row is not None:
            return _broken(tx.keyring, row, entries)
        orphan = next(entries, None)
        return None if orphan is None else Broken(id, orphan.seq, "left behind: the stream's own row is gone")
    except _UNREADABLE:
        return Broken(id, 1, "no event that can be read, or one behind it")
