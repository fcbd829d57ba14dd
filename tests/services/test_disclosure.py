"""Consent enforced: what somebody outside the authority is shown on a user task."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.cases.consents import Gap, Missing
from flowcase.services.choosing.consent_sentences import gap_in_words
from tests.processes.conftest import deployed, town  # noqa: F401  (fixtures)
from tests.processes.consent_town import CASE, FAMILY, Consents
from tests.processes.test_consent_life import SOLE, _withdraw

ASK = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <bpmn:process id="spoerg" name="Spørg" isExecutable="true">
    <bpmn:startEvent id="begynd"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="svar" name="Svar">
      <bpmn:extensionElements>
        <zeebe:userTask /><zeebe:formDefinition formId="svar" />
        <zeebe:assignmentDefinition candidateGroups="ppr, familieteam_syd" />
      </bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:endEvent id="slut" name="Slut"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="begynd" targetRef="svar" />
    <bpmn:sequenceFlow id="f2" sourceRef="svar" targetRef="slut" />
  </bpmn:process>
</bpmn:definitions>
"""


def _field(key: str, label: str, target: str, **more: Any) -> dict[str, Any]:
    properties = {"target": target, "label_en": label}
    return {
        "type": "textfield",
        "id": f"felt_{key}",
        "key": key,
        "label": label,
        "properties": properties,
        **more,
    }


FORM = json.dumps(
    {
        "type": "default",
        "id": "svar",
        "schemaVersion": 18,
        "components": [
            _field("analyse", "Analyse", "case:Undersoegelse.analyse"),
            _field("institution", "Skole", "case:Barn.institution"),
            _field("distrikt", "Distrikt", "case:Barn.distrikt", readonly=True),
        ],
    }
)


@pytest.fixture
def asked(town: Callable[..., Any]) -> Callable[..., Consents]:  # noqa: F811
    """PPR and the case's own team are asked on one user task that shows what the case knows."""

    def build(purpose: str | None = "konference", family: dict[str, Any] = SOLE) -> Consents:
        story = Consents(town("2026-06-01T09:00"), family)
        flow = story.flow
        flow.people.add("PPR-1", name="PPR-1", groups=["ppr"], actor=SYSTEM)
        flow.people.add("SK-1", name="SK-1", groups=["skole"], actor=SYSTEM)
        flow.deployments.deploy(
            {"spoerg.bpmn": ASK.encode(), "svar.form": FORM.encode()}, actor=SYSTEM, note="test"
        )
        variables: dict[str, Any] = {"sag_id": CASE, "barn_id": flow.cases.facts(CASE)["barn_id"]}
        variables |= {"formaal_kode": purpose} if purpose else {}
        story.variables = variables  # type: ignore[attr-defined]
        return story

    return build


def _start(story: Consents) -> str:
    """Start it, let the team fill in what it knows, and start it again; the id of the second user task."""
    flow = story.flow
    variables = dict(story.variables)  # type: ignore[attr-defined]
    flow.instances.start("spoerg", variables, case=CASE, actor=SYSTEM)
    values = {"analyse": "Far drikker.", "institution": "Skovskolen"}
    [first] = story.town.tasks("svar", CASE)
    flow.user_tasks.complete(first.id, values, actor=story.town.person("CW-07"))
    [record] = flow.cases.records("Undersoegelse", case=CASE)
    flow.instances.start("spoerg", variables | {"undersoegelse_id": record.id}, case=CASE, actor=SYSTEM)
    [second] = story.town.tasks("svar", CASE)
    return second.id


def _seen(story: Consents, task: str, by: str) -> Any:
    return story.flow.user_tasks.get(task, actor=story.town.person(by))


def test_the_cases_own_team_sees_everything_and_leaves_no_log(asked):
    story = asked()
    task = _start(story)

    seen = _seen(story, task, "CW-07")

    assert seen.prefilled["analyse"] == "Far drikker."
    assert seen.view.withheld == ()
    assert story.flow.cases.records("Videregivelse", case=CASE) == []


def test_without_consent_somebody_outside_sees_nothing_confidential_and_is_told_what_is_missing(asked):
    """Proves R-100."""
    story = asked()
    task = _start(story)

    seen = _seen(story, task, "PPR-1")

    assert "analyse" not in seen.prefilled
    assert "institution" not in seen.prefilled
    assert seen.view.withheld == ("Analyse", "Skole")
    assert (
        seen.view.because[0]
        == "Der er ikke bedt om samtykke (modtager: PPR, formål: koordineringskonference)."
    )
    assert story.flow.cases.records("Videregivelse", case=CASE) == []


