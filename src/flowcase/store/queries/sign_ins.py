"""Sessions of browsers, and identities at a sign-in provider."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, delete, literal_column, select

from flowcase.store import tables
from flowcase.store.prepared import Prepared
from flowcase.store.queries.people import PersonRow
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.sign_in_tables import emergency_access, identity, sign_in_session, used_once
from flowcase.store.tx import INSTALLATION, Tx
from flowcase.store.wire import Question


@dataclass(frozen=True)
class SessionRow:
    """One browser; nothing that opens it."""

    id: str
    person: str
    by: str
    browser: str
    begun_at: dt.datetime
    seen_at: dt.datetime


@dataclass(frozen=True)
class Holder:
    """Who is signed in by a session."""

    session: SessionRow
    person: PersonRow
    opened_cases: frozenset[str]  # in an emergency


_COLUMNS = [sign_in_session.c[name] for name in SessionRow.__dataclass_fields__]


def holder_question(
    secret_hash: str, *, begun_after: dt.datetime, seen_after: dt.datetime, now: dt.datetime
) -> Question:
    """The session whose secret has this hash, begun and last used after these, and its active person."""
    return _HOLDER, {
        "secret_hash": secret_hash,
        "begun_after": begun_after,
        "seen_after": seen_after,
        "now": now,
    }


def holder(tx: Tx, question: Question) -> Holder | None:
    """What `holder_question` finds; None once the session's time is over."""
    rows = tx.rows(*question)
    if not rows:
        return None
    row = rows[0]
    tx.count_on_settled(row.length, row.head)
    groups = frozenset(each.group for each in rows if each.group is not None)
    return Holder(
        SessionRow(row.session, row.id, row.by, row.browser, row.begun_at, row.seen_at),
        PersonRow(row.id, row.name, row.kind, row.team, row.district, row.locale, row.is_active, groups),
        frozenset(each.opened for each in rows if each.opened is not None),
    )


def of_person(tx: Tx, person: str) -> list[SessionRow]:
    """Every session of a person that is kept, the newest first."""
    statement = (
        select(*_COLUMNS)
        .where(sign_in_session.c.person == person)
        .order_by(sign_in_session.c.seen_at.desc(), sign_in_session.c.id.desc())
    )
    return [made(SessionRow, row) for row in tx.rows(statement)]


def from_provider(tx: Tx, *, person: str | None, session: str | None) -> list[SessionRow]:
    """Sessions that began at the provider: of a person, or of one session there, or of both."""
    assert person is not None or session is not None
    table = sign_in_session
    statement = select(*_COLUMNS).where(table.c.by == "oidc")
    if person is not None:
        statement = statement.where(table.c.person == person)
    if session is not None:
        statement = statement.where(table.c.elsewhere == session)
    return [made(SessionRow, row) for row in tx.rows(statement.order_by(table.c.id))]


def session(tx: Tx, secret_hash: str) -> SessionRow | None:
    """The session whose secret has this hash, whatever its age."""
    statement = select(*_COLUMNS).where(sign_in_session.c.secret_hash == secret_hash)
    return made_or_none(SessionRow, tx.first(statement))


def typed(tx: Tx, secret_hash: str) -> bytes | None:
    """The sealed form that waits with a session; None when none does."""
    table = sign_in_session
    found: bytes | None = tx.scalar(select(table.c.typed).where(table.c.secret_hash == secret_hash))
    return found


def over(tx: Tx, *, begun_before: dt.datetime, seen_before: dt.datetime) -> list[str]:
    """Ids of the sessions whose time is over."""
    table = sign_in_session
    is_over = (table.c.begun_at <= begun_before) | (table.c.seen_at <= seen_before)
    return [row.id for row in tx.rows(select(table.c.id).where(is_over))]


def forget_used(tx: Tx, now: dt.datetime) -> int:
    """Take away what counted once and is worth nothing any more; how many."""
    return tx.execute(delete(used_once).where(used_once.c.until < now))


def person_of(tx: Tx, issuer: str, subject: str) -> str | None:
    """Who somebody at the provider is here."""
    table = identity
    statement = select(table.c.person).where(table.c.issuer == issuer, table.c.subject == subject)
    found: str | None = tx.scalar(statement)
    return found


def is_linked(tx: Tx, person: str, issuer: str | None = None) -> bool:
    """Whether somebody at the provider, or at any provider, is this person already."""
    table = identity
    statement = select(table.c.subject).where(table.c.person == person)
    if issuer is not None:
        statement = statement.where(table.c.issuer == issuer)
    return tx.first(statement) is not None


# One statement: it is asked with every request.
_HOLDER = Prepared(
    select(
        tables.person,
        tables.person_group.c.group,
        sign_in_session.c.id.label("session"),
        sign_in_session.c.by,
        sign_in_session.c.browser,
        sign_in_session.c.begun_at,
        sign_in_session.c.seen_at,
        emergency_access.c.case_code.label("opened"),
        tables.stream.c.length,
        tables.stream.c.head,
    )
    .join(sign_in_session, sign_in_session.c.person == tables.person.c.id)
    .join(tables.person_group, tables.person_group.c.person == tables.person.c.id, isouter=True)
    .join(
        emergency_access,
        and_(
            emergency_access.c.person == tables.person.c.id,
            emergency_access.c.until > bindparam("now", type_=emergency_access.c.until.type),
        ),
        isouter=True,
    )
    .join(tables.stream, tables.stream.c.id == literal_column(f"'{INSTALLATION}'"), isouter=True)
    .where(
        sign_in_session.c.secret_hash == bindparam("secret_hash"),
        sign_in_session.c.begun_at > bindparam("begun_after", type_=sign_in_session.c.begun_at.type),
        sign_in_session.c.seen_at > bindparam("seen_after", type_=sign_in_session.c.seen_at.type),
        tables.person.c.is_active,
        tables.person.c.kind == "person",
    )
)
