"""Nodes: which processes share this installation, whether they live, and whether they keep up."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import time
from collections.abc import Callable
from dataclasses import dataclass

from flowcase.access.actor import SYSTEM
from flowcase.services.reckoning import AGREE_SECONDS
from flowcase.services.transactions import PATIENCE_SECONDS, Transactions, patiently
from flowcase.store import Tx, tables
from flowcase.store.queries import leases
from flowcase.store.queries import nodes as queries
from flowcase.store.queries.nodes import Backlog, NodeRow

HEARTBEAT_SECONDS = 10.0
SILENT_AFTER = dt.timedelta(seconds=60)  # a node that has not been heard for so long is taken for dead
FORGOTTEN_AFTER = dt.timedelta(days=1)
KEYS_SECONDS = 60.0  # how often a node looks where its keys come from
CLOCK_IS_WRONG_BY = dt.timedelta(seconds=AGREE_SECONDS)  # from the database's
# A worker that is further ahead leaves what is due to others: nothing may happen early. By less nothing of
# weight is early: deadlines are days and reminders hours. NTP keeps clocks far closer, but may take a while.
FAR_AHEAD = dt.timedelta(minutes=1)
BEHIND_AFTER = dt.timedelta(seconds=60)  # what waits longer than this is told: nobody keeps up with it


@dataclass(frozen=True)
class Correction:
    """What is taken off a machine's clock that is wrong; less than nothing off one that is behind."""

    by: dt.timedelta
    since: dt.datetime


@dataclass(frozen=True)
class Node:
    """A node as it is now."""

    id: str
    kind: str  # web | worker
    release: str
    started_at: dt.datetime
    heartbeat_at: dt.datetime
    is_silent: bool
    keys: tuple[str, ...] = ()  # ids of the installation keys that it knows, the one in use first
    clock_ahead: dt.timedelta = dt.timedelta()  # of the database's, with its last heartbeat
    correction: Correction | None = None  # of what it writes, with its last heartbeat

    @property
    def has_right_clock(self) -> bool:
        return is_right(self.clock_ahead)

    @property
    def leaves_what_is_due(self) -> bool:
        """Whether it is a worker that does nothing until its clock is right."""
        return self.kind == "worker" and self.clock_ahead > FAR_AHEAD


@dataclass(frozen=True)
class Overview:
    """How the installation fares at an instant."""

    at: dt.datetime
    nodes: tuple[Node, ...]
    backlog: Backlog

    @property
    def timers_late(self) -> dt.timedelta:
        """How long the timer that has waited longest has been due."""
        return self._late(self.backlog.timers_since)

    @property
    def jobs_late(self) -> dt.timedelta:
        return self._late(self.backlog.jobs_since)

    @property
    def is_behind(self) -> bool:
        """Whether timers or jobs wait longer than they should."""
        return max(self.timers_late, self.jobs_late) > BEHIND_AFTER

    @property
    def has_worker(self) -> bool:
        return any(
            node.kind == "worker" and not node.is_silent and not node.leaves_what_is_due
            for node in self.nodes
        )

    @property
    def workers_ahead(self) -> int:
        """How many workers leave what is due to others, their clocks being far ahead."""
        return sum(node.leaves_what_is_due for node in self.nodes)

    @property
    def clocks_corrected(self) -> int:
        """Of how many nodes something is taken off what their clocks say."""
        return sum(node.correction is not None and not node.is_silent for node in self.nodes)

    def _late(self, since: dt.datetime | None) -> dt.timedelta:
        return max(self.at - since, dt.timedelta()) if since is not None else dt.timedelta()


class Nodes:
    """Heartbeats go by the wall clock of the database's users, never by a demonstration's clock."""

    def __init__(
        self,
        transactions: Transactions,
        node: str,
        correction: Callable[[], Correction | None] = lambda: None,
    ) -> None:
        """`correction` tells what is taken off this machine's clock."""
        self._transactions, self._node, self._correction = transactions, node, correction

    def beat(self, kind: str, now: dt.datetime) -> None:
        """Say that this node lives, and which keys it knows. Rows of nodes that were silent for a day go.

        `now` by this machine's clock, right or wrong.
        """
        began = time.monotonic()
        keyring = self._transactions.store.keyring
        keyring.refresh(not_within=KEYS_SECONDS)
        details: dict[str, str] = {
            "kind": kind,
            "release": importlib.metadata.version("flowcase"),
            "keys": " ".join(keyring.ids),
        }

        correction, at = self._correction(), now
        if correction is not None:
            at = now - correction.by
            details["corrected"] = str(round(correction.by.total_seconds()))
            details["corrected_since"] = correction.since.isoformat()

        def work(tx: Tx) -> None:
            waited = dt.timedelta(seconds=time.monotonic() - began)
            details["clock"] = str(round(self._ahead(tx, now + waited).total_seconds()))
            if not tx.update_any(tables.node, {"id": self._node}, {"heartbeat_at": at, "details": details}):
                tx.insert_once(tables.node, id=self._node, started_at=at, heartbeat_at=at, details=details)
            for row in queries.nodes(tx):
                if abs(at - row.heartbeat_at) > FORGOTTEN_AFTER:
                    tx.delete_any(tables.node, {"id": row.id})

        self._transactions.run(SYSTEM, work)

    def leave(self, *, within: float = PATIENCE_SECONDS) -> None:
        """Say that this node ends. Raises DatabaseLost when it is away for longer than `within` seconds."""
        gone = {"id": self._node}
        self._transactions.run(SYSTEM, lambda tx: tx.delete_any(tables.node, gone), patience_seconds=within)

    @property
    def are_alone(self) -> bool:
        """Whether all run on the machine of the database: there is no other clock than theirs."""
        return self._transactions.store.is_sqlite

    def clock_ahead(self, machine: Callable[[], dt.datetime]) -> dt.timedelta:
        """How far the clock of this machine is ahead of the database's, as far as it surely is.

        The database read its own at some moment between question and answer.
        """

        def once() -> dt.timedelta:
            with self._transactions.store.glancing(machine()) as tx:
                asked = machine()  # a connection may have had to be made
                least = self._ahead(tx, asked)
                most = least + (machine() - asked)
            return min(max(least, dt.timedelta()), most)

        return patiently(once)

    def _ahead(self, tx: Tx, now: dt.datetime) -> dt.timedelta:
        if self.are_alone:
            return dt.timedelta()
        return now - leases.database_clock(tx)

    def overview(self, now: dt.datetime) -> Overview:
        """`now` is the wall clock's instant; what is due is judged by the installation's own clock."""

        def work(tx: Tx) -> Overview:
            found = tuple(_node(row, now) for row in queries.nodes(tx))
            return Overview(tx.now, found, queries.backlog(tx))

        return self._transactions.read(work)


def _node(row: NodeRow, now: dt.datetime) -> Node:
    correction = None
    if "corrected" in row.details:
        by = dt.timedelta(seconds=float(row.details["corrected"]))
        correction = Correction(by, dt.datetime.fromisoformat(row.details["corrected_since"]))
    return Node(
        row.id,
        row.details.get("kind", ""),
        row.details.get("release", ""),
        row.started_at,
        row.heartbeat_at,
        # A heartbeat of tomorrow is no sign of life: its clock was wrong, and it may be long gone.
        abs(now - row.heartbeat_at) > SILENT_AFTER,
        tuple(row.details.get("keys", "").split()),
        dt.timedelta(seconds=float(row.details.get("clock", 0))),
        correction,
    )


def is_right(ahead: dt.timedelta) -> bool:
    return abs(ahead) <= CLOCK_IS_WRONG_BY
