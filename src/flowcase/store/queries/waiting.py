"""What waits for the world: subscriptions, buffered messages, timers and jobs."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Integer, Row, Select, bindparam, func, or_, select, text
from sqlalchemy.sql.elements import ColumnElement

from flowcase.model import TimerStatus
from flowcase.store import tables
from flowcase.store.columns import Instant, among
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import in_memory_too, made, made_or_none
from flowcase.store.queries.task_lists import number
from flowcase.store.streams import INSTALLATION_END, STREAM_COLUMNS, TRANSACTION_NUMBER
from flowcase.store.tx import Tx
from flowcase.values import Value, from_json

_message, _subscription = tables.message, tables.message_subscription
_signal, _timer, _job = tables.signal_subscription, tables.timer, tables.job
_pace = tables.job_pace
LONGEST_PACE = dt.timedelta(minutes=1)  # between two jobs of a type: one a minute is the slowest


# --- messages --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SubscriptionRow:
    id: str
    instance: str
    subscription: str
    process: str
    element: str
    name: str
    stream: str


@dataclass(frozen=True)
class MessageRow:
    id: str
    name: str
    correlation_key: str
    stream: str
    case_code: str | None
    variables: Mapping[str, Value]
    published_at: dt.datetime
    expires_at: dt.datetime | None


@in_memory_too
def message_subscriptions(tx: Tx, name: str, key: str) -> list[SubscriptionRow]:
    """Who waits for a message, oldest first; suspended instances do not."""
    return [made(SubscriptionRow, row) for row in tx.rows(_MESSAGE_SUBSCRIPTIONS, {"name": name, "key": key})]


@in_memory_too
def is_subscribed(tx: Tx, id: str) -> bool:
    """Whether a message or signal subscription is still there."""
    return (
        tx.first(_MESSAGE_SUBSCRIPTION, {"id": id}) is not None
        or tx.first(_SIGNAL_SUBSCRIPTION, {"id": id}) is not None
    )


@in_memory_too
def subscriptions_of(tx: Tx, instance: str) -> list[tuple[str, str, str]]:
    """(subscription key, message name, correlation key) of an instance, oldest first."""
    statement = (
        select(_subscription.c.subscription, _subscription.c.name, _subscription.c.correlation_key)
        .where(_subscription.c.instance == instance)
        .order_by(_subscription.c.created_at, _subscription.c.id)
    )
    return [(row.subscription, row.name, row.correlation_key) for row in tx.rows(statement)]


@in_memory_too
def buffered_message(tx: Tx, name: str, key: str, *, process: str) -> MessageRow | None:
    """The oldest buffered message that no instance of this process has had; locked until the commit."""
    taken = tables.message_receipt
    while True:
        row = tx.first(_BUFFERED, {"name": name, "key": key, "process": process, "now": tx.now})
        if row is None:
            return None
        # Between the search and the lock another instance of the process may have got it.
        statement = select(taken.c.process).where(taken.c.message == row.id, taken.c.process == process)
        if tx.first(statement) is None:
            return _opened_message(tx, row)


def expired_messages(tx: Tx, limit: int) -> list[tuple[str, str, str, str]]:
    """(id, stream, name, key)."""
    statement = (
        select(_message.c.id, _message.c.stream, _message.c.name, _message.c.correlation_key)
        .where(_message.c.expires_at <= tx.now)
        .order_by(_message.c.expires_at)
        .limit(limit)
    )
    return [(row.id, row.stream, row.name, row.correlation_key) for row in tx.rows(statement)]


def _opened_message(tx: Tx, row: Row[Any]) -> MessageRow:
    content = tx.open(row.stream, f"message|{row.id}", row.sealed_variables)
    return MessageRow(
        row.id,
        row.name,
        row.correlation_key,
        row.stream,
        row.case_code,
        {} if content is None else from_json(json.loads(content)),
        row.published_at,
        row.expires_at,
    )


# --- signals ---------------------------------------------------------------------------------------


@in_memory_too
def signal_subscriptions(tx: Tx, name: str, stream: str | None) -> list[SubscriptionRow]:
    """Who waits for a signal: of one stream and global catchers; None means all."""
    statement = (
        select(_signal)
        .where(_signal.c.name == name, _signal.c.is_held.is_(False))
        .order_by(_signal.c.stream, _signal.c.created_at, _signal.c.id)
    )
    if stream is not None:
        statement = statement.where(or_(_signal.c.stream == stream, _signal.c.is_global))
    return [made(SubscriptionRow, row) for row in tx.rows(statement)]


# --- timers ----------------------------------------------------------------------------------------


class TimerRow(NamedTuple):
    id: str
    instance: str | None
    timer: str
    definition: str | None
    process: str
    element: str
    element_instance: str | None
    stream: str
    case_code: str | None
    kind: str
    catch_up: str
    repetitions_left: int | None
    due_at: dt.datetime
    try_at: dt.datetime  # the due instant, or later after a failed try
    status: str
    is_held: bool
    ended_at: dt.datetime | None


def claimed_timers(tx: Tx, limit: int, *, but: Collection[str] = ()) -> list[TimerRow]:
    """The timers that have been due longest and whose streams nobody else is working on.

    One statement finds them and locks their streams' rows, not the timers': whoever completes a step holds
    the stream and wants the timers, so taking them in the other order would deadlock. `but` are timers that
    cannot be fired now.
    """
    parameters = {"now": tx.now, "limit": limit, "but": list(but)}
    if tx.is_alone:
        rows = tx.rows(_DUE_TIMERS_BUT if but else _DUE_TIMERS, parameters)
        tx.hold(rows)
        return [made(TimerRow, row) for row in rows]
    while rows := tx.rows(_due_streams(limit, bool(but)), parameters):
        tx.hold(rows)
        # The timers themselves were not locked by the search; only what is read now is true.
        found = tx.rows(_TIMERS_BY_ID, {"ids": [row.timer_id for row in rows]})
        if still := [row for row in found if _is_due(row, tx.now)]:
            return still
    return []


def _is_due(timer: TimerRow, now: dt.datetime) -> bool:
    """As `_DUE` has it, of what is read by id alone: a statement that is planned once, not for each claim."""
    return timer.status == TimerStatus.PENDING and not timer.is_held and timer.try_at <= now


def timer(tx: Tx, id: str) -> TimerRow | None:
    return made_or_none(TimerRow, tx.first(_TIMER, {"id": id}))


def timers(
    tx: Tx, *, instance: str | None = None, case: str | None = None, status: str | None = "pending"
) -> list[TimerRow]:
    """Earliest due first."""
    statement = select(_timer).order_by(_timer.c.due_at, _timer.c.id)
    for column, value in (
        (_timer.c.instance, instance),
        (_timer.c.case_code, case),
        (_timer.c.status, status),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return [made(TimerRow, row) for row in tx.rows(statement)]


def start_timers(tx: Tx, process: str | None = None) -> list[TimerRow]:
    """Pending timers of timer start events, of one process or of all."""
    statement = select(_timer).where(_timer.c.instance.is_(None), text(tables.TIMER_IS_PENDING))
    if process is not None:
        statement = statement.where(_timer.c.process == process)
    return [made(TimerRow, row) for row in tx.rows(statement)]


def next_due(tx: Tx) -> dt.datetime | None:
    """When the next timer is to be tried; in the past when some are overdue."""
    row = tx.first(_NEXT_DUE)
    tx.count_on_settled(row.length, row.head)
    due: dt.datetime | None = row.try_at
    return due


# --- jobs ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JobRow:
    id: str
    instance: str
    element_instance: str
    element: str
    process: str
    type: str
    stream: str
    case_code: str | None
    status: str
    headers: Mapping[str, str]
    priority: int
    retries: int
    attempts: int
    try_at: dt.datetime
    lease_owner: str | None
    lease_until: dt.datetime | None
    created_at: dt.datetime
    failures: int = 0
    is_held: bool = False


@in_memory_too
def job(tx: Tx, id: str) -> JobRow | None:
    return made_or_none(JobRow, tx.first(_JOB, {"id": id}))


def job_inputs(tx: Tx, id: str) -> Mapping[str, Value]:
    row = tx.first(_JOB, {"id": id})
    if row is None:
        return {}
    content = tx.open(row.stream, f"job|{id}", row.sealed_inputs)
    return {} if content is None else from_json(json.loads(content))


def jobs(tx: Tx, *, status: str | None = None, instance: str | None = None, limit: int = 200) -> list[JobRow]:
    statement = select(_job).order_by(_job.c.created_at, _job.c.id).limit(limit)
    for column, value in ((_job.c.status, status), (_job.c.instance, instance)):
        if value is not None:
            statement = statement.where(column == value)
    return [made(JobRow, row) for row in tx.rows(statement)]


def next_job_due(tx: Tx) -> dt.datetime | None:
    """When the next job is to be tried."""
    return tx.scalar(_NEXT_JOB)


def next_claimable_job(tx: Tx) -> dt.datetime | None:
    """When the next job can be claimed: one to be tried, or one whose lease runs out."""
    row = tx.first(_NEXT_CLAIMABLE)
    tx.count_on_settled(row.length, row.head)
    return min((due for due in (row.try_at, row.lease_until) if due is not None), default=None)


def lost_job(tx: Tx, *, but: Collection[str] = (), has_begun: bool = True) -> JobRow | None:
    """A claimed job whose lease has run out; locked until the commit. `but`: types that may not run now.

    Without `has_begun` only one that nobody works on: that was handed back, or waited behind another one. One
    whose stream somebody holds is passed over: perhaps they write down what came of it, or wait to, behind
    who vanished in the middle of a step. To do it once more would cost a try, and lead no further.
    """
    may_run: list[ColumnElement[bool]] = [
        _as_condition(tables.JOB_IS_CLAIMED),
        _job.c.lease_until <= tx.now,
        _job.c.type.not_in(list(but)),
    ]
    if not has_begun:
        may_run.append(_job.c.lease_owner.is_(None))
    statement = (
        select(_job)
        .join(tables.stream, tables.stream.c.id == _job.c.stream)
        .where(*may_run)
        .order_by(_job.c.lease_until, _job.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # of both
    )
    return made_or_none(JobRow, tx.first(statement))


def due_job(tx: Tx, *, behind: str = "", but: Collection[str] = ()) -> JobRow | None:
    """The job to be tried next; locked until the commit.

    The highest priority first; within it the processes take turns in the order of their ids, beginning
    behind the process `behind`; within a process the one that has waited longest. `but` are job types that
    may not run now.
    """
    may_run: list[ColumnElement[bool]] = [
        _as_condition(tables.JOB_IS_PENDING),
        _job.c.try_at <= tx.now,
        _job.c.type.not_in(list(but)),
    ]
    highest = tx.scalar(select(func.max(_job.c.priority)).where(*may_run))
    while highest is not None:
        here = [*may_run, _job.c.priority == highest]
        for process in _in_turn(tx, here, behind):
            statement = (
                select(_job)
                .where(*here, _job.c.process == process)
                .order_by(_job.c.try_at, _job.c.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            row = tx.first(statement)
            if row is not None:
                return made(JobRow, row)
        # Whatever is due here is being claimed by others at this moment.
        highest = tx.scalar(select(func.max(_job.c.priority)).where(*may_run, _job.c.priority < highest))
    return None


def _as_condition(sql: str) -> ColumnElement[bool]:
    """The text of a partial index's condition, spelled as the index has it."""
    return text(sql)  # type: ignore[return-value]


