"""The outbox of mails, and what each person has chosen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, or_, select, text

from flowcase.store import tables
from flowcase.store.notice_tables import MAIL_IS_UNSENT, mail, mail_notice, notice_choice
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class ChoiceRow:
    person: str
    address: str
    digest_at: str | None
    ways: Mapping[str, str]
    read_until: dt.datetime | None
    changed_at: dt.datetime


@dataclass(frozen=True)
class MailRow:
    id: str
    person: str
    way: str
    status: str
    due_at: dt.datetime
    created_at: dt.datetime
    attempts: int
    lease_owner: str | None
    lease_until: dt.datetime | None
    sent_at: dt.datetime | None
    outcome: str | None


@dataclass(frozen=True)
class Told:
    """A notice that a mail tells of."""

    id: str
    kind: str
    text_code: str
    case_code: str | None
    at: dt.datetime
    stream: str


def choice(tx: Tx, person: str) -> ChoiceRow | None:
    statement = select(notice_choice).where(notice_choice.c.person == person)
    return made_or_none(ChoiceRow, tx.first(statement))


def choices(tx: Tx, people: Iterable[str]) -> dict[str, ChoiceRow]:
    statement = select(notice_choice).where(notice_choice.c.person.in_(sorted(people)))
    return {row.person: made(ChoiceRow, row) for row in tx.rows(statement)}


def get(tx: Tx, id: str) -> MailRow | None:
    return made_or_none(MailRow, tx.first(select(mail).where(mail.c.id == id)))


def next_to_send(tx: Tx) -> MailRow | None:
    """What is due, or was claimed by a worker that has gone; locked until the commit."""
    statement = (
        select(mail)
        .where(text(MAIL_IS_UNSENT), mail.c.due_at <= tx.now)
        .where(or_(mail.c.lease_until.is_(None), mail.c.lease_until <= tx.now))
        .order_by(mail.c.due_at, mail.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return made_or_none(MailRow, tx.first(statement))


def is_waiting(tx: Tx) -> bool:
    """Whether `next_to_send` may find one; takes no lock."""
    statement = select(mail.c.id).where(text(MAIL_IS_UNSENT), mail.c.due_at <= tx.now).limit(1)
    return tx.first(statement) is not None


def told_in(tx: Tx, id: str) -> list[Told]:
    """The notices of a mail, the oldest first; those of an erased case are gone."""
    notice = tables.notice
    columns = [notice.c[name] for name in ("id", "kind", "text_code", "case_code", "at", "stream")]
    statement = (
        select(*columns)
        .join(mail_notice, and_(mail_notice.c.notice == notice.c.id, mail_notice.c.mail == id))
        .group_by(*columns)
        .order_by(notice.c.at, notice.c.id)
    )
    return [made(Told, row) for row in tx.rows(statement)]


def mails(tx: Tx, *, status: str | None = None, limit: int) -> list[MailRow]:
    """Newest first."""
    statement = select(mail).order_by(mail.c.created_at.desc(), mail.c.id.desc()).limit(limit)
    if status is not None:
        statement = statement.where(mail.c.status == status)
    return [made(MailRow, row) for row in tx.rows(statement)]


def is_told(tx: Tx, person: str, notice: str) -> bool:
    """Whether some mail tells the person of the notice already."""
    table = mail_notice
    statement = select(table.c.mail).where(table.c.person == person, table.c.notice == notice)
    return tx.first(statement) is not None
