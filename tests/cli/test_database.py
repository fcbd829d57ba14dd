"""A backup is whole, goes back whole, and a database moves from one kind to the other and works on."""

from __future__ import annotations

import contextlib
import io
import json
import random
import shutil
import sqlite3
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zstandard
from sqlalchemy import text

from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM
from flowcase.store import DatabaseFault, Store, archive, connecting, migrating
from tests.cli.conftest import CommandLine
from tests.cli.test_commands import NOW
from tests.conftest import _administer, _named
from tests.proofs.fictional_families import json_line, notification


@pytest.fixture
def at_work(flowcase: CommandLine, tmp_path: Path) -> CommandLine:
    """An installation with notifications, user tasks, timers and a history."""
    intake = tmp_path / "intake.jsonl"
    intake.write_text("\n".join(json_line(notification(n, now=NOW)) for n in range(1, 6)), "utf-8")
    flowcase("intake", intake)
    return flowcase


@pytest.fixture
def empty_postgresql(postgresql_server: str) -> Iterator[str]:
    name = f"moved_{uuid.uuid4().hex[:12]}"
    _administer(postgresql_server, f"CREATE DATABASE {name}")
    yield _named(postgresql_server, name)
    _administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


def other_home(flowcase: CommandLine, folder: Path) -> CommandLine:
    """Another installation with the same key and no database."""
    folder.mkdir()
    shutil.copy(flowcase.home / "installation.key", folder)
    return CommandLine(folder)


def tasks(flowcase: CommandLine) -> list[tuple[str, str]]:
    return sorted((row["element"], row["id"]) for row in flowcase.json("tasks"))


def test_a_backup_goes_back_whole_and_work_goes_on(at_work: CommandLine, tmp_path: Path) -> None:
    written = at_work.json("db", "backup", tmp_path / "night.flowcase")

    restored = other_home(at_work, tmp_path / "elsewhere")
    read = restored.json("db", "restore", tmp_path / "night.flowcase")

    assert read["tables"] == written["tables"]
    assert read["tables"]["history"] > 5
    assert tasks(restored) == tasks(at_work) != []
    another = tmp_path / "another.jsonl"
    another.write_text(json_line(notification(6, now=NOW)), "utf-8")
    restored("intake", another)
    assert len(tasks(restored)) > len(tasks(at_work))
    (history,) = [each for each in restored.json("doctor") if each["what"] == "history"]
    assert history["level"] == "ok"
    assert [each["because"] for each in restored.json("verify")["went_on"]] == ["from_backup"]
    assert at_work.json("verify")["went_on"] == []


@pytest.mark.parametrize("key", ["none", "another"])
def test_a_backup_goes_nowhere_without_its_key_and_goes_back_once_that_is_there(
    at_work: CommandLine, tmp_path: Path, key: str
) -> None:
    file = tmp_path / "night.flowcase"
    at_work("db", "backup", file)
    restored = CommandLine(tmp_path / "elsewhere")
    if key == "another":
        restored("db", "upgrade")

    said = restored("db", "restore", file, expect=1).stderr

    own = restored.home / "installation.key"
    assert ("there is no file" if key == "none" else "written with another one") in said
    assert own.exists() == (key == "another")
    restored.home.mkdir(exist_ok=True)
    shutil.copy(at_work.home / "installation.key", own)
    restored("db", "restore", file)
    assert tasks(restored) == tasks(at_work) != []