def test_consent_shows_the_kinds_it_names_and_no_others_and_the_showing_is_logged_once(asked):
    """Proves R-082."""
    story = asked()
    task = _start(story)
    story.ask(oplysningstyper=["uddannelse"])
    story.answer("mor")

    seen = _seen(story, task, "PPR-1")
    _seen(story, task, "PPR-1")

    assert seen.prefilled["institution"] == "Skovskolen"
    assert seen.view.withheld == ("Analyse",)
    assert "andre typer af oplysninger" in seen.view.because[0]
    [log] = story.flow.cases.records("Videregivelse", case=CASE)
    assert (log["status"], log["til"], log["oplysningstyper"]) == ("vist", ["PPR-1"], ["uddannelse"])


def test_a_consent_to_another_purpose_shows_nothing(asked):
    story = asked(purpose="visitation")
    task = _start(story)
    story.ask()
    story.answer("mor")

    seen = _seen(story, task, "PPR-1")

    assert seen.view.withheld == ("Analyse", "Skole")
    assert "andet formål" in seen.view.because[0]


def test_a_user_task_that_names_no_purpose_shows_nothing_to_anybody_outside(asked):
    story = asked(purpose=None)
    task = _start(story)
    story.ask()
    story.answer("mor")

    assert _seen(story, task, "PPR-1").view.withheld == ("Analyse", "Skole")


def test_a_withdrawn_consent_closes_at_once_and_the_sentence_names_the_giver(asked):
    story = asked()
    task = _start(story)
    story.ask()
    story.answer("mor")
    assert _seen(story, task, "PPR-1").view.withheld == ()

    _withdraw(story)

    seen = _seen(story, task, "PPR-1")
    assert seen.view.withheld == ("Analyse", "Skole")
    assert "trukket tilbage" in seen.view.because[0]
    assert [log["status"] for log in story.flow.cases.records("Videregivelse", case=CASE)] == ["vist"]


def test_the_consent_of_one_of_two_parents_shows_nothing_and_names_the_other(asked):
    story = asked(family=FAMILY)
    task = _start(story)
    story.ask()

    story.answer("mor")

    said = _seen(story, task, "PPR-1").view.because
    assert any(each.startswith("Samtykket mangler fra far") for each in said)
    assert not any("fra mor" in each for each in said)


def test_the_open_facts_are_all_that_somebody_outside_reads_of_the_case(asked):
    story = asked()
    task = _start(story)

    outside, inside = _seen(story, task, "PPR-1").facts["sag"], _seen(story, task, "CW-07").facts["sag"]

    assert "status" in inside
    assert set(outside) <= {"sag_id", "team", "sagsbehandler", "omraade", "distrikt"}


def test_completing_without_seeing_keeps_what_was_withheld(asked):
    story = asked()
    task = _start(story)

    story.flow.user_tasks.complete(task, {}, actor=story.town.person("PPR-1"))

    [record] = story.flow.cases.records("Undersoegelse", case=CASE)
    assert record["analyse"] == "Far drikker."


def test_who_gave_or_refused_a_consent_is_said_as_danish_says_it():
    gaps = {gap: gap_in_words(Missing("ppr", gap, giver="mor")) for gap in Gap}

    assert gaps[Gap.REFUSED] == "Der er sagt nej til samtykke af mor"
    assert gaps[Gap.WITHDRAWN] == "Samtykket er trukket tilbage af mor"
    assert gaps[Gap.EXPIRED] == "Samtykket fra mor er udløbet"
    assert gap_in_words(Missing("ppr", Gap.EXPIRED)) == "Samtykket er udløbet"


def test_who_decides_a_referral_reads_it_and_who_referred_reads_the_answer(asked):
    """Proves R-050: the parents' support brings it before the committee; the form names its attachments."""
    story = asked()
    flow, town_ = story.flow, story.town
    flow.people.add("VC-1", name="VC-1", groups=["visitation_central"], actor=SYSTEM)
    flow.instances.start("visitation", {"sag_id": CASE}, case=CASE, actor=town_.person("SK-1"))
    referred = {"tilbud": "specialundervisning", "henviser": "SK-1", "grundlag": "Trives ikke i klassen."}
    attached = {"bilag": ["J-2026-17"], "foraeldre_tilslutning": "ja"}
    town_.complete("henvis", "SK-1", CASE, **referred, **attached)

    [child] = flow.cases.records("Barn", case=CASE)
    [looked_at] = town_.tasks("gennemgaa", CASE)
    read = _seen(story, looked_at.id, "VC-1")
    town_.complete("gennemgaa", "VC-1", CASE, komplet=True)
    town_.complete("afgoer_central", "VC-1", CASE, afgoerelse="afslag", begrundelse="Skolen kan støtte.")
    [given] = town_.tasks("giv_svar", CASE)

    assert read.view.withheld == ()
    assert read.prefilled["barn_navn"] == child["navn"]
    assert read.prefilled.get("barn_foedt") == child["foedt"]
    assert (read.prefilled["grundlag"], read.prefilled["bilag"]) == ("Trives ikke i klassen.", ["J-2026-17"])
    assert _seen(story, given.id, "SK-1").prefilled["begrundelse"] == "Skolen kan støtte."
