"""Inboxes sorted by a fact of the case: its district, its team, its step of the ladder …

A list of up to a thousand is read whole and sorted here. In a longer one the cases are walked in the order
of the fact, which an index holds, a growing number of them at a time, until the page is full: no list costs
more than the cases that stand before its rows.

A place is the fact and the case in one word, `nord|SAG-2601`. What has no such fact comes after all that
have one (`|SAG-2601`), and what has no case at the very end (`|`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select, tuple_

from flowcase.store import tables
from flowcase.store.columns import among
from flowcase.store.queries import inboxes
from flowcase.store.queries.inboxes import Holder, Only, Order, Place
from flowcase.store.queries.user_tasks import UserTaskRow
from flowcase.store.tx import Tx

SORTED_WHOLE = 1000
_case = tables.case_file
_FIRST, _GROWTH = 100, 4  # cases walked at once, and how many times more at each further step
_Key = tuple[bool, str, bool, str, str]


def page(
    tx: Tx,
    holders: Sequence[Holder],
    order: Order,
    only: Only,
    *,
    after: Place | None = None,
    backwards: bool = False,
    limit: int,
) -> list[UserTaskRow]:
    """As `inboxes.page`, for an order of `inboxes.FACTS`."""
    if inboxes.count(tx, holders, only, at_most=SORTED_WHOLE + 1) > SORTED_WHOLE:
        return _walked(tx, holders, order, only, after, backwards, limit)
    rows = inboxes.page(tx, holders, Order.CASE, only, limit=SORTED_WHOLE)
    facts = _facts(tx, order, (row.case_code for row in rows))

    def key(row: UserTaskRow) -> _Key:
        return _key(facts.get(row.case_code or "", ""), row.case_code or "", row.id)

    rows.sort(key=key, reverse=backwards)
    if after is not None:
        at = _key_of(after)
        rows = [row for row in rows if (key(row) < at if backwards else key(row) > at)]
    return rows[:limit]


def place_of(tx: Tx, row: UserTaskRow, order: Order) -> Place:
    """The key of a row, as `inboxes.place_of`."""
    fact = _facts(tx, order, [row.case_code]).get(row.case_code or "", "")
    return Place(f"{fact}|{row.case_code or ''}", row.created_at, row.id)


def _key(fact: str, case: str, id: str) -> _Key:
    return (not fact, fact, not case, case, id)


def _key_of(place: Place) -> _Key:
    fact, _, case = str(place.value or "").rpartition("|")
    return _key(fact, case, place.id)


def _facts(tx: Tx, order: Order, cases: Iterable[str | None]) -> dict[str, str]:
    codes = sorted({case for case in cases if case})
    column = _case.c[order.value]
    statement = select(_case.c.code, column.label("fact")).where(among(_case.c.code, "codes"))
    found = tx.rows(statement, {"codes": codes}) if codes else []
    return {row.code: row.fact or "" for row in found}


# --- a long list -----------------------------------------------------------------------------------


def _walked(
    tx: Tx,
    holders: Sequence[Holder],
    order: Order,
    only: Only,
    after: Place | None,
    backwards: bool,
    limit: int,
) -> list[UserTaskRow]:
    """The stretches of the list (with the fact, without it, without a case) from the place on."""
    at = None if after is None else _key_of(after)
    here = (0 if not backwards else 2) if at is None else (2 if at[2] else 1 if at[0] else 0)
    found: list[UserTaskRow] = []
    for stretch in range(here, -1, -1) if backwards else range(here, 3):
        begin = at if stretch == here else None
        wanted = limit - len(found)
        if stretch == 2:
            found += _without_case(tx, holders, only, after if begin else None, backwards, wanted)
        else:
            found += _of_walked_cases(tx, holders, order, only, stretch == 0, begin, backwards, wanted)
        if len(found) >= limit:
            break
    return found[:limit]


def _of_walked_cases(
    tx: Tx,
    holders: Sequence[Holder],
    order: Order,
    only: Only,
    has_fact: bool,
    begin: _Key | None,
    backwards: bool,
    wanted: int,
) -> list[UserTaskRow]:
    found: list[UserTaskRow] = []
    at: tuple[str, str] | None = None if begin is None else (begin[1], begin[3])
    number, is_first = _FIRST, begin is not None
    while len(found) < wanted:
        cases = _next_cases(tx, order, has_fact, at, backwards, number, is_included=is_first)
        if not cases:
            break
        rows = inboxes.of_cases(tx, [case for _, case in cases], holders, only)
        facts = {case: fact for fact, case in cases}
        keyed = [(_key(facts[row.case_code or ""], row.case_code or "", row.id), row) for row in rows]
        keyed.sort(key=lambda pair: pair[0], reverse=backwards)
        if is_first and begin is not None:  # the case in which the page before ended may have more
            keyed = [pair for pair in keyed if (pair[0] < begin if backwards else pair[0] > begin)]
        found += [row for _, row in keyed]
        at, is_first, number = cases[-1], False, number * _GROWTH
    return found[:wanted]


def _next_cases(
    tx: Tx,
    order: Order,
    has_fact: bool,
    at: tuple[str, str] | None,
    backwards: bool,
    number: int,
    *,
    is_included: bool,
) -> list[tuple[str, str]]:
    """(fact, case) of the next cases in the order of the fact, or of those without it."""
    column, code = _case.c[order.value], _case.c.code
    by: list[Any] = [column, code] if has_fact else [code]
    statement = select(column.label("fact"), code).where(
        column.is_not(None) if has_fact else column.is_(None)
    )
    if at is not None:
        here = tuple_(*by)
        there = tuple_(*(at if has_fact else at[1:]))
        if is_included:
            statement = statement.where(here <= there if backwards else here >= there)
        else:
            statement = statement.where(here < there if backwards else here > there)
    statement = statement.order_by(*(each.desc() if backwards else each for each in by)).limit(number)
    return [(row.fact or "", row.code) for row in tx.rows(statement)]


def _without_case(
    tx: Tx, holders: Sequence[Holder], only: Only, after: Place | None, backwards: bool, wanted: int
) -> list[UserTaskRow]:
    """What no case is named at: the end of the order by case, or the way back to its beginning."""
    if backwards:
        place = Place(None, tx.now, after.id if after else _LAST_ID)
        rows = inboxes.page(tx, holders, Order.CASE, only, after=place, backwards=True, limit=wanted)
        return [row for row in rows if row.case_code is None]
    place = Place(None, tx.now, after.id if after else "")
    return inboxes.page(tx, holders, Order.CASE, only, after=place, limit=wanted)


_LAST_ID = "\U0010ffff"  # behind every id
