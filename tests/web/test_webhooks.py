"""Webhooks on their pages and by the API: the secret is shown once, kept nowhere that answers again."""

from __future__ import annotations

import base64
import datetime as dt
import re

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.access.scopes import SCOPES
from flowcase.history.webhook_kinds import KINDS
from flowcase.web.forms import shown_once
from tests.web.test_api import Program


@pytest.fixture
def program(app, world):
    def make(*groups):
        token = world.flow.service_accounts.make("p", groups=groups, scopes=SCOPES, actor=SYSTEM)
        return Program(app, token)

    return make


def test_an_operator_makes_a_webhook_and_sees_its_secret_once(sign_in, world):
    drift = sign_in("drift")

    made = drift.post(
        "/webhooks", {"adresse": "https://example.invalid/ind", "slags": ["CaseOpened", "DeadlineMet"]}
    )
    again = drift.get("/webhooks")

    secret = re.search(r'id="hemmelighed"[^>]*>(whsec_[^<]+)<', made.source)
    assert secret is not None
    page = again.source
    assert secret[1] not in page
    assert "https://example.invalid/ind" in page
    assert "Frist overholdt" in page
    [hook] = world.flow.webhooks.list(actor=SYSTEM)
    assert hook.made_by == "drift"


def test_each_of_two_webhooks_made_before_a_page_was_loaded_tells_its_own_secret_once(sign_in, world):
    drift = sign_in("drift")
    token = drift.get("/underret").value("csrf_token")
    form = {"adresse": "https://example.invalid/ind", "slags": ["CaseOpened"], "csrf_token": token}

    first, second = (drift.client.post("/webhooks", data=form).headers["Location"] for _ in range(2))

    def secret(address):
        return re.findall(r"whsec_[^<]+", drift.get(address.partition("#")[0]).source)

    told = [secret(first), secret(second)]
    assert [len(each) for each in told] == [1, 1] and told[0] != told[1]
    assert [secret(first), secret(second), secret("/webhooks")] == [[], [], []]
    assert not [each for each in drift.client._cookies if "shown_once" in str(each)]


def test_the_secret_on_its_way_can_be_read_nowhere_and_holds_ten_minutes(sign_in, world, monkeypatch):
    drift = sign_in("drift")
    token = drift.get("/underret").value("csrf_token")
    form = {"adresse": "https://example.invalid/ind", "slags": ["CaseOpened"], "csrf_token": token}
    address = drift.client.post("/webhooks", data=form).headers["Location"].partition("#")[0]
    [kept] = [each for each in drift.client._cookies.values() if "shown_once" in each.key]

    def told():
        drift.client.set_cookie(kept.key, kept.value)
        return re.findall(r"whsec_([^<]+)", drift.get(address).source)

    [secret] = told()
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=10, seconds=1)
    with monkeypatch.context() as patched:
        patched.setattr(shown_once.WallClock, "now", lambda clock: later)
        too_late = told()
    altered = kept.value[:40] + ("A" if kept.value[40] != "A" else "B") + kept.value[41:]
    drift.client.set_cookie(kept.key, altered)

    assert secret.encode() not in base64.urlsafe_b64decode(kept.value)
    assert b"whsec" not in base64.urlsafe_b64decode(kept.value)
    assert (too_late, "whsec_" in drift.get(address).source) == ([], False)


def test_the_secret_of_a_webhook_is_not_told_to_who_signs_in_next_in_the_browser(sign_in, world):
    drift = sign_in("drift")
    token = drift.get("/underret").value("csrf_token")
    form = {"adresse": "https://example.invalid/ind", "slags": ["CaseOpened"], "csrf_token": token}
    address = drift.client.post("/webhooks", data=form).headers["Location"].partition("#")[0]
    [(name, kept)] = [
        (each.key, each.value) for each in drift.client._cookies.values() if "shown_once" in each.key
    ]

    again = sign_in("drift")
    again.client.set_cookie(name, kept)

    assert "whsec_" not in again.get(address).source
    assert "whsec_" in drift.get(address).source


def test_what_cannot_be_used_is_refused_with_what_was_typed(sign_in, world):
    drift = sign_in("drift")

    refused = drift.post("/webhooks", {"adresse": "http://169.254.169.254/latest/", "slags": ["CaseOpened"]})
    private = drift.post("/webhooks", {"adresse": "https://10.0.0.8/", "slags": ["CaseOpened"]})
    nothing = drift.post("/webhooks", {"adresse": "https://example.invalid/"})

    assert [each.status for each in (refused, private, nothing)] == [422, 422, 422]
    assert "169.254.169.254" in refused.source
    assert "privat net" in private.source
    assert world.flow.webhooks.list(actor=SYSTEM) == []


