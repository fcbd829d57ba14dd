"""Shelves of user tasks and of the people who do them, or are away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flowcase import events, model
from flowcase.access import events as access_events
from flowcase.access.actor import SYSTEM
from flowcase.store.memory.cases import Now
from flowcase.store.queries.absences import PersonsAbsenceRow
from flowcase.store.queries.people import PersonRow
from flowcase.store.queries.user_tasks import UserTaskRow
from flowcase.store.tx import LockedInstance


class WorkShelves:
    """User tasks and people."""

    tx: Now

    def __init__(self) -> None:
        self.people: dict[str, PersonRow] = {}
        self.absences: dict[str, PersonsAbsenceRow] = {}
        self.tasks: dict[str, UserTaskRow] = {}
        self._tasks_of: dict[str, dict[str, None]] = {}

    # --- user tasks --------------------------------------------------------------------------------

    def user_tasks_user_tasks(
        self, *, case: str | None = None, instance: str | None = None, status: str | None = "open", **_: Any
    ) -> list[UserTaskRow]:
        rows = (self.tasks[id] for id in self._tasks_of.get(case or "", ()))
        return [row for row in rows if instance is None or row.instance == instance]

    def create_task(self, stream: str, instance: LockedInstance, event: model.UserTaskCreated) -> None:
        id = f"{instance.id}.{event.element_instance}"
        self.tasks[id] = UserTaskRow(
            id,
            instance.id,
            event.element_instance,
            event.element,
            instance.process,
            instance.definition,
            event.name,
            event.form,
            stream,
            instance.case_code,
            "open",
            event.assignee,
            event.candidate_groups,
            event.candidate_users,
            event.due_at,
            event.follow_up_at,
            event.priority,
            self.tx.now,
            None,
            None,
        )
        self._tasks_of.setdefault(instance.case_code or "", {})[id] = None

    def end_task(self, stream: str, instance: LockedInstance, event: Any) -> None:
        id = f"{instance.id}.{event.element_instance}"
        row = self.tasks.pop(id, None)
        if row is not None:
            self._tasks_of.get(row.case_code or "", {}).pop(id, None)

    def hand_over(self, stream: str, instance: LockedInstance, event: events.UserTaskHandedOver) -> None:
        id = f"{instance.id}.{event.element_instance}"
        if id in self.tasks:
            self.tasks[id] = self.tasks[id]._replace(assignee=event.assignee)

    def reschedule_task(
        self, stream: str, instance: LockedInstance, event: model.UserTaskRescheduled
    ) -> None:
        id = f"{instance.id}.{event.element_instance}"
        if id in self.tasks:
            self.tasks[id] = self.tasks[id]._replace(due_at=event.due_at)

    # --- people ------------------------------------------------------------------------------------

    def people_person(self, id: str) -> PersonRow | None:
        return self.people.get(id)

    def people_people(
        self,
        *,
        ids: Iterable[str] | None = None,
        groups: Iterable[str] | None = None,
        only_active: bool = False,
        **_: Any,
    ) -> list[PersonRow]:
        wanted = None if ids is None else set(ids)
        within = None if groups is None else set(groups)
        return [
            row
            for row in self.people.values()
            if (wanted is None or row.id in wanted) and (within is None or row.groups & within)
        ]

    def absences_of_people(self, today: dt.date) -> list[PersonsAbsenceRow]:
        found = [row for row in self.absences.values() if row.last >= today]
        return sorted(found, key=lambda row: (row.first, row.id))

    def absences_of_person(self, person: str, today: dt.date) -> list[PersonsAbsenceRow]:
        return [row for row in self.absences_of_people(today) if row.person == person]

    def report_absence(self, stream: str, instance: Any, event: access_events.AbsenceReported) -> None:
        for id in event.joins:
            self.absences.pop(id, None)
        self.absences[event.absence] = PersonsAbsenceRow(
            event.absence, event.person, event.first, event.last, SYSTEM.id
        )

    def change_last_day(self, stream: str, instance: Any, event: access_events.AbsenceLastDayChanged) -> None:
        for id in event.joins:
            self.absences.pop(id, None)
        self.absences[event.absence] = replace(self.absences[event.absence], last=event.last)

    def end_absence(self, stream: str, instance: Any, event: access_events.AbsenceEnded) -> None:
        self.absences.pop(event.absence, None)
