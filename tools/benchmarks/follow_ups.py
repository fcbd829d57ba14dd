"""A case that is followed up for ever: rounds of `opfoelgning` by the real services, and what each costs."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.modeling import folder_files
from flowcase.store import tables

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.traffic import Traffic, traffic

BEGIN = dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)
CASE, CASEWORKER = "SAG-1", "CW-1"
BETWEEN = dt.timedelta(days=2)  # so that 2,000 rounds fit in the eleven years of a long measure
# What the caseworker fills in, in the order of a round.
ANSWERS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("indkald", {"tid": "{time}", "deltagere": "Barnet og mor"}),
    (
        "leverandoerstatus",
        {"behandlingsplan": "Uændret.", "status": "God.", "forslag": "Uændret.", "bekymringer": "Ingen."},
    ),
    ("samtale", {"dato": "{day}", "gennemfoert": "ja", "barnets_ord": "Det går bedre."}),
    (
        "opfoelg",
        {
            "afholdt": "{day}",
            "maalstatus": [{"maal": "Kommer i skole", "status": "paa_vej"}],
            "nedtrapning": "nej",
            "barnets_ord": "Det går bedre.",
            "exit": "Uændret.",
            "beslutning": "fortsaet",
        },
    ),
)


@dataclass(frozen=True)
class Round:
    """What one round of four user tasks cost."""

    number: int
    seconds: float
    cpu: float  # seconds of it that this process worked
    statements: int  # as the database executes them
    state: int  # bytes of the instance at rest
    history: int  # bytes that the history grew by


class FollowUp:
    """One measure of one case, followed up round after round on a clock that is set on between them."""

    def __init__(self, flow: Flowcase, seen: Traffic) -> None:
        self.flow, self._seen = flow, seen
        self.instance = _begin(flow)
        self._actor: Actor = flow.people.actor(CASEWORKER)
        self._number = 0

    def round(self) -> Round:
        """Prepare the follow-up, hold it, and let everything happen that follows from it."""
        self._number += 1
        history = self._history_size()
        self._seen.statements.clear()
        began, worked = time.perf_counter(), time.process_time()
        for element, values in ANSWERS:
            (task,) = [
                row for row in self.flow.user_tasks.list(instance=self.instance) if row.element == element
            ]
            self.flow.user_tasks.complete(task.id, self._filled(values), actor=self._actor)
        seconds, cpu = time.perf_counter() - began, time.process_time() - worked
        statements = len(self._seen.statements)
        self._go_on()
        grown = self._history_size() - history
        return Round(self._number, seconds, cpu, statements, self._state_size(), grown)

    def _go_on(self) -> None:
        """Two days pass, with every timer at its own instant."""
        moment = self.flow.clock.now() + BETWEEN
        while (due := self.flow.next_due()) is not None and due <= moment:
            self.flow.clock.set(max(due, self.flow.clock.now()))
            while self.flow.timers.fire_due() or self.flow.jobs.run_due():
                pass
        self.flow.clock.set(moment)

    def _filled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        now = self.flow.clock.now()
        known = {"{day}": now.date().isoformat(), "{time}": now.isoformat()}
        return {
            key: known.get(value, value) if isinstance(value, str) else value for key, value in values.items()
        }

    def _state_size(self) -> int:
        table = tables.instance_state
        return self._scalar(
            select(func.length(table.c.sealed_state)).where(table.c.instance == self.instance)
        )

    def _history_size(self) -> int:
        return self._scalar(
            select(func.sum(func.length(tables.history.c.sealed_payload))).where(
                tables.history.c.stream == f"case:{CASE}"
            )
        )

    def _scalar(self, statement: Any) -> int:
        with self.flow.store.engine.connect() as connection:
            found = connection.execute(statement).scalar()
            connection.rollback()
        return int(found)


@contextmanager
def followed(home: Path, *, durable: bool = True) -> Iterator[FollowUp]:
    """An installation on SQLite with the shipped processes and one case whose measure has begun."""
    home.mkdir(parents=True, exist_ok=True)
    settings = config.Config(home=home, is_demonstration=True, is_durable=durable)
    bootstrap.upgrade(settings)
    flow = bootstrap.open(settings, clock=ManualClock(BEGIN))
    try:
        flow.deployments.deploy(folder_files(config.shipped_processes()), actor=SYSTEM, note="rounds")
        with traffic(flow.store) as seen:
            yield FollowUp(flow, seen)
    finally:
        flow.close()


def _begin(flow: Flowcase) -> str:
    flow.people.add(
        CASEWORKER, name="Caseworker", groups=["familieteam_syd"], team="familieteam_syd", actor=SYSTEM
    )
    facts = {"team": "familieteam_syd", "sagsbehandler": CASEWORKER, "omraade": "syd"}
    flow.cases.open(CASE, child={"navn": "Barn"}, facts=facts, actor=SYSTEM)
    started = {
        "sag_id": CASE,
        "start": flow.clock.now().date(),
        "art": "forebyggende",
        "regelsaet": ["BALLERUP-2016"],
    }
    flow.messages.correlate("foranstaltning_startet", CASE, started, case=CASE, actor=SYSTEM)
    (row,) = flow.instances.list(case=CASE, process="opfoelgning", limit=None)
    return row.id
