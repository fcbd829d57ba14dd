from __future__ import annotations


def test_the_inbox_shows_what_waits_for_me_and_my_groups_due_first(sign_in):
    page = sign_in("karen.fp").get("/")

    tasks = [row.text_content() for row in page.all("//tbody/tr/td[1]")]
    assert tasks == ["Beslut videre forløb", "Vurdér risiko"]
    assert "I dag" in page.all("//tbody/tr")[0].text_content()
    assert "Frontpersonale, Akutvagt" in page.all("//tbody/tr")[1].text_content()


def test_taking_a_task_moves_it_from_the_group_to_me(sign_in):
    karen = sign_in("karen.fp")
    inbox = karen.get("/opgaver?vis=grupper")
    form = inbox.all("//tbody//form")[1]

    opened = karen.submit(inbox, form)

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


def test_a_wrong_page_number_shows_a_page_that_exists(sign_in):
    assert sign_in("karen.fp").get("/opgaver?side=99").all("//tbody/tr")
    assert sign_in("karen.fp").get("/opgaver?side=x&vis=andet").all("//tbody/tr")


def test_the_menu_offers_only_what_a_person_may_do(sign_in):
    def menu(person: str) -> list[str]:
        return [
            link.text_content() for link in sign_in(person).get("/opgaver").all("//nav//a[@class='nav-link']")
        ]

    assert menu("karen.fp") == ["Mine opgaver", "Sager", "Ny underretning"]
    assert menu("camilla.syd") == ["Mine opgaver", "Sager"]
    assert menu("granly") == ["Mine opgaver"]
