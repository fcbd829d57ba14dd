"""A small installation for tests: store, rule sets, the advancing loop, and a clock that is moved by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from flowcase.access.actor import SYSTEM
from flowcase.clock import ManualClock
from flowcase.handlers import load_handlers
from flowcase.model import Event, FireTimer
from flowcase.modeling.catalogue import Catalogue
from flowcase.services.case_files.cases import Cases
from flowcase.services.case_files.deadlines import Deadlines
from flowcase.services.case_files.documents import Documents, Limits
from flowcase.services.case_files.notifications import Notifications
from flowcase.services.casework.case_facts import facts_of
from flowcase.services.casework.case_work import CaseWork
from flowcase.services.decisions import Decisions
from flowcase.services.definitions import Definitions
from flowcase.services.deploying.deployments import Deployments
from flowcase.services.rule_sets import RuleSets
from flowcase.services.running.advancing import Advancing
from flowcase.services.running.start_events import StartEvents
from flowcase.services.transactions import Transactions
from flowcase.store import Store, Tx, tables
from flowcase.store.queries import history, instances, waiting

PROCESSES = Path(__file__).parents[2] / "processes"
ZONE = "Europe/Copenhagen"
SHIPPED = ("frist.bpmn", "decisions/D-02*.dmn", "decisions/D-11*.dmn", "rulesets/*.yaml", "forms/F-A1*.form")


class Office:
    """`deploy`, `work` on a transaction, `pass_time`, and a look at what happened."""

    def __init__(self, store: Store, now: str) -> None:
        self.clock = ManualClock(dt.datetime.fromisoformat(now))
        self.transactions = Transactions(store, self.clock)
        self.rule_sets = RuleSets(self.transactions)
        self._definitions = Definitions()
        self._decisions = Decisions(self.rule_sets)
        self.advancing = Advancing(
            definitions=self._definitions,
            decisions=self._decisions,
            handlers=load_handlers(),
            facts=lambda tx, instance: facts_of(tx, self.rule_sets, instance),
            open_case_work=lambda tx, instance, job: self._open(tx, instance=instance, element=job.element),
            working_days=lambda tx, instance: lambda day: True,
            pin=self._pin,
            zone=ZONE,
        )
        self.deployments = Deployments(
            self.transactions,
            self._definitions,
            StartEvents(self.advancing, lambda tx: lambda day: True, ZONE),
            lambda: Catalogue(job_types=load_handlers()),
        )
        self.cases = Cases(self.transactions, self.advancing, self._open)
        self.deadlines = Deadlines(self.transactions)
        documents = Documents(self.transactions, self._open, Limits(1, (), is_scanned=False))
        self.notifications = Notifications(
            self.transactions, self.advancing, self._open, self._definitions.form, documents.adopt
        )

    def deploy(self, patterns: Iterable[str] = SHIPPED, more: Mapping[str, bytes] | None = None) -> None:
        files = {
            path.relative_to(PROCESSES).as_posix(): path.read_bytes()
            for pattern in patterns
            for path in PROCESSES.glob(pattern)
        }
        self.deployments.deploy({**files, **(more or {})}, actor=SYSTEM)

    def work(self, do: Callable[[CaseWork], Any], *, case: str | None = None) -> Any:
        """Let `do` work as a handler would, and carry out what it asks for."""

        def run(tx: Tx) -> Any:
            case_work = self._open(tx, case=case)
            result = do(case_work)
            self.advancing.request(tx, *case_work.requests)
            return result

        return self.transactions.run(SYSTEM, run)

    def pass_time(self, until: str) -> None:
        """Fire every timer at its own instant, up to and including `until`."""
        end = dt.datetime.fromisoformat(until)
        while True:
            due = self.transactions.read(waiting.next_due)
            if due is None or due > end:
                break
            if due > self.clock.now():
                self.clock.set(due)
            self.fire_due()
        self.clock.set(end)

    def fire_due(self) -> None:
        """Everything that is due now, as a scheduler that comes late would."""
        while self.transactions.run(SYSTEM, self._fire_one):
            pass

    def events(self, *kinds: str) -> list[Event]:
        def read(tx: Tx) -> list[Event]:
            streams = [row.id for row in tx.rows(select(tables.stream.c.id).order_by(tables.stream.c.id))]
            rows = [row for stream in streams for row in history.events(tx, stream)]
            return [row.event for row in rows if row.kind in kinds and row.event is not None]

        return self.transactions.read(read)

    def happened_at(self, kind: str) -> list[dt.datetime]:
        def read(tx: Tx) -> list[dt.datetime]:
            streams = [row.id for row in tx.rows(select(tables.stream.c.id))]
            return [row.at for stream in streams for row in history.events(tx, stream, kinds=[kind])]

        return sorted(self.transactions.read(read))

    def running(self) -> list[str]:
        """Process ids of the instances that are still running."""
        table = tables.instance
        statement = select(table.c.process).where(table.c.ended_at.is_(None))
        return sorted(self.transactions.read(lambda tx: [row.process for row in tx.rows(statement)]))

    def incidents(self) -> list[str]:
        return [row.message for row in self.transactions.read(instances.incidents)]

    def _fire_one(self, tx: Tx) -> bool:
        row = next(iter(waiting.claimed_timers(tx, 1)), None)
        if row is None or row.instance is None:
            return False
        self.advancing.carry_on(tx, tx.lock(row.instance), FireTimer(timer=row.timer))
        return True

    def _open(self, tx: Tx, **place: Any) -> CaseWork:
        return CaseWork(tx, rule_sets=self.rule_sets, decisions=self._decisions, **place)

    def _pin(self, tx: Tx, case: str | None) -> str | None:
        pin = self.rule_sets.pin(tx)
        return None if pin is None else str(pin)
