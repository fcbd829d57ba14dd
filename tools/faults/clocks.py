"""Nodes' clocks are set back and forward while they work: nothing twice, lost, early or at a wrong time."""

from __future__ import annotations

import datetime as dt
import functools
import random
import time
from pathlib import Path

from faults.counting import count
from faults.drawing import job, sequence, user_task, wait
from faults.node import CLOCK
from faults.outcome import Outcome
from faults.places import Feeder, installation, wait_for
from faults.servers import Node, PostgreSQL, folder, postgresql, running
from faults.users import Users
from flowcase import bootstrap, scheduler
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.errors import Conflict
from flowcase.services.machines.nodes import FAR_AHEAD

LEAPS = (-7200, -3600, -60, -5, 0, 5, 60, 3600, 7200)  # seconds
DAY = 86400  # by which the clock of the web process is behind when it starts
OFF_SECONDS = FAR_AHEAD.total_seconds() + 1  # that an entry's instant may be from when it was committed
DRAWN = sequence(
    "work",
    user_task("first"),
    job("send", "chaos.send", retries=50),
    wait("a_second", "PT1S"),
    user_task("second"),
)
ALONE = sequence("alone", job("send", "chaos.send", retries=50), wait("a_second", "PT1S"))
FALTERING = sequence("faltering", job("falter", "chaos.falter", retries=50))
PATIENT = sequence("patient", wait("half_an_hour", "PT30M"))  # never due but for a clock that is ahead
PATIENTS = 20
FALTER = 4  # jobs that run while a clock leaps
DONE_SECONDS = 60.0  # in which something is done that may be, on processors that do much else


def set_about(*, seconds: float, seed: int) -> Outcome:
    """The clocks of one of two workers and of the web process leap; at last that worker is alone, ahead, and
    is started anew so.

    The web process's is a day behind when it starts.
    """
    outcome = Outcome(
        "clocks", "The clocks of one of two workers and of a web process set back and forward by hours"
    )
    outcome.meant = ("timers fired", "jobs completed")
    chance, leaps, ahead = random.Random(seed), 0, 0
    actor = Actor("client", groups=frozenset({"clients"}))
    with (
        folder() as place,
        postgresql(place) as database,
        installation(place / "home", database.url, DRAWN, ALONE, FALTERING, PATIENT) as (flow, token),
    ):
        clock, of_web = place / "home" / "clock", place / "home" / "clock_of_web"
        _set(clock, 0)
        _set(of_web, -DAY)
        shared = {"FLOWCASE_DATABASE_URL": database.url}
        steady, leaping, web = nodes = (
            Node("worker", place / "home", name="steady", environment=shared),
            Node("worker", place / "home", name="leaping", environment={**shared, CLOCK: str(clock)}),
            Node("web", place / "home", name="astray", environment={**shared, CLOCK: str(of_web)}),
        )
        caseworker = Users([web.address], token, 1, seed, thought=(0.05, 0.2))
        acknowledged: list[str] = []
        feeder = Feeder(flow, "work", 20)
        for _ in range(PATIENTS):
            flow.instances.start("patient", actor=SYSTEM)
        with running(*nodes):
            wait_for(lambda: all(_lives(flow, node) for node in nodes), DONE_SECONDS)
            feeder.start()
            caseworker.start()
            caseworker.until_one_succeeds(DONE_SECONDS)
            until, leap_at = time.monotonic() + seconds, time.monotonic() + 1.0
            while time.monotonic() < until or not (leaps and _has_faltered(database, until)):
                if time.monotonic() > leap_at:
                    ahead = chance.choice([leap for leap in LEAPS if leap != ahead])
                    for _ in range(FALTER):
                        flow.instances.start("faltering", actor=SYSTEM)
                    time.sleep(0.3)  # they have begun, and none has failed
                    _set(clock, ahead)
                    _set(of_web, chance.choice((*LEAPS, -DAY, DAY)))
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
            caseworker.stop()
            _alone(flow, clock, steady, leaping, outcome)
        outcome.wrong["more than a minute early by the database's clock"] = _early(database)
        _off(database, outcome)
        acknowledged += caseworker.acknowledged
        outcome.tried |= {
            "leaps": leaps,
            "times told to be corrected": leaping.times_said("wrong clock: corrected"),
            "corrections that the history tells": _told(database),
            "completions acknowledged": len(acknowledged),
            "of them by the web process": len(caseworker.acknowledged),
        }
        _later(flow)
        outcome.add(count(flow, acknowledged, is_done=True))
        outcome.lost += feeder.missing()
    return outcome


