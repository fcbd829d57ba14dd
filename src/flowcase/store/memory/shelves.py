"""All rows of one simulated installation, and which shelf keeps what each event tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flowcase import events, model
from flowcase.access import events as access_events
from flowcase.cases import events as case_events
from flowcase.model import Event
from flowcase.store.memory.cases import CaseShelves
from flowcase.store.memory.deadlines import DeadlineShelves
from flowcase.store.memory.flows import FlowShelves
from flowcase.store.memory.work import WorkShelves


class Shelves(CaseShelves, DeadlineShelves, FlowShelves, WorkShelves):
    """The rows of one simulated installation, with the few indexes that its questions need."""

    def __init__(self) -> None:
        for each in (CaseShelves, DeadlineShelves, FlowShelves, WorkShelves):
            each.__init__(self)
        self.once: set[Any] = set()


APPLIERS: Mapping[type[Event], Callable[[Shelves, str, Any, Any], None]] = {
    case_events.CaseOpened: Shelves.open_case,
    case_events.CaseFactSet: Shelves.set_fact,
    case_events.CaseClosed: Shelves.close_case,
    case_events.CaseReopened: Shelves.reopen_case,
    case_events.RecordCreated: Shelves.create_record,
    case_events.RecordUpdated: Shelves.update_record,
    case_events.DeadlineOpened: Shelves.open_deadline,
    case_events.DeadlineMoved: Shelves.move_deadline,
    case_events.DeadlineMet: Shelves.meet_deadline,
    case_events.DeadlineBreached: Shelves.breach_deadline,
    case_events.DeadlineCancelled: Shelves.cancel_deadline,
    case_events.ReminderSent: Shelves.remind,
    case_events.EscalationSent: Shelves.escalate,
    model.InstanceStarted: Shelves.start_instance,
    model.InstanceCompleted: Shelves.end_instance,
    model.InstanceCancelled: Shelves.end_instance,
    model.InstanceFailed: Shelves.end_instance,
    model.MessageSubscribed: Shelves.subscribe,
    model.MessageUnsubscribed: Shelves.unsubscribe,
    model.SignalSubscribed: Shelves.subscribe_signal,
    model.SignalUnsubscribed: Shelves.unsubscribe,
    events.MessageBuffered: Shelves.buffer,
    events.MessageCorrelated: Shelves.correlate,
    model.UserTaskCreated: Shelves.create_task,
    model.UserTaskCompleted: Shelves.end_task,
    model.UserTaskCancelled: Shelves.end_task,
    model.UserTaskRescheduled: Shelves.reschedule_task,
    events.UserTaskHandedOver: Shelves.hand_over,
    access_events.AbsenceReported: Shelves.report_absence,
    access_events.AbsenceEnded: Shelves.end_absence,
    access_events.AbsenceLastDayChanged: Shelves.change_last_day,
}
