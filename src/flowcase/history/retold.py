"""What rows have to say, told anew from events alone: accounts, settings, deployments, cases and records.

The chain proves the history; this is what makes it prove the rows too, which are what everybody sees.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flowcase import events
from flowcase.access import events as access
from flowcase.cases import events as cases
from flowcase.model import Event


@dataclass
class Account:
    kind: str
    groups: set[str]
    is_active: bool = True
    scopes: tuple[tuple[str, ...], dt.datetime | None, str] | None = None  # scopes, end, who granted them
    identities: set[tuple[str, str]] = field(default_factory=set)  # (issuer, subject) at a provider


@dataclass
class Installation:
    """What the events of the installation's stream add up to."""

    accounts: dict[str, Account] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    deployments: dict[str, events.DeploymentMade] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)  # streams whose keys were destroyed


INSTALLATION_KINDS = (
    access.PersonAdded,
    access.GroupsChanged,
    access.PersonDeactivated,
    access.ScopesGranted,
    access.IdentityLinked,
    events.SettingChanged,
    events.DeploymentMade,
    events.DraftDeploymentDeleted,
    cases.CaseErased,
)


def installation(told: Iterable[tuple[str, Event]]) -> Installation:
    """From (actor, event) in order."""
    found = Installation()
    for actor, event in told:
        match event:
            case access.PersonAdded():
                found.accounts[event.person] = Account(event.kind, set(event.groups))
            case access.GroupsChanged():
                groups = found.accounts[event.person].groups
                groups -= set(event.removed)
                groups |= set(event.added)
            case access.PersonDeactivated():
                found.accounts[event.person].is_active = False
            case access.ScopesGranted():
                granted = (tuple(event.scopes), event.expires_at, actor)
                found.accounts[event.person].scopes = granted
            case access.IdentityLinked():
                found.accounts[event.person].identities.add((event.issuer, event.subject))
            case events.SettingChanged():
                found.settings[event.key] = event.value
            case events.DeploymentMade():
                found.deployments[event.deployment] = event
            case events.DraftDeploymentDeleted():
                found.deployments.pop(event.deployment, None)
            case cases.CaseErased():
                found.erased |= set(event.streams)
    return found


@dataclass
class Record:
    entity: str
    case: str | None
    open: dict[str, Any]
    secret: dict[str, Any]


@dataclass
class Casework:
    """What the events of cases, notifications and meetings add up to."""

    cases: dict[str, dict[str, Any]] = field(default_factory=dict)  # columns by code; `facts` among them
    records: dict[str, Record] = field(default_factory=dict)
    deadlines: dict[str, dict[str, Any]] = field(default_factory=dict)  # columns by id
    emergencies: dict[str, tuple[str, str, dt.datetime]] = field(default_factory=dict)  # case, who, until


_OF_DEADLINES = (
    cases.DeadlineOpened,
    cases.DeadlineMoved,
    cases.DeadlineMet,
    cases.DeadlineBreached,
    cases.DeadlineCancelled,
)
CASEWORK_KINDS = (
    cases.CaseOpened,
    cases.CaseFactSet,
    cases.CaseClosed,
    cases.CaseRuleSetChanged,
    cases.RecordCreated,
    cases.RecordUpdated,
    cases.RecordMoved,
    cases.NoteWritten,
    cases.DocumentErased,
    *_OF_DEADLINES,
    access.CaseOpenedInEmergency,
    access.EmergencyReviewed,
)


def casework(told: Iterable[tuple[dt.datetime, Event]]) -> Casework:
    """From (instant, event) in order; what is about something whose beginning was erased is left out."""
    found = Casework()
    for at, event in told:
        if isinstance(event, _OF_DEADLINES):
            _deadline(found.deadlines, event)
        elif isinstance(event, access.CaseOpenedInEmergency):
            found.emergencies[event.emergency] = (event.case, event.person, event.until)
        elif isinstance(event, access.EmergencyReviewed):
            if event.verdict == "foelges_op" and event.emergency in found.emergencies:
                case, person, until = found.emergencies[event.emergency]
                found.emergencies[event.emergency] = (case, person, min(at, until))
        elif isinstance(event, cases.CaseOpened):
            found.cases[event.case] = {
                "facts": dict(event.facts),
                "child": event.child,
                "rule_set": event.rule_set,
                "rule_set_version": event.rule_set_version,
                "outcome": None,
            }
        elif isinstance(event, cases.CaseFactSet | cases.CaseClosed | cases.CaseRuleSetChanged):
            if event.case in found.cases:
                _case(found.cases[event.case], event)
        else:
            _record(found.records, at, event)
    return found


def _case(case: dict[str, Any], event: Event) -> None:
    match event:
        case cases.CaseFactSet():
            case["facts"][event.name] = event.value
        case cases.CaseClosed():
            case["outcome"] = event.outcome
        case cases.CaseRuleSetChanged():
            case |= {"rule_set": event.rule_set, "rule_set_version": event.rule_set_version}


def _record(records: dict[str, Record], at: dt.datetime, event: Event) -> None:
    match event:
        case cases.RecordCreated():
            records[event.record] = Record(event.entity, event.case, dict(event.open), dict(event.secret))
        case cases.RecordMoved():
            records[event.record] = Record(event.entity, event.case, dict(event.open), dict(event.secret))
        case cases.NoteWritten():
            written = {"type": event.kind, "kilde": event.source, "skrevet": at}
            records[event.note] = Record("Notat", event.case, written, {"indhold": event.text})
        case cases.RecordUpdated() if event.record in records:
            row = records[event.record]
            row.open |= event.open
            row.secret |= event.secret
            row.case = row.case if event.case is None else event.case
        case cases.DocumentErased() if event.document in records:
            row = records[event.document]
            row.open |= {"status": "slettet"}
            row.secret = {}


def _deadline(deadlines: dict[str, dict[str, Any]], event: Any) -> None:
    if isinstance(event, cases.DeadlineOpened):
        deadlines[event.deadline] = {
            "rule": event.rule,
            "rule_set_version": event.rule_set_version,
            "due_at": event.due_at,
            "status": "open",
            "met_at": None,
            "case_code": event.case,
        }
    elif (row := deadlines.get(event.deadline)) is not None:
        match event:
            case cases.DeadlineMoved():
                row["due_at"] = event.due_at
                if event.is_reopened:
                    row["status"] = "open"
                if event.rule_set:
                    row["rule_set_version"] = event.rule_set_version
            case cases.DeadlineMet():
                row |= {"status": "met", "met_at": event.met_at}
            case cases.DeadlineBreached():
                row["status"] = "breached"
            case cases.DeadlineCancelled():
                row["status"] = "cancelled"


def kinds(classes: Iterable[type[Event]]) -> list[str]:
    return [each.__name__ for each in classes]
