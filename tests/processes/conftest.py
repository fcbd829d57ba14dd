"""A small town to tell stories in: an installation on a clock of its own, with people in the roles."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM, Actor
from flowcase.clock import ManualClock
from flowcase.config import Config
from tests.made_once import made_once

PROCESSES = Path(__file__).parents[2] / "processes"
DEPLOYED = "2025-10-01T00:00"  # before every story
LOCAL = ZoneInfo("Europe/Copenhagen")
PEOPLE: dict[str, list[str]] = {
    "FP-1": ["fronten", "frontpersonale"],
    "FP-2": ["fronten", "frontpersonale"],
    "AV-1": ["akutvagt"],
    "VL-1": ["vagtleder"],
    "MA-1": ["myndighedsansvarlig"],
    "FR-1": ["forebyggende_raadgiver"],
    "TL-SYD": ["teamleder_syd"],
    "TL-NORD": ["teamleder_nord"],
    "CW-03": ["familieteam_syd"],
    "CW-07": ["familieteam_syd"],
}
NOTIFICATION = {
    "kanal": "telefon",
    "underretter_type": "skole",
    "underretter_anonym": False,
    "underretter_kontakt": "Skolens kontor",
    "bekymring": "Synlige mærker.",
    "aftalt_med_familien": "ikke_orienteret",
    "umiddelbar_fare": False,
    "mistanke_overgreb": False,
    "aeresrelateret": False,
    "soeskende": "ingen",
}
ASSESSMENT = {
    "tavle": {
        "bekymringer": [{"hvem": "Skolen", "hvad": "Mærker"}],
        "fungerer": [{"hvem": "Skolen", "hvad": "Går i skole"}],
        "vil_se_ske": [{"hvem": "Fronten", "hvad": "Sikkerhed"}],
    },
    "fare_sundhed_udvikling": False,
    "akut": "nej",
    "foraeldre_orienteres": "nej",
    "begrundelse": "Vurderet ud fra skolens oplysninger.",
}


def _at(text: str) -> dt.datetime:
    """A local instant, written as the specification does."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL)


class Town:
    """What a story asks for in one word each."""

    def __init__(self, flow: Any) -> None:
        self.flow = flow

    def person(self, id: str) -> Actor:
        return self.flow.people.actor(id)

    def go_to(self, text: str) -> None:
        self.advance(_at(text).astimezone(dt.UTC))

    def advance(self, moment: dt.datetime) -> None:
        while (due := self.flow.next_due()) is not None and due <= moment:
            self.flow.clock.set(max(due, self.flow.clock.now()))
            while self.flow.timers.fire_due() or self.flow.jobs.run_due():
                pass
        self.flow.clock.set(moment)

    def notify(self, number: str, *children: str, received: str, by: str = "FP-1", **values: Any) -> None:
        rows = [{"navn": f"Barn {code}", "sag": code} for code in children]
        form = {**NOTIFICATION, "modtaget": _at(received).isoformat(), "boern": rows, **values}
        self.flow.notifications.receive(
            {**form, "underretning_id": number}, source="form", actor=self.person(by)
        )

    def notes(self, kind: str) -> list[str]:
        """The cases in which a note of this kind stands."""
        return sorted(
            str(row.event.case)
            for row in self.flow.history.everything()
            if type(row.event).__name__ == "NoteWritten" and row.event.kind == kind
        )

    def tasks(self, element: str, case: str | None = None) -> list[Any]:
        rows = self.flow.user_tasks.list()
        return [row for row in rows if row.element == element and case in (None, row.case_code)]

    def complete(self, element: str, by: str, case: str | None = None, **values: Any) -> None:
        [row] = self.tasks(element, case)
        self.flow.user_tasks.complete(row.id, values, actor=self.person(by))

    def assess(self, case: str, by: str = "FP-1", **values: Any) -> None:
        """Every open assessment of the child."""
        for row in self.tasks("vurder", case):
            now = self.flow.clock.now().isoformat()
            form = {**ASSESSMENT, "vurderet_af": by, "vurderet": now, **values}
            self.flow.user_tasks.complete(row.id, form, actor=self.person(by))

    def meet(self, day: str, **values: Any) -> None:
        self.complete(
            "fremmoede",
            "FP-1",
            dato=day,
            frontpersonale=["FP-1", "FP-2"],
            forebyggende=["FR-1"],
            familieteam=["CW-07"],
            **values,
        )

    def decide(self, case: str, outcome: str = "til_familieteam", **values: Any) -> None:
        self.complete(
            "afgoer",
            "FP-1",
            case,
            **{"udfald": outcome, "begrundelse": "Besluttet på mødet.", "informerer_familie": "FP-1"}
            | values,
        )

    def deadlines(self, rule: str, **by: str) -> list[Any]:
        return [
            row
            for row in self.flow.deadlines.list()
            if row.rule == rule and all(getattr(row, name) == value for name, value in by.items())
        ]

    def open_case(self, code: str, **facts: Any) -> None:
        self.flow.cases.open(code, child={"navn": f"Barn {code}"}, facts=facts, actor=SYSTEM)

    def send(self, message: str, key: str, **variables: Any) -> None:
        self.flow.messages.correlate(message, key, variables, actor=SYSTEM)

    def facts(self, case: str) -> Mapping[str, Any]:
        return self.flow.cases.facts(case)

    def ends(self, process: str) -> list[str]:
        """Ids of the end events that instances of this process reached, in order."""
        instances = {row.id: row for row in self.flow.instances.list(limit=None)}
        return [
            row.event.element
            for row in self.flow.history.everything()
            if type(row.event).__name__ == "ElementCompleted"
            and row.event.kind == "endEvent"
            and instances[row.instance].process == process
        ]

    def notices(self, text: str) -> list[Any]:
        return [
            row.event
            for row in self.flow.history.everything()
            if type(row.event).__name__ == "NoticeSent" and row.event.text == text
        ]


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation with everything deployed and everybody added: made once, then copied."""

    def make(home: Path) -> None:
        flow = bootstrap.open_throwaway(home, now=_at(DEPLOYED))
        files = {
            path.relative_to(PROCESSES).as_posix(): path.read_bytes()
            for path in sorted(PROCESSES.rglob("*"))
            if path.suffix in {".bpmn", ".dmn", ".form"}
            or (path.suffix == ".yaml" and path.parent.name == "rulesets")
        }
        flow.deployments.deploy(files, actor=SYSTEM, note="test")
        for id, groups in PEOPLE.items():
            flow.people.add(id, name=id, groups=groups, actor=SYSTEM)
        flow.close()

    return made_once(tmp_path_factory, "town", make)


@pytest.fixture
def town(tmp_path: Path, deployed: Path) -> Iterator[Callable[..., Town]]:
    opened: list[Any] = []

    def build(now: str, **settings: Any) -> Town:
        home = tmp_path / "home"
        shutil.copytree(deployed, home)
        config = Config(home=home, is_demonstration=True, is_durable=False)
        flow = bootstrap.open(config, clock=ManualClock(_at(now)))
        opened.append(flow)
        if settings:
            flow.rule_sets.use(selected=None, settings=settings, actor=SYSTEM)
        while flow.timers.fire_due():  # the daily meetings since the deployment, caught up on at once
            pass
        return Town(flow)

    yield build
    for flow in opened:
        flow.close()
