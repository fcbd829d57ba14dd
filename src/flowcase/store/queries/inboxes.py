"""Inboxes: open user tasks of several holders in one order, a page at a time by keyset.

Each holder (a person, a set of candidates) and each part of an order is one index range of its own,
read in the index's order and no further than the page needs. A page deep in a list costs what the
first one does, and what lies beside it costs nothing.

A list asks for the same kind of thing each time, only its values differ: so its statement is compiled once
for each shape (how many holders of which kind, narrowed by what, in which order, from where) and kept.
Places for holders are made by powers of two; those left over hold NULL, which equals nothing.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

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
    tuple_,
    union_all,
)

from flowcase.store import tables
from flowcase.store.columns import among, words_of
from flowcase.store.prepared import Prepared
from flowcase.store.queries import found_by
from flowcase.store.queries.found_by import Word
from flowcase.store.queries.user_tasks import UserTaskRow
from flowcase.store.tx import Tx
from flowcase.store.wire import Question

_table = tables.user_task
_candidate = tables.candidate_set
_WORDS = ("candidate_groups", "candidate_users")
FIELDS = [  # rows are read by position
    words_of(_table.c[name]) if name in _WORDS else _table.c[name] for name in UserTaskRow._fields
]
_RANGES = 400  # in one statement, of which SQLite takes 500
_KEPT = 256  # statements of each kind, the last used
_BETWEEN = "\n"  # a person and a case as one text; neither holds it


class Order(StrEnum):
    DUE = "due"  # what has no due date last
    RECEIVED = "received"
    PRIORITY = "priority"  # the highest first, then the oldest
    CASE = "case"  # what has no case last
    FOLLOW_UP = "follow up"  # what has no day on which it shows again last, the oldest first
    # Facts of the case, and within each the case; what has no such fact, and then no case, last.
    DISTRICT = "district"
    AREA = "area"
    TEAM = "team"
    STEP = "step"
    STATUS = "status"
    CASEWORKER = "caseworker"


@dataclass(frozen=True)
class Holder:
    """Whose user tasks: a person's, a set of candidates', an owner's, or (with none) those of every case."""

    person: str | None = None
    candidates: str | None = None
    case: str | None = None  # of the person's, those of this case alone
    owner: str | None = None  # those that this person has delegated


@dataclass(frozen=True)
class ByFact:
    """The order of a fact of the case that the rule sets name, whatever it is called."""

    value: str  # the fact's name

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Only:
    """What a list is narrowed to."""

    process: str | None = None
    case: str | None = None
    due_from: dt.datetime | None = None  # included
    due_before: dt.datetime | None = None  # not included
    shown_at: dt.datetime | None = None  # leaves out what is put off until later; None: shows it too
    hidden_at: dt.datetime | None = None  # nothing but what is put off until later
    facts: tuple[tuple[str, str], ...] = ()  # (name, value) that the case has
    words: tuple[Word, ...] = ()  # all of them


@dataclass(frozen=True)
class Place:
    """Where a page ended: the key of its last row."""

    value: Any  # due_at, created_at, priority or case code; None among those that have none
    created_at: dt.datetime
    id: str


class _Part(StrEnum):
    """A range of an order that an index holds in one piece; `Place` says where it begins or ends."""

    ALL = "all"
    LATER = "later"  # behind the place, or before it where a list is read backwards
    OTHER = "other"  # the lower or the higher priorities
    SET = "set"  # the rows that have a due date, or a case
    LATER_UNSET = "later unset"
    UNSET = "unset"  # those that have none, which come last


@dataclass(frozen=True)
class _Shape:
    """All that a statement's text depends on."""

    persons: int
    persons_of_a_case: int
    candidates: int
    owners: int
    everyone: bool
    has_process: bool
    has_due_from: bool
    has_due_before: bool
    hides_put_off: bool
    is_put_off: bool
    facts: int
    words: int


