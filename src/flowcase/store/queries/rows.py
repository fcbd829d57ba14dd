"""Turning result rows into frozen dataclasses by column name."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, TypeVar

from sqlalchemy import Row

_Row = TypeVar("_Row")


def made(cls: type[_Row], row: Row[Any]) -> _Row:
    """A dataclass whose fields are named like columns of the row."""
    mapping = row._mapping
    return cls(**{name: mapping[name] for name in _names(cls)})


def made_or_none(cls: type[_Row], row: Row[Any] | None) -> _Row | None:
    return None if row is None else made(cls, row)


@functools.cache
def _names(cls: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))
