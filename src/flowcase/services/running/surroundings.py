"""Where work on a case and the engine learn of what surrounds them: rule sets, facts, calendar and pins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from flowcase.cases.calendar import Calendar
from flowcase.job_types import Job
from flowcase.services.casework.case_facts import facts_of
from flowcase.services.casework.case_work import CaseWork
from flowcase.services.decisions import Decisions
from flowcase.services.rule_sets import RuleSets
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import case_files
from flowcase.values import Value


class Surroundings:
    """Each method answers within a transaction that somebody else opened."""

    def __init__(self, rule_sets: RuleSets, decisions: Decisions) -> None:
        self._rule_sets, self._decisions = rule_sets, decisions

    def open_work(
        self,
        tx: Tx,
        *,
        instance: LockedInstance | None = None,
        element: str = "",
        case: str | None = None,
        stream: str | None = None,
    ) -> CaseWork:
        return CaseWork(
            tx,
            rule_sets=self._rule_sets,
            decisions=self._decisions,
            instance=instance,
            element=element,
            case=case,
            stream=stream,
        )

    def open_for_handler(self, tx: Tx, instance: LockedInstance, job: Job) -> CaseWork:
        return self.open_work(tx, instance=instance, element=job.element)

    def open_for_user_task(self, tx: Tx, instance: LockedInstance, element: str) -> CaseWork:
        return self.open_work(tx, instance=instance, element=element)

    def facts(self, tx: Tx, instance: LockedInstance) -> Mapping[str, Value]:
        return facts_of(tx, self._rule_sets, instance)

    def settings(self, tx: Tx) -> Mapping[str, Value]:
        """What a start event may read, before there is an instance."""
        return {"indstilling": self._rule_sets.settings(tx)}

    def working_days(self, tx: Tx, instance: LockedInstance | None = None) -> Callable[[dt.date], bool]:
        pin = None if instance is None else instance.rule_set
        return Calendar.from_settings(self._rule_sets.settings(tx, pin)).is_working_day

    def pin(self, tx: Tx, case_code: str | None) -> str | None:
        """The rule sets that a new instance begins with: its case's, else those in force."""
        row = case_files.case(tx, case_code) if case_code is not None else None
        if row is not None:
            return row.pin
        taken = self._rule_sets.pin(tx)
        return None if taken is None else str(taken)
