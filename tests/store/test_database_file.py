"""The file of a SQLite database is moved, deleted or replaced while a process has it open."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select

from flowcase.access.actor import SYSTEM
from flowcase.clock import ManualClock
from flowcase.events import SettingChanged
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, DatabaseLost, DatabaseMissing, Keyring, Store, database_file, tables
from flowcase.store.prepared import Prepared
from tests.conftest import NOW
from tests.store.test_settled import knowing, value

_setting = tables.setting
_ASKED = Prepared(select(_setting.c.value).where(_setting.c.key == bindparam("key")))


@pytest.fixture
def path(tmp_path: Path, sqlite_template: Path) -> Path:
    return Path(shutil.copy(sqlite_template, tmp_path / "flowcase.sqlite"))


@pytest.fixture
def store(path: Path, keyring: Keyring) -> Iterator[Store]:
    store = Store(f"sqlite:///{path}", keyring)
    store.prepare(NOW)
    yield store
    store.close()


@pytest.fixture
def older(path: Path, store: Store, tmp_path: Path) -> Path:
    """A backup of the database, in which `a` is "older"; in the database it is "newer"."""
    change(store, "older")
    file = tmp_path / "older.sqlite"
    copied(path, file)
    change(store, "newer")
    return file


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each of the files that was looked up by its name; a folder counts as settled after two ticks."""
    found: list[str] = []
    real = database_file._identity

    def identity(path: str) -> tuple[int, int] | None:
        found.append(path)
        return real(path)

    monkeypatch.setattr(database_file, "_identity", identity)
    monkeypatch.setattr(database_file, "SETTLED", 20 * 10**6)
    return found


def settle() -> None:
    """Until the clock of the file system has gone on."""
    time.sleep(0.05)


def copied(path: Path, to: Path) -> None:
    source, target = sqlite3.connect(path), sqlite3.connect(to)
    source.backup(target)
    source.close()
    target.close()


def change(store: Store, value: str) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.append(INSTALLATION, SettingChanged(key="a", value=value))


def asked(store: Store) -> object:
    with store.reading(NOW) as tx:
        return tx.scalar(_ASKED, {"key": "a"})


def found_in(file: Path) -> str:
    """By a connection that knows nothing of the others."""
    connection = sqlite3.connect(file)
    [[found]] = connection.execute("SELECT value FROM setting WHERE key = 'a'")
    connection.close()
    return str(found).strip('"')


def moved_over_it(older: Path, path: Path) -> None:
    older.replace(path)


def copied_after_it_was_deleted(older: Path, path: Path) -> None:
    path.unlink()
    shutil.copy(older, path)


def copied_after_all_was_deleted(older: Path, path: Path) -> None:
    for each in path.parent.glob("flowcase.sqlite*"):
        each.unlink()
    shutil.copy(older, path)


WAYS = (moved_over_it, copied_after_it_was_deleted, copied_after_all_was_deleted)


@pytest.mark.parametrize("way", WAYS)
def test_who_goes_on_with_an_older_file_in_its_place_reads_and_writes_that_one(
    store: Store, path: Path, older: Path, way: Callable[[Path, Path], None]
) -> None:
    with store.reading(NOW) as tx:
        before = value(knowing(tx))

    way(older, path)
    with store.reading(NOW) as tx:
        after = value(tx)
    assert asked(store) == "older"
    change(store, "written on")

    assert (before, after) == ("newer", "older")
    assert asked(store) == "written on"
    assert found_in(path) == "written on"


@pytest.mark.parametrize("way", WAYS)
def test_what_was_settled_in_the_one_before_is_not_told_of_it(
    store: Store, path: Path, older: Path, way: Callable[[Path, Path], None]
) -> None:
    with store.reading(NOW) as tx:
        value(knowing(tx))
    written = store.settled.written

    way(older, path)
    with store.reading(NOW) as tx:
        after = value(knowing(tx))

    assert after == "older"
    assert store.settled.written is not written


def test_the_log_of_the_replaced_file_is_put_aside_with_its_number(
    store: Store, path: Path, older: Path, tmp_path: Path
) -> None:
    """What is in it would otherwise be read as if it belonged to the new file."""
    number, kept = path.stat().st_ino, tmp_path / "kept.sqlite"
    path.rename(kept)
    older.rename(path)

    assert asked(store) == "older"

    log = tmp_path / f"flowcase.sqlite-wal.of-{number}"
    log.rename(tmp_path / "kept.sqlite-wal")
    assert found_in(kept) == "newer"


def test_every_process_that_has_it_open_finds_the_new_one(
    store: Store, path: Path, older: Path, keyring: Keyring
) -> None:
    """The second that notices leaves the log of the new file, which the first one has begun, alone."""
    other = Store(f"sqlite:///{path}", keyring)
    assert asked(other) == "newer"

    older.replace(path)
    change(store, "by one")
    seen = asked(other)
    change(other, "by the other")

    assert (seen, asked(store)) == ("by one", "by the other")
    assert found_in(path) == "by the other"
    other.close()


def test_whoever_was_in_the_middle_of_a_transaction_does_it_again_in_the_new_one(
    store: Store, path: Path, older: Path
) -> None:
    tries = []

    def work(tx: object) -> None:
        tries.append(asked_in(tx))
        tx.append(INSTALLATION, SettingChanged(key="a", value="done"))  # type: ignore[attr-defined]
        if len(tries) == 1:
            older.replace(path)

    Transactions(store, ManualClock(NOW)).run(SYSTEM, work)

    assert tries == ["newer", "older"]
    assert found_in(path) == "done"


def asked_in(tx: object) -> object:
    return tx.scalar(_ASKED, {"key": "a"})  # type: ignore[attr-defined]


