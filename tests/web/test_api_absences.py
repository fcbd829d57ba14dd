"""Absences through the API: an HR system lists, reports, ends and calls off what the pages do, no more."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from tests.web.test_api import Program

HELD = ["SAG-2570", "SAG-2588"]  # Camilla's
DAYS = {"person": "camilla.syd", "first": "2026-03-30", "last": "2026-04-03"}
WITH_DEPUTY = {
    **DAYS,
    "deputy": "omar.syd",
    "values": {"grund": "ferie", "besked": "Ring til skolen.", "familie_informeret": "2026-03-27"},
}
LAST_DAY = {"person": "camilla.syd", "last_before": "2026-04-03", "last": "2026-04-10"}
BOTH = ("absences:read", "absences:write")


@pytest.fixture
def program(app: Any, world: Any) -> Any:
    def make(id: str = "loensystem", groups: Any = ("teamleder_syd",), scopes: Any = BOTH) -> Program:
        token = world.flow.service_accounts.make(id, groups=groups, scopes=scopes, actor=SYSTEM)
        return Program(app, token)

    return make


@pytest.fixture
def payroll(program: Any) -> Program:
    return program()


def told(world: Any) -> list[tuple[str, str]]:
    """(kind, actor) of the absences in the history of the installation."""
    rows = world.flow.history.of_stream("installation")
    return [(row.kind, row.actor) for row in rows if row.kind.startswith("Absence")]


def deputies(world: Any) -> set[str | None]:
    cases = (world.flow.cases.get(case, actor=SYSTEM) for case in HELD)
    return {each.facts.get("stedfortraeder") for each in cases}


def test_a_program_reports_who_is_away_and_the_pages_show_it(payroll, world, sign_in):
    reported = payroll.post("/api/absences", DAYS)
    again = payroll.post("/api/absences", DAYS)

    assert (reported.status_code, again.status_code) == (200, 200)
    [absence] = reported.get_json()["absences"]
    assert again.get_json() == reported.get_json()
    assert (absence["first"], absence["last"]) == (DAYS["first"], DAYS["last"])
    assert (absence["person"], absence["reported_by"]) == ("camilla.syd", "loensystem")
    assert (absence["deputy"], absence["cases"], absence["is_under_way"]) == (None, [], False)
    assert payroll.get("/api/absences").get_json() == [absence]
    assert told(world) == [("AbsenceReported", "loensystem")]
    assert "Camilla Noer" in sign_in("else.syd").get("/stedfortraedere").text


def test_a_deputy_stands_in_in_every_case_of_who_is_away_and_no_longer_when_they_are_back(payroll, world):
    reported = payroll.post("/api/absences", WITH_DEPUTY)
    world.go_to(dt.datetime(2026, 3, 30, 9, 0, tzinfo=dt.UTC))

    assert reported.status_code == 200, reported.get_json()
    body = reported.get_json()
    assert (body["cases"], body["refused"], deputies(world)) == (HELD, [], {"omar.syd"})
    [absence] = payroll.get("/api/absences").get_json()
    assert (absence["deputy"], absence["cases"], absence["is_under_way"]) == ("omar.syd", HELD, True)

    ended = payroll.post("/api/absences/end", {"person": "camilla.syd"})
    again = payroll.post("/api/absences/end", {"person": "camilla.syd"})

    assert ended.get_json() == {"absences": [], "cases": HELD, "refused": []}
    assert (again.status_code, again.mimetype) == (404, "application/problem+json")
    assert told(world) == [("AbsenceReported", "loensystem"), ("AbsenceEnded", "loensystem")]
    assert deputies(world) == {None}
    by = {row.actor for row in world.flow.history.of_case("SAG-2588", actor=SYSTEM) if "Fravaer" in row.kind}
    assert by <= {"loensystem"}


def test_the_last_day_of_what_is_announced_is_changed_and_of_the_deputy_too(payroll, world):
    payroll.post("/api/absences", WITH_DEPUTY)

    shorter = payroll.post("/api/absences/last-day", {**LAST_DAY, "last": "2026-04-01"})
    backwards = payroll.post(
        "/api/absences/last-day", {**LAST_DAY, "last_before": "2026-04-01", "last": "2026-03-29"}
    )

    body = shorter.get_json()
    assert (body["cases"], body["refused"]) == (HELD, [])
    [absence] = body["absences"]
    assert (absence["first"], absence["last"], absence["is_under_way"]) == ("2026-03-30", "2026-04-01", False)
    assert (absence["deputy"], absence["cases"]) == ("omar.syd", HELD)
    assert (backwards.status_code, list(backwards.get_json()["errors"])) == (422, ["last"])
    assert told(world) == [("AbsenceReported", "loensystem"), ("AbsenceLastDayChanged", "loensystem")]
    world.go_to(dt.datetime(2026, 4, 1, 20, 0, tzinfo=dt.UTC))
    assert deputies(world) == {"omar.syd"}
    world.go_to(dt.datetime(2026, 4, 2, 9, 0, tzinfo=dt.UTC))
    assert deputies(world) == {None}


def test_the_last_day_of_what_is_under_way_is_changed_and_the_deputy_stays_as_long(payroll, world):
    payroll.post("/api/absences", WITH_DEPUTY)
    world.go_to(dt.datetime(2026, 3, 30, 9, 0, tzinfo=dt.UTC))

    longer = payroll.post("/api/absences/last-day", LAST_DAY)
    again = payroll.post("/api/absences/last-day", LAST_DAY)
    past = payroll.post(
        "/api/absences/last-day", {**LAST_DAY, "last_before": "2026-04-10", "last": "2026-03-29"}
    )
    endless = payroll.post(
        "/api/absences/last-day", {**LAST_DAY, "last_before": "2026-04-10", "last": "9999-12-31"}
    )

    assert [each.status_code for each in (longer, again, past, endless)] == [200, 404, 422, 422]
    assert list(past.get_json()["errors"]) == list(endless.get_json()["errors"]) == ["last"]
    body = longer.get_json()
    assert (body["cases"], body["refused"]) == (HELD, [])
    [absence] = body["absences"]
    assert (absence["last"], absence["deputy"], absence["cases"]) == ("2026-04-10", "omar.syd", HELD)
    assert told(world) == [("AbsenceReported", "loensystem"), ("AbsenceLastDayChanged", "loensystem")]


def test_a_deputy_stands_in_only_in_the_cases_that_are_named_and_a_strange_one_is_told(payroll, world):
    named = {**WITH_DEPUTY, "cases": ["SAG-2588", "SAG-2601"]}

    body = payroll.post("/api/absences", named).get_json()

    assert body["cases"] == ["SAG-2588"] and [each["case"] for each in body["refused"]] == ["SAG-2601"]
    assert [each["cases"] for each in body["absences"]] == [["SAG-2588"]]


def test_what_is_announced_is_lengthened_by_a_report_and_called_off(payroll, world):
    payroll.post("/api/absences", DAYS)
    longer = payroll.post("/api/absences", {**DAYS, "first": "2026-04-02", "last": "2026-04-10"})
    days = {"person": "camilla.syd", "first": "2026-03-30", "last": "2026-04-10"}

    called_off = payroll.post("/api/absences/call-off", days)

    assert [(each["first"], each["last"]) for each in longer.get_json()["absences"]] == [
        ("2026-03-30", "2026-04-10")
    ]
    assert called_off.get_json() == {"absences": [], "cases": [], "refused": []}
    assert payroll.post("/api/absences/call-off", days).status_code == 404
    assert payroll.get("/api/absences").get_json() == []


def test_what_cannot_be_is_told_by_field_and_nothing_is_done(payroll, world):
    backwards = payroll.post("/api/absences", {**DAYS, "last": "2026-03-29"})
    past = payroll.post("/api/absences", {**DAYS, "first": "2026-03-20", "last": "2026-03-21"})
    bare = payroll.post("/api/absences", {**DAYS, "deputy": "omar.syd"})
    self = payroll.post("/api/absences", {**WITH_DEPUTY, "deputy": "karen.fp"})
    alone = payroll.post("/api/absences", {**WITH_DEPUTY, "deputy": None, "cases": HELD})
    endless = payroll.post("/api/absences", {**WITH_DEPUTY, "last": "9999-12-31"})
    unknown = payroll.post("/api/absences", {**WITH_DEPUTY, "values": {"findes_ikke": 1}})

    assert [backwards.status_code, past.status_code, bare.status_code] == [422, 422, 422]
    assert list(backwards.get_json()["errors"]) == list(past.get_json()["errors"]) == ["last"]
    assert set(bare.get_json()["errors"]) == {"grund", "besked", "familie_informeret"}
    assert (self.status_code, list(self.get_json()["errors"])) == (422, ["deputy"])
    assert set(alone.get_json()["errors"]["json"]) == {"cases", "values"}
    assert (endless.status_code, list(endless.get_json()["errors"])) == (422, ["last"])
    assert "findes_ikke" in unknown.get_json()["errors"]
    assert told(world) == [] and deputies(world) == {None}


def test_who_does_not_lead_somebody_neither_sees_nor_reports_their_absence(program, payroll, app, world):
    payroll.post("/api/absences", DAYS)
    north = program("nord", ("teamleder_nord",))
    reader = program("laeser", scopes=("absences:read",))
    camilla = Program(app, world.flow.people.new_token("camilla.syd", actor=SYSTEM))
    omar = Program(app, world.flow.people.new_token("omar.syd", actor=SYSTEM))

    assert north.get("/api/absences").get_json() == omar.get("/api/absences").get_json() == []
    for path, body in (
        ("", DAYS),
        ("/end", {"person": "camilla.syd"}),
        ("/call-off", DAYS),
        ("/last-day", LAST_DAY),
    ):
        for other in (north, reader, omar):
            assert other.post(f"/api/absences{path}", body).status_code == 403, path
    assert north.get("/api/absences?person=camilla.syd").status_code == 403
    assert len(reader.get("/api/absences?person=camilla.syd").get_json()) == 1
    assert len(camilla.get("/api/absences").get_json()) == 1
    assert camilla.post("/api/absences/call-off", DAYS).status_code == 200


def test_a_program_is_never_away(payroll, program, world):
    program("robot", ("familieteam_syd",))

    own = payroll.post("/api/absences", {**DAYS, "person": "loensystem"})
    other = payroll.post("/api/absences", {**DAYS, "person": "robot"})

    assert (own.status_code, other.status_code, told(world)) == (403, 403, [])


def test_absences_are_listed_a_page_at_a_time_and_a_key_reports_once(payroll, world):
    for first in ("2026-04-13", "2026-05-11"):
        for person in ("camilla.syd", "omar.syd"):
            last = first[:-1] + "7"
            payroll.post("/api/absences", {"person": person, "first": first, "last": last})
    whole, seen = payroll.get("/api/absences").get_json(), []

    answer = payroll.get("/api/absences?limit=1")
    while True:
        seen += answer.get_json()
        if "Link" not in answer.headers:
            break
        answer = payroll.get(answer.headers["Link"].removeprefix("<").partition(">")[0])

    assert seen == whole and len(whole) == 4
    assert payroll.get("/api/absences?after=vrøvl").status_code == 422
    payroll.headers["Idempotency-Key"] = "ferie-1"
    first, again = (payroll.post("/api/absences", DAYS) for _ in range(2))
    assert again.headers["Idempotency-Replayed"] == "true" and again.get_json() == first.get_json()
