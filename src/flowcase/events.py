"""Events that are no result of the engine: what services record beside `model`'s events.

The domain's own events live in `cases/events.py`. Every class here and there has one applier.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from flowcase.model import ElementEvent, Event, Values
from flowcase.values import Value

# --- streams ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ReferenceRecorded(Event):
    """An event of another stream concerns this one; it is told there, and only pointed to here."""

    stream: str
    seq: int
    kind: str


# --- deployments -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DeploymentMade(Event):
    """Files were deployed; `definitions` are the process definitions that are new with it."""

    deployment: str
    status: str
    note: str
    files: Mapping[str, str]  # path -> SHA-256
    definitions: tuple[str, ...]
    resources: tuple[str, ...]  # new named resources, as <kind>:<name>:<version>


@dataclass(frozen=True, kw_only=True)
class DraftDeploymentDeleted(Event):
    deployment: str


@dataclass(frozen=True, kw_only=True)
class ReviewAsked(Event):
    """Somebody asked a second person to look at a draft before it is put into force."""

    review: str
    file: str
    owner: str
    copy: int
    hash: str  # SHA-256 of what is to be looked at
    authors: tuple[str, ...]  # who had a hand in it: none of them may approve it
    note: str
    others: Mapping[str, str] = field(default_factory=dict)  # further files looked at with it -> SHA-256
    copies: Mapping[str, int] = field(default_factory=dict)  # which draft of each of those


@dataclass(frozen=True, kw_only=True)
class ReviewCommented(Event):
    """A comment on an element of the draft, on a row of a table or a field of a form."""

    review: str
    file: str
    comment: str
    element: str  # empty: on the file
    text: str


@dataclass(frozen=True, kw_only=True)
class ReviewCommentMarked(Event):
    """A comment was resolved, or opened again."""

    review: str
    file: str
    comment: str
    is_resolved: bool


@dataclass(frozen=True, kw_only=True)
class ReviewDecided(Event):
    """What became of a review; `voided`: the draft was changed behind it.

    `outdated`: asked for anew, since another version went into force after it was approved.
    """

    review: str
    file: str
    hash: str
    act: str  # approved | sent_back | withdrawn | voided | outdated | deployed
    reason: str = ""
    against: str | None = None  # hash of the file in force that it was approved against
    others_against: Mapping[str, str] = field(default_factory=dict)  # the same of further files in force
    deployment: str | None = None


@dataclass(frozen=True, kw_only=True)
class StartTimerScheduled(Event):
    process: str
    element: str
    definition: str
    due_at: dt.datetime
    kind: str
    catch_up: str
    repetitions_left: int | None


@dataclass(frozen=True, kw_only=True)
class StartTimerFired(Event):
    process: str
    element: str
    due_at: dt.datetime
    started: str | None  # the instance; None for an occurrence that the catch-up policy left out


@dataclass(frozen=True, kw_only=True)
class StartTimerCancelled(Event):
    process: str
    element: str


# --- operators -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class InstanceSuspended(Event):
    reason: str


@dataclass(frozen=True, kw_only=True)
class InstanceResumed(Event):
    reason: str


@dataclass(frozen=True, kw_only=True)
class InterventionMade(Event):
    """Why an operator did what the engine's events after it show."""

    # set_variables | cancel | retry | edit_and_retry | resolve | go_back | move_timer | fire_timer
    # | try_job_now | set_job_priority | give_back_job | skip_element | cancel_token | move_token
    act: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class MigrationDecided(Event):
    """Somebody planned, began, paused, resumed or undid the move of instances to another version."""

    migration: str
    act: str  # plan | run | pause | resume | undo
    source: str
    target: str
    instances: int
    reason: str
    # Of a plan, since a release that writes them:
    mapping: Mapping[str, str] | None = None  # element of the target by element of the source
    chosen: str = ""  # digest of the instances in their order


@dataclass(frozen=True, kw_only=True)
class BatchDecided(Event):
    """Somebody planned, ran, paused, resumed or stopped one operation on many instances."""

    batch: str
    act: str  # plan | map | run | pause | resume | stop | undo
    operation: str  # retry | suspend | resume | cancel | skip | move | migrate
    instances: int
    reason: str
    # Of a plan, and `details` of a corrected mapping too, since a release that writes them:
    asked: Mapping[str, Value] | None = None  # the filter
    details: Mapping[str, Value] | None = None  # elements, target and mapping
    chosen: str = ""  # digest of the instances in their order


@dataclass(frozen=True, kw_only=True)
class ProcessSuspended(Event):
    """Nothing new starts from a process until it is resumed."""

    process: str
    version: int | None  # None: in all its versions
    reason: str
    batch: str | None = None  # that suspends its running instances with it


