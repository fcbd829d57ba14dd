"""A school, an institution or a family asks the preventive worker directly (2.l, trigger)."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.errors import Forbidden, InvalidValues

CONTACT = {
    "fra": "skole",
    "kontakt": "Kontoret",
    "navn": "Barn X",
    "cpr": "010115-1234",
    "bekymring": "Er ofte ked af det.",
    "aftalt_med_familien": "ja",
    "modtaget": "2026-05-12",
}


@pytest.fixture
def story(town):
    return town("2026-05-12T10:00")


def contact(story, by="FR-1", **values):
    return story.flow.startable_flows.start(
        "forebyggende_henvendelse", {**CONTACT, **values}, actor=story.person(by)
    )


def test_a_contact_opens_a_case_and_the_preventive_course_without_a_notification(story):
    contact(story)

    [task] = story.tasks("afdaek")
    facts = story.facts(task.case_code)
    assert (facts["status"], str(facts["kendskabsdato"])) == ("forebyggende", "2026-05-12")
    assert facts.get("underretninger") in (None, [])
    assert story.deadlines("T01") == []
    assert story.ends("forebyggende_henvendelse") == ["til_forebyggende"]
    [child] = story.flow.cases.records("Barn", case=task.case_code)
    assert child["navn"] == "Barn X"


def test_what_was_written_lies_in_the_childs_case_and_nowhere_else(story):
    contact(story)

    [task] = story.tasks("afdaek")
    kept = {record.case: record["bekymring"] for record in story.flow.cases.records("Henvendelse")}
    assert kept == {None: None, task.case_code: "Er ofte ked af det."}


def test_a_child_with_a_caseworker_stays_with_that_one(story):
    story.flow.cases.open(
        "S1",
        child={"navn": "Barn X", "cpr": "0101151234"},
        facts={"team": "familieteam_syd", "sagsbehandler": "CW-07", "status": "foranstaltning"},
        actor=SYSTEM,
    )

    contact(story)

    assert story.ends("forebyggende_henvendelse") == ["til_raadgiver"]
    assert story.tasks("afdaek") == []
    [notice] = story.notices("henvendelse_i_sag")
    assert notice.people == ("CW-07",)
    assert story.facts("S1")["status"] == "foranstaltning"


def test_only_preventive_workers_take_such_a_contact_and_need_its_words(story):
    with pytest.raises(Forbidden):
        contact(story, by="CW-07")
    with pytest.raises(InvalidValues) as wrong:
        contact(story, bekymring="", navn="")

    assert set(wrong.value.errors) == {"bekymring", "navn"}
    assert story.flow.cases.records("Henvendelse") == []
