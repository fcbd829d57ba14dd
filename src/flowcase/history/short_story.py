"""What a colleague would tell of a case in a minute: the acts of its story, without the fields they filled.

The words are those of the whole story (`story`), which stays complete. A record that was written or added
to is told there; here the act that wrote it is told alone, unless the record has a sentence of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from flowcase.history.sentences import OF_RECORDS
from flowcase.history.story import Told

ACTS = frozenset(
    {
        "NotificationReceived",
        "CaseOpened",
        "CaseClosed",
        "CaseErased",
        "CaseFactSet",  # status, team and caseworker among them, each with its value
        "CaseRuleSetChanged",
        "CaseOpenedInEmergency",
        "EmergencyReviewed",
        "NoteWritten",
        "DecisionEvaluated",
        "UserTaskCompleted",
        "UserTaskWarned",
        "UserTaskHandedOver",
        "UserTaskDelegated",
        "UserTaskGivenBack",
        "DeadlineMet",
        "DeadlineBreached",
        "DeadlineMoved",
        "DeadlineCancelled",
        "InstanceStarted",
        "InstanceCompleted",
        "InstanceCancelled",
        "InstanceFailed",
        "JobCompleted",  # what left the house, a letter among it
        "IncidentRaised",
        "IncidentResolved",
        "InterventionMade",
        "GuestLinkMade",
    }
)


def shortened(story: Iterable[Told]) -> list[Told]:
    return [told for told in story if told.kind in ACTS or (told.kind, told.entity) in OF_RECORDS]
