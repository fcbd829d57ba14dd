"""Who keeps the installation running sees how it fares, and tries again what stands still."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from flowcase.access.actor import SYSTEM
from flowcase.clock import WallClock
from flowcase.services.machines import release
from flowcase.services.machines.nodes import Correction, Nodes
from flowcase.web.forms.typed_values import as_feel, read_value
from tests.services.diagrams import call, end, process, service_task, start
from tests.web.test_accessibility import Checked
from tests.web.test_browser import sign_in as sign_in_in_browser
from tests.web.waiting import width_of

WAY = process("venter_paa_vej", start(), call("kald", "=hvem"), end())
CALLED = process("kaldt", start(), end())
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

    assert release.running() in page.text
    assert "forskellige udgaver" not in page.text
    assert (page.status, page.heading) == (200, "Drift")
    (link,) = page.all("//main//table//a[contains(@href, '/haendelser/')]")
    assert link.text_content() == "gaar_i_staa: luk"
    assert "Sider" in page.text
    assert "ingen arbejder er i gang til det næste" in page.text
    assert page.one("//nav//a[@aria-current='page']").text_content().strip() == "Drift"


def test_operators_see_that_an_upgrade_is_not_done(sign_in, world, monkeypatch):
    Nodes(world.flow.nodes._transactions, "n1").beat("worker", WallClock().now())
    monkeypatch.setattr("flowcase.services.machines.nodes.running", lambda: "0.1.0+0039.1234abcd")
    Nodes(world.flow.nodes._transactions, "n2").beat("web", WallClock().now())

    page = sign_in("drift").get("/drift")

    assert "Her kører 2 forskellige udgaver" in page.text
    assert "0.1.0+0039.1234abcd" in page.text


@pytest.mark.parametrize(
    ("ahead", "said", "leaves"),
    [(3720, "uret er 3.720 sekunder foran", True), (-90, "uret er 90 sekunder bagud", False)],
)
def test_operators_see_whose_clock_is_wrong(app, sign_in, world, monkeypatch, ahead, said, leaves):
    monkeypatch.setattr(Nodes, "_ahead", lambda *_: dt.timedelta(seconds=ahead))
    Nodes(world.flow.nodes._transactions, "n2").beat("worker", WallClock().now())
    token = world.flow.service_accounts.make(
        "maaler", groups=["administrator"], scopes=["metrics:read"], actor=SYSTEM
    )

    page = sign_in("drift").get("/drift")
    told = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {token}"}).text

    assert said in page.text
    assert ("lader det forfaldne ligge til de andre" in page.text) is leaves
    assert ("ingen arbejder er i gang til det næste" in page.text) is leaves
    assert f"flowcase_workers_clock_ahead {float(leaves)}" in told


def test_operators_see_what_is_taken_off_a_wrong_clock_and_since_when(app, sign_in, world, monkeypatch):
    monkeypatch.setattr(Nodes, "_ahead", lambda *_: dt.timedelta(days=1))
    day = dt.timedelta(days=1)
    corrected = Correction(day, dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC))
    node = Nodes(world.flow.nodes._transactions, "n2", lambda: [corrected])
    node.beat("web", WallClock().now() + day)
    token = world.flow.service_accounts.make(
        "maaler", groups=["administrator"], scopes=["metrics:read"], actor=SYSTEM
    )

    page = sign_in("drift").get("/drift")
    told = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {token}"}).text

    assert "uret er 86.400 sekunder foran" in page.text
    assert "rettet i alt, der skrives, siden man. 2. mar. 2026 kl. 10.30" in page.text
    assert "tavs" not in page.text
    assert "flowcase_clocks_corrected 1.0" in told


def interventions(world, incident):
    events = world.flow.history.of_instance(incident.instance, actor=SYSTEM)
    return [(e.event.act, e.event.reason) for e in events if e.kind == "InterventionMade"]


def test_several_are_tried_again_with_one_reason(sign_in, world, standing_still):
    drift = sign_in("drift")

    without = drift.post("/drift/haendelser", {"begrundelse": " ", "haendelse": standing_still.id})
    unticked = drift.post("/drift/haendelser", {"begrundelse": "Sagen er oprettet nu"})
    telling = drift.post(
        "/drift/haendelser",
        {"begrundelse": "Barnet er 010203-1234", "haendelse": standing_still.id},
    )
    again = drift.post(
        "/drift/haendelser",
        {"begrundelse": "Sagen er oprettet nu", "haendelse": [standing_still.id, "findes-ikke"]},
    )

    assert (without.status, "Skriv en begrundelse" in without.text) == (422, True)
    assert without.one("//main//input[@type='checkbox' and @checked]").get("value") == standing_still.id
    assert (unticked.status, "Sæt kryds ved mindst én hændelse" in unticked.text) == (422, True)
    assert unticked.one("//*[@id='begrundelse']").get("value") == "Sagen er oprettet nu"
    assert (telling.status, "Et CPR-nummer må ikke stå i begrundelsen" in telling.text) == (422, True)
    assert "0 gået videre, 1 står stadig stille, 1 kunne ikke forsøges" in again.text
    assert interventions(world, standing_still) == [("retry", "Sagen er oprettet nu")]


def test_an_incident_is_mended_by_a_value_and_goes_on(sign_in, world):
    world.flow.deployments.deploy({"venter_paa_vej.bpmn": WAY, "kaldt.bpmn": CALLED}, actor=SYSTEM)
    world.flow.instances.start("venter_paa_vej", {"hvem": "fejl"}, actor=SYSTEM)
    (incident,) = [row for row in world.flow.incidents.list() if row.process == "venter_paa_vej"]
    drift = sign_in("drift")

    page = drift.get(f"/drift/haendelser/{incident.id}")
    assert '"fejl"' in page.text
    assert "Processen »fejl«, der skal kaldes, er ikke i drift." in page.text
    assert "Expected to call" not in page.text
    assert "Processen »fejl«" in drift.get("/drift").text
    form = page.one("//main//form")
    wrong = drift.submit(page, form, **{"navn-0": "hvem", "vaerdi-0": "kaldt", "begrundelse": ""})
    assert wrong.status == 422
    assert wrong.one("//*[@id='felt-vaerdi-0']").get("value") == "kaldt"
    assert {link.get("href") for link in wrong.all("//*[@id='fejl']//a")} == {
        "#felt-vaerdi-0",
        "#felt-begrundelse",
    }
    mended = drift.submit(
        wrong,
        wrong.one("//main//form"),
        **{"vaerdi-0": '"kaldt"', "begrundelse": "Processen hed noget andet"},
    )

    assert "Forløbet er gået videre" in mended.text
    assert world.flow.incidents.get(incident.id).status == "resolved"
    assert interventions(world, incident) == [("edit_and_retry", "Processen hed noget andet")]


def test_what_was_done_by_hand_is_said_and_the_instance_goes_on(sign_in, world, standing_still):
    drift = sign_in("drift")
    page = drift.get(f"/drift/haendelser/{standing_still.id}")
    token = page.one("//main//form//input[@name='csrf_token']").get("value")

    said = drift.post(
        f"/drift/haendelser/{standing_still.id}/gjort",
        {"csrf_token": token, "begrundelse": "Lukket i hånden", "navn-0": "udfald", "vaerdi-0": '"lukket"'},
    )

    assert "Trinnet regnes for gjort i hånden. Forløbet er gået videre" in said.text
    assert world.flow.instances.get(standing_still.instance).status == "completed"
    assert interventions(world, standing_still) == [("resolve", "Lukket i hånden")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("14", 14),
        ("true", True),
        ('"HERNING"', "HERNING"),
        ("null", None),
        ('date("2026-03-01")', dt.date(2026, 3, 1)),
        ("[1, 2]", [1, 2]),
    ],
)
def test_a_value_is_read_as_feel_and_written_so_that_it_can_be_read_again(app, text, value):
    with app.test_request_context():
        assert read_value(text) == value
        assert read_value(as_feel(read_value(text))) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "grad",
        "1/0",
        '"Mor siger, at Sofie er bange"',
        '[["et ord til"]]',
        '"010203-1234"',
        '{barn: "0102031008"}',
        "0707614285",
        "[707614285]",
    ],
)
def test_no_value_and_no_words_or_numbers_of_people_are_taken(app, text):
    with app.test_request_context(), pytest.raises(ValueError, match=r"\w"):
        read_value(text)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1200, 360])
def test_axe_finds_nothing_where_an_instance_stands_still(open_page, world, standing_still, width):
    page = open_page(width=width)
    seen = Checked(page)
    sign_in_in_browser(page, "drift")

    seen.visit("/drift")
    seen.visit(f"/drift/haendelser/{standing_still.id}")
    page.get_by_label("Navn 1").fill("9")
    page.get_by_label("Begrundelse").fill("prøve")
    page.get_by_role("button", name="Ret og prøv igen").click()
    expect(page.locator("#fejl")).to_be_visible()
    seen.check("a name that is none")

    assert seen.violations == []
    assert width_of(page) <= width


@pytest.mark.parametrize("person", ["karen.fp", "vera.revisor", "granly"])
def test_nobody_else_sees_it(sign_in, person):
    page = sign_in(person).get("/drift")

    assert page.status == 403


def test_metrics_are_numbers_for_an_operators_token_only(app, world):
    token = world.flow.service_accounts.make(
        "maaler", groups=["administrator"], scopes=["metrics:read"], actor=SYSTEM
    )
    Nodes(world.flow.nodes._transactions, "n2").beat("worker", WallClock().now())
    client = app.test_client()

    told = client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).text

    assert 'flowcase_nodes{kind="worker"} 1.0' in told
    assert "flowcase_incidents_open" in told
    assert client.get("/metrics").status_code == 401
