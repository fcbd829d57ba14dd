"""What the machine or the database's server refuses a command is said in a sentence, with what to do."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
import uuid
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from flowcase.cli.output import say_error
from flowcase.store import DatabaseLost, Keyring, Store
from tests.cli.conftest import CommandLine
from tests.conftest import _administer, _named
from tests.ports import free_port


def test_a_home_that_cannot_be_made_is_named(flowcase: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    said = CommandLine(tmp_path / "taken" / "home")("db", "upgrade", expect=1).stderr

    assert said == (
        f"Expected to use {tmp_path}/taken/home, but the machine says: not a directory. Correct the name.\n"
    )


def test_a_backup_into_a_folder_that_is_not_there_is_refused(flowcase: CommandLine, tmp_path: Path) -> None:
    said = flowcase("db", "backup", tmp_path / "nowhere" / "night.flowcase", expect=1).stderr

    assert f"{tmp_path}/nowhere/night.flowcase.part" in said
    assert said.endswith("Make the folder first, or correct the name.\n")


def test_a_backup_that_finds_no_room_leaves_nothing_and_names_the_disk(
    flowcase: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    target = tmp_path / "backups" / "night.flowcase"
    target.parent.mkdir()
    monkeypatch.setattr("flowcase.private_files.os.fsync", full)

    said = flowcase("db", "backup", target, expect=1).stderr

    assert "no space left on device. Make room there, or choose another place." in said
    assert str(target) in said
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "command", "says"),
    [
        ("mysql://host/flowcase", "verify", "it begins with mysql:"),
        ("postgresql://host:port/flowcase", "doctor", "it cannot be read"),
        ("sqlite:///{0}/noted.txt", "verify", "SQLite says: file is not a database"),
        ("sqlite:///{0}/noted.txt", "doctor", "It cannot be opened: file is not a database"),
        ("sqlite:///{0}/nowhere/x.sqlite", "db upgrade", "SQLite says: unable to open database file"),
        ("sqlite:///{0}/theirs.sqlite", "db upgrade", "it has the tables of another program"),
        ("{0}/none.sqlite", "verify", "Bring it up to date with: flowcase db upgrade"),
    ],
)
def test_an_address_that_is_not_of_a_database_of_flowcase_is_told_and_changes_nothing(
    flowcase: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    command: str,
    says: str,
) -> None:
    place = tmp_path / "of others"
    place.mkdir()
    (place / "noted.txt").write_text(
        "Not a database at all, but long enough to have a head to look at. " * 20
    )
    with closing(sqlite3.connect(place / "theirs.sqlite")) as theirs:
        theirs.execute("CREATE TABLE theirs (id INTEGER)")
        theirs.execute("PRAGMA journal_mode = WAL")
    before = {each.name: each.read_bytes() for each in place.iterdir()}
    monkeypatch.setenv("FLOWCASE_DATABASE_URL", address.format(place))

    said = flowcase(*command.split(), expect=1).output

    assert says in said
    assert {each.name: each.read_bytes() for each in place.iterdir()} == before


def test_a_file_that_meets_a_limit_while_much_of_it_waits_to_be_written_is_named(tmp_path: Path) -> None:
    """Writing fails, and closing the file, which tries the rest again, once more."""
    writing = """
import errno, pathlib, resource, sys
from flowcase import private_files
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with private_files.whole(pathlib.Path(sys.argv[1])) as file:
        file.write(bytes(500))
        file.write(bytes(100_000))
except OSError as error:
    print(errno.errorcode[error.errno], error.filename)
"""
    target = tmp_path / "night.flowcase"

    said = subprocess.run([sys.executable, "-c", writing, target], capture_output=True, text=True, check=True)

    assert said.stdout == f"EFBIG {target}.part\n"
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_the_program_is_no_refusal_of_the_machine(
    flowcase: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: int) -> None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    monkeypatch.setattr("flowcase.private_files.os.fsync", gone)

    with pytest.raises(OSError, match="Bad file descriptor"):
        flowcase("db", "backup", tmp_path / "night.flowcase")


def test_a_role_that_may_not_make_tables_is_told_whose_address_it_takes(
    flowcase: CommandLine, postgresql_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"strange_{uuid.uuid4().hex[:12]}"
    _administer(postgresql_server, f"CREATE DATABASE {name}")
    _administer(postgresql_server, f"CREATE ROLE {name} LOGIN")
    stranger = make_url(_named(postgresql_server, name)).set(username=name)
    monkeypatch.setenv("FLOWCASE_DATABASE_URL", stranger.render_as_string(hide_password=False))

    try:
        said = flowcase("db", "upgrade", expect=1).stderr
    finally:
        _administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")
        _administer(postgresql_server, f"DROP ROLE {name}")

    assert "PostgreSQL says: permission denied for schema public." in said
    assert "flowcase db rights ROLE --apply" in said


def test_why_no_connection_can_be_made_is_said_at_the_terminal_and_nowhere_else(
    keyring: Keyring, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(f"postgresql://flowcase@127.0.0.1:{free_port()}/flowcase?connect_timeout=5", keyring)

    with pytest.raises(DatabaseLost) as lost:
        store.revision()
    store.close()
    say_error(lost.value)

    assert "refused" not in str(lost.value)
    assert "refused" in capsys.readouterr().err
