"""Statements compiled once for all databases of a kind that tests open.

Each test opens a database of its own, and an engine that knows no statement yet compiles each anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

_make = Engine.__init__


class _OfAKind(LRUCache[Any, Any]):
    """By what SQLAlchemy keeps a statement by, but of the dialect's object only what differs among ours."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_known_by(*key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_known_by(*key), value)


def _known_by(dialect: Any, *statement: Any) -> tuple[Any, ...]:
    return type(dialect), dialect._json_deserializer, *statement


_KEPT = _OfAKind(5000)


@pytest.fixture(scope="session", autouse=True)
def statements_once() -> Iterator[None]:
    def make(engine: Engine, *arguments: Any, **options: Any) -> None:
        _make(engine, *arguments, **options)
        if engine._compiled_cache is not None:
            engine._compiled_cache = _KEPT

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "__init__", make)
        yield