def test_a_commit_to_a_file_without_a_name_is_refused(store: Store, path: Path, older: Path) -> None:
    with pytest.raises(DatabaseLost), store.begin(SYSTEM, NOW) as tx:
        tx.append(INSTALLATION, SettingChanged(key="a", value="lost"))
        older.replace(path)

    assert asked(store) == "older"


def test_a_file_that_is_gone_is_named_and_no_empty_one_is_made(
    store: Store, path: Path, tmp_path: Path
) -> None:
    change(store, "kept")
    elsewhere = tmp_path / "elsewhere.sqlite"

    path.rename(elsewhere)
    for act in (asked, lambda store: change(store, "lost")):
        with pytest.raises(DatabaseMissing, match=str(path)):
            act(store)
    store.engine.dispose()
    with pytest.raises(DatabaseMissing, match=str(path)):
        asked(store)

    assert not path.exists()
    elsewhere.rename(path)
    assert asked(store) == "kept"
    change(store, "further")
    assert found_in(path) == "further"


def test_a_commit_while_the_file_is_gone_is_refused(store: Store, path: Path) -> None:
    with pytest.raises(DatabaseMissing, match=str(path)), store.begin(SYSTEM, NOW) as tx:
        tx.append(INSTALLATION, SettingChanged(key="a", value="lost"))
        path.unlink()


@pytest.mark.parametrize("names", [("-wal",), ("-shm",), ("-wal", "-shm")])
def test_nothing_is_lost_with_a_log_that_somebody_deletes(
    store: Store, path: Path, names: tuple[str, ...]
) -> None:
    """What was committed last is nowhere but in the log."""
    change(store, "in the log")

    for name in names:
        Path(f"{path}{name}").unlink()
    seen = asked(store)
    change(store, "after it")

    assert (seen, asked(store)) == ("in the log", "after it")
    assert found_in(path) == "after it"


def test_who_notices_second_that_a_log_was_deleted_goes_on_with_the_new_one(
    store: Store, path: Path, keyring: Keyring
) -> None:
    other = Store(f"sqlite:///{path}", keyring)
    change(store, "in the log")
    assert asked(other) == "in the log"

    Path(f"{path}-wal").unlink()
    change(store, "one")
    seen = asked(other)
    change(other, "two")

    assert (seen, asked(store), found_in(path)) == ("one", "two", "two")
    other.close()


def test_many_threads_at_work_lose_nothing_that_was_told_as_done_in_the_new_file(
    store: Store, path: Path, older: Path
) -> None:
    transactions, swapped = Transactions(store, ManualClock(NOW)), threading.Event()
    done: list[str] = []

    def work(nr: int) -> None:
        behind = 0
        for count in itertools.count():
            key, began_after = f"{nr}-{count}", swapped.is_set()
            transactions.run(SYSTEM, lambda tx, key=key: tx.append(INSTALLATION, _noted(key)))
            transactions.read(lambda tx: tx.scalar(_ASKED, {"key": "a"}))
            if began_after:
                done.append(key)
                behind += 1
            if behind >= 30:
                return

    threads = [threading.Thread(target=work, args=(nr,)) for nr in range(4)]
    for each in threads:
        each.start()
    while not found_any(path, "1-10"):
        pass
    os.replace(older, path)
    swapped.set()
    for each in threads:
        each.join()

    with store.reading(NOW) as tx:
        kept = {row.key for row in tx.rows(select(_setting.c.key))}
    assert len(done) == 4 * 30
    assert set(done) <= kept
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def _noted(key: str) -> SettingChanged:
    return SettingChanged(key=key, value="done")


def found_any(path: Path, key: str) -> bool:
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT 1 FROM setting WHERE key = ?", [key]).fetchone()
    connection.close()
    return found is not None


def test_in_a_folder_that_stays_as_it_is_no_file_is_looked_up(store: Store, looked_up: list[str]) -> None:
    settle()
    change(store, "one")
    looked_up.clear()

    change(store, "two")

    assert looked_up == []
    assert asked(store) == "two"


def test_a_file_moved_into_such_a_folder_is_noticed(
    store: Store, path: Path, older: Path, looked_up: list[str]
) -> None:
    settle()
    change(store, "newest")
    looked_up.clear()
    change(store, "newest of all")
    assert looked_up == []
    settle()

    os.replace(older, path)

    assert asked(store) == "older"
    change(store, "after")
    assert asked(store) == "after"


def test_a_folder_that_was_changed_just_now_is_not_relied_on(
    store: Store, path: Path, looked_up: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_file, "SETTLED", 3600 * 10**9)
    change(store, "one")
    looked_up.clear()

    change(store, "two")

    assert str(path) in looked_up


def test_a_database_behind_a_link_is_looked_up_each_time(
    path: Path, keyring: Keyring, tmp_path: Path, looked_up: list[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = elsewhere / "linked.sqlite"
    link.symlink_to(path)
    store = Store(f"sqlite:///{link}", keyring)
    store.prepare(NOW)
    settle()
    change(store, "one")
    looked_up.clear()

    change(store, "two")

    assert str(link) in looked_up
    assert found_in(path) == "two"
    store.close()


def test_a_link_that_leads_to_another_file_from_now_on_is_noticed(
    path: Path, keyring: Keyring, older: Path, tmp_path: Path
) -> None:
    link = tmp_path / "linked.sqlite"
    link.symlink_to(path)
    store = Store(f"sqlite:///{link}", keyring)
    store.prepare(NOW)
    assert asked(store) == "newer"

    other = tmp_path / "other-link.sqlite"
    other.symlink_to(older)
    other.replace(link)

    assert asked(store) == "older"
    change(store, "after")
    assert (found_in(older), found_in(path)) == ("after", "newer")
    store.close()
