"""Web, worker and database are killed in turn, and PostgreSQL restarts again and again, under load."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from faults.load import people_at_work
from faults.outcome import Outcome
from faults.places import installation, is_kept_up, wait_for
from faults.servers import Node, PostgreSQL, folder, postgresql
from faults.users import Users
from flowcase.bootstrap import Flowcase

WITHIN = 60.0  # seconds
NOT_NORMAL = f"not normal after {WITHIN:.0f} s"


@dataclass
class Load:
    """A running installation on PostgreSQL with people at work."""

    outcome: Outcome
    flow: Flowcase
    database: PostgreSQL
    web: Node
    worker: Node
    users: Users

    def wait_until_normal(self, began: float) -> None:
        """Until people get on and nothing waits that should not, which is wrong when it takes a minute."""
        gets_on = self.users.until_one_succeeds(WITHIN) < WITHIN
        keeps_up = wait_for(lambda: is_kept_up(self.flow), WITHIN) < WITHIN
        self.outcome.until_normal.append(time.monotonic() - began)
        wrong = self.outcome.wrong
        wrong[NOT_NORMAL] = wrong.get(NOT_NORMAL, 0) + (not (gets_on and keeps_up))


@contextlib.contextmanager
def load(
    outcome: Outcome, place: Path, people: int, seed: int, *, with_standby: bool = False
) -> Iterator[Load]:
    """Everything at work; on the way out everything is counted into `outcome`."""
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(postgresql(place, own=True))
        if with_standby:
            database.follow(place / "standby")
        flow, token = stack.enter_context(installation(place / "home", database.url))
        shared = {"FLOWCASE_DATABASE_URL": database.url}
        web = Node("web", place / "home", environment=shared)
        worker = Node("worker", place / "home", environment=shared)
        with people_at_work(outcome, flow, token, web, worker, people=people, seed=seed) as users:
            yield Load(outcome, flow, database, web, worker, users)


def in_turn(*, seconds: float, seed: int, people: int = 50, pause: tuple[float, float] = (2, 8)) -> Outcome:
    """SIGKILL to web, worker and postmaster, one after the other."""
    outcome = Outcome("kills", f"Web, worker and database killed in turn under the load of {people} users")
    chance, kills = random.Random(seed), {"web": 0, "worker": 0, "database": 0}
    with folder() as place, load(outcome, place, people, seed) as at_work:
        until, turn = time.monotonic() + seconds, 0
        while time.monotonic() < until or turn < len(kills):
            time.sleep(chance.uniform(*pause))
            victim = list(kills)[turn % len(kills)]
            _strike(at_work, victim)
            kills[victim] += 1
            turn += 1
        outcome.tried = {f"kills of the {name}": times for name, times in kills.items()}
    return outcome


def _strike(at_work: Load, victim: str) -> None:
    """Kill it, start it again, wait until all is normal."""
    began = time.monotonic()
    if victim == "web":
        at_work.web.kill()
        at_work.web.start()
    elif victim == "worker":
        at_work.worker.kill()
        at_work.worker.start()
    else:
        at_work.database.kill()
        at_work.database.start()
    at_work.wait_until_normal(began)


def restarts(*, seconds: float, seed: int, people: int = 50, pause: tuple[float, float] = (5, 40)) -> Outcome:
    """The server stops at once, after its rollbacks or by SIGKILL, and comes back after a moment."""
    outcome = Outcome("restarts", f"PostgreSQL restarted every {pause[0]:g} to {pause[1]:g} s under load")
    chance, done = random.Random(seed), 0
    with folder() as place, load(outcome, place, people, seed) as at_work:
        database = at_work.database
        ways: list[Callable[[], None]] = [
            database.stop,
            lambda: database.stop(immediate=True),
            database.kill,
        ]
        until = time.monotonic() + seconds
        while time.monotonic() < until or not done:
            time.sleep(chance.uniform(*pause))
            began = time.monotonic()
            ways[done % len(ways)]()
            time.sleep(chance.uniform(0, 1.5))
            database.start()
            at_work.wait_until_normal(began)
            done += 1
        outcome.tried = {"restarts": done}
    return outcome


def fail_over(*, seconds: float, seed: int, people: int = 50) -> Outcome:
    """The server that is written to dies for good; the nodes find its standby by their list of hosts."""
    outcome = Outcome("failover", "PostgreSQL killed for good and its streaming standby promoted, under load")
    with folder() as place, load(outcome, place, people, seed, with_standby=True) as at_work:
        time.sleep(seconds)
        began, before = time.monotonic(), len(at_work.users.acknowledged)
        at_work.database.fail_over()
        at_work.wait_until_normal(began)
        time.sleep(seconds)
        after = len(at_work.users.acknowledged) - before
        outcome.tried = {"fail-overs": 1, "completions acknowledged after it": after}
    return outcome
