"""The cookie of the session: believed while its signature holds and it is young, and rarely sent again."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from flask import Flask, render_template_string, session
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFProtect, validate_csrf
from markupsafe import Markup

from flowcase.web.signed_cookie import FormTokens, SignedCookie, form_token


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


def test_what_hangs_below_a_list_in_it_is_no_other_requests_either(app: Flask) -> None:
    with app.test_request_context():
        serializer: Any = SignedCookie().get_signing_serializer(app)
        cookie = str(serializer.dumps({"rows": [["a"]]}))

    @app.get("/alter")
    def alter() -> list[Any]:
        session["rows"][0].append("b")
        return [repr(session["rows"])]

    client, said = app.test_client(), []
    for _ in range(3):
        client.set_cookie("session", cookie)
        said.append(client.get("/alter").json)

    assert said == [["[['a', 'b']]"]] * 3


@pytest.mark.parametrize("is_permanent", [True, False], ids=["until", "of the browser"])
@pytest.mark.parametrize("https", [True, False], ids=["https", "http"])
@pytest.mark.parametrize(
    "said",
    [
        {"b": "anna", "a": True, "number": 3, "nothing": None},
        {"_flashes": [("success", "»Æble« er færdig"), ("info", "To")], "language": "da"},
        {"at": dt.datetime(2026, 3, 2, tzinfo=dt.UTC), "words": Markup("<b>"), "in": {"a": ("b", b"c")}},
        {"long": "anna" * 900},
        {" t": ["one key that looks like a mark"]},
    ],
    ids=["plain", "told", "other kinds", "long", "mark"],
)
def test_what_is_sent_is_word_for_word_what_flask_sends(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, Any], https: bool, is_permanent: bool
) -> None:
    end = dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC)
    monkeypatch.setattr("flowcase.web.signed_cookie._SHORT", -1)  # Flask tries to compress everything
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: 1_772_438_400.5)
    monkeypatch.setattr(
        SecureCookieSessionInterface,
        "get_expiration_time",
        lambda self, app, session: end if session.permanent else None,
    )

    def headers_of(interface: SecureCookieSessionInterface) -> list[tuple[str, str]]:
        app = Flask("test")
        app.config.update(SECRET_KEY=bytes(32), SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=https)
        app.config["SESSION_COOKIE_NAME"] = "__Host-flowcase" if https else "flowcase"
        app.session_interface = interface

        @app.get("/")
        def say() -> str:
            session.update(said)
            session.permanent = is_permanent
            return ""

        return list(app.test_client().get("/").headers)

    assert headers_of(SignedCookie()) == headers_of(SecureCookieSessionInterface())


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


@pytest.fixture
def forms(app: Flask) -> FlaskClient:
    """Somebody who has been handed a form of an application that takes it."""
    app.config.update(WTF_CSRF_SECRET_KEY=[bytes(32)], WTF_CSRF_TIME_LIMIT=None)
    FormTokens(app)
    app.add_url_rule("/form", view_func=lambda: render_template_string("{{ csrf_token() }}"))
    app.add_url_rule("/form", "take", view_func=lambda: "taken", methods=["POST"])
    return app.test_client()


def test_a_form_is_taken_again_and_again_with_the_token_of_its_session(forms: FlaskClient) -> None:
    token = forms.get("/form").text

    said = [forms.post("/form", data={"csrf_token": token}).text for _ in range(3)]

    assert said == ["taken"] * 3


def test_a_token_that_was_taken_before_is_refused_in_another_session(app: Flask, forms: FlaskClient) -> None:
    token = forms.get("/form").text
    assert forms.post("/form", data={"csrf_token": token}).status_code == 200
    other, without = app.test_client(), app.test_client()
    other.get("/form")

    refused = [each.post("/form", data={"csrf_token": token}).status_code for each in (other, without)]

    assert refused == [400, 400]


def test_a_token_that_was_taken_before_is_refused_once_its_key_is_no_longer_used(
    app: Flask, forms: FlaskClient
) -> None:
    token = forms.get("/form").text
    assert forms.post("/form", data={"csrf_token": token}).status_code == 200

    app.config["WTF_CSRF_SECRET_KEY"] = [bytes(31) + b"1"]

    assert forms.post("/form", data={"csrf_token": token}).status_code == 400


@pytest.mark.parametrize("changed", ["", "x", "{}x"], ids=["none", "nonsense", "longer"])
def test_what_is_no_token_is_refused(forms: FlaskClient, changed: str) -> None:
    token = changed.format(forms.get("/form").text)

    assert forms.post("/form", data={"csrf_token": token}).status_code == 400


@pytest.mark.parametrize(
    ("referrer", "status"),
    [("https://localhost/form", 200), ("https://elsewhere.dk/form", 400), (None, 400)],
    ids=["ours", "another", "none"],
)
def test_by_tls_a_form_is_taken_from_our_own_pages_only(
    forms: FlaskClient, referrer: str | None, status: int
) -> None:
    token = forms.get("/form").text
    headers = {} if referrer is None else {"Referer": referrer}

    answer = forms.post("/form", data={"csrf_token": token}, base_url="https://localhost", headers=headers)

    assert answer.status_code == status


def test_what_is_long_is_compressed_and_what_is_short_is_not(app: Flask) -> None:
    serializer: Any = SignedCookie().get_signing_serializer(app)
    short, long = {"value": "anna"}, {"value": "anna" * 1000}

    said = [serializer.dumps(each) for each in (short, long)]

    assert [each.startswith(".") for each in said] == [False, True]
    assert [serializer.loads(each) for each in said] == [short, long]
