"""The ticker: APScheduler calls one service per tick; what is due lives in the database.

Its own job store is in memory and holds nothing worth keeping: any number of processes may tick at the
same time, since the services claim what they do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase

TICK_SECONDS = 1.0
BATCH = 200

_log = structlog.get_logger(__name__)


def run_once(flow: Flowcase) -> dict[str, int]:
    """Do everything that is due now; how much of each."""
    done = {"timers": 0, "jobs": 0, "messages": 0}
    while True:
        timers, jobs = flow.timers.fire_due(BATCH), flow.jobs.run_due(BATCH)
        done["timers"] += timers
        done["jobs"] += jobs
        if not timers and not jobs:
            break
    done["messages"] = flow.messages.expire()
    return done


def start(flow: Flowcase) -> BackgroundScheduler:
    """Tick in the background until `.shutdown()`; open ticks are finished by it."""
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(3)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )
    # A slow handler holds up only the jobs' tick: timers have their own.
    for name, service in (
        ("timers", lambda: _drain(lambda: flow.timers.fire_due(BATCH))),
        ("jobs", lambda: _drain(lambda: flow.jobs.run_due(1))),
        ("messages", flow.messages.expire),
    ):
        scheduler.add_job(_tick, "interval", seconds=TICK_SECONDS, args=[name, service], id=name, name=name)
    scheduler.start()
    return scheduler


def run_forever(flow: Flowcase) -> None:
    """Tick until the process is told to stop; what has begun is finished first."""
    scheduler = start(flow)
    try:
        threading.Event().wait()
    finally:
        scheduler.shutdown(wait=True)


def _drain(service: Callable[[], int]) -> None:
    while service():
        pass


def _tick(name: str, service: Callable[[], object]) -> None:
    try:
        service()
    except Exception:  # the next tick tries again; a dead ticker would be worse than a loud one
        _log.exception("tick failed", service=name)
