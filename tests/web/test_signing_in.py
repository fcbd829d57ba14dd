from __future__ import annotations

import pytest

from flowcase.store.key_places import add_key, use_key
from flowcase.web import create_app
from tests.web.conftest import FROM_OUR_PAGE
from tests.web.world import PASSWORD


def test_who_is_not_signed_in_comes_to_the_sign_in_and_then_to_the_page_asked_for(stranger):
    asked = stranger.get("/sager/SAG-2588")
    assert asked.heading == "Log på flowcase"

    arrived = stranger.submit(asked, asked.one("//main//form"), bruger="camilla.syd", adgangskode=PASSWORD)

    assert (arrived.address, arrived.heading) == ("/sager/SAG-2588", "Sag SAG-2588")


def test_a_wrong_password_keeps_the_user_name_and_says_so(stranger):
    page = stranger.get("/log-paa")

    again = stranger.submit(page, page.one("//main//form"), bruger="karen.fp", adgangskode="forkert")

    assert again.status == 422
    assert again.title.startswith("Fejl: ")
    assert "forkert" in again.one("//*[@role='alert']").text_content()
    assert again.value("bruger") == "karen.fp"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\n/evil.example",
    ],
)
def test_a_sign_in_never_leads_to_another_site(stranger, target):
    page = stranger.get("/log-paa")

    response = stranger.client.post(
        "/log-paa",
        data={
            "bruger": "karen.fp",
            "adgangskode": PASSWORD,
            "next": target,
            "csrf_token": page.value("csrf_token"),
        },
    )

    assert response.status_code == 302
    assert response.headers["Location"] == "/opgaver"


def test_signing_out_ends_the_session(sign_in):
    karen = sign_in("karen.fp")
    page = karen.get("/opgaver")

    out = karen.submit(page, page.one("//form[@action='/log-af']"))

    assert "Du er logget af." in out.text
    assert karen.get("/opgaver").heading == "Log på flowcase"


def test_a_deactivated_person_is_out_at_once(sign_in, world):
    karen = sign_in("karen.fp")

    world.flow.people.deactivate("karen.fp", actor=world.flow.people.actor("drift"))

    assert karen.get("/opgaver").heading == "Log på flowcase"


def test_a_form_without_its_token_is_refused(sign_in, world, old_token):
    karen = sign_in("karen.fp")
    task = world.task("vurder")

    of_nobody = karen.client.post(f"/opgaver/{task.id}/tag")
    without = karen.client.post(f"/opgaver/{task.id}/tag", headers=FROM_OUR_PAGE)
    old = {"csrf_token": old_token("karen.fp")}
    of_ours = karen.client.post(f"/opgaver/{task.id}/tag", headers=FROM_OUR_PAGE, data=old)

    assert (of_nobody.status_code, without.status_code, of_ours.status_code) == (400, 400, 303)
    assert "Siden var for gammel til at blive sendt" in karen.get(of_ours.location).text
    assert world.task("vurder").assignee is None


def test_every_page_says_how_it_may_be_used(stranger):
    headers = stranger.get("/log-paa").headers

    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_the_language_is_kept_and_the_page_stays_the_same(sign_in):
    karen = sign_in("karen.fp")

    english = karen.get("/opgaver?vis=grupper&sprog=en")

    assert english.heading == "My tasks"
    assert english.one("//html").get("lang") == "en"
    assert karen.get("/sager").heading == "Cases"
    assert english.one("//a[@hreflang='da']").get("href") == "/opgaver?vis=grupper&sprog=da"
    assert karen.get("/opgaver?sprog=da").heading == "Mine opgaver"


def test_a_program_with_an_account_cannot_use_the_pages(stranger, world):
    world.flow.people.set_password("skoleportal", PASSWORD, actor=world.flow.people.actor("drift"))
    page = stranger.get("/log-paa")

    stranger.submit(page, page.one("//main//form"), bruger="skoleportal", adgangskode=PASSWORD)

    assert stranger.get("/opgaver").heading == "Log på flowcase"


def test_who_is_signed_in_stays_so_while_another_installation_key_is_brought_in(world, sign_in):
    before = sign_in("karen.fp")
    settings = world.flow.settings
    page, old = before.get("/beskeder/valg"), settings.keyring().in_use
    cookie = before.client.get_cookie("flowcase").value
    use_key(settings.key_path, add_key(settings.key_path))

    restarted = create_app(world.flow)
    client = restarted.test_client()
    client.set_cookie("flowcase", cookie)

    assert settings.keyring().in_use != old
    assert client.get("/beskeder/valg").status_code == 200
    assert page.value("csrf_token")
    sent = client.post("/log-af", data={"csrf_token": page.value("csrf_token")})
    assert sent.status_code == 302
