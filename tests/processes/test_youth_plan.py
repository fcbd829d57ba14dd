"""Youth plans: each case by its own rule set, and a deadline that says what it counts from."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.access.actor import SYSTEM, Actor
from flowcase.errors import NotFound
from flowcase.handlers import overgang_find, ungeplan_find
from flowcase.handlers.overgang_opret import coming_of_age

OPERATOR = Actor("drift", groups=frozenset({"administrator"}))
TURNED_16 = dt.date(2026, 3, 4)
MONDAY_AFTER = "2026-03-09T07:00"


@pytest.fixture
def story(town):
    return town("2026-03-02T06:00")


def young_person(story, code, **values):
    """In a measure that was decided last year."""
    child = {"navn": f"Ung {code}", "foedt": dt.date(2010, 3, 4)} | values
    facts = {"team": "familieteam_syd", "sagsbehandler": "CW-07", "status": "foranstaltning"}
    story.flow.cases.open(code, child=child, facts=facts, actor=SYSTEM)
    measure = {"type": "kontaktperson", "status": "i_gang", "besluttet": dt.date(2025, 8, 6)}
    story.flow.cases.add_record("Foranstaltning", measure, case=code, actor=SYSTEM)


def change(story, code, child, **values):
    flow = story.flow
    flow.journal._transactions.run(
        SYSTEM, lambda tx: flow.journal._open_work(tx, case=code).update("Barn", child, values)
    )


def names(story, code):
    return sorted(row.name for row in story.flow.user_tasks.list(case=code) if row.process == "handleplan")


def test_the_deadline_counts_from_the_birthday_and_says_so(story):
    young_person(story, "S1")

    story.go_to(MONDAY_AFTER)

    [deadline] = story.deadlines("T17")
    assert (deadline.start, deadline.start_fact) == (TURNED_16, "foedselsdag")
    assert deadline.legal_basis.startswith("Barnets Lov §§ 91-92 og 108-109")
    assert names(story, "S1") == ["Læg exitstrategi til ungeplan", "Sæt mål i ungeplan"]


def test_a_case_whose_rule_set_has_no_such_age_has_no_youth_plan(story):
    """Each case is asked by what it pinned, whatever is in force."""
    story.flow.rule_sets.use(selected=["LOV-SEL"], actor=SYSTEM)
    young_person(story, "S1")
    story.flow.rule_sets.use(selected=[], actor=SYSTEM)
    young_person(story, "S2")

    story.go_to(MONDAY_AFTER)

    assert (names(story, "S1"), len(names(story, "S2"))) == ([], 2)


def test_whose_birth_is_not_known_is_left_alone(story):
    young_person(story, "S1", foedt=None)

    story.go_to(MONDAY_AFTER)

    assert names(story, "S1") == []
    assert set(story.ends("ungeplan_varsel")) == {"fundet"}


def test_a_plan_that_is_being_written_becomes_the_youth_plan_and_its_tasks_are_called_so(story):
    young_person(story, "S1")
    story.flow.instances.start("handleplan", {"sag_id": "S1"}, case="S1", actor=SYSTEM)
    assert names(story, "S1") == ["Læg exitstrategi til barnets plan", "Sæt mål i barnets plan"]

    story.go_to(MONDAY_AFTER)

    assert names(story, "S1") == ["Læg exitstrategi til ungeplan", "Sæt mål i ungeplan"]
    [plan] = story.flow.cases.records("Handleplan", case="S1")
    assert (plan["slags"], plan["revision"]) == ("ungeplan", 1)
    assert len(story.deadlines("T17")) == 1
    told = [
        row.event for row in story.flow.history.everything() if type(row.event).__name__ == "UserTaskRedrawn"
    ]
    assert [event.changes for event in told] == [
        {"name": "Læg exitstrategi til ungeplan"},
        {"name": "Sæt mål i ungeplan"},
    ]


def test_a_revision_after_the_birthday_is_the_youth_plan(story):
    young_person(story, "S1")
    before = {"slags": "barnets_plan", "status": "godkendt", "revision": 1}
    plan = story.flow.cases.add_record("Handleplan", before, case="S1", actor=SYSTEM)
    story.go_to("2026-03-05T09:00")

    begun = {"sag_id": "S1", "handleplan_id": plan}
    story.flow.instances.start("handleplan", begun, case="S1", actor=SYSTEM)
    story.go_to(MONDAY_AFTER)

    [only] = story.flow.cases.records("Handleplan", case="S1")
    assert (only["slags"], only["revision"], only["status"]) == ("ungeplan", 2, "kladde")
    assert len(names(story, "S1")) == 2


def test_a_birth_that_was_corrected_moves_the_deadline_that_was_counted_from_it(story):
    young_person(story, "S1")
    story.go_to(MONDAY_AFTER)
    [deadline] = story.deadlines("T17")
    assert deadline.due_at.date() == dt.date(2026, 6, 4)

    [child] = story.flow.cases.records("Barn", case="S1")
    change(story, "S1", child.id, foedt=dt.date(2010, 3, 24))
    story.go_to("2026-03-16T07:00")

    [deadline] = story.deadlines("T17")
    assert (deadline.start, deadline.due_at.date()) == (dt.date(2026, 3, 24), dt.date(2026, 6, 24))
    assert len(names(story, "S1")) == 2


@pytest.mark.parametrize(
    ("weekly", "flow", "job"),
    [
        ("ungeplan_varsel", "handleplan", "ungeplan.begynd"),
        ("overgang_varsel", "overgang", "overgang.begynd"),
    ],
)
def test_a_case_that_cannot_begin_stops_no_other_and_begins_once_it_is_mended(
    story, monkeypatch, weekly, flow, job
):
    """Its job alone becomes an incident, which names it by its code; the next week finds nothing twice."""
    for code in ("S1", "S2", "S3"):
        young_person(story, code)
    story.go_to("2026-03-02T07:30")  # that Monday's run found nobody
    broken = {"S2"}

    def judged(case, code):
        if code in broken:
            raise NotFound("Barn", code)
        return coming_of_age(case, code)

    for finding in (ungeplan_find, overgang_find):
        monkeypatch.setattr(finding, "coming_of_age", judged)

    def begun():
        rows = story.flow.instances.list(process=flow, limit=None)
        return sorted(row.case_code for row in rows)

    story.go_to("2026-03-09T07:01")
    at_once = begun()
    story.go_to("2026-03-12T07:00")  # every try has failed
    incidents = [row for row in story.flow.incidents.list() if row.process == weekly]
    broken.clear()
    for incident in incidents:
        story.flow.incidents.retry(incident.id, reason="barnet er rettet", actor=OPERATOR)
    story.go_to("2026-03-12T07:01")
    mended = begun()
    story.go_to("2026-03-16T08:00")

    assert at_once == ["S1", "S3"]
    assert [(row.element, row.message) for row in incidents] == [
        ("begynd", f"Expected job '{job}' of case 'S2' to finish, but every try failed: NotFound.")
    ]
    assert mended == begun() == ["S1", "S2", "S3"]
    assert set(story.ends(weekly)) == {"fundet"}
