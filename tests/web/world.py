"""A small municipality with cases in several stages, for the pages: made once, copied for each test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM
from flowcase.access.scopes import SCOPES
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.config import Config, shipped_processes
from tests.processes.consents_given import give_consent

LOCAL = ZoneInfo("Europe/Copenhagen")
NOW = dt.datetime(2026, 3, 27, 9, 0, tzinfo=LOCAL)
PASSWORD = "birk-havn-lampe-sten"

PEOPLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "karen.fp": ("Karen Bilde", ("fronten", "frontpersonale")),
    "jonas.fp": ("Jonas Aagaard", ("fronten", "frontpersonale")),
    "henrik.vagt": ("Henrik Sander", ("akutvagt", "vagtleder")),
    "sofie.fr": ("Sofie Lykke", ("forebyggende_raadgiver",)),
    "camilla.syd": ("Camilla Noer", ("familieteam_syd",)),
    "omar.syd": ("Omar Haddad", ("familieteam_syd",)),
    "peter.nord": ("Peter Kjær", ("familieteam_nord",)),
    "else.syd": ("Else Brandt", ("teamleder_syd",)),
    "anders.myn": ("Anders Hvid", ("myndighedsansvarlig",)),
    "vera.revisor": ("Vera Lindhardt", ("revisor",)),
    "granly": ("Granly (leverandør)", ("leverandoer",)),
    "bo.mentor": ("Bo Sejersen", ("mentor_styregruppe",)),
    "jens.proces": ("Jens Olrik", ("procesejer",)),
    "lone.proces": ("Lone Holst", ("procesejer",)),
    "drift": ("Drift", ("administrator",)),
}

NOTIFICATION: dict[str, Any] = {
    "kanal": "telefon",
    "underretter_type": "skole",
    "underretter_anonym": False,
    "underretter_kontakt": "Skolens kontor",
    "bekymring": "Barnet kommer træt og sulten i skole og vil ikke hjem.",
    "aftalt_med_familien": "enig",
    "umiddelbar_fare": False,
    "mistanke_overgreb": False,
    "aeresrelateret": False,
    "soeskende": "ingen",
}
BOARD = {
    "bekymringer": [{"hvem": "Skolen", "hvad": "Træt og sulten"}],
    "fungerer": [{"hvem": "Mormor", "hvad": "Henter om tirsdagen"}],
    "vil_se_ske": [{"hvem": "Fronten", "hvad": "Ro om aftenen"}],
}
ASSESSMENT = {
    "tavle": BOARD,
    "fare_sundhed_udvikling": False,
    "akut": "nej",
    "foraeldre_orienteres": "ja",
    "begrundelse": "Vurderet ud fra skolens oplysninger.",
}


class World:
    """An installation, and what a story asks of it in one word each."""

    def __init__(self, flow: Flowcase) -> None:
        self.flow = flow

    def go_to(self, at: dt.datetime) -> None:
        """Let time pass; timers and jobs fire on the way."""
        moment = at.astimezone(dt.UTC)
        while (due := self.flow.next_due()) is not None and due <= moment:
            self.flow.clock.set(max(due, self.flow.clock.now()))
            while self.flow.timers.fire_due() or self.flow.jobs.run_due():
                pass
        self.flow.clock.set(moment)

    def notify(self, number: str, case: str, name: str = "Alma Hestbæk", **values: Any) -> None:
        raw = {
            **NOTIFICATION,
            "modtaget": self.flow.clock.now().isoformat(),
            "boern": [{"navn": name, "sag": case}],
            "underretning_id": number,
            **values,
        }
        self.flow.notifications.receive(raw, source="form", actor=self.flow.people.actor("karen.fp"))

    def task(self, element: str, case: str | None = None) -> Any:
        [row] = [
            row
            for row in self.flow.user_tasks.list()
            if row.element == element and case in (None, row.case_code)
        ]
        return row

    def complete(self, element: str, by: str, case: str | None = None, **values: Any) -> None:
        actor = self.flow.people.actor(by)
        self.flow.user_tasks.complete(self.task(element, case).id, values, actor=actor)

    def assess(self, case: str, by: str = "karen.fp", **values: Any) -> None:
        now = self.flow.clock.now().isoformat()
        self.complete("vurder", by, case, **{**ASSESSMENT, "vurderet_af": by, "vurderet": now, **values})


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """An instant of March 2026."""
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=LOCAL)


def open_world(home: Path, *, now: dt.datetime = NOW) -> World:
    """An installation that `build` made, or a copy of one."""
    return World(bootstrap.open(_config(home), clock=ManualClock(now)))


def build(home: Path, *, live: Callable[[World], None] | None = None) -> None:
    """What `live` does with an empty installation; else cases at every desk, at 09:00 on a Friday.

    SAG-2601 waits for its assessment, SAG-2593 for the decision of a daily meeting, SAG-2590 for its
    allocation, SAG-2588 for the decision on an examination, SAG-2570 for the decision on a measure.
    """
    bootstrap.upgrade(_config(home))
    world = open_world(home, now=at(24, 8))
    _populate(world)
    (live or _live)(world)
    world.flow.close()


def _config(home: Path) -> Config:
    return Config(home=home, is_demonstration=True, is_durable=False)


def _populate(world: World) -> None:
    folder = shipped_processes()
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".bpmn", ".dmn", ".form"}
        or (path.suffix == ".yaml" and path.parent.name == "rulesets")
    }
    world.flow.deployments.deploy(files, actor=SYSTEM, note="test")
    world.flow.people._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # made to be slow
    for id, (name, groups) in PEOPLE.items():
        world.flow.people.add(id, name=name, groups=groups, password=PASSWORD, actor=SYSTEM)
    world.flow.service_accounts.make("skoleportal", groups=("indtag",), scopes=SCOPES, actor=SYSTEM)


def _live(world: World) -> None:
    _decide_on_a_measure(world, "SAG-2570")
    world.go_to(at(24, 10))
    world.notify("U-1", "SAG-2588", "Noah Elleby")
    world.notify("U-2", "SAG-2590", "Freja Mosegård")
    world.notify("U-3", "SAG-2593", "Viktor Ravnshøj")
    for case in ("SAG-2588", "SAG-2590", "SAG-2593"):
        world.assess(case)
    world.go_to(at(25, 9, 5))
    meet(world, 25)
    for case in ("SAG-2588", "SAG-2590"):
        decide(world, case)
    world.complete("tildel", "else.syd", "SAG-2588", team="familieteam_syd", sagsbehandler="camilla.syd")
    world.go_to(at(27, 7, 40))
    world.notify("U-4", "SAG-2601", "Alma Hestbæk", mistanke_overgreb=True)
    world.go_to(NOW)
    meet(world, 27)


def _decide_on_a_measure(world: World, case: str) -> None:
    """A case of Camilla's whose examination and consent are done: the decision on a measure is open."""
    facts = {
        "team": "familieteam_syd",
        "sagsbehandler": "camilla.syd",
        "omraade": "syd",
        "kendskabsdato": dt.date(2026, 1, 12),
        "status": "undersoegelse",
    }
    world.flow.cases.open(case, child={"navn": "Liva Kastbjerg"}, facts=facts, actor=SYSTEM)
    give_consent(world.flow, case, "skole")
    world.flow.instances.start("boernefaglig_undersoegelse", {"sag_id": case}, case=case, actor=SYSTEM)
    steps: list[tuple[str, dict[str, Any]]] = [
        (
            "planlaeg",
            {
                "fokus": "Trivsel i hjem og skole.",
                "kilder": [{"hvem": "Skolen", "rolle": "skole", "hvad": "Fravær", "samtykke": "indhentes"}],
                "familiens_bidrag": "Dagbog om aftenerne.",
            },
        ),
        ("indhent_udtalelse", {"indhold": "Fravær siden jul.", "modtaget": "2026-03-24"}),
        ("boernesamtale", {"gennemfoert": "ja"}),
        (
            "analyse",
            {
                "tavle": BOARD,
                "analyse": "Hverdagen mangler struktur.",
                "barnets_perspektiv": "Vil blive boende hjemme.",
                "foraeldres_syn": "Ønsker støtte.",
                "netvaerk": "Mormor er tæt på.",
                "konklusion": "foranstaltning",
                "afsluttet": "2026-03-24",
            },
        ),
        ("partshoering", {"partshoering": "Ingen bemærkninger", "partshoert": "2026-03-24"}),
        ("paataenk", {"paataenkt": "kontaktperson", "uden_for_kommunen": "false"}),
        ("samtykke", {"samtykke_indehaver": "givet", "ung_samtykker": "false"}),
    ]
    for element, values in steps:
        world.complete(element, "camilla.syd", case, **values)


def meet(world: World, day: int) -> None:
    world.complete(
        "fremmoede",
        "karen.fp",
        dato=f"2026-03-{day}",
        frontpersonale=["karen.fp", "jonas.fp"],
        forebyggende=["sofie.fr"],
        familieteam=["camilla.syd"],
    )


def decide(world: World, case: str) -> None:
    world.complete(
        "afgoer",
        "karen.fp",
        case,
        udfald="til_familieteam",
        begrundelse="Besluttet på mødet.",
        informerer_familie="karen.fp",
        kendskabsdato="2026-03-24",
        omraade="syd",
    )