_COLUMNS = {
    Order.DUE: ("due_at", "id"),
    Order.RECEIVED: ("created_at", "id"),
    Order.PRIORITY: ("priority", "created_at", "id"),
    Order.CASE: ("case_code", "id"),
    Order.FOLLOW_UP: ("follow_up_at", "id"),
}
FACTS = frozenset(set(Order) - set(_COLUMNS))  # sorted by in `inboxes_by_fact`


def plain(order: Order | ByFact) -> Order | None:
    """The order where an index of user tasks holds it; None for those that `inboxes_by_fact` sorts by."""
    return None if isinstance(order, ByFact) or order in FACTS else order


def place_of(row: UserTaskRow, order: Order) -> Place:
    return Place(getattr(row, _COLUMNS[order][0]), row.created_at, row.id)


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
) -> list[UserTaskRow]:
    """The next rows of all the holders' open user tasks together, in order.

    `backwards`: those before the place `after`, the nearest first, read from the same indexes.
    """
    if (few := _few(tx, holders, only)) is not None:
        return _sorted_here(few, order, after, backwards)[:limit]
    found: list[UserTaskRow] = []
    questions = list(_page_questions(holders, order, only, after=after, backwards=backwards, limit=limit))
    if order is Order.FOLLOW_UP:  # few are put off: the page goes on among the others
        tx.ask_ahead(*questions)
    for question in questions:
        found += map(UserTaskRow._make, tx.rows(*question))
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
) -> Iterator[Question]:
    """What `page` asks, until it has enough, for lists of which it is not asked first how long they are."""
    if only.case is None and not only.facts and not only.words:
        yield from _page_questions(holders, order, only, after=after, backwards=backwards, limit=limit)


def _page_questions(
    holders: Sequence[Holder],
    order: Order,
    only: Only,
    *,
    after: Place | None,
    backwards: bool,
    limit: int,
) -> Iterator[Question]:
    if not holders:
        return
    shape, values = _shape(holders, only)
    if after is not None:
        values |= {"at": after.value, "at_created": after.created_at, "at_id": after.id}
    for part in _parts_before(order, after) if backwards and after else _parts(order, after, only):
        yield _page_of(shape, order, part, backwards, limit), values


def count(tx: Tx, holders: Sequence[Holder], only: Only, *, at_most: int) -> int:
    """How many they are; no more than `at_most` are looked at."""
    if (few := _few(tx, holders, only)) is not None:
        return min(len(few), at_most)
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


# --- statements by their shape ---------------------------------------------------------------------


@functools.lru_cache(maxsize=_KEPT)
def _page_of(shape: _Shape, order: Order, part: _Part, backwards: bool, limit: int) -> Prepared:
    where_part = _where(order, part, backwards)
    is_without = order is Order.FOLLOW_UP and part in (_Part.UNSET, _Part.LATER_UNSET)
    by = Order.RECEIVED if is_without else order
    ranges = [
        _sorted(select(*FIELDS).where(where, where_part), _table.c, by, backwards).limit(number(limit))
        for where in _ranges(shape)
    ]
    if len(ranges) == 1:
        return Prepared(ranges[0])
    together = union_all(*(select(each.subquery()) for each in ranges)).subquery()
    return Prepared(_sorted(select(together), together.c, by, backwards).limit(number(limit)))


@functools.lru_cache(maxsize=_KEPT)
def _count_of(shape: _Shape, at_most: int) -> Prepared:
    # In the order of an index, though nobody looks at it: PostgreSQL plans such a statement once for all
    # holders, expects as many rows of each, and would read the whole table for a holder who has few.
    by = Order.FOLLOW_UP if shape.is_put_off else Order.DUE
    ranges: list[Any] = [
        _sorted(select(literal_column("1").label("one")).where(where), _table.c, by).limit(number(at_most))
        for where in _ranges(shape)
    ]
    together = union_all(*(select(each.subquery()) for each in ranges)).limit(number(at_most)).subquery()
    return Prepared(select(func.count().label("number")).select_from(together))


