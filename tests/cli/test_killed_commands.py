"""Of a command that was killed (SIGKILL) nothing is there, or all of it; the same command then does it."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import alembic.command
import pytest

from flowcase.store import archive, key_places
from tests.cli.conftest import CommandLine
from tests.cli.test_database import at_work, empty_postgresql, other_home, tasks  # noqa: F401 - fixtures
from tests.services.killing import HANGS_SECONDS


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed(act: Callable[[], object], place: Any, name: str, *, behind: int | None = None) -> None:
    """It is done by a process that ends where this function is called, or behind so many calls."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12: a fork beside threads
        child = os.fork()
    if child == 0:
        signal.alarm(HANGS_SECONDS)
        try:
            real, calls = getattr(place, name), iter(range(behind or 0))

            def count_and_die(*given: Any, **named: Any) -> Any:
                if behind is None:
                    die()
                answer = real(*given, **named)
                if next(calls, None) is None:
                    die()
                return answer

            setattr(place, name, count_and_die)
            act()
        finally:
            os._exit(7)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, f"it was not killed: {status}"


def test_a_backup_that_was_killed_has_no_name_and_the_next_one_takes_what_is_left_of_it(
    at_work: CommandLine,  # noqa: F811
    tmp_path: Path,
) -> None:
    file = tmp_path / "night.flowcase"

    killed(lambda: at_work("db", "backup", file), archive, "_say", behind=100)

    assert not file.exists()
    assert len(list(tmp_path.glob("*.part"))) == 1
    at_work("db", "backup", file)
    assert list(tmp_path.glob("*.part")) == []
    restored = other_home(at_work, tmp_path / "elsewhere")
    restored("db", "restore", file)
    assert tasks(restored) == tasks(at_work) != []


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
@pytest.mark.parametrize("way", ["restore", "move"])
def test_what_was_killed_while_it_filled_a_database_filled_nothing(
    at_work: CommandLine,  # noqa: F811
    tmp_path: Path,
    empty_postgresql: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    into: str,
) -> None:
    """Killed when every row has arrived and been compared, and nothing is committed yet."""
    before, source = tasks(at_work), f"sqlite:///{at_work.home / 'flowcase.sqlite'}"
    file = tmp_path / "night.flowcase"
    at_work("db", "backup", file)
    there = other_home(at_work, tmp_path / "elsewhere")
    target = empty_postgresql if into == "postgresql" else f"sqlite:///{there.home / 'flowcase.sqlite'}"
    monkeypatch.setenv("FLOWCASE_DATABASE_URL", target)
    arguments = ["restore", file] if way == "restore" else ["move", source, target]

    killed(lambda: there("db", *arguments), archive, "_contents", behind=0 if way == "restore" else 1)

    assert tasks(there) == []
    filled = there.json("db", *arguments)
    assert filled["tables"]["user_task"] == len(before) > 0
    assert tasks(there) == before
    monkeypatch.delenv("FLOWCASE_DATABASE_URL")
    assert tasks(at_work) == before


@pytest.mark.usefixtures("migrations")
@pytest.mark.parametrize("on", ["sqlite", "postgresql"])
def test_an_upgrade_that_was_killed_in_the_middle_begins_anew(
    tmp_path: Path,
    empty_postgresql: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    on: str,
) -> None:
    new = CommandLine(tmp_path / "new")
    if on == "postgresql":
        monkeypatch.setenv("FLOWCASE_DATABASE_URL", empty_postgresql)

    killed(lambda: new("db", "upgrade"), alembic.command, "upgrade", behind=0)

    key = (new.home / "installation.key").read_text()
    assert new.json("db", "upgrade")["revision"]
    assert (new.home / "installation.key").read_text() == key
    assert tasks(new) == []


def test_a_key_that_was_never_finished_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLOWCASE_DATABASE_URL", raising=False)
    new = CommandLine(tmp_path / "new")

    killed(lambda: new("db", "upgrade"), key_places, "new_key")

    assert not (new.home / "installation.key").exists()
    new("db", "upgrade")
    assert (new.home / "installation.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        key_places.create_key_file(new.home / "installation.key")
    assert [each.name for each in new.home.glob("*.key")] == ["installation.key"]
