"""Three machines with networks of their own: the cable of one is pulled under load, and put back."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from faults import outside
from faults.drawing import WORK, job, sequence, wait
from faults.load import people_at_work
from faults.outcome import Outcome
from faults.places import installation, is_kept_up, wait_for
from faults.servers import COMMAND, Node, PostgreSQL, folder
from faults.users import Users
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase

MACHINES = 3
WITHIN = 60.0  # seconds
_MOST_CUTS = 5
LOCKED = 30.0  # seconds that a step waits for another one's lock
SLOW = sequence("slow", job("send", "chaos.slow"), wait("a_second", "PT1S"))
_NETWORK = f"10.{200 + os.getpid() % 50}.{os.getpid() % 250}"  # two runs at once do not meet
# A cable whose other end nobody holds: it swallows what is sent to a machine whose own is pulled.
_NOWHERE = f"fc{os.getpid() % 10**7}void"


class Machine:
    """A network namespace (`ip netns`) with one cable to this machine, where PostgreSQL is."""

    def __init__(self, number: int) -> None:
        self.name = f"machine-{number}"
        self._namespace = f"flowcase-{os.getpid()}-{number}"
        self._cable = f"fc{os.getpid() % 10**7}n{number}"
        self.ours, self.address = (f"{_NETWORK}.{4 * number + end}" for end in (1, 2))

    def make(self) -> None:
        _ip("netns", "add", self._namespace)
        there = ("-n", self._namespace)
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", "cable", "netns", self._namespace)
        _ip("addr", "add", f"{self.ours}/30", "dev", self._cable)
        _ip(*there, "addr", "add", f"{self.address}/30", "dev", "cable")
        _ip("link", "set", self._cable, "up")
        _ip(*there, "link", "set", "lo", "up")
        _ip(*there, "link", "set", "cable", "up")

    def cut(self) -> None:
        """Nothing comes through any more, and nobody is told.

        What is sent there must not leave this system by its default route: somebody else might answer.
        """
        _ip("link", "set", self._cable, "down")
        way = _ip("route", "get", self.address)
        if f"dev {_NOWHERE} " not in way:
            raise RuntimeError(f"Expected {self.address} to lead nowhere once it is cut off, but: {way}")

    def mend(self) -> None:
        _ip("link", "set", self._cable, "up")

    def node(self, kind: str, home: Path, database: PostgreSQL) -> Node:
        return Node(
            kind,
            home,
            name=f"{self.name}-{kind}",
            environment={"FLOWCASE_DATABASE_URL": database.url_at(self.ours)},
            command=["ip", "netns", "exec", self._namespace, *COMMAND],
            host=self.address,
        )

    @contextlib.contextmanager
    def holding(self, instance: str, database: PostgreSQL) -> Iterator[None]:
        """A process on it is in the middle of a step of this instance, and stays there."""
        inside = ["ip", "netns", "exec", self._namespace, sys.executable]
        environment = {**os.environ, "FLOWCASE_DATABASE_URL": database.url_at(self.ours)}
        script = str(Path(__file__).with_name("holding.py"))
        with subprocess.Popen([*inside, script, instance], env=environment, stdout=subprocess.PIPE) as step:
            try:
                if step.stdout is None or step.stdout.readline() != b"held\n":
                    raise RuntimeError(f"Expected a step to hold {instance}.")
                yield
            finally:
                step.kill()

    def remove(self) -> None:
        subprocess.run(["ip", "netns", "del", self._namespace], capture_output=True, check=False)


def cut_off(*, seconds: float, seed: int, people: int = 30, cuts: int = 1) -> Outcome:
    """Each machine has a worker and two have a web node; who was cut off comes back by itself."""
    what = f"The network of one of three machines cut for {seconds:g} s, or until its locks are free"
    outcome = Outcome("network", f"{what}, under load")
    outcome.tried = {"cuts": 0, "jobs taken over": 0, "locks taken over": 0, "nodes at work again": 0}
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(folder())
        machines = stack.enter_context(_machines(outcome))
        if outcome.left_out:
            return outcome
        database = PostgreSQL(place / "server")
        database.open_to(f"{_NETWORK}.0/24")
        stack.callback(database.stop, immediate=True)
        database.start()
        home = place / "home"
        flow, token = stack.enter_context(installation(home, database.url, WORK, SLOW))
        workers = [each.node("worker", home, database) for each in machines]
        webs = [each.node("web", home, database) for each in machines[:2]]
        with people_at_work(outcome, flow, token, *workers, *webs, people=people, seed=seed) as users:
            for machine, worker in list(zip(machines, workers, strict=True))[:cuts]:
                wait_for(lambda: bool(flow.user_tasks.list()), WITHIN)  # people may have done them all
                instance = flow.user_tasks.list()[0].instance
                with machine.holding(instance, database):
                    locked = _Locked(database, instance)
                    _pull(outcome, flow, machine, worker, users, locked, seconds, home / "world")
    return outcome


class _Locked:
    """How long an instance is locked by who is cut off."""

    def __init__(self, database: PostgreSQL, instance: str) -> None:
        self.seconds = 0.0
        self._database, self._instance = database, instance
        self._thread = threading.Thread(target=self._wait, daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def until_free(self) -> float:
        """The seconds that it took."""
        self._thread.join(2 * WITHIN)
        return self.seconds

    def _wait(self) -> None:
        began = time.monotonic()
        with psycopg.connect(self._database.url) as connection:
            connection.execute("SELECT id FROM instance WHERE id = %s FOR UPDATE", [self._instance])
        self.seconds = time.monotonic() - began


def _pull(
    outcome: Outcome,
    flow: Flowcase,
    machine: Machine,
    worker: Node,
    users: Users,
    locked: _Locked,
    seconds: float,
    world: Path,
) -> None:
    """Cut it off while its worker has a job in its hands; wait for the others, mend it, wait for itself."""

    before = len(outside.world(world))

    def in_its_hands() -> set[str]:
        """Jobs that only this worker has begun, since we wait for one, and that are not done."""
        claimed = {row.id for row in flow.jobs.list(status="claimed")}
        told = [line for line in outside.world(world)[before:] if line[0] == "slow" and line[1] in claimed]
        others = {line[1] for line in told if line[3] != worker.name}
        return {line[1] for line in told} - others

    def have_it() -> bool:
        undone = [row for status in ("pending", "claimed") for row in flow.jobs.list(status=status)]
        if not any(row.type == "chaos.slow" for row in undone):
            for _ in range(2 * MACHINES):
                flow.instances.start("slow", actor=SYSTEM)
        return bool(in_its_hands())

    def taken_over() -> set[str]:
        return held & {line[1] for line in outside.world(world) if line[3] != worker.name}

    for _ in range(_MOST_CUTS):  # on a busy machine it may be done before the cable is out
        wait_for(have_it, WITHIN)
        began = time.monotonic()
        machine.cut()
        if held := in_its_hands():
            break
        machine.mend()
    locked.begin()
    outcome.tried["cuts"] += 1
    gets_on = users.until_one_succeeds(WITHIN) < WITHIN
    # What it had done at that very moment is nobody's to take over.
    keeps_up = wait_for(lambda: is_kept_up(flow) and not held & in_its_hands(), WITHIN) < WITHIN
    outcome.until_normal.append(time.monotonic() - began)
    outcome.notes.append(f"an instance that it had locked was free after {locked.until_free():.1f} s")
    outcome.tried["locks taken over"] += 0 < locked.seconds < LOCKED
    time.sleep(max(began + seconds - time.monotonic(), 0))
    outcome.tried["jobs taken over"] += len(taken_over())
    told = len(outside.world(world))
    machine.mend()
    mended = time.monotonic()
    back = wait_for(lambda: any(line[3] == worker.name for line in outside.world(world)[told:]), WITHIN)
    outcome.tried["nodes at work again"] += back < WITHIN
    outcome.notes.append(f"the worker that was cut off did a job again {back:.1f} s after it could")
    gets_on &= users.until_one_succeeds(WITHIN) < WITHIN
    keeps_up &= wait_for(lambda: is_kept_up(flow), WITHIN) < WITHIN
    outcome.until_normal.append(time.monotonic() - mended)
    wrong = outcome.wrong
    wrong["not normal within a minute"] = wrong.get("not normal within a minute", 0) + (
        not (gets_on and keeps_up)
    )


@contextlib.contextmanager
def _machines(outcome: Outcome) -> Iterator[list[Machine]]:
    """None, and why, where the system does not let us make them."""
    machines = [Machine(number) for number in range(1, MACHINES + 1)]
    try:
        _ip("netns", "add", _NOWHERE)
        _ip("link", "add", _NOWHERE, "type", "veth", "peer", "name", "end", "netns", _NOWHERE)
        _ip("-n", _NOWHERE, "link", "set", "end", "up")
        _ip("link", "set", _NOWHERE, "arp", "off", "up")
        _ip(
            "route", "add", f"{_NETWORK}.0/24", "dev", _NOWHERE, "metric", "4096"
        )  # a cable's own comes first
        for each in machines:
            each.make()
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip()
        outcome.left_out = f"networks of their own (`ip netns add`) are not to be had here: {said}"
    try:
        yield machines
    finally:
        for each in machines:
            each.remove()
        subprocess.run(["ip", "netns", "del", _NOWHERE], capture_output=True, check=False)


def _ip(*words: str) -> str:
    return subprocess.run(["ip", *words], capture_output=True, text=True, check=True).stdout
