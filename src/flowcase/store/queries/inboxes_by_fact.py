"""Inboxes sorted by a fact of the case: its district, its team, its step of the ladder …

A list narrowed to what few cases have is sorted by the database. Of any other, the next hundred cases in the
order of the fact, which an index holds, mostly have enough for a page: one statement asks for them. Where
they have not, a list of up to a thousand is read whole and sorted here, and in a longer one the cases are
walked, a growing number of them at a time, until the page is full: no list costs more than the cases that
stand before its rows.

A place is the fact, as it is sorted by, and the case in one word, `nord|SAG-2601`. What has no such fact
comes after all that have one (`|SAG-2601`), and what has no case at the very end (`|`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    bindparam,
    exists,
    func,
    literal_column,
    null,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy import case as either

from flowcase.store import tables
from flowcase.store.columns import among
from flowcase.store.fact_tables import case_fact
from flowcase.store.prepared import Prepared
from flowcase.store.queries import inboxes, task_lists
from flowcase.store.queries.found_by import Found
from flowcase.store.queries.task_lists import ByFact, Holder, Only, Order, Place
from flowcase.store.queries.user_tasks import AnyTaskRow, UserTaskRow
from flowcase.store.tx import Tx

SORTED_WHOLE = 1000
_case = tables.case_file
_FIRST, _GROWTH = 100, 4  # cases walked at once, and how many times more at each further step
_Key = tuple[bool, str, bool, str, str]


def page(
    tx: Tx,
    holders: Sequence[Holder],
    order: Order | ByFact,
    only: Only,
    *,
    after: Place | None = None,
    backwards: bool = False,
    limit: int,
) -> list[UserTaskRow]:
    """As `inboxes.page`, for an order of `task_lists.FACTS`."""
    if (found := inboxes.find(tx, only)) is not None:
        return _page_found(tx, found, holders, order, only, after, backwards, limit)
    if near := _near(tx, holders, order, only, after, backwards, limit):
        return near
    if inboxes.count(tx, holders, only, at_most=SORTED_WHOLE + 1) > SORTED_WHOLE:
        return _walked(tx, holders, order, only, after, backwards, limit)
    rows = _by_case(tx, holders, only, None, SORTED_WHOLE)
    facts = _facts(tx, order, (row.case_code for row in rows))

    def key(row: UserTaskRow) -> _Key:
        return _key(facts.get(row.case_code or "", ""), row.case_code or "", row.id)

    rows.sort(key=key, reverse=backwards)
    if after is not None:
        at = _key_of(after)
        rows = [row for row in rows if (key(row) < at if backwards else key(row) > at)]
    return rows[:limit]


def place_of(tx: Tx, row: AnyTaskRow, order: Order | ByFact) -> Place:
    """The key of a row, as `task_lists.place_of`."""
    fact = _facts(tx, order, [row.case_code]).get(row.case_code or "", "")
    return Place(f"{fact}|{row.case_code or ''}", row.created_at, row.id)


def _with_fact(order: Order | ByFact) -> Any:
    """(fact, code) of the cases that have it, as an index holds them in its order."""
    if isinstance(order, ByFact):
        columns = case_fact.c.sorted_by.label("fact"), case_fact.c.case_code.label("code")
        return select(*columns).where(case_fact.c.name == order.value).subquery()
    column = _case.c[order.value]
    return select(column.label("fact"), _case.c.code).where(column.is_not(None)).subquery()


def _without_fact(order: Order | ByFact) -> Any:
    """(fact, code) of the cases that have it not."""
    if isinstance(order, ByFact):
        own = (case_fact.c.case_code == _case.c.code) & (case_fact.c.name == order.value)
        return select(null().label("fact"), _case.c.code).where(~exists().where(own)).subquery()
    column = _case.c[order.value]
    return select(column.label("fact"), _case.c.code).where(column.is_(None)).subquery()


def _key(fact: str, case: str, id: str) -> _Key:
    return (not fact, fact, not case, case, id)


def _key_of(place: Place) -> _Key:
    fact, _, case = str(place.value or "").rpartition("|")
    return _key(fact, case, place.id)


def _facts(tx: Tx, order: Order | ByFact, cases: Iterable[str | None]) -> dict[str, str]:
    """By case; each is asked for once in a transaction."""
    known: dict[str, str] = tx.cache.setdefault(("facts", order), {})
    codes = sorted({case for case in cases if case and case not in known})
    if codes:
        known |= dict.fromkeys(codes, "")
        known |= {row.code: row.fact or "" for row in tx.rows(_facts_of(order), {"codes": codes})}
    return known


@functools.cache
def _facts_of(order: Order | ByFact) -> Prepared:
    found = _with_fact(order)
    return Prepared(select(found.c.code, found.c.fact).where(among(found.c.code, "codes")))


# --- in few cases ----------------------------------------------------------------------------------


def _page_found(
    tx: Tx,
    found: Found,
    holders: Sequence[Holder],
    order: Order | ByFact,
    only: Only,
    after: Place | None,
    backwards: bool,
    limit: int,
) -> list[UserTaskRow]:
    condition, values = inboxes.held_within(found, holders, only)
    if after is not None:
        is_without, fact, has_no_case, code, id = _key_of(after)
        values |= {"at_without": int(is_without), "at_fact": fact}
        values |= {"at_no_case": int(has_no_case), "at_case": code, "at_id": id}
    statement = _found_of(order, condition, bool(found.names), after is not None, backwards, limit)
    return [UserTaskRow._make(row[1:]) for row in tx.rows(statement, values)]


@functools.lru_cache(maxsize=256)
def _found_of(
    order: Order | ByFact,
    condition: task_lists.Condition,
    has_names: bool,
    has_place: bool,
    backwards: bool,
    limit: int,
) -> Prepared:
    """Each row with the fact of its case, sorted by the database as `_key` does it here."""
    task, of_it = tables.user_task, _with_fact(order)
    fact = select(of_it.c.fact).where(of_it.c.code == task.c.case_code).scalar_subquery()
    columns = func.coalesce(fact, literal_column("''")).label("fact"), *task_lists.fields(UserTaskRow)
    ranges = [select(*columns).where(where) for where in inboxes.ranges_found(condition, has_names)]
    rows = union_all(*ranges).subquery() if has_names else ranges[0].subquery()
    code = func.coalesce(rows.c.case_code, literal_column("''"))
    key = [_is_empty(rows.c.fact), rows.c.fact, _is_empty(code), code, rows.c.id]
    statement: Any = select(rows)
    if has_place:
        names = ("at_without", "at_fact", "at_no_case", "at_case", "at_id")
        here = tuple_(*key)
        there = tuple_(*(bindparam(name, type_=each.type) for name, each in zip(names, key, strict=True)))
        statement = statement.where(here < there if backwards else here > there)
    sorting = (each.desc() if backwards else each for each in key)
    return Prepared(statement.order_by(*sorting).limit(task_lists.number(limit)))


def _is_empty(column: ColumnElement[Any]) -> ColumnElement[int]:
    one, zero = (literal_column(each, Integer()) for each in "10")
    return either((column == literal_column("''"), one), else_=zero)


# --- the nearest cases ------------------------------------------------------------------------------


def _near(
    tx: Tx,
    holders: Sequence[Holder],
    order: Order | ByFact,
    only: Only,
    after: Place | None,
    backwards: bool,
    limit: int,
) -> list[UserTaskRow]:
    """A whole page from the next cases; nothing where they have not enough, or where it begins elsewhere."""
    at = None if after is None else _key_of(after)
    if not holders or (at is None and backwards) or (at is not None and (at[0] or at[2])):
        return []
    values: dict[str, Any] = {}
    if at is not None:
        values = {"at_fact": at[1], "at_case": at[3], "at_id": at[4]}
    condition, given = task_lists.held(holders, only)
    statement = _near_of(order, condition, at is not None, backwards, limit)
    rows = tx.rows(statement, given | values)
    if len(rows) < limit:
        return []
    tx.cache.setdefault(("facts", order), {}).update({row.case_code or "": row.fact for row in rows})
    return [UserTaskRow._make(row[1:]) for row in rows]


@functools.lru_cache(maxsize=256)
def _near_of(
    order: Order | ByFact, condition: task_lists.Condition, has_place: bool, backwards: bool, limit: int
) -> Prepared:
    task = tables.user_task
    at_fact, at_case, at_id = (
        bindparam(name, type_=task.c.id.type) for name in ("at_fact", "at_case", "at_id")
    )
    place = tuple_(at_fact, at_case)

    def in_order(statement: Any, cases: Any, *by: ColumnElement[Any], back: bool = backwards) -> Any:
        by = (cases.c.fact, cases.c.code, *by)
        return statement.order_by(*(each.desc() if back else each for each in by))

    def behind(cases: Any) -> ColumnElement[bool]:  # the case in which the page before ended may have more
        here = tuple_(cases.c.fact, cases.c.code)
        return true() if not has_place else here <= place if backwards else here >= place

    def page_of(cases: Any, within: ColumnElement[bool]) -> Any:
        where = within & task_lists.where_held(condition)
        if has_place:
            # Of that case, what lies behind the row. What it leaves out PostgreSQL takes for little: it plans
            # the statement once, as it does the first page's, and not each time that it is asked.
            is_seen = task.c.id >= at_id if backwards else task.c.id <= at_id
            where &= ~((cases.c.fact == at_fact) & (cases.c.code == at_case) & is_seen)
        columns = cases.c.fact, *task_lists.fields(UserTaskRow)
        rows = select(*columns).select_from(cases.join(task, task.c.case_code == cases.c.code)).where(where)
        return in_order(rows, cases, task.c.id).limit(task_lists.number(limit))

    found = _with_fact(order)
    nearest = in_order(select(found), found).where(behind(found)).limit(task_lists.number(_FIRST)).subquery()
    # SQLite would sort the rows of all these cases; where it walks the index itself, up to the last of them,
    # it ends at a full page.
    last = in_order(select(nearest), nearest, back=not backwards).limit(task_lists.number(1))
    walked = _with_fact(order)
    here, end = tuple_(walked.c.fact, walked.c.code), last.scalar_subquery()
    within = behind(walked) & (here >= end if backwards else here <= end)
    return Prepared(page_of(nearest, true()), on={"sqlite": page_of(walked, within)})


# --- a long list -----------------------------------------------------------------------------------


def _walked(
    tx: Tx,
    holders: Sequence[Holder],
    order: Order | ByFact,
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
    order: Order | ByFact,
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
    order: Order | ByFact,
    has_fact: bool,
    at: tuple[str, str] | None,
    backwards: bool,
    number: int,
    *,
    is_included: bool,
) -> list[tuple[str, str]]:
    """(fact, case) of the next cases in the order of the fact, or of those without it."""
    statement = _next_cases_of(order, has_fact, at is not None, backwards, number, is_included)
    values = {} if at is None else {"at_fact": at[0], "at_case": at[1]}
    return [(row.fact or "", row.code) for row in tx.rows(statement, values)]


@functools.lru_cache(maxsize=256)
def _next_cases_of(
    order: Order | ByFact, has_fact: bool, has_place: bool, backwards: bool, number: int, is_included: bool
) -> Prepared:
    found = _with_fact(order) if has_fact else _without_fact(order)
    fact, code = found.c.fact, found.c.code
    by: list[Any] = [fact, code] if has_fact else [code]
    statement = select(fact, code)
    if has_place:
        at = [bindparam(name, type_=code.type) for name in ("at_fact", "at_case")]
        here, there = tuple_(*by), tuple_(*(at if has_fact else at[1:]))
        if is_included:
            statement = statement.where(here <= there if backwards else here >= there)
        else:
            statement = statement.where(here < there if backwards else here > there)
    sorting = (each.desc() if backwards else each for each in by)
    return Prepared(statement.order_by(*sorting).limit(task_lists.number(number)))


def _without_case(
    tx: Tx, holders: Sequence[Holder], only: Only, after: Place | None, backwards: bool, wanted: int
) -> list[UserTaskRow]:
    """What no case is named at: the end of the order by case, or the way back to its beginning."""
    if backwards:
        place = Place(None, tx.now, after.id if after else _LAST_ID)
        rows = _by_case(tx, holders, only, place, wanted, backwards=True)
        return [row for row in rows if row.case_code is None]
    place = Place(None, tx.now, after.id if after else "")
    return _by_case(tx, holders, only, place, wanted)


def _by_case(
    tx: Tx, holders: Sequence[Holder], only: Only, after: Place | None, limit: int, *, backwards: bool = False
) -> list[UserTaskRow]:
    return inboxes.page(
        tx, holders, Order.CASE, only, after=after, backwards=backwards, limit=limit, row=UserTaskRow
    )


_LAST_ID = "\U0010ffff"  # behind every id
