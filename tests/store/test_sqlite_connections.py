"""How each connection to SQLite is set up."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowcase.store import Keyring, Store


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # full
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("cache_size", -8000),  # kilobytes
    ],
)
def test_every_connection_is_set_up_alike(
    tmp_path: Path, keyring: Keyring, setting: str, expected: object
) -> None:
    store = Store(str(tmp_path / "flowcase.sqlite"), keyring)

    found = []
    for engine in (store.engine, store.plain):
        with engine.connect() as connection:
            found.append(connection.exec_driver_sql(f"PRAGMA {setting}").scalar())
    store.close()

    assert found == [expected, expected]
