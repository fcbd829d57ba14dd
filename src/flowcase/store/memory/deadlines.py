"""The shelf of deadlines, by case, stream and subject."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flowcase.cases import events as case_events
from flowcase.store.memory.cases import Now
from flowcase.store.queries.deadlines import RUNNING, DeadlineRow
from flowcase.store.tx import LockedInstance


class DeadlineShelves:
    """Deadlines."""

    tx: Now

    def __init__(self) -> None:
        self.deadlines: dict[str, DeadlineRow] = {}
        self._deadlines_by: dict[tuple[str, str | None], dict[str, None]] = {}

    def deadlines_deadline(self, id: str) -> DeadlineRow | None:
        return self.deadlines.get(id)

    def deadlines_deadlines(
        self,
        *,
        case: str | None = None,
        stream: str | None = None,
        subject: str | None = None,
        part: str | None = None,
        rule: str | None = None,
        statuses: Iterable[str] | None = None,
        only_current: bool = False,
        due_before: dt.datetime | None = None,
        limit: int | None = None,
    ) -> list[DeadlineRow]:
        asked = (("case", case), ("stream", stream), ("subject", subject))
        key = next((each for each in asked if each[1] is not None), None)
        ids: Iterable[str] = self.deadlines if key is None else self._deadlines_by.get(key, ())
        wanted = None if statuses is None else set(statuses)
        found = [
            row
            for row in (self.deadlines[id] for id in ids)
            if (rule is None or row.rule == rule)
            and (case is None or row.case_code == case)
            and (stream is None or row.stream == stream)
            and (subject is None or row.subject == subject)
            and (part is None or row.part == part)
            and (wanted is None or row.status in wanted)
            and (due_before is None or row.due_at < due_before)
        ]
        return sorted(found, key=lambda row: (row.due_at, row.id))[:limit]

    def deadlines_current(self, *, case: str | None = None, stream: str | None = None) -> list[DeadlineRow]:
        return self.deadlines_deadlines(case=case, stream=stream)

    def open_deadline(
        self, stream: str, instance: LockedInstance | None, event: case_events.DeadlineOpened
    ) -> None:
        if event.case is not None:
            self._outdate(event)
        self.deadlines[event.deadline] = DeadlineRow(
            event.deadline,
            event.rule,
            event.rule_set,
            event.rule_set_version,
            event.start_fact,
            event.start,
            event.amount,
            event.unit,
            event.convention,
            event.legal_basis,
            (),
            event.due_at,
            event.due_local,
            event.internal_target,
            "open",
            self.tx.now,
            None,
            None,
            None,
            None,
            None,
            event.plan,
            (),
            (),
            stream,
            event.case,
            event.subject,
            event.part,
            event.responsible,
            event.instance,
            event.element,
            1,
        )
        for key in (("case", event.case), ("stream", stream), ("subject", event.subject)):
            if key[1] is not None:
                self._deadlines_by.setdefault(key, {})[event.deadline] = None

    def _outdate(self, event: case_events.DeadlineOpened) -> None:
        """What no diagram reads any more leaves the case's index, as the database's index has it."""
        index = self._deadlines_by.get(("case", event.case), {})
        for id in list(index):
            row = self.deadlines[id]
            if row.rule == event.rule and row.instance == event.instance and row.status not in RUNNING:
                del index[id]

    def move_deadline(self, stream: str, instance: Any, event: case_events.DeadlineMoved) -> None:
        changes: dict[str, Any] = {
            "start": event.start,
            "due_at": event.due_at,
            "due_local": event.due_local,
            "internal_target": event.internal_target,
            "plan": event.plan,
        }
        if event.is_reopened:
            changes |= {"status": "open", "breached_at": None}
        if event.rule_set:
            changes |= {"amount": event.amount, "unit": event.unit, "rule_set": event.rule_set}
        self._change_deadline(event.deadline, **changes)

    def meet_deadline(self, stream: str, instance: Any, event: case_events.DeadlineMet) -> None:
        self._change_deadline(
            event.deadline,
            status="met",
            met_at=event.met_at,
            seconds_late=event.seconds_late,
            days_late=event.days_late,
        )

    def breach_deadline(self, stream: str, instance: Any, event: case_events.DeadlineBreached) -> None:
        self._change_deadline(event.deadline, status="breached", breached_at=event.breached_at)

    def cancel_deadline(self, stream: str, instance: Any, event: case_events.DeadlineCancelled) -> None:
        self._change_deadline(event.deadline, status="cancelled", cancelled_at=self.tx.now)

    def remind(self, stream: str, instance: Any, event: case_events.ReminderSent) -> None:
        row = self.deadlines[event.deadline]
        sent = {"nr": event.nr, "planned_at": event.planned_at}
        self._change_deadline(event.deadline, reminders=(*row.reminders, sent))

    def escalate(self, stream: str, instance: Any, event: case_events.EscalationSent) -> None:
        row = self.deadlines[event.deadline]
        sent = {"step": event.step, "planned_at": event.planned_at}
        self._change_deadline(event.deadline, escalations=(*row.escalations[-19:], sent))

    def _change_deadline(self, deadline: str, **changes: Any) -> None:
        self.deadlines[deadline] = replace(self.deadlines[deadline], **changes)
