"""Turning result rows into frozen dataclasses by column name."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Row

_Row = TypeVar("_Row")


def made(cls: type[_Row], row: Any) -> _Row:
    """A dataclass whose fields are named like columns of the row."""
    names = cls.__dataclass_fields__  # type: ignore[attr-defined]
    if isinstance(row, Row):
        mapping = row._mapping
        return cls(**{name: mapping[name] for name in names})
    return cls(*[getattr(row, name) for name in names])


def made_or_none(cls: type[_Row], row: Any) -> _Row | None:
    return None if row is None else made(cls, row)
