"""*Sager*: the reader's own cases, what is due first on top, and all cases for who has none."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.access.actor import SYSTEM
from tests.web.test_team_pages import ABSENCE


def rows(page):
    return [" ".join(row.text_content().split()) for row in page.all("//tbody/tr")]


def codes(page):
    return [link.text for link in page.all("//tbody//td[1]/a")]


def test_a_caseworker_sees_her_own_cases_with_the_next_deadline_and_the_open_user_tasks(sign_in, world):
    page = sign_in("camilla.syd").get("/sager")

    assert page.heading == "Sager" and page.one("//main//h2").text == "Mine sager"
    assert sorted(codes(page)) == ["SAG-2570", "SAG-2588"]
    due = {}
    for code in codes(page):
        running = [row for row in world.flow.deadlines.of_case(code) if row.status in ("open", "breached")]
        due[code] = min(row.due_at for row in running) if running else None
    assert codes(page) == sorted(due, key=lambda code: (due[code] is None, due[code] or 0, code))
    told = dict(zip(codes(page), rows(page), strict=True))
    assert "Åben" in told["SAG-2588"]
    for code, row in told.items():
        assert row.endswith(f" {len(world.flow.user_tasks.list(case=code))}")


def test_how_near_a_deadline_is_stands_in_words_beside_the_colour(sign_in, world):
    camilla = sign_in("camilla.syd")
    fact = {"reason": "Overtaget", "actor": SYSTEM}
    world.flow.cases.set_fact("SAG-2601", "sagsbehandler", "camilla.syd", **fact)
    running = [row for row in world.flow.deadlines.of_case("SAG-2601") if row.status == "open"]
    due = min(row.due_at for row in running)

    for now, code, words in (
        (due - dt.timedelta(minutes=1), "today", "I dag"),
        (due + dt.timedelta(days=1), "overdue", "Overskredet"),
    ):
        world.flow.clock.set(now)
        row = camilla.get("/sager").one("//tbody/tr[.//a[text()='SAG-2601']]")
        [badge] = row.xpath(".//*[contains(@class, 'badge')]")
        assert f"fc-due-{code}" in badge.get("class") and badge.text == words
        assert codes(camilla.get("/sager"))[0] == "SAG-2601"


def test_all_cases_are_one_link_away_and_a_search_is_among_all(sign_in):
    camilla = sign_in("camilla.syd")
    mine = camilla.get("/sager")

    everything = camilla.get(mine.one("//main//a[text()='Alle sager']/@href"))
    found = camilla.get("/sager?kode=2590")

    assert len(codes(everything)) == 5 and not everything.all("//main//h2")
    assert camilla.get(everything.one("//main//a[text()='Mine sager']/@href")).all(
        "//h2[text()='Mine sager']"
    )
    assert codes(found) == ["SAG-2590"] and not found.all("//main//a[text()='Mine sager']")


@pytest.mark.parametrize("person", ["karen.fp", "vera.revisor", "omar.syd"])
def test_who_has_no_cases_sees_all_of_them_and_why(sign_in, person):
    page = sign_in(person).get("/sager")

    assert len(codes(page)) == 5 and codes(page)[0] == "SAG-2601"
    assert "Du er ikke rådgiver i nogen åben sag." in page.text
    assert not page.all("//main//h2") and not page.all("//main//a[text()='Mine sager']")


def test_the_pages_of_ones_own_cases_follow_each_other(sign_in, world, monkeypatch):
    monkeypatch.setattr("flowcase.web.cases.cases.PAGE", 2)
    for number in range(3):
        facts = {"sagsbehandler": "camilla.syd"}
        world.flow.cases.open(f"SAG-27{number:02}", child={"navn": "Alma"}, facts=facts, actor=SYSTEM)
    camilla = sign_in("camilla.syd")
    seen, page = [], camilla.get("/sager")

    while True:
        seen += codes(page)
        more = page.all("//nav/a[text()='Flere af mine sager']")
        if not more:
            break
        page = camilla.get(more[0].get("href"))

    assert len(seen) == len(set(seen)) == 5 and seen[-3:] == ["SAG-2700", "SAG-2701", "SAG-2702"]
    assert page.all("//nav/a[text()='De første']")
    assert codes(camilla.get("/sager?mine=noget-andet")) == seen[:2]
    assert "Ikke flere af dine sager." in camilla.get("/sager?mine=~SAG-9999").text


def test_a_deputy_sees_the_cases_of_who_is_away_marked_as_such_while_it_lasts(sign_in, world):
    camilla, omar = sign_in("camilla.syd"), sign_in("omar.syd")
    page = camilla.get(camilla.get("/stedfortraedere").one("//a[text()='Meld mit fravær']/@href"))
    camilla.press(page, "meld", **ABSENCE)
    assert "Mine sager" not in omar.get("/sager").text

    world.go_to(dt.datetime(2026, 3, 30, 9, 0, tzinfo=dt.UTC))
    during = omar.get("/sager")
    world.go_to(dt.datetime(2026, 4, 7, 9, 0, tzinfo=dt.UTC))

    assert sorted(codes(during)) == ["SAG-2570", "SAG-2588"]
    assert all("Du er stedfortræder for Camilla Noer" in row for row in rows(during))
    assert "stedfortræder" not in " ".join(rows(camilla.get("/sager")))
    assert "Mine sager" not in omar.get("/sager").text


def test_nothing_of_the_family_stands_in_the_list(sign_in):
    page = sign_in("camilla.syd").get("/sager")

    assert "Hestbæk" not in page.text and "Alma" not in page.text


def test_the_list_is_in_english_too(sign_in):
    page = sign_in("camilla.syd").get("/sager?sprog=en")

    assert "My cases" in page.text and "All cases" in page.text
