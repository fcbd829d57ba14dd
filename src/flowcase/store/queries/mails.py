"""The outbox of mails, and what each person has chosen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, case, delete, not_, select, update

from flowcase.store import tables
from flowcase.store.notice_tables import mail, mail_notice, notice_choice
from flowcase.store.queries.notices import still_matters
from flowcase.store.queries.outbox import DONE, Outgoing, OutgoingRow, forget_sent
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
    language: str | None


@dataclass(frozen=True)
class MailRow(OutgoingRow):
    person: str
    way: str
    address: str | None


MAILS = Outgoing("mail", mail, MailRow)


@dataclass(frozen=True)
class Told:
    """A notice that a mail tells of."""

    id: str
    kind: str
    text_code: str
    case_code: str | None
    at: dt.datetime
    stream: str
    due_at: dt.datetime | None = None  # of a notice of a deadline: when it ends, as it was told


def choice(tx: Tx, person: str) -> ChoiceRow | None:
    statement = select(notice_choice).where(notice_choice.c.person == person)
    return made_or_none(ChoiceRow, tx.first(statement))


def choices(tx: Tx, people: Iterable[str]) -> dict[str, ChoiceRow]:
    statement = select(notice_choice).where(notice_choice.c.person.in_(sorted(people)))
    return {row.person: made(ChoiceRow, row) for row in tx.rows(statement)}


def forget_addresses(tx: Tx, until: dt.datetime) -> int:
    """Empty the addresses of mails made until then that no worker holds, and drop those that wait."""
    is_held = and_(mail.c.lease_until.is_not(None), mail.c.lease_until > tx.now)
    is_old = and_(mail.c.address != "", mail.c.created_at <= until, not_(is_held))
    status = case((mail.c.status.in_(("waiting", "claimed")), "dropped"), else_=mail.c.status)
    return tx.execute(update(mail).where(is_old).values(address="", status=status))


def forget_old(tx: Tx, before: dt.datetime) -> int:
    """Take away mails that were sent or dropped, made before, with what they told of; how many."""
    old = select(mail.c.id).where(mail.c.status.in_(DONE), mail.c.created_at < before)
    tx.execute(delete(mail_notice).where(mail_notice.c.mail.in_(old)))
    return forget_sent(tx, MAILS, before)


def told_in(tx: Tx, id: str, person: str) -> list[Told]:
    """The notices of a mail to that person, the oldest first.

    Those of an erased case are gone, and what is over by now is not told any more.
    """
    notice = tables.notice
    columns = [notice.c[name] for name in Told.__dataclass_fields__]
    statement = (
        select(*columns)
        .join(mail_notice, and_(mail_notice.c.notice == notice.c.id, mail_notice.c.mail == id))
        .where(*still_matters(notice.c, bindparam(None, person, type_=mail_notice.c.person.type)))
        .group_by(*columns)
        .order_by(notice.c.at, notice.c.id)
    )
    return [made(Told, row) for row in tx.rows(statement)]


def is_told(tx: Tx, person: str, notice: str) -> bool:
    """Whether some mail tells the person of the notice already."""
    table = mail_notice
    statement = select(table.c.mail).where(table.c.person == person, table.c.notice == notice)
    return tx.first(statement) is not None
