"""Nodes: which processes share this installation, whether they live, and whether they keep up."""

from __future__ import annotations

import datetime as dt
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flowcase.access.actor import SYSTEM
from flowcase.events import ClockCorrected, ClockCorrectionEnded
from flowcase.services.machines.reckoning import AGREE_SECONDS
from flowcase.services.machines.release import running
from flowcase.services.transactions import PATIENCE_SECONDS, Transactions, patiently
from flowcase.store import INSTALLATION, Tx, tables
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
    is_sure: bool = True  # else only the database's clock says so

    @property
    def seconds(self) -> int:
        return round(self.by.total_seconds())


@cache
def machine_id() -> str:
    """Tells one machine from another, whatever containers run on it: those of one have one clock."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return socket.gethostname()


@dataclass(frozen=True)
class Node:
    """A node as it is now."""

    id: str
    kind: str  # web | worker
    release: str  # see `release.running`
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
        """Whether it is a worker that does nothing until its clock is right: nothing is taken off it."""
        return self.kind == "worker" and self.clock_ahead > FAR_AHEAD and self.correction is None


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
    def releases(self) -> tuple[str, ...]:
        """What the nodes that live run: more than one while an upgrade is under way."""
        return tuple(sorted({node.release for node in self.nodes if not node.is_silent}))

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
        corrections: Callable[[], Sequence[Correction | None]] = lambda: (),
    ) -> None:
        """`corrections` tells what was taken off this machine's clock since it was last asked, what is now at
        last; None: nothing."""
        self._transactions, self._node, self._corrections = transactions, node, corrections
        self._untold: list[Correction | None] = []
        self._told: int | None = None  # seconds taken off, as the history says; None: not known yet

    def beat(self, kind: str, now: dt.datetime) -> None:
        """Say that this node lives, and which keys it knows. Rows of nodes that were silent for a day go.

        `now` by this machine's clock, right or wrong.
        """
        began = time.monotonic()
        keyring = self._transactions.store.keyring
        keyring.refresh(not_within=KEYS_SECONDS)
        told = self._told if self._told is not None else self._told_before()

        def work(tx: Tx) -> int:
            self._untold += self._corrections()  # behind the transaction's instant, which asks for the time
            correction = self._untold[-1] if self._untold else None
            waited = dt.timedelta(seconds=time.monotonic() - began)
            details: dict[str, str] = {
                "kind": kind,
                "release": running(),
                "keys": " ".join(keyring.ids),
                "machine": machine_id(),
                "clock": str(round(self._ahead(tx, now + waited).total_seconds())),
            }
            at = now
            if correction is not None:
                at = now - correction.by
                details["corrected"] = str(correction.seconds)
                details["corrected_since"] = correction.since.isoformat()
                if not correction.is_sure:
                    details["unsure"] = "yes"
            if not tx.update_any(tables.node, {"id": self._node}, {"heartbeat_at": at, "details": details}):
                tx.insert_once(tables.node, id=self._node, started_at=at, heartbeat_at=at, details=details)
            for row in queries.nodes(tx):
                if abs(at - row.heartbeat_at) > FORGOTTEN_AFTER:
                    is_gone = tx.delete_any(tables.node, {"id": row.id})
                    if is_gone and "corrected" in row.details:
                        tx.append(INSTALLATION, ClockCorrectionEnded(node=row.id, because="node_silent"))
            is_told, news = _news(self._node, told, self._untold)
            for event in news:
                tx.append(INSTALLATION, event)
            return is_told

        self._told = self._transactions.run(SYSTEM, work)
        self._untold.clear()

    def _told_before(self) -> int:
        """What the history says of a process of this name that was killed."""

        def work(tx: Tx) -> int:
            mine = (row for row in queries.nodes(tx) if row.id == self._node)
            return next((int(row.details.get("corrected", 0)) for row in mine), 0)

        return self._transactions.glance(work)

    def leave(self, *, within: float = PATIENCE_SECONDS) -> None:
        """Say that this node ends. Raises DatabaseLost when it is away for longer than `within` seconds."""

        def work(tx: Tx) -> None:
            tx.delete_any(tables.node, {"id": self._node})
            if self._told:
                tx.append(INSTALLATION, ClockCorrectionEnded(node=self._node, because="node_stopped"))

        self._transactions.run(SYSTEM, work, patience_seconds=within)

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

    def witnesses(self, now: dt.datetime) -> list[float]:
        """How many seconds the clocks of other machines are ahead of the database's, one of each.

        As one of their nodes told within SILENT_AFTER by the database's clock. `now` by this machine's clock.
        """

        def once() -> list[float]:
            with self._transactions.store.glancing(now) as tx:
                rows, database = queries.nodes(tx), leases.database_clock(tx)
            found: dict[str, float] = {}
            for row in rows:
                machine, ahead = row.details.get("machine", ""), float(row.details.get("clock", 0))
                corrected = float(row.details.get("corrected", 0))
                told_at = row.heartbeat_at + dt.timedelta(seconds=corrected - ahead)
                if machine not in ("", machine_id()) and abs(database - told_at) <= SILENT_AFTER:
                    found[machine] = ahead if "unsure" in row.details else ahead - corrected
            return list(found.values())

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
        since = dt.datetime.fromisoformat(row.details["corrected_since"])
        correction = Correction(by, since, "unsure" not in row.details)
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


def _news(
    node: str, told: int, corrections: Sequence[Correction | None]
) -> tuple[int, list[ClockCorrected | ClockCorrectionEnded]]:
    """What the history says is taken off from now on, and the events that say so: that it begins, is ten
    seconds and a tenth more or less than was told, and ends."""
    news: list[ClockCorrected | ClockCorrectionEnded] = []
    for each in corrections:
        by = 0 if each is None else each.seconds
        if each is None or not by:
            news += [ClockCorrectionEnded(node=node, because="clock_right")] if told else []
        elif not told or abs(by - told) > max(AGREE_SECONDS, abs(told) / 10):
            side = "ahead" if by > 0 else "behind"
            news.append(
                ClockCorrected(node=node, seconds=abs(by), side=side, since=each.since, is_sure=each.is_sure)
            )
        else:
            continue
        told = by
    return told, news


def is_right(ahead: dt.timedelta) -> bool:
    return abs(ahead) <= CLOCK_IS_WRONG_BY
