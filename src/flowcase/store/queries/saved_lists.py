"""Saved lists of user tasks: each person's own, and those that leaders share with a team."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, null, select

from flowcase.store import tables
from flowcase.store.columns import among
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import made
from flowcase.store.tx import Tx
from flowcase.store.wire import Question

_table = tables.saved_list
_shared = tables.shared_list


@dataclass(frozen=True)
class SavedList:
    name: str
    query: str
    team: str | None = None  # with which it is shared; None: it is the person's own
    shared_by: str | None = None


def saved_lists(tx: Tx, person: str, teams: Iterable[str] = ()) -> list[SavedList]:
    """The person's own by name, then those that are shared with any of the teams."""
    rows = [made(SavedList, row) for row in tx.rows(*question(person, teams))]
    return sorted(rows, key=lambda row: (row.team or "", row.name.casefold()))


def question(person: str, teams: Iterable[str]) -> Question:
    """What `saved_lists` asks."""
    return _OF_PERSON, {"person": person, "teams": sorted(teams)}


_OF_PERSON = Prepared(
    select(
        *select(
            _table.c.name,
            _table.c.query,
            null().label("team"),
            null().label("shared_by"),
        )
        .where(_table.c.person == bindparam("person"))
        .union_all(
            select(_shared.c.name, _shared.c.query, _shared.c.team, _shared.c.shared_by).where(
                among(_shared.c.team, "teams")
            )
        )
        .subquery()
        .c
    )
)
