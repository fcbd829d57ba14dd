"""Turning result rows into frozen dataclasses and named tuples by column name."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Row

_Row = TypeVar("_Row")


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
