"""A consent that was given: until it expires, has served its purpose or is withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.errors import Refused
from tests.processes.consent_town import CASE, FAMILY, Consents

SOLE = {**FAMILY, "foraeldremyndighed": "mor", "bor_sammen": None, "bopaelsforaelder": None}


@pytest.fixture
def given(town: Callable[..., Any]) -> Callable[..., Consents]:
    """A mother with sole custody has consented."""

    def build(at: str, family: dict[str, Any] = SOLE, **scope: Any) -> Consents:
        story = Consents(town(at), family)
        story.ask(**{"svarfrist": None, **scope})
        for giver in story.needed():
            story.answer(giver)
        return story

    return build


def _withdraw(story: Consents, giver: str = "mor", **values: Any) -> None:
    story.flow.instances.start("samtykke_tilbagekaldelse", {"sag_id": CASE}, case=CASE, actor=SYSTEM)
    _write(story, giver, **values)


def _write(story: Consents, giver: str, **values: Any) -> None:
    [consent] = [
        each for each in story.flow.cases.records("Samtykke", case=CASE) if each["afgiver"] == giver
    ][-1:]
    form = {
        "samtykke": consent.id,
        "aendring": "tilbagekaldt",
        "tidspunkt": story.flow.clock.now().isoformat(),
        "form": "mundtligt",
        "omfang": "Alt.",
        "naeste_skridt": "intet",
    }
    story.town.complete("registrer", "CW-07", CASE, **form | values)


def _disclose(story: Consents, **values: Any) -> None:
    story.flow.instances.start("videregivelse", {"sag_id": CASE}, case=CASE, actor=SYSTEM)
    form = {
        "slags": "videregivelse",
        "formaal_kode": "konference",
        "til": ["ppr"],
        "oplysningstyper": ["uddannelse"],
        "hvad": "Skoledagen.",
    }
    story.town.complete("videregiv", "CW-07", CASE, **form | values)


def test_a_disclosure_within_the_consent_is_logged_with_the_consent_as_its_ground(given):
    story = given("2026-06-01T09:00")

    _disclose(story)

    [log] = story.flow.cases.records("Videregivelse", case=CASE)
    [request] = story.requests()
    assert (log["status"], log["grundlag"], log["til"]) == ("videregivet", request.id, ["ppr"])
    assert story.town.ends("videregivelse") == ["videregivet"]


def test_a_disclosure_that_nothing_covers_is_refused_and_says_whose_consent_is_missing(given):
    """Proves R-080."""
    story = given("2026-06-01T09:00", family=FAMILY)
    _withdraw(story, "far")

    _disclose(story)

    [row] = story.town.tasks("mangler", CASE)
    said = story.flow.user_tasks.get(row.id).prefilled["mangler"]
    assert said.startswith("Samtykket er trukket tilbage")
    assert "PPR" in said
    assert "Indhent samtykke, eller drøft anonymt." in said
    assert [log["status"] for log in story.flow.cases.records("Videregivelse", case=CASE)] == ["afvist"]


def test_withdrawing_stops_what_waits_tells_the_recipients_and_keeps_what_was_told(given):
    story = given("2026-06-01T09:00")
    _disclose(story)
    _disclose(story, slags="anmodning")
    story.town.go_to("2026-06-05T14:10")

    _withdraw(story)

    logs = [log["status"] for log in story.flow.cases.records("Videregivelse", case=CASE)]
    assert logs == ["videregivet", "standset"]
    assert story.town.tasks("afvent", CASE) == []
    assert "standset" in story.town.ends("videregivelse")
    assert ("ppr",) in [notice.groups for notice in story.town.notices("samtykke_tilbagekaldt")]
    assert [note["type"] for note in story.flow.cases.records("Notat", case=CASE)] == [
        "samtykke_tilbagekaldt_mundtligt"
    ]
    [told] = story.flow.cases.records("Tilbagekaldelse", case=CASE)
    assert len(told["standsede"]) == 1
    assert story.town.ends("samtykke_gyldighed") == ["tilbagekaldt"]
    assert not story.cover("ppr").is_complete


def test_withdrawing_another_consent_leaves_what_waits_alone(given):
    story = given("2026-06-01T09:00")
    _disclose(story, slags="anmodning")
    story.ask(formaal_kode="supervision", udveksling="ekstern_raad", svarfrist=None)
    story.answer("mor")

    _withdraw(story)

    assert len(story.town.tasks("afvent", CASE)) == 1
    assert story.cover("ppr").is_complete
    assert not story.cover("ppr", purpose="supervision").is_complete


def test_a_withdrawal_in_the_future_is_refused(given):
    story = given("2026-06-01T09:00")

    with pytest.raises(Refused, match="ligger i fremtiden"):
        _withdraw(story, tidspunkt="2026-06-02T09:00+02:00")

    assert story.cover("ppr").is_complete


def test_a_withdrawal_leads_to_a_new_dialogue_an_anonymous_discussion_or_a_notification(given):
    story = given("2026-06-01T09:00")

    _withdraw(story, naeste_skridt="underretning_vurderes")
    story.town.complete("vurder_underretning", "CW-07", CASE, underret="ja", vurdering="Bekymringen er stor.")

    [notification] = story.flow.cases.records("Underretning")
    assert (notification["kilde"], notification["bekymring"]) == ("samtykke", "Bekymringen er stor.")
    assert "tilbagekaldt" in story.town.ends("samtykke_tilbagekaldelse")


def test_the_cases_own_caseworker_is_told_of_a_withdrawal_that_a_colleague_wrote(given):
    story = given("2026-06-01T09:00")
    story.flow.cases.set_fact(CASE, "sagsbehandler", "CW-03", reason="Ny rådgiver", actor=SYSTEM)
    story.flow.instances.start(
        "samtykke_tilbagekaldelse", {"sag_id": CASE}, case=CASE, actor=story.town.person("CW-07")
    )
    [writing] = story.town.tasks("registrer")

    _write(story, "mor")

    assert writing.assignee == "CW-07"
    assert sorted(
        notice.people for notice in story.town.notices("samtykke_tilbagekaldt") if notice.people
    ) == [
        ("CW-03",),
        ("CW-07",),
    ]


def test_a_reached_purpose_ends_the_consent_without_any_withdrawal(given):
    """Proves R-090."""
    story = given("2026-06-01T09:00")

    _withdraw(story, aendring="formaal_naaet", form=None, omfang=None)

    assert story.town.ends("samtykke_gyldighed") == ["bortfaldet"]
    assert [each.gap for each in story.cover("ppr").missing] == ["bortfaldet"]
    assert story.town.notices("samtykke_tilbagekaldt") == []


def test_closing_the_case_ends_its_consents(given):
    story = given("2026-06-01T09:00")

    story.flow.signals.broadcast("sag_afsluttet", {}, case=CASE, actor=SYSTEM)

    assert story.town.ends("samtykke_gyldighed") == ["bortfaldet"]


@pytest.mark.parametrize(
    ("given_at", "last_day", "reminded"),
    [
        ("2025-03-15T10:00", "2026-03-14", "2026-02-13"),
        ("2028-02-29T10:00", "2029-02-27", "2029-01-29"),
    ],
)
def test_a_health_professionals_consent_ends_the_day_before_the_year_is_out(
    given, given_at, last_day, reminded
):
    """Proves R-091."""
    story = given(given_at, modtagere=["sundhedspleje"], sundhedsperson=True)

    [deadline] = story.town.deadlines("T14")
    assert deadline.due_local.startswith(last_day)
    assert [str(each["planned_at"].date()) for each in deadline.planned_reminders] == [reminded]
    story.town.advance(deadline.due_at - dt.timedelta(hours=1))
    assert story.cover("sundhedspleje").is_complete

    story.town.advance(deadline.due_at + dt.timedelta(hours=1))

    assert [each.gap for each in story.cover("sundhedspleje").missing] == ["udloebet"]
    assert len(story.town.tasks("indhent_nyt", CASE)) == 1
    assert [deadline.status for deadline in story.town.deadlines("T14")] == ["cancelled"]


def test_what_others_were_promised_outlives_the_health_professionals_year(given):
    story = given("2025-10-05T10:00", modtagere=["sundhedspleje", "skole"])

    story.town.go_to("2026-10-06T08:00")

    assert story.cover("skole").is_complete
    assert [each.gap for each in story.cover("sundhedspleje").missing] == ["udloebet"]
    story.town.complete("indhent_nyt", "CW-07", CASE, nyt_samtykke=False)
    assert story.town.ends("samtykke_gyldighed") == []
    _withdraw(story)
    assert story.town.ends("samtykke_gyldighed") == ["tilbagekaldt"]


def test_withdrawing_while_others_are_still_asked_ends_the_request(town: Callable[..., Any]):
    story = Consents(town("2026-06-01T09:00"))
    story.ask()
    story.answer("mor")

    _withdraw(story)

    assert story.needed() == []
    assert "tilbagekaldt" in story.town.ends("samtykke")
