"""Another installation key is brought in while nodes work: nothing is lost and no door is closed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.clock import WallClock
from flowcase.config import Config
from flowcase.errors import Forbidden, Refused
from flowcase.store import KeyUnusable, tables
from flowcase.store.key_places import add_key, drop_key, use_key
from flowcase.store.queries import stream_keys
from tests.services.conftest import OPERATOR
from tests.services.diagrams import end, process, start, user_task

INSTANCES = 40
HERE = Path(__file__).parent


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Config:
    """An installation with running instances, each in a stream of its own, under the key it was made with."""
    settings = Config(home=tmp_path, database_url=database)
    settings.create_missing_key()
    bootstrap.upgrade(settings)
    flow = bootstrap.open(settings)
    drawn = process("p", start(), user_task("a"), user_task("b"), user_task("c"), end())
    flow.deployments.deploy({"p.bpmn": drawn}, actor=OPERATOR)
    for number in range(INSTANCES):
        flow.instances.start("p", {"nr": number}, actor=OPERATOR)
    flow.close()
    return settings


def _bring_in(settings: Config) -> tuple[str, str]:
    """A second key in the file and in use; (id of the first, id of the new one)."""
    old = settings.keyring().in_use
    new = add_key(settings.key_path)
    use_key(settings.key_path, new)
    return old, new


def _counts(flow: Flowcase) -> dict[str, int]:
    with flow.store.reading(flow.clock.now()) as tx:
        return stream_keys.counts(tx)


def test_two_nodes_go_on_while_the_rotation_is_killed_and_taken_up_again(settings: Config) -> None:
    _, new = _bring_in(settings)
    arguments = [str(settings.home), settings.database_url]

    def running(script: str, *more: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(HERE / script), *arguments, *more]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def go_on(process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    with running("completing.py", "held") as one, running("completing.py", "held") as two:
        assert [node.stdout.readline() for node in (one, two) if node.stdout] == ["ready\n"] * 2
        with running("rotating.py") as rotation:
            assert rotation.stdout is not None
            batches = [int(rotation.stdout.readline())]
            for node in (one, two):  # both at work while keys change
                go_on(node)
            for _ in range(2):
                go_on(rotation)
                batches.append(int(rotation.stdout.readline()))
            go_on(rotation)  # and is killed at some moment of its next batch
            rotation.kill()
        flow = bootstrap.open(settings)
        between = flow.key_rotation.overview(actor=OPERATOR)
        resumed = flow.key_rotation.rotate(actor=OPERATOR, batch=5)
        acknowledged = [line for node in (one, two) if node.stdout for line in node.stdout]

    assert (one.returncode, two.returncode, rotation.returncode) == (0, 0, -9)
    assert batches[0] == 1  # the installation's own stream
    assert between.waiting > 0
    assert (resumed.waiting, set(_counts(flow))) == (0, {new})
    assert len(acknowledged) == len(set(acknowledged)) == 3 * INSTANCES
    assert all(row.ended_at for row in flow.instances.list(limit=None))
    assert flow.history.verify() == []
    assert flow.altered_rows.find(casework=True) == []
    assert flow.checkpoints.verify() is None
    flow.close()


def test_once_rotated_the_old_key_is_needed_no_more_and_alone_opens_nothing(settings: Config) -> None:
    before = settings.key_path.read_text("ascii")
    old, new = _bring_in(settings)
    flow = bootstrap.open(settings)
    flow.checkpoints.make()

    done = flow.key_rotation.rotate(actor=OPERATOR)
    flow.close()
    drop_key(settings.key_path, old)

    flow = bootstrap.open(settings)
    assert done.rewrapped == sum(_counts(flow).values()) > INSTANCES
    assert flow.key_rotation.check(actor=OPERATOR).opened == done.rewrapped
    assert sorted(flow.instances.get(row.id).variables["nr"] for row in flow.instances.list(limit=None)) == [
        *range(INSTANCES)
    ]
    told = [row for row in flow.history.of_stream("installation") if row.kind.startswith("KeyRotation")]
    assert [(row.kind, row.actor, row.event.key) for row in told] == [  # type: ignore[union-attr]
        ("KeyRotationBegun", "operator", new),
        ("KeyRotationEnded", "operator", new),
    ]
    assert flow.checkpoints.verify() is None  # the new key vouches for what the old one signed
    flow.close()
    settings.key_path.write_text(before)
    with pytest.raises(KeyUnusable, match=f"id {new}; known: {old}"):
        bootstrap.open(settings)


def test_a_node_that_knows_only_the_old_key_holds_the_rotation_up_and_reads_on(settings: Config) -> None:
    text = settings.key_path.read_text("ascii")
    node = bootstrap.open(Config(home=settings.home, database_url=settings.database_url, key=text))
    node.nodes.beat("worker", WallClock().now())
    _bring_in(settings)
    flow = bootstrap.open(settings)

    with pytest.raises(Refused, match="do not know key"):
        flow.key_rotation.rotate(actor=OPERATOR)

    assert set(_counts(flow)) == {node.store.keyring.in_use}
    assert len(node.user_tasks.list(limit=None)) == INSTANCES
    node.nodes.leave()
    assert flow.key_rotation.rotate(actor=OPERATOR).waiting == 0
    flow.close()
    node.close()


def test_a_node_learns_the_new_key_from_its_file_without_being_started_again(settings: Config) -> None:
    node = bootstrap.open(settings)
    node.nodes.beat("web", WallClock().now())
    old, new = _bring_in(settings)
    node.store.keyring.refresh()
    node.nodes.beat("web", WallClock().now())
    flow = bootstrap.open(settings)

    flow.key_rotation.rotate(actor=OPERATOR)

    assert node.store.keyring.ids == (new, old)
    task = node.user_tasks.list(limit=1)[0]
    node.user_tasks.complete(task.id, {}, actor=Actor("karen"))
    instance = node.instances.start("p", {}, actor=OPERATOR)
    assert _counts(flow)[new] == sum(_counts(flow).values())
    assert flow.instances.get(instance).status == "active"
    flow.close()
    node.close()


def test_a_key_that_was_destroyed_stays_destroyed(settings: Config) -> None:
    _bring_in(settings)
    flow = bootstrap.open(settings)
    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
        [first, *_] = stream_keys.next_not_wrapped_by(tx, "00000000", after="process:", limit=5)
        tx.update_all(tables.stream, {"id": first.id}, {"wrapped_key": None})
    rotation = flow.key_rotation

    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:  # as if it had been read just before
        assert rotation._rewrap(tx, [first]) == 0
    rotation.rotate(actor=OPERATOR)

    with flow.store.reading(flow.clock.now()) as tx:
        assert tx.scalar(select(tables.stream.c.wrapped_key).where(tables.stream.c.id == first.id)) is None
    flow.close()


def test_what_no_known_key_opens_is_named_and_stops_the_rotation(settings: Config) -> None:
    _bring_in(settings)
    flow = bootstrap.open(settings)
    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
        [one, two] = stream_keys.next_not_wrapped_by(tx, "00000000", after="process:", limit=2)
        tx.update_all(tables.stream, {"id": one.id}, {"wrapped_key": b"\0\1\2\3" + one.wrapped_key[4:]})
        altered = bytes([two.wrapped_key[-1] ^ 1])  # a byte that was written might be the one that is there
        tx.update_all(tables.stream, {"id": two.id}, {"wrapped_key": two.wrapped_key[:-1] + altered})

    with pytest.raises(Refused, match="not known here: 00010203"):
        flow.key_rotation.rotate(actor=OPERATOR)

    assert flow.key_rotation.check(actor=OPERATOR).unopened == (one.id, two.id)
    flow.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_only_the_terminal_handles_keys(settings: Config) -> None:
    flow = bootstrap.open(settings)
    for actor in (SYSTEM, Actor("drift", groups=frozenset({"administrator"}))):
        for act in (flow.key_rotation.overview, flow.key_rotation.rotate, flow.key_rotation.check):
            with pytest.raises(Forbidden):
                act(actor=actor)

    assert flow.key_rotation.overview(actor=OPERATOR).waiting == 0
    flow.close()