def number(limit: int) -> ColumnElement[Any]:
    """Written into the text: a database that does not know how few are wanted may plan to read all."""
    return literal_column(str(int(limit)))


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
    values |= {"process": only.process, "due_from": only.due_from, "due_before": only.due_before}
    values |= {"shown_at": only.shown_at, "hidden_at": only.hidden_at}
    shape = _Shape(
        persons=_places(persons),
        persons_of_a_case=_places(of_a_case),
        candidates=_places(candidates),
        owners=_places(owners),
        everyone=everyone,
        has_process=only.process is not None,
        has_due_from=only.due_from is not None,
        has_due_before=only.due_before is not None,
        hides_put_off=only.shown_at is not None,
        is_put_off=only.hidden_at is not None,
        facts=len(only.facts),
        words=len(only.words),
    )
    return shape, values | found_by.values(only)


def _places(found: Sequence[Any]) -> int:
    """The next power of two, so that few shapes serve everybody; none for none."""
    return 1 << (len(found) - 1).bit_length() if found else 0


def _ranges(shape: _Shape) -> list[ColumnElement[bool]]:
    # The conditions of the partial indexes stand there word by word: only then are they read.
    is_free, is_assigned = text(tables.USER_TASK_IS_FREE), text(tables.USER_TASK_IS_ASSIGNED)
    is_delegated = text(tables.USER_TASK_IS_DELEGATED)
    wheres = [
        is_free & (_table.c.candidates == _text(f"candidates_{place}")) for place in range(shape.candidates)
    ]
    wheres += [
        is_assigned & (_table.c.assignee == _text(f"person_{place}")) for place in range(shape.persons)
    ]
    wheres += [
        is_assigned
        & (_table.c.assignee == _text(f"absent_{place}"))
        & (_table.c.case_code == _text(f"case_{place}"))
        for place in range(shape.persons_of_a_case)
    ]
    wheres += [is_delegated & (_table.c.owner == _text(f"owner_{place}")) for place in range(shape.owners)]
    if shape.everyone:
        wheres.append(true() & text(tables.USER_TASK_IS_OF_A_CASE))
    if len(wheres) > _RANGES:  # nobody has so many; if somebody had, it would be slower and still right
        wheres = [*wheres[: _RANGES - 1], or_(*wheres[_RANGES - 1 :])]
    narrowed = _narrowed_to(shape)
    return [where & narrowed for where in wheres]


def _narrowed_to(shape: _Shape | Condition) -> ColumnElement[bool]:
    return found_by.where(shape.facts, shape.words) & _narrowed(
        process=_text("process") if shape.has_process else None,
        due_from=_instant("due_from") if shape.has_due_from else None,
        due_before=_instant("due_before") if shape.has_due_before else None,
        shown_at=_instant("shown_at") if shape.hides_put_off else None,
        hidden_at=_instant("hidden_at") if shape.is_put_off else None,
    )


def _text(name: str) -> ColumnElement[str]:
    return bindparam(name, type_=_table.c.id.type)


def _instant(name: str) -> ColumnElement[dt.datetime]:
    return bindparam(name, type_=_table.c.due_at.type)


def _narrowed(
    *, process: Any, due_from: Any, due_before: Any, shown_at: Any, hidden_at: Any
) -> ColumnElement[bool]:
    where: ColumnElement[bool] = true()
    if process is not None:
        where &= _table.c.process == process
    if due_from is not None:
        where &= _table.c.due_at >= due_from
    if due_before is not None:
        where &= _table.c.due_at < due_before
    if shown_at is not None:
        # What is overdue shows however long it was put off.
        where &= or_(
            _table.c.follow_up_at.is_(None),
            _table.c.follow_up_at <= shown_at,
            _table.c.due_at <= shown_at,
        )
    if hidden_at is not None:
        is_due_later = or_(_table.c.due_at.is_(None), _table.c.due_at > hidden_at)
        where &= _table.c.follow_up_at.is_not(None) & (_table.c.follow_up_at > hidden_at) & is_due_later
    return where


