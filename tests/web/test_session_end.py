"""A page that stands open as its session ends: asked for, stayed, and what was typed brought along."""

from __future__ import annotations

import pytest

from tests.web.conftest import FROM_OUR_PAGE, Seen
from tests.web.test_sessions import is_signed_out, later
from tests.web.world import PASSWORD


def seconds(visitor) -> int:
    return visitor.client.get("/log-paa/endnu").json["seconds"]


def test_a_page_knows_how_long_its_session_lasts_and_asking_is_no_click(sign_in, world):
    karen = sign_in("karen.fp")

    shown = int(karen.get("/beskeder").one("//body").get("data-session"))
    later(world, minutes=20)
    asked = seconds(karen)
    later(world, minutes=9)
    asked_again = seconds(karen)
    later(world, minutes=2)

    assert 29 * 60 <= shown <= 30 * 60
    assert (9 * 60 <= asked <= 10 * 60, 0 < asked_again <= 60) == (True, True)
    assert seconds(karen) == 0
    assert is_signed_out(karen)


def test_an_open_editor_keeps_nobody_signed_in_by_telling_that_it_is_open(sign_in, world):
    jens = sign_in("jens.proces")
    token = {"X-CSRFToken": jens.get("/studie/").value("csrf_token")}
    for _ in range(4):
        later(world, minutes=8)
        body = {"file": "opfoelgning.bpmn", "content": ""}
        jens.client.post("/api/studio/presence", json=body, headers={**FROM_OUR_PAGE, **token})

    assert seconds(jens) == 0


def test_who_sits_there_stays_but_never_beyond_the_longest_time(sign_in, world):
    karen = sign_in("karen.fp")
    token = {"X-CSRFToken": karen.get("/beskeder").value("csrf_token")}
    for _ in range(20):
        later(world, minutes=29)
        stayed = karen.client.post("/log-paa/endnu", headers={**FROM_OUR_PAGE, **token}).json["seconds"]
        assert stayed > 60

    later(world, minutes=19)

    assert karen.client.post("/log-paa/endnu", headers={**FROM_OUR_PAGE, **token}).json["seconds"] <= 60


def test_a_page_of_another_site_keeps_nobody_signed_in_and_brings_no_typing(sign_in):
    karen = sign_in("karen.fp")
    elsewhere = {"Origin": "https://evil.example"}
    brought = {"_adresse": "/opgaver/gemte", "_side": "/opgaver", "navn": "Lokkemad"}

    stayed = karen.client.post("/log-paa/endnu", headers=elsewhere)
    typed = karen.client.post("/log-paa/skrevet", headers=elsewhere, data=brought)

    assert (stayed.status_code, typed.status_code) == (400, 400)
    assert b"Lokkemad" not in typed.data


def brought_by(visitor) -> dict[str, str]:
    """What the open page of a case sends as its session ends."""
    return {
        "_adresse": "/sager/SAG-2588/kommentar",
        "_side": "/sager/SAG-2588",
        "csrf_token": visitor.get("/sager/SAG-2588").value("csrf_token"),
        "kommentar": "Ring igen",
    }


def test_what_an_open_page_brings_is_in_the_form_after_the_sign_in_and_did_nothing(sign_in, world):
    camilla = sign_in("camilla.syd")
    brought = brought_by(camilla)
    camilla.client.delete_cookie("flowcase")

    asked = Seen(camilla.client.post("/log-paa/skrevet", headers=FROM_OUR_PAGE, data=brought))
    back = camilla.submit(asked, asked.one("//main//form"), bruger="camilla.syd", adgangskode=PASSWORD)

    assert (asked.status, "Ring igen" in asked.source) == (401, False)
    assert back.one("//textarea[@name='kommentar']").text.strip() == "Ring igen"
    assert world.flow.comments.of_case("SAG-2588", actor=world.flow.people.actor("camilla.syd")) == []


def test_who_signed_in_again_meanwhile_has_the_form_at_once(sign_in):
    camilla = sign_in("camilla.syd")
    brought = brought_by(camilla)

    back = Seen(
        camilla.client.post("/log-paa/skrevet", headers=FROM_OUR_PAGE, data=brought, follow_redirects=True)
    )

    assert back.one("//textarea[@name='kommentar']").text.strip() == "Ring igen"


@pytest.mark.parametrize("comes_back", ["omar.syd", None])
def test_what_an_open_page_brings_is_not_for_who_signed_in_there_since(sign_in, comes_back):
    """Nobody is known of a page without its token."""
    camilla = sign_in("camilla.syd")
    other, brought = camilla, brought_by(camilla)
    if comes_back:
        other = sign_in(comes_back)
    else:
        del brought["csrf_token"]

    back = Seen(
        other.client.post("/log-paa/skrevet", headers=FROM_OUR_PAGE, data=brought, follow_redirects=True)
    )

    assert (back.status, back.address) == (200, "/opgaver")
    assert "ser kun den, der skrev det" in back.text and "Ring igen" not in back.source


def test_a_page_is_told_whose_session_it_is(sign_in):
    camilla, omar = sign_in("camilla.syd"), sign_in("omar.syd")

    shown = camilla.get("/beskeder").one("//body").get("data-session-whose")

    assert shown and "camilla" not in shown
    assert camilla.client.get("/log-paa/endnu").json["whose"] == shown
    assert omar.client.get("/log-paa/endnu").json["whose"] not in ("", shown)


@pytest.mark.parametrize("address", ["/log-paa/endnu", "/underret"])
def test_nobody_signed_in_is_told_of_no_session(stranger, address):
    answer = stranger.client.get(address)

    assert b"data-session" not in answer.data
    assert address != "/log-paa/endnu" or answer.json["seconds"] == 0


def test_without_a_program_a_page_of_a_case_asks_anew_after_the_end_and_a_task_being_typed_does_not(
    sign_in, world
):
    karen = sign_in("karen.fp")
    case = karen.get("/sager/SAG-2601")
    task = karen.get(f"/opgaver/{world.task('vurder').id}")

    seconds_and_page = case.one("//noscript//meta[@http-equiv='refresh']").get("content")

    assert seconds_and_page.endswith("; url=/log-paa?next=/sager/SAG-2601")
    assert 29 * 60 < int(seconds_and_page.partition(";")[0]) <= 30 * 60 + 5
    assert task.all("//meta[@http-equiv='refresh']") == []
