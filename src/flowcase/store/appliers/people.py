"""Accounts. The secret hash of a credential is written by the service: it belongs in no event."""

from __future__ import annotations

from flowcase.access import events
from flowcase.store import api_tables, tables
from flowcase.store.appliers import applies, history_only
from flowcase.store.tx import LockedInstance, Tx

history_only(
    events.CredentialSet, events.SignedIn, events.SignInRefused, events.CaseRead, events.HistorySearched
)


@applies(events.PersonAdded)
def add_person(tx: Tx, stream: str, instance: LockedInstance | None, event: events.PersonAdded) -> None:
    tx.insert(
        tables.person,
        id=event.person,
        name=event.name,
        kind=event.kind,
        team=event.team,
        district=event.district,
        locale="da",
        is_active=True,
        created_at=tx.now,
    )
    for group in event.groups:
        tx.insert(tables.person_group, person=event.person, group=group)


@applies(events.ScopesGranted)
def grant_scopes(tx: Tx, stream: str, instance: LockedInstance | None, event: events.ScopesGranted) -> None:
    values = {
        "scopes": list(event.scopes),
        "made_at": tx.now,
        "made_by": tx.actor.id,
        "expires_at": event.expires_at,
    }
    if not tx.update_any(api_tables.service_account, {"person": event.person}, values):
        tx.insert(api_tables.service_account, person=event.person, **values)


@applies(events.GroupsChanged)
def change_groups(tx: Tx, stream: str, instance: LockedInstance | None, event: events.GroupsChanged) -> None:
    for group in event.removed:
        tx.delete(
            tables.person_group,
            {"person": event.person, "group": group},
            attempt=f"take away group '{group}'",
        )
    for group in event.added:
        tx.insert(tables.person_group, person=event.person, group=group)


@applies(events.PersonDeactivated)
def deactivate(tx: Tx, stream: str, instance: LockedInstance | None, event: events.PersonDeactivated) -> None:
    tx.update(
        tables.person,
        {"id": event.person, "is_active": True},
        {"is_active": False},
        attempt=f"deactivate '{event.person}'",
    )
