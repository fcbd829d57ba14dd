"""(g) Two workers on one PostgreSQL beside one."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.measuring import CLIENT, Measured, in_turn, installation
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase

TIMERS, WARMING, ROUNDS = 3000, 50, 5  # 1,000 were a quarter of a second, and rounds from 0.97 to 1.62 times
# What is read and compiled once per process is done before the clock starts.
_WORK = """
import sys, time
from pathlib import Path
from flowcase import bootstrap, config
flow = bootstrap.open(config.Config(home=Path(sys.argv[1]), database_url=sys.argv[2]))
flow.timers.fire_due(int(sys.argv[3]))
print("ready", flush=True)
sys.stdin.readline()
began = time.perf_counter()
while flow.timers.fire_due(200):
    pass
print(time.perf_counter() - began, flush=True)
"""


def report(name: str, places: Mapping[int, tuple[str, Path]]) -> Iterator[Measured]:
    """The same number of due timers, each on a case of its own, fired by one process and by two.

    `places`: how many workers -> an address and a home. Both begin when the timers of both are there, one
    directly behind the other.
    """
    with contextlib.ExitStack() as stack:
        flows = {
            workers: stack.enter_context(installation(home, url)) for workers, (url, home) in places.items()
        }
        ready: list[list[subprocess.Popen[str]]] = []
        stack.callback(lambda: [process.kill() for process in itertools.chain(*ready)])

        def prepare() -> None:
            for workers, flow in flows.items():
                _fill(flow, workers)
            time.sleep(1.2)  # the last of the timers falls due
            ready.clear()
            for workers in flows:
                ready.append(_started(*places[workers], workers))
            for process in itertools.chain(*ready):
                assert process.stdout is not None
                process.stdout.readline()  # ready

        alone, both = in_turn(lambda: [_seconds(each) for each in ready], before=prepare, rounds=ROUNDS)
    yield Measured("g", f"{name}: one worker", TIMERS / alone.median, "/s")
    ratio = alone / both
    yield Measured(
        "g",
        f"{name}: two workers",
        TIMERS / both.median,
        "/s",
        "",
        ratio.median,
        "one worker",
        at_least=1.4,
        ratio_spread=ratio.told(1),
    )


def _fill(flow: Flowcase, workers: int) -> None:
    for _ in range(TIMERS + workers * WARMING):
        flow.instances.start("chaos", actor=SYSTEM)
    for row in [row for row in flow.user_tasks.list() if row.element == "first"]:
        flow.user_tasks.complete(row.id, {}, actor=CLIENT)


def _started(url: str, home: Path, workers: int) -> list[subprocess.Popen[str]]:
    """They warm up, and wait for a line."""
    return [
        subprocess.Popen(
            [sys.executable, "-c", _WORK, str(home), url, str(WARMING)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(workers)
    ]


def _seconds(processes: list[subprocess.Popen[str]]) -> float:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    seconds = []
    for process in processes:
        assert process.stdout is not None
        seconds.append(float(process.stdout.readline()))
        process.wait()
    return max(seconds)  # of the one that was done last
