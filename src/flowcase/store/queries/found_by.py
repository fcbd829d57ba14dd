"""Narrowing inboxes by facts of the case and by words: as conditions on rows, and what they are found by.

A fact or a word that few cases and few user tasks have is looked up by its own index, and the database sorts
what is found. What many have is found soon in whatever order a list is read. Of several facts the range of
the rarest is walked, and each of its cases looked up among those that have the others: many cases may have
each, and few all. That walk is what remains to be paid where each is had by many and all of them by none:
15 ms on SQLite and 9 ms on PostgreSQL of a million user tasks. With the same rows on SQLite INTERSECT took
half as long again, IN with a subquery two and a half times as long, and skipping ahead in both ranges in turn
four times as long.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
)

from flowcase.store import tables
from flowcase.store.columns import among
from flowcase.store.fact_tables import case_fact
from flowcase.store.prepared import Prepared
from flowcase.store.tx import Tx
from flowcase.store.wire import Question

_FEW_CASES, _FEW_TASKS, MOST_VALUES = 1000, 1000, 200
_MANY_CASES = 3000  # looked at to tell which of several facts is the rarest
_task = tables.user_task
_LAST = "\U0010ffff"


@dataclass(frozen=True)
class Word:
    """A word that stands in a user task's name, its process's, its case's code or a fact of its case."""

    text: str  # in small letters
    names: tuple[str, ...] = ()  # of user tasks, and
    processes: tuple[str, ...] = ()  # of processes, in which it stands
    facts: tuple[str, ...] = ()  # names of the facts that it may begin


@dataclass(frozen=True)
class Found:
    """Everything that is looked for is in these cases or has one of these names, and has what is left."""

    cases: Sequence[str] = ()
    names: Sequence[str] = ()
    facts: tuple[tuple[str, str], ...] = ()  # left to be looked for in each row
    words: tuple[Word, ...] = ()


def where(facts: int, words: int) -> ColumnElement[bool]:
    """The condition on a row of so many facts and so many words."""
    has: Any = exists().where(case_fact.c.case_code == _task.c.case_code)
    found: ColumnElement[bool] = true()
    for place in range(facts):
        is_this = (case_fact.c.name == _text(f"fact_{place}")) & (
            case_fact.c.value == _text(f"value_{place}")
        )
        found &= has.where(is_this)
    for place in range(words):
        begins = (case_fact.c.value >= _text(f"word_{place}")) & (
            case_fact.c.value < _text(f"word_{place}_end")
        )
        code = _task.c.case_code
        found &= or_(
            among(_task.c.name, f"word_{place}_names"),
            among(_task.c.process, f"word_{place}_processes"),
            and_(code >= _text(f"word_{place}_code"), code < _text(f"word_{place}_code_end")),
            has.where(among(case_fact.c.name, f"word_{place}_facts"), begins),
        )
    return found


def values(only: Any) -> dict[str, Any]:
    """What the condition asks for, of an `inboxes.Only`."""
    made: dict[str, Any] = {}
    for place, (name, value) in enumerate(only.facts):
        made |= {f"fact_{place}": name, f"value_{place}": value}
    for place, word in enumerate(only.words):
        start, code = f"word_{place}", word.text.upper()
        made |= {start: word.text, f"{start}_end": word.text + _LAST}
        made |= {f"{start}_code": code, f"{start}_code_end": code + _LAST}
        made |= {f"{start}_names": list(word.names), f"{start}_processes": list(word.processes)}
        made |= {f"{start}_facts": list(word.facts)}
    return made


def find(tx: Tx, facts: tuple[tuple[str, str], ...], words: tuple[Word, ...]) -> Found | None:
    """What holds all that is looked for, by the facts and words that few have; None where many have each."""
    with_facts = _with_all(tx, facts) if facts else None
    begun = [(word, found) for word in words if (found := _of_word(tx, word)) is not None]
    sure = [set(found.cases) for _, found in begun if not found.names]
    if with_facts is not None:
        sure.append(set(with_facts))
    left_facts = facts if with_facts is None else ()
    if sure:
        settled = {word for word, found in begun if not found.names}
        left = tuple(word for word in words if word not in settled)
        return Found(sorted(set.intersection(*sure)), (), left_facts, left)
    if not begun:
        return None
    word, found = min(begun, key=lambda pair: len(pair[1].cases))
    return replace(found, facts=left_facts, words=tuple(each for each in words if each != word))


def _with_all(tx: Tx, facts: Sequence[tuple[str, str]]) -> list[str] | None:
    """The cases that have all of the facts; None where they are many."""
    counting = {fact: (_HOW_MANY, {"name": fact[0], "value": fact[1]}) for fact in facts}
    tx.ask_ahead(*counting.values())
    number = {fact: int(tx.scalar(*question)) for fact, question in counting.items()}
    rarest, *others = sorted(facts, key=number.__getitem__)
    if not others and number[rarest] > _FEW_CASES:
        return None
    given = {"name": rarest[0], "value": rarest[1]}
    for place, (name, value) in enumerate(others):
        given |= {f"fact_{place}": name, f"value_{place}": value}
    rows = tx.rows(_with_facts(len(others), _FEW_CASES + 1), given)
    return [row.case_code for row in rows] if len(rows) <= _FEW_CASES else None


