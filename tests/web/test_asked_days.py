"""Days by which a page is narrowed are read, and refused, as dates are wherever they are typed."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import flowcase.web
from flowcase.web.forms import asked_days

TEMPLATES = Path(flowcase.web.__file__).parent / "templates"

PAGES = {
    "/indikatorer?": "anders.myn",
    "/varmekort/underretning?": "vera.revisor",
    "/revision?formaal=tilsyn&": "vera.revisor",
    "/revision/frister?": "vera.revisor",
    "/revision/eksport?": "vera.revisor",
    "/drift/mange/nyt?forloeb=underretning&": "drift",
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31/4-2026", "Den måned har kun 30 dage. Ret dagen eller måneden."),
        ("3/13-2026", "Måneden er et tal fra 1 til 12. Skriv dagen først, for eksempel 3.4.2026."),
        ("engang", "Skriv en dato, for eksempel 3.4.2026."),
    ],
)
def test_what_is_wrong_with_a_day_is_said_at_its_field(sign_in, page, typed, sentence):
    seen = sign_in(PAGES[page]).get(f"{page}fra={typed}")

    said = [each.text_content().strip() for each in seen.all("//*[contains(@class, 'form-error-message')]")]
    assert [each.removeprefix("Fejl: ") for each in said] == [sentence]
    assert seen.one("//input[@name='fra' and @type='text']").get("aria-invalid") == "true"
    assert seen.one("//input[@name='fra' and @type='text']").get("value") == typed


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("typed", ["2026-03-25", "25/3-2026", "25. marts 2026"])
def test_a_day_may_be_written_as_danes_write_it(sign_in, page, typed):
    seen = sign_in(PAGES[page]).get(f"{page}fra={typed}")

    assert seen.status == 200
    assert not seen.all("//*[contains(@class, 'form-error-message')]")
    assert seen.one("//input[@name='fra' and @type='text']").get("value") == "25.03.2026"
    assert seen.one("//*[@id='fra-laest']").text_content() == "= ons. 25. mar. 2026"


@pytest.mark.parametrize("page", ["/indikatorer?", "/varmekort/underretning?", "/drift/mange/nyt?"])
def test_a_period_that_ends_before_it_begins_says_so(sign_in, page):
    seen = sign_in(PAGES.get(page, "drift")).get(f"{page}fra=2026-03-27&til=2026-03-26")

    (said,) = seen.all("//*[contains(@class, 'form-error-message')]")
    assert said.text_content().strip().removeprefix("Fejl: ") == "Perioden slutter, før den begynder."


def test_what_is_wrong_is_said_in_english_too(sign_in):
    seen = sign_in("vera.revisor").get("/varmekort/underretning?fra=31/4-2026&sprog=en")

    assert (
        seen.one("//*[@id='fra-fejl']").text_content()
        != "Den måned har kun 30 dage. Ret dagen eller måneden."
    )
    assert "30 days" in seen.one("//*[@id='fra-fejl']").text_content()


def test_links_of_a_page_carry_a_day_on_that_was_typed_by_its_distance(sign_in):
    seen = sign_in("anders.myn").get("/indikatorer?fra=i går")

    (sheet, *_) = [each.get("href") for each in seen.all("//main//a") if "fra=" in (each.get("href") or "")]
    (carried,) = parse_qs(urlsplit(sheet).query)["fra"]
    assert f"{dt.date.fromisoformat(carried):%d.%m.%Y}" == seen.one("//input[@name='fra']").get("value")


def test_no_page_asks_for_a_day_with_the_field_of_a_browser():
    """It takes a day in the browser's own language and nothing else; `day_fields.html` is for that."""
    native = re.compile(r"""type=["']?(date|datetime-local|month|week)\b""")
    asked_so = {page.name for page in TEMPLATES.glob("*.html") if native.search(page.read_text("utf-8"))}

    assert asked_so == set()
    assert native.search('<input type="date">') and not native.search("data-type_of=date")


@pytest.mark.parametrize("beyond", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"])
@pytest.mark.parametrize("page", ["/sager?alle=1&efter=", "/sager?mine=", "/beskeder?efter="])
def test_a_place_in_a_list_beyond_the_calendar_is_the_first_page(sign_in, page, beyond):
    camilla = sign_in("camilla.syd")

    seen, first = camilla.get(f"{page}{beyond}~x"), camilla.get(page.partition("?")[0])

    assert seen.status == 200 and seen.heading == first.heading


@pytest.mark.parametrize("beyond", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_beyond_the_calendar_is_refused_at_its_field(app, beyond):
    with app.test_request_context():
        read, wrong = asked_days.instant(beyond)

        assert (read, wrong) == (None, "Ret årstallet. Skriv det med fire cifre, for eksempel 3.4.2026.")
        assert asked_days.shown(beyond, "instant").text == beyond
