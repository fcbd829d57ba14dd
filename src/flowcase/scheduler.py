"""The ticker: APScheduler calls one service per tick; what is due lives in the database.

Its own job store is in memory and holds nothing worth keeping: any number of processes may tick at the
same time, since the services claim what they do.
"""

from __future__ import annotations

import atexit
import contextlib
import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from flowcase import logs
from flowcase.clock import WallClock, machine_now
from flowcase.errors import FlowcaseError
from flowcase.outage import Outage
from flowcase.services.machines.nodes import HEARTBEAT_SECONDS
from flowcase.services.transactions import UNAVAILABLE, DatabaseLost, DatabaseUnready

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase

TICK_SECONDS = 1.0
AWAY_SECONDS = 5.0  # how long to wait for a server that is away before listening again
STOP_SECONDS = 20.0  # how long a worker that is told to stop waits for what it has begun
GOODBYE_SECONDS = 3.0  # how long it waits for a database that is away before it ends without a word to it
LEAP_SECONDS = 1.0  # by which a clock that is kept right is never set back
BATCH = 200
JOBS = 8  # that a thread takes at once
CHECKPOINT_SECONDS = 600.0  # how often is looked whether a checkpoint of the history is due
CHECKPOINTS_SECONDS = 30.0  # how often is looked whether a receipt of one is to be sent
RECOVERIES_SECONDS = 60.0  # how often is looked whether the database goes on from a copy
UPLOADS_SECONDS = 600.0  # how often files of forms that were never sent are taken away
CHECKPOINT_AFTER = dt.timedelta(hours=24)

_SIMULATIONS = "simulations"
_ALWAYS_ASK = ("timers", "heartbeat")  # ticks that never end without an answer of the database
_BY_ANY_CLOCK = ("heartbeat", "leases", "subscribers")  # ticks that call nothing due

_log = structlog.get_logger(__name__)


def run_once(flow: Flowcase) -> dict[str, int]:
    """Do everything that is due now; how much of each."""
    flow.clock_watch.refresh()
    done = {"timers": 0, "jobs": 0, "messages": 0, "mails": 0, "webhooks": 0, "checkpoints": 0}
    flow.leases.cut()
    flow.recoveries.look()
    while True:
        held = flow.suspensions.start_held()
        timers, jobs = flow.timers.fire_due(BATCH), flow.jobs.run_due(BATCH)
        done["timers"] += timers
        done["jobs"] += jobs
        if not timers and not jobs and not held:
            break
    while flow.mails.sort_waiting() or flow.mails.send_due():
        done["mails"] += 1
    while flow.webhook_sending.send_due():
        done["webhooks"] += 1
    while flow.checkpoint_sending.send_due():
        done["checkpoints"] += 1
    done["messages"] = flow.messages.expire()
    return done


