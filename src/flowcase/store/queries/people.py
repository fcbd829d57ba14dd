"""Who has an account, in which groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select

from flowcase.store import tables
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class PersonRow:
    id: str
    name: str
    kind: str
    team: str | None
    district: str | None
    locale: str
    is_active: bool
    groups: frozenset[str]


@dataclass(frozen=True)
class CredentialRow:
    person: str
    kind: str
    secret_hash: str
    failures: int
    locked_until: dt.datetime | None


def person(tx: Tx, id: str) -> PersonRow | None:
    rows = tx.rows(_WITH_GROUPS, {"id": id})
    return _person(rows[0], {row.group for row in rows if row.group is not None}) if rows else None


def people(
    tx: Tx,
    *,
    ids: Iterable[str] | None = None,
    groups: Iterable[str] | None = None,
    only_active: bool = False,
) -> list[PersonRow]:
    """People by id; with `groups`, those who are in at least one of them."""
    table, member = tables.person, tables.person_group
    statement = select(table).order_by(table.c.id)
    if ids is not None:
        statement = statement.where(table.c.id.in_(list(ids)))
    if groups is not None:
        statement = statement.where(
            table.c.id.in_(select(member.c.person).where(member.c.group.in_(list(groups))))
        )
    if only_active:
        statement = statement.where(table.c.is_active)
    found = tx.rows(statement)
    of: dict[str, set[str]] = {row.id: set() for row in found}
    if of:
        for row in tx.rows(select(member).where(member.c.person.in_(list(of)))):
            of[row.person].add(row.group)
    return [_person(row, of[row.id]) for row in found]


def credential(tx: Tx, person: str, kind: str) -> CredentialRow | None:
    table = tables.credential
    row = tx.first(select(table).where(table.c.person == person, table.c.kind == kind))
    return (
        None
        if row is None
        else CredentialRow(row.person, row.kind, row.secret_hash, row.failures, row.locked_until)
    )


def groups(tx: Tx) -> frozenset[str]:
    """Every group that somebody is in."""
    return frozenset(row.group for row in tx.rows(select(tables.person_group.c.group).distinct()))


def _person(row: Row[Any], groups: Iterable[str]) -> PersonRow:
    return PersonRow(
        row.id, row.name, row.kind, row.team, row.district, row.locale, row.is_active, frozenset(groups)
    )


# One statement: it is asked with every request.
_WITH_GROUPS = (
    select(tables.person, tables.person_group.c.group)
    .join(tables.person_group, tables.person_group.c.person == tables.person.c.id, isouter=True)
    .where(tables.person.c.id == bindparam("id"))
)
