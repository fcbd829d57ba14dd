"""An installation for one fault: its diagrams deployed, an account whose token the users work with."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from faults import outside
from faults.drawing import GROUP, WORK
from flowcase import bootstrap, config, handlers
from flowcase.access.actor import SYSTEM
from flowcase.access.scopes import SCOPES
from flowcase.bootstrap import Flowcase
from flowcase.errors import FlowcaseError
from flowcase.services.transactions import patiently
from flowcase.store.queries import waiting

CLIENT = "client"


@contextlib.contextmanager
def installation(
    home: Path, url: str = "", *diagrams: bytes, clock: Any = None, durable: bool = True
) -> Iterator[tuple[Flowcase, str]]:
    """(installation, token of its clients), on a database that must be empty."""
    home.mkdir(parents=True, exist_ok=True)
    os.environ[outside.WORLD] = str(home / "world")
    settings = config.Config(home=home, database_url=url, node="overseer", is_durable=durable)
    bootstrap.upgrade(settings)
    flow = bootstrap.open(settings, clock=clock, handlers=handlers.load_handlers())
    try:
        flow.people.add_program(CLIENT, groups=[GROUP], scopes=SCOPES, actor=SYSTEM)
        bundle = {f"chaos{number}.bpmn": drawn for number, drawn in enumerate(diagrams or (WORK,))}
        flow.deployments.deploy(bundle, actor=SYSTEM, note="chaos")
        yield flow, flow.people.new_token(CLIENT, actor=SYSTEM)
    finally:
        flow.close()


class Feeder:
    """Keeps so many user tasks open by starting instances; remembers which were acknowledged."""

    def __init__(self, flow: Flowcase, process: str, ahead: int) -> None:
        self.started: list[str] = []
        self.unanswered = 0
        self._flow, self._process, self._ahead = flow, process, ahead
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._feed, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=60)

    def _feed(self) -> None:
        while not self._stop.is_set():
            try:
                for _ in range(self._ahead - len(self._flow.user_tasks.list(limit=self._ahead))):
                    if self._stop.is_set():
                        return
                    self.started.append(self._flow.instances.start(self._process, actor=SYSTEM))
            except FlowcaseError:
                self.unanswered += 1
            self._stop.wait(0.2)

    def missing(self) -> int:
        """How many acknowledged starts the database does not know."""
        known = {row.id for row in self._flow.instances.list(limit=None)}
        return len(set(self.started) - known)


def wait_for(is_so: Callable[[], bool], seconds: float) -> float:
    """Until something is so, or so many seconds have passed; the seconds that took."""
    began = time.monotonic()
    while not is_so() and time.monotonic() - began < seconds:
        time.sleep(0.05)
    return time.monotonic() - began


def until_done(flow: Flowcase, seconds: float = 120) -> float:
    """Until no timer and no job waits any more, and no worker has one in its hands (or had, when killed)."""
    return wait_for(lambda: is_all_done(flow), seconds)


def is_all_done(flow: Flowcase) -> bool:
    """Asked at one moment: of a job that ends between two questions and writes a timer neither would tell."""

    def once() -> bool:
        with flow.store.at_one_moment(flow.clock.now()) as tx:
            return waiting.next_due(tx) is None and waiting.next_claimable_job(tx) is None

    return patiently(once)


def left_undone(flow: Flowcase) -> list[str]:
    """Each timer and job that is not done, with what tells whether it waits or whether nobody takes it up."""
    now = flow.clock.now()

    def seconds(at: dt.datetime | None) -> str:
        return "never" if at is None else f"{(at - now).total_seconds():.0f} s from now"

    told = [
        f"timer {row.timer} of {row.instance}, due {seconds(row.due_at)}, to be tried {seconds(row.try_at)}"
        for row in flow.timers.list()
    ]
    for row in (row for each in ("pending", "claimed", "failed") for row in flow.jobs.list(status=each)):
        held = f"leased to {row.lease_owner or 'nobody'} until {seconds(row.lease_until)}"
        told.append(
            f"{row.status} job {row.type} of {row.instance}, claimed {row.attempts} times, "
            f"{row.retries} tries left, to be tried {seconds(row.try_at)}, {held}"
        )
    return [f"left undone: {each}" for each in told]


def is_kept_up(flow: Flowcase, within: float = 3) -> bool:
    """Whether nothing that is due has waited longer than so many seconds."""
    seen = flow.nodes.overview(flow.clock.now())
    return max(seen.timers_late, seen.jobs_late) <= dt.timedelta(seconds=within)
