"""Timers: what is due is fired, each in a transaction of its own, never early."""

from __future__ import annotations

import datetime as dt

import structlog

from flowcase import logs, model
from flowcase.access.actor import SYSTEM
from flowcase.services.running.advancing import Advancing
from flowcase.services.running.start_events import StartEvents
from flowcase.services.transactions import Transactions
from flowcase.store import DatabaseBusy, DatabaseFull, DatabaseLost, OutcomeUnknown, Tx, tables
from flowcase.store.queries import waiting
from flowcase.store.queries.waiting import TimerRow

FIRST_PAUSE = dt.timedelta(minutes=1)  # before a timer that could not be fired is tried again; doubles
LONGEST_PAUSE = dt.timedelta(hours=1)
TOGETHER = 50  # timers fired in one transaction

_log = structlog.get_logger(__name__)


class Timers:
    def __init__(self, transactions: Transactions, advancing: Advancing, start_events: StartEvents) -> None:
        self._transactions, self._advancing = transactions, advancing
        self._start_events = start_events

    def fire_due(self, limit: int = 100) -> int:
        """Fire up to `limit` due timers, the longest due first; how many were fired.

        Any number of processes may do so at once: whoever holds a case fires its timers, the others pass
        it over. Many are claimed, read and fired together in one transaction; when one of them cannot be
        fired, all of these are undone and fired one by one. The one that cannot is tried again later and
        holds up no other.
        """
        if not self._is_any_due():  # an idle tick takes no lock
            return 0
        fired = singly = 0  # `singly`: how many to fire one by one, after several together failed
        failed: set[str] = set()
        while fired < limit:
            size = 1 if singly else min(TOGETHER, limit - fired)
            claimed: list[TimerRow] = []

            def work(tx: Tx, claimed: list[TimerRow] = claimed, size: int = size) -> int:
                claimed[:] = waiting.claimed_timers(tx, size, but=failed)
                tx.lock_held(timer.instance for timer in claimed if timer.instance is not None)
                return sum(self._fire(tx, timer) for timer in claimed)

            try:
                done = self._transactions.run_due(work)
            except (DatabaseLost, DatabaseFull, OutcomeUnknown):
                raise
            except Exception as error:  # a fault in one diagram must not stop the timers of the others
                if not claimed:
                    raise
                if size > 1:
                    singly = len(claimed)
                    continue
                timer = claimed[0]
                failed.add(timer.id)
                _log.error("timer failed", timer=timer.id, process=timer.process, error=type(error).__name__)
                if not isinstance(error, DatabaseBusy):  # who is busy now need not wait for a minute
                    self._postpone(timer)
            else:
                fired += done
                if not claimed or (not singly and len(claimed) < size and not self._is_any_due()):
                    break
            singly = max(singly - 1, 0)
        return fired

    def next_due(self) -> dt.datetime | None:
        """When the next timer is due; in the past when some are overdue."""
        return self._transactions.glance(waiting.next_due)

    def _is_any_due(self) -> bool:
        due = self.next_due()
        return due is not None and due <= self._transactions.clock.now()

    def list(
        self, *, instance: str | None = None, case: str | None = None, status: str | None = "pending"
    ) -> list[TimerRow]:
        """Earliest due first."""
        return self._transactions.read(
            lambda tx: waiting.timers(tx, instance=instance, case=case, status=status)
        )

    def _fire(self, tx: Tx, timer: TimerRow) -> bool:
        """False when what was fired before it in this transaction has moved or ended it."""
        if timer.id in tx.changed_timers:
            return False
        with logs.about(timer=timer.id):
            if timer.instance is None:
                self._start_events.fire(tx, timer)
            else:
                self._advancing.carry_on(tx, tx.lock(timer.instance), model.FireTimer(timer=timer.timer))
        return True

    def _postpone(self, timer: TimerRow) -> None:
        """Unless it has been moved meanwhile, or another node has fired it: the row of a timer start event is
        its next occurrence then, which must not be tried before it is due."""
        as_it_was = {
            "id": timer.id,
            "status": model.TimerStatus.PENDING,
            "due_at": timer.due_at,
            "try_at": timer.try_at,
        }

        def work(tx: Tx) -> None:
            pause = min(max(FIRST_PAUSE, tx.now - timer.due_at), LONGEST_PAUSE)
            tx.update_any(tables.timer, as_it_was, {"try_at": tx.now + pause})

        self._transactions.run(SYSTEM, work)
