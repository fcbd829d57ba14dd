"""Nothing happens but work: whether what a web node and a worker hold grows with what they have done."""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import psycopg

from faults.load import people_at_work
from faults.outcome import Outcome
from faults.places import installation, wait_for
from faults.servers import Node, PostgreSQL, folder, postgresql

EVERY_SECONDS = 10.0  # a look at both nodes; oftener in a short run
LOOKS = 12  # at the least
WITHIN = 60.0  # seconds
SHOWN = 6  # of all looks, in the notes


@dataclass(frozen=True)
class Held:
    """What one node holds at an instant, its children included."""

    memory: float  # MB of its own, shared pages of files left out
    files: float  # descriptors that are open
    threads: float
    connections: float  # to PostgreSQL
    session: float  # MB that the server's process for one of them has of its own, on the average
    left: float  # files and folders in its place for temporary ones

    def __str__(self) -> str:
        return (
            f"{self.memory:.1f} MB, {self.files:.0f} files, {self.threads:.0f} threads, "
            f"{self.connections:.0f} connections ({self.session:.1f} MB each at the server), "
            f"{self.left:.0f} temporary files"
        )


# By how much the middle of the last quarter may lie above the middle of the second: as a share, and at the
# least so many. Caches fill, and threads and connections are made as two first meet: a worker has a thread
# for each tick at the end, a megabyte each, but some ticks come every ten minutes.
_SHARE = 0.1
_ROOM = Held(memory=16, files=6, threads=16, connections=3, session=1, left=2)


def at_work(*, seconds: float, seed: int, people: int = 12, room: float = 1) -> Outcome:
    """The same work for so long. `room`: how many times more may be added than in a long run."""
    minutes = seconds / 60
    outcome = Outcome("steady", f"A web node and a worker undisturbed at work for {minutes:.1f} minutes")
    looks: dict[str, list[Held]] = {"web": [], "worker": []}
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(folder())
        database = stack.enter_context(postgresql(place))
        flow, token = stack.enter_context(installation(place / "home", database.url))
        nodes = {kind: _node(kind, place, database) for kind in looks}
        with people_at_work(outcome, flow, token, *nodes.values(), people=people, seed=seed):
            wait_for(lambda: bool(flow.jobs.list(status="completed", limit=1)), WITHIN)  # both are ready
            began = time.monotonic()
            while (at := time.monotonic() - began) < seconds or len(looks["web"]) < LOOKS:
                for kind, node in nodes.items():
                    looks[kind].append(_held(node, place, database))
                    print(f"  {at:6.0f} s {kind}: {looks[kind][-1]}", flush=True)
                time.sleep(min(EVERY_SECONDS, seconds / LOOKS))
    outcome.tried["looks at each"] = min(len(each) for each in looks.values())
    for kind, seen in looks.items():
        outcome.wrong |= {f"{what} of the {kind} grown": 1 for what in grown(seen, room)}
        outcome.notes += [f"{kind}: {each}" for each in seen[:: -(-len(seen) // SHOWN)]]
    return outcome


def grown(looks: Sequence[Held], room: float = 1) -> Iterator[str]:
    """What is more in the last quarter than in the second by more than there is room for.

    What a node holds in the first quarter is no measure: it has hardly begun.
    """
    quarter = len(looks) // 4
    for name in (each.name for each in fields(Held)):
        before, after = (
            statistics.median(getattr(each, name) for each in part)
            for part in (looks[quarter : 2 * quarter], looks[-quarter:])
        )
        if after - before > room * max(before * _SHARE, getattr(_ROOM, name)):
            yield name


def _node(kind: str, place: Path, database: PostgreSQL) -> Node:
    (place / f"{kind}-tmp").mkdir()
    surroundings = {"TMPDIR": str(place / f"{kind}-tmp"), "PGAPPNAME": kind}
    return Node(kind, place / "home", environment={"FLOWCASE_DATABASE_URL": database.url, **surroundings})


def _held(node: Node, place: Path, database: PostgreSQL) -> Held:
    processes = [each for each in _processes() if _session(each) == node.process_id]
    with psycopg.connect(database.url, autocommit=True) as connection:
        asked = "SELECT pid FROM pg_stat_activity WHERE application_name = %s"
        sessions = [id for (id,) in connection.execute(asked, [node.kind])]
    return Held(
        memory=sum(_memory(each) for each in processes),
        files=sum(_files(each) for each in processes),
        threads=sum(_number(each, "Threads:") for each in processes),
        connections=len(sessions),
        session=statistics.fmean([_memory(Path("/proc", str(each))) for each in sessions] or [0]),
        left=sum(1 for _ in (place / f"{node.kind}-tmp").rglob("*")),
    )


def _processes() -> list[Path]:
    return list(Path("/proc").glob("[0-9]*"))


def _session(process: Path) -> int:
    """Which session it belongs to: a node has one of its own, with all that it starts."""
    try:
        return os.getsid(int(process.name))
    except ProcessLookupError:
        return 0


def _memory(process: Path) -> float:
    return _number(process, "RssAnon:") / 1024


def _files(process: Path) -> int:
    try:
        return len(list((process / "fd").iterdir()))
    except OSError:  # it has ended meanwhile
        return 0


def _number(process: Path, name: str) -> int:
    try:
        lines = (process / "status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)
