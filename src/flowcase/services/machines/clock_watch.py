"""What this machine's clock is worth: an instant that is right, and one to call something due by."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from flowcase.clock import WallClock
from flowcase.services.machines.nodes import Correction, Nodes
from flowcase.services.machines.reckoning import AGREE_SECONDS, Reckoning, outvoted, reckoned
from flowcase.services.transactions import UNAVAILABLE, DatabaseLost

ASK_SECONDS = 60.0  # after which the database is asked anew, though this clock has not leapt
WRONG_SECONDS = 5.0  # the same while the clock is wrong: it may have been set right
LEAP_SECONDS = 1.0  # beside a clock that only counts seconds: more than that, and it was set
ANSWER_SECONDS = 5.0  # how long others wait for an answer that they need
_KEPT = 100  # changes of what is taken off, until the history has them
_ASKS = 3  # as often anew, where the clock leaps while the database is asked

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Known:
    """An answer of the database's, and how this machine's clock stood to `monotonic` just before."""

    ahead: float
    stood: float
    asked_at: float
    reckoning: Reckoning
    since: dt.datetime | None = None  # when this clock began to be corrected

    def wrong_by(self, stood: float) -> float:
        """Seconds that are taken off a clock that stands so: none, as long as it agrees with a right one.

        Once one is corrected, it is until it is right to the second: else it would be now and then.
        """
        off = stood - self.reckoning.right
        return off if abs(off) > (AGREE_SECONDS if self.since is None else LEAP_SECONDS) else 0.0


class ClockWatch:
    """Of one process; any of its threads may ask. The database is asked seldom, and at once after a leap.

    While it gives no answer, its last one counts, and by how much this clock was set since.
    """

    def __init__(
        self,
        nodes: Nodes,
        machine: Callable[[], dt.datetime],
        monotonic: Callable[[], float] = time.monotonic,
        *,
        corrects: bool = False,
    ) -> None:
        """`machine` tells the time of this machine, which a demonstration's clock is ahead of.

        `corrects`: its process goes by `now`, and not by a clock that a test or a simulation sets.
        """
        self._nodes, self._machine, self._monotonic = nodes, machine, monotonic
        self._corrects = corrects and not nodes.are_alone
        self._asking = threading.Lock()
        self._known: _Known | None = None
        self._told = (0, False)  # what is taken off, and whether the database's clock is not followed
        self._changes: list[Correction | None] = []  # of what is taken off, for the history
        self._telling = threading.Lock()
        self._last = dt.datetime.min.replace(tzinfo=dt.UTC)

    # --- what time it is ---------------------------------------------------------------------------

    def now(self) -> dt.datetime:
        """This machine's time, less what it is known to be wrong by.

        It goes back by no few seconds: rather it stands still for so long. Until the database has answered
        for the first time, its errors are raised.
        """
        at, off, _ = self._read()
        return self._never_just_before(at - dt.timedelta(seconds=off))

    def now_for_due(self) -> dt.datetime:
        """As `now`, to call something due by: no later than this clock's own time unless that is surely
        behind. Where two clocks differ from the start, the database's may be the one that is ahead."""
        at, off, is_sure = self._read()
        right = self._never_just_before(at - dt.timedelta(seconds=off))
        return right if is_sure else min(right, at)

    def correction(self) -> Correction | None:
        """What `now` takes off this machine's clock, as far as is known."""
        known = self._known
        if not self._corrects or known is None or known.since is None:
            return None
        _, stood = self._stands()
        by = dt.timedelta(seconds=known.wrong_by(stood))
        return Correction(by, known.since, known.reckoning.is_sure)

    def corrections(self) -> list[Correction | None]:
        """As `correction`, behind what it has changed from since this was last asked."""
        with self._telling:
            changes, self._changes = self._changes, []
        return [*changes, self.correction()]

    def database_ahead(self) -> float:
        """Seconds by which the database's clock is surely wrong; none where it agrees with a right one."""
        known = self._known
        if known is None or not known.reckoning.is_sure:
            return 0.0
        off = known.stood - known.ahead - known.reckoning.right
        return off if abs(off) > AGREE_SECONDS else 0.0

    def _read(self) -> tuple[dt.datetime, float, bool]:
        """This machine's time, what is to be taken off it, and whether that is sure."""
        at, stood = self._stands()
        if not self._corrects:
            return at, 0.0, True
        if self._has_leapt(self._known, stood):
            self._look(stood, self._has_leapt, ANSWER_SECONDS)
        known = self._known
        if known is None:  # who asks has no answer yet
            raise DatabaseLost
        return at, known.wrong_by(stood), known.reckoning.is_sure

    def _never_just_before(self, at: dt.datetime) -> dt.datetime:
        with self._telling:
            if at < self._last <= at + dt.timedelta(seconds=AGREE_SECONDS):
                return self._last
            self._last = at
            return at

    def _stands(self) -> tuple[dt.datetime, float]:
        """This machine's time, and how far it is ahead of the clock that only counts seconds."""
        while True:
            before, at, after = self._monotonic(), self._machine(), self._monotonic()
            if after - before <= LEAP_SECONDS / 2:  # else what passed in between would look like a leap
                return at, at.timestamp() - after

    def refresh(self) -> None:
        """Ask when it is time to, so that nobody who needs the time has to. A clock that is given, and that
        of SQLite, beside which there is no other, are asked about never.

        Until the database has answered for the first time, its errors are raised.
        """
        if self._corrects:
            self._ask_if_stale(self._stands()[1])

    # --- asking the database -----------------------------------------------------------------------

    def _has_leapt(self, known: _Known | None, stood: float) -> bool:
        return known is None or abs(stood - known.stood) > LEAP_SECONDS

    def _is_stale(self, known: _Known | None, stood: float) -> bool:
        if known is None or self._has_leapt(known, stood):
            return True
        is_wrong = known.since is not None
        return self._monotonic() - known.asked_at >= (WRONG_SECONDS if is_wrong else ASK_SECONDS)

    def _ask_if_stale(self, stood: float) -> None:
        """One thread asks; the others go by what is known, and wait only for the first answer of all."""
        if self._is_stale(self._known, stood):
            self._look(stood, self._is_stale, ANSWER_SECONDS if self._known is None else 0)

    def _look(self, stood: float, is_wanted: Callable[[_Known | None, float], bool], patience: float) -> None:
        """Ask, unless another thread does so or has done it meanwhile."""
        if not self._asking.acquire(timeout=patience):
            return
        try:
            if is_wanted(self._known, stood):
                self._ask(stood)
        except UNAVAILABLE:
            if self._known is None:
                raise
        finally:
            self._asking.release()

    def _ask(self, stood: float) -> None:
        for _ in range(_ASKS):
            ahead = self._nodes.clock_ahead(self._machine).total_seconds()
            before, (at, stood) = stood, self._stands()
            if abs(stood - before) <= LEAP_SECONDS:
                break
        self._take(at, _Known(ahead, before, self._monotonic(), self._reckoned(before, ahead)))

    def _reckoned(self, stood: float, ahead: float) -> Reckoning:
        database = stood - ahead
        found = reckoned(None if self._known is None else self._known.reckoning, stood, database)
        if found.is_sure or not self._corrects:
            return found
        told = self._nodes.witnesses(self._machine())
        return outvoted(stood, database, [database + each for each in told])

    def _take(self, at: dt.datetime, new: _Known) -> None:
        was = None if self._known is None else self._known.since
        off = replace(new, since=was).wrong_by(new.stood)
        self._known = replace(new, since=(was or at - dt.timedelta(seconds=off)) if off else None)
        if self._corrects:
            self._tell_of_correction(round(off), round(new.ahead), self._known.since or was)

    def _tell_of_correction(self, off: int, ahead: int, since: dt.datetime | None) -> None:
        """Each time that something else is taken off, for who asks later what an instant was worth."""
        differs = 0 if off else ahead if abs(ahead) > AGREE_SECONDS else 0
        before, self._told = self._told, (off, bool(differs))
        if abs(off - before[0]) > LEAP_SECONDS or (off == 0) != (before[0] == 0):
            self._note_for_history()
            at = "" if since is None else f"{since:%Y-%m-%dT%H:%M:%SZ}"
            if off:
                known = self._known
                is_sure = known is not None and known.reckoning.is_sure
                by = {} if is_sure else {"because": "only the database's clock says so"}
                _log.error("wrong clock: corrected in what is written", ahead_seconds=off, since=at, **by)
            else:
                _log.warning("wrong clock right again: corrected no more", since=at)
        if differs and not before[1]:
            _log.error("the database's clock was set wrong: it is not followed", ahead_seconds=differs)

    def _note_for_history(self) -> None:
        """Of a process that says nothing to the history, only the last ones are kept."""
        now = self.correction()
        with self._telling:
            self._changes = [*self._changes[1 - _KEPT :], now]


class RightClock(WallClock):
    """The machine's time, set right where the database shows it to be wrong."""

    def __init__(self, watch: ClockWatch) -> None:
        self._watch = watch

    def now(self) -> dt.datetime:
        return self._watch.now()
