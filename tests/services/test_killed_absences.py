"""Killed (SIGKILL) around each commit of an absence's end: pressed again, the same button does the rest."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM
from flowcase.access.events import AbsencesForgotten
from flowcase.bootstrap import Flowcase
from flowcase.config import Config
from flowcase.errors import NotFound
from flowcase.services.staffing import absences
from tests.services.test_killed_moves import killed, opened

PROCESSES = Path(__file__).parents[2] / "processes"
AWAY, DEPUTY, CASES = "CW-07", "CW-03", ("S1", "S2")
FIRST, LAST, LONGER = dt.date(2026, 5, 13), dt.date(2026, 5, 20), dt.date(2026, 5, 29)
FORM = {
    "stedfortraeder": DEPUTY,
    "fra": FIRST.isoformat(),
    "til": LAST.isoformat(),
    "grund": "ferie",
    "besked": "Moren ringer om skolestart.",
    "familie_informeret": "2026-05-12",
}


def at(text: str) -> dt.datetime:
    """A local instant."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Copenhagen")).astimezone(dt.UTC)


REPORTED, BEGUN, FORGOTTEN = at("2026-05-12T10:00"), at("2026-05-14T08:00"), at("2026-07-01T08:00")


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Config:
    """An installation with two cases of a caseworker's who is away from tomorrow on."""
    settings = Config(home=tmp_path, database_url=database, is_demonstration=True, is_durable=False)
    settings.create_missing_key()
    bootstrap.upgrade(settings)
    flow = opened(settings, REPORTED)
    wanted = [PROCESSES / "raadgiver_fravaer.bpmn", PROCESSES / "forms" / "F-C5.form"]
    wanted += [*PROCESSES.glob("decisions/*.dmn"), *PROCESSES.glob("rulesets/*.yaml")]
    files = {path.relative_to(PROCESSES).as_posix(): path.read_bytes() for path in sorted(wanted)}
    flow.deployments.deploy(files, actor=SYSTEM, note="test")
    for id in (AWAY, DEPUTY):
        flow.people.add(id, name=id, groups=["familieteam_syd"], actor=SYSTEM)
    for code in CASES:
        facts = {"team": "familieteam_syd", "sagsbehandler": AWAY, "status": "aaben"}
        flow.cases.open(code, child={"navn": f"Barn {code}"}, facts=facts, actor=SYSTEM)
    report(flow)
    flow.close()
    return settings


def report(flow: Flowcase) -> None:
    done = flow.caseload_moves.report_absence(AWAY, CASES, FORM, actor=flow.people.actor(AWAY))
    assert done.not_done == {}


def call_off(flow: Flowcase) -> None:
    _pressed(lambda: flow.caseload_moves.call_off_absence(AWAY, FIRST, LAST, actor=flow.people.actor(AWAY)))


def last_longer(flow: Flowcase) -> None:
    said = {"til": LONGER.isoformat()}
    own = flow.people.actor(AWAY)
    _pressed(lambda: flow.caseload_moves.change_last_day(AWAY, LAST, said, actor=own))


def come_back(flow: Flowcase) -> None:
    _pressed(lambda: flow.caseload_moves.end_absence(AWAY, actor=flow.people.actor(AWAY)))


def _pressed(press: Any) -> None:
    try:
        assert press().not_done == {}
    except NotFound as missing:  # all of it is done: the page says that it was changed meanwhile
        assert missing.kind in ("absence", "announced absence")


def forget(flow: Flowcase) -> None:
    while flow.absences.forget_old():
        pass


def fire(flow: Flowcase) -> None:
    while flow.timers.fire_due() or flow.jobs.run_due():
        pass


def stands(flow: Flowcase) -> dict[str, tuple[Any, Any]]:
    """By case how its newest absence stands, and who stands in. All of it is whole."""
    assert flow.consistency.check() == []
    assert flow.history.verify() == []
    rows = {code: flow.cases.records("Fravaer", case=code)[-1] for code in CASES}
    return {
        code: (row.values.get("status"), flow.cases.facts(code).get("stedfortraeder"))
        for code, row in rows.items()
    }


def is_shown(flow: Flowcase) -> bool:
    """Whether the list still has the caseworker's absence, and with it the button."""
    return bool(flow.absences.of(flow.people.actor(AWAY)))


def told(flow: Flowcase, text: str) -> int:
    return [getattr(row.event, "text", "") for row in flow.history.everything()].count(text)