def start(
    flow: Flowcase, stopping: threading.Event | None = None, outage: Outage | None = None
) -> BackgroundScheduler:
    """Tick in the background until `.shutdown()`; open ticks are finished by it.

    Once `stopping` is set, nothing new is begun. `outage` is told when the database is away.
    """
    stopping, outage = stopping or threading.Event(), outage or Outage()
    threads = flow.settings.job_threads

    def drain(service: Callable[[], int]) -> Callable[[], None]:
        def tick() -> None:
            while not stopping.is_set() and service():
                flow.clock_watch.refresh()

        return tick

    # What is slow, a handler or a mail server, holds up only its own tick: timers have theirs.
    ticks: list[tuple[str, float, Callable[[], object]]] = [
        ("timers", TICK_SECONDS, drain(lambda: flow.timers.fire_due(BATCH))),
        ("messages", TICK_SECONDS, flow.messages.expire),
        ("heartbeat", HEARTBEAT_SECONDS, lambda: flow.nodes.beat("worker", WallClock().now())),
    ]
    ticks.append(("leases", HEARTBEAT_SECONDS, flow.leases.cut))
    ticks.append(("recoveries", RECOVERIES_SECONDS, flow.recoveries.look))
    ticks.append(("moves", TICK_SECONDS, drain(flow.migration_work.run_waiting)))
    ticks.append(("held", TICK_SECONDS, drain(flow.suspensions.start_held)))
    ticks.append(("batches", TICK_SECONDS, drain(flow.batch_work.run_waiting)))
    simulate = drain(lambda: flow.simulations.run_waiting(stopping.is_set))
    ticks.append((_SIMULATIONS, TICK_SECONDS, _one_at_a_time(simulate)))
    ticks.append(("scans", TICK_SECONDS, drain(flow.scanning.run_waiting)))
    ticks.append(("outbox", TICK_SECONDS, drain(flow.mails.sort_waiting)))
    ticks.append(("mails", TICK_SECONDS, drain(flow.mails.send_due)))
    ticks.append(("webhooks", TICK_SECONDS, drain(flow.webhook_sending.send_due)))
    ticks.append(("checkpoints", CHECKPOINTS_SECONDS, drain(flow.checkpoint_sending.send_due)))
    ticks.append(("subscribers", HEARTBEAT_SECONDS, flow.webhooks.refresh))
    ticks.append(("deliveries", UPLOADS_SECONDS, flow.webhook_sending.forget_old))
    ticks.append(("sent", UPLOADS_SECONDS, flow.mails.forget_old))
    ticks.append(("uploads", UPLOADS_SECONDS, drain(flow.documents.forget_old_uploads)))
    ticks.append(("addresses", UPLOADS_SECONDS, flow.mails.forget_former_addresses))
    ticks.append(("answers", UPLOADS_SECONDS, flow.kept_answers.forget_old))
    ticks.append(("sessions", UPLOADS_SECONDS, flow.sessions.forget_old))
    ticks.append(("absences", UPLOADS_SECONDS, drain(flow.absences.forget_old)))
    ticks.append(
        ("checkpoint", CHECKPOINT_SECONDS, lambda: flow.checkpoints.make(only_after=CHECKPOINT_AFTER))
    )
    ticks += [
        (_jobs(nr), TICK_SECONDS, drain(lambda: flow.jobs.run_due(JOBS, stopping.is_set)))
        for nr in range(threads)
    ]
    # A thread for each, and one for a simulation's second tick: none waits until another one has ended.
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(len(ticks) + 1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )
    for name, seconds, service in ticks:
        do = service if name in _BY_ANY_CLOCK else _by_a_right_clock(flow, service)
        scheduler.add_job(_tick, "interval", seconds=seconds, args=[name, do, outage], id=name, name=name)
    # It takes minutes: ticks that find it at work end at once, and nobody is warned of each.
    scheduler.modify_job(_SIMULATIONS, max_instances=2)
    scheduler.modify_job("heartbeat", next_run_time=machine_now())
    scheduler.start()
    return scheduler


def run_until(flow: Flowcase, stopping: threading.Event) -> bool:
    """Tick until `stopping` is set; what has begun is finished first, within STOP_SECONDS.

    It stops by itself when handlers that hang hold every thread for jobs: only another process would run one
    again. False when a handler still ran at the end: its job was handed back to the other nodes, or is lost.
    """
    outage = Outage()
    scheduler = start(flow, stopping, outage)
    listening = threading.Thread(
        target=_listen, args=(flow, scheduler, stopping, outage), name="listening", daemon=True
    )
    listening.start()
    while not stopping.wait(TICK_SECONDS):
        back = _stand_still(scheduler)
        if back > LEAP_SECONDS:
            _log.warning("clock set back", seconds=round(back))
            _go_on(scheduler)
        if flow.jobs.hangs(flow.settings.job_threads):
            _log.error("every thread for jobs is held by a handler that hangs: this worker ends")
            stopping.set()
    ending = threading.Thread(target=scheduler.shutdown, name="shutdown", daemon=True)
    ending.start()
    ending.join(STOP_SECONDS)
    is_done = not ending.is_alive()
    try:
        if not is_done:
            _log.warning("jobs handed back", count=flow.jobs.hand_back(within=GOODBYE_SECONDS))
        listening.join(2 * TICK_SECONDS)
        flow.nodes.leave(within=GOODBYE_SECONDS)
    except UNAVAILABLE as error:  # what it holds is taken over when the leases end, as of one that was killed
        _log.warning(
            "ends while the database is away", leases_run_out=not is_done, because=type(error).__name__
        )
        return False  # what waits for the database would hold the process
    return is_done


