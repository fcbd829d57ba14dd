"""(g) Two workers on one PostgreSQL beside one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import CLIENT, Measured, installation
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase

TIMERS = 600
_WORK = (
    "import sys; from pathlib import Path; from flowcase import bootstrap, config, scheduler; "
    "flow = bootstrap.open(config.Config(home=Path(sys.argv[1]), database_url=sys.argv[2])); "
    "print('ready', flush=True); sys.stdin.readline(); scheduler.run_once(flow)"
)


def report(url: str, home: Path) -> Iterator[Measured]:
    """The same number of due timers, each on a case of its own, fired by one process and by two."""
    with installation(home, url) as flow:
        alone = _seconds(flow, url, home, 1)
        both = _seconds(flow, url, home, 2)
    yield Measured("g", "PostgreSQL: one worker", TIMERS / alone, "/s")
    yield Measured(
        "g", "PostgreSQL: two workers", TIMERS / both, "/s", "", alone / both, "one worker", at_least=1.4
    )


def _seconds(flow: Flowcase, url: str, home: Path, workers: int) -> float:
    for _ in range(TIMERS):
        flow.instances.start("chaos", actor=SYSTEM)
    for row in [row for row in flow.user_tasks.list() if row.element == "first"]:
        flow.user_tasks.complete(row.id, {}, actor=CLIENT)
    time.sleep(1.2)  # the last of the timers falls due
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _WORK, str(home), url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(workers)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    began = time.perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    for process in processes:
        process.wait()
    return time.perf_counter() - began
