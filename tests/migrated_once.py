"""A fresh installation on SQLite begins with a copy of what the migrations made of an empty database once.

Fifty migrations take half a second, and hundreds of tests begin with a home of their own. Where the
migrations themselves are what is tested, a test asks for `migrations` and has them run.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

import pytest

from flowcase.store import Store

_upgrade = Store.upgrade


@pytest.fixture(scope="session", autouse=True)
def migrated_once(request: pytest.FixtureRequest) -> Iterator[None]:
    def upgrade(store: Store, *, alone: bool = False) -> None:
        if store.is_sqlite and _is_empty(store):
            _copy(f"file:{request.getfixturevalue('sqlite_template')}?mode=ro", store)
        _upgrade(store, alone=alone)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "upgrade", upgrade)
        yield


@pytest.fixture
def migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every migration runs where a test makes a database."""
    monkeypatch.setattr(Store, "upgrade", _upgrade)


def _is_empty(store: Store) -> bool:
    with contextlib.closing(store.engine.raw_connection()) as connection:
        return connection.driver_connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None


def _copy(template: str, store: Store) -> None:
    with (
        contextlib.closing(sqlite3.connect(template, uri=True)) as source,
        contextlib.closing(store.engine.raw_connection()) as connection,
    ):
        source.backup(connection.driver_connection)