@dataclass(frozen=True, kw_only=True)
class ProcessResumed(Event):
    process: str
    version: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class StartHeld(Event):
    """Something would have begun from a suspended process: it begins when that is resumed."""

    held: str
    process: str
    definition: str  # that would have started
    kind: str  # message | signal | handler
    start_element: str | None
    name: str  # of the message or signal
    start_key: str | None
    case_code: str | None
    variables: Mapping[str, Value]
    message: str | None = None  # the buffered one that was handed over
    is_used_up: bool = False


@dataclass(frozen=True, kw_only=True)
class HeldStartReleased(Event):
    held: str
    process: str
    started: str | None  # None: the case that it belonged to has been erased


@dataclass(frozen=True, kw_only=True)
class HeldStartDropped(Event):
    """Somebody has decided that it never begins."""

    held: str
    process: str
    kind: str  # message | signal | handler
    name: str  # of the message or signal
    reason: str


@dataclass(frozen=True, kw_only=True)
class SettingChanged(Event):
    key: str
    value: Value


@dataclass(frozen=True, kw_only=True)
class KeyRotationBegun(Event):
    """The keys of streams begin to be wrapped by another installation key; ids, never keys."""

    key: str  # id of the one that wraps them from now on
    waiting: int  # how many are wrapped by another one


@dataclass(frozen=True, kw_only=True)
class KeyRotationEnded(Event):
    key: str
    rewrapped: int  # by this run; an earlier one may have been killed
    waiting: int  # others were in the way


@dataclass(frozen=True, kw_only=True)
class ClockCorrected(Event):
    """What a node writes bears another time from `since` on than the clock of its machine, which is wrong."""

    node: str
    seconds: int  # by which the clock is wrong, and which is taken off or added
    side: str  # ahead | behind
    since: dt.datetime
    is_sure: bool  # two clocks agree on it; else the database's alone says so


@dataclass(frozen=True, kw_only=True)
class ClockCorrectionEnded(Event):
    """From now on its instants are those of its machine's clock, or it writes nothing any more."""

    node: str
    because: str  # clock_right | node_stopped | node_silent


@dataclass(frozen=True, kw_only=True)
class DatabaseWentOn(Event):
    """The database goes on from a copy or from an earlier state: what was done after that may be gone."""

    because: str  # new_timeline | another_cluster | from_backup | told_by_operator
    until: dt.datetime | None = None  # what was done up to then is there; None: the server does not say
    timeline: int | None = None  # of PostgreSQL, from now on
    timeline_before: int | None = None
    reason: str = ""  # an operator's


@dataclass(frozen=True, kw_only=True)
class ExportBegun(Event):
    """Events begin to leave the house: by which filter, how confidential. `ExportMade` says that all did."""

    export: str
    format: str
    case: str | None
    process: str | None
    first: dt.date | None
    last: dt.date | None
    data_class: str  # K0 | K1 | K2
    names_actors: bool
    purpose: str = ""  # code


@dataclass(frozen=True, kw_only=True)
class ExportMade(Event):
    """Events left the house: by which filter, how confidential, how many."""

    format: str
    case: str | None
    process: str | None
    first: dt.date | None
    last: dt.date | None
    data_class: str  # K0 | K1 | K2
    names_actors: bool
    events: int
    export: str = ""  # the one that began; empty for a case file
    sha256: str = ""  # of the whole file
    purpose: str = ""  # code; empty for a case file, whose format says it


# --- webhooks and the outbox ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class WebhookMade(Event):
    """From now on the host is told of these kinds of events; address and secret are in no event."""

    webhook: str
    host: str
    kinds: tuple[str, ...]
    keyed_hash: str = ""  # of its address and secret; empty where an older release wrote it


@dataclass(frozen=True, kw_only=True)
class WebhookSecretChanged(Event):
    """Posts are signed with a new secret, and with the one before too until then; at once without."""

    webhook: str
    old_until: dt.datetime | None
    keyed_hash: str = ""  # as above, with the secret before while it signs


@dataclass(frozen=True, kw_only=True)
class WebhookEnded(Event):
    webhook: str


@dataclass(frozen=True, kw_only=True)
class DeliveryFailed(Event):
    """Something of the outbox could not be delivered; it waits for a person."""

    way: str  # mail | webhook | checkpoint
    delivery: str
    because: str  # a code
    attempts: int


@dataclass(frozen=True, kw_only=True)
class DeliveryRetried(Event):
    """A person had it sent again."""

    way: str  # mail | webhook | checkpoint
    delivery: str


# --- user tasks ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class UserTaskClaimed(ElementEvent):
    assignee: str


