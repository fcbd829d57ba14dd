"""In-app notices: who was told what, and what they have read of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    union,
)

from flowcase.model import UserTaskStatus
from flowcase.store import tables
from flowcase.store.columns import among
from flowcase.store.notice_tables import notice_choice, notice_read
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import made
from flowcase.store.tx import Tx
from flowcase.store.wire import Question

_table = tables.notice
_OWN = ("id", "kind", "text_code", "case_code", "at", "due_at", "deadline", "user_task")
MOST_COUNTED = 99  # unread ones; the bell says that there are more
_LOOKED_AT = 300  # a person's newest unread ones, of which those that are over are taken off for the bell
REMINDER = "frist_paamindelse"  # kind of the notice that a deadline is near
DEADLINE_IS_DONE = ("met", "cancelled")


@dataclass(frozen=True)
class NoticeRow:
    id: str
    recipient_kind: str
    recipient: str
    kind: str
    text_code: str
    stream: str
    case_code: str | None
    deadline: str | None
    at: dt.datetime


@dataclass(frozen=True)
class OwnNotice:
    """A notice as the person sees it to whom, or to whose group, it was sent."""

    id: str
    kind: str
    text_code: str
    case_code: str | None
    at: dt.datetime
    is_read: bool
    due_at: dt.datetime | None = None  # of a notice of a deadline: when it ends, as it was told
    is_over: bool = False  # the deadline that was near has ended, or the user task that was given
    user_task: str | None = None  # that was given
    user_task_name: str | None = None

    @property
    def is_unread(self) -> bool:
        """Whether it waits to be read; what is over does not."""
        return not self.is_read and not self.is_over


def notices(
    tx: Tx,
    *,
    person: str | None = None,
    groups: Iterable[str] = (),
    case: str | None = None,
    deadline: str | None = None,
    limit: int = 50,
) -> list[NoticeRow]:
    """Newest first; with `person` or `groups` only what is addressed to them."""
    columns = [_table.c[name] for name in NoticeRow.__dataclass_fields__]
    statement = select(*columns).order_by(_table.c.at.desc(), _table.c.id.desc()).limit(limit)
    recipients = [and_(_table.c.recipient_kind == "group", _table.c.recipient.in_(list(groups)))]
    if person is not None:
        recipients.append(and_(_table.c.recipient_kind == "person", _table.c.recipient == person))
    if person is not None or groups:
        statement = statement.where(or_(*recipients))
    if case is not None:
        statement = statement.where(_table.c.case_code == case)
    if deadline is not None:
        statement = statement.where(_table.c.deadline == deadline)
    return [made(NoticeRow, row) for row in tx.rows(statement)]


def own(
    tx: Tx,
    person: str,
    groups: Iterable[str],
    *,
    before: tuple[dt.datetime, str] | None = None,
    only_unread: bool = False,
    limit: int,
) -> list[OwnNotice]:
    """Newest first, a page at a time; what came twice, to the person and to a group, is there once."""
    is_read = _is_read(person)
    columns = [_table.c[name] for name in _OWN]
    statement = (
        select(*columns, is_read.label("is_read"))
        .where(_to(person, groups))
        .group_by(*columns)
        .order_by(_table.c.at.desc(), _table.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(tuple_(_table.c.at, _table.c.id) < before)
    if only_unread:
        mine = bindparam(None, person, type_=tables.user_task.c.assignee.type)
        statement = statement.where(~is_read, *still_matters(_table.c, mine))
    return _with_what_became_of_it(tx, person, tx.rows(statement))


def _with_what_became_of_it(tx: Tx, person: str, rows: Sequence[Any]) -> list[OwnNotice]:
    """Asked for the rows of a page, not joined to all from which they are chosen."""
    task, deadline = tables.user_task, tables.deadline
    given = {row.user_task for row in rows if row.user_task}
    near = {row.deadline for row in rows if row.deadline and row.kind == REMINDER}
    columns = (task.c.id, task.c.name, task.c.status, task.c.assignee, task.c.owner)
    found = select(*columns).where(task.c.id.in_(sorted(given)))
    user_tasks = {row.id: row for row in (tx.rows(found) if given else ())}
    ended = select(deadline.c.id).where(
        deadline.c.id.in_(sorted(near)), deadline.c.status.in_(DEADLINE_IS_DONE)
    )
    over = {row.id for row in (tx.rows(ended) if near else ())}
    over |= {
        id
        for id, row in user_tasks.items()
        if row.status != UserTaskStatus.OPEN or person not in {row.assignee, row.owner}
    }
    return [
        OwnNotice(
            row.id,
            row.kind,
            row.text_code,
            row.case_code,
            row.at,
            bool(row.is_read),
            row.due_at,
            row.user_task in over or (row.kind == REMINDER and row.deadline in over),
            row.user_task if row.user_task in user_tasks else None,
            user_tasks[row.user_task].name if row.user_task in user_tasks else None,
        )
        for row in rows
    ]


def unread(tx: Tx, person: str, groups: Iterable[str]) -> int:
    """How many the person has not read; no more than one above MOST_COUNTED are looked at.

    What is over is not counted. Of a person's own the newest `_LOOKED_AT` are asked, so that who never
    reads any does not pay for years of them on every page.
    """
    return int(tx.scalar(*unread_question(person, groups)))


def unread_question(person: str, groups: Iterable[str]) -> Question:
    """What `unread` asks; every page does."""
    return _UNREAD, {"person": person, "groups": sorted(groups)}


def own_notice(tx: Tx, id: str, person: str, groups: Iterable[str]) -> OwnNotice | None:
    """The notice as that person sees it; None when it was sent neither to them nor to their groups."""
    columns = [*(_table.c[name] for name in _OWN), literal(True).label("is_read")]
    row = tx.first(select(*columns).where(_table.c.id == id, _to(person, groups)).limit(1))
    if row is None:
        return None
    return replace(_with_what_became_of_it(tx, person, [row])[0], is_read=True)


def mark_read(tx: Tx, person: str, groups: Iterable[str], ids: Iterable[str]) -> None:
    """Those that were sent to the person or to their groups and are unread, in one statement."""
    tx.exclusive(f"notices read by {person}")
    read_at = bindparam(None, tx.now, type_=notice_read.c.read_at.type)
    found = (
        select(bindparam(None, person, type_=notice_read.c.person.type), _table.c.id, read_at)
        .where(_table.c.id.in_(sorted(set(ids))), _to(person, groups), ~_is_read(person))
        .distinct()
    )
    columns = ["person", "notice", "read_at"]
    tx.returning(insert(notice_read).from_select(columns, found).returning(notice_read.c.notice))


def unsorted(tx: Tx, limit: int) -> Sequence[Any]:
    """The notices that wait in the outbox, the oldest first."""
    statement = (
        select(_table).where(text(tables.NOTICE_IS_UNSORTED)).order_by(_table.c.at, _table.c.id).limit(limit)
    )
    return tx.rows(statement)


def _to(person: str, groups: Iterable[str]) -> ColumnElement[bool]:
    return or_(
        and_(_table.c.recipient_kind == "person", _table.c.recipient == person),
        and_(_table.c.recipient_kind == "group", _table.c.recipient.in_(sorted(groups))),
    )


def _is_past(person: str) -> ColumnElement[bool]:
    """Whether it counts as read by its instant: all was marked, or the account is younger."""
    marked = select(notice_choice.c.read_until).where(notice_choice.c.person == person).scalar_subquery()
    begun = select(tables.person.c.created_at).where(tables.person.c.id == person).scalar_subquery()
    never = bindparam(None, dt.datetime(1970, 1, 1, tzinfo=dt.UTC), type_=_table.c.at.type)
    return or_(_table.c.at <= func.coalesce(marked, never), _table.c.at < func.coalesce(begun, never))


def _is_read(person: str) -> ColumnElement[bool]:
    marked = exists().where(notice_read.c.person == person, notice_read.c.notice == _table.c.id)
    return or_(_is_past(person), marked)


def still_matters(rows: Any, person: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """Conditions on notices, or on some of them with `kind`, `deadline` and `user_task`: none is over.

    See `OwnNotice.is_over`. Each stands for itself, so that PostgreSQL joins what is asked: `NOT (a OR b)`
    it would work out row by row, or by hashing every user task.
    """
    task, deadline = tables.user_task, tables.deadline
    done: list[ColumnElement[str]] = [literal_column(f"'{status}'") for status in DEADLINE_IS_DONE]
    return [
        ~exists().where(
            rows.kind == literal_column(f"'{REMINDER}'"),
            deadline.c.id == rows.deadline,
            deadline.c.status.in_(done),
        ),
        ~exists().where(
            task.c.id == rows.user_task,
            or_(
                task.c.status != literal_column(f"'{UserTaskStatus.OPEN}'"),
                and_(_is_not(task.c.assignee, person), _is_not(task.c.owner, person)),
            ),
        ),
    ]


def _is_not(column: ColumnElement[str], person: ColumnElement[str]) -> ColumnElement[bool]:
    return func.coalesce(column, literal_column("''")) != person


def _unread() -> Prepared:
    """Read from the recipients' index from where everything was marked on, not over years of notices."""
    person = bindparam("person", type_=_table.c.id.type)
    never = literal_column("'1970-01-01T00:00:00.000000Z'", type_=_table.c.at.type)
    marked = select(notice_choice.c.read_until).where(notice_choice.c.person == person).scalar_subquery()
    begun = select(tables.person.c.created_at).where(tables.person.c.id == person).scalar_subquery()
    is_marked = exists().where(notice_read.c.person == person, notice_read.c.notice == _table.c.id)
    of_person = (_table.c.recipient_kind == literal_column("'person'")) & (_table.c.recipient == person)
    of_groups = (_table.c.recipient_kind == literal_column("'group'")) & among(_table.c.recipient, "groups")
    parts = []
    for where, most in ((of_person, _LOOKED_AT), (of_groups, None)):
        waiting = select(_table.c.id, _table.c.kind, _table.c.deadline, _table.c.user_task).where(
            where,
            _table.c.at > func.coalesce(marked, never),
            _table.c.at >= func.coalesce(begun, never),
            ~is_marked,
        )
        if most is not None:
            waiting = waiting.order_by(_table.c.at.desc()).limit(literal_column(str(most)))
        rows = waiting.subquery()
        counted = select(rows.c.id).where(*still_matters(rows.c, person)).distinct()
        parts.append(counted.limit(literal_column(str(MOST_COUNTED + 1))).subquery())
    found = union(*(select(part.c.id) for part in parts)).limit(literal_column(str(MOST_COUNTED + 1)))
    return Prepared(select(func.count().label("number")).select_from(found.subquery()))


_UNREAD = _unread()
