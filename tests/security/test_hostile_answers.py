"""What is answered, whoever asks and however: no frame, no script of others, no other host, no fault."""

from __future__ import annotations

import json

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.access.scopes import SCOPES

PAGES = (
    "/log-paa",
    "/underret",
    "/opgaver",
    "/sager/SAG-2588",
    "/findes-ikke",
    "/static/findes-ikke.js",
    "/api/openapi.json",
    "/sund",
    "/sager/SAG-2588/sagsakt",
)
RULES = {
    "no script of others": lambda headers: "script-src 'self'" in headers["Content-Security-Policy"],
    "no inline script": lambda headers: (
        "unsafe-inline" not in headers["Content-Security-Policy"].partition("script-src")[2].partition(";")[0]
    ),
    "no eval": lambda headers: "unsafe-eval" not in headers["Content-Security-Policy"],
    "nothing by default": lambda headers: headers["Content-Security-Policy"].startswith("default-src 'none'"),
    "in no frame": lambda headers: "frame-ancestors 'none'" in headers["Content-Security-Policy"],
    "in no frame of an old browser": lambda headers: headers["X-Frame-Options"] == "DENY",
    "no other base": lambda headers: "base-uri 'none'" in headers["Content-Security-Policy"],
    "no form to another site": lambda headers: "form-action 'self'" in headers["Content-Security-Policy"],
    "no guessed type": lambda headers: headers["X-Content-Type-Options"] == "nosniff",
    "no address to other sites": lambda headers: headers["Referrer-Policy"] == "same-origin",
    "no window of others": lambda headers: headers["Cross-Origin-Opener-Policy"] == "same-origin",
    "no resource for others": lambda headers: headers["Cross-Origin-Resource-Policy"] == "same-origin",
    "no camera": lambda headers: "camera=()" in headers["Permissions-Policy"],
    "nothing kept by caches": lambda headers: headers["Cache-Control"] == "no-store",
    "no sharing between origins": lambda headers: "Access-Control-Allow-Origin" not in headers,
}


@pytest.mark.parametrize("rule", RULES)
def test_every_answer_says_it(camilla, rule):
    for path in PAGES:
        answer = camilla.client.get(path, headers={"Origin": "https://evil.example"})
        assert RULES[rule](answer.headers), path


@pytest.mark.parametrize("path", PAGES)
def test_no_answer_says_one_of_them_twice(camilla, path):
    names = [name.lower() for name, _ in camilla.client.get(path).headers if name != "Set-Cookie"]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("path", ["/opgaver", "/api/cases", "/api/notifications", "/underret"])
def test_a_browser_that_asks_first_is_not_told_yes(camilla, path):
    answer = camilla.client.options(
        path,
        headers={
            "Origin": "https://evil.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        },
    )

    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]