def _in_turn(tx: Tx, here: list[ColumnElement[bool]], behind: str) -> Iterator[str]:
    """Ids of the processes with something due, each once: first those behind `behind`, then from the start.

    One seek in the index per process, however many jobs it has.
    """
    last, has_turned = behind, False
    while True:
        following = select(func.min(_job.c.process)).where(*here, _job.c.process > last)
        found = tx.scalar(following)
        if found is None or (has_turned and found > behind):
            if has_turned or not behind:
                return
            last, has_turned = "", True
            continue
        yield found
        last = found


def running_jobs(tx: Tx) -> Mapping[str, int]:
    """How many jobs of each type are claimed under a lease that holds."""
    statement = (
        select(_job.c.type, func.count().label("running"))
        .where(text(tables.JOB_IS_CLAIMED), _job.c.lease_until > tx.now)
        .group_by(_job.c.type)
    )
    return {row.type: row.running for row in tx.rows(statement)}


def held_jobs(tx: Tx, node: str) -> list[JobRow]:
    """What a node works on under leases that hold."""
    statement = select(_job).where(
        text(tables.JOB_IS_CLAIMED), _job.c.lease_owner == node, _job.c.lease_until > tx.now
    )
    return [made(JobRow, row) for row in tx.rows(statement)]


def resting_types(tx: Tx) -> list[str]:
    """Job types whose pace does not allow another one to begin yet."""
    rows = tx.rows(select(_pace.c.type, _pace.c.free_at).where(_pace.c.free_at > tx.now))
    return [row.type for row in rows if rests(tx, row.free_at)]