def test_a_backup_is_never_half_there_and_overwrites_nothing(at_work: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "kept.flowcase").write_text("mine")

    at_work("db", "backup", tmp_path / "kept.flowcase", expect=2)

    assert (tmp_path / "kept.flowcase").read_text() == "mine"
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.parametrize("damage", ["cut", "changed", "not one"])
def test_a_damaged_backup_is_refused_and_changes_nothing(
    at_work: CommandLine, tmp_path: Path, damage: str
) -> None:
    file = tmp_path / "night.flowcase"
    at_work("db", "backup", file)
    content = bytearray(file.read_bytes())
    if damage == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "changed":
        content[len(content) // 2] ^= 255
        file.write_bytes(content)
    else:
        file.write_bytes(b"no archive")

    restored = other_home(at_work, tmp_path / "elsewhere")
    result = restored("db", "restore", file, expect=1)

    assert "usable archive" in result.output
    assert restored.json("instances") == []


def test_a_damage_that_still_reads_as_an_archive_is_told_as_one(at_work: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "night.flowcase"
    at_work("db", "backup", file)
    lines = zstandard.ZstdDecompressor().stream_reader(file.read_bytes()).read()
    damaged = lines.replace(b'"akut_vagt.bpmn","', b'"akut_vagt.bpmn","l')  # refers to a file that is not
    assert damaged != lines
    file.write_bytes(zstandard.ZstdCompressor().compress(damaged))

    result = other_home(at_work, tmp_path / "elsewhere")("db", "restore", file, expect=1)

    assert "usable archive" in result.output
    assert "what arrived in deployment_resource is not what was sent" in result.output


def test_any_byte_of_a_backup_that_changes_is_noticed(at_work: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "night.flowcase"
    at_work("db", "backup", file)
    whole = file.read_bytes()
    found = archive.check(io.BytesIO(whole))
    chance = random.Random(20)
    for place in chance.sample(range(len(whole)), 40):
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        try:
            assert archive.check(io.BytesIO(changed)) == found, place  # a bit that means nothing
        except archive.ArchiveUnusable:
            continue


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (["01", "akut.bpmn", "none"], "the database refuses a row of the table deployment_resource"),
        (["01", "akut.bpmn"], "a row of it fits no table"),
        ("row", "a line of it is neither a row nor names a table"),
        ({"tabel": "x"}, "a line of it is neither a row nor names a table"),
        ({"table": "x"}, "a table 'x' that this release does not know"),
        ({"end": {"deployment_resource": 1}}, "what its end says of the tables cannot be read"),
    ],
)
def test_an_archive_that_somebody_wrote_is_refused_in_words(
    at_work: CommandLine, tmp_path: Path, line: Any, says: str
) -> None:
    at_work("db", "backup", tmp_path / "night.flowcase")
    reader = zstandard.ZstdDecompressor().stream_reader((tmp_path / "night.flowcase").read_bytes())
    head = json.loads(reader.read().splitlines()[0])
    tally = archive._Tally()
    if isinstance(line, list):
        tally.add(line)
    ends: dict[str, list[Any]] = {"deployment_resource": [tally.content().rows, tally.content().digest]}
    if isinstance(line, dict) and "table" in line:
        ends["x"] = [0, archive._Tally().content().digest]
    lines = [head, {"table": "deployment_resource"}, line, {"end": ends}]
    file = tmp_path / "written.flowcase"
    file.write_bytes(zstandard.ZstdCompressor().compress("\n".join(map(json.dumps, lines)).encode()))

    other = other_home(at_work, tmp_path / "elsewhere")
    result = other("db", "restore", file, expect=1)

    assert "usable archive" in result.output
    assert says in result.output
    assert other.json("instances") == []


def test_a_database_in_use_is_not_overwritten(at_work: CommandLine, tmp_path: Path) -> None:
    at_work("db", "backup", tmp_path / "night.flowcase")

    result = at_work("db", "restore", tmp_path / "night.flowcase", expect=1)

    assert "in use already" in result.output


def test_a_database_in_use_keeps_even_its_schema(at_work: CommandLine, tmp_path: Path) -> None:
    """Named by mistake, such as the one that people work on with the release before."""
    at_work("db", "backup", tmp_path / "night.flowcase")
    used = other_home(at_work, tmp_path / "used")
    file = used.home / "flowcase.sqlite"
    with store_of(config.Config(home=used.home)) as store:
        migrating.upgrade(store.engine, "0039_find_by_facts_and_words")
        with store.engine.begin() as connection:
            connection.execute(text("INSERT INTO setting VALUES ('a', '1', 'x', 'x')"))

    restored = used("db", "restore", tmp_path / "night.flowcase", expect=1)
    moved = at_work("db", "move", f"sqlite:///{at_work.home}/flowcase.sqlite", f"sqlite:///{file}", expect=1)

    assert "in use already" in restored.output and "in use already" in moved.output
    with store_of(config.Config(home=used.home)) as store:
        assert store.revision() == "0039_find_by_facts_and_words"


def test_a_full_disk_is_said_in_words_and_shows_no_row(
    at_work: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The traceback that stood there showed the values of the rows that found no room."""
    at_work("db", "backup", tmp_path / "night.flowcase")
    other = other_home(at_work, tmp_path / "small")
    fill = archive._insert

    def no_room(connection: Any, table: Any, batch: Any) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # as many as there are
        fill(connection, table, batch)

    monkeypatch.setattr(archive, "_insert", no_room)
    restored = other("db", "restore", tmp_path / "night.flowcase", expect=1)

    assert restored.stderr.startswith("Expected to write to the database, but its disk is full.")
    assert "INSERT" not in restored.output
    assert other.json("instances") == []


def test_no_error_of_the_database_shows_the_values_of_a_row(at_work: CommandLine) -> None:
    with (
        store_of(config.Config(home=at_work.home)) as store,
        pytest.raises(DatabaseFault) as fault,
        store.engine.begin() as connection,
    ):
        connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "Noah Elleby"})

    assert "Noah" not in str(fault.value)


def test_a_damaged_page_of_the_file_is_found_by_the_doctor(at_work: CommandLine) -> None:
    at_work("db", "clean")  # so that all of it is in the file itself
    file = at_work.home / "flowcase.sqlite"
    with sqlite3.connect(file) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'webhook_delivery'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as content:
        content.seek((root - 1) * size)
        content.write(b"garbage")

    said = [each for each in at_work.json("doctor", expect=1) if each["what"] == "database"]

    assert said[-1]["level"] == "error"
    assert "The database's file is damaged" in said[-1]["message"]


def test_a_database_of_another_release_is_not_moved_and_nothing_is_made(
    at_work: CommandLine, tmp_path: Path
) -> None:
    source, target = at_work.home / "flowcase.sqlite", tmp_path / "new.sqlite"
    with store_of(config.Config(home=at_work.home)) as store, store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_of_the_next_release'"))

    refused = at_work("db", "move", f"sqlite:///{source}", f"sqlite:///{target}", expect=1)

    assert "it is at revision 9999_of_the_next_release" in refused.output
    with store_of(config.Config(home=at_work.home, database_url=f"sqlite:///{target}")) as store:
        assert store.revision() is None


def test_a_database_moves_to_postgresql_and_back_and_work_goes_on(
    at_work: CommandLine, tmp_path: Path, empty_postgresql: str
) -> None:
    before, source = tasks(at_work), f"sqlite:///{at_work.home / 'flowcase.sqlite'}"

    moved = at_work.json("db", "move", source, empty_postgresql)

    flow = bootstrap.open(config.Config(home=at_work.home, database_url=empty_postgresql))
    try:
        assert sorted((row.element, row.id) for row in flow.user_tasks.list()) == before
        assert flow.history.verify() == []
        flow.people.add("ny", name="Ny", groups=["fronten"], actor=SYSTEM)
        assert flow.history.verify() == []
    finally:
        flow.close()
    back = other_home(at_work, tmp_path / "back")
    again = back.json("db", "move", empty_postgresql, f"sqlite:///{back.home / 'flowcase.sqlite'}")
    assert again["tables"]["person"] == moved["tables"]["person"] + 1
    assert tasks(back) == before


def test_a_side_that_rests_while_the_other_is_read_is_not_cut_off(
    at_work: CommandLine, empty_postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = connecting._SESSION.replace("timeout=60000", "timeout=300")
    assert impatient != connecting._SESSION
    source = config.Config(home=at_work.home)
    target = replace(source, database_url=empty_postgresql)
    bootstrap.upgrade(target)
    monkeypatch.setattr(connecting, "_SESSION", impatient)
    rested: list[str] = []

    def progress(table: str, done: int) -> None:
        if not rested:
            time.sleep(0.6)
            rested.append(table)

    with store_of(source) as reading, store_of(target) as writing:
        archive.move(reading, writing, progress=progress)

    assert rested


@contextlib.contextmanager
def store_of(settings: config.Config) -> Iterator[Store]:
    store = Store(settings.url, settings.keyring())
    try:
        yield store
    finally:
        store.close()


def test_moving_from_nowhere_is_refused(flowcase: CommandLine, tmp_path: Path) -> None:
    result = flowcase("db", "move", f"sqlite:///{tmp_path / 'none.sqlite'}", "sqlite:///x.sqlite", expect=2)

    assert "no database" in result.output
    assert not (tmp_path / "none.sqlite").exists()


def test_a_database_is_not_moved_into_itself(flowcase: CommandLine) -> None:
    own = flowcase.home / "flowcase.sqlite"

    assert "are the same" in flowcase("db", "move", f"sqlite:///{own}", own, expect=2).output


@pytest.mark.parametrize(
    ("command", "where"),
    [("backup", "sqlite"), ("backup", "postgresql"), ("rights", "postgresql")],
)
def test_a_database_of_another_release_is_neither_backed_up_in_part_nor_given_rights_in_part(
    flowcase: CommandLine,
    tmp_path: Path,
    command: str,
    where: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = (
        f"sqlite:///{tmp_path}/old.sqlite"
        if where == "sqlite"
        else request.getfixturevalue("empty_postgresql")
    )
    monkeypatch.setenv("FLOWCASE_DATABASE_URL", url)
    file = tmp_path / "backup.flowcase"
    given = ("db", "backup", str(file)) if command == "backup" else ("db", "rights", "nobody", "--apply")
    store = Store(url, config.Config(home=flowcase.home).keyring())
    try:
        migrating.upgrade(store.engine, "0039_find_by_facts_and_words")
        older = flowcase(*given, expect=1).output
        migrating.upgrade(store.engine)
        with store.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999_of_the_next_release'"))
        newer = flowcase(*given, expect=1).output
    finally:
        store.close()

    assert "it is at revision 0039_find_by_facts_and_words" in older
    assert "it is at revision 9999_of_the_next_release" in newer
    assert not file.exists()
