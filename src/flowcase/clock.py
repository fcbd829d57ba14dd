"""The clock: the only place that reads the time of the machine."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Protocol

from flowcase.access.actor import Actor
from flowcase.errors import Refused
from flowcase.events import SettingChanged
from flowcase.store import INSTALLATION, Store
from flowcase.store.queries import settings
from flowcase.store.queries.history import newest_instant
from flowcase.values import DayTimeDuration

OFFSET = "clock.offset"  # setting: how far the demonstration's clock is ahead of the machine's


class Clock(Protocol):
    """Tells the instant that a command happens at; aware UTC."""

    def now(self) -> dt.datetime: ...


class WallClock:
    """The machine's time."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


def machine_now() -> dt.datetime:
    """What APScheduler goes by, whatever a fault has made of our own clock."""
    return dt.datetime.now(dt.UTC)


class ManualClock:
    """Stands still until it is told to move: tests, scenarios, simulation."""

    def __init__(self, now: dt.datetime) -> None:
        self._lock = threading.Lock()
        self._now = now.astimezone(dt.UTC)

    def now(self) -> dt.datetime:
        with self._lock:
            return self._now

    def set(self, now: dt.datetime) -> None:
        """Never backwards. Raises Refused."""
        with self._lock:
            if now < self._now:
                raise Refused("turn the clock back", "what has happened would lie in the future")
            self._now = now.astimezone(dt.UTC)

    def advance(self, by: dt.timedelta) -> None:
        self.set(self.now() + by)


class DemonstrationClock:
    """Runs like the machine's clock, ahead or behind it by an offset that all processes share.

    The offset lies in the database, so that every web and worker process of the installation agrees.
    """

    def __init__(self, store: Store, machine: Clock | None = None) -> None:
        self._store, self._machine = store, machine or WallClock()

    def now(self) -> dt.datetime:
        machine = self._machine.now()
        # Not in the transaction that a request shares: it would begin here, at the machine's instant.
        with self._store.glancing(machine) as tx:
            offset: DayTimeDuration | None = settings.value(tx, OFFSET)
        return machine if offset is None else machine + offset

    def set(self, now: dt.datetime, *, actor: Actor) -> None:
        """Never before the newest event of the history. Raises Refused."""
        machine = self._machine.now()
        with self._store.begin(actor, now) as tx:
            newest = newest_instant(tx)
            if newest is not None and now < newest:
                raise Refused("turn the clock back", "what has happened would lie in the future")
            tx.append(INSTALLATION, SettingChanged(key=OFFSET, value=now.astimezone(dt.UTC) - machine))

    def advance(self, by: dt.timedelta, *, actor: Actor) -> None:
        self.set(self.now() + by, actor=actor)
