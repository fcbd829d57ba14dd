"""One event of the history as it leaves the house: what its class of confidentiality lets out, and no more.

Class K0 holds ids, codes, times and elements. The words of a family, and the words that somebody gave as a
reason, need K1 or K2; what an event carries beside the names listed here never leaves.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flowcase.cases.entities import DataClass, let_through
from flowcase.cases.events import CaseFactSet
from flowcase.model import Event
from flowcase.values import Value

# Fields of events that hold ids, codes, instants and counts, whatever the event.
_OPEN = (
    "entity",
    "record",
    "deadline",
    "rule",
    "rule_set",
    "rule_set_version",
    "due_at",
    "outcome",
    "code",
    "nr",
    "step",
    "seconds_late",
    "days_late",
    "decision",
    "rules",
    "page",
    "source",
    "received_at",
    "notification",
    "attempt",
    "groups",
    "candidate_groups",
    "assignee",
    "person",
    "deployment",
    "end_elements",
    "format",
    "events",
    "export",
    "sha256",
)
# Further ones of single events, whose name means something else elsewhere.
_OPEN_OF: Mapping[str, tuple[str, ...]] = {
    "MessagePublished": ("name",),
    "MessageReceived": ("name",),
    "SignalBroadcast": ("name",),
    "SignalReceived": ("name",),
    "IncidentRaised": ("kind",),
    "NoteWritten": ("kind",),
    "NoticeSent": ("kind", "text"),  # the text is a code
    "MigrationDecided": ("act", "target", "instances", "migration"),
    "BatchDecided": ("act", "operation", "instances", "batch"),
    "InterventionMade": ("act",),
    "JobAdjusted": ("act",),
    "ReviewDecided": ("act", "file", "review"),
    # The reason is a code; the others are by what it was due, and how much of it there was.
    "CaseErased": (
        *("reason", "case", "approved_by", "document_class", "months", "rule_sets", "outcome", "closed_at"),
        *("kept_until", "events", "records", "documents"),
    ),
    # What changed for the installation, who left with what, and who looked for what: no words of a family.
    "AbsencesForgotten": ("absences",),
    "AccessReportAnswered": ("report", "case", "is_approved"),
    "AccessReportAsked": ("report", "case"),
    "AccessReportRead": ("report", "case"),
    "CalendarAddressEnded": ("series",),
    "CalendarAddressMade": ("series",),
    "CasesSearched": ("sought", "found"),
    "ClockCorrected": ("node", "seconds", "side", "since", "is_sure"),
    "ClockCorrectionEnded": ("node", "because"),
    "DatabaseWentOn": ("because", "until", "timeline", "timeline_before"),
    "CredentialSet": ("kind",),
    "DeliveryFailed": ("way", "delivery", "because", "attempts"),
    "DeliveryRetried": ("way", "delivery"),
    "DeploymentMade": ("status", "definitions", "resources"),
    "DocumentErased": ("document", "period", "approved_by"),
    "DocumentPeriodDecided": ("period", "is_approved"),
    "DocumentPeriodProposed": ("period", "document", "case", "until"),
    "ErasureCarriedOut": ("proposal", "case", "because"),
    "ErasureDecided": ("proposal", "is_approved"),
    "ErasureProposed": ("proposal", "cases", "document_classes"),
    "ExportBegun": ("case", "process", "first", "last", "data_class", "names_actors", "purpose"),
    "ExportMade": ("case", "process", "first", "last", "data_class", "names_actors", "purpose"),
    "GroupsChanged": ("added", "removed"),
    "HistorySearched": ("case", "asked", "purpose"),
    "IdentityLinked": ("issuer",),
    "LegalHoldLifted": ("case",),
    "LegalHoldPlaced": ("case",),
    "OwnListEnded": ("shares",),
    "OwnListKept": ("is_new",),
    "PersonAdded": ("kind", "team", "district"),
    "ScopesGranted": ("scopes", "expires_at"),
    "SecondFactorEnded": ("because",),
    "SessionsEnded": ("because",),
    "SettingChanged": ("key", "value"),
    "SignInRefused": ("because", "by"),
    "SignedIn": ("by",),
    "TeamListEnded": ("team",),
    "TeamListKept": ("team", "is_new"),
    "WebhookEnded": ("webhook",),
    "WebhookMade": ("webhook", "host", "kinds"),
    "WebhookSecretChanged": ("webhook", "old_until"),
}
_WORDS = ("reason",)  # what a person wrote: special, whatever it says
_WORDS_OF: Mapping[str, tuple[str, ...]] = {"ReviewAsked": ("note",), "ReviewCommented": ("text",)}
NOT_TOLD = "–"


@dataclass(frozen=True)
class Line:
    """One event, in the open."""

    stream: str
    seq: int
    at: dt.datetime
    kind: str  # class of the event
    actor: str  # id, or pseudonym
    case: str | None = None
    process: str | None = None
    instance: str | None = None
    element: str | None = None
    element_name: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.stream}#{self.seq}"


def values_of(event: Event, up_to: DataClass, disguise: Callable[[Value], Value]) -> dict[str, Value]:
    """What of the event may leave with this class; `disguise` replaces ids of people."""
    return {name: disguise(value) for name, value in _values(event, up_to) if value not in (None, (), [])}


def withheld(event: Event, up_to: DataClass) -> Event:
    """The event as it may be told to who gets this class: what is more confidential says `NOT_TOLD`."""
    kind = type(event).__name__
    lacks: dict[str, Any] = {}
    if up_to is not DataClass.K2:
        lacks = {
            name: NOT_TOLD
            for name in (*_WORDS, *_WORDS_OF.get(kind, ()))
            if name not in _OPEN_OF.get(kind, ()) and getattr(event, name, None)
        }
    if isinstance(event, CaseFactSet) and not dict(_attributes("Sag", {event.name: event.value}, up_to)):
        lacks |= {"value": NOT_TOLD, "previous": None}
    return dataclasses.replace(event, **lacks) if lacks else event


def _values(event: Any, up_to: DataClass) -> Iterator[tuple[str, Value]]:
    kind = type(event).__name__
    for name in (*_OPEN, *_OPEN_OF.get(kind, ())):
        if name in event.__dataclass_fields__:
            value = getattr(event, name)
            yield name, list(value) if isinstance(value, tuple) else value
    if kind == "CaseOpened":
        yield from _attributes("Sag", event.facts, up_to)
    elif kind == "CaseFactSet":
        yield from _attributes("Sag", {event.name: event.value}, up_to)
    elif kind in ("RecordCreated", "RecordUpdated", "RecordMoved"):
        yield from _attributes(event.entity, {**event.open, **event.secret}, up_to)
    elif kind == "NoteWritten" and up_to is DataClass.K2:
        yield "text", event.text
    if up_to is DataClass.K2:
        for name in _WORDS:
            if name in event.__dataclass_fields__:
                yield name, getattr(event, name)


def _attributes(entity: str, values: Mapping[str, Value], up_to: DataClass) -> Iterator[tuple[str, Value]]:
    """Attributes of the class asked for and below; one that no entity knows is taken for special."""
    for name, value in let_through(entity, values, up_to).items():
        yield f"{entity}.{name}", value
