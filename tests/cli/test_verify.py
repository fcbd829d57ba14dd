"""What an auditor runs: whatever was done to the history behind flowcase's back is named, and ends with 1."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cases.events import IntakeRefused
from flowcase.history.chain import event_hash
from flowcase.store import tables
from tests.cli.conftest import CommandLine
from tests.cli.test_commands import NOW
from tests.proofs.fictional_families import json_line, notification


def take_in(flowcase: CommandLine, folder: Path, *numbers: int) -> None:
    file = folder / f"intake-{numbers[0]}.jsonl"
    file.write_text("\n".join(json_line(notification(n, now=NOW)) for n in numbers), "utf-8")
    flowcase("intake", file)


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "outside"
    monkeypatch.setenv("FLOWCASE_CHECKPOINT_FOLDER", str(folder))
    return folder / "checkpoints.jsonl"


@pytest.fixture
def signed(flowcase: CommandLine, tmp_path: Path, outside: Path) -> CommandLine:
    """Two notifications, signed; then one more, signed again."""
    take_in(flowcase, tmp_path, 1, 2)
    assert flowcase.json("checkpoint")["number"] == 1
    take_in(flowcase, tmp_path, 3)
    assert flowcase.json("checkpoint")["number"] == 2
    return flowcase


def tamper(flowcase: CommandLine, *statements: str) -> None:
    with sqlite3.connect(flowcase.home / "flowcase.sqlite") as database:
        database.create_function("flip", 1, lambda content: bytes([content[0] ^ 1]) + content[1:])
        for table in ("history", "checkpoint"):
            for act in ("update", "delete"):
                database.execute(f"DROP TRIGGER {table}_refuses_{act}")
        for statement in statements:
            database.execute(statement)
    database.close()


COLUMNS = "size, at, actor, kind, instance, element, sealed_payload, prev_hash, hash"
STREAM = "(SELECT stream FROM history WHERE stream LIKE 'case:%' ORDER BY stream LIMIT 1)"
LAST = f"(SELECT max(seq) FROM history WHERE stream = {STREAM})"
ATTACKS: dict[str, tuple[tuple[str, ...], str]] = {
    "a byte of an event": (
        (f"UPDATE history SET sealed_payload = flip(sealed_payload) WHERE stream = {STREAM} AND seq = 1",),
        "event 1 is altered",
    ),
    "an event that is no bytes any more": (
        (f"UPDATE history SET sealed_payload = CAST(sealed_payload AS TEXT) WHERE stream = {STREAM}",),
        "no event that can be read",
    ),
    "an event deleted": ((f"DELETE FROM history WHERE stream = {STREAM} AND seq = 1",), "event 1 is missing"),
    "an event inserted": (
        (
            f"INSERT INTO history (stream, seq, {COLUMNS}) SELECT stream, seq + 1000, {COLUMNS} FROM history "
            f"WHERE stream = {STREAM} AND seq = 1",
        ),
        "is missing",
    ),
    "the end cut off, and the stream made to forget it": (
        (
            f"CREATE TEMP TABLE cut AS SELECT {STREAM} AS s, {LAST} AS n",
            "UPDATE stream SET length = (SELECT n - 1 FROM cut), "
            "head = (SELECT h.prev_hash FROM history h, cut WHERE h.stream = s AND h.seq = n) "
            "WHERE id = (SELECT s FROM cut)",
            "DELETE FROM history WHERE stream = (SELECT s FROM cut) AND seq = (SELECT n FROM cut)",
        ),
        "has lost events",
    ),
    "a whole stream gone": (
        ("PRAGMA foreign_keys = OFF", f"DELETE FROM history WHERE stream = {STREAM}"),
        "is missing",
    ),
    "a checkpoint altered": (("UPDATE checkpoint SET content = x'00' WHERE number = 1",), "not readable"),
    "a checkpoint deleted": (("DELETE FROM checkpoint WHERE number = 1",), "older than its last checkpoint"),
}


def test_an_untouched_history_verifies_and_tells_its_rate(signed: CommandLine) -> None:
    told = signed("verify").stdout

    assert "whole" in told
    assert "a second" in told


@pytest.mark.parametrize(("statements", "said"), ATTACKS.values(), ids=ATTACKS.keys())
def test_what_was_done_is_named(signed: CommandLine, statements: tuple[str, ...], said: str) -> None:
    tamper(signed, *statements)

    result = signed("verify", expect=1)

    assert said in result.output


def test_an_event_younger_than_the_newest_checkpoint_rewritten_with_its_hashes_is_named(
    signed: CommandLine, tmp_path: Path, opened: Callable[[], Flowcase]
) -> None:
    take_in(signed, tmp_path, 4)
    flow = opened()
    with flow.store.reading(NOW) as tx:
        last = tx.first(select(tables.history).order_by(tables.history.c.at.desc(), tables.history.c.stream))
    columns = {**last._mapping, "actor": "mallory"}
    before, _ = columns.pop("prev_hash"), columns.pop("hash")
    head = event_hash(before, **columns)
    place = f"stream = '{last.stream}' AND seq = {last.seq}"

    tamper(
        signed,
        f"UPDATE history SET actor = 'mallory', hash = x'{head.hex()}' WHERE {place}",
        f"UPDATE stream SET head = x'{head.hex()}' WHERE id = '{last.stream}'",
    )

    said = signed("verify", expect=1).output
    assert f"Stream {last.stream}: event {last.seq} is rewritten by somebody without the stream's key" in said


def test_a_key_of_a_stream_that_was_altered_is_named(signed: CommandLine) -> None:
    tamper(signed, f"UPDATE stream SET wrapped_key = flip(wrapped_key) WHERE id = {STREAM}")

    assert "event 1 is sealed under a key that no installation key opens" in signed("verify", expect=1).output


def test_an_older_database_is_noticed_by_the_checkpoints_kept_outside(
    flowcase: CommandLine, tmp_path: Path, outside: Path
) -> None:
    take_in(flowcase, tmp_path, 1)
    flowcase("checkpoint")
    with sqlite3.connect(flowcase.home / "flowcase.sqlite") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    shutil.copy(flowcase.home / "flowcase.sqlite", tmp_path / "yesterday.sqlite")
    take_in(flowcase, tmp_path, 2)
    flowcase("checkpoint")
    for leftover in flowcase.home.glob("flowcase.sqlite*"):
        leftover.unlink()

    shutil.copy(tmp_path / "yesterday.sqlite", flowcase.home / "flowcase.sqlite")

    assert "put back from a copy" in flowcase("verify", expect=1).output
    assert "put back from a copy" in flowcase("verify", "--against", outside, expect=1).output


def test_an_older_database_is_noticed_by_a_receipt_that_was_mailed(
    flowcase: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOWCASE_CHECKPOINT_MAIL", "arkiv@revision.dk")
    monkeypatch.setenv("FLOWCASE_MAIL_FOLDER", str(tmp_path / "archive"))
    take_in(flowcase, tmp_path, 1)
    flowcase("checkpoint")
    with sqlite3.connect(flowcase.home / "flowcase.sqlite") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    shutil.copy(flowcase.home / "flowcase.sqlite", tmp_path / "yesterday.sqlite")
    take_in(flowcase, tmp_path, 2)
    flowcase("checkpoint")
    flowcase("worker", "--once")
    whole = flowcase("verify", "--checkpoints", tmp_path / "archive").output
    for leftover in flowcase.home.glob("flowcase.sqlite*"):
        leftover.unlink()

    shutil.copy(tmp_path / "yesterday.sqlite", flowcase.home / "flowcase.sqlite")

    [mail] = [each for each in (tmp_path / "archive").iterdir() if "checkpoint.2" in each.name]
    assert "whole" in whole
    assert "whole" in flowcase("verify").output  # alone it can't know
    assert "Checkpoint 2: the database is older" in flowcase("verify", "--checkpoints", mail, expect=1).output


def test_a_clock_that_was_set_back_is_told_and_is_no_fault_of_the_chain(
    flowcase: CommandLine, opened: Callable[[], Flowcase]
) -> None:
    flow = opened()
    for minutes in (0, 10, 9.5, -170, -160):  # half a minute is what clocks of nodes differ by
        with flow.store.begin(SYSTEM, NOW + dt.timedelta(minutes=minutes)) as tx:
            tx.append("case:SAG-1", IntakeRefused(source="s", line=1, fields=()))

    told, data = flowcase("verify").output, flowcase.json("verify")

    assert "Clock set back: Stream case:SAG-1: event 4 is dated 2:59:30 before the one in front" in told
    assert [each for each in data["set_back"] if each["stream"] == "case:SAG-1"] == [
        {"stream": "case:SAG-1", "event": 4}
    ]
    assert (data["broken"], data["checkpoints"]) == ([], None)


def test_checkpoints_of_another_key_are_not_believed(signed: CommandLine, tmp_path: Path) -> None:
    content = (signed.home / "installation.key").read_bytes()
    other = CommandLine(tmp_path / "other")
    other("db", "upgrade")

    shown = other.json("checkpoint")["public_keys"]

    assert shown != signed.json("checkpoint")["public_keys"]
    assert content != (other.home / "installation.key").read_bytes()


def test_who_gives_nothing_from_outside_is_told_that_nothing_was_compared(
    signed: CommandLine, outside: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()

    compared = signed("verify")
    wrong = signed("verify", "--checkpoints", tmp_path / "empty", expect=1)
    outside.unlink()
    without = signed("verify")

    assert "What was kept elsewhere fits, up to checkpoint 2." in compared.output
    assert "Checkpoints: empty: there is no checkpoint in it." in wrong.output
    assert "Nothing that was kept elsewhere was compared" in without.output
    assert signed.json("verify")["outside"] is None


def test_nothing_new_makes_no_checkpoint(signed: CommandLine, outside: Path) -> None:
    assert signed.json("checkpoint")["number"] is None
    assert len(outside.read_text().splitlines()) == 2


def test_what_could_not_be_kept_outside_is_brought_there_later(
    flowcase: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(flowcase, tmp_path, 1)
    flowcase("checkpoint")

    monkeypatch.setenv("FLOWCASE_CHECKPOINT_FOLDER", str(tmp_path / "later"))
    flowcase("checkpoint")

    assert len((tmp_path / "later" / "checkpoints.jsonl").read_text().splitlines()) == 1
