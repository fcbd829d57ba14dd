"""A PostgreSQL that is lost and recovered to a moment: what an operator does by docs/operations.md."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

from faults import outside
from faults.drawing import GROUP, job, sequence, user_task, wait
from faults.servers import PostgreSQL, folder

from flowcase import bootstrap, handlers, scheduler
from flowcase.access.actor import SYSTEM
from flowcase.access.scopes import SCOPES
from flowcase.bootstrap import Flowcase
from flowcase.cli import cli
from flowcase.config import Config

DRAWN = sequence(
    "post", user_task("first"), wait("a_moment", "PT0S"), job("send", "chaos.send"), user_task("second")
)


class Place(NamedTuple):
    server: PostgreSQL
    home: Path
    flow: Flowcase

    @property
    def checkpoints(self) -> Path:
        return self.home / "outside" / "checkpoints.jsonl"

    @property
    def sent(self) -> list[str]:
        """Key of each thing that the world outside was sent, in order."""
        return [line[1] for line in outside.world(self.home / "world")]

    def open_tasks(self, instance: str) -> list[str]:
        return [row.element for row in self.flow.user_tasks.list(limit=100) if row.instance == instance]

    def complete(self, instance: str) -> None:
        """Its open user task, and all that follows by itself."""
        [row] = [row for row in self.flow.user_tasks.list(limit=100) if row.instance == instance]
        self.flow.user_tasks.complete(row.id, {}, actor=SYSTEM)
        while any(scheduler.run_once(self.flow).values()):
            pass

    def command(self, *words: str) -> tuple[int, str]:
        environment = {
            "FLOWCASE_DATABASE_URL": self.server.url,
            "FLOWCASE_CHECKPOINT_FOLDER": str(self.checkpoints.parent),
        }
        done = CliRunner().invoke(cli, ["--home", str(self.home), *words], env=environment)
        return done.exit_code, done.output


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """An installation on a server with an archive and a physical backup."""
    with folder() as there:
        server, home = PostgreSQL(there / "server"), there / "home"
        home.mkdir()
        monkeypatch.setenv(outside.WORLD, str(home / "world"))
        server.archive(there / "archive")
        server.start()
        try:
            settings = Config(home=home, database_url=server.url, checkpoint_folder=home / "outside")
            bootstrap.upgrade(settings)
            with contextlib.closing(bootstrap.open(settings, handlers=handlers.load_handlers())) as flow:
                flow.people.add_program("client", groups=[GROUP], scopes=SCOPES, actor=SYSTEM)
                flow.deployments.deploy({"post.bpmn": DRAWN}, actor=SYSTEM, note="post")
                server.back_up(there / "archive" / "base")
                yield Place(server, home, flow)
        finally:
            server.stop(immediate=True)


def test_a_database_recovered_to_a_moment_is_whole_goes_on_and_what_it_lost_is_told(place: Place) -> None:
    kept, redone = (place.flow.instances.start("post", actor=SYSTEM) for _ in range(2))
    place.complete(kept)
    place.flow.checkpoints.make()
    [(moment,)] = place.server.ask("SELECT now()")
    place.complete(redone)
    lost = place.flow.instances.start("post", actor=SYSTEM)
    place.flow.checkpoints.make()
    sent = place.sent
    place.server.until_archived()

    place.server.recover(place.server._archive.parent / "base", moment.isoformat())
    looked, verified = place.command("doctor"), place.command("verify")
    place.server.end_recovery()

    # Before anybody writes: read-only, at the moment, and the copy outside knows of more.
    assert verified[0] == 1
    assert "Checkpoint 2: the database is older than its last checkpoint" in verified[1]
    assert "The copy outside is not of this database. Checkpoint 2" in looked[1]
    assert place.command("verify", "--rows", "--json", "--against", str(_first_of(place.checkpoints)))[0] == 0
    assert lost not in {row.id for row in place.flow.instances.list(limit=None)}
    assert (place.open_tasks(kept), place.open_tasks(redone)) == (["second"], ["first"])

    # Work goes on, and what had left the house leaves it again under the same key.
    place.complete(redone)
    assert place.sent == [*sent, sent[-1]]
    assert place.sent[-1].startswith(redone)

    # That it did is told to auditors, with the last commit from before; who did it why, by who did.
    (told,) = place.flow.recoveries.told()
    assert (told.event.because, told.event.timeline_before, told.event.timeline) == ("new_timeline", 1, 2)
    assert told.event.until is not None and told.event.until <= moment < told.at
    assert place.command("db", "recovered", "--to", moment.isoformat(), "--reason", "Disken er væk")[0] == 0

    # Another checkpoint has the number of the one that is gone, until the copy is put aside.
    assert place.flow.checkpoints.make().number == 2  # type: ignore[union-attr]
    assert "Checkpoint 2: the database has another checkpoint here" in place.command("doctor")[1]
    place.checkpoints.rename(place.checkpoints.with_suffix(".before"))
    assert place.command("checkpoint")[0] == 0
    assert [json.loads(line)["number"] for line in place.checkpoints.read_text().splitlines()] == [1, 2]
    assert "The copy outside holds every checkpoint." in place.command("doctor")[1]
    code, said = place.command("verify", "--rows")
    assert (code, "whole" in said) == (0, True), said
    assert [
        line.rpartition(", ")[2].partition(";")[0] for line in said.splitlines() if "Went on" in line
    ] == [
        "new_timeline",
        "told_by_operator",
    ]


def _first_of(checkpoints: Path) -> Path:
    """The checkpoint from before the moment, alone."""
    first = checkpoints.with_name("first.jsonl")
    first.write_text(checkpoints.read_text().splitlines(keepends=True)[0])
    return first


def test_a_file_of_the_log_is_archived_once_and_never_another_in_its_place(tmp_path: Path) -> None:
    command = Path(__file__).parents[2] / "deploy" / "flowcase-archive-wal"
    finished, kept = tmp_path / "finished", tmp_path / "kept"
    finished.write_bytes(b"one")
    codes = [subprocess.run([command, finished, kept]).returncode for _ in range(2)]  # asked again: the same
    finished.write_bytes(b"two")
    codes.append(subprocess.run([command, finished, kept]).returncode)

    assert codes == [0, 0, 1]
    assert kept.read_bytes() == b"one"
    assert kept.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("*.part"))
