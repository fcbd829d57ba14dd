"""Inboxes: open user tasks of several holders in one order, a page at a time by keyset.

Each holder (a person, a set of candidates) and each part of an order is one index range of its own,
read in the index's order and no further than the page needs. A page deep in a list costs what the
first one does, and what lies beside it costs nothing.

A list asks for the same kind of thing each time, only its values differ: so its statement is compiled once
for each shape (how many holders of which kind, narrowed by what, in which order, from where) and kept.
Places for holders are made by powers of two; those left over hold NULL, which equals nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy import case as either

from flowcase.store import tables
from flowcase.store.columns import among
from flowcase.store.prepared import Prepared
from flowcase.store.queries import found_by, task_lists
from flowcase.store.queries.found_by import Found
from flowcase.store.queries.task_lists import (
    ROW_NUMBER,
    Condition,
    Holder,
    Narrowing,
    Only,
    Order,
    Part,
    Place,
    fields,
    in_order,
    number,
    text_of,
)
from flowcase.store.queries.user_tasks import AnyTaskRow, ListedTaskRow, UserTaskRow
from flowcase.store.tx import Tx
from flowcase.store.wire import Question

_table = tables.user_task
_candidate = tables.candidate_set
_RANGES = 400  # in one statement, of which SQLite takes 500
_FEW_PUT_OFF, _FEW_SETS = 200, 8  # taken off a count that an index holds, of so many sets of candidates
_KEPT = 256  # statements of each kind, the last used
_Row = TypeVar("_Row", UserTaskRow, ListedTaskRow)


@dataclass(frozen=True)
class _Shape:
    """All that a statement's text depends on."""

    persons: int
    persons_of_a_case: int
    candidates: int
    owners: int
    everyone: bool
    narrowed: Narrowing


def offered_to(tx: Tx, person: str, groups: Iterable[str]) -> list[Holder]:
    """The sets of candidates that a person belongs to."""
    rows = tx.rows(*offered_question(person, groups))
    return [Holder(candidates=id) for id in sorted({row.id for row in rows})]


def offered_question(person: str, groups: Iterable[str]) -> Question:
    """What `offered_to` asks."""
    return _OFFERED, {"person": person, "groups": sorted(groups)}


def offered_to_group(tx: Tx, group: str) -> list[Holder]:
    """The sets of candidates that name a group."""
    named = select(_candidate.c.id).where(_candidate.c.kind == "group", _candidate.c.name == group)
    return [Holder(candidates=id) for id in sorted({row.id for row in tx.rows(named)})]


def page(
    tx: Tx,
    holders: Sequence[Holder],
    order: Order,
    only: Only,
    *,
    after: Place | None = None,
    backwards: bool = False,
    limit: int,
    row: type[_Row],
) -> list[_Row]:
    """The next rows of all the holders' open user tasks together, in order.

    `backwards`: those before the place `after`, the nearest first, read from the same indexes.
    """
    if (found_in := find(tx, only)) is not None:
        return _page_found(tx, found_in, holders, order, only, after, backwards, limit, row)
    found: list[_Row] = []
    questions = list(_page_questions(holders, order, only, after, backwards, limit, row))
    if order is Order.FOLLOW_UP:  # few are put off: the page goes on among the others
        tx.ask_ahead(*questions)
    for question in questions:
        found += tx.rows(*question)
        if len(found) >= limit:
            break
    return found[:limit]


def page_questions(
    holders: Sequence[Holder],
    order: Order,
    only: Only,
    *,
    after: Place | None = None,
    backwards: bool = False,
    limit: int,
    row: type[_Row],
) -> Iterator[Question]:
    """What `page` asks, until it has enough, for lists of which it is not asked first how long they are."""
    if only.case is None and not only.facts and not only.words:
        yield from _page_questions(holders, order, only, after, backwards, limit, row)


def _page_questions(
    holders: Sequence[Holder],
    order: Order,
    only: Only,
    after: Place | None,
    backwards: bool,
    limit: int,
    row: Any,  # its class, which mypy takes for unhashable
) -> Iterator[Question]:
    if not holders:
        return
    shape, values = _shape(holders, only)
    for part in _parts(order, after, only, backwards):
        yield _page_of(shape, order, part, backwards, limit, row), values | _of_place(after)


