"""Wrapping the keys of all streams by another installation key, while nodes go on working.

What is sealed stays as it is: only the keys of the streams are wrapped anew, a batch in a transaction, those
that somebody works under later. Whoever is killed in between leaves nothing behind: the next run goes on with
what is left. It begins only when every living node knows the key, so that none meets one it cannot open.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_rotate_keys
from flowcase.errors import Forbidden, Refused
from flowcase.events import KeyRotationBegun, KeyRotationEnded
from flowcase.services.machines.nodes import Node, Nodes
from flowcase.services.proving.checkpoints import Checkpoints
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, KeyUnusable, SealBroken, Tx, tables
from flowcase.store.queries import stream_keys

BATCH = 200
PATIENCE_SECONDS = 30.0  # how long is waited for streams that somebody works under
_PAUSE_SECONDS = 0.2
_CHECKED_AT_ONCE = 2000


@dataclass(frozen=True)
class KeyOverview:
    """Which keys are known here, what each wraps, and which each living node knows."""

    known: tuple[str, ...]  # ids, the one in use first
    streams: Mapping[str, int]  # how many keys of streams each wraps
    nodes: tuple[Node, ...]

    @property
    def in_use(self) -> str:
        return self.known[0]

    @property
    def waiting(self) -> int:
        """How many are wrapped by another key than the one in use."""
        return sum(self.streams.values()) - self.streams.get(self.in_use, 0)

    @property
    def unknown(self) -> dict[str, int]:
        """What is wrapped by keys that nobody here has."""
        return {id: count for id, count in self.streams.items() if id not in self.known}

    @property
    def behind(self) -> tuple[Node, ...]:
        """Living nodes that do not know the key in use."""
        return tuple(node for node in self.nodes if self.in_use not in node.keys)


@dataclass(frozen=True)
class Rotated:
    key: str
    rewrapped: int
    waiting: int  # somebody worked under them all the time: another run takes them


@dataclass(frozen=True)
class KeyCheck:
    """What was found when every key of a stream was opened."""

    opened: int
    waiting: int
    unopened: tuple[str, ...]  # streams whose key no known key opens


class KeyRotation:
    """For the operator at the terminal; raises Forbidden for everybody else."""

    def __init__(
        self,
        transactions: Transactions,
        nodes: Nodes,
        checkpoints: Checkpoints,
        now: Callable[[], dt.datetime],
    ) -> None:
        """`now` is the machine's, as nodes' heartbeats are."""
        self._transactions, self._nodes, self._checkpoints = transactions, nodes, checkpoints
        self._now = now

    def overview(self, *, actor: Actor) -> KeyOverview:
        _check(actor, "see the installation's keys")
        living = tuple(node for node in self._nodes.overview(self._now()).nodes if not node.is_silent)
        counts = self._transactions.read(stream_keys.counts)
        return KeyOverview(self._transactions.store.keyring.ids, counts, living)

    def rotate(
        self, *, actor: Actor, progress: Callable[[int], None] = lambda count: None, batch: int = BATCH
    ) -> Rotated:
        """Wrap every key by the one in use; `progress` gets how many were done each time.

        Raises Refused while a living node does not know that key, or a key of a stream cannot be opened.
        """
        attempt = "rotate the keys"
        _check(actor, attempt)
        before = self.overview(actor=actor)
        if before.behind:
            names = ", ".join(node.id for node in before.behind)
            raise Refused(
                attempt,
                f"these nodes do not know key {before.in_use} and could read nothing any more: {names}. "
                "Give them the key (docs/operations.md), or stop them and wait a minute",
            )
        if before.unknown:
            raise Refused(attempt, f"some are wrapped by keys not known here: {', '.join(before.unknown)}")
        key = before.in_use
        if not before.waiting:
            return Rotated(key, 0, 0)

        def begin(tx: Tx) -> int:
            # The installation's own stream comes first: who starts without the new key is told so at once.
            tx.append(INSTALLATION, KeyRotationBegun(key=key, waiting=before.waiting))
            wrapped = stream_keys.of_stream(tx, INSTALLATION)
            return 0 if wrapped is None else self._rewrap(tx, [stream_keys.WrappedKey(INSTALLATION, wrapped)])

        done = self._transactions.run(actor, begin)
        progress(done)
        until, after = time.monotonic() + PATIENCE_SECONDS, ""
        while True:
            last, count = self._transactions.run(actor, partial(self._batch, after=after, limit=batch))
            done, after = done + count, last
            progress(count)
            if last:
                continue
            waiting = self.overview(actor=actor).waiting
            if not waiting or time.monotonic() > until:
                break
            time.sleep(_PAUSE_SECONDS)

        def end(tx: Tx) -> None:
            tx.append(INSTALLATION, KeyRotationEnded(key=key, rewrapped=done, waiting=waiting))

        self._transactions.run(actor, end)
        # Signed by the new key, it vouches for everything that the old one has signed.
        self._checkpoints.make()
        return Rotated(key, done, waiting)

    def check(self, *, actor: Actor, progress: Callable[[int], None] = lambda count: None) -> KeyCheck:
        """Open the key of every stream."""
        _check(actor, "check the installation's keys")
        after, opened = "", 0
        unopened: list[str] = []
        while True:
            found = self._transactions.read(partial(stream_keys.after, stream=after, limit=_CHECKED_AT_ONCE))
            if not found:
                return KeyCheck(opened, self.overview(actor=actor).waiting, tuple(unopened))
            keyring = self._transactions.store.keyring
            for each in found:
                try:
                    keyring.unwrap_key(each.id, each.wrapped_key)
                    opened += 1
                except (KeyUnusable, SealBroken):
                    unopened.append(each.id)
            progress(len(found))
            after = found[-1].id

    def _batch(self, tx: Tx, after: str, limit: int) -> tuple[str, int]:
        """(the last stream of the batch, empty at the end; how many were wrapped anew)."""
        found = stream_keys.next_not_wrapped_by(tx, tx.keyring.in_use, after=after, limit=limit)
        return (found[-1].id if found else ""), self._rewrap(tx, found)

    def _rewrap(self, tx: Tx, found: Sequence[stream_keys.WrappedKey]) -> int:
        """A key that was destroyed meanwhile stays destroyed: only what was read is replaced."""
        return sum(
            tx.update_any(
                tables.stream,
                {"id": each.id, "wrapped_key": each.wrapped_key},
                {"wrapped_key": tx.keyring.rewrapped(each.id, each.wrapped_key)},
            )
            for each in found
            if each.wrapped_key[: stream_keys.ID_BYTES].hex() != tx.keyring.in_use
        )


def _check(actor: Actor, attempt: str) -> None:
    if not may_rotate_keys(actor):
        raise Forbidden(attempt, "only the operator at the installation's terminal may")
