"""One command for one process instance: what the engine is asked with, and what its answer is kept as."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from flowcase import engine, model
from flowcase.job_types import Job, Registration
from flowcase.model import Command
from flowcase.services.decisions import Decisions
from flowcase.services.definitions import Definitions
from flowcase.store import LockedInstance, Tx
from flowcase.values import Value

Facts = Callable[[Tx, LockedInstance], Mapping[str, Value]]
OpenCaseWork = Callable[[Tx, LockedInstance, Job], Any]  # -> services.case_work.CaseWork
WorkingDays = Callable[[Tx, LockedInstance], Callable[[dt.date], bool]]


class Stepping:
    """What is needed to carry an instance one command further, within transactions that others open."""

    def __init__(
        self,
        *,
        definitions: Definitions,
        decisions: Decisions,
        handlers: Mapping[str, Registration],
        facts: Facts,
        open_case_work: OpenCaseWork,
        working_days: WorkingDays,
        pin: Callable[[Tx, str | None], str | None],
        zone: str,
    ) -> None:
        self.definitions, self.decisions, self.handlers = definitions, decisions, handlers
        self._facts, self._open_case_work, self._working_days = facts, open_case_work, working_days
        self._pin, self._zone = pin, zone

    def facts(self, tx: Tx, instance: LockedInstance) -> Mapping[str, Value]:
        """What expressions read beside variables, as it is now."""
        return self._facts(tx, instance)

    def advance(self, tx: Tx, instance: LockedInstance, command: Command) -> model.Advance:
        if isinstance(command, (model.MigrateInstance, model.UndoMigration)):
            advance = self.moved(tx, instance, command)
            tx.record(instance, advance)
            return advance
        advance = engine.advance(
            self.definitions.process(tx, instance.definition),
            instance.state,
            command,
            now=tx.now,
            facts=self.facts(tx, instance),
            zone=self._zone,
            is_working_day=_Lazily(lambda: self._working_days(tx, instance)),
        )
        tx.record(instance, advance)
        return advance

    def foreseen(self, tx: Tx, instance: LockedInstance, command: Command) -> model.Advance:
        """What a command would come to inside the instance itself; nothing is recorded or answered."""
        return engine.advance(
            self.definitions.process(tx, instance.definition),
            instance.state,
            command,
            now=tx.now,
            facts=self.facts(tx, instance),
            zone=self._zone,
            is_working_day=_Lazily(lambda: self._working_days(tx, instance)),
        )

    def moved(
        self, tx: Tx, instance: LockedInstance, command: model.MigrateInstance | model.UndoMigration
    ) -> model.Advance:
        """What moving to another version comes to; nothing is recorded. Raises as `engine.migrate`."""
        return engine.migrate(
            self.definitions.process(tx, instance.definition),
            self.definitions.process(tx, command.target),
            instance.state,
            command,
            source=instance.definition,
            now=tx.now,
            facts=self.facts(tx, instance),
            zone=self._zone,
            is_working_day=_Lazily(lambda: self._working_days(tx, instance)),
        )

    def pin(self, tx: Tx, case_code: str | None) -> str | None:
        return self._pin(tx, case_code)

    def open_case_work(self, tx: Tx, instance: LockedInstance, job: Job) -> Any:
        return self._open_case_work(tx, instance, job)


class _Lazily:
    """A working calendar that is only looked up when a cycle needs it."""

    def __init__(self, load: Callable[[], Callable[[dt.date], bool]]) -> None:
        self._load = load
        self._calendar: Callable[[dt.date], bool] | None = None

    def __call__(self, day: dt.date) -> bool:
        if self._calendar is None:
            self._calendar = self._load()
        return self._calendar(day)
