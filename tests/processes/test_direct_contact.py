"""A school, an institution or a family asks the preventive worker directly (2.l, trigger)."""

from __future__ import annotations

import datetime as dt

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


def test_the_worker_who_takes_it_up_reads_what_the_contact_was_about(story):
    contact(story)

    [task] = story.tasks("afdaek")
    shown = story.flow.user_tasks.get(task.id, actor=story.person("FR-1")).prefilled
    assert (shown["henvendelse"], shown["henvendelse_kontakt"]) == ("Er ofte ked af det.", "Kontoret")


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


def close_after_the_measure(story):
    """Case S1, which CW-07 had, examined and planned years ago; closed since."""
    story.flow.cases.open(
        "S1",
        child={"navn": "Barn X", "cpr": "0101151234"},
        facts={
            "team": "familieteam_syd",
            "sagsbehandler": "CW-07",
            "status": "foranstaltning",
            "kendskabsdato": dt.date(2023, 1, 9),
            "undersoegelse_afsluttet": dt.date(2023, 4, 1),
        },
        actor=SYSTEM,
    )
    with story.flow.store.begin(SYSTEM, story.flow.clock.now()) as tx:
        story.flow.cases._open_work(tx, case="S1").close_case("S1", "uden_indsats")


def test_a_closed_case_is_open_again_with_nobody_who_has_it_and_its_knowledge_counts_anew(story):
    close_after_the_measure(story)

    contact(story)

    facts = story.facts("S1")
    assert (facts["status"], facts["afsluttet"]) == ("forebyggende", None)
    assert str(facts["kendskabsdato"]) == "2026-05-12"
    assert {facts[name] for name in ("sagsbehandler", "team", "undersoegelse_afsluttet")} == {None}
    assert story.ends("forebyggende_henvendelse") == ["til_forebyggende"]
    assert story.flow.startable_flows.list(case="S1", actor=story.person("FR-1"))


def test_a_notification_about_a_closed_case_is_allocated_again(story):
    close_after_the_measure(story)
    story.notify("U1", "S1", received="2026-05-12T10:00")
    story.assess("S1")
    story.go_to("2026-05-13T09:00")

    story.meet("2026-05-13")
    story.decide("S1", kendskabsdato="2026-05-12", omraade="syd")

    assert story.facts("S1")["status"] == "til_tildeling"
    assert [task.case_code for task in story.tasks("tildel")] == ["S1"]


def test_a_case_that_is_closed_before_the_daily_meeting_is_allocated_again_too(story):
    story.open_case("S1", status="aaben", sagsbehandler="CW-07", team="familieteam_syd")
    story.notify("U1", "S1", received="2026-05-12T10:00")
    story.assess("S1")
    with story.flow.store.begin(SYSTEM, story.flow.clock.now()) as tx:
        story.flow.cases._open_work(tx, case="S1").close_case("S1", "uden_indsats")
    story.go_to("2026-05-13T09:00")

    story.meet("2026-05-13")
    story.decide("S1", kendskabsdato="2026-05-12", omraade="syd")

    assert (story.facts("S1")["status"], story.facts("S1")["afsluttet"]) == ("til_tildeling", None)
    assert [task.case_code for task in story.tasks("tildel")] == ["S1"]


def test_a_contact_does_not_take_a_child_off_the_way_to_the_daily_meeting(story):
    story.notify("U1", "S1", received="2026-05-12T10:00", boern=[{"navn": "X", "cpr": "0101151234"}])
    [code] = {row.case_code for row in story.tasks("vurder")}

    contact(story)

    assert story.facts(code)["status"] == "modtaget"
    assert [task.case_code for task in story.tasks("afdaek")] == [code]


def test_only_preventive_workers_take_such_a_contact_and_need_its_words(story):
    with pytest.raises(Forbidden):
        contact(story, by="CW-07")
    with pytest.raises(InvalidValues) as wrong:
        contact(story, bekymring="", navn="")

    assert set(wrong.value.errors) == {"bekymring", "navn"}
    assert story.flow.cases.records("Henvendelse") == []