def beat_in_background(flow: Flowcase, kind: str) -> None:
    """Say that a process without ticks of its own lives, as long as it does, and see to its connections."""

    outage = Outage()

    def beat() -> None:
        while True:
            _tick("heartbeat", lambda: flow.nodes.beat(kind, WallClock().now()), outage)
            _tick("clock", flow.clock_watch.refresh, outage)
            _tick("subscribers", flow.webhooks.refresh, outage)
            time.sleep(HEARTBEAT_SECONDS)

    threading.Thread(target=beat, name="heartbeat", daemon=True).start()
    in_touch = threading.Thread(target=stay_in_touch, args=(flow, threading.Event()), name="in touch")
    in_touch.daemon = True
    in_touch.start()
    atexit.register(_tick, "heartbeat", lambda: flow.nodes.leave(within=GOODBYE_SECONDS), outage)


def stay_in_touch(flow: Flowcase, stopping: threading.Event) -> None:
    """Keep a process for which people wait from waiting for ever on connections that lead nowhere, and from
    trying again and again where new ones lead nowhere either."""
    flow.store.gives_up_early = True
    while not stopping.is_set() and not flow.store.is_sqlite:
        try:
            flow.store.stay_in_touch(stopping)
        except FlowcaseError:  # the heartbeat says so
            pass
        except Exception:  # such as a server that takes no more connections
            _log.exception("tick failed", service="in touch")
        stopping.wait(AWAY_SECONDS)


def _listen(
    flow: Flowcase, scheduler: BackgroundScheduler, stopping: threading.Event, outage: Outage
) -> None:
    """Wake the jobs' ticks as soon as another process has written a job; their own ticks are the fallback."""
    broke: float | None = None  # monotonic: since when nothing is heard
    while not stopping.is_set():
        began = time.monotonic()
        try:
            for is_wanted in flow.store.news_of_work(TICK_SECONDS):
                if broke is not None:
                    broke = None
                    outage.is_back(began)
                if stopping.is_set():
                    return
                if is_wanted:
                    _wake(flow, scheduler)
            return  # nobody tells here
        except FlowcaseError:  # one connection may break: the server is away when the next one breaks, too
            if broke is not None:
                outage.is_away(since=broke)
            broke = broke or time.monotonic()
            stopping.wait(AWAY_SECONDS)
        except Exception:  # such as a machine that has no thread to spare: nobody else listens here
            _log.exception("tick failed", service="listening")
            stopping.wait(AWAY_SECONDS)


def _wake(flow: Flowcase, scheduler: BackgroundScheduler) -> None:
    for nr in range(flow.settings.job_threads):
        with contextlib.suppress(JobLookupError):  # it is just being stopped
            scheduler.modify_job(_jobs(nr), next_run_time=machine_now())


def _stand_still(scheduler: BackgroundScheduler) -> float:
    """Seconds by which a tick waits longer than it should: so much was the clock set back, however often it
    was set meanwhile."""
    now = machine_now()
    waits = [job.next_run_time - now - job.trigger.interval for job in scheduler.get_jobs()]
    return max(waits, default=dt.timedelta()).total_seconds()


def _go_on(scheduler: BackgroundScheduler) -> None:
    """Every tick now: else each would wait until a clock that was set back has caught up."""
    for job in scheduler.get_jobs():
        with contextlib.suppress(JobLookupError):
            scheduler.modify_job(job.id, next_run_time=machine_now())


def _one_at_a_time(service: Callable[[], object]) -> Callable[[], None]:
    is_free = threading.Lock()

    def tick() -> None:
        if is_free.acquire(blocking=False):
            try:
                service()
            finally:
                is_free.release()

    return tick


def _jobs(nr: int) -> str:
    return f"jobs {nr + 1}"


def _by_a_right_clock(flow: Flowcase, service: Callable[[], object]) -> Callable[[], None]:
    def tick() -> None:
        flow.clock_watch.refresh()
        service()

    return tick


def _tick(name: str, service: Callable[[], object], outage: Outage) -> None:
    began = time.monotonic()
    try:
        with logs.about(service=name):
            service()
    except DatabaseLost as error:
        outage.is_away(since=began, because=error)
    except DatabaseUnready as error:
        outage.is_unready(because=error)
    except UNAVAILABLE as error:
        outage.is_put_off(name, because=error)
    except Exception:  # the next tick tries again; a dead ticker would be worse than a loud one
        _log.exception("tick failed", service=name)
    else:
        if name in _ALWAYS_ASK:
            outage.is_back(began)