def _parts(order: Order, after: Place | None, only: Only, backwards: bool) -> list[Part]:
    if backwards and after is not None:
        return task_lists.parts_before(order, after)
    return task_lists.parts(order, after, only)


def _of_place(after: Place | None) -> dict[str, Any]:
    return {} if after is None else {"at": after.value, "at_created": after.created_at, "at_id": after.id}


def count(tx: Tx, holders: Sequence[Holder], only: Only, *, at_most: int) -> int:
    """How many they are; no more than `at_most` are looked at."""
    if (found := find(tx, only)) is not None:
        condition, values = held_within(found, holders, only)
        return int(tx.scalar(_count_found(condition, bool(found.names), at_most), values))
    question = _count_question(holders, only, at_most=at_most)
    return 0 if question is None else int(tx.scalar(*question))


def count_question(holders: Sequence[Holder], only: Only, *, at_most: int) -> Question | None:
    """What `count` asks for lists of which it is not asked first how long they are."""
    if only.case is not None or only.facts or only.words:
        return None
    return _count_question(holders, only, at_most=at_most)


def _count_question(holders: Sequence[Holder], only: Only, *, at_most: int) -> Question | None:
    if not holders:
        return None
    shape, values = _shape(holders, only)
    return _count_of(shape, at_most), values


def tally_question(
    own: Sequence[Holder], offered: Sequence[Holder], only: Only, *, at_most: int
) -> Question | None:
    """How many are their own, how many are offered to them, and how many of both are put off until later.

    As `count` tells each by itself, or a few more than `at_most`, for lists that hide what is put off; None
    for those that are narrowed to what is looked for first.
    """
    is_found_first = only.case is not None or only.facts or only.words
    if is_found_first or only.shown_at is None or not own:
        return None
    shape, values = _shape([*own, *offered], only)
    return _tally_of(shape, at_most), values | {"hidden_at": only.shown_at}


# --- statements by their shape ---------------------------------------------------------------------