@pytest.mark.parametrize(
    ("act", "now", "before", "after", "notices"),
    [
        (call_off, REPORTED, (None, None), ("aflyst", None), 0),
        (come_back, BEGUN, ("i_gang", DEPUTY), ("tilbage", None), 1),
    ],
)
def test_an_end_that_is_killed_at_any_commit_leaves_whole_cases_and_a_button_that_does_the_rest(
    settings: Config, act: Any, now: dt.datetime, before: Any, after: Any, notices: int
) -> None:
    killings, halves = 0, 0
    for behind in (False, True):
        for number in itertools.count(1):
            flow = opened(settings, now)
            fire(flow)
            assert set(stands(flow).values()) == {before}
            sent = told(flow, "stedfortraeder_slut")
            flow.close()

            was_killed = killed(settings, act, number, behind=behind, now=now)

            flow = opened(settings, now)
            between = set(stands(flow).values())
            assert between <= {before, after}
            assert is_shown(flow) == (before in between)
            act(flow)
            assert set(stands(flow).values()) == {after}
            assert not is_shown(flow)
            assert told(flow, "stedfortraeder_slut") - sent == notices * len(CASES)
            killings, halves = killings + was_killed, halves + (len(between) == 2)
            report(flow)
            flow.close()
            if not was_killed:
                break
    assert killings >= 2 * 3  # the days, and each case
    assert halves >= 2


@pytest.mark.parametrize(
    ("act", "before", "after", "notices"),
    [
        (last_longer, (None, LAST, [LAST]), (None, LONGER, [LONGER]), 1),
        (call_off, (None, LAST, [LAST]), ("aflyst", LAST, []), 0),
    ],
)
def test_what_an_older_flow_does_not_draw_is_done_once_however_it_is_killed(
    settings: Config, act: Any, before: Any, after: Any, notices: int
) -> None:
    newest = (PROCESSES / "raadgiver_fravaer.bpmn").read_bytes()
    older = newest.replace(b'name="fravaer_a', b'name="noget_andet_a')
    flow = opened(settings, REPORTED)
    call_off(flow)
    flow.deployments.deploy({"raadgiver_fravaer.bpmn": older}, actor=SYSTEM, note="Gammel udgave")
    flow.close()
    killings, halves = 0, 0
    for behind in (False, True):
        for number in itertools.count(1):
            flow = opened(settings, REPORTED)
            report(flow)
            assert _days(flow) == [before, before]
            sent = told(flow, "stedfortraeder_aendret")
            flow.close()

            was_killed = killed(settings, act, number, behind=behind, now=REPORTED)

            flow = opened(settings, REPORTED)
            between = _days(flow)
            assert [each for each in between if each not in (before, after)] == []
            assert is_shown(flow) == (after[0] is None or before in between)
            act(flow)
            assert _days(flow) == [after, after]
            assert told(flow, "stedfortraeder_aendret") - sent == notices * len(CASES)
            killings, halves = killings + was_killed, halves + (before in between and after in between)
            _end_all(flow)
            flow.close()
            if not was_killed:
                break
    assert killings >= 2 * 3  # the days, and each case
    assert halves >= 2


def _days(flow: Flowcase) -> list[Any]:
    """By case how its newest absence stands, its last day, and until when running flows wait for that."""
    stands(flow)
    found = []
    for code in CASES:
        values = flow.cases.records("Fravaer", case=code)[-1].values
        running = [
            flow.instances.get(row.id).variables["fravaer_til"]
            for row in flow.instances.list(case=code, limit=None)
            if row.status == "active"
        ]
        found.append((values.get("status"), values.get("til"), running))
    return found


def _end_all(flow: Flowcase) -> None:
    for until in (LAST, LONGER):
        try:
            flow.caseload_moves.call_off_absence(AWAY, FIRST, until, actor=flow.people.actor(AWAY))
        except NotFound:  # it lasts longer, or has ended
            continue
    assert not is_shown(flow)


def test_who_comes_back_while_no_worker_runs_gets_no_deputy_when_one_does(settings: Config) -> None:
    flow = opened(settings, BEGUN)  # the first day has come, its timers have not
    assert set(stands(flow).values()) == {(None, None)}

    come_back(flow)
    fire(flow)

    assert set(stands(flow).values()) == {("aflyst", None)}
    assert flow.absences.away([AWAY]) == {} and not is_shown(flow)
    assert told(flow, "stedfortraeder_sat") == 0
    flow.close()


def test_forgetting_absences_that_is_killed_at_any_commit_is_done_by_the_next_tick(
    settings: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(absences, "_FORGOTTEN_AT_ONCE", 1)
    flow = opened(settings, REPORTED)
    call_off(flow)
    flow.close()
    killings = 0
    for behind in (False, True):
        for number in itertools.count(1):
            flow = opened(settings, REPORTED)
            for days in (1, 3):
                day = REPORTED.date() + dt.timedelta(days=days)
                flow.absences.report(AWAY, day, day, actor=flow.people.actor(AWAY))
            before = _forgotten(flow)
            flow.close()

            was_killed = killed(settings, forget, number, behind=behind, now=FORGOTTEN)

            flow = opened(settings, FORGOTTEN)
            forget(flow)
            forgotten = _forgotten(flow)
            assert len(forgotten) - len(before) == 2 and len(set(forgotten)) == len(forgotten)
            assert flow.history.verify() == [] and flow.consistency.check() == []
            flow.close()
            killings += was_killed
            if not was_killed:
                break
    assert killings >= 2 * 2


def _forgotten(flow: Flowcase) -> list[str]:
    rows = [row.event for row in flow.history.everything()]
    return [id for event in rows if isinstance(event, AbsencesForgotten) for id in event.absences]
