"""English in the middle of something: the same page, with what was typed; what is shown once is not lost."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from flowcase.access.actor import SYSTEM
from tests.web.conftest import FROM_OUR_PAGE, Seen, Visitor
from tests.web.test_browser import sign_in as in_the_browser
from tests.web.test_new_password import NEW
from tests.web.test_second_step import Phone, enrolled, password
from tests.web.world import PASSWORD, World


def ended_session(visitor: Visitor, world: World) -> Seen:
    """The page of the sign-in that answers a form whose session has ended."""
    page = visitor.get("/opgaver")
    visitor.submit(page, page.one("//form[@action='/log-af']"))
    data = {"begrundelse": "Langt svar", "csrf_token": page.value("csrf_token"), "_gem": "1"}
    return Seen(visitor.client.post(f"/opgaver/{world.task('vurder').id}", data=data, headers=FROM_OUR_PAGE))


def switched(visitor: Visitor, page: Seen) -> Seen:
    """The page after a press on the other language."""
    [switch] = page.all("//header//*[self::a or self::button][text()='English']")
    if switch.tag == "a":
        return visitor.get(switch.get("href"))
    form = switch.getparent()
    headers = FROM_OUR_PAGE
    answer = visitor.client.post(
        form.get("action"), data=dict(form.form_values()), headers=headers, follow_redirects=True
    )
    return Seen(answer)


def sign_in_here(visitor: Visitor, page: Seen, secret: str = PASSWORD) -> Seen:
    return visitor.submit(page, page.one("//main//form"), bruger="karen.fp", adgangskode=secret)


def test_what_was_typed_goes_along_into_english_and_through_the_sign_in(sign_in: Any, world: World) -> None:
    karen = sign_in("karen.fp")

    english = switched(karen, ended_session(karen, world))
    arrived = sign_in_here(karen, english)

    assert english.heading == "Sign in to flowcase"
    assert "Nothing was lost" in english.text
    assert (arrived.value("begrundelse"), arrived.one("//html").get("lang")) == ("Langt svar", "en")


def test_and_through_each_step_of_the_sign_in(app: Any, world: World) -> None:
    phone, visitor = Phone(world.flow), Visitor(app)
    sign_in_here(visitor, visitor.get("/log-paa"))
    enrolled(visitor, phone, visitor.get("/log-paa/ny-kode"))
    asked = ended_session(visitor, world)
    world.flow.people.set_password("karen.fp", PASSWORD, must_change=True, actor=SYSTEM)

    choose = switched(visitor, sign_in_here(visitor, asked))
    visitor.get("/log-paa?sprog=da")
    half = visitor.submit(choose, choose.one("//main//form"), ny=NEW, gentag=NEW)
    code = switched(visitor, half)
    arrived = visitor.submit(code, code.one("//main//form"), kode=phone.code())

    assert (choose.heading, choose.all("//*[@id='fejl']")) == ("Choose a new password", [])
    assert (code.heading, code.all("//*[@id='kode-fejl']")) == ("Code from your app", [])
    assert arrived.value("begrundelse") == "Langt svar"


def test_before_anything_was_typed_the_step_stays_the_same(app: Any, world: World) -> None:
    phone, visitor = Phone(world.flow), Visitor(app)
    sign_in_here(visitor, visitor.get("/log-paa"))
    enrolled(visitor, phone, visitor.get("/log-paa/ny-kode"))

    other = Visitor(app)
    code = switched(other, password(other, page=other.get("/sager/SAG-2588")))
    arrived = other.submit(code, code.one("//main//form"), kode=phone.code())

    assert code.heading == "Code from your app"
    assert arrived.heading.endswith("SAG-2588")


def test_a_wrong_password_and_english_lead_on_to_the_page_that_was_asked_for(stranger: Visitor) -> None:
    wrong = sign_in_here(stranger, stranger.get("/sager/SAG-2588"), "forkert")

    arrived = sign_in_here(stranger, switched(stranger, wrong))

    assert arrived.heading.endswith("SAG-2588")


def test_recovery_codes_and_keys_that_are_shown_once_offer_no_way_that_loses_them(
    sign_in: Any, world: World
) -> None:
    karen, phone = sign_in("karen.fp"), Phone(world.flow)
    page = karen.get("/log-paa/ny-kode")
    phone.secret = page.one("//code[@class='fc-secret']").text.replace(" ", "")

    codes = karen.submit(page, page.one("//main//form"), kode=phone.code())
    address = karen.post("/beskeder/kalender")

    assert codes.heading == "Dine nødkoder"
    assert address.all("//*[@id='adressen']")
    for shown in (codes, address):
        assert shown.all("//header//*[text()='English']") == []


@pytest.mark.parametrize(
    ("address", "button", "field", "typed"),
    [
        ("/opgaver/{task}", "_faerdig", "begrundelse", "Mor er ikke hjemme"),
        ("/underretninger/ny", "_send", "bekymring", "Kommer uden madpakke"),
        ("/forloeb/nyt/forebyggende_henvendelse", "_begynd", "navn", "Alma Hestbæk"),
    ],
)
def test_a_form_that_came_back_with_errors_is_there_in_english_without_a_program(
    sign_in: Any, world: World, address: str, button: str, field: str, typed: str
) -> None:
    visitor = sign_in("sofie.fr" if "forloeb" in address else "karen.fp")
    page = visitor.get(address.format(task=world.task("vurder", "SAG-2601").id))
    refused = visitor.press(page, button, **{field: typed})
    assert refused.status == 422

    english = visitor.press_this(refused, refused.one("//header//button[@lang='en']"))

    assert (english.status, english.one("//html").get("lang")) == (200, "en")
    assert english.value(field).strip() == typed
    assert not english.all("//header//a[@hreflang]")
    again = visitor.press(english, button)
    assert (again.status, again.one("//html").get("lang"), again.value(field).strip()) == (422, "en", typed)


@pytest.mark.browser
def test_english_in_the_middle_of_a_form_keeps_what_was_typed(open_page: Any, world: World) -> None:
    page, task = open_page(), world.task("vurder", "SAG-2601")
    in_the_browser(page, "karen.fp")
    page.goto(f"/opgaver/{task.id}?sprog=da")
    page.fill("[name=begrundelse]", "Mor er ikke hjemme")

    page.get_by_role("link", name="English").click()

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[name=begrundelse]")).to_have_value("Mor er ikke hjemme")
    page.locator("main button[name=_faerdig].button").click()
    expect(page.locator("#fejl")).to_be_visible()
    page.get_by_role("button", name="Dansk").click()
    expect(page.locator("html")).to_have_attribute("lang", "da")
    expect(page.locator("[name=begrundelse]")).to_have_value("Mor er ikke hjemme")
    assert world.task("vurder", "SAG-2601").status == "open"
