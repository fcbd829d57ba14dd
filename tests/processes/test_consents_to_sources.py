"""On what consent a source of the examination is asked: one that was given, or with a reason."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.errors import InvalidValues
from tests.processes.consents_given import give_consent


@pytest.fixture
def story(town):
    told = town("2026-05-12T10:00")
    today = told.flow.clock.now().date()
    told.open_case("S1", team="familieteam_syd", sagsbehandler="CW-07", omraade="syd", kendskabsdato=today)
    give_consent(told.flow, "S1", "skole")
    give_consent(told.flow, "S1", "ppr", purpose="psykologisk_raadgivning")
    told.flow.instances.start("boernefaglig_undersoegelse", {"sag_id": "S1"}, case="S1", actor=SYSTEM)
    return told


def plan(story, consent, **more):
    source = {"hvem": "Skolen", "rolle": "skole", "hvad": "Fravær", "samtykke": consent, **more}
    story.complete("planlaeg", "CW-07", fokus="Trivsel.", kilder=[source], familiens_bidrag="Dagbog.")


def consents(story):
    return {each["formaal_kode"]: each.id for each in story.flow.cases.records("Samtykke", case="S1")}


def test_a_source_is_asked_on_a_consent_to_its_statement_and_on_no_other(story):
    """Proves R-090."""
    [task] = story.tasks("planlaeg")
    offered = story.flow.user_tasks.get(task.id, actor=story.person("CW-07")).facts["samtykker_til_udtalelse"]
    own, other = consents(story)["udtalelse"], consents(story)["psykologisk_raadgivning"]

    assert [each["value"] for each in offered] == [own, "indhentes", "ikke_noedvendigt"]
    assert "(Skole), givet " in offered[0]["label"]
    for wrong in (other, "S-1", "Mor har sagt ja."):
        with pytest.raises(InvalidValues):
            plan(story, wrong)
    plan(story, own)

    [row] = story.flow.cases.records("Undersoegelse", case="S1")[0]["kilder"]
    assert row["samtykke"] == own
    assert len(story.tasks("indhent_udtalelse")) == 1 and story.tasks("formaal") == []


def test_why_no_consent_is_needed_is_written(story):
    """Proves R-080."""
    with pytest.raises(InvalidValues) as refused:
        plan(story, "ikke_noedvendigt")
    assert list(refused.value.errors) == ["kilder.0.samtykke_grund"]

    plan(story, "ikke_noedvendigt", samtykke_grund="Skolen har selv underrettet.")

    [row] = story.flow.cases.records("Undersoegelse", case="S1")[0]["kilder"]
    assert row["samtykke_grund"] == "Skolen har selv underrettet."


def test_a_consent_that_was_withdrawn_is_told_and_cannot_be_chosen(story):
    own = consents(story)["udtalelse"]
    story.flow.startable_flows.start("samtykke_tilbagekaldelse", case="S1", actor=story.person("CW-07"))
    now = story.flow.clock.now().isoformat()
    words = {"form": "skriftligt", "omfang": "Det hele.", "naeste_skridt": "intet"}
    story.complete("registrer", "CW-07", samtykke=own, aendring="tilbagekaldt", tidspunkt=now, **words)

    [task] = story.tasks("planlaeg")
    offered = story.flow.user_tasks.get(task.id, actor=story.person("CW-07")).facts["samtykker_til_udtalelse"]

    assert offered[-1]["value"] == own and offered[-1]["barred"]
    with pytest.raises(InvalidValues):
        plan(story, own)
