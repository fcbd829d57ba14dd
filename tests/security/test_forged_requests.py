"""Requests that somebody made up, kept, or turned to another purpose."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import itsdangerous
import pytest
from flask.sessions import SecureCookieSessionInterface

from flowcase.access.actor import SYSTEM
from flowcase.access.scopes import SCOPES
from flowcase.web import create_app
from tests.security.conftest import signed_in
from tests.web.test_notifications import CITIZEN
from tests.web.world import PASSWORD


def csrf_of(visitor: Any) -> str:
    return str(visitor.get("/underret").value("csrf_token"))


def with_another_letter(token: str) -> str:
    """The first one of its signature: the last one holds bits that say nothing."""
    said, _, signature = token.rpartition(".")
    return f"{said}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


FORGED_TOKENS: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    "no token": lambda app, karen: {"data": {}},
    "an empty token": lambda app, karen: {"data": {"csrf_token": ""}},
    "the token of a stranger": lambda app, karen: {"data": {"csrf_token": csrf_of(type(karen)(app))}},
    "the token of a colleague": lambda app, karen: {
        "data": {"csrf_token": csrf_of(signed_in(app, "jonas.fp"))}
    },
    "a token with one letter changed": lambda app, karen: {
        "data": {"csrf_token": with_another_letter(csrf_of(karen))}
    },
    "a token made with another key": lambda app, karen: {
        "data": {"csrf_token": itsdangerous.URLSafeTimedSerializer("guess", salt="wtf-csrf-token").dumps("x")}
    },
    "the token in the address": lambda app, karen: {"query_string": {"csrf_token": csrf_of(karen)}},
    "as plain text, which needs no preflight": lambda app, karen: {
        "data": '{"a":"b"}',
        "content_type": "text/plain",
    },
    "as JSON of another site": lambda app, karen: {"json": {}, "headers": {"Origin": "https://evil.example"}},
}


@pytest.mark.parametrize("attack", FORGED_TOKENS)
def test_a_page_of_another_site_cannot_act_for_who_is_signed_in(app, karen, world, attack):
    task = world.task("vurder")

    answer = karen.client.post(f"/opgaver/{task.id}/tag", **FORGED_TOKENS[attack](app, karen))

    assert answer.status_code == 400
    assert world.task("vurder").assignee is None


@pytest.mark.parametrize(
    "how",
    [
        {"headers": {"X-HTTP-Method-Override": "POST"}},
        {"headers": {"X-Method-Override": "DELETE"}},
        {"query_string": {"_method": "POST"}},
    ],
    ids=["X-HTTP-Method-Override", "X-Method-Override", "_method"],
)
def test_a_look_is_never_turned_into_a_deed(karen, world, how):
    task = world.task("vurder")

    answer = karen.client.get(f"/opgaver/{task.id}/tag", **how)

    assert answer.status_code == 405
    assert world.task("vurder").assignee is None


# --- cookies ---------------------------------------------------------------------------------------


def _cookie(app: Any, values: dict[str, Any], key: Any = None) -> str:
    interface = SecureCookieSessionInterface()
    signer = interface.get_signing_serializer(app)
    if key is not None:
        signer.secret_keys = [key]  # type: ignore[union-attr]
    return str(signer.dumps(values))  # type: ignore[union-attr]


COOKIES: dict[str, Callable[[Any], str]] = {
    "nonsense": lambda app: "nonsense",
    "signed by another installation": lambda app: _cookie(app, {"_user_id": "drift"}, key=b"another key"),
    "signed with an empty key": lambda app: _cookie(app, {"_user_id": "drift"}, key=b""),
    "not signed": lambda app: _cookie(app, {"_user_id": "drift"}).rpartition(".")[0],
    "of another person, the signature kept": lambda app: (
        _cookie(app, {"_user_id": "drift"}).partition(".")[0]
        + "."
        + _cookie(app, {"_user_id": "karen.fp"}).partition(".")[2]
    ),
    "a pickle": lambda app: "gASVIAAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAV0b3VjaJSFlFKULg==",
    "a person in place of a session": lambda app: _cookie(app, {"_user_id": "drift", "_fresh": True}),
    "a person that there is not": lambda app: _cookie(app, {"_user_id": "../../root"}),
    "an id that is no text": lambda app: _cookie(app, {"_user_id": {"$ne": ""}}),
}


@pytest.mark.parametrize("attack", COOKIES)
def test_a_made_up_cookie_opens_nothing(app, attack):
    client = app.test_client()
    client.set_cookie("flowcase", COOKIES[attack](app))

    answer = client.get("/drift")

    assert answer.status_code in (302, 401)
    assert "/log-paa" in answer.headers["Location"]


def test_what_a_session_held_before_the_sign_in_is_gone_after_it(app):
    client = app.test_client()
    with client.session_transaction() as planted:
        planted["receipt"] = ["UND-planted", "2026-03-27T09:00:00+00:00"]
        planted["csrf_token"] = "known to the attacker"
    page = client.get("/log-paa").get_data(as_text=True)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]

    client.post("/log-paa", data={"bruger": "karen.fp", "adgangskode": PASSWORD, "csrf_token": token})

    with client.session_transaction() as held:
        assert held["_user_id"]
        assert "receipt" not in held
        assert held.get("csrf_token") != "known to the attacker"


def test_the_cookie_is_kept_from_scripts_and_other_sites(app):
    client = app.test_client()
    page = client.get("/log-paa").get_data(as_text=True)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]

    answer = client.post(
        "/log-paa", data={"bruger": "karen.fp", "adgangskode": PASSWORD, "csrf_token": token}
    )

    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain=" not in cookie


def test_behind_tls_the_cookie_never_travels_in_the_clear_and_browsers_are_told_so(world):
    settings = dataclasses.replace(world.flow.settings, https=True)
    secure = create_app(dataclasses.replace(world.flow, settings=settings))

    answer = secure.test_client().get("/log-paa", base_url="https://flowcase.example")

    assert "Secure" in answer.headers["Set-Cookie"], dict(answer.headers)
    assert "max-age=" in answer.headers["Strict-Transport-Security"]


def test_behind_tls_no_neighbouring_host_can_set_the_cookie(world):
    settings = dataclasses.replace(world.flow.settings, https=True)
    secure = create_app(dataclasses.replace(world.flow, settings=settings))

    answer = secure.test_client().get("/log-paa", base_url="https://flowcase.example")

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-flowcase=")
    assert "Path=/" in cookie
    assert "Domain" not in cookie


# --- tokens of programs ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def token(world):
    return world.flow.service_accounts.make("alt", groups=["administrator"], scopes=SCOPES, actor=SYSTEM)


TOKENS: dict[str, Callable[[str], dict[str, Any]]] = {
    "none": lambda token: {},
    "in the address": lambda token: {"query_string": {"access_token": token, "token": token}},
    "as a basic sign-in": lambda token: {"headers": {"Authorization": f"Basic {token}"}},
    "cut short": lambda token: {"headers": {"Authorization": f"Bearer {token[:-1]}"}},
    "with one letter more": lambda token: {"headers": {"Authorization": f"Bearer {token}x"}},
    "of another account": lambda token: {
        "headers": {"Authorization": f"Bearer skoleportal.{token.partition('.')[2]}"}
    },
    "of another installation": lambda token: {"headers": {"Authorization": "Bearer alt." + "A" * 43}},
    "a web token that says none": lambda token: {
        "headers": {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbHQifQ."}
    },
    "the hash that is stored": lambda token: {"headers": {"Authorization": "Bearer alt.sha256$0"}},
    "a megabyte": lambda token: {"headers": {"Authorization": "Bearer alt." + "x" * 1_000_000}},
    "with a line break": lambda token: {"headers": {"Authorization": f"Bearer {token} x"}},
    "with NUL": lambda token: {"headers": {"Authorization": f"Bearer {token[:-1]}%00"}},
}


@pytest.mark.parametrize("attack", TOKENS)
def test_a_made_up_token_opens_nothing(app, token, attack):
    answer = app.test_client().get("/api/webhooks", **TOKENS[attack](token))

    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert token.partition(".")[2] not in answer.get_data(as_text=True)


def test_the_right_token_opens_it_so_that_the_others_are_refused_for_a_reason(app, token):
    answer = app.test_client().get("/api/webhooks", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 200


# --- mass assignment -------------------------------------------------------------------------------

EXTRA = {
    "assignee": "karen.fp",
    "status": "completed",
    "case": "SAG-2588",
    "sag": "SAG-2588",
    "sag.team": "familieteam_nord",
    "raadgiver": "karen.fp",
    "candidate_groups": "administrator",
    "data_class": "K0",
    "_user_id": "drift",
    "is_active": "1",
    "__proto__.admin": "1",
    "constructor": "x",
}


@pytest.mark.parametrize("name", EXTRA)
def test_a_field_that_the_form_has_not_changes_nothing(app, world, stranger, name):
    before = world.flow.cases.get("SAG-2588", actor=SYSTEM)
    known = {row.id for row in world.flow.cases.records("Underretning")}
    page = stranger.get("/underret")

    stranger.press(page, "_send", **{**CITIZEN, name: EXTRA[name]})

    [made] = [row for row in world.flow.cases.records("Underretning") if row.id not in known]
    assert made.id not in (EXTRA[name], "SAG-2588")
    after = world.flow.cases.get("SAG-2588", actor=SYSTEM)
    assert (after.team, after.caseworker, after.status) == (before.team, before.caseworker, before.status)


def test_an_attribute_that_the_api_has_not_is_refused(app, token):
    headers = {"Authorization": f"Bearer {token}"}

    answer = app.test_client().post(
        "/api/webhooks",
        json={
            "address": "https://example.invalid",
            "kinds": ["CaseOpened"],
            "made_by": "x",
            "is_active": False,
        },
        headers=headers,
    )

    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]["json"]) == {"made_by", "is_active"}
