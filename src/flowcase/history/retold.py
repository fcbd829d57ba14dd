"""What rows of the installation have to say, told anew from events alone: accounts, settings, deployments,
holds, absences, erasures that were proposed, documents with a day of their own, webhooks,
suspended processes, batches and moves of instances.

The chain proves the history; this is what makes it prove the rows too, which are what everybody sees.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flowcase import events
from flowcase.access import events as access
from flowcase.cases import events as cases
from flowcase.history import retold_operations, retold_retention, retold_webhooks
from flowcase.history.retold_operations import Operations
from flowcase.history.retold_retention import Retention
from flowcase.history.retold_webhooks import Webhooks
from flowcase.model import Event


@dataclass
class Account:
    name: str
    kind: str
    groups: set[str]
    team: str | None
    district: str | None
    added_at: dt.datetime
    locale: str = "da"  # a person's own language is what their browser asks for, or what they chose for mails
    is_active: bool = True
    # scopes, end, who granted them, when
    scopes: tuple[tuple[str, ...], dt.datetime | None, str, dt.datetime] | None = None
    identities: set[tuple[str, str]] = field(default_factory=set)  # (issuer, subject) at a provider


@dataclass(frozen=True)
class Deployed:
    made: events.DeploymentMade
    actor: str
    at: dt.datetime


@dataclass(frozen=True)
class Absence:
    person: str
    first: dt.date
    last: dt.date | None
    reported_by: str


@dataclass(frozen=True)
class ErasedCase:
    at: dt.datetime
    facts: Mapping[str, Any]  # what stays, for figures


@dataclass
class Installation:
    """What the events of the installation's stream add up to."""

    accounts: dict[str, Account] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    deployments: dict[str, Deployed] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)  # streams whose keys were destroyed
    erased_cases: dict[str, ErasedCase] = field(default_factory=dict)
    holds: dict[str, tuple[str, str]] = field(default_factory=dict)  # case -> reason, who placed it
    absences: dict[str, Absence] = field(default_factory=dict)
    retention: Retention = field(default_factory=Retention)
    webhooks: Webhooks = field(default_factory=Webhooks)
    operations: Operations = field(default_factory=Operations)


INSTALLATION_KINDS = (
    access.PersonAdded,
    access.GroupsChanged,
    access.PersonDeactivated,
    access.PersonReactivated,
    access.ScopesGranted,
    access.IdentityLinked,
    events.SettingChanged,
    events.DeploymentMade,
    events.DraftDeploymentDeleted,
    cases.CaseErased,
    cases.LegalHoldPlaced,
    cases.LegalHoldLifted,
    access.AbsenceReported,
    access.AbsenceEnded,
    access.AbsenceLastDayChanged,
    access.AbsencesForgotten,
    *retold_retention.KINDS,
    *retold_webhooks.KINDS,
    *retold_operations.KINDS,
)


def installation(told: Iterable[tuple[str, dt.datetime, Event]]) -> Installation:
    """From (actor, instant, event) in order."""
    found = Installation()
    for actor, at, event in told:
        match event:
            case access.PersonAdded():
                found.accounts[event.person] = Account(
                    event.name, event.kind, set(event.groups), event.team, event.district, at
                )
            case access.GroupsChanged():
                groups = found.accounts[event.person].groups
                groups -= set(event.removed)
                groups |= set(event.added)
            case access.PersonDeactivated():
                found.accounts[event.person].is_active = False
            case access.PersonReactivated():
                found.accounts[event.person].is_active = True
            case access.ScopesGranted():
                granted = (tuple(event.scopes), event.expires_at, actor, at)
                found.accounts[event.person].scopes = granted
            case access.IdentityLinked():
                found.accounts[event.person].identities.add((event.issuer, event.subject))
            case events.SettingChanged():
                found.settings[event.key] = event.value
            case events.DeploymentMade():
                found.deployments[event.deployment] = Deployed(_with_shared_names(event), actor, at)
            case events.DraftDeploymentDeleted():
                found.deployments.pop(event.deployment, None)
            case cases.CaseErased():
                found.erased |= set(event.streams)
                found.erased_cases[event.case] = ErasedCase(at, event.facts)
            case cases.LegalHoldPlaced():
                found.holds[event.case] = (event.reason, actor)
            case cases.LegalHoldLifted():
                found.holds.pop(event.case, None)
            case _ if isinstance(event, retold_retention.KINDS):
                retold_retention.tell(found.retention, actor, at, event)
            case _ if isinstance(event, retold_webhooks.KINDS):
                retold_webhooks.tell(found.webhooks, actor, at, event)
            case _ if isinstance(event, retold_operations.KINDS):
                retold_operations.tell(found.operations, actor, at, event)
            case _:
                _absence(found.absences, actor, event)
    return found


def _with_shared_names(made: events.DeploymentMade) -> events.DeploymentMade:
    """Paths and hashes are nearly the same from one deployment to the next: each is held once."""
    files = {sys.intern(path): sys.intern(hash) for path, hash in made.files.items()}
    return dataclasses.replace(made, files=files)


def _absence(absences: dict[str, Absence], actor: str, event: Event) -> None:
    over: Iterable[str] = ()
    match event:
        case access.AbsenceReported():
            reported = Absence(event.person, event.first, event.last, actor)
            absences[event.absence], over = reported, event.joins
        case access.AbsenceEnded():
            over = (event.absence,)
        case access.AbsenceLastDayChanged():
            over = event.joins
            if said := absences.get(event.absence):
                absences[event.absence] = replace(said, last=event.last)
        case access.AbsencesForgotten():
            over = event.absences
    for id in over:
        absences.pop(id, None)
