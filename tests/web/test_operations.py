"""Who keeps the installation running sees how it fares, and tries again what stands still."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.clock import WallClock
from flowcase.services.nodes import Nodes
from tests.services.diagrams import end, process, service_task, start

BROKEN = process("gaar_i_staa", start(), service_task("luk", "sag.afslut"), end())


@pytest.fixture
def standing_still(world):
    """An instance whose handler fails: there is no case to close."""
    world.flow.deployments.deploy({"gaar_i_staa.bpmn": BROKEN}, actor=SYSTEM)
    world.flow.instances.start("gaar_i_staa", {}, actor=SYSTEM)
    (incident,) = [row for row in world.flow.incidents.list() if row.process == "gaar_i_staa"]
    return incident


def test_operators_see_nodes_backlog_and_incidents(sign_in, world, standing_still):
    world.flow.nodes.beat("web", WallClock().now())

    page = sign_in("drift").get("/drift")

    assert (page.status, page.heading) == (200, "Drift")
    assert "gaar_i_staa / luk" in page.text
    assert "Sider" in page.text
    assert page.one("//nav//a[@aria-current='page']").text_content().strip() == "Drift"


def test_trying_again_needs_a_reason_and_leaves_one(sign_in, world, standing_still):
    drift = sign_in("drift")

    without = drift.post(f"/drift/haendelser/{standing_still.id}", {"begrundelse": " "})
    again = drift.post(f"/drift/haendelser/{standing_still.id}", {"begrundelse": "Sagen er oprettet nu"})

    assert "Skriv en begrundelse" in without.text
    assert "står stadig stille" not in without.text
    assert "Forsøgt igen" in again.text
    events = world.flow.history.of_instance(standing_still.instance, actor=SYSTEM)
    assert [e.event.reason for e in events if e.kind == "InterventionMade"] == ["Sagen er oprettet nu"]


@pytest.mark.parametrize("person", ["karen.fp", "vera.revisor", "granly"])
def test_nobody_else_sees_it(sign_in, person):
    page = sign_in(person).get("/drift")

    assert page.status == 403


def test_metrics_are_numbers_for_an_operators_token_only(app, world):
    world.flow.people.add("maaler", groups=["administrator"], kind="service", actor=SYSTEM)
    token = world.flow.people.new_token("maaler", actor=SYSTEM)
    Nodes(world.flow.nodes._transactions, "n2").beat("worker", WallClock().now())
    client = app.test_client()

    told = client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).text

    assert 'flowcase_nodes{kind="worker"} 1.0' in told
    assert "flowcase_incidents_open" in told
    assert client.get("/metrics").status_code == 401
