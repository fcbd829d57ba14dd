"""A node's clock is set back and forward while it works: nothing twice, nothing lost, nothing early by it."""

from __future__ import annotations

import random
import time
from pathlib import Path

from faults.counting import count
from faults.drawing import job, sequence, user_task, wait
from faults.node import CLOCK
from faults.outcome import Outcome
from faults.places import Feeder, installation, until_done
from faults.servers import Node, folder, postgresql, running
from flowcase.access.actor import Actor
from flowcase.errors import Conflict

LEAPS = (-7200, -3600, -60, -5, 0, 5, 60, 3600)  # seconds
DRAWN = sequence(
    "work",
    user_task("first"),
    job("send", "chaos.send", retries=50),
    wait("a_second", "PT1S"),
    user_task("second"),
)


def set_about(*, seconds: float, seed: int) -> Outcome:
    """One of two workers has a clock that leaps every second or two."""
    outcome = Outcome("clocks", "The clock of one of two workers set back and forward by up to two hours")
    outcome.meant = ("timers fired", "jobs completed")
    chance, leaps, ahead = random.Random(seed), 0, 0
    actor = Actor("client", groups=frozenset({"clients"}))
    with (
        folder() as place,
        postgresql(place) as database,
        installation(place / "home", database.url, DRAWN) as (flow, _),
    ):
        clock = place / "home" / "clock"
        clock.write_text("0")
        shared = {"FLOWCASE_DATABASE_URL": database.url}
        nodes = [
            Node("worker", place / "home", name="steady", environment=shared),
            Node("worker", place / "home", name="leaping", environment={**shared, CLOCK: str(clock)}),
        ]
        acknowledged: list[str] = []
        feeder = Feeder(flow, "work", 20)
        with running(*nodes):
            feeder.start()
            until, leap_at = time.monotonic() + seconds, time.monotonic() + 1.0
            while time.monotonic() < until or not leaps:
                if time.monotonic() > leap_at:
                    ahead = chance.choice([leap for leap in LEAPS if leap != ahead])
                    _set(clock, ahead)
                    leaps += 1
                    leap_at = time.monotonic() + chance.uniform(0.5, 2)
                for row in flow.user_tasks.list(limit=5):
                    try:
                        flow.user_tasks.complete(row.id, {}, actor=actor)
                    except Conflict:
                        continue
                    acknowledged.append(row.id)
                time.sleep(0.05)
            feeder.stop()
            began = time.monotonic()
            # What was scheduled by a clock that was ahead is due when a clock says so.
            _set(clock, 2 * max(LEAPS))
            until_done(flow)
            outcome.until_normal.append(time.monotonic() - began)
        outcome.tried = {"leaps": leaps, "completions acknowledged": len(acknowledged)}
        outcome.add(count(flow, acknowledged, is_done=True))
        outcome.lost += feeder.missing()
    return outcome


def _set(clock: Path, ahead: float) -> None:
    new = clock.with_suffix(".new")
    new.write_text(str(ahead))
    new.replace(clock)  # whoever reads it sees the old or the new one
