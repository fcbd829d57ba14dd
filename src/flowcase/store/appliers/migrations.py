"""Instances under another version: the rows of what waits follow their elements."""

from __future__ import annotations

from flowcase import events, model
from flowcase.model import IncidentStatus, UserTaskStatus
from flowcase.store import tables
from flowcase.store.appliers import applies, history_only
from flowcase.store.appliers.user_tasks import candidates_key
from flowcase.store.tx import LockedInstance, Tx

history_only(events.MigrationDecided)


@applies(model.InstanceMigrated)
def migrate(tx: Tx, stream: str, instance: LockedInstance, event: model.InstanceMigrated) -> None:
    """Earlier states were of the other version: there is no way back to them, which the version tells."""
    tx.update(
        tables.instance,
        {"id": instance.id, "definition": event.source},
        {"definition": event.target, "migrated_version": instance.version},
        attempt=f"move process instance '{instance.id}'",
    )
    instance.definition = event.target
    tx.update_all(
        tables.user_task,
        {"instance": instance.id, "status": UserTaskStatus.OPEN},
        {"definition": event.target},
    )
    for element_instance, element in event.elements.items():
        here = {"instance": instance.id, "element_instance": element_instance}
        tx.update_all(tables.user_task, {**here, "status": UserTaskStatus.OPEN}, {"element": element})
        tx.update_all(tables.job, here, {"element": element})
        tx.update_all(tables.incident, {**here, "status": IncidentStatus.OPEN}, {"element": element})
    for key, element in event.subscriptions.items():
        id = f"{instance.id}.{key}"
        for table in (tables.timer, tables.message_subscription, tables.signal_subscription):
            tx.update_all(table, {"id": id}, {"element": element})


@applies(model.UserTaskRedrawn)
def redraw(tx: Tx, stream: str, instance: LockedInstance, event: model.UserTaskRedrawn) -> None:
    task = f"{instance.id}.{event.element_instance}"
    changes = dict(event.changes)
    if "candidate_groups" in changes or "candidate_users" in changes:
        row = tx.first(tables.user_task.select().where(tables.user_task.c.id == task))
        groups = changes.get("candidate_groups", row.candidate_groups)
        users = changes.get("candidate_users", row.candidate_users)
        changes |= {
            "candidate_groups": list(groups),
            "candidate_users": list(users),
            "candidates": candidates_key(tx, groups, users),
        }
    if "priority" in changes:
        changes["priority"] = int(changes["priority"])
    tx.update(
        tables.user_task,
        {"id": task, "status": UserTaskStatus.OPEN},
        changes,
        attempt=f"draw user task '{task}' anew",
    )