@dataclass(frozen=True, kw_only=True)
class UserTaskUnclaimed(ElementEvent):
    assignee: str  # whose it was


@dataclass(frozen=True, kw_only=True)
class UserTaskHandedOver(ElementEvent):
    """Another person has it: a colleague was asked, or the case has another caseworker."""

    previous: str | None  # None: nobody had taken it
    assignee: str
    reason: str = ""  # what the giver wrote; nothing when the case changed hands


@dataclass(frozen=True, kw_only=True)
class UserTaskDelegated(ElementEvent):
    """A colleague does a part of it and gives it back; the owner answers for it and completes it."""

    owner: str
    assignee: str  # the delegate
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class UserTaskGivenBack(ElementEvent):
    """The owner has it again: the delegate gave it back, or it was taken back."""

    owner: str
    delegate: str
    is_taken_back: bool = False


@dataclass(frozen=True, kw_only=True)
class UserTaskPutOff(ElementEvent):
    """Who has it wants to see it again on a later day; it stays open, and its due date stands."""

    follow_up_at: dt.datetime | None  # None: shown again at once


@dataclass(frozen=True, kw_only=True)
class UserTaskPrioritised(ElementEvent):
    """Somebody set its priority by hand; what the diagram drew, or somebody set before, no longer holds."""

    previous: int
    priority: int  # 0 to 100
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class UserTaskWarned(ElementEvent):
    """A warning rule hit when the user task was completed; it did not hinder."""

    rules: tuple[str, ...]


# --- jobs -------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class HandlerRan(ElementEvent):
    """An inside handler did its work in the transaction that moved the token."""

    type: str


@dataclass(frozen=True, kw_only=True)
class JobCreated(ElementEvent):
    """Work outside: it waits for a worker. Its inputs are those of the JobRequested before it."""

    type: str
    headers: Mapping[str, str]
    inputs: Values
    retries: int
    priority: int = 0


@dataclass(frozen=True, kw_only=True)
class JobCompleted(ElementEvent):
    attempt: int


@dataclass(frozen=True, kw_only=True)
class JobFailed(ElementEvent):
    """A try failed. `try_at` None: there is no further one, an incident follows."""

    attempt: int
    message: str  # class of the error; never its text, which may hold personal data
    retries: int
    try_at: dt.datetime | None
    failures: int | None = (
        None  # since it was given new tries, with this one; None: older releases count none
    )


@dataclass(frozen=True, kw_only=True)
class JobRetried(ElementEvent):
    """Somebody gave a failed job new tries."""

    retries: int
    failures: int | None = None  # it has again; None: older releases count none


@dataclass(frozen=True, kw_only=True)
class JobAdjusted(ElementEvent):
    """An operator lets a job be tried at once, gives it another priority, or takes its lease away."""

    act: str  # try_now | priority | give_back
    attempt: int  # tries begun until then
    priority: int


# --- decisions -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DecisionEvaluated(Event):
    """A decision table was asked; `record` is its full trace (inputs, matched rules, requirements)."""

    decision: str
    result: Value
    rules: tuple[str, ...]  # ids of the rules that matched, in order
    record: Value
    resource: str | None = None  # SHA-256 of the file with the table
    rule_set: str | None = None  # <manifest>:<version> through which the table was found


# --- messages and signals --------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class MessageAccepted(Event):
    """A message that no diagram threw: from outside, or from a handler."""

    name: str
    correlation_key: str
    message_id: str | None
    variables: Values
    time_to_live: dt.timedelta | None


@dataclass(frozen=True, kw_only=True)
class MessageBuffered(Event):
    """A message waits for receivers until it expires; without an expiry, until one receives it."""

    message: str
    name: str
    correlation_key: str
    message_id: str | None
    case_code: str | None
    variables: Values
    expires_at: dt.datetime | None
    # Processes that had it before it was kept, for others; older releases wrote None.
    reached: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class MessageCorrelated(Event):
    """A message reached an instance: one that waited, or a new one that it started."""

    message: str | None  # None when it was never buffered
    name: str
    correlation_key: str
    process: str
    receiver: str
    is_used_up: bool = False  # a buffered message that waited for one receiver only


@dataclass(frozen=True, kw_only=True)
class MessageExpired(Event):
    """Nobody received a buffered message in its time, or nobody further."""

    message: str
    name: str
    correlation_key: str


@dataclass(frozen=True, kw_only=True)
class MessageRepeated(Event):
    """A message id that had counted before came again and was ignored."""

    name: str
    correlation_key: str
    message_id: str


@dataclass(frozen=True, kw_only=True)
class SignalAccepted(Event):
    """A signal that no diagram threw: from outside, or from a handler."""

    name: str
    is_global: bool
    variables: Values