def _where(order: Order, part: _Part, backwards: bool) -> ColumnElement[bool]:
    column = _table.c[_COLUMNS[order][0]]
    at: ColumnElement[Any] = bindparam("at", type_=column.type)
    id, at_id = _table.c.id, _text("at_id")
    match part:
        case _Part.ALL:
            return true()
        case _Part.SET:
            return column.is_not(None)
        case _Part.UNSET:
            return column.is_(None)
        case _Part.LATER_UNSET if order is Order.FOLLOW_UP:
            here, there = tuple_(_table.c.created_at, id), tuple_(_instant("at_created"), at_id)
            return column.is_(None) & (here < there if backwards else here > there)
        case _Part.LATER_UNSET:
            return column.is_(None) & (id < at_id if backwards else id > at_id)
        case _Part.OTHER:  # of the priorities, of which the highest comes first
            return column > at if backwards else column < at
        case _Part.LATER if order is Order.PRIORITY:
            here, there = tuple_(_table.c.created_at, id), tuple_(_instant("at_created"), at_id)
            return (column == at) & (here < there if backwards else here > there)
        case _Part.LATER:
            here, there = tuple_(column, id), tuple_(at, at_id)
            return column.is_not(None) & (here < there if backwards else here > there)


def _parts(order: Order, after: Place | None, only: Only) -> list[_Part]:
    if order is Order.PRIORITY:
        return [_Part.ALL] if after is None else [_Part.LATER, _Part.OTHER]
    if order is Order.RECEIVED:
        return [_Part.ALL if after is None else _Part.LATER]
    if after is not None and after.value is None:
        return [_Part.LATER_UNSET]
    rest = _Part.SET if after is None else _Part.LATER
    has_bounds = only.due_from is not None or only.due_before is not None
    return [rest] if order is Order.DUE and has_bounds else [rest, _Part.UNSET]


def _parts_before(order: Order, place: Place) -> list[_Part]:
    """The same ranges from the place back to the beginning of the list."""
    if order is Order.PRIORITY:
        return [_Part.LATER, _Part.OTHER]
    if order is not Order.RECEIVED and place.value is None:
        return [_Part.LATER_UNSET, _Part.SET]
    return [_Part.LATER]


def _sorted(statement: Select[Any], columns: Any, order: Order, backwards: bool = False) -> Select[Any]:
    by = [columns[name] for name in _COLUMNS[order]]
    is_descending = [backwards] * len(by)
    is_descending[0] ^= order is Order.PRIORITY
    return statement.order_by(
        *(each.desc() if down else each for each, down in zip(by, is_descending, strict=True))
    )


# --- few --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Condition:
    """All that the text of a condition on somebody's user tasks depends on."""

    everyone: bool
    has_process: bool
    has_due_from: bool
    has_due_before: bool
    hides_put_off: bool
    is_put_off: bool
    facts: int
    words: int


def held(holders: Sequence[Holder], only: Only) -> tuple[Condition, dict[str, Any]]:
    """What kind of list this is, as one condition on each row, and its values."""
    people, of_a_case = [], []
    for holder in holders:
        if holder.person is not None and holder.case is not None:
            of_a_case.append(f"{holder.person}{_BETWEEN}{holder.case}")
        elif holder.person is not None and holder.owner is None:
            people.append(holder.person)
    values: dict[str, Any] = {
        "sets": sorted({holder.candidates for holder in holders if holder.candidates is not None}),
        "people": people,
        "owners": [holder.owner for holder in holders if holder.owner is not None],
        "of_a_case": of_a_case,
    }
    condition = Condition(
        everyone=any(holder == Holder() for holder in holders),
        has_process=only.process is not None,
        has_due_from=only.due_from is not None,
        has_due_before=only.due_before is not None,
        hides_put_off=only.shown_at is not None,
        is_put_off=only.hidden_at is not None,
        facts=len(only.facts),
        words=len(only.words),
    )
    values |= found_by.values(only)
    values |= {"process": only.process, "due_from": only.due_from, "due_before": only.due_before}
    return condition, values | {"shown_at": only.shown_at, "hidden_at": only.hidden_at}