def rests(tx: Tx, free_at: dt.datetime) -> bool:
    """Whether a pace waits until then. What lies further ahead was written by a clock that was wrong."""
    return tx.now < free_at <= tx.now + LONGEST_PACE


def pace(tx: Tx, type: str) -> dt.datetime | None:
    """When a job of this type may begin; locked until the commit. None: one never did."""
    return tx.scalar(select(_pace.c.free_at).where(_pace.c.type == type).with_for_update())


_MESSAGE_SUBSCRIPTIONS = Prepared(
    select(_subscription)
    .where(
        _subscription.c.name == bindparam("name"),
        _subscription.c.correlation_key == bindparam("key"),
        _subscription.c.is_held.is_(False),
    )
    .order_by(_subscription.c.created_at, _subscription.c.id)
)
_MESSAGE_SUBSCRIPTION = Prepared(
    select(_subscription.c.id).where(
        _subscription.c.id == bindparam("id"), _subscription.c.is_held.is_(False)
    )
)
_SIGNAL_SUBSCRIPTION = Prepared(
    select(_signal.c.id).where(_signal.c.id == bindparam("id"), _signal.c.is_held.is_(False))
)
_BUFFERED = Prepared(
    select(_message)
    .where(
        _message.c.name == bindparam("name"),
        _message.c.correlation_key == bindparam("key"),
        or_(_message.c.expires_at.is_(None), _message.c.expires_at > bindparam("now", type_=Instant())),
        ~select(tables.message_receipt.c.message)
        .where(
            tables.message_receipt.c.message == _message.c.id,
            tables.message_receipt.c.process == bindparam("process"),
        )
        .exists(),
    )
    .order_by(_message.c.published_at, _message.c.id)
    .limit(1)
    .with_for_update()
)
_DUE = (text(tables.TIMER_IS_PENDING), _timer.c.try_at <= bindparam("now", type_=Instant()))


