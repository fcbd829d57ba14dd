"""Absences of people: reported with or without a case, joined, ended before the last day, and who may."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.events import AbsenceEnded, AbsenceReported, AbsencesForgotten
from flowcase.bootstrap import Flowcase
from flowcase.cases.events import RecordCreated
from flowcase.clock import ManualClock
from flowcase.errors import Forbidden, InvalidValues
from flowcase.services.casework import absence_work
from flowcase.store.memory import MemoryTx, Shelves
from flowcase.store.queries import absences as rows
from flowcase.store.queries.people import PersonRow
from tests.conftest import NOW
from tests.services.conftest import ANNA, BO, CLARA
from tests.traffic import traffic

LEADER = Actor("lene", groups=frozenset({"teamleder_fronten"}))
TODAY = NOW.date()


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


@pytest.fixture
def office(flow: Flowcase, monkeypatch: pytest.MonkeyPatch) -> Flowcase:
    settings: Mapping[str, Any] = {"teamledere": {"fronten": ["teamleder_fronten"]}}
    monkeypatch.setattr(flow.absences._rule_sets, "settings", lambda tx: settings)
    for person in (ANNA, BO, CLARA):
        flow.people.add(person.id, groups=person.groups, actor=SYSTEM)
    return flow


def shown(flow: Flowcase, actor: Actor = ANNA) -> list[tuple[str, dt.date, dt.date, bool]]:
    return [(each.person, each.first, each.last, each.is_under_way) for each in flow.absences.shown_to(actor)]


def test_who_has_no_case_is_away_on_the_days_that_were_reported(office: Flowcase, clock: ManualClock) -> None:
    office.absences.report("anna", day(2), day(4), actor=ANNA)

    assert shown(office) == [("anna", day(2), day(4), False)]
    assert office.absences.away(["anna"]) == {}
    clock.set(NOW + dt.timedelta(days=2))
    assert shown(office) == [("anna", day(2), day(4), True)]
    assert office.absences.away(["anna", "bo"])["anna"].last == day(4)
    clock.set(NOW + dt.timedelta(days=5))
    assert shown(office) == [] and office.absences.away(["anna"]) == {}


def test_an_absence_under_way_is_shortened_and_prolonged(office: Flowcase, clock: ManualClock) -> None:
    office.absences.report("anna", day(0), day(4), actor=ANNA)
    office.absences.report("anna", day(7), day(9), actor=ANNA)
    with pytest.raises(Forbidden):
        office.absences.change_last_day("anna", day(4), day(2), actor=BO)
    with pytest.raises(InvalidValues):
        office.absences.change_last_day("anna", day(4), day(-1), actor=ANNA)

    assert office.absences.change_last_day("anna", day(4), day(2), actor=LEADER)
    assert not office.absences.change_last_day("anna", day(4), day(1), actor=LEADER)  # by what another saw
    assert [each[1:] for each in shown(office)] == [(day(0), day(2), True), (day(7), day(9), False)]

    assert office.absences.change_last_day("anna", day(2), day(8), actor=LEADER)
    (absence,) = office.absences.of(ANNA)
    assert (absence.first, absence.last, absence.reported_by) == (day(0), day(9), "anna")
    told = [row.event for row in office.history.everything() if row.kind == "AbsenceLastDayChanged"]
    assert [(each.last_before, each.last, len(each.joins)) for each in told] == [
        (day(4), day(2), 0),
        (day(2), day(9), 1),
    ]
    assert office.altered_rows.find() == []


def test_days_that_overlap_become_one_absence_and_days_known_already_change_nothing(office: Flowcase) -> None:
    office.absences.report("anna", day(2), day(4), actor=ANNA)
    office.absences.report("anna", day(3), day(4), actor=LEADER)
    office.absences.report("anna", day(8), day(9), actor=ANNA)
    assert [each[1:3] for each in shown(office)] == [(day(2), day(4)), (day(8), day(9))]

    office.absences.report("anna", day(4), day(8), actor=LEADER)

    (absence,) = office.absences.of(ANNA)
    assert (absence.first, absence.last, absence.reported_by) == (day(2), day(9), "lene")
    told = [row.event for row in office.history.everything()]
    assert [len(each.joins) for each in told if isinstance(each, AbsenceReported)] == [0, 0, 2]


def test_who_is_back_early_is_away_no_longer_and_an_announced_absence_can_be_cancelled(
    office: Flowcase,
) -> None:
    office.absences.report("anna", day(0), day(4), actor=ANNA)
    office.absences.report("anna", day(8), day(9), actor=ANNA)

    assert office.absences.end("anna", actor=LEADER)

    (announced,) = office.absences.of(ANNA)
    assert announced.first == day(8) and office.absences.away(["anna"]) == {}
    assert not office.absences.end("anna", actor=ANNA)
    assert not office.absences.call_off("anna", day(7), day(8), actor=ANNA)  # it lasts longer
    assert office.absences.call_off("anna", day(8), day(9), actor=ANNA)
    assert not office.absences.call_off("anna", day(8), day(9), actor=ANNA)
    assert office.absences.of(ANNA) == []
    ended = [row for row in office.history.everything() if isinstance(row.event, AbsenceEnded)]
    assert [(row.stream, row.actor, row.event.first) for row in ended] == [
        ("installation", "lene", day(0)),
        ("installation", "anna", day(8)),
    ]


def test_only_the_person_and_who_leads_them_say_when_somebody_is_away(office: Flowcase) -> None:
    with pytest.raises(Forbidden):
        office.absences.report("anna", day(0), day(1), actor=BO)
    with pytest.raises(Forbidden):
        office.absences.report("clara", day(0), day(1), actor=LEADER)
    office.absences.report("anna", day(0), day(1), actor=LEADER)
    with pytest.raises(Forbidden):
        office.absences.end("anna", actor=BO)
    with pytest.raises(Forbidden):
        office.absences.call_off("anna", day(0), day(1), actor=BO)
    assert not office.absences.call_off("anna", day(0), day(1), actor=ANNA)  # it has begun

    assert shown(office, BO) == [] and shown(office, CLARA) == []
    assert [each[0] for each in shown(office, LEADER)] == ["anna"]


@pytest.mark.parametrize(("first", "last", "word"), [(3, 2, "før den første"), (-4, -1, "forbi")])
def test_days_that_cannot_be_are_refused_at_the_last_day(
    office: Flowcase, first: int, last: int, word: str
) -> None:
    with pytest.raises(InvalidValues) as refused:
        office.absences.report("anna", day(first), day(last), actor=ANNA)

    assert word in refused.value.errors["til"][0]


def test_a_page_that_reads_settled_answers_sees_an_absence_of_a_moment_ago(office: Flowcase) -> None:
    assert office.absences.of(ANNA) == []
    office.absences.report("anna", day(0), day(1), actor=ANNA)
    assert len(office.absences.of(ANNA)) == 1
    office.absences.end("anna", actor=ANNA)
    assert office.absences.of(ANNA) == []


def test_two_windows_that_report_the_same_days_at_once_make_one_absence(
    office: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = rows.of_person

    def slowly(*asked: Any) -> Any:
        found = read(*asked)
        time.sleep(0.3)  # in which the other one would read the same
        return found

    monkeypatch.setattr(rows, "of_person", slowly)
    with ThreadPoolExecutor(2) as windows:
        for _ in windows.map(lambda _: office.absences.report("anna", day(1), day(3), actor=ANNA), range(2)):
            pass

    assert len(office.absences.of(ANNA)) == 1


def test_an_absence_is_kept_as_long_as_the_rule_set_says_and_its_end_is_told(
    office: Flowcase, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.absences.report("anna", day(0), day(1), actor=ANNA)
    office.absences.report("bo", day(0), day(5), actor=BO)
    settings: dict[str, Any] = {"fravaer_opbevaring_dage": 30}
    monkeypatch.setattr(office.absences._rule_sets, "settings", lambda tx: settings)

    clock.set(NOW + dt.timedelta(days=31))  # thirty days behind the last one are over tonight
    assert office.absences.forget_old() == 0
    clock.set(NOW + dt.timedelta(days=32))
    settings["fravaer_opbevaring_dage"] = None
    assert office.absences.forget_old() == 0, "without a number they stay"
    settings["fravaer_opbevaring_dage"] = 30
    assert (office.absences.forget_old(), office.absences.forget_old()) == (1, 0)

    told = [row for row in office.history.everything() if isinstance(row.event, AbsencesForgotten)]
    reported = [row.event for row in office.history.everything() if isinstance(row.event, AbsenceReported)]
    assert [(row.actor, row.event.absences) for row in told] == [("system", (reported[0].absence,))]
    with office.store.begin(SYSTEM, clock.now()) as tx:
        assert [row.person for row in rows.of_people(tx, TODAY)] == ["bo"]


def test_however_many_cases_announce_an_absence_they_are_read_by_one_statement(office: Flowcase) -> None:
    counted = []
    for number in range(3):
        code = f"SAG-{number}"
        office.cases.open(code, child={"navn": "Barn"}, facts={"sagsbehandler": "bo"}, actor=SYSTEM)
        said = {"stedfortraeder": "anna", "fra": day(2), "til": day(4)}
        announced = RecordCreated(record=f"f{number}", entity="Fravaer", case=code, open=said, secret={})
        with office.store.begin(SYSTEM, NOW) as tx:
            tx.append(f"case:{code}", announced)
        with traffic(office.store) as sent:
            assert [each.person for each in office.absences.of(ANNA)] == ["bo"]
        counted.append(len(sent.statements))

    assert len(set(counted)) == 1, counted


def test_a_simulation_keeps_absences_on_its_shelves() -> None:
    shelves = Shelves()
    shelves.people["anna"] = PersonRow("anna", "Anna", "person", None, None, "da", True, frozenset())
    tx = MemoryTx(shelves, NOW, lambda *_: None)

    absence_work.report(tx, "anna", day(0), day(2))
    absence_work.report(tx, "anna", day(2), day(5))
    absence_work.report(tx, "nobody", day(0), day(2))

    assert [(row.person, row.first, row.last) for row in rows.of_people(tx, TODAY)] == [
        ("anna", day(0), day(5))
    ]
    assert absence_work.end(tx, "anna")
    assert rows.of_people(tx, TODAY) == []