HOSTS = {
    "another host": {"Host": "evil.example"},
    "another port": {"Host": "localhost:8"},
    "forwarded": {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
    "forwarded by the standard": {"Forwarded": "host=evil.example;proto=https"},
    "an original address": {"X-Original-URL": "/drift", "X-Rewrite-URL": "/drift"},
}


@pytest.mark.parametrize("attack", HOSTS)
def test_no_answer_leads_to_the_host_that_the_asker_named(app, world, attack):
    client = app.test_client()
    token = world.flow.service_accounts.make(
        f"host{list(HOSTS).index(attack)}", groups=["fronten"], scopes=SCOPES, actor=SYSTEM
    )
    headers = {**HOSTS[attack], "Authorization": f"Bearer {token}"}

    sent_on = client.get("/opgaver", headers=HOSTS[attack])
    page = client.get("/log-paa", headers=HOSTS[attack])
    listed = client.get("/api/user-tasks?limit=1", headers=headers)

    assert sent_on.headers["Location"].startswith("/log-paa")
    assert "evil.example" not in page.get_data(as_text=True)
    assert "evil.example" not in listed.headers.get("Link", "")
    assert sent_on.status_code == 302  # the original address opened nothing


def test_who_is_counted_is_who_called_and_not_who_they_say_they_are(app):
    client = app.test_client()
    answers = []
    app.config["PUBLIC_SENT"] = "3 per hour"
    try:
        for number in range(6):
            page = client.get("/underret").get_data(as_text=True)
            token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
            answers.append(
                client.post(
                    "/underret",
                    data={"csrf_token": token, "_send": "1"},
                    headers={"X-Forwarded-For": f"10.0.0.{number}"},
                    environ_overrides={"REMOTE_ADDR": "198.51.100.7"},
                ).status_code
            )
    finally:
        app.config["PUBLIC_SENT"] = "600 per hour"

    assert answers[-1] == 429


# --- bodies ----------------------------------------------------------------------------------------

BODIES = {
    "no JSON": (b"{", "application/json"),
    "a number as JSON": (b"1", "application/json"),
    "deep JSON": (b"[" * 100_000, "application/json"),
    "deep and closed JSON": (b'{"a":' * 5000 + b"1" + b"}" * 5000, "application/json"),
    "NaN": (b'{"address": NaN, "kinds": []}', "application/json"),
    "a huge number": (b'{"address": 1' + b"0" * 100_000 + b', "kinds": []}', "application/json"),
    "NUL in a text": (b'{"address": "https://a\\u0000", "kinds": ["CaseOpened"]}', "application/json"),
    "half a character": (b'{"address": "\\ud800", "kinds": ["CaseOpened"]}', "application/json"),
    "another encoding": ('{"address": "x"}'.encode("utf-16"), "application/json; charset=utf-16"),
    "UTF-7": (b"+AHsAIgBhACI-", "application/json; charset=utf-7"),
    "no UTF-8": (b'{"address": "\xff\xfe"}', "application/json"),
    "XML": (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', "application/xml"),
    "a pickle": (b"\x80\x04\x95\x20", "application/x-python-pickle"),
    "YAML": (b"!!python/object/apply:os.system ['id']", "application/yaml"),
    "a prototype": (b'{"__proto__": {"admin": true}}', "application/json"),
    "packed": (b"\x1f\x8b\x08\x00" + b"\0" * 100, "application/json"),
    "ten thousand fields": (
        b"&".join(b"a%d=1" % n for n in range(10_000)),
        "application/x-www-form-urlencoded",
    ),
    "parts without an end": (b"--x\r\n" * 5000, "multipart/form-data; boundary=x"),
}


@pytest.mark.parametrize("attack", BODIES)
def test_a_hostile_body_is_refused_as_such(app, world, attack):
    content, media_type = BODIES[attack]
    id = f"body{list(BODIES).index(attack)}"
    token = world.flow.service_accounts.make(id, groups=["administrator"], scopes=SCOPES, actor=SYSTEM)
    headers = {"Authorization": f"Bearer {token}"}
    if attack == "packed":
        headers["Content-Encoding"] = "gzip"

    answer = app.test_client().post("/api/webhooks", data=content, content_type=media_type, headers=headers)

    assert answer.status_code in (400, 413, 415, 422), answer.status_code
    assert answer.mimetype == "application/problem+json"
    said = json.dumps(answer.get_json())
    assert "Traceback" not in said
    assert "root:x" not in said


@pytest.mark.parametrize(
    "attack", ["a form of ten thousand fields", "a field of six megabytes", "a long address"]
)
def test_a_flood_of_fields_is_refused(app, stranger, attack):
    token = stranger.get("/underret").value("csrf_token")
    if attack == "a long address":
        answer = stranger.client.get("/log-paa?next=/" + "a" * 200_000)
        assert answer.status_code in (200, 400, 414)
        return
    fields = (
        {f"felt{n}": "x" for n in range(10_000)}
        if attack == "a form of ten thousand fields"
        else {"bekymring": "x" * 6 * 1024 * 1024}
    )

    answer = stranger.client.post("/underret", data={**fields, "csrf_token": token, "_send": "1"})

    assert answer.status_code in (413, 422)


# --- signing in ------------------------------------------------------------------------------------

GUESSES = {
    "an unknown person": ("findes.ikke", "x" * 20),
    "a wrong password": ("karen.fp", "x" * 20),
    "a program's account": ("skoleportal", "x" * 20),
    "no password": ("karen.fp", ""),
    "another case": ("KAREN.FP", "x" * 20),
    "a look-alike": ("kаren.fp", "x" * 20),
    "always true": ("karen.fp' OR '1'='1", "' OR '1'='1"),
    "a megabyte": ("karen.fp", "x" * 1_000_000),
    "NUL": ("karen.fp\0", "x\0"),
}


@pytest.mark.parametrize("attack", GUESSES)
def test_who_guesses_learns_nothing(app, stranger, attack):
    person, password = GUESSES[attack]
    page = stranger.get("/log-paa")

    again = stranger.submit(page, page.one("//main//form"), bruger=person, adgangskode=password)

    assert again.status == 422
    assert again.one("//*[@role='alert']").text_content().split() == _refusal(stranger)
    if password:
        assert password not in again.source


def _refusal(stranger):
    page = stranger.get("/log-paa")
    again = stranger.submit(page, page.one("//main//form"), bruger="ingen", adgangskode="forkert")
    return again.one("//*[@role='alert']").text_content().split()
