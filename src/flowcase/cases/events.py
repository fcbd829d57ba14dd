"""What happens in the domain: events that no process engine makes.

`tx.append(stream, event)` puts them into the history and applies them to the tables. Who acted and
when is known to the transaction and added there; an instant here is part of the fact itself. Payloads
are ciphertext in the history, so an event may carry whole values; the tables take `open` as it is and
encrypt `secret`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from flowcase.model import Event, Values
from flowcase.values import Value

# --- cases and records -----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CaseOpened(Event):
    """A child has a case from now on; `facts` are K0 (status, team, omraade, kendskabsdato ...)."""

    case: str  # code, e.g. SAG-2601
    child: str | None  # record id of the Barn
    rule_set: str  # the installation profile or rule set that the case pins
    rule_set_version: str
    facts: Values = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CaseRuleSetChanged(Event):
    """A leader moved the case, and what runs in it, to another version of its rule sets."""

    case: str
    rule_set: str
    rule_set_version: str
    previous: str  # <rule set>:<version>
    reason: str


@dataclass(frozen=True, kw_only=True)
class CaseFactSet(Event):
    """A K0 fact of a case got a new value."""

    case: str
    name: str
    value: Value
    previous: Value = None
    reason: str = ""  # a person's words; in the history only, as ciphertext


@dataclass(frozen=True, kw_only=True)
class CaseClosed(Event):
    case: str
    outcome: str  # code


@dataclass(frozen=True, kw_only=True)
class CaseReopened(Event):
    """A child whose case was closed is in need of help again: the case goes on as an open one."""

    case: str


@dataclass(frozen=True, kw_only=True)
class RecordCreated(Event):
    record: str  # id
    entity: str
    case: str | None
    open: Values  # K0 attributes
    secret: Values  # K1 and K2 attributes
    search: Mapping[str, str] = field(default_factory=dict)  # attribute -> text to be found by keyed hash


@dataclass(frozen=True, kw_only=True)
class RecordUpdated(Event):
    """`open` and `secret` hold the changed attributes only."""

    record: str
    entity: str
    case: str | None
    open: Values
    secret: Values
    search: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NoteWritten(Event):
    """The note pattern (domain specification 0.5): what had to be written down, and where it came from."""

    note: str  # id
    kind: str
    text: str  # stored as ciphertext
    case: str | None
    source: str  # element or command that made it


@dataclass(frozen=True, kw_only=True)
class RecordMoved(Event):
    """A record that several cases share goes on under another case's key; its content as it is then."""

    record: str
    entity: str
    case: str  # whose it is from now on
    open: Values
    secret: Values


# --- erasure ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class LegalHoldPlaced(Event):
    """The case must not be erased. In the installation's stream, like all of these: codes only."""

    case: str
    reason: str  # a code, never words about a family


@dataclass(frozen=True, kw_only=True)
class LegalHoldLifted(Event):
    case: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ErasureProposed(Event):
    """Somebody proposed to erase cases whose time is over; a second person says yes or no."""

    proposal: str
    cases: tuple[str, ...]
    document_classes: tuple[str, ...]  # of each case, by which it was due
    reason: str  # a code


@dataclass(frozen=True, kw_only=True)
class ErasureDecided(Event):
    proposal: str
    is_approved: bool


@dataclass(frozen=True, kw_only=True)
class ErasureCarriedOut(Event):
    """What came of one case of an approved proposal."""

    proposal: str
    case: str
    because: str | None  # a code, of a case that is kept; None: erased


@dataclass(frozen=True, kw_only=True)
class DocumentPeriodProposed(Event):
    """One document is to be kept longer or shorter than its case; a second person says yes or no."""

    period: str
    document: str
    case: str
    until: dt.date  # the last day that it is kept
    reason: str  # a code


@dataclass(frozen=True, kw_only=True)
class DocumentPeriodDecided(Event):
    period: str
    is_approved: bool


@dataclass(frozen=True, kw_only=True)
class DocumentErased(Event):
    """The content of one document and its name were taken away; its case goes on."""

    document: str
    period: str
    approved_by: str
    content: str  # its digest, where no other document has the same content; else empty


@dataclass(frozen=True, kw_only=True)
class CaseErased(Event):
    """The keys of the case's streams were destroyed, and what lay beside them was taken away."""

    case: str
    reason: str  # a code, never words about a family
    approved_by: str  # id of the second person
    streams: tuple[str, ...]  # whose keys were destroyed
    shared: tuple[str, ...] = ()  # notifications that other cases still need
    facts: Values = field(default_factory=dict)  # what stays of the case, for figures
    # By which an auditor can tell later that it was what the rule said; empty before there was this.
    document_class: str = ""  # by which it was due; `enkelt_sag` of one erased for a reason of its own
    months: int | None = None  # for which that class is kept, as the setting said then
    rule_sets: str = ""  # pin of those whose setting that was
    outcome: str | None = None  # by which the case was of that class
    closed_at: dt.datetime | None = None  # None: it was open
    kept_until: dt.date | None = None  # last day; None where no class told one
    events: int = 0  # of its streams, that cannot be opened any more; their chains stay
    records: int = 0  # whose confidential attributes cannot be opened any more
    documents: int = 0  # whose content was taken away


