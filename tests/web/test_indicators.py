"""Nøgletal for those who lead and audit: the page, one indicator over time, and the CSV file."""

from __future__ import annotations

import pytest


def test_a_leader_sees_figures_with_their_definitions_and_a_search_form_that_keeps_its_choices(sign_in):
    anders = sign_in("anders.myn")

    page = anders.get("/indikatorer?fra=2026-01-01&til=2026-03-27&rapport=ledelse")

    assert page.status == 200
    assert page.one("//h1").text_content() == "Nøgletal"
    assert "24-timers vurdering i tide" in page.text
    assert "underretninger vurderet inden fristen T01" in page.text
    assert page.one("//input[@name='fra']").get("value") == "01.01.2026"
    assert page.one("//input[@name='til']").get("value") == "27.03.2026"
    assert page.all("//nav//a[@href='/indikatorer'][@aria-current='page']")


def test_each_indicator_is_one_step_from_the_top_of_the_page(sign_in):
    page = sign_in("anders.myn").get("/indikatorer?rapport=ledelse")

    places = [link.get("href") for link in page.all("//nav[@aria-label='På denne side']//a")]
    assert places == [f"#{heading.get('id')}" for heading in page.all("//main//section/h2")]
    assert len(places) > 3


def test_small_groups_are_named_as_such_and_their_numbers_are_nowhere(sign_in):
    page = sign_in("anders.myn").get("/indikatorer?fra=2025-01-01&til=2026-03-27")

    [whole, *_] = page.all("//section[@aria-labelledby='n-I-01']//tbody/tr")
    assert [" ".join(cell.text_content().split()) for cell in whole] == [
        "I alt",
        "for få til at vise",
        "–",
        "–",
    ]


def test_the_page_is_english_for_who_reads_english(sign_in):
    page = sign_in("anders.myn").get("/indikatorer?sprog=en")

    assert page.one("//h1").text_content() == "Indicators"
    assert "24-hour assessment in time" in page.text
    assert "Nøgletal" not in page.text


def test_an_indicator_is_told_month_by_month_in_a_table_beside_its_line(sign_in):
    page = sign_in("anders.myn").get("/indikatorer/I-10?fra=2026-01-01&til=2026-03-27")

    months = [row.text_content().strip() for row in page.all("//tbody/tr/td[1]")]
    assert months == ["jan. 2026", "feb. 2026", "mar. 2026"]
    assert page.one("//main//*[local-name()='svg']").get("aria-label").startswith("Sagstal")


def test_the_sheet_is_a_file_with_the_same_choices(sign_in):
    answer = sign_in("anders.myn").get("/indikatorer/indikatorer.csv?fra=2026-01-01&til=2026-03-27")

    assert answer.headers["Content-Type"].startswith("text/csv")
    assert 'filename="indikatorer-2026-01-01-2026-03-27.csv"' in answer.headers["Content-Disposition"]
    assert "Nr.;Nøgletal;Del" in answer.source


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("fra=i-gaar", "Skriv en dato"),
        ("fra=2026-03-02&til=2026-03-01", "Perioden slutter, før den begynder."),
        ("fra=1990-01-01&til=2026-03-01", "højst ti år"),
    ],
)
def test_a_period_that_is_none_is_said_at_its_field(sign_in, query: str, says: str):
    anders = sign_in("anders.myn")

    page = anders.get(f"/indikatorer?{query}")

    assert page.status == 422
    assert says in page.one("//span[@class='form-error-message']").text_content()
    assert anders.get(f"/indikatorer/I-01?{query}").status == 422


@pytest.mark.parametrize("person", ["camilla.syd", "granly", "bo.mentor", "drift"])
def test_who_does_not_lead_or_audit_is_refused_and_not_offered_it(sign_in, person: str):
    visitor = sign_in(person)

    for path in ("/indikatorer", "/indikatorer/I-01", "/indikatorer/indikatorer.csv"):
        assert visitor.get(path).status == 403
    assert not visitor.get("/forloeb/nyt").all("//nav//a[@href='/indikatorer']")


def test_an_indicator_or_a_report_that_there_is_not_is_not_found(sign_in):
    vera = sign_in("vera.revisor")

    assert vera.get("/indikatorer/I-99").status == 404
    assert vera.get("/indikatorer?rapport=alt").status == 404


def test_two_filters_together_are_refused_beside_the_field(sign_in):
    vera = sign_in("vera.revisor")

    page = vera.get("/indikatorer?team=familieteam_syd&distrikt=syd")
    sheet = vera.get("/indikatorer/indikatorer.csv?team=familieteam_syd&distrikt=syd")

    assert page.one("//*[@id='team-fejl']").text.startswith("Vælg enten et team, et distrikt eller")
    assert (page.status, sheet.status) == (422, 422)
    assert not page.all("//section")


def test_who_may_not_see_the_cases_chooses_among_whole_periods_that_are_over(sign_in):
    jens = sign_in("jens.proces")

    page = jens.get("/indikatorer")

    periods = [each.text_content() for each in page.all("//select[@id='periode']/option")]
    assert periods[:2] == ["4. kvartal 2025", "3. kvartal 2025"]
    assert "2025" in periods
    assert not any("2026" in each for each in periods)
    assert not page.all("//input[@name='fra']")
    assert "Du ser hele perioder, der er slut" in page.text
    assert jens.get("/indikatorer?periode=2025").one("//option[@value='2025'][@selected]").text == "2025"
    over_time = jens.get("/indikatorer/I-10?periode=2025-K4")
    rows = [row.text_content().strip() for row in over_time.all("//tbody/tr/td[1]")]
    assert rows == ["1. kvartal 2025", "2. kvartal 2025", "3. kvartal 2025", "4. kvartal 2025"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("fra=2025-01-01&til=2025-12-30", "Vælg en af de hele perioder"),
        ("periode=2026-K1", "Vælg en af de hele perioder"),
        ("periode=2025-K4&team=familieteam_syd", "kun de længere perioder"),
    ],
)
def test_days_that_could_be_subtracted_are_refused_on_every_way(sign_in, query: str, says: str):
    jens = sign_in("jens.proces")

    page = jens.get(f"/indikatorer?{query}")

    assert page.status == 422
    assert says in page.one("//span[@id='periode-fejl']").text_content()
    assert not page.all("//section")
    assert jens.get(f"/indikatorer/I-01?{query}").status == 422
    assert jens.get(f"/indikatorer/indikatorer.csv?{query}").status == 422


def test_of_a_team_a_whole_year_is_shown(sign_in):
    page = sign_in("jens.proces").get("/indikatorer?team=familieteam_syd&periode=2025")

    assert page.status == 200
    assert page.all("//section")
