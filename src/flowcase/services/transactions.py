"""How every service opens its one transaction: at the clock's instant, tried again when it met another."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from flowcase.access.actor import SYSTEM, Actor
from flowcase.clock import Clock
from flowcase.store import (
    DatabaseBusy,
    DatabaseFull,
    DatabaseLost,
    DatabaseMissing,
    DatabaseSlow,
    DatabaseUnready,
    OutcomeUnknown,
    RoleLacksRights,
    SealBroken,
    SessionShared,
    Store,
    TablesMissing,
    Tx,
)

__all__ = [
    "UNAVAILABLE",
    "DatabaseBusy",
    "DatabaseFull",
    "DatabaseLost",
    "DatabaseMissing",
    "DatabaseSlow",
    "DatabaseUnready",
    "OutcomeUnknown",
    "RoleLacksRights",
    "SealBroken",
    "SessionShared",
    "TablesMissing",
    "Transactions",
    "alongside",
    "fault_of",
    "patiently",
    "request_id",
    "upgrade_patiently",
]

TRIES = 8
PATIENCE_SECONDS = 30
UPGRADE_SECONDS = 60  # behind a question of hours, each try keeps nodes waiting for two seconds
_TRIES_BESIDE_NODES = 3

request_id: ContextVar[str] = ContextVar("request_id", default="")  # set at the edge, kept in the history

# What is written into every transaction that a request commits, beside what the request does.
alongside: ContextVar[Callable[[Tx], None] | None] = ContextVar("alongside", default=None)

# Nothing of the work is wrong: the database was, and the same work may be done later.
UNAVAILABLE = (DatabaseBusy, DatabaseFull, DatabaseLost, DatabaseSlow, DatabaseUnready, OutcomeUnknown)

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Transactions:
    """Runs a function in a transaction, all or nothing."""

    store: Store
    clock: Clock
    due_now: Callable[[], dt.datetime] | None = None  # what is due is called that by; None: the clock

    def run_due(self, work: Callable[[Tx], _Result]) -> _Result:
        """As `run`, for `work` that does or claims what is due by the transaction's instant."""
        return self.run(SYSTEM, work, is_due=True)

    def run(
        self,
        actor: Actor,
        work: Callable[[Tx], _Result],
        *,
        now: dt.datetime | None = None,
        beside: bool = False,
        is_due: bool = False,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> _Result:
        """Commit what `work` did and return its result.

        `beside`: it changes nothing that the request reads, so that what has been read is not read anew.

        When the database reports a deadlock or a conflict between transactions, or is away for a while,
        nothing has been committed and `work` runs again: it must have no effect but through its transaction.
        `patience_seconds`: for how long.
        """

        def once() -> _Result:
            at = now or (self.due_now() if is_due and self.due_now is not None else self.clock.now())
            with self.store.begin(actor, at, request_id.get(), beside=beside) as tx:
                result = work(tx)
                too = alongside.get()
                if too is not None:
                    too(tx)
                return result

        return self._patiently(once, seconds=patience_seconds)

    def rehearse(self, actor: Actor, work: Callable[[Tx], _Result]) -> _Result:
        """The result of what `work` really does, taken back before anybody else sees any of it.

        It holds the locks that doing it would hold, for as long.
        """

        def once() -> _Result:
            try:
                with self.store.begin(actor, self.clock.now(), request_id.get(), beside=True) as tx:
                    raise _TakenBack(work(tx))
            except _TakenBack as taken_back:
                result: _Result = taken_back.result
                return result

        return self._patiently(once)

    def read(self, work: Callable[[Tx], _Result]) -> _Result:
        """The result of a function that only reads; asked again when the database is away for a while."""

        return self._patiently(lambda: self.store.read(work, self.clock.now))

    def read_at_one_moment(self, work: Callable[[Tx], _Result]) -> _Result:
        """As `read`, where answers that belong together must be of the same moment."""

        def once() -> _Result:
            with self.store.at_one_moment(self.clock.now()) as tx:
                return work(tx)

        return self._patiently(once)

    def glance(self, work: Callable[[Tx], _Result]) -> _Result:
        """As `read`, for one statement: without the round trips of a transaction around it."""

        def once() -> _Result:
            with self.store.glancing(self.clock.now()) as tx:
                return work(tx)

        return self._patiently(once)

    def _patiently(self, once: Callable[[], _Result], *, seconds: float = PATIENCE_SECONDS) -> _Result:
        return patiently(once, seconds=seconds, is_hopeless=self.store.is_hopeless)


class _TakenBack(Exception):
    """Ends a rehearsal: leaving a transaction by an exception rolls it back."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


def fault_of(error: Exception) -> dict[str, str]:
    """Kind and place of a fault of the program, for the log; no text of it, which may name data."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    return {"error": type(error).__name__, "at": f"{at.name}:{at.lineno}"}


def upgrade_patiently(store: Store) -> None:
    """Bring the schema to this release's while nodes are at work, for up to a minute; raises as `patiently`.

    Nodes lock tables in another order than migrations do, so the two may meet again and again. From the
    fourth try on, every table is locked before any is altered: nodes wait a while, and nothing is met midway.
    """
    tries = itertools.count(1)
    patiently(
        lambda: store.upgrade(alone=next(tries) > _TRIES_BESIDE_NODES), tries=None, seconds=UPGRADE_SECONDS
    )


def patiently(
    once: Callable[[], _Result],
    *,
    tries: int | None = TRIES,
    seconds: float = PATIENCE_SECONDS,
    is_hopeless: Callable[[], bool] = lambda: False,
) -> _Result:
    """Its result, tried again while other transactions are in the way or the database is away for a while.

    `tries`: how often the others may be in the way; None for as often as there is time. `is_hopeless`:
    whether a database that is away is not tried again, whatever time is left.
    """
    begun, attempt = time.monotonic(), 0
    while True:
        attempt += 1
        try:
            return once()
        except DatabaseBusy:
            # Who has waited long for a lock is told so; who met a deadlock tries again at once.
            if attempt == tries or time.monotonic() - begun > seconds:
                raise
            # Whoever met each other once should not meet again at the same time.
            pause = random.uniform(0, 0.01 * 2 ** min(attempt, TRIES))  # noqa: S311 - no secret
        except DatabaseLost:
            # A server that restarts is back within seconds: nobody needs to notice.
            if time.monotonic() - begun > seconds or is_hopeless():
                raise
            pause = min(0.05 * 2**attempt, 1.0)
        time.sleep(pause)
