"""Whether this machine's clock may call something due: nothing happens early by a clock that is ahead."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from flowcase.errors import FlowcaseError
from flowcase.services.nodes import FAR_AHEAD, Nodes
from flowcase.services.transactions import UNAVAILABLE

ASK_SECONDS = 60.0  # after which the database is asked anew, though this clock has not leapt
WRONG_SECONDS = 5.0  # the same while the clock is wrong: it may have been set right
LEAP_SECONDS = 1.0  # beside a clock that only counts seconds: more than that, and it was set
_FIRST_SECONDS = 5.0  # how long others wait for the first answer of all

_log = structlog.get_logger(__name__)


class ClockAhead(FlowcaseError):
    """What is due by this clock may not be: others do it, or this machine when its clock is right."""

    def __init__(self) -> None:
        super().__init__(
            "Expected the clock of this machine to be right, but it is more than a minute ahead of the "
            "database's. Nothing that is due by it was done. Set it by NTP"
        )


@dataclass(frozen=True)
class _Known:
    """An answer of the database's, and how this machine's clock stood to `monotonic` just before."""

    ahead: float
    stood: float
    asked_at: float


class ClockWatch:
    """Of one process; any of its threads may ask. The database is asked seldom, and at once after a leap.

    While it gives no answer, its last one counts, and by how much this clock was set since.
    """

    def __init__(
        self,
        nodes: Nodes,
        machine: Callable[[], dt.datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`machine` tells the time of this machine, which a demonstration's clock is ahead of."""
        self._nodes, self._machine, self._monotonic = nodes, machine, monotonic
        self._asking = threading.Lock()
        self._known: _Known | None = None
        self._is_told = False

    def check(self) -> None:
        """Raises ClockAhead. An instant that was read before is no later than one of a right clock."""
        if self.is_far_ahead():
            raise ClockAhead

    def is_far_ahead(self) -> bool:
        """Whether what is due by this clock is left to others. Never on SQLite: there is no other clock.

        Until the database has answered for the first time, its errors are raised.
        """
        if self._nodes.are_alone:
            return False
        stood = self._machine().timestamp() - self._monotonic()
        known = self._known
        # One thread asks; the others go by what is known, and wait only for the first answer of all.
        if self._is_stale(known, stood) and self._asking.acquire(timeout=_FIRST_SECONDS if not known else 0):
            try:
                if self._is_stale(self._known, stood):
                    self._ask(stood)
            except UNAVAILABLE:
                if self._known is None:
                    raise
            finally:
                self._asking.release()
        return self._is_far(stood)

    def _is_stale(self, known: _Known | None, stood: float) -> bool:
        if known is None or abs(stood - known.stood) > LEAP_SECONDS:
            return True
        patience = WRONG_SECONDS if known.ahead > FAR_AHEAD.total_seconds() else ASK_SECONDS
        return self._monotonic() - known.asked_at >= patience

    def _ask(self, stood: float) -> None:
        ahead = self._nodes.clock_ahead(self._machine).total_seconds()
        self._known = _Known(ahead, stood, self._monotonic())
        is_far = self._is_far(stood)
        if is_far and not self._is_told:
            _log.error(
                "clock ahead of the database's: what is due is left to others until it is right",
                ahead_seconds=round(ahead),
            )
        elif self._is_told and not is_far:
            _log.warning("clock right again: work goes on", ahead_seconds=round(ahead))
        self._is_told = is_far

    def _is_far(self, stood: float) -> bool:
        known = self._known
        return known is None or known.ahead + stood - known.stood > FAR_AHEAD.total_seconds()
