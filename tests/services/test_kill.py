"""Killed at random moments while clients complete user tasks: nothing acknowledged is lost or doubled."""

from __future__ import annotations

import collections
import random
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import select

from flowcase import bootstrap, engine
from flowcase.bootstrap import Flowcase
from flowcase.config import Config
from flowcase.store import tables
from flowcase.store.queries import history, instances
from tests.services.conftest import OPERATOR
from tests.services.diagrams import Node, boundary, end, process, start, timer, user_task

KILLS = 4
INSTANCES = 60
SCRIPT = Path(__file__).with_name("completing.py")


def test_a_kill_at_any_moment_loses_and_doubles_nothing(database: str, tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    moments = random.Random(seed)
    settings = Config(home=tmp_path, database_url=database)
    settings.create_missing_key()
    bootstrap.upgrade(settings)
    flow = bootstrap.open(settings)
    reminder = boundary("paamind", "a", timer("timeDuration", "P30D"), to="efter", interrupting=False)
    beside = Node("efter", "userTask", user_task("efter").inside, 'name="x"', (), ("end",))
    drawn = process(
        "p", start(), user_task("a"), user_task("b"), user_task("c"), end(), aside=(reminder, beside)
    )
    flow.deployments.deploy({"p.bpmn": drawn}, actor=OPERATOR)
    for _ in range(INSTANCES):
        flow.instances.start("p", actor=OPERATOR)
    acknowledged: list[str] = []

    for _ in range(KILLS):
        acknowledged += killed_after(moments.uniform(0, 0.4), settings)
        assert flow.history.verify() == []

    assert acknowledged
    check(flow, acknowledged)
    flow.close()


def killed_after(seconds: float, settings: Config) -> list[str]:
    """What a process acknowledged until it was killed, so many seconds after its first answer."""
    command = [sys.executable, str(SCRIPT), str(settings.home), settings.database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        lines = [running.stdout.readline()]
        time.sleep(seconds)
        running.kill()
        lines += running.stdout.readlines()
    assert running.returncode in (-9, 0)
    return [line.strip() for line in lines if line.endswith("\n")]


def check(flow: Flowcase, acknowledged: list[str]) -> None:
    with flow.store.reading(flow.clock.now()) as tx:
        told = collections.Counter()
        for row in instances.instances(tx, limit=None):
            for event in history.events_of_instance(tx, row.id, kinds=["UserTaskCompleted"]):
                told[f"{row.id}.{event.event.element_instance}"] += 1
            is_whole(flow, tx, row.id)
        rows = tx.rows(select(tables.user_task))
    completed = {row.id for row in rows if row.status == "completed"}

    assert len(set(acknowledged)) == len(acknowledged)  # no completion was acknowledged twice
    assert set(acknowledged) <= completed  # each one is there
    assert set(told.values()) <= {1}  # and happened once
    assert set(told) == completed


def is_whole(flow: Flowcase, tx: object, id: str) -> None:
    """The rows of an instance say the same as its state: nothing is half done."""
    instance = tx.look(id)
    definition = flow.instances._advancing.definitions.process(tx, instance.definition)
    state = engine.State.from_bytes(instance.state, definition)
    tasks = tx.rows(
        select(tables.user_task.c.element_instance).where(
            tables.user_task.c.instance == id, tables.user_task.c.status == "open"
        )
    )
    timers = tx.rows(
        select(tables.timer.c.timer).where(tables.timer.c.instance == id, tables.timer.c.status == "pending")
    )
    assert {row.element_instance for row in tasks} == {place.element_instance for place in state.waiting()}
    assert {row.timer for row in timers} == set(state.subscriptions)
