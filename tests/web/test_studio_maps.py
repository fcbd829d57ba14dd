"""The pages that see what is in force as a whole."""

from __future__ import annotations

import pytest


@pytest.fixture
def jens(sign_in):
    return sign_in("jens.proces")


def test_a_table_leads_to_the_diagrams_that_ask_it_and_a_file_to_what_it_uses(jens):
    everything = jens.get("/studie/brug?slags=decision")
    table = jens.get("/studie/brug/fil/decisions/gate_forebyggende.dmn")
    diagram = jens.get("/studie/brug/fil/forebyggende_distrikt.bpmn")

    assert "/studie/brug/fil/decisions/gate_forebyggende.dmn" in everything.all("//table//a/@href")
    assert "/studie/forebyggende_distrikt.bpmn" in table.all("//main//a/@href")
    assert "/studie/brug/fil/decisions/gate_forebyggende.dmn" in diagram.all("//main//a/@href")
    assert "frist.aabn" in diagram.text
    assert jens.get("/studie/brug/fil/findes-ikke.dmn").status == 404


def test_the_landscape_has_every_process_as_a_box_and_in_the_outline(jens, world):
    page = jens.get("/studie/landskab")

    names = {row.process for row in world.flow.deployments.definitions()}
    assert {link.removeprefix("#proces-") for link in page.all("//main//svg/a/@href")} == names
    assert {id.removeprefix("proces-") for id in page.all("//main//li/@id")} == names
    assert page.all("//main//svg/*[@class='fc-p-line fc-bond-call']")


def test_the_maps_are_for_process_owners(sign_in):
    karen = sign_in("karen.fp")

    for path in ("/studie/brug", "/studie/landskab", "/studie/brug/fil/frist.bpmn"):
        assert karen.get(path).status == 403
