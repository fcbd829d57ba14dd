"""Narrowing inboxes by facts of the case and by words: as conditions on rows, and what they are found by.

A fact or a word that few cases and few user tasks have is looked up by its own index, and what is found is
read whole. What many have is found soon in whatever order a list is read. Of several facts that many cases
have each, few may have all: then the range of the rarest is walked, and each of its cases looked up by key.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, literal_column, or_, select, text, true

from flowcase.store import tables
from flowcase.store.columns import among
from flowcase.store.fact_tables import case_fact
from flowcase.store.prepared import Prepared
from flowcase.store.tx import Tx

_FEW_CASES, _FEW_TASKS, MOST_VALUES = 300, 1000, 200
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
class Nearest:
    """Everything that is looked for is in these cases or has one of these names."""

    cases: Sequence[str] = ()
    names: Sequence[str] = ()


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


def nearest(tx: Tx, facts: Sequence[tuple[str, str]], words: Sequence[Word]) -> Nearest | None:
    """What holds all that is looked for, by the fact or word that fewest have; None where many have each."""
    found = [each for each in (_of_fact(tx, *fact) for fact in facts) if each is not None]
    if len(facts) > 1 and not found and (together := _of_facts(tx, facts)) is not None:
        found.append(together)
    found += [each for each in (_of_word(tx, word) for word in words) if each is not None]
    return min(found, key=lambda each: (bool(each.names), len(each.cases)), default=None)


def _of_fact(tx: Tx, name: str, value: str) -> Nearest | None:
    rows = tx.rows(_WITH_FACT, {"name": name, "value": value})
    return Nearest([row.case_code for row in rows]) if len(rows) <= _FEW_CASES else None


def _of_facts(tx: Tx, facts: Sequence[tuple[str, str]]) -> Nearest | None:
    """The cases that have all of them; None where they are many too."""

    def number(fact: tuple[str, str]) -> int:
        return int(tx.scalar(_HOW_MANY, {"name": fact[0], "value": fact[1]}))

    rarest, *others = sorted(facts, key=number)
    given = {"name": rarest[0], "value": rarest[1]}
    for place, (name, value) in enumerate(others):
        given |= {f"fact_{place}": name, f"value_{place}": value}
    rows = tx.rows(_with_facts(len(others), _FEW_CASES + 1), given)
    return Nearest([row.case_code for row in rows]) if len(rows) <= _FEW_CASES else None


def _of_word(tx: Tx, word: Word) -> Nearest | None:
    if word.processes:
        return None
    asked = {"word": word.text, "word_end": word.text + _LAST}
    cases: set[str] = set()
    for fact in word.facts:
        cases |= {row.case_code for row in tx.rows(_BEGUN_BY, {"name": fact, **asked})}
        if len(cases) > _FEW_CASES:
            return None
    code = word.text.upper()
    found = tx.rows(_CODES, {"word": code, "word_end": code + _LAST})
    cases |= {row.code for row in found}
    if len(cases) > _FEW_CASES:
        return None
    if word.names and len(tx.rows(_NAMED, {"names": list(word.names)})) > _FEW_TASKS:
        return None
    return Nearest(sorted(cases), word.names)


def names(tx: Tx) -> list[str]:
    """The names of open user tasks, each once: the index is asked for the next one again and again."""
    return [row.name for row in tx.rows(_names())]


def values_of(tx: Tx, fact: str) -> list[str]:
    """Which values a fact has in cases, up to two hundred, in order."""
    return [row.value for row in tx.rows(_values(), {"name": fact})]


@functools.cache
def _with_facts(others: int, at_most: int) -> Prepared:
    first = case_fact.alias("first")
    statement = select(first.c.case_code).where(
        first.c.name == _text("name"), first.c.value == _text("value")
    )
    for place in range(others):
        other = case_fact.alias(f"other_{place}")
        is_this = (other.c.name == _text(f"fact_{place}")) & (other.c.value == _text(f"value_{place}"))
        statement = statement.where(exists().where(other.c.case_code == first.c.case_code, is_this))
    return Prepared(statement.limit(_limit(at_most)))


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


_WITH_FACT = Prepared(
    select(case_fact.c.case_code)
    .where(case_fact.c.name == _text("name"), case_fact.c.value == _text("value"))
    .limit(_limit(_FEW_CASES + 1))
)
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
    select(tables.case_file.c.code)
    .where(tables.case_file.c.code >= _text("word"), tables.case_file.c.code < _text("word_end"))
    .limit(_limit(_FEW_CASES + 1))
)
_NAMED = Prepared(
    select(_task.c.id)
    .where(text(tables.USER_TASK_IS_OPEN), among(_task.c.name, "names"))
    .limit(_limit(_FEW_TASKS + 1))
)
