"""What the command line writes is for its owner alone, whatever the mask allows; `flowcase doctor` looks."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from flowcase import private_files
from flowcase.services.sending.mail_sending import MailFolder
from flowcase.store import archive
from tests.cli.conftest import CommandLine


@pytest.fixture(autouse=True)
def no_mask() -> Iterator[None]:
    """A shell that would let everybody write what a command makes."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def flowcase(tmp_path: Path) -> CommandLine:
    """An installation that was just made."""
    made = CommandLine(tmp_path / "home")
    made("db", "upgrade")
    return made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("migrations")
def test_an_installation_and_what_lies_beside_its_database_are_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOWCASE_CHECKPOINT_FOLDER", str(tmp_path / "outside"))
    flowcase = CommandLine(tmp_path / "srv" / "home")

    flowcase("db", "upgrade")
    flowcase("checkpoint")

    assert mode(flowcase.home) == mode(tmp_path / "outside") == 0o700
    found = [*flowcase.home.iterdir(), *(tmp_path / "outside").iterdir()]
    assert {each.name for each in found} >= {"flowcase.sqlite", "installation.key", "checkpoints.jsonl"}
    assert {each.name: mode(each) for each in found} == {each.name: 0o600 for each in found}


def test_the_log_and_index_of_an_open_database_are_private(flowcase: CommandLine, opened: Any) -> None:
    opened()

    beside = sorted(flowcase.home.glob("flowcase.sqlite-*"))

    assert [(each.name, mode(each)) for each in beside] == [
        ("flowcase.sqlite-shm", 0o600),
        ("flowcase.sqlite-wal", 0o600),
    ]


def test_a_backup_is_private_from_its_first_byte_also_where_one_that_was_killed_left_its_file(
    flowcase: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, part = tmp_path / "backup.flowcase", tmp_path / "backup.flowcase.part"
    part.touch()
    seen: list[int] = []
    write = archive.write

    def looked_at(store: Any, out: BinaryIO, **options: Any) -> Any:
        seen.append(mode(part))
        return write(store, out, **options)

    monkeypatch.setattr(archive, "write", looked_at)
    with part.open("rb") as of_somebody_else:
        flowcase("db", "backup", target)
        assert of_somebody_else.read() == b""

    assert (mode(target), seen, part.exists()) == (0o600, [0o600], False)


def test_an_export_is_private(flowcase: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "events.jsonl"

    flowcase("export", "--format", "jsonl", "--output", target)

    assert mode(target) == 0o600


def test_mails_that_are_kept_are_private(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Message-ID"] = "<1@flowcase.example>"

    MailFolder(tmp_path / "mail")(mail)

    [kept] = (tmp_path / "mail").iterdir()
    assert (mode(tmp_path / "mail"), mode(kept)) == (0o700, 0o600)


def test_a_file_that_was_begun_and_not_finished_has_no_name(tmp_path: Path) -> None:
    target = tmp_path / "report.html"

    with pytest.raises(OSError, match="full"), private_files.whole(target) as file:
        file.write(b"half")
        raise OSError("full")

    assert list(tmp_path.iterdir()) == []


def test_what_two_commands_write_under_one_name_is_whole_or_refused(tmp_path: Path) -> None:
    target = tmp_path / "night.flowcase"

    with private_files.whole(target) as file:
        file.write(b"the first one's")
        with (
            pytest.raises(OSError, match="another command is writing it"),
            private_files.whole(target) as other,
        ):
            other.write(b"never")

    assert target.read_bytes() == b"the first one's"
    assert list(tmp_path.iterdir()) == [target]


def of_files(flowcase: CommandLine) -> list[tuple[str, str]]:
    return [
        (each["level"], each["message"])
        for each in flowcase.json("doctor", expect=1)
        if each["what"] == "files"
    ]


def test_the_doctor_names_what_others_can_read_and_how_to_close_it(flowcase: CommandLine) -> None:
    flowcase.home.chmod(0o755)
    (flowcase.home / "flowcase.sqlite").chmod(0o644)
    (flowcase.home / "mail").mkdir(mode=0o700)
    (flowcase.home / "mail" / "1.eml").touch()

    [(level, message)] = of_files(flowcase)

    assert level == "warning"
    assert f"{flowcase.home}, {flowcase.home / 'flowcase.sqlite'}" in message
    assert "1.eml" not in message  # nobody else gets into its folder


def test_the_doctor_finds_a_database_elsewhere(
    flowcase: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flowcase.home.chmod(0o700)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    database = (flowcase.home / "flowcase.sqlite").rename(elsewhere / "cases.sqlite")
    database.chmod(0o640)
    monkeypatch.setenv("FLOWCASE_DATABASE_URL", f"sqlite:///{database}")

    [(_, message)] = of_files(flowcase)

    assert str(database) in message and str(flowcase.home) not in message


def test_a_folder_that_lets_nobody_in_is_no_finding(flowcase: CommandLine) -> None:
    flowcase.home.chmod(0o700)
    (flowcase.home / "flowcase.sqlite").chmod(0o644)

    [(level, _)] = of_files(flowcase)

    assert level == "ok"