@functools.lru_cache(maxsize=_KEPT)
def _page_of(
    shape: _Shape, order: Order, part: Part, backwards: bool, limit: int, row: type[AnyTaskRow]
) -> Prepared:
    where_part = task_lists.where_part(order, part, backwards)
    is_without = order is Order.FOLLOW_UP and part in (Part.UNSET, Part.LATER_UNSET)
    by = Order.RECEIVED if is_without else order
    wheres = _ranges(shape)

    def first_of(columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
        ranges = [
            in_order(select(*columns).where(where, where_part), _table.c, by, backwards).limit(number(limit))
            for where in wheres
        ]
        if len(ranges) == 1:
            return ranges[0]
        together = union_all(*(select(each.subquery()) for each in ranges)).subquery()
        return in_order(select(together), together.c, by, backwards).limit(number(limit))

    columns = fields(row)
    if len(wheres) == 1:
        return Prepared(first_of(columns), row=row)
    # SQLite merges ranges by sorting what is in them: first what they are sorted by, then the rows are read.
    keys = first_of([*task_lists.sorted_by(_table.c, by), ROW_NUMBER.label("at_row")]).subquery()
    read = select(*columns).select_from(keys.join(_table, keys.c.at_row == ROW_NUMBER))
    return Prepared(first_of(columns), row=row, on={"sqlite": in_order(read, keys.c, by, backwards)})


@functools.lru_cache(maxsize=_KEPT)
def _count_of(shape: _Shape, at_most: int) -> Prepared:
    return Prepared(_counted(shape, at_most))


@functools.lru_cache(maxsize=_KEPT)
def _tally_of(shape: _Shape, at_most: int) -> Prepared:
    own = replace(shape, candidates=0)
    offered = replace(shape, persons=0, persons_of_a_case=0, owners=0)
    put_off = replace(shape, narrowed=replace(shape.narrowed, hides_put_off=False, is_put_off=True))
    none: Any = literal_column("0")
    counts = (
        ("own", _number(own, at_most)),
        ("offered", _shown(offered, at_most) if shape.candidates else none),
        ("put_off", _number(put_off, at_most)),
    )
    return Prepared(select(*(count.label(name) for name, count in counts)))


def _shown(shape: _Shape, at_most: int) -> ColumnElement[int]:
    """Those that are not put off, or a few more than `at_most`.

    All of them are counted in an index, whose rows need not be read, and the few that are put off in another
    one. Where many are put off, or the list is narrowed otherwise too, each row is asked; so it is where
    there are many sets, whose further ranges would cost more than they spare.
    """
    each_asked = _number(shape, at_most)
    everything = replace(shape.narrowed, hides_put_off=False)
    if everything != task_lists.narrowing(Only())[0] or shape.candidates > _FEW_SETS:
        return each_asked
    put_off = _number(replace(shape, narrowed=replace(everything, is_put_off=True)), _FEW_PUT_OFF + 1)
    all_of_them = _number(replace(shape, narrowed=everything), at_most + _FEW_PUT_OFF)
    return either((put_off <= number(_FEW_PUT_OFF), all_of_them - put_off), else_=each_asked)


def _number(shape: _Shape, at_most: int) -> ColumnElement[int]:
    return _counted(shape, at_most).scalar_subquery()


def _counted(shape: _Shape, at_most: int) -> Select[Any]:
    # In the order of an index, though nobody looks at it: PostgreSQL plans such a statement once for all
    # holders, expects as many rows of each, and would read the whole table for a holder who has few.
    by = Order.FOLLOW_UP if shape.narrowed.is_put_off else Order.DUE
    ranges: list[Any] = [
        in_order(select(literal_column("1").label("one")).where(where), _table.c, by).limit(number(at_most))
        for where in _ranges(shape)
    ]
    together = union_all(*(select(each.subquery()) for each in ranges)).limit(number(at_most)).subquery()
    return select(func.count().label("number")).select_from(together)


def _shape(holders: Sequence[Holder], only: Only) -> tuple[_Shape, dict[str, Any]]:
    """What kind of list this is, and its values by the names of their places."""
    candidates, persons, of_a_case, everyone = [], [], [], False
    owners: list[str] = []
    for holder in dict.fromkeys(holders):
        if holder.candidates is not None:
            candidates.append(holder.candidates)
        elif holder.owner is not None:
            owners.append(holder.owner)
        elif holder.person is None:
            everyone = True
        elif holder.case is None:
            persons.append(holder.person)
        else:
            of_a_case.append((holder.person, holder.case))
    values: dict[str, Any] = {}
    for name, found in (("candidates", candidates), ("person", persons), ("owner", owners)):
        values |= {f"{name}_{place}": None for place in range(len(found), _places(found))}
        values |= {f"{name}_{place}": each for place, each in enumerate(found)}
    for place in range(_places(of_a_case)):
        person, case = of_a_case[place] if place < len(of_a_case) else (None, None)
        values |= {f"absent_{place}": person, f"case_{place}": case}
    kind, narrowed_by = task_lists.narrowing(only)
    shape = _Shape(
        persons=_places(persons),
        persons_of_a_case=_places(of_a_case),
        candidates=_places(candidates),
        owners=_places(owners),
        everyone=everyone,
        narrowed=kind,
    )
    return shape, values | narrowed_by


def _places(found: Sequence[Any]) -> int:
    """The next power of two, so that few shapes serve everybody; none for none."""
    return 1 << (len(found) - 1).bit_length() if found else 0


def _ranges(shape: _Shape) -> list[ColumnElement[bool]]:
    # The conditions of the partial indexes stand there word by word: only then are they read.
    is_free, is_assigned = text(tables.USER_TASK_IS_FREE), text(tables.USER_TASK_IS_ASSIGNED)
    is_delegated = text(tables.USER_TASK_IS_DELEGATED)
    wheres = [
        is_free & (_table.c.candidates == text_of(f"candidates_{place}")) for place in range(shape.candidates)
    ]
    wheres += [
        is_assigned & (_table.c.assignee == text_of(f"person_{place}")) for place in range(shape.persons)
    ]
    wheres += [
        is_assigned
        & (_table.c.assignee == text_of(f"absent_{place}"))
        & (_table.c.case_code == text_of(f"case_{place}"))
        for place in range(shape.persons_of_a_case)
    ]
    wheres += [is_delegated & (_table.c.owner == text_of(f"owner_{place}")) for place in range(shape.owners)]
    if shape.everyone:
        wheres.append(true() & text(tables.USER_TASK_IS_OF_A_CASE))
    if len(wheres) > _RANGES:  # nobody has so many; if somebody had, it would be slower and still right
        wheres = [*wheres[: _RANGES - 1], or_(*wheres[_RANGES - 1 :])]
    narrowed = task_lists.where_narrowed(shape.narrowed)
    return [where & narrowed for where in wheres]


# --- found ---------------------------------------------------------------------------------------


def find(tx: Tx, only: Only) -> Found | None:
    """Where all that a list is narrowed to is found, if that is in few cases and user tasks."""
    if only.case is not None:
        return Found([only.case], (), only.facts, only.words)
    if not only.facts and not only.words:
        return None
    key = ("found", only.facts, only.words)
    if key not in tx.cache:
        tx.cache[key] = found_by.find(tx, only.facts, only.words)
    found: Found | None = tx.cache[key]
    return found


def held_within(found: Found, holders: Sequence[Holder], only: Only) -> tuple[Condition, dict[str, Any]]:
    """As `task_lists.held`, of rows that are found already."""
    condition, values = task_lists.held(holders, replace(only, facts=found.facts, words=found.words))
    return condition, values | {"cases": list(found.cases), "names": list(found.names)}


def ranges_found(condition: Condition, has_names: bool) -> list[ColumnElement[bool]]:
    """Of the cases, and of the names: no row is in both."""
    held, in_cases = task_lists.where_held(condition), among(_table.c.case_code, "cases")
    elsewhere = or_(_table.c.case_code.is_(None), ~in_cases)
    return [in_cases & held, *([among(_table.c.name, "names") & elsewhere & held] if has_names else [])]


def _page_found(
    tx: Tx,
    found: Found,
    holders: Sequence[Holder],
    order: Order,
    only: Only,
    after: Place | None,
    backwards: bool,
    limit: int,
    row: Any,
) -> list[Any]:
    condition, values = held_within(found, holders, only)
    parts = tuple(_parts(order, after, only, backwards))
    statement = _page_found_of(condition, bool(found.names), order, parts, backwards, limit, row)
    return list(tx.rows(statement, values | _of_place(after)))


@functools.lru_cache(maxsize=_KEPT)
def _page_found_of(
    condition: Condition,
    has_names: bool,
    order: Order,
    parts: tuple[Part, ...],
    backwards: bool,
    limit: int,
    row: type[AnyTaskRow],
) -> Prepared:
    """Sorted by the database, which hands on no more than the page: reading rows costs more than sorting."""
    where_part = or_(*(task_lists.where_part(order, part, backwards) for part in parts))
    ranges = [
        task_lists.sorted_whole(select(*fields(row)).where(where, where_part), _table.c, order, backwards)
        for where in ranges_found(condition, has_names)
    ]
    if len(ranges) == 1:
        return Prepared(ranges[0].limit(number(limit)), row=row)
    together = union_all(*(select(each.limit(number(limit)).subquery()) for each in ranges)).subquery()
    page = task_lists.sorted_whole(select(together), together.c, order, backwards).limit(number(limit))
    return Prepared(page, row=row)


@functools.lru_cache(maxsize=_KEPT)
def _count_found(condition: Condition, has_names: bool, at_most: int) -> Prepared:
    one: Any = literal_column("1").label("one")
    ranges = [select(one).where(where) for where in ranges_found(condition, has_names)]
    together = union_all(*ranges).limit(number(at_most)).subquery()
    return Prepared(select(func.count().label("number")).select_from(together))


def of_cases(tx: Tx, cases: Sequence[str], holders: Sequence[Holder], only: Only) -> list[UserTaskRow]:
    """The holders' open user tasks of these cases, in no order."""
    condition, values = task_lists.held(holders, only)
    return list(tx.rows(_of_cases(condition), {"cases": list(cases), **values}))


@functools.lru_cache(maxsize=_KEPT)
def _of_cases(condition: Condition) -> Prepared:
    where = among(_table.c.case_code, "cases") & task_lists.where_held(condition)
    return Prepared(select(*fields(UserTaskRow)).where(where), row=UserTaskRow)


_OFFERED = Prepared(
    select(_candidate.c.id).where(
        or_(
            (_candidate.c.kind == literal_column("'group'")) & among(_candidate.c.name, "groups"),
            (_candidate.c.kind == literal_column("'person'")) & (_candidate.c.name == bindparam("person")),
            _candidate.c.kind == literal_column("'everyone'"),
        )
    )
)
