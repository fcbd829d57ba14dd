"""What is known already is not typed again: `flowcase.from` on the fields of shipped forms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from tests.services.diagrams import end, process, start, user_task
from tests.web.test_supplier_pages import CASE as SUPPLIED
from tests.web.test_supplier_pages import contract  # noqa: F401  (fixture)
from tests.web.world import World

CASE = "SAG-2588"
GOALS = [{"omraade": "skole", "maal": "I skole\nhver dag"}, {"omraade": "familie", "maal": "Mad på bordet"}]


@pytest.fixture
def asked(world: World) -> Callable[..., Any]:
    """A user task of a case with one of the shipped forms."""

    def ask(form: str, case: str = CASE, group: str = "familieteam_syd", **variables: Any) -> Any:
        drawn = process("spoerg", start(), user_task("svar", groups=group, form=form), end())
        world.flow.deployments.deploy({"spoerg.bpmn": drawn}, actor=SYSTEM, note="test")
        world.flow.instances.start("spoerg", {"sag_id": case, **variables}, case=case, actor=SYSTEM)
        return world.task("svar", case)

    return ask


def _plan(world: World, status: str, *goals: dict[str, str], case: str = CASE) -> None:
    world.flow.cases.add_record(
        "Handleplan", {"maal": list(goals), "status": status}, case=case, actor=SYSTEM
    )


def test_a_follow_up_begins_with_the_goals_of_the_plan_that_was_approved(world, sign_in, asked):
    _plan(world, "godkendt", *GOALS)
    _plan(world, "kladde", {"omraade": "sundhed", "maal": "Sover om natten"})
    task = asked("F-G2")

    page = sign_in("camilla.syd").get(f"/opgaver/{task.id}")

    assert [page.value(f"maalstatus.{row}.maal") for row in (0, 1)] == ["I skole\nhver dag", "Mad på bordet"]
    assert not page.has_field("maalstatus.2.maal")
    assert not page.all("//input[@type='radio' and @checked and starts-with(@name, 'maalstatus')]")


def test_while_no_plan_is_approved_the_follow_up_begins_with_the_goals_of_the_draft(world, sign_in, asked):
    _plan(world, "kladde", *GOALS)
    task = asked("F-G2")

    assert sign_in("camilla.syd").get(f"/opgaver/{task.id}").value("maalstatus.1.maal") == "Mad på bordet"


def test_what_was_answered_stands_and_nothing_of_the_plan_comes_before_it(world, sign_in, asked):
    _plan(world, "godkendt", *GOALS)
    held = {"maalstatus": [{"maal": "Et andet mål", "status": "naaet"}]}
    record = world.flow.cases.add_record("Opfoelgning", held, case=CASE, actor=SYSTEM)
    task = asked("F-G2", opfoelgning_id=record)

    page = sign_in("camilla.syd").get(f"/opgaver/{task.id}")

    assert page.value("maalstatus.0.maal") == "Et andet mål"
    assert not page.has_field("maalstatus.1.maal")


def test_the_measure_that_was_intended_is_chosen_where_it_is_decided(world, sign_in, asked):
    intended = {"paataenkt": "kontaktperson"}
    record = world.flow.cases.add_record("Foranstaltning", intended, case=CASE, actor=SYSTEM)
    task = asked("F-F1", foranstaltning_id=record)

    assert sign_in("camilla.syd").get(f"/opgaver/{task.id}").value("type") == "kontaktperson"


def test_who_is_asked_for_consent_is_chosen_and_what_it_covers_is_read_beside_the_answer(
    world, sign_in, asked
):
    wanted = {
        "formaal": "Hvordan skoledagen kan lykkes",
        "oplysningstyper": ["uddannelse"],
        "modtagere": ["ppr"],
    }
    request = world.flow.cases.add_record("Samtykkeanmodning", wanted, case=CASE, actor=SYSTEM)
    task = asked("F-S2", krav="mor", samtykkeanmodning_id=request)

    page = sign_in("camilla.syd").get(f"/opgaver/{task.id}")

    assert page.all("//input[@name='afgiver' and @value='mor' and @checked]")
    form = page.one("//form[@id='opgave']").text_content()
    assert "Hvordan skoledagen kan lykkes" in form
    assert "Barnets skolegang og uddannelse" in form
    assert "PPR" in form
    assert not page.has_field("formaal")


def test_a_supplier_reads_the_goals_of_the_own_contract_and_none_of_anothers(
    world,
    sign_in,
    asked,
    contract,  # noqa: F811
):
    flow = world.flow
    own = flow.cases.add_record("Foranstaltning", {"type": "institution"}, case=SUPPLIED, actor=SYSTEM)
    signed = {"maal": [{"omraade": "skole", "maal": "Til time hver dag"}], "foranstaltning_id": own}
    flow.cases.add_record("IndividuelKontrakt", signed, case=SUPPLIED, actor=SYSTEM)
    elsewhere = {"maal": [{"omraade": "familie", "maal": "Hos en anden"}], "foranstaltning_id": "en-anden"}
    flow.cases.add_record("IndividuelKontrakt", elsewhere, case=SUPPLIED, actor=SYSTEM)
    task = asked("F-N3", SUPPLIED, "leverandoer", formaal_kode="leverandoer", foranstaltning_id=own)

    page = sign_in("granly").get(f"/opgaver/{task.id}")

    assert "Til time hver dag" in page.one("//form[@id='opgave']").text_content()
    assert "Hos en anden" not in page.source
    assert not page.has_field("maal.0.maal")


def test_who_assesses_and_when_are_known(world, sign_in):
    task = world.task("vurder", "SAG-2601")
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{task.id}")
    assert page.value("vurderet_af") == "karen.fp"
    answers = {
        "tavle.bekymringer.0.hvad": "Træt og sulten",
        "fare_sundhed_udvikling": "false",
        "akut": "nej",
        "foraeldre_orienteres": "senere",
        "begrundelse": "Vurderet ud fra skolens oplysninger.",
    }

    done = karen.press(page, "_faerdig", **answers)

    assert "er færdig" in done.text
    now = world.flow.clock.now()
    [record] = world.flow.cases.records("Risikovurdering", case="SAG-2601")
    assert (record["vurderet_af"], record["vurderet"]) == ("karen.fp", now)
    [deadline] = world.flow.deadlines.of_case("SAG-2601")
    assert (deadline.rule, deadline.status) == ("T01", "met")
    assert now - dt.timedelta(minutes=1) < deadline.met_at <= now


def test_a_sentence_on_the_board_asks_who_says_it_or_whose_voice_it_is(world, sign_in, asked):
    task = asked("F-R1")
    camilla = sign_in("camilla.syd")
    page = camilla.get(f"/opgaver/{task.id}")
    page = camilla.press(page, "_add", _add="tavle.bekymringer")
    first = page.one("//label[@for=//input[@name='tavle.bekymringer.0.hvem']/@id]").text_content()

    silent = {"tavle.bekymringer.0.hvad": "Han sover ikke.", "udskrift": "false"}
    refused = camilla.press(page, "_faerdig", **silent)

    assert "valgfrit" not in first
    assert "Hvem siger det? – Feltet skal udfyldes." in refused.summary
