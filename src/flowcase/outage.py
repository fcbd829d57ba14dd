"""What is logged of a database that is away, or that lacks what is needed to work with it.

A line when that begins, one when it is over, few in between.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable

import structlog

from flowcase.clock import WallClock

REMIND_SECONDS = 300.0  # how often is said again what still holds
QUIET_SECONDS = 15.0  # after which what no tick meets any more is over: some ask seldom

_log = structlog.get_logger(__name__)


class Outage:
    """Told by every thread of a process that asks the database. Instants are `monotonic`'s."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic, self._lock = monotonic, threading.Lock()
        self._since: float | None = None  # None: it is there
        self._met = self._told = 0.0
        self._back: float | None = None  # when it was last told that it is back
        self._unready: float | None = None  # since when it answers and nobody can work with it
        self._unready_met = self._unready_told = 0.0
        self._put_off: dict[tuple[str, str], float] = {}  # (service, why) -> when it was told

    def is_away(self, *, since: float, because: Exception | None = None) -> None:
        """`since`: from when on who met it waited."""
        with self._lock:
            now = self._met = self._monotonic()
            if self._since is None and self._back is not None and since < self._back:
                return  # who has waited in the outage that is over; of another one others will tell
            if self._since is not None and now - self._told < REMIND_SECONDS:
                return
            event = "database away" if self._since is None else "database still away"
            self._since, self._told = self._since or since, now
            _log.error(
                event,
                since=f"{WallClock().now() - dt.timedelta(seconds=now - self._since):%Y-%m-%dT%H:%M:%SZ}",
                seconds=round(now - self._since),
                because=type(because).__name__ if because is not None else "DatabaseLost",
                doing="asks again all the time; work that is due waits, none is lost",
            )

    def is_back(self, asked: float) -> None:
        """`asked`: when who got an answer began to ask. One of before is no sign."""
        with self._lock:
            if self._since is not None and asked > self._met:
                _log.warning("database back", away_seconds=round(self._monotonic() - self._since))
                self._since, self._back = None, self._monotonic()
            if self._unready is not None and asked > self._unready_met + QUIET_SECONDS:
                _log.warning("database ready", seconds=round(self._unready_met - self._unready))
                self._unready = None

    def is_unready(self, *, because: Exception) -> None:
        """It answers, without its tables or the rights to them: somebody is about to restore a backup."""
        with self._lock:
            now = self._unready_met = self._monotonic()
            if self._unready is not None and now - self._unready_told < REMIND_SECONDS:
                return
            event = "database not ready" if self._unready is None else "database still not ready"
            self._unready, self._unready_told = self._unready or now, now
            _log.error(
                event,
                because=type(because).__name__,
                doing="asks again all the time; work that is due waits, none is lost",
                do="flowcase db restore or flowcase db upgrade, then flowcase db rights ROLE --apply",
            )

    def is_put_off(self, service: str, *, because: Exception) -> None:
        """Other reasons of the database's, such as a full disk: told for each service from time to time."""
        with self._lock:
            now, key = self._monotonic(), (service, type(because).__name__)
            if now - self._put_off.get(key, -REMIND_SECONDS) >= REMIND_SECONDS:
                self._put_off[key] = now
                _log.warning("tick put off", service=service, because=key[1])
