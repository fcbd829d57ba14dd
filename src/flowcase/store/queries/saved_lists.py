"""Saved lists of user tasks, each person's own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from flowcase.store import tables
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import made
from flowcase.store.tx import Tx
from flowcase.store.wire import Question

_table = tables.saved_list


@dataclass(frozen=True)
class SavedList:
    name: str
    query: str


def saved_lists(tx: Tx, person: str) -> list[SavedList]:
    """By name."""
    return [made(SavedList, row) for row in tx.rows(*question(person))]


def question(person: str) -> Question:
    """What `saved_lists` asks."""
    return _OF_PERSON, {"person": person}


_OF_PERSON = Prepared(
    select(_table.c.name, _table.c.query)
    .where(_table.c.person == bindparam("person"))
    .order_by(_table.c.name)
)