def _due_first(*columns: Any) -> Select[Any]:
    return (
        select(*columns, *STREAM_COLUMNS)
        .join(tables.stream, tables.stream.c.id == _timer.c.stream)
        .where(*_DUE)
        .order_by(_timer.c.try_at, _timer.c.id)
    )


_NOT_FAILED = ~among(_timer.c.id, "but")
_TIMERS = _due_first(_timer).limit(bindparam("limit", type_=Integer()))
_DUE_TIMERS, _DUE_TIMERS_BUT = Prepared(_TIMERS), Prepared(_TIMERS.where(_NOT_FAILED))


@functools.lru_cache(maxsize=256)
def _due_streams(limit: int, has_failed: bool) -> Prepared:
    # PostgreSQL plans it once where its text says how few are wanted: else it would plan anew each time,
    # since of an unknown number it expects a tenth of all timers.
    streams = _due_first(_timer.c.id.label("timer_id"), TRANSACTION_NUMBER)
    found = streams.where(_NOT_FAILED) if has_failed else streams
    return Prepared(found.limit(number(limit)).with_for_update(of=tables.stream, skip_locked=True))


_TIMERS_BY_ID = Prepared(
    select(*(_timer.c[name] for name in TimerRow._fields))
    .where(among(_timer.c.id, "ids"))
    .order_by(_timer.c.try_at, _timer.c.id),
    row=TimerRow,
)
_TIMER = Prepared(select(_timer).where(_timer.c.id == bindparam("id")))
# A worker asks these two before it does anything, each second: they tell it, too, when an older database was
# put in the place of the one that it knows.
_NEXT_DUE = Prepared(
    select(func.min(_timer.c.try_at).label("try_at"), *INSTALLATION_END).where(text(tables.TIMER_IS_PENDING))
)
_JOB = Prepared(select(_job).where(_job.c.id == bindparam("id")))
_NEXT_TRY = select(func.min(_job.c.try_at)).where(text(tables.JOB_IS_PENDING))
_NEXT_LEASE = select(func.min(_job.c.lease_until)).where(text(tables.JOB_IS_CLAIMED))
_NEXT_JOB = Prepared(_NEXT_TRY)
_NEXT_CLAIMABLE = Prepared(
    select(
        _NEXT_TRY.scalar_subquery().label("try_at"),
        _NEXT_LEASE.scalar_subquery().label("lease_until"),
        *INSTALLATION_END,
    )
)
