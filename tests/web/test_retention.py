"""The page for erasures: what is due, a second person's yes, holds; codes and days only."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.cases.events import CaseClosed

CODE = "SAG-2601"


@pytest.fixture
def due(world):
    """A case that was closed a month ago and is kept no longer."""
    flow = world.flow
    flow.rule_sets.use(
        settings={"opbevaring": [{"klasse": "sag", "label": "Børnesag", "maaneder": 1}]}, actor=SYSTEM
    )
    with flow.store.begin(SYSTEM, flow.clock.now() - dt.timedelta(days=60)) as tx:
        tx.append(f"case:{CODE}", CaseClosed(case=CODE, outcome="lukket"))
    return world


def test_one_proposes_another_approves_and_the_page_says_how_it_stands(due, sign_in):
    leader, head = sign_in("else.syd"), sign_in("anders.myn")
    page = leader.get("/opbevaring")

    proposed = leader.submit(page, page.one("//form[contains(@action, 'forslag')]"), sag=CODE)
    waiting, asked = leader.get("/opbevaring"), head.get("/opbevaring")
    answered = head.press(asked, "svar", "ja")

    assert "Foreslået slettet" in proposed.text
    assert waiting.all("//button[@name='svar']") == []
    assert "Sletningen er godkendt" in answered.text
    assert "Godkendt; venter på driften" in leader.get("/opbevaring").text
    assert due.flow.cases.get(CODE, actor=SYSTEM).erased_at is None


def test_choosing_nothing_is_said_on_the_page(due, sign_in):
    refused = sign_in("else.syd").post("/opbevaring/forslag")

    assert refused.status == 422
    assert "Vælg mindst én sag." in refused.one("//*[@id='fejl']").text_content()


def test_a_hold_is_placed_and_lifted_with_a_reason(due, sign_in):
    head = sign_in("anders.myn")

    without = head.post("/opbevaring/slettestop", {"kode": CODE, "grund": ""})
    unknown = head.post("/opbevaring/slettestop", {"kode": "SAG-9999", "grund": "klagesag"})
    placed = head.post("/opbevaring/slettestop", {"kode": CODE.lower(), "grund": "klagesag"})
    twice = head.post("/opbevaring/slettestop", {"kode": CODE, "grund": "klagesag"})
    lifted = head.post("/opbevaring/slettestop", {"kode": CODE, "grund": "sag_afgjort", "ophoer": "1"})

    assert [seen.status for seen in (without, unknown, placed, twice, lifted)] == [422, 422, 200, 422, 200]
    assert "Vælg en grund." in without.text
    assert "ingen sag med den kode" in unknown.text
    assert f"{CODE} må ikke slettes." in placed.text
    assert "Slettestop: Klagesag" in placed.text
    assert f"{CODE} må slettes igen." in lifted.text


def test_what_was_chosen_for_a_document_is_not_chosen_for_a_hold(due, sign_in):
    given = {"dokument": "findes-ikke", "til": "2027-04-03", "dokument_grund": "klagesag"}

    refused = sign_in("anders.myn").post("/opbevaring/dokumenter", given)

    assert "intet dokument med det nummer" in refused.one("//*[@id='dokument-fejl']").text_content()
    chosen = [each.get("id") for each in refused.all("//select[option[@selected and @value='klagesag']]")]
    assert chosen == ["dokument-grund"]


def test_a_hold_that_was_lifted_in_another_window_is_said_to_be_gone(due, sign_in):
    head = sign_in("anders.myn")

    late = head.post("/opbevaring/slettestop", {"kode": CODE, "grund": "sag_afgjort", "ophoer": "1"})

    assert late.status == 422
    assert "Sagen har ikke slettestop mere." in late.one("//*[@id='stop-fejl']").text_content()


def test_whoever_answers_second_sees_the_page_with_what_was_answered(due, sign_in):
    leader, head = sign_in("else.syd"), sign_in("anders.myn")
    leader.post("/opbevaring/forslag", {"sag": CODE})
    one, other = head.get("/opbevaring"), head.get("/opbevaring")
    head.press(one, "svar", "ja")

    late = head.press(other, "svar", "nej")

    assert one.one("//section//li/a").get("href") == f"/sager/{CODE}"
    assert late.status == 409
    assert "En anden har svaret imens" in late.one("//*[@id='fejl']").text_content()
    assert "Godkendt; venter på driften" in late.text


def test_a_refusal_is_said_in_the_readers_language_and_nothing_is_offered_that_cannot_be_chosen(due, sign_in):
    leader = sign_in("else.syd")

    none = leader.post("/opbevaring/forslag?sprog=en")
    leader.post("/opbevaring/forslag", {"sag": CODE})
    twice = leader.post("/opbevaring/forslag", {"sag": CODE})

    assert "Choose at least one case." in none.text
    assert f"Case {CODE} is proposed for erasure already." in twice.text
    assert twice.title.startswith("Error: ")
    assert "Propose to erase the chosen ones" not in twice.text


def test_an_auditor_looks_and_changes_nothing(due, sign_in):
    page = sign_in("vera.revisor").get("/opbevaring")

    assert CODE in page.text
    assert page.all("//main//form//button[not(@disabled)]") == []
