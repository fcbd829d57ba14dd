"""Which events webhooks may tell of, and what of each: ids, codes, numbers and instants, never words.

What is not listed here leaves no installation by a webhook, whatever somebody subscribes to.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from flowcase.model import Event

# kind of event -> its attributes that are told, beside case, process, instance and element
KINDS: Mapping[str, tuple[str, ...]] = {
    "CaseOpened": ("rule_set", "rule_set_version"),
    "CaseClosed": ("outcome",),
    "CaseReopened": (),
    "CaseErased": (),
    "LegalHoldPlaced": (),
    "LegalHoldLifted": (),
    "NotificationReceived": ("notification", "received_at", "source"),
    "DeadlineOpened": ("deadline", "rule"),
    "DeadlineMoved": ("deadline", "due_at"),
    "DeadlineMet": ("deadline", "met_at", "days_late"),
    "DeadlineBreached": ("deadline", "due_at", "breached_at"),
    "DeadlineCancelled": ("deadline",),
    "InstanceStarted": (),
    "InstanceCompleted": (),
    "InstanceCancelled": (),
    "InstanceFailed": ("code",),
    "InstanceMigrated": ("source", "target"),
    "UserTaskCreated": ("due_at", "priority"),
    "UserTaskCompleted": (),
    "UserTaskCancelled": (),
    "EscalationThrown": ("code",),
    "IncidentRaised": ("kind",),
    "IncidentResolved": (),
    "DeploymentMade": ("deployment", "status"),
}


def body(
    event: Event,
    at: dt.datetime,
    *,
    case: str | None,
    process: str | None,
    instance: str | None,
    element: str | None,
) -> str:
    """What is posted, as JSON."""
    kind = type(event).__name__
    told = {name: _plain(getattr(event, name)) for name in KINDS[kind]}
    data = {"case": case, "process": process, "instance": instance, "element": element, **told}
    return json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data}, separators=(",", ":"))


def _plain(value: Any) -> str | int | None:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if value is None or isinstance(value, (str, int)):
        return value
    raise TypeError(f"Expected a code, a number or an instant, but got {type(value).__name__}.")
