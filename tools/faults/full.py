"""The disk is full: nothing is half done, it is said in words, and work goes on as soon as there is room."""

from __future__ import annotations

import collections
import contextlib
import os
import pwd
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from faults.counting import count
from faults.drawing import sequence, user_task
from faults.outcome import Outcome
from faults.places import installation
from faults.servers import folder, postgresql
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.store.faults import DatabaseFull

STEPS = sequence("steps", user_task("one"), user_task("two"))
CLIENT = Actor("client", groups=frozenset({"clients"}))
ROOM = 48  # MB


def disks(*, attempts: int, seed: int) -> Outcome:
    """SQLite's file and a PostgreSQL tablespace, each on a small disk of its own that fills up."""
    outcome = Outcome("full", "The disk full, under SQLite and under a tablespace of PostgreSQL")
    with folder() as place:
        small = place / "small"
        small.mkdir()
        with _mounted(small) as is_mounted:
            if not is_mounted:
                outcome.left_out = "a small disk cannot be mounted here"
                return outcome
            with installation(small / "home", "", STEPS) as (flow, _):
                _fill_up(outcome, flow, small, attempts)
        with _mounted(small), postgresql(place, own=True) as database:
            os.chown(small, pwd.getpwnam(database.user).pw_uid if database.user else -1, -1)
            database.execute(f"CREATE TABLESPACE small LOCATION '{small}'")
            database.execute("CREATE DATABASE chaos TABLESPACE small")
            url = database.url.rpartition("/")[0] + "/chaos"
            with installation(place / "home", url, STEPS) as (flow, _):
                _fill_up(outcome, flow, small, attempts)
    return outcome


@contextlib.contextmanager
def _mounted(at: Path) -> Iterator[bool]:
    options = ["-t", "tmpfs", "-o", f"size={ROOM}m", "tmpfs", str(at)]
    made = os.geteuid() == 0 and subprocess.run(["mount", *options], capture_output=True).returncode == 0
    try:
        yield made
    finally:
        if made:
            subprocess.run(["umount", "-l", str(at)], check=False)


def _fill_up(outcome: Outcome, flow: Flowcase, disk: Path, attempts: int) -> None:
    acknowledged: list[str] = []
    started = [flow.instances.start("steps", actor=SYSTEM) for _ in range(20)]
    ballast = disk / "ballast"
    said: collections.Counter[str] = collections.Counter()
    _take(ballast)
    done = refused = 0
    while refused < attempts and done < 100_000:
        done += 1
        try:
            if done % 3:
                started.append(flow.instances.start("steps", actor=SYSTEM))
            else:
                row = flow.user_tasks.list(limit=1)[0]
                flow.user_tasks.complete(row.id, {}, actor=CLIENT)
                acknowledged.append(row.id)
        except DatabaseFull as error:
            refused += 1
            said[str(error)] += 1
        except Exception as error:  # whatever else is said is no clear word
            refused += 1
            said[f"{type(error).__name__}: {error}"] += 1
            outcome.wrong["unclear errors"] = outcome.wrong.get("unclear errors", 0) + 1
        if not refused and done % 200 == 0:
            _take(ballast)
    before = len(acknowledged)
    ballast.unlink()
    began = time.monotonic()
    for row in flow.user_tasks.list(limit=20):
        flow.user_tasks.complete(row.id, {}, actor=CLIENT)
        acknowledged.append(row.id)
        if len(acknowledged) == before + 1:
            outcome.until_normal.append(time.monotonic() - began)
    outcome.add({"refusals": refused, "completions acknowledged": len(acknowledged)})
    outcome.wrong["disks that were never full"] = outcome.wrong.get("disks that were never full", 0) + (
        not refused
    )
    outcome.add(count(flow, acknowledged))
    outcome.lost += len(set(started) - {row.id for row in flow.instances.list(limit=None)})
    outcome.wrong["not gone on"] = outcome.wrong.get("not gone on", 0) + (len(acknowledged) == before)
    outcome.notes.append(f"said {said.most_common(1)[0][1]} times: {said.most_common(1)[0][0]}")


def _take(ballast: Path) -> None:
    """All the room that is left, but for what a few steps need."""
    with ballast.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(64 * 1024))
        except OSError:
            pass
