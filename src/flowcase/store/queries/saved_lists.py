"""Saved lists of user tasks: each person's own, those that leaders share with a team, and colleagues'."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, func, literal, null, select

from flowcase.store import tables
from flowcase.store.columns import among
from flowcase.store.list_tables import list_share
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import made
from flowcase.store.tx import Tx
from flowcase.store.wire import Question

_table = tables.saved_list
_shared = tables.shared_list
_share = list_share


@dataclass(frozen=True)
class SavedList:
    name: str
    query: str
    team: str | None = None  # with which it is shared; None: it is the person's own
    shared_by: str | None = None
    share: str | None = None  # id; shared by a colleague with this person alone
    shares: int = 0  # with how many colleagues its owner, this person, shares it

    @property
    def is_own(self) -> bool:
        return self.team is None and self.share is None


@dataclass(frozen=True)
class ListShare:
    id: str
    owner: str
    name: str
    person: str


def saved_lists(tx: Tx, person: str, teams: Iterable[str] = ()) -> list[SavedList]:
    """The person's own by name, then those of colleagues, then those shared with any of the teams."""
    rows = [made(SavedList, row) for row in tx.rows(*question(person, teams))]
    return sorted(
        rows,
        key=lambda row: (row.team or "", row.share is not None, row.name.casefold(), row.shared_by or ""),
    )


def question(person: str, teams: Iterable[str]) -> Question:
    """What `saved_lists` asks."""
    return _OF_PERSON, {"person": person, "teams": sorted(teams)}


def shares(
    tx: Tx, *, id: str | None = None, owner: str | None = None, person: str | None = None
) -> list[ListShare]:
    """Those of a person, or with a person, by the list's name and whom it is shared with."""
    statement = select(_share.c.id, _share.c.owner, _share.c.name, _share.c.person)
    for column, wanted in ((_share.c.id, id), (_share.c.owner, owner), (_share.c.person, person)):
        if wanted is not None:
            statement = statement.where(column == wanted)
    rows = tx.rows(statement.order_by(_share.c.name, _share.c.person))
    return [made(ListShare, row) for row in rows]


_SHARES = (
    select(func.count())
    .where(_share.c.owner == _table.c.person, _share.c.name == _table.c.name)
    .scalar_subquery()
)
_OF_PERSON = Prepared(
    select(
        *select(
            _table.c.name,
            _table.c.query,
            null().label("team"),
            null().label("shared_by"),
            null().label("share"),
            _SHARES.label("shares"),
        )
        .where(_table.c.person == bindparam("person"))
        .union_all(
            select(
                _shared.c.name, _shared.c.query, _shared.c.team, _shared.c.shared_by, null(), literal(0)
            ).where(among(_shared.c.team, "teams")),
            select(_table.c.name, _table.c.query, null(), _share.c.owner, _share.c.id, literal(0))
            .join(_share, and_(_share.c.owner == _table.c.person, _share.c.name == _table.c.name))
            .where(_share.c.person == bindparam("person")),
        )
        .subquery()
        .c
    )
)