def test_an_operator_sees_what_was_told_and_what_failed_and_has_it_sent_again(sign_in, world):
    flow = world.flow
    id, _ = flow.webhooks.make("https://example.invalid/", ["UserTaskCompleted"], actor=SYSTEM)
    world.assess("SAG-2601")
    flow.webhook_sending._send = lambda *_: (410, b"")
    while flow.webhook_sending.send_due():
        pass
    drift = sign_in("drift")

    deliveries, overview = drift.get(f"/webhooks/{id}"), drift.get("/drift")
    [incident] = flow.webhooks.incidents(actor=SYSTEM)
    sent = drift.post(f"/drift/leveringer/webhook/{incident.delivery}")

    assert "Opgave færdig" in deliveries.source
    assert "http 410" in overview.source
    assert sent.status == 200
    assert flow.webhooks.incidents(actor=SYSTEM) == []
    assert "Alma" not in deliveries.source
    assert drift.post(f"/drift/leveringer/due/{incident.delivery}").status == 404


def test_a_program_subscribes_and_the_same_request_again_does_not_tell_the_secret(program, world):
    admin = program("administrator")
    wanted = {"address": "https://example.invalid/", "kinds": ["CaseOpened"]}
    headers = {**admin.headers, "Idempotency-Key": "k-1"}

    made = admin.client.post("/api/webhooks", json=wanted, headers=headers)
    again = admin.client.post("/api/webhooks", json=wanted, headers=headers)
    listed = admin.get("/api/webhooks")

    assert (made.status_code, again.status_code) == (201, 201)
    assert made.get_json()["secret"].startswith("whsec_")
    assert again.get_json() == {**made.get_json(), "secret": None}
    assert [each["id"] for each in listed.get_json()] == [made.get_json()["id"]]
    assert '"secret"' not in listed.get_data(as_text=True)
    assert made.get_json()["secret"] not in listed.get_data(as_text=True)
    id = made.get_json()["id"]
    assert admin.client.delete(f"/api/webhooks/{id}", headers=admin.headers).status_code == 204
    assert admin.get(f"/api/webhooks/{id}").get_json()["is_active"] is False


def test_an_operator_changes_the_secret_and_sees_the_new_one_once_and_how_long_the_old_one_holds(
    sign_in, world
):
    id, old = world.flow.webhooks.make("https://example.invalid/", ["CaseOpened"], actor=SYSTEM)
    drift = sign_in("drift")

    changed = drift.post(f"/webhooks/{id}/hemmelighed", {"timer": "24"})
    again = drift.get(f"/webhooks/{id}")
    ended = drift.post(f"/webhooks/{id}/hemmelighed", {"timer": "0"})

    secret = re.search(r'id="hemmelighed"[^>]*>(whsec_[^<]+)<', changed.source)
    assert secret is not None
    assert secret[1] != old
    assert changed.address == f"/webhooks/{id}"  # a reload changes nothing
    assert "gamle hemmelighed indtil" in changed.source
    assert "gamle hemmelighed indtil" in again.source
    assert "whsec_" not in again.source
    assert "gamle hemmelighed indtil" not in ended.source
    for other in ("", "1", "-1", "999", "uendeligt"):
        assert drift.post(f"/webhooks/{id}/hemmelighed", {"timer": other}).status == 400


def test_a_program_changes_the_secret_and_the_same_request_again_does_not_tell_it(program, world):
    admin = program("administrator")
    id, _ = world.flow.webhooks.make("https://example.invalid/", ["CaseOpened"], actor=SYSTEM)
    headers = {**admin.headers, "Idempotency-Key": "k-2"}

    def change(**asked):
        return admin.client.post(f"/api/webhooks/{id}/secret", json=asked, headers=headers)

    changed, again = change(keep_old_hours=48), change(keep_old_hours=48)
    headers.pop("Idempotency-Key")
    refused = change(keep_old_hours=169)

    assert changed.status_code == 200
    assert changed.get_json()["secret"].startswith("whsec_")
    assert changed.get_json()["old_secret_until"]
    assert again.get_json() == {**changed.get_json(), "secret": None}
    assert refused.status_code == 422
    assert "whsec_" not in admin.get(f"/api/webhooks/{id}").get_data(as_text=True)


def test_a_program_is_told_by_the_name_of_the_field_that_it_sent(program):
    admin = program("administrator")

    for address in ("http://example.invalid/", "https://10.0.0.8/"):
        refused = admin.client.post(
            "/api/webhooks", json={"address": address, "kinds": ["CaseOpened"]}, headers=admin.headers
        )

        assert refused.status_code == 422
        assert list(refused.get_json()["errors"]) == ["address"]
    assert admin.get("/api/webhooks").get_json() == []


def test_who_does_not_operate_has_no_webhooks_by_the_api(program):
    reception = program("fronten")

    made = reception.client.post(
        "/api/webhooks",
        json={"address": "https://example.invalid/", "kinds": ["CaseOpened"]},
        headers=reception.headers,
    )

    assert made.status_code == 403
    assert reception.client.delete("/api/webhooks/x", headers=reception.headers).status_code == 403
    assert reception.get("/api/webhooks").status_code == 403


def test_the_document_of_the_api_tells_receivers_what_they_get(app):
    document = app.test_client().get("/api/openapi.json").get_json()

    assert set(document["webhooks"]) == set(KINDS)
    breached = document["webhooks"]["DeadlineBreached"]["post"]
    schema = breached["requestBody"]["content"]["application/json"]["schema"]
    assert "breached_at" in schema["properties"]["data"]["required"]
    assert {each["name"] for each in breached["parameters"]} == {
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    }
