"""Handlers that hang, leak or die: their jobs are taken over or end as incidents, timers stay on time."""

from __future__ import annotations

import collections
import threading
import time

from faults import outside
from faults.counting import count
from faults.drawing import job, sequence, wait
from faults.outcome import Outcome
from faults.places import installation, wait_for
from faults.servers import Node, folder, postgresql, running
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase

KINDS = ("hang", "leak", "die")
LATE = 10.0  # seconds that a timer may wait, beside what two starts of a worker in a row take
SETTLED = 120.0  # seconds until all is done, beside what the workers' starts take
TICKS = sequence("tick", *(wait(f"w{nr}", "PT1S") for nr in range(5)))


def bad(*, each: int, retries: int, seed: int) -> Outcome:
    """So many jobs of each kind on two workers that somebody starts again when they are gone."""
    outcome = Outcome("handlers", "Handlers that hang, leak memory or take their process with them")
    outcome.meant = ("timers fired", "jobs completed")
    with folder() as place, postgresql(place) as database:
        drawn = [
            sequence(
                kind,
                job(
                    "bad",
                    f"chaos.{kind}",
                    retries=10 if kind == "hang" else retries,
                    pause="PT0.2S",
                ),
            )
            for kind in KINDS
        ]
        with installation(place / "home", database.url, *drawn, TICKS) as (flow, _):
            shared = {"FLOWCASE_DATABASE_URL": database.url}
            nodes = [Node("worker", place / "home", name=f"w{n}", environment=shared) for n in (1, 2)]
            stopping, starts = threading.Event(), collections.Counter[str]()

            def look_after() -> None:
                while not stopping.wait(0.1):
                    for node in nodes:
                        if not node.is_running:
                            starts[node.name] += 1
                            node.start()

            with running(*nodes):
                watching = threading.Thread(target=look_after, daemon=True)
                starting = wait_for(lambda: len(_alive(flow)) == len(nodes), 60)
                watching.start()
                began = time.monotonic()
                for _ in range(each):
                    for kind in KINDS:
                        flow.instances.start(kind, actor=SYSTEM)
                for _ in range(5):
                    flow.instances.start("tick", actor=SYSTEM)
                expected = 2 * each

                def is_settled() -> bool:
                    ended = [row for row in flow.instances.list(limit=None) if row.status == "completed"]
                    return len(flow.incidents.list()) >= expected and len(ended) >= each + 5

                # Workers start anew after every try that ends one: how long that takes is not theirs.
                within = SETTLED + each * retries * (starting + LATE)
                wait_for(is_settled, within)
                outcome.until_normal.append(time.monotonic() - began)
                stopping.set()
                watching.join(30)
            told = outside.world(place / "home" / "world")
            incidents = collections.Counter(row.process for row in flow.incidents.list())
            ended = collections.Counter(
                row.process for row in flow.instances.list(limit=None) if row.status == "completed"
            )
            late = [
                (row.at - row.event.due_at).total_seconds()
                for row in flow.history.everything()
                if row.kind == "TimerFired"
            ]
            count_begun(outcome, told, each)
            outcome.tried["ends of a worker"] = starts.total()
            outcome.add(count(flow))
            # What is still under way is not lost: `count` says what is.
            unfinished = (each - ended["hang"]) + (5 - ended["tick"])
            outcome.wrong[f"not done after {within:.0f} s"] = unfinished
            outcome.wrong["poison jobs without an incident"] = sum(
                abs(each - incidents[kind]) for kind in ("leak", "die")
            )
            outcome.wrong["timers too late"] = sum(seconds > LATE + 2 * starting for seconds in late)
            outcome.notes.append(f"both workers were ready after {starting:.1f} s")
            outcome.notes.append(f"timers at most {max(late):.1f} s late")
    return outcome


def count_begun(outcome: Outcome, told: list[list[str]], each: int) -> None:
    """Count what the handlers told the world: a job that never began has tried nothing."""
    jobs = {kind: len({key for what, key, *_ in told if what == kind}) for kind in KINDS}
    tries = collections.Counter(line[0] for line in told)
    outcome.tried = {f"jobs that {kind}": number for kind, number in jobs.items()}
    outcome.wrong["jobs that never began"] = sum(each - number for number in jobs.values())
    outcome.notes.append(f"tries that began: {', '.join(f'{kind} {tries[kind]}' for kind in KINDS)}")


def _alive(flow: Flowcase) -> list[str]:
    seen = flow.nodes.overview(flow.clock.now())
    return [node.id for node in seen.nodes if node.kind == "worker" and not node.is_silent]
