from __future__ import annotations

import pytest

from flowcase.web import inbox


def test_the_inbox_shows_what_waits_for_me_and_my_groups_due_first(sign_in):
    page = sign_in("karen.fp").get("/")

    tasks = [row.text_content() for row in page.all("//tbody/tr/td[1]/a")]
    assert tasks == ["Beslut videre forløb", "Vurdér risiko"]
    assert "I dag" in page.all("//tbody/tr")[0].text_content()
    assert "Frontpersonale, Akutvagt" in page.all("//tbody/tr")[1].text_content()


def test_taking_a_task_moves_it_from_the_group_to_me(sign_in):
    karen = sign_in("karen.fp")
    groups = karen.get("/opgaver?vis=grupper")
    form = groups.all("//tbody//form")[1]

    opened = karen.submit(groups, form)

    assert opened.heading == "Vurdér risiko SAG-2601"
    mine = karen.get("/opgaver?vis=mine")
    assert "Mig" in mine.one("//tbody/tr").text_content()
    assert "Vurdér risiko" not in sign_in("jonas.fp").get("/opgaver").text


def test_a_task_can_be_given_back(sign_in, world):
    karen = sign_in("karen.fp")
    task = world.task("vurder")
    page = karen.post(f"/opgaver/{task.id}/tag")

    given_back = karen.submit(page, page.one("//form[contains(@action, '/slip')]"))

    assert "Opgaven er lagt tilbage." in given_back.text
    assert world.task("vurder").assignee is None


def test_an_empty_inbox_says_so(sign_in):
    assert "Der er ingen opgaver lige nu." in sign_in("vera.revisor").get("/opgaver").text


def test_an_address_that_was_damaged_shows_the_first_page(sign_in):
    karen = sign_in("karen.fp")

    for asked in ("efter=99", "efter=~~", "vis=andet&sorter=x&frist=y", "sorter=prioritet&efter=a~b~c"):
        assert karen.get(f"/opgaver?{asked}").all("//tbody/tr"), asked


def names(page):
    return [link.text_content() for link in page.all("//tbody/tr/td[1]/a")]


def test_filters_live_in_the_address_and_narrow_every_list(sign_in):
    karen = sign_in("karen.fp")

    assert names(karen.get("/opgaver?sag=sag-2601")) == ["Vurdér risiko"]
    assert names(karen.get("/opgaver?frist=i_dag&forloeb=fronten_dagsmoede")) == ["Beslut videre forløb"]
    narrowed = karen.get("/opgaver?sag=SAG-2601&sorter=sag&frist=overskredet")
    assert "Ingen opgaver svarer til det, du har valgt." in narrowed.text
    assert [link.text_content() for link in narrowed.all("//ul[@class='fc-tabs']//a")] == [
        "Mine og mine gruppers (0)",
        "Taget af mig (0)",
        "Mine gruppers (0)",
    ]
    form = narrowed.one("//form[@role='search' and contains(@class, 'fc-filter')]")
    assert form.fields["sag"] == "SAG-2601" and form.fields["sorter"] == "sag"
    assert names(karen.submit_get(narrowed, form, frist="", sag="")) == [
        "Beslut videre forløb",
        "Vurdér risiko",
    ]


@pytest.mark.parametrize("order", ["frist", "modtaget", "prioritet", "sag"])
def test_the_next_page_goes_on_where_the_first_ended(sign_in, monkeypatch, order):
    monkeypatch.setattr(inbox, "PAGE", 1)
    karen = sign_in("karen.fp")

    first = karen.get(f"/opgaver?sorter={order}")
    second = karen.get("/opgaver" + first.one("//nav[@class='fc-pages']//a[text()='Næste']/@href")[8:])

    assert {*names(first), *names(second)} == {"Beslut videre forløb", "Vurdér risiko"}
    assert not second.all("//nav[@class='fc-pages']//a[text()='Næste']")
    back = second.one("//nav[@class='fc-pages']//a[text()='Til den første side']/@href")
    assert names(karen.get(back)) == names(first)


def test_leaders_see_what_their_team_has_and_what_every_case_waits_for(sign_in, world):
    omar = world.flow.people.actor("camilla.syd")
    world.flow.user_tasks.claim(world.task("beslut_undersoegelse").id, actor=omar)
    else_, camilla = sign_in("else.syd"), sign_in("camilla.syd")

    assert world.task("beslut_undersoegelse").name in names(else_.get("/opgaver?vis=team"))
    every = else_.get("/opgaver?vis=sager")
    assert "SAG-2601" in every.text and not every.all("//tbody//form")
    assert "Mit teams" not in camilla.get("/opgaver").text
    assert names(camilla.get("/opgaver?vis=sager")) == []


def test_the_menu_offers_only_what_a_person_may_do(sign_in):
    def menu(person: str) -> list[str]:
        return [
            link.text_content() for link in sign_in(person).get("/opgaver").all("//nav//a[@class='nav-link']")
        ]

    assert menu("karen.fp") == ["Mine opgaver", "Sager", "Nye forløb", "Ny underretning"]
    assert menu("camilla.syd") == ["Mine opgaver", "Sager", "Nye forløb"]
    assert menu("granly") == ["Mine opgaver", "Nye forløb"]
