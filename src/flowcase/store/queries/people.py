"""Who has an account, in which groups."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import and_, bindparam, literal, select

from flowcase.store import tables
from flowcase.store.columns import among
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import in_memory_too, made_or_none
from flowcase.store.streams import INSTALLATION_END
from flowcase.store.tx import Tx
from flowcase.store.wire import Question


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
    must_change: bool


@in_memory_too
def person(tx: Tx, id: str) -> PersonRow | None:
    rows = tx.rows(_WITH_GROUPS, {"id": id})
    return _person(rows[0], {row.group for row in rows if row.group is not None}) if rows else None


@in_memory_too
def people(
    tx: Tx,
    *,
    ids: Iterable[str] | None = None,
    groups: Iterable[str] | None = None,
    only_active: bool = False,
) -> list[PersonRow]:
    """People by id; with `groups`, those who are in at least one of them."""
    statement = _people(ids is not None, groups is not None, only_active)
    values = {"ids": list(ids or ()), "groups": sorted(groups or ())}
    return tx.made_of((statement, values), _each)


def _each(rows: Sequence[Any]) -> list[PersonRow]:
    """Of rows that tell one group each."""
    found: dict[str, Any] = {}
    of: dict[str, set[str]] = {}
    for row in rows:
        found[row.id] = row
        of.setdefault(row.id, set()).update(filter(None, (row.group,)))
    return [_person(row, of[id]) for id, row in found.items()]


def active_question(groups: Iterable[str]) -> Question:
    """What `people` asks for those at work in one of these groups."""
    return _people(False, True, True), {"ids": [], "groups": sorted(groups)}


@functools.cache
def _people(by_id: bool, by_group: bool, only_active: bool) -> Prepared:
    """Each with all of their groups, a row for each of them."""
    table, member = tables.person, tables.person_group
    statement = _EACH_GROUP.order_by(table.c.id)
    if by_id:
        statement = statement.where(among(table.c.id, "ids"))
    if by_group:
        statement = statement.where(
            table.c.id.in_(select(member.c.person).where(among(member.c.group, "groups")))
        )
    if only_active:
        statement = statement.where(table.c.is_active)
    return Prepared(statement, is_settled=not by_id)  # of ids there are too many sets to keep


def credential(tx: Tx, person: str, kind: str) -> CredentialRow | None:
    row = tx.first(_CREDENTIAL, {"person": person, "kind": kind})
    if row is None:
        return None
    tx.count_on_settled(row.length, row.head)
    return made_or_none(CredentialRow, row if row.person is not None else None)


def has_signed_in(tx: Tx, person: str) -> bool:
    """Whether somebody has signed in to this account before."""
    table = tables.person
    return tx.scalar(select(table.c.signed_in_at).where(table.c.id == person)) is not None


def groups(tx: Tx) -> frozenset[str]:
    """Every group that somebody is in."""
    return frozenset(row.group for row in tx.rows(select(tables.person_group.c.group).distinct()))


def _person(row: Any, groups: Iterable[str]) -> PersonRow:
    return PersonRow(
        row.id, row.name, row.kind, row.team, row.district, row.locale, row.is_active, frozenset(groups)
    )


# One statement: it is asked with every request.
_EACH_GROUP = select(tables.person, tables.person_group.c.group).join(
    tables.person_group, tables.person_group.c.person == tables.person.c.id, isouter=True
)
# Programs bring theirs with each request.
_CREDENTIAL = Prepared(
    # A row also where there is none, so that what is asked next does not tell who there is.
    select(
        *(tables.credential.c[each.name] for each in fields(CredentialRow)), *INSTALLATION_END
    ).select_from(
        select(literal(1).label("one"))
        .subquery()
        .outerjoin(
            tables.credential,
            and_(
                tables.credential.c.person == bindparam("person"),
                tables.credential.c.kind == bindparam("kind"),
            ),
        )
    )
)
_WITH_GROUPS = Prepared(_EACH_GROUP.where(tables.person.c.id == bindparam("id")), is_settled=True)
