"""The cookie of the session: believed while its signature holds and it is young, and rarely sent again."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFProtect, validate_csrf

from flowcase.web.signed_cookie import SignedCookie, form_token


@pytest.fixture
def app() -> Flask:
    app = Flask("test")
    app.config.update(SECRET_KEY=bytes(32), PERMANENT_SESSION_LIFETIME=3600)
    app.session_interface = SignedCookie()

    @app.get("/put/<value>")
    def put(value: str) -> str:
        session.permanent = True
        session["value"] = value
        return value

    @app.get("/get")
    def get() -> str:
        return str(session.get("value", "nothing"))

    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.get("/put/anna")
    return client


def cookie_of(client: FlaskClient) -> str:
    return client.get_cookie("session").value  # type: ignore[union-attr]


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    now = time.time
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now() + seconds)


def test_it_says_what_was_put_into_it_again_and_again(client: FlaskClient) -> None:
    assert [client.get("/get").text for _ in range(3)] == ["anna"] * 3


@pytest.mark.parametrize("kept", [["a"], "a"], ids=["alterable", "not"])
def test_what_one_request_does_to_it_is_not_seen_by_another_with_the_same_cookie(
    app: Flask, kept: Any
) -> None:
    with app.test_request_context():
        serializer = SignedCookie().get_signing_serializer(app)
        assert serializer is not None
        cookie = str(serializer.dumps({"kept": kept}))

    @app.get("/alter")
    def alter() -> list[Any]:
        before = repr(dict(session))
        if isinstance(session["kept"], list):
            session["kept"].append("b")
        session["more"] = True
        return [before]

    client, said = app.test_client(), []
    for _ in range(3):
        client.set_cookie("session", cookie)
        said.append(client.get("/alter").json)

    assert said == [[repr({"kept": kept})]] * 3


def test_it_is_flasks_own_form_so_that_nodes_of_both_releases_read_it(
    app: Flask, client: FlaskClient
) -> None:
    other = Flask("other")
    other.config.update(SECRET_KEY=bytes(32))
    other.add_url_rule("/get", view_func=app.view_functions["get"])
    theirs = other.test_client()
    theirs.set_cookie("session", cookie_of(client))

    assert theirs.get("/get").text == "anna"


@pytest.mark.parametrize("place", [2, -2])
def test_one_that_was_changed_is_not_believed(client: FlaskClient, place: int) -> None:
    text = cookie_of(client)
    assert client.get("/get").text == "anna"
    other = "A" if text[place] != "A" else "B"
    changed = text[:place] + other + text[place:][1:]

    client.set_cookie("session", changed)

    assert client.get("/get").text == "nothing"


def test_one_of_another_key_is_not_believed(app: Flask, client: FlaskClient) -> None:
    assert client.get("/get").text == "anna"

    app.config["SECRET_KEY"] = bytes(31) + b"1"

    assert client.get("/get").text == "nothing"


def test_one_that_is_too_old_is_not_believed_though_it_was_read_before(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/get").text == "anna"

    later(monkeypatch, 3602)

    assert client.get("/get").text == "nothing"


def test_in_use_it_is_sent_again_after_a_minute_and_at_once_when_it_says_something_else(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sent(address: str) -> Any:
        return client.get(address).headers.get("Set-Cookie")

    at_once, changed = sent("/get"), sent("/put/bo")
    later(monkeypatch, 62)
    after_a_minute = sent("/get")

    assert at_once is None
    assert changed and after_a_minute


def test_each_form_of_a_page_has_the_token_that_is_asked_for(app: Flask) -> None:
    CSRFProtect(app)
    with app.test_request_context():
        first, again = form_token(), form_token()

        validate_csrf(first)

    assert again == first