@dataclass(frozen=True, kw_only=True)
class AccessReportAsked(Event):
    """Somebody wants to know what is held about them; nobody is named here."""

    report: str
    case: str
    place: str  # where the case knows the person: ids only
    person: str  # keyed hash
    recipient: str  # a code
    cases: tuple[str, ...]  # every case that knew the person


@dataclass(frozen=True, kw_only=True)
class AccessReportRead(Event):
    """A human read what may also be about others, and says what of this case may be given."""

    report: str
    case: str
    given: tuple[str, ...]  # <record>.<attribute>


@dataclass(frozen=True, kw_only=True)
class AccessReportAnswered(Event):
    report: str
    case: str
    is_approved: bool
    content: str  # SHA-256 of what may be given


# --- notifications ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NotificationReceived(Event):
    """A notification arrived; its content is the record of the same id."""

    notification: str
    received_at: dt.datetime
    source: str  # code: form, api, file, public


@dataclass(frozen=True, kw_only=True)
class IntakeRefused(Event):
    """A line or request that could not become a notification."""

    source: str
    line: int | None
    fields: tuple[str, ...]  # names of the fields that were wrong, never their values


# --- deadlines -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DeadlineOpened(Event):
    """A due date begins to count. Everything that answers "why this date?" is here."""

    deadline: str  # id
    rule: str  # timer id of the domain specification: T01 to T23
    case: str | None
    subject: str | None  # record id the deadline is about (notification, measure, follow-up ...)
    part: str | None  # distinguishes deadlines of one rule and subject, e.g. the child's branch
    rule_set: str  # the set whose row decided
    rule_set_version: str
    start_fact: str  # name of the fact: modtaget, kendskabsdato, start ...
    start: Value  # instant or date it counts from
    amount: int | None  # None: the date was given, not computed
    unit: str  # timer, dage, uger, maaneder, aar, hverdage, dato
    convention: str  # C1 to C8
    legal_basis: str  # the row's source text
    due_at: dt.datetime  # aware UTC; still in time at this very instant
    due_local: str  # ISO 8601 with offset, what a person reads
    internal_target: dt.date | None  # last working day before, when due on a day off (C7)
    considered: tuple[Mapping[str, Value], ...] = ()  # every rule set asked: name, version, due
    plan: Mapping[str, Value] = field(default_factory=dict)  # reminders, escalations, what was asked
    element: str = ""  # drawn element that opened it
    responsible: str | None = (
        None  # who is reminded first: a person's id or a group; None: the policy's groups
    )
    instance: str | None = None  # process instance that opened it


@dataclass(frozen=True, kw_only=True)
class DeadlineMoved(Event):
    """Its start fact was corrected, or a leader gave a new date."""

    deadline: str
    case: str | None
    start: Value
    due_at: dt.datetime
    due_local: str
    internal_target: dt.date | None
    reason: str
    plan: Mapping[str, Value] = field(default_factory=dict)
    is_reopened: bool = False  # it had been breached; by its new date it is not
    amount: int | None = None
    unit: str = ""
    rule_set: str = ""
    rule_set_version: str = ""
    considered: tuple[Mapping[str, Value], ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeadlineMet(Event):
    """Done; `seconds_late` is 0 when done at the due instant or before."""

    deadline: str
    case: str | None
    met_at: dt.datetime
    seconds_late: int
    days_late: int  # local calendar days after the due day


@dataclass(frozen=True, kw_only=True)
class DeadlineBreached(Event):
    """Now was later than due. Recorded once; the work stays open."""

    deadline: str
    case: str | None
    due_at: dt.datetime
    breached_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class DeadlineCancelled(Event):
    deadline: str
    case: str | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReminderSent(Event):
    deadline: str
    case: str | None
    planned_at: dt.datetime
    nr: int  # 1-based within the plan
    groups: tuple[str, ...]
    people: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EscalationSent(Event):
    """`step` is 1 at the breach itself and counts on with every later recipient or repetition."""

    deadline: str
    case: str | None
    planned_at: dt.datetime
    step: int
    groups: tuple[str, ...]
    people: tuple[str, ...] = ()


# --- notices ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NoticeSent(Event):
    """An in-app notice; `text` is a code of a fixed sentence, so that a notice never tells of a person."""

    notice: str  # id
    kind: str
    text: str
    groups: tuple[str, ...]
    people: tuple[str, ...]
    case: str | None
    deadline: str | None = None
    due_at: dt.datetime | None = None  # when that deadline ends, as it is told
