"""A long history verifies, with its rate; each of six ways to tamper with it is named (`make million`)."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM
from flowcase.access.events import CaseRead
from flowcase.config import Config

EVENTS = int(os.environ.get("FLOWCASE_VERIFIED_EVENTS", "20000"))
IN_AN_ENTRY, STREAMS_AT_ONCE = 20, 50
AT = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def long_history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An installation with so many events, written as every event is: chained, compressed and sealed.

    Returns its folder, and a copy of its database from before the last tenth, with what is kept outside.
    """
    home = tmp_path_factory.mktemp("long") / "home"
    config = Config(home=home, is_demonstration=True, is_durable=False, checkpoint_folder=home / "outside")
    bootstrap.upgrade(config)
    flow = bootstrap.open(config)
    rounds = EVENTS // (IN_AN_ENTRY * STREAMS_AT_ONCE)
    older = home.parent / "older.sqlite"
    for number in range(rounds):
        with flow.store.begin(SYSTEM, AT + dt.timedelta(minutes=number)) as tx:
            for stream in range(STREAMS_AT_ONCE):
                # One stream has half of everything, as a case of many years; the others are many.
                code = "M-0000" if stream < STREAMS_AT_ONCE // 2 else f"M-{number % 200:04}-{stream}"
                for _ in range(IN_AN_ENTRY):
                    tx.append(f"case:{code}", CaseRead(case=code, page="case"))
        if number == rounds * 9 // 10:
            flow.checkpoints.make()
            flow.store.engine.dispose()
            _whole(home / "flowcase.sqlite")
            shutil.copy(home / "flowcase.sqlite", older)
    flow.checkpoints.make()
    flow.close()
    _whole(home / "flowcase.sqlite")
    return home, older


def _whole(path: Path) -> None:
    """Everything in the one file."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def _verify(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FLOWCASE_CHECKPOINT_FOLDER": str(home / "outside")}
    return subprocess.run(
        [sys.executable, "-m", "flowcase", "--home", str(home), "verify", *options],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


def test_a_long_history_is_whole_and_the_rate_is_printed(long_history: tuple[Path, Path]) -> None:
    home, _ = long_history

    result = _verify(home)
    counted = json.loads(_verify(home, "--json").stdout)

    assert result.returncode == 0, result.stdout
    assert counted["events"] >= EVENTS
    assert "whole" in result.stdout and "a second" in result.stdout
    print(f"\n{result.stdout.strip()}")


_MIDDLE = "(SELECT seq FROM history WHERE stream = 'case:M-0000' ORDER BY seq LIMIT 1 OFFSET 7)"
_COLUMNS = "size, at, actor, kind, instance, element, sealed_payload, prev_hash, hash"


def _alter(database: sqlite3.Connection) -> str:
    [(seq,)] = database.execute(f"SELECT {_MIDDLE}")
    database.execute(
        "UPDATE history SET sealed_payload = flip(sealed_payload) WHERE stream = 'case:M-0000' AND seq = ?",
        (seq,),
    )
    return f"Stream case:M-0000: event {seq} is altered"


def _delete(database: sqlite3.Connection) -> str:
    [(seq,)] = database.execute(f"SELECT {_MIDDLE}")
    database.execute("DELETE FROM history WHERE stream = 'case:M-0000' AND seq = ?", (seq,))
    return f"Stream case:M-0000: event {seq} is missing"


def _insert(database: sqlite3.Connection) -> str:
    [(seq,)] = database.execute(f"SELECT {_MIDDLE}")
    database.execute(
        f"INSERT INTO history (stream, seq, {_COLUMNS}) SELECT stream, seq + 1, {_COLUMNS} FROM history "
        "WHERE stream = 'case:M-0000' AND seq = ?",
        (seq,),
    )
    return f"Stream case:M-0000: event {seq + 1} is added"


def _swap(database: sqlite3.Connection) -> str:
    [(seq,)] = database.execute(f"SELECT {_MIDDLE}")
    [(later,)] = database.execute(f"SELECT {_MIDDLE.replace('OFFSET 7', 'OFFSET 8')}")
    for old, new in ((seq, -1), (later, seq), (-1, later)):
        database.execute("UPDATE history SET seq = ? WHERE stream = 'case:M-0000' AND seq = ?", (new, old))
    return f"Stream case:M-0000: event {seq} is altered"


def _truncate(database: sqlite3.Connection) -> str:
    """The end is cut off, and the stream made to forget that it was there: only a checkpoint remembers."""
    [(seq, before)] = database.execute(
        "SELECT seq, prev_hash FROM history WHERE stream = 'case:M-0000' ORDER BY seq DESC LIMIT 1"
    )
    database.execute("DELETE FROM history WHERE stream = 'case:M-0000' AND seq = ?", (seq,))
    database.execute("UPDATE stream SET length = ?, head = ? WHERE id = 'case:M-0000'", (seq - 1, before))
    return "case:M-0000 has lost events"


@pytest.mark.parametrize(
    "tamper",
    [_alter, _delete, _insert, _swap, _truncate],
    ids=["altered", "deleted", "inserted", "swapped", "truncated"],
)
def test_what_was_done_to_it_is_named_with_its_place(
    long_history: tuple[Path, Path], tmp_path: Path, tamper: Callable[[sqlite3.Connection], str]
) -> None:
    home = shutil.copytree(long_history[0], tmp_path / "home")
    with sqlite3.connect(home / "flowcase.sqlite") as database:
        database.create_function("flip", 1, lambda content: bytes([content[0] ^ 1]) + content[1:])
        for act in ("update", "delete"):
            database.execute(f"DROP TRIGGER history_refuses_{act}")
        said = tamper(database)
    database.close()

    result = _verify(home)

    assert result.returncode == 1
    assert said in result.stdout


def test_an_old_database_is_noticed_by_the_checkpoints_kept_outside(
    long_history: tuple[Path, Path], tmp_path: Path
) -> None:
    home, older = long_history
    put_back = shutil.copytree(home, tmp_path / "home")
    shutil.copy(older, put_back / "flowcase.sqlite")

    result = _verify(put_back)

    assert result.returncode == 1
    assert "older than its last checkpoint" in result.stdout
