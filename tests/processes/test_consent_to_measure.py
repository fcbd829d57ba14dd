"""The consent to a measure is a record that its decision points at (R-051, R-090; specification 2.f)."""

# ruff: noqa: F811  (fixtures of another module)
from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.errors import InvalidValues
from flowcase.services.choosing.consent_choices import consents_to_measure
from flowcase.services.forms.form_values import BARRED
from tests.processes.test_beyond_intake_story import CASEWORKER, Office, deployed, office  # noqa: F401

CASE = "SAG-2608"
GIVEN = {"form": "skriftligt", "givet": "2026-05-04T09:30+02:00"}


def considered(office: Any, kind: str, **answers: Any) -> Office:
    story: Office = office("2026-05-04T09:00", CASE, facts={"undersoegelse_afsluttet": dt.date(2026, 4, 20)})
    story.tell("til_foranstaltning", f"{CASE}/1")
    story.do("paataenk", paataenkt=kind, uden_for_kommunen="false")
    if answers:
        story.do("samtykke", **answers)
    return story


def offered(story: Office) -> list[tuple[str, str, bool]]:
    """(value, words, may it not be chosen) of what the decision can rest on."""
    [task] = story.tasks("afgoer")
    page = story.flow.user_tasks.get(task.id, actor=story.flow.people.actor(CASEWORKER))
    rows: Any = page.facts["samtykker_til_foranstaltningen"]
    return [(each["value"], str(each["label"]), bool(each.get(BARRED))) for each in rows]


def withdraw(story: Office, consent: str) -> None:
    story.flow.instances.start("samtykke_tilbagekaldelse", {"sag_id": CASE}, case=CASE, actor=SYSTEM)
    said = {"aendring": "tilbagekaldt", "tidspunkt": story.flow.clock.now().isoformat(), "form": "mundtligt"}
    story.do("registrer", samtykke=consent, omfang="Det hele.", naeste_skridt="intet", **said)


def test_each_yes_to_a_measure_is_a_consent_of_the_case_and_proposed_to_the_decision(office):
    story = considered(
        office,
        "netvaerkspleje",
        samtykke_indehaver="givet",
        ung_samtykker="true",
        samtykke_ung="givet",
        **GIVEN,
    )

    holder, youth = story.records("Samtykke")
    [task] = story.tasks("afgoer")
    page = story.flow.user_tasks.get(task.id, actor=story.flow.people.actor(CASEWORKER))

    assert [(each["afgiver"], each["svar"], each["form"]) for each in (holder, youth)] == [
        ("indehaver", "ja", "skriftligt"),
        ("ung", "ja", "skriftligt"),
    ]
    assert page.prefilled["samtykke"] == [holder.id, youth.id]
    assert offered(story) == [
        (youth.id, "den unge: foranstaltning (netværkspleje), givet 04.05.2026", False),
        (
            holder.id,
            "forældremyndighedens indehaver: foranstaltning (netværkspleje), givet 04.05.2026",
            False,
        ),
        ("ikke_kraevet", "Samtykke kræves ikke på foranstaltningens trin", False),
    ]


def test_a_decision_that_needs_consent_cannot_say_that_none_is_needed(office):
    story = considered(office, "netvaerkspleje", samtykke_indehaver="givet", ung_samtykker="false", **GIVEN)
    story.tell("raad_afholdt")
    decided = {**story.decision(), "type": "netvaerkspleje"}

    assert story.refuses("afgoer", **{**decided, "samtykke": ["ikke_kraevet"]}) == ["R-051"]
    story.do("afgoer", **decided)

    assert story.records("Foranstaltning")[-1]["samtykke"] == [story.records("Samtykke")[0].id]


def test_a_free_text_and_a_consent_to_something_else_are_no_consent_to_the_measure(office):
    story = considered(office, "kontaktperson")
    other = story.flow.cases.add_record(
        "Samtykke",
        {"formaal_kode": "konference", "svar": "ja", "givet": story.flow.clock.now(), "afgiver": "mor"},
        case=CASE,
        actor=SYSTEM,
    )

    for wrong in ("Mor har sagt ja", other):
        with pytest.raises(InvalidValues) as refused:
            story.do("afgoer", **{**story.decision(), "samtykke": [wrong]}, type="kontaktperson")
        assert list(refused.value.errors) == ["samtykke"]


def test_a_withdrawn_consent_is_told_and_cannot_carry_the_decision(office):
    """The withdrawal reaches the measure: before the decision it bars it."""
    story = considered(office, "netvaerkspleje", samtykke_indehaver="givet", ung_samtykker="false", **GIVEN)
    story.tell("raad_afholdt")
    [consent] = story.records("Samtykke")
    story.go_to("2026-05-06T10:00")
    withdraw(story, consent.id)

    assert offered(story)[-1] == (
        consent.id,
        "forældremyndighedens indehaver: foranstaltning (netværkspleje), givet 04.05.2026, "
        "trukket tilbage 06.05.2026",
        True,
    )
    decided = {**story.decision(), "type": "netvaerkspleje"}
    with pytest.raises(InvalidValues):
        story.do("afgoer", **{**decided, "samtykke": [consent.id]})
    assert story.records("Foranstaltning")[-1]["samtykke_indehaver"] == "tilbagekaldt"

    story.do("samtykke_igen", samtykke_indehaver="givet", ung_samtykker="false")
    again = story.records("Samtykke")[-1]
    assert again.id != consent.id
    assert offered(story)[0][0] == again.id


def test_withdrawing_the_consent_to_one_measure_leaves_another_alone(office):
    story = considered(office, "kontaktperson", samtykke_indehaver="givet", ung_samtykker="false", **GIVEN)
    first = story.measure()
    story.do("afgoer", **story.decision(), type="kontaktperson")
    story.tell("til_foranstaltning", f"{CASE}/2")
    story.do("paataenk", paataenkt="familiebehandling", uden_for_kommunen="false")
    story.do("samtykke", samtykke_indehaver="givet", ung_samtykker="false")
    [second] = story.consents()

    withdraw(story, second)

    said = {each.id: each["samtykke_indehaver"] for each in story.records("Foranstaltning")}
    assert said == {first: "givet", story.measure(): "tilbagekaldt"}


def test_an_answer_that_an_earlier_version_wrote_on_the_measure_still_carries_its_decision():
    """An instance that began before there were records of the answers has the answer among its variables."""
    nobody: Any = None

    found = consents_to_measure(nobody, {"samtykke_indehaver": "givet"}, nobody)

    assert [each["value"] for each in found] == ["skrevet_paa_foranstaltningen", "ikke_kraevet"]


def test_the_committee_s_decision_stands_in_for_a_refused_consent(office):
    story = considered(office, "netvaerkspleje", samtykke_indehaver="afslaaet", ung_samtykker="false")
    story.tell("raad_afholdt")
    story.do("efter_afslag", efter_afslag="udvalg")
    assert "udvalgets_afgoerelse" not in [value for value, _, _ in offered(story)]
    story.do("udvalg", udvalg_afgoerelse="anbringelse", udvalg_dato="2026-05-04", udvalg_begrundelse="x")

    decided = {**story.decision(), "type": "netvaerkspleje", "samtykke": ["udvalgets_afgoerelse"]}
    story.do("afgoer", **decided)

    assert story.records("Samtykke")[0]["svar"] == "nej"
