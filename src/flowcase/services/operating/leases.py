"""Leases end by the clocks of whole machines: one that a wrong clock wrote is cut to what it may be."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

import structlog

from flowcase.access.actor import SYSTEM
from flowcase.job_types import Registration
from flowcase.services.case_files import scanning
from flowcase.services.machines.nodes import Nodes, is_right
from flowcase.services.operating import worklists
from flowcase.services.running.jobs import lease_seconds
from flowcase.services.sending import outbox
from flowcase.services.studio import simulations
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import leases as queries
from flowcase.store.queries.leases import Leased

# By how much a lease may reach beyond its kind's longest: clocks that are kept by NTP differ by far less.
TOLERANCE = dt.timedelta(seconds=30)
# Of a job whose type this node does not know: one of another release, whose lease may well be longer.
ELSEWHERE = dt.timedelta(hours=1)

_log = structlog.get_logger(__name__)


class Leases:
    """A worker whose clock was hours ahead has claimed something and is gone: nobody waits hours for it."""

    def __init__(
        self,
        transactions: Transactions,
        handlers: Mapping[str, Registration],
        nodes: Nodes,
        machine: Callable[[], dt.datetime],
    ) -> None:
        """`machine` tells the time of this machine, which a demonstration's clock is ahead of."""
        self._transactions, self._handlers = transactions, handlers
        self._nodes, self._machine = nodes, machine

    def cut(self) -> int:
        """Let what reaches further than its kind's longest lease end as if it were taken now; how many.

        Its worker goes on if it lives: its result counts as long as nobody took the work over. A node whose
        own clock is wrong by the database's leaves the leases of others alone.
        """
        leased = list(self._leased())
        if not self._transactions.glance(lambda tx: queries.too_long(tx, leased, TOLERANCE)):
            return 0  # an idle tick takes no lock
        ahead = self._nodes.clock_ahead(self._machine)
        if not is_right(ahead):
            _log.error("the clock of this machine is wrong", ahead_seconds=round(ahead.total_seconds()))
            return 0

        def work(tx: Tx) -> dict[str, int]:
            cut: dict[str, int] = defaultdict(int)
            for each in leased:
                cut[each.kind] += queries.cut(tx, each, TOLERANCE)
            return {kind: number for kind, number in cut.items() if number}

        cut = self._transactions.run(SYSTEM, work)
        if cut:
            _log.warning("leases cut that a wrong clock had written", **cut)
        return sum(cut.values())

    def _leased(self) -> Iterator[Leased]:
        by_length: dict[int, list[str]] = defaultdict(list)
        for type, registration in self._handlers.items():
            by_length[lease_seconds(registration)].append(type)
        for seconds, types in by_length.items():
            yield queries.jobs(dt.timedelta(seconds=seconds), of=types)
        yield queries.jobs(ELSEWHERE, but=list(self._handlers))
        yield from queries.deliveries(outbox.LEASE)
        yield from queries.listed(worklists.LEASE)
        yield queries.simulations(simulations.LEASE)
        yield queries.scans(scanning.LEASE)
