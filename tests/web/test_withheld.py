"""The page of a user task for somebody outside the authority: what consent does not cover is not there."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.web.forms import form_page
from tests.processes.consents_given import give_consent
from tests.services.diagrams import end, process, start, user_task
from tests.web.world import PASSWORD

CASE = "SAG-2588"


def _field(key: str, label: str, target: str) -> dict:
    return {
        "type": "textarea",
        "id": f"felt_{key}",
        "key": key,
        "label": label,
        "properties": {"target": target, "label_en": label},
    }


@pytest.fixture
def asked(world):
    """PPR is asked about a child whose school the case knows."""
    form = {
        "type": "default",
        "id": "svar",
        "schemaVersion": 18,
        "components": [
            _field("institution", "Barnets skole", "case:Barn.institution"),
            _field("indhold", "Udtalelse", "case:Udtalelse.indhold"),
        ],
    }
    diagram = process("spoerg", start(), user_task("svar", form="svar", groups="ppr"), end())
    files = {"spoerg.bpmn": diagram, "svar.form": json.dumps(form).encode()}
    world.flow.deployments.deploy(files, actor=SYSTEM, note="test")
    world.flow.people.add("psykolog", name="Psykolog", groups=["ppr"], password=PASSWORD, actor=SYSTEM)
    child = world.flow.cases.add_record(
        "Barn", {"navn": "Noah Elleby", "institution": "Skovskolen"}, case=CASE, actor=SYSTEM
    )
    world.flow.instances.start(
        "spoerg", {"barn_id": child, "formaal_kode": "udtalelse"}, case=CASE, actor=SYSTEM
    )
    return world.task("svar", CASE)


def test_what_consent_does_not_cover_is_left_out_and_the_page_says_what_is_missing(sign_in, world, asked):
    psychologist = sign_in("psykolog")

    page = psychologist.get(f"/opgaver/{asked.id}")

    assert page.value("institution") == ""
    assert not page.all("//*[@id='kommentarer']")  # no heading over nothing: comments are of the case
    said = page.one("//*[@id='tilbageholdt']").text_content()
    assert "Barnets skole" in said
    assert "Der er ikke bedt om samtykke (modtager: PPR, formål: udtalelse til undersøgelsen)." in said
    assert "T04" not in page.text
    assert "Frister i sagen" not in page.text
    english = psychologist.get(f"/opgaver/{asked.id}?sprog=en").one("//*[@id='tilbageholdt']").text_content()
    assert "Consent has not been asked for (recipient: Educational psychology (PPR), purpose: " in english


def test_what_consent_covers_is_shown_and_what_it_no_longer_covers_leaves_the_draft_too(
    sign_in, world, asked
):
    request = give_consent(world.flow, CASE, "ppr")
    psychologist = sign_in("psykolog")
    page = psychologist.get(f"/opgaver/{asked.id}")
    assert page.value("institution") == "Skovskolen"
    assert not page.all("//*[@id='tilbageholdt']")
    psychologist.press(page, "_gem", indhold="Et godt råd.")

    [answer] = [
        each for each in world.flow.cases.records("Samtykke", case=CASE) if each["anmodning_id"] == request
    ]
    _withdraw(world, answer.id)

    again = psychologist.get(f"/opgaver/{asked.id}")
    assert again.value("institution") == ""
    assert again.value("indhold") == "Et godt råd."
    assert "Samtykket er trukket tilbage" in again.text
    assert "Skovskolen" not in again.source


def _withdraw(world, consent: str) -> None:
    world.flow.instances.start("samtykke_tilbagekaldelse", {"sag_id": CASE}, case=CASE, actor=SYSTEM)
    form = {
        "samtykke": consent,
        "aendring": "tilbagekaldt",
        "tidspunkt": world.flow.clock.now().isoformat(),
        "form": "skriftligt",
        "omfang": "Alt.",
        "naeste_skridt": "intet",
    }
    world.complete("registrer", "camilla.syd", CASE, **form)


def test_a_variable_that_a_form_shows_opens_its_other_fields_to_who_is_told_no_other(app, world):
    """The school asks for a second SSD meeting: its reason is required, so it has to be on the page."""
    form = world.flow.deployments.form("F-SSD1")

    def keys(meeting: int) -> set[str]:
        with app.test_request_context():
            known = {"moedenr": Decimal(meeting)}
            page = form_page.shown(form, {}, facts={}, now=world.flow.clock.now(), known=known)
            return {each.asked.key for each in page.fields}

    assert "saerlig_grund" in keys(2)
    assert "saerlig_grund" not in keys(1)