def _of_word(tx: Tx, word: Word) -> Found | None:
    if word.processes:
        return None
    code = word.text.upper()
    begun: list[Question] = [
        (_BEGUN_BY, {"name": fact, "word": word.text, "word_end": word.text + _LAST}) for fact in word.facts
    ]
    asked = [*begun, (_CODES, {"word": code, "word_end": code + _LAST})]
    if word.names:
        asked.append((_NAMED, {"names": list(word.names)}))
    tx.ask_ahead(*asked)
    if word.names and len(tx.rows(*asked.pop())) > _FEW_TASKS:
        return None
    cases: set[str] = set()
    for question in asked:
        cases |= {row.case_code for row in tx.rows(*question)}
        if len(cases) > _FEW_CASES:
            return None
    return Found(sorted(cases), word.names)


def names(tx: Tx) -> list[str]:
    """The names of open user tasks, each once: the index is asked for the next one again and again."""
    return [row.name for row in tx.rows(_names())]


def values_of(tx: Tx, fact: str) -> list[str]:
    """Which values a fact has in cases, up to two hundred, in order."""
    return [row.value for row in tx.rows(_values(), {"name": fact})]


@functools.cache
def _with_facts(others: int, at_most: int) -> Prepared:
    # SQLite would look the others up by key. Beside the range that is walked their cases stand in the same
    # order, and it seeks from where it stands: half the time.
    on_sqlite = _in_all_ranges(others, at_most, " INDEXED BY ix_case_fact_value")
    return Prepared(_in_all_ranges(others, at_most), on={"sqlite": on_sqlite})


def _in_all_ranges(others: int, at_most: int, indexed: str = "") -> Select[Any]:
    first = case_fact.alias("first")
    statement = select(first.c.case_code).where(
        first.c.name == _text("name"), first.c.value == _text("value")
    )
    for place in range(others):
        is_this = (_column(place, "name") == _text(f"fact_{place}")) & (
            _column(place, "value") == _text(f"value_{place}")
        )
        is_here = _column(place, "case_code") == first.c.case_code
        other: Any = select(literal_column("1")).select_from(
            text(f"{case_fact.name} AS other_{place}{indexed}")
        )
        statement = statement.where(exists(other.where(is_this, is_here)))
    return statement.limit(_limit(at_most))


def _column(place: int, name: str) -> ColumnElement[str]:
    return literal_column(f"other_{place}.{name}", _task.c.id.type)


def _text(name: str) -> ColumnElement[str]:
    return bindparam(name, type_=_task.c.id.type)


def _limit(number: int) -> ColumnElement[Any]:
    return literal_column(str(number))


@functools.cache
def _names() -> Prepared:
    is_open = text(tables.USER_TASK_IS_OPEN)
    each = select(func.min(_task.c.name).label("name")).where(is_open).cte("each", recursive=True)
    following = select(func.min(_task.c.name)).where(is_open, _task.c.name > each.c.name).scalar_subquery()
    each = each.union_all(select(following).where(each.c.name.is_not(None)))
    return Prepared(select(each.c.name).where(each.c.name.is_not(None)))


@functools.cache
def _values() -> Prepared:
    of_it = case_fact.c.name == _text("name")
    each = select(func.min(case_fact.c.sorted_by).label("key")).where(of_it).cte("each", recursive=True)
    following = select(func.min(case_fact.c.sorted_by)).where(of_it, case_fact.c.sorted_by > each.c.key)
    each = each.union_all(select(following.scalar_subquery()).where(each.c.key.is_not(None)))
    is_one = of_it & (case_fact.c.sorted_by == each.c.key)
    value = select(func.min(case_fact.c.value)).where(is_one).scalar_subquery()
    limit = _limit(MOST_VALUES)
    return Prepared(select(value.label("value")).where(each.c.key.is_not(None)).limit(limit))


_HOW_MANY = Prepared(
    select(func.count()).select_from(
        select(literal_column("1").label("one"))
        .where(case_fact.c.name == _text("name"), case_fact.c.value == _text("value"))
        .limit(_limit(_MANY_CASES))
        .subquery()
    )
)
_BEGUN_BY = Prepared(
    select(case_fact.c.case_code)
    .where(
        case_fact.c.name == _text("name"),
        case_fact.c.value >= _text("word"),
        case_fact.c.value < _text("word_end"),
    )
    .limit(_limit(_FEW_CASES + 1))
)
_CODES = Prepared(
    select(tables.case_file.c.code.label("case_code"))
    .where(tables.case_file.c.code >= _text("word"), tables.case_file.c.code < _text("word_end"))
    .limit(_limit(_FEW_CASES + 1))
)
_NAMED = Prepared(
    select(_task.c.id)
    .where(text(tables.USER_TASK_IS_OPEN), among(_task.c.name, "names"))
    .limit(_limit(_FEW_TASKS + 1))
)
