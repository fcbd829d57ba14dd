"""Turning result rows into dataclasses and named tuples by column, and queries that need no database."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Row

_Row = TypeVar("_Row")
_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


def made(cls: type[_Row], row: Any) -> _Row:
    """A dataclass or named tuple whose fields are named like columns of the row."""
    if isinstance(row, Row):
        row = row._mapping
        return cls(**{name: row[name] for name in _names(cls)})
    return cls(*_getter(cls)(row))


def _names(cls: Any) -> tuple[str, ...]:
    return cls._fields if issubclass(cls, tuple) else tuple(cls.__dataclass_fields__)


def _getter(cls: Any) -> Callable[[Any], tuple[Any, ...]]:
    found = _GETTERS.get(cls)
    if found is None:
        names = _names(cls)
        found = operator.attrgetter(*names) if len(names) > 1 else lambda row: (getattr(row, names[0]),)
        _GETTERS[cls] = found
    return found


_GETTERS: dict[type[Any], Callable[[Any], tuple[Any, ...]]] = {}


def made_or_none(cls: type[_Row], row: Any) -> _Row | None:
    return None if row is None else made(cls, row)


def in_memory_too(query: Callable[_Given, _Answer]) -> Callable[_Given, _Answer]:
    """A query that a transaction without a database answers from its own shelves (`store/memory`).

    Such a shelf has a method named after module and query: `case_files.case` is `case_files_case`.
    """
    name = f"{query.__module__.rpartition('.')[2]}_{query.__name__}"

    @functools.wraps(query)
    def ask(*args: _Given.args, **kwargs: _Given.kwargs) -> _Answer:
        tx: Any = args[0]
        if tx.shelves is None:
            return query(*args, **kwargs)
        return getattr(tx.shelves, name)(*args[1:], **kwargs)

    return ask
