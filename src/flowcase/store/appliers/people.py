"""Accounts. The secret hash of a credential is written by the service: it belongs in no event."""

from __future__ import annotations

from sqlalchemy import update

from flowcase.access import events
from flowcase.store import api_tables, sign_in_tables, tables
from flowcase.store.appliers import applies, history_only
from flowcase.store.tx import LockedInstance, Tx

history_only(
    events.SignInRefused,
    events.RecoveryCodeUsed,  # its row is written by the service, which knows the hash
    events.SecondFactorUsed,  # the service has asked whether the code counts by writing it
    events.CaseRead,
    events.GuestLinkMade,
    events.GuestLinkEnded,
    events.GuestConfirmed,
    events.CalendarAddressMade,
    events.CalendarAddressEnded,
    events.CasesSearched,
    events.HistorySearched,
    events.ListShared,
    events.ListShareEnded,
    events.OwnListKept,
    events.OwnListEnded,
    events.TeamListKept,
    events.TeamListEnded,
)


def _sign_out(tx: Tx, person: str) -> None:
    """Whoever is somebody else now, or nobody, signs in again."""
    tx.delete_all(sign_in_tables.sign_in_session, {"person": person})


@applies(events.SignedIn)
def sign_in(tx: Tx, stream: str, instance: LockedInstance | None, event: events.SignedIn) -> None:
    tx.update_all(tables.person, {"id": event.person}, {"signed_in_at": tx.now})


@applies(events.CredentialSet)
def set_credential(tx: Tx, stream: str, instance: LockedInstance | None, event: events.CredentialSet) -> None:
    """The hash itself was written by the service: it belongs in no event."""
    if event.kind == "password":
        _sign_out(tx, event.person)


@applies(events.SessionsEnded)
def end_sessions(tx: Tx, stream: str, instance: LockedInstance | None, event: events.SessionsEnded) -> None:
    for id in event.sessions:
        tx.delete_all(sign_in_tables.sign_in_session, {"id": id, "person": event.person})


@applies(events.IdentityLinked)
def link_identity(tx: Tx, stream: str, instance: LockedInstance | None, event: events.IdentityLinked) -> None:
    tx.insert(
        sign_in_tables.identity,
        issuer=event.issuer,
        subject=event.subject,
        person=event.person,
        linked_at=tx.now,
    )


@applies(events.SecondFactorSet)
def set_second_factor(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.SecondFactorSet
) -> None:
    """Its sealed secret was written by the service when it was set up."""
    tx.update(
        sign_in_tables.second_factor,
        {"person": event.person, "is_confirmed": False},
        {"is_confirmed": True},
        attempt=f"confirm the second factor of '{event.person}'",
    )


@applies(events.SecondFactorEnded)
def end_second_factor(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.SecondFactorEnded
) -> None:
    tx.delete_all(sign_in_tables.recovery_code, {"person": event.person})
    tx.delete_all(sign_in_tables.second_factor, {"person": event.person})
    if event.because == "operator":
        _sign_out(tx, event.person)


@applies(events.CaseOpenedInEmergency)
def open_in_emergency(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.CaseOpenedInEmergency
) -> None:
    tx.insert(
        sign_in_tables.emergency_access,
        id=event.emergency,
        case_code=event.case,
        stream=stream,
        person=event.person,
        purpose=event.purpose,
        sealed_reason=tx.seal(stream, f"emergency_access|{event.emergency}", event.reason.encode()),
        opened_at=tx.now,
        until=event.until,
    )


@applies(events.EmergencyReviewed)
def review_emergency(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.EmergencyReviewed
) -> None:
    """One that has to be followed up ends with that, if it has not ended yet."""
    table = sign_in_tables.emergency_access
    tx.update(
        table,
        {"id": event.emergency},
        {"reviewed_at": tx.now, "reviewed_by": tx.actor.id, "verdict": event.verdict},
        attempt=f"review emergency '{event.emergency}'",
    )
    if event.verdict == "foelges_op":
        tx.execute(
            update(table).where(table.c.id == event.emergency, table.c.until > tx.now).values(until=tx.now)
        )


@applies(events.RecoveryCodesMade)
def make_recovery_codes(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.RecoveryCodesMade
) -> None:
    """The hashes of the new ones are written by the service: they belong in no event."""
    tx.delete_all(sign_in_tables.recovery_code, {"person": event.person})


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
    _sign_out(tx, event.person)
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
    _sign_out(tx, event.person)


@applies(events.PersonReactivated)
def reactivate(tx: Tx, stream: str, instance: LockedInstance | None, event: events.PersonReactivated) -> None:
    tx.update(
        tables.person,
        {"id": event.person, "is_active": False},
        {"is_active": True},
        attempt=f"reactivate '{event.person}'",
    )


@applies(events.AbsenceReported)
def report_absence(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.AbsenceReported
) -> None:
    for id in event.joins:
        tx.delete(tables.absence, {"id": id}, attempt=f"join absence '{id}'")
    tx.insert(
        tables.absence,
        id=event.absence,
        person=event.person,
        first=event.first,
        last=event.last,
        reported_by=tx.actor.id,
    )


@applies(events.AbsenceEnded)
def end_absence(tx: Tx, stream: str, instance: LockedInstance | None, event: events.AbsenceEnded) -> None:
    tx.delete(tables.absence, {"id": event.absence}, attempt=f"end absence '{event.absence}'")


@applies(events.AbsenceLastDayChanged)
def change_last_day(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.AbsenceLastDayChanged
) -> None:
    for id in event.joins:
        tx.delete(tables.absence, {"id": id}, attempt=f"join absence '{id}'")
    tx.update(
        tables.absence,
        {"id": event.absence, "last": event.last_before},
        {"last": event.last},
        attempt=f"change the last day of absence '{event.absence}'",
    )


@applies(events.AbsencesForgotten)
def forget_absences(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.AbsencesForgotten
) -> None:
    for id in event.absences:
        tx.delete(tables.absence, {"id": id}, attempt=f"forget absence '{id}'")
