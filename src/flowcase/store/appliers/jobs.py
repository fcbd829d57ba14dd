"""Jobs: the work that goes on outside of any transaction."""

from __future__ import annotations

from typing import Any

from flowcase import events, model
from flowcase.model import JobStatus
from flowcase.store import tables
from flowcase.store.appliers import applies
from flowcase.store.tx import LockedInstance, Tx
from flowcase.values import canonical_json, to_json


@applies(events.JobCreated)
def create(tx: Tx, stream: str, instance: LockedInstance, event: events.JobCreated) -> None:
    job = f"{instance.id}.{event.element_instance}"
    tx.wakes_workers = True
    tx.insert(
        tables.job,
        id=job,
        instance=instance.id,
        element_instance=event.element_instance,
        element=event.element,
        process=instance.process,
        type=event.type,
        stream=stream,
        case_code=instance.case_code,
        status=JobStatus.PENDING,
        headers=dict(event.headers),
        sealed_inputs=tx.seal(stream, f"job|{job}", canonical_json(to_json(event.inputs))),
        retries=event.retries,
        priority=event.priority,
        attempts=0,
        failures=0,
        try_at=tx.now,
        is_held=False,
        created_at=tx.now,
    )


@applies(events.JobCompleted)
def complete(tx: Tx, stream: str, instance: LockedInstance, event: events.JobCompleted) -> None:
    job = f"{instance.id}.{event.element_instance}"
    tx.update(
        tables.job,
        {"id": job, "status": JobStatus.CLAIMED, "attempts": event.attempt},
        {"status": JobStatus.COMPLETED, "ended_at": tx.now, "lease_owner": None, "lease_until": None},
        attempt=f"complete job '{job}'",
    )


@applies(events.JobFailed)
def fail(tx: Tx, stream: str, instance: LockedInstance, event: events.JobFailed) -> None:
    job = f"{instance.id}.{event.element_instance}"
    tx.update(
        tables.job,
        {"id": job, "status": JobStatus.CLAIMED, "attempts": event.attempt},
        {
            "status": JobStatus.FAILED if event.try_at is None else JobStatus.PENDING,
            "retries": event.retries,
            "failures": event.failures or 0,
            "try_at": event.try_at or tx.now,
            "lease_owner": None,
            "lease_until": None,
        },
        attempt=f"record the failure of job '{job}'",
    )


@applies(events.JobRetried)
def retry(tx: Tx, stream: str, instance: LockedInstance, event: events.JobRetried) -> None:
    job = f"{instance.id}.{event.element_instance}"
    tx.update(
        tables.job,
        {"id": job, "status": JobStatus.FAILED},
        {
            "status": JobStatus.PENDING,
            "retries": event.retries,
            "failures": event.failures or 0,
            "try_at": tx.now,
        },
        attempt=f"retry job '{job}'",
    )


@applies(events.JobAdjusted)
def adjust(tx: Tx, stream: str, instance: LockedInstance, event: events.JobAdjusted) -> None:
    """A worker that claims it or hands in its result at the same moment was faster, or finds out."""
    job = f"{instance.id}.{event.element_instance}"
    if event.act == "priority":
        tx.update_all(tables.job, {"id": job}, {"priority": event.priority})
        return
    tx.wakes_workers = True
    status = JobStatus.PENDING if event.act == "try_now" else JobStatus.CLAIMED
    changes: dict[str, Any] = {"try_at": tx.now}
    if event.act == "give_back":
        changes = {"lease_owner": None, "lease_until": tx.now}
    tx.update(
        tables.job,
        {"id": job, "status": status, "attempts": event.attempt},
        changes,
        attempt=f"{event.act} job '{job}'",
    )


@applies(model.JobCancelled)
def cancel(tx: Tx, stream: str, instance: LockedInstance, event: model.JobCancelled) -> None:
    """An inside handler's request never became a job: then there is no row, and nothing to do.

    A claimed job is cancelled too; its worker finds out when it hands in the result.
    """
    job = f"{instance.id}.{event.element_instance}"
    for status in (JobStatus.PENDING, JobStatus.CLAIMED, JobStatus.FAILED):
        tx.update_all(
            tables.job, {"id": job, "status": status}, {"status": JobStatus.CANCELLED, "ended_at": tx.now}
        )
