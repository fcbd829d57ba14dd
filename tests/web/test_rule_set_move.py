"""Skift regelsæt: the plan and the move, for leaders."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM
from tests.processes.test_rule_set_move import _ROW, TABLE
from tests.web.world import shipped_processes


@pytest.fixture
def new_law(world):
    content = (shipped_processes() / TABLE).read_text("utf-8")
    changed = content.replace(_ROW, _ROW.replace(">4<", ">3<"))
    world.flow.deployments.deploy({TABLE: changed.encode()}, actor=SYSTEM, note="Ny lov")


def test_a_leader_sees_what_changes_gives_a_reason_and_moves_the_case(sign_in, new_law):
    else_syd = sign_in("else.syd")
    page = else_syd.get("/sager/SAG-2588/regelsaet")
    assert "Frister, som nogen har besluttet, bliver stående" in page.text
    form = page.one("//main//form")

    missing = else_syd.submit(page, form, begrundelse="  ")
    moved = else_syd.submit(page, form, begrundelse="Ny lov i kraft")

    assert missing.status == 422
    assert missing.summary == ["Begrundelse – Feltet skal udfyldes."]
    assert "Sagen følger nu den nye udgave af regelsættet." in moved.text
    assert "Ny lov i kraft" in moved.text
    assert "Sagen følger allerede" in else_syd.get("/sager/SAG-2588/regelsaet").text


def test_others_are_neither_offered_nor_given_the_page(sign_in, new_law):
    camilla = sign_in("camilla.syd")

    assert not camilla.get("/sager/SAG-2588").all("//a[contains(@href, '/regelsaet')]")
    assert camilla.get("/sager/SAG-2588/regelsaet").status == 403


def test_the_page_speaks_english_too(sign_in, new_law):
    page = sign_in("else.syd").get("/sager/SAG-2588/regelsaet?sprog=en")

    assert page.heading.startswith("Change rule set")
