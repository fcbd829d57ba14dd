"""What rows of work and messages that wait have to say, told anew from events alone: messages that were kept,
starts that were held, jobs.

A row that was handed over or expired is gone again. That a worker has claimed a job is no event: of a job at
work is told what it was before.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flowcase import events, model
from flowcase.history.heard import GONE, Heard, Subject


@dataclass(frozen=True)
class Receipts:
    """The processes that have had a message; others too where older releases wrote not all of them."""

    processes: frozenset[str]
    is_whole: bool


@dataclass(frozen=True)
class Message:
    stream: str
    name: str
    correlation_key: str
    message_id: str | None
    case_code: str | None
    published_at: dt.datetime
    expires_at: dt.datetime | None
    receipts: Receipts = field(metadata={"beside": True})


@dataclass(frozen=True)
class HeldStart:
    stream: str
    process: str
    definition: str
    kind: str
    element: str | None
    name: str
    start_key: str | None
    case_code: str | None
    at: dt.datetime


@dataclass(frozen=True)
class Job:
    stream: str
    instance: str
    element_instance: str
    element: str
    process: str
    type: str
    case_code: str | None
    headers: Mapping[str, str]
    priority: int
    retries: int
    attempts: int
    failures: int
    try_at: dt.datetime
    created_at: dt.datetime
    status: str = "pending"
    is_held: bool = False
    ended_at: dt.datetime | None = None


TOLD: dict[str, type[Any]] = {"message": Message, "held start": HeldStart, "job": Job}
_OF_MESSAGES = (events.MessageBuffered, events.MessageCorrelated, events.MessageExpired)
_OF_HELD_STARTS = (events.StartHeld, events.HeldStartReleased, events.HeldStartDropped)
_OF_JOBS = (
    events.JobCreated,
    events.JobCompleted,
    events.JobFailed,
    events.JobRetried,
    events.JobAdjusted,
    model.JobCancelled,
)
KINDS = (*_OF_MESSAGES, *_OF_HELD_STARTS, *_OF_JOBS)
BEGINNINGS = (events.MessageBuffered, events.StartHeld, events.JobCreated)
TAKES_MESSAGES = ("MessageCorrelated", "MessageExpired", "StartHeld")  # by which the row of one goes
# Messages by whose ids it is told which have counted.
COUNTED = (events.MessageAccepted, model.MessagePublished)


def about(heard: Heard, waits: Collection[Subject]) -> Iterable[Subject]:
    """The rows that an event changes; `waits` are jobs and others that its instance had until then."""
    event: Any = heard.event
    found: list[Subject] = []
    if isinstance(event, (*_OF_MESSAGES, events.StartHeld)) and event.message is not None:
        found.append(("message", event.message))
    if isinstance(event, _OF_HELD_STARTS):
        found.append(("held start", event.held))
    elif isinstance(event, events.JobCreated):
        found.append(("job", f"{heard.instance}.{event.element_instance}"))
    elif isinstance(event, _OF_JOBS):
        job = ("job", f"{heard.instance}.{event.element_instance}")
        if job in waits:  # an inside handler's request that is cancelled was no job
            found.append(job)
    return found


def slim(heard: Heard) -> Heard:
    """Without what takes room and is not compared."""
    event = heard.event
    if isinstance(event, (events.MessageBuffered, events.StartHeld)):
        return heard._replace(event=dataclasses.replace(event, variables={}))
    return heard


def retold(subject: Subject, before: Any, heard: Heard) -> Any:
    """What the row says after an event; None as long as its beginning, erased since, was not heard."""
    return _RETOLD[subject[0]](before, heard)


def _message(before: Any, heard: Heard) -> Any:
    event: Any = heard.event
    if isinstance(event, events.MessageBuffered):
        return Message(
            stream=heard.stream,
            name=event.name,
            correlation_key=event.correlation_key,
            message_id=event.message_id,
            case_code=event.case_code,
            published_at=heard.at,
            expires_at=event.expires_at,
            receipts=Receipts(frozenset(event.reached or ()), is_whole=event.reached is not None),
        )
    if before in (None, GONE):
        return before
    if isinstance(event, events.MessageExpired) or event.is_used_up:
        return GONE
    receipts: Receipts = before.receipts
    told = dataclasses.replace(receipts, processes=receipts.processes | {event.process})
    return dataclasses.replace(before, receipts=told)


def _held_start(before: Any, heard: Heard) -> Any:
    event: Any = heard.event
    if not isinstance(event, events.StartHeld):
        return before if before is None else GONE
    same = {name: getattr(event, name) for name in ("process", "definition", "kind", "name", "start_key")}
    return HeldStart(
        stream=heard.stream, element=event.start_element, case_code=event.case_code, at=heard.at, **same
    )


def _job(before: Any, heard: Heard) -> Any:
    event: Any = heard.event
    if isinstance(event, events.JobCreated):
        return Job(
            stream=heard.stream,
            instance=str(heard.instance),
            element_instance=event.element_instance,
            element=event.element,
            process=heard.flow.process,
            type=event.type,
            case_code=heard.flow.case_code,
            headers=dict(event.headers),
            priority=event.priority,
            retries=event.retries,
            attempts=0,
            failures=0,
            try_at=heard.at,
            created_at=heard.at,
        )
    return None if before is None else dataclasses.replace(before, **_changes(before, heard))


def _changes(job: Job, heard: Heard) -> dict[str, Any]:
    event: Any = heard.event
    match event:
        case events.JobCompleted():
            return {"status": "completed", "attempts": event.attempt, "ended_at": heard.at}
        case events.JobFailed():
            return {
                "status": "failed" if event.try_at is None else "pending",
                "attempts": event.attempt,
                "retries": event.retries,
                "failures": job.failures if event.failures is None else event.failures,
                "try_at": event.try_at or heard.at,
            }
        case events.JobRetried():
            failures = job.failures if event.failures is None else event.failures
            return {"status": "pending", "retries": event.retries, "failures": failures, "try_at": heard.at}
        case events.JobAdjusted(act="priority"):
            return {"priority": event.priority}
        case events.JobAdjusted():
            return {"try_at": heard.at} if event.act == "try_now" else {}
        case model.JobCancelled() if job.status != "completed":
            return {"status": "cancelled", "ended_at": heard.at}
        case model.InstanceMigrated():
            return {"element": event.elements.get(job.element_instance, job.element)}
        case events.InstanceSuspended() | events.InstanceResumed():
            return {"is_held": isinstance(event, events.InstanceSuspended)}
    return {}


_RETOLD: dict[str, Any] = {"message": _message, "held start": _held_start, "job": _job}