def _alone(flow: Flowcase, clock: Path, steady: Node, leaping: Node, outcome: Outcome) -> None:
    """What the leaping worker does alone, an hour ahead: what is due by the right time, and nothing else."""
    steady.stop()
    _set(clock, 3600)
    undone = 0
    for starts_anew in (False, True):
        if starts_anew:
            leaping.kill()
            leaping.start()
        alone = flow.instances.start("alone", actor=SYSTEM)
        outcome.until_normal.append(wait_for(functools.partial(_is_done, flow, alone), DONE_SECONDS))
        undone += not _is_done(flow, alone)
    outcome.wrong["not done within a minute"] = undone
    leaping.stop()


def _has_faltered(database: PostgreSQL, until: float) -> bool:
    """Whether a try failed, or will no longer be waited for: those that a leap has another worker take over
    do not."""
    ((tries,),) = database.ask("SELECT count(*) FROM history WHERE kind LIKE '%JobFailed%'")
    return int(tries) > 0 or time.monotonic() > until + DONE_SECONDS


def _told(database: PostgreSQL) -> int:
    ((times,),) = database.ask("SELECT count(*) FROM history WHERE kind LIKE '%ClockCorrected%'")
    return int(times)


def _lives(flow: Flowcase, node: Node) -> bool:
    seen = flow.nodes.overview(flow.clock.now())
    return any(each.id == node.name and not each.is_silent for each in seen.nodes)


def _is_done(flow: Flowcase, instance: str) -> bool:
    return flow.instances.get(instance).status == "completed"


def _early(database: PostgreSQL) -> int:
    """Timers that fired long before their instant by the clock of PostgreSQL, which no fault touches."""
    ((early,),) = database.ask(
        "SELECT count(*) FROM timer WHERE status = 'fired' AND pg_xact_commit_timestamp(xmin) < due_at - "
        f"interval '{FAR_AHEAD.total_seconds() + 1:.0f} seconds'"
    )
    return int(early)


def _off(database: PostgreSQL, outcome: Outcome) -> None:
    """Entries of the history whose instants are off by the clock of PostgreSQL, and what they put off."""
    ((tries, entries, retries, timers, most),) = database.ask(
        "SELECT count(*) FILTER (WHERE kind LIKE '%JobFailed%'), count(*) FILTER (WHERE abs(off) > limit_), "
        "count(*) FILTER (WHERE kind LIKE '%JobFailed%' AND off > limit_), "
        "count(*) FILTER (WHERE kind LIKE '%TimerScheduled%' AND off > limit_), max(abs(off)) "
        "FROM (SELECT kind, extract(epoch FROM at - pg_xact_commit_timestamp(xmin)) AS off, "
        f"{OFF_SECONDS:.0f} AS limit_ FROM history) AS each"
    )
    outcome.tried["tries that failed"] = tries
    outcome.wrong |= {
        "entries of the history at a wrong instant": entries,
        "retries put off": retries,
        "timers put off": timers,
    }
    backwards = (
        "SELECT count(*) FROM (SELECT at - lag(at) OVER (PARTITION BY stream ORDER BY seq) AS passed "
        f"FROM history) AS each WHERE passed < interval '-{OFF_SECONDS:.0f} seconds'"
    )
    ((outcome.wrong["entries before the one they follow"],),) = database.ask(backwards)
    outcome.notes.append(f"an entry's instant is at most {most:.1f} s from when PostgreSQL committed it")


class _Later:
    """What the time will be when all that waits is due, by any of the clocks."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + 2 * dt.timedelta(seconds=DAY)


def _later(flow: Flowcase) -> None:
    """Let everything be done whose time is still to come."""
    later = bootstrap.assemble(flow.settings, flow.store, _Later(), handlers=flow.handlers)
    wait_for(lambda: not any(scheduler.run_once(later).values()) and not later.timers.list(), DONE_SECONDS)


def _set(clock: Path, ahead: float) -> None:
    new = clock.with_suffix(".new")
    new.write_text(str(ahead))
    new.replace(clock)  # whoever reads it sees the old or the new one
