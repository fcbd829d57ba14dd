"""(j) What the server needs for a whole page: sign-in, reading, rendering; among more and more open tasks."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from benchmarks.crowds import candidates
from benchmarks.filling import Made, fill, later, numbered
from benchmarks.measuring import Measured, measure_in_turn, timed
from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cases.civil_time import COPENHAGEN
from flowcase.clock import ManualClock
from flowcase.store import tables
from flowcase.web import create_app

PERSON, PASSWORD = "karen", "et-langt-kodeord-her"
BEGIN = dt.datetime(2026, 3, 26, 10, 0, tzinfo=COPENHAGEN)
MEETING = dt.datetime(2026, 3, 27, 9, 5, tzinfo=COPENHAGEN)
CASES = 5
PER_CASE = 3  # open user tasks in each of the other cases
GROWTH, INBOX_SECONDS = 1.5, 0.2
PAGES = ("the inbox", "a user task", "a case", "the daily meeting")

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
ASSESSMENT: dict[str, Any] = {
    "tavle": {
        "bekymringer": [{"hvem": "Skolen", "hvad": "Træt og sulten"}],
        "fungerer": [{"hvem": "Mormor", "hvad": "Henter om tirsdagen"}],
        "vil_se_ske": [{"hvem": "Fronten", "hvad": "Ro om aftenen"}],
    },
    "fare_sundhed_udvikling": False,
    "akut": "nej",
    "foraeldre_orienteres": "ja",
    "begrundelse": "Vurderet ud fra skolens oplysninger.",
    "vurderet_af": PERSON,
}


def report(name: str, places: Mapping[int, tuple[str, Path]]) -> Iterator[Measured]:
    """An inbox, a user task, a case and the daily meeting, as the person who has them sees them.

    `places`: how many open user tasks -> an address and a home; all are asked in turn.
    """
    with contextlib.ExitStack() as stack:
        days = {size: stack.enter_context(_work_day(home, url)) for size, (url, home) in places.items()}
        for size, day in days.items():
            _filled(day, size)
        for page in PAGES:
            found = measure_in_turn(*(day.getting(page) for day in days.values()), rounds=11, times=4)
            for size, times in zip(days, found, strict=True):
                what = f"{name}: {page}, {size:,} open tasks"
                yield timed("j", what, times, found[0], f"of {min(days):,}", at_most=GROWTH)
                if page == "the inbox" and size == max(each for each in days if each <= 100_000):
                    yield Measured(
                        "j",
                        f"{name}: the inbox among {size:,}",
                        times.median,
                        "s",
                        at_most=INBOX_SECONDS,
                        calibration=times.calibration,
                    )


@dataclass
class _WorkDay:
    """An installation, somebody signed in to it, and how many open user tasks there are."""

    flow: Flowcase
    addresses: dict[str, str]
    client: FlaskClient
    real: Any  # a user task that is copied
    offered: str

    def getting(self, page: str) -> Callable[[], None]:
        return _getting(self.client, self.addresses[page])


@contextlib.contextmanager
def _work_day(home: Path, url: str) -> Iterator[_WorkDay]:
    home.mkdir(parents=True, exist_ok=True)
    settings = config.Config(home=home, database_url=url, is_demonstration=True, is_durable=False)
    bootstrap.upgrade(settings)
    flow = bootstrap.open(settings, clock=ManualClock(BEGIN))
    try:
        addresses = _begun(flow)
        (real, *_) = [row for row in flow.user_tasks.list() if row.element == "vurder"]
        yield _WorkDay(flow, addresses, _signed_in(flow), real, candidates(flow, real.id))
    finally:
        flow.close()


def _filled(day: _WorkDay, size: int) -> None:
    flow, real = day.flow, day.real
    done = len(flow.user_tasks.list())
    copied, made = _copied(real, day.offered), _numbered(flow, real)
    fill(flow, tables.user_task, copied, made, size - done, done)


def _begun(flow: Flowcase) -> dict[str, str]:
    """Cases at the daily meeting and one to be assessed; the addresses of the pages."""
    folder = config.shipped_processes()
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".bpmn", ".dmn", ".form"}
        or (path.suffix == ".yaml" and path.parent.name == "rulesets")
    }
    flow.deployments.deploy(files, actor=SYSTEM)
    groups = ("fronten", "frontpersonale")
    flow.people.add(PERSON, name="Karen Bilde", groups=groups, password=PASSWORD, actor=SYSTEM)
    for number in range(CASES):
        _notify(flow, f"SAG-{number}")
        _complete(flow, "vurder", ASSESSMENT | {"vurderet": flow.clock.now().isoformat()})
    _go_to(flow, MEETING)
    _notify(flow, "SAG-9")
    (task,) = [row.id for row in flow.user_tasks.list() if row.element == "vurder"]
    (meeting, *_) = [row.id for row in flow.user_tasks.list() if row.element == "fremmoede"]
    addresses = ("/opgaver", f"/opgaver/{task}", "/sager/SAG-9", f"/opgaver/{meeting}")
    return dict(zip(PAGES, addresses, strict=True))


def _notify(flow: Flowcase, case: str) -> None:
    raw = NOTIFICATION | {
        "modtaget": flow.clock.now().isoformat(),
        "boern": [{"navn": "Alma Hestbæk", "sag": case}],
        "underretning_id": f"U-{case}",
    }
    flow.notifications.receive(raw, source="form", actor=flow.people.actor(PERSON))


def _complete(flow: Flowcase, element: str, values: dict[str, Any]) -> None:
    for row in flow.user_tasks.list():
        if row.element == element:
            flow.user_tasks.complete(row.id, values, actor=flow.people.actor(PERSON))


def _go_to(flow: Flowcase, at: dt.datetime) -> None:
    moment = at.astimezone(dt.UTC)
    while (due := flow.next_due()) is not None and due <= moment:
        flow.clock.set(max(due, flow.clock.now()))
        while flow.timers.fire_due() or flow.jobs.run_due():
            pass
    flow.clock.set(moment)


def _signed_in(flow: Flowcase) -> FlaskClient:
    client = create_app(flow).test_client()
    page = client.get("/log-paa").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    data = {"bruger": PERSON, "adgangskode": PASSWORD, "csrf_token": token}
    assert client.post("/log-paa", data=data).status_code == 302
    return client


def _getting(client: FlaskClient, address: str) -> Callable[[], None]:
    def get() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status)

    return get


def _copied(real: Any, offered: str) -> dict[str, Any]:
    """The same user task, offered to the same people."""
    columns = [column.name for column in tables.user_task.columns]
    row = {name: getattr(real, name, None) for name in columns}
    return row | {"candidates": offered, "id": "copied", "element_instance": "copied"}


def _numbered(flow: Flowcase, real: Any) -> dict[str, Made]:
    """Each in another case, a few in each case."""
    return {
        "id": numbered("x."),
        "element_instance": numbered(""),
        "case_code": numbered("B-", f"n / {PER_CASE}"),
        "created_at": later(flow, "created", real.created_at, "n"),
        "due_at": later(flow, "created", real.created_at, "(1 + n % 90) * 86400"),
    }
