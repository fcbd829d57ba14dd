"""(g) Two workers on one PostgreSQL beside one."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import CLIENT, Measured, installation
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase

TIMERS, WARMING, ROUNDS = 1000, 50, 3
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


def report(name: str, url: str, home: Path) -> Iterator[Measured]:
    """The same number of due timers, each on a case of its own, fired by one process and by two."""
    with installation(home, url) as flow:
        found = [(_seconds(flow, url, home, 1), _seconds(flow, url, home, 2)) for _ in range(ROUNDS)]
    alone, both = (statistics.median(times) for times in zip(*found, strict=True))
    yield Measured("g", f"{name}: one worker", TIMERS / alone, "/s")
    yield Measured(
        "g", f"{name}: two workers", TIMERS / both, "/s", "", alone / both, "one worker", at_least=1.4
    )


def _seconds(flow: Flowcase, url: str, home: Path, workers: int) -> float:
    for _ in range(TIMERS + workers * WARMING):
        flow.instances.start("chaos", actor=SYSTEM)
    for row in [row for row in flow.user_tasks.list() if row.element == "first"]:
        flow.user_tasks.complete(row.id, {}, actor=CLIENT)
    time.sleep(1.2)  # the last of the timers falls due
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _WORK, str(home), url, str(WARMING)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(workers)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
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
