"""A copy of what the migrations made once is what they make."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from flowcase.store import Keyring, Store, migrating
from flowcase.store.faults import DatabaseOfOthers


def _made(home: Path) -> Any:
    home.mkdir()
    store = Store(f"sqlite:///{home / 'flowcase.sqlite'}", Keyring(bytes(32)))
    store.upgrade()
    store.close()
    with closing(sqlite3.connect(home / "flowcase.sqlite")) as made:
        return list(made.iterdump()), made.execute("PRAGMA journal_mode").fetchone()


@pytest.mark.parametrize("asks", [True, False])
def test_migrations_run_only_where_a_test_asks_for_them(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    sqlite_template: Path,
    asks: bool,
) -> None:
    if asks:
        request.getfixturevalue("migrations")
    config, ran = migrating._config, []
    monkeypatch.setattr(migrating, "_config", lambda: ran.append(1) or config())

    _made(tmp_path / "home")

    assert bool(ran) == asks


def test_the_copy_is_what_the_migrations_make(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    copied = _made(tmp_path / "copied")
    request.getfixturevalue("migrations")

    assert _made(tmp_path / "migrated") == copied


def test_a_database_that_holds_something_of_others_is_refused_and_never_replaced(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "flowcase.sqlite")) as others:
        others.execute("CREATE TABLE theirs (id INTEGER)")

    store = Store(f"sqlite:///{tmp_path / 'flowcase.sqlite'}", Keyring(bytes(32)))
    with pytest.raises(DatabaseOfOthers):
        store.upgrade()

    assert migrating.revision(store.engine) is None
    store.close()
    with closing(sqlite3.connect(tmp_path / "flowcase.sqlite")) as made:
        assert made.execute("SELECT count(*) FROM theirs").fetchone() == (0,)
