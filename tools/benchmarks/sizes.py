"""(h) Memory of a process and disk of a finished case; (i) how long a start takes."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.lives import state_size
from benchmarks.measuring import CLIENT, Measured, installation, measure
from flowcase import engine
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.store.queries import instances as queries

STEPS = 30  # of a finished case
CASES = 40
_TASKS = "".join(
    f'<userTask id="u{n}"><extensionElements><zeebe:userTask/>'
    '<zeebe:assignmentDefinition candidateGroups="clients"/></extensionElements></userTask>'
    f'<sequenceFlow id="f{n}" sourceRef="u{n}" targetRef="{f"u{n + 1}" if n < STEPS else "e"}"/>'
    for n in range(1, STEPS + 1)
)
LINE = f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <process id="line" isExecutable="true"><startEvent id="s"/>
  <sequenceFlow id="f0" sourceRef="s" targetRef="u1"/>{_TASKS}<endEvent id="e"/></process>
  </definitions>""".encode()

VERSION_MS = 300


def weights(home: Path) -> Iterator[Measured]:
    """Disk is told for SQLite, where a file can be weighed."""
    with installation(home, "", LINE) as flow:
        before = _weight(home)
        for _ in range(CASES):
            instance = flow.instances.start("line", actor=SYSTEM)
            for _ in range(STEPS):
                (row,) = flow.user_tasks.list(instance=instance)
                flow.user_tasks.complete(row.id, {}, actor=CLIENT)
        with flow.store.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        grown = (_weight(home) - before) / CASES
        yield Measured(
            "h", f"disk of a finished case of {STEPS} steps, history included", grown / 1e3, "kB", at_most=50
        )
        waiting = flow.instances.start("line", actor=SYSTEM)
        size = state_size(flow, waiting)
        yield Measured("h", "state at rest of a running instance", size / 1e3, "kB", at_most=2)
        held = _held(flow, waiting) / 1e3
        yield Measured("h", "a running instance while a step works on it, in memory", held, "kB", at_most=20)
    yield Measured("h", "memory of a worker with the shipped processes", _memory(home), "MB")


def starting(_: Path) -> Iterator[Measured]:
    """How long a command takes that does next to nothing."""
    version = measure(_version, rounds=9, times=1)
    yield Measured(
        "i",
        "flowcase --version, a new process",
        version.median * 1e3,
        "ms",
        version.told(),
        at_most=VERSION_MS,
        calibration=version.calibration,
    )


def _weight(home: Path) -> int:
    return sum(file.stat().st_size for file in home.glob("flowcase.sqlite*"))


def _held(flow: Flowcase, instance: str, times: int = 100) -> float:
    """Bytes of the engine's state once it is read; between steps a process holds none of it."""

    def read(tx: Any) -> tuple[bytes, Any]:
        definition = flow.instances._advancing.definitions.process(tx, "line:1")
        return queries.state(tx, instance), definition

    content, definition = flow.instances._transactions.read(read)
    engine.State.from_bytes(content, definition)  # what all instances share is made by the first one
    tracemalloc.start()
    held = [engine.State.from_bytes(content, definition) for _ in range(times)]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / len(held)


def _memory(home: Path) -> float:
    """Resident, once everything that a worker needs is loaded."""
    code = (
        "import sys; from pathlib import Path; from flowcase import bootstrap, config; "
        "flow = bootstrap.open(config.Config(home=Path(sys.argv[1]))); flow.timers.fire_due(); "
        "print(open('/proc/self/statm').read().split()[1])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(home)], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) * 4096 / 1e6


def _version() -> None:
    subprocess.run([sys.executable, "-m", "flowcase", "--version"], capture_output=True, check=True)
