"""Instances, their incidents, and the flow through their elements."""

from __future__ import annotations

from flowcase import events, model
from flowcase.model import IncidentStatus, InstanceStatus
from flowcase.store import tables
from flowcase.store.appliers import applies, history_only
from flowcase.store.tx import LockedInstance, Tx

history_only(
    model.ElementEntered,
    model.ElementCompleted,
    model.ElementCancelled,
    model.FlowTaken,
    model.VariablesChanged,  # variables live in the state
    model.ErrorThrown,
    model.EscalationThrown,
    model.CallRequested,  # the service answers these three within the transaction
    model.DecisionRequested,
    model.JobRequested,
    model.CallCancelled,
    events.HandlerRan,
    events.BatchDecided,
)


@applies(events.InterventionMade)
def intervene(tx: Tx, stream: str, instance: LockedInstance | None, event: events.InterventionMade) -> None:
    tx.is_intervention = True  # no table tells of it


@applies(model.InstanceStarted)
def start(tx: Tx, stream: str, instance: LockedInstance, event: model.InstanceStarted) -> None:
    instance.status, instance.started_at = InstanceStatus.ACTIVE, tx.now
    tx.insert(
        tables.instance,
        id=instance.id,
        process=instance.process,
        definition=instance.definition,
        parent=instance.parent,
        parent_element_instance=instance.parent_element_instance,
        depth=instance.depth,
        stream=instance.stream,
        case_code=instance.case_code,
        rule_set=instance.rule_set,
        start_key=instance.start_key,
        status=instance.status,
        started_at=tx.now,
    )


@applies(model.InstanceCompleted)
def complete(tx: Tx, stream: str, instance: LockedInstance, event: model.InstanceCompleted) -> None:
    _end(tx, instance, InstanceStatus.COMPLETED, event.end_elements)


@applies(model.InstanceCancelled)
def cancel(tx: Tx, stream: str, instance: LockedInstance, event: model.InstanceCancelled) -> None:
    _end(tx, instance, InstanceStatus.CANCELLED, ())


@applies(model.InstanceFailed)
def fail(tx: Tx, stream: str, instance: LockedInstance, event: model.InstanceFailed) -> None:
    """A called process that ended in an error is over; its caller goes on with the error."""
    _end(tx, instance, InstanceStatus.CANCELLED, ())


def _end(tx: Tx, instance: LockedInstance, status: InstanceStatus, end_elements: tuple[str, ...]) -> None:
    tx.update(
        tables.instance,
        {"id": instance.id, "status": instance.status},
        {"status": status, "ended_at": tx.now, "end_elements": list(end_elements)},
        attempt=f"end process instance '{instance.id}'",
    )
    instance.status, instance.ended_at = status, tx.now
    # Whoever resolved what led to the end has nothing left to resolve.
    tx.update_all(
        tables.incident,
        {"instance": instance.id, "status": IncidentStatus.OPEN},
        {"status": IncidentStatus.RESOLVED, "resolved_at": tx.now, "resolved_by": tx.actor.id},
    )


@applies(events.InstanceSuspended)
def suspend(tx: Tx, stream: str, instance: LockedInstance, event: events.InstanceSuspended) -> None:
    _hold(tx, instance, InstanceStatus.ACTIVE, InstanceStatus.SUSPENDED)


@applies(events.InstanceResumed)
def resume(tx: Tx, stream: str, instance: LockedInstance, event: events.InstanceResumed) -> None:
    _hold(tx, instance, InstanceStatus.SUSPENDED, InstanceStatus.ACTIVE)


def _hold(tx: Tx, instance: LockedInstance, before: InstanceStatus, after: InstanceStatus) -> None:
    tx.update(
        tables.instance,
        {"id": instance.id, "status": before},
        {"status": after},
        attempt=f"make process instance '{instance.id}' {after}",
    )
    instance.status = after
    for table in (tables.timer, tables.job, tables.message_subscription, tables.signal_subscription):
        tx.update_all(table, {"instance": instance.id}, {"is_held": after == InstanceStatus.SUSPENDED})


@applies(model.IncidentRaised)
def raise_incident(tx: Tx, stream: str, instance: LockedInstance, event: model.IncidentRaised) -> None:
    tx.insert(
        tables.incident,
        id=tx.new_id(),
        instance=instance.id,
        process=instance.process,
        element=event.element,
        element_instance=event.element_instance,
        stream=stream,
        case_code=instance.case_code,
        kind=str(event.kind),
        message=event.message,
        status=IncidentStatus.OPEN,
        raised_at=tx.now,
    )


@applies(model.IncidentResolved)
def resolve_incident(tx: Tx, stream: str, instance: LockedInstance, event: model.IncidentResolved) -> None:
    tx.update_all(
        tables.incident,
        {
            "instance": instance.id,
            "element_instance": event.element_instance,
            "status": IncidentStatus.OPEN,
        },
        {"status": IncidentStatus.RESOLVED, "resolved_at": tx.now, "resolved_by": tx.actor.id},
    )
