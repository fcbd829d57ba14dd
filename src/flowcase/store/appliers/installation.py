"""Deployments, settings, and what the history keeps for its own sake."""

from __future__ import annotations

from flowcase import events
from flowcase.store import tables
from flowcase.store.appliers import applies, history_only
from flowcase.store.tx import LockedInstance, Tx

history_only(
    events.ReferenceRecorded,
    events.DecisionEvaluated,
    events.ClockCorrected,
    events.ClockCorrectionEnded,
    events.DatabaseWentOn,
    events.ExportBegun,
    events.ExportMade,
    events.KeyRotationBegun,
    events.KeyRotationEnded,
)


@applies(events.DeploymentMade)
def deploy(tx: Tx, stream: str, instance: LockedInstance | None, event: events.DeploymentMade) -> None:
    """The files themselves and what they define were inserted by the service that read them."""
    tx.insert(
        tables.deployment,
        id=event.deployment,
        at=tx.now,
        actor=tx.actor.id,
        note=event.note,
        status=event.status,
    )
    for path, content_hash in event.files.items():
        tx.insert(tables.deployment_resource, deployment=event.deployment, path=path, hash=content_hash)


@applies(events.DraftDeploymentDeleted)
def delete_draft(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.DraftDeploymentDeleted
) -> None:
    """Files stay: they may belong to another deployment, and they are no secret."""
    for table in (tables.process_definition, tables.named_resource, tables.deployment_resource):
        tx.delete_all(table, {"deployment": event.deployment})
    tx.delete(
        tables.deployment,
        {"id": event.deployment, "status": "draft"},
        attempt=f"delete draft deployment '{event.deployment}'",
    )


@applies(events.SettingChanged)
def change_setting(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.SettingChanged
) -> None:
    changes = {"value": event.value, "changed_at": tx.now, "changed_by": tx.actor.id}
    if not tx.update_any(tables.setting, {"key": event.key}, changes):
        tx.insert(tables.setting, key=event.key, **changes)
