"""An operator finds the way back on the page of an instance, and sees first what it means."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM
from tests.services.diagrams import end, process, start, user_task
from tests.web.test_accessibility import Checked
from tests.web.test_browser import sign_in as sign_in_browser

TWO = process("to_trin", start(), user_task("foerste"), user_task("anden"), end())


@pytest.fixture
def moved(world):
    """An instance that has gone from its first to its second user task."""
    world.flow.deployments.deploy({"to_trin.bpmn": TWO}, actor=SYSTEM)
    id = world.flow.instances.start("to_trin", {}, actor=SYSTEM)
    world.flow.user_tasks.complete(f"{id}.{_open(world, id)[0].element_instance}", {}, actor=SYSTEM)
    return id


def _open(world, id):
    return [row for row in world.flow.user_tasks.list() if row.instance == id]


def test_an_operator_goes_back_after_a_preview_and_with_a_reason(sign_in, world, moved):
    drift = sign_in("drift")
    shown = drift.get(f"/forloeb/{moved}")
    steps = drift.get(f"/forloeb/{moved}/tilbage")
    link = steps.one(f"//a[contains(@href, '{moved}/tilbage/')]").get("href")

    preview = drift.get(link)
    without = drift.post(link, {"begrundelse": " "})
    element_before = [row.element for row in _open(world, moved)]
    done = drift.post(link, {"begrundelse": "Trykket forkert"})

    assert "Gå tilbage til et tidligere trin" in shown.text
    assert "Venter igen" in preview.text and "Intet er sendt" in preview.text
    assert (without.status, element_before) == (422, ["anden"])
    assert "tilbage ved det tidligere trin" in done.text
    assert [row.element for row in _open(world, moved)] == ["foerste"]
    told = world.flow.history.of_instance(moved, actor=SYSTEM)
    assert [(e.actor, e.event.reason) for e in told if e.kind == "InterventionMade"] == [
        ("drift", "Trykket forkert")
    ]


def test_a_caseworker_finds_no_way_back(sign_in, moved):
    karen = sign_in("karen.fp")

    assert "Gå tilbage" not in karen.get(f"/forloeb/{moved}").text
    assert karen.get(f"/forloeb/{moved}/tilbage").status == 403


def test_a_program_of_an_operator_goes_back_by_rest(app, world, moved):
    token = world.flow.service_accounts.make(
        "tilbage", groups=["administrator"], scopes=["instances:read", "instances:write"], actor=SYSTEM
    )
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    steps = f"/api/instances/{moved}/earlier-steps"

    (step,) = client.get(steps, headers=headers).get_json()
    there = f"{steps}/{step['element_instance']}"
    preview = client.get(there, headers=headers).get_json()
    without = client.post(f"{there}/go-back", json={}, headers=headers)
    done = client.post(f"{there}/go-back", json={"reason": "forkert"}, headers=headers)

    assert (preview["opens"], preview["cancels"], preview["obstacles"]) == (["foerste"], ["anden"], [])
    assert (without.status_code, done.status_code) == (422, 200)
    assert [row.element for row in _open(world, moved)] == ["foerste"]


@pytest.mark.parametrize("width", [1200, 360])
def test_axe_finds_nothing_on_the_way_back(open_page, world, moved, width):
    page = open_page(width=width)
    seen = Checked(page)
    step = world.flow.going_back.steps(moved, actor=SYSTEM)[0].element_instance
    sign_in_browser(page, "drift")

    seen.visit(f"/forloeb/{moved}/tilbage", "earlier steps")
    seen.visit(f"/forloeb/{moved}/tilbage/{step}", "preview")
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector("[role=alert]")
    seen.check("reason missing")

    assert seen.violations == []
