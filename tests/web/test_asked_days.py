"""Days by which a page is narrowed are read, and refused, as dates are wherever they are typed."""

from __future__ import annotations

import pytest

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
    assert seen.one("//input[@name='fra' and @type='date']").get("aria-invalid") == "true"
    assert seen.one("//input[@name='fra' and @type='date']").get("value") == typed


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("typed", ["2026-03-25", "25/3-2026", "25. marts 2026"])
def test_a_day_may_be_written_as_danes_write_it(sign_in, page, typed):
    seen = sign_in(PAGES[page]).get(f"{page}fra={typed}")

    assert seen.status == 200
    assert not seen.all("//*[contains(@class, 'form-error-message')]")
    assert seen.one("//input[@name='fra' and @type='date']").get("value") == "2026-03-25"


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