def where_held(condition: Condition) -> ColumnElement[bool]:
    where = text(tables.USER_TASK_IS_OPEN) & _narrowed_to(condition)
    if condition.everyone:
        return where
    with_case = _table.c.assignee.concat(_BETWEEN).concat(_table.c.case_code)
    return where & or_(
        among(_table.c.candidates, "sets") & _table.c.assignee.is_(None),
        among(_table.c.assignee, "people"),
        among(_table.c.owner, "owners"),
        among(with_case, "of_a_case"),
    )


def of_cases(tx: Tx, cases: Sequence[str], holders: Sequence[Holder], only: Only) -> list[UserTaskRow]:
    """The holders' open user tasks of these cases, in no order."""
    condition, values = held(holders, only)
    rows = tx.rows(_of_cases(condition), {"cases": list(cases), **values})
    return list(map(UserTaskRow._make, rows))


@functools.lru_cache(maxsize=_KEPT)
def _of_cases(condition: Condition) -> Prepared:
    return Prepared(select(*FIELDS).where(among(_table.c.case_code, "cases"), where_held(condition)))


@functools.lru_cache(maxsize=_KEPT)
def _of_names(condition: Condition) -> Prepared:
    return Prepared(select(*FIELDS).where(among(_table.c.name, "names"), where_held(condition)))


def _few(tx: Tx, holders: Sequence[Holder], only: Only) -> list[UserTaskRow] | None:
    """All rows of a list that is known to be short, in no order; None where it may be long."""
    if only.case is not None:
        return of_cases(tx, [only.case], holders, only)
    if not only.facts and not only.words:
        return None
    key = ("few", tuple(holders), only)
    if key not in tx.cache:
        tx.cache[key] = _few_anew(tx, holders, only)
    found: list[UserTaskRow] | None = tx.cache[key]
    return None if found is None else list(found)


def _few_anew(tx: Tx, holders: Sequence[Holder], only: Only) -> list[UserTaskRow] | None:
    nearest = found_by.nearest(tx, only.facts, only.words)
    if nearest is None:
        return None
    rows = of_cases(tx, nearest.cases, holders, only) if nearest.cases else []
    if nearest.names:
        condition, values = held(holders, only)
        named = tx.rows(_of_names(condition), {"names": list(nearest.names), **values})
        rows += map(UserTaskRow._make, named)
    return list({row.id: row for row in rows}.values())


def _sorted_here(
    rows: list[UserTaskRow], order: Order, after: Place | None, backwards: bool
) -> list[UserTaskRow]:
    """A list that was read whole, from the place on."""

    def key(place: Place) -> tuple[Any, ...]:
        if order is Order.PRIORITY:
            return (-place.value, place.created_at, place.id)
        if order is Order.FOLLOW_UP and place.value is None:
            return (True, place.created_at, place.id)
        return (place.value is None, place.value or place.created_at, place.id)

    rows.sort(key=lambda row: key(place_of(row, order)), reverse=backwards)
    if after is not None and backwards:
        return [row for row in rows if key(place_of(row, order)) < key(after)]
    return rows if after is None else [row for row in rows if key(place_of(row, order)) > key(after)]


_OFFERED = Prepared(
    select(_candidate.c.id).where(
        or_(
            (_candidate.c.kind == literal_column("'group'")) & among(_candidate.c.name, "groups"),
            (_candidate.c.kind == literal_column("'person'")) & (_candidate.c.name == bindparam("person")),
            _candidate.c.kind == literal_column("'everyone'"),
        )
    )
)
