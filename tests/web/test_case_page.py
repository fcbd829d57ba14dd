from __future__ import annotations

import datetime as dt

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.services.case_files.case_pictures import Item
from flowcase.web.words.case_facts import called


def test_a_case_shows_facts_deadlines_tasks_and_its_story(sign_in):
    page = sign_in("camilla.syd").get("/sager/SAG-2588")

    facts = dict(
        zip(
            [label.text for label in page.all("//section[@aria-labelledby='fakta']//dt")],
            [words.text for words in page.all("//section[@aria-labelledby='fakta']//dd")],
            strict=True,
        )
    )
    assert facts["Status"] == "Åben"
    assert facts["Team"] == "Familieteam Syd"
    assert facts["Sagsbehandler"] == "Camilla Noer"
    assert facts["Kendskabsdato"] == "tirs. 24. mar. 2026"
    tasks = page.one("//section[@aria-labelledby='opgaver']")
    assert "Beslut om undersøgelse" in tasks.text_content()
    assert tasks.xpath(".//a[contains(@href, '/opgaver/')]")
    story = page.one("//ol[@class='fc-story']").text_content()
    assert "Gjorde opgaven »Tildel sagen til en rådgiver« færdig." in story
    assert "Else Brandt" in story


def test_of_many_comments_the_newest_stand_there_and_the_others_unfold(sign_in, world):
    camilla = world.flow.people.actor("camilla.syd")
    for number in range(8):
        world.flow.comments.add(f"Nr. {number}", case="SAG-2588", actor=camilla)

    section = sign_in("camilla.syd").get("/sager/SAG-2588").one("//section[@id='kommentarer']")

    shown = [each.text for each in section.xpath("./ol//p[@class='fc-shown']")]
    folded = [each.text for each in section.xpath("./details[not(@open)]/ol//p[@class='fc-shown']")]
    assert shown == [f"Nr. {number}" for number in range(3, 8)]
    assert folded == [f"Nr. {number}" for number in range(3)]
    assert "Tidligere kommentarer (3)" in section.text_content()


def test_the_note_on_whom_the_family_is_to_reach_says_a_name(world):
    """The family may ask to see it; a user name tells them nothing."""
    [note] = [row for row in world.flow.cases.records("Notat", case="SAG-2588") if row["type"] == "kontakt"]

    assert "Camilla Noer" in note["indhold"]
    assert "camilla.syd" not in note["indhold"]


def test_the_open_user_task_that_is_due_first_stands_first(sign_in, world):
    as_made = [row.name for row in world.flow.user_tasks.list(case="SAG-2601")]
    section = sign_in("karen.fp").get("/sager/SAG-2601").one("//section[@aria-labelledby='opgaver']")

    shown = section.text_content()

    assert as_made == ["Vurdér risiko", "Tag imod"]
    assert shown.index("Tag imod") < shown.index("Vurdér risiko")


def test_a_case_that_was_assessed_says_when_its_next_meeting_opens(sign_in, world):
    karen = sign_in("karen.fp")
    assert not karen.get("/sager/SAG-2601").all("//*[@id='venter-paa-moedet']")

    world.assess("SAG-2601")

    [waits] = karen.get("/sager/SAG-2601").all("//*[@id='venter-paa-moedet']")
    opens = "man. 30. mar. 2026 kl. 09.00"  # assessed on a Friday
    assert waits.text_content() == f"Sagen venter på Frontens dagsmøde. Det næste åbner {opens}."
    assert "opens" in karen.get("/sager/SAG-2601?sprog=en").one("//*[@id='venter-paa-moedet']").text_content()


@pytest.mark.parametrize(
    ("area", "words"),
    [("udvikling_adfaerd", "Udvikling og adfærd"), ("fritid_venner", "Fritid og venskaber")],
)
def test_the_area_of_a_goal_is_called_what_the_plan_calls_it(sign_in, world, area, words):
    plan = {"maal": [{"omraade": area, "maal": "Sover om natten"}], "status": "godkendt"}
    world.flow.cases.add_record("Handleplan", plan, case="SAG-2588", actor=SYSTEM)

    page = sign_in("camilla.syd").get("/sager/SAG-2588")

    assert f"{words}: Sover om natten" in page.one("//section[@aria-labelledby='plan']").text_content()


def test_every_deadline_says_why_it_is_due_then(sign_in):
    page = sign_in("karen.fp").get("/sager/SAG-2601")

    why = page.one("//ul[@class='fc-deadlines']/li").text_content()
    assert "T01" in why
    assert "lør. 28. mar. 2026 kl. 07.40" in why
    assert "Barnets Lov § 136" in why
    assert "modtagelsen: fre. 27. mar. 2026 kl. 07.40" in why
    assert "24 timer (C1)" in why


@pytest.mark.parametrize("person", ["karen.fp", "peter.nord", "vera.revisor"])
def test_names_and_words_of_a_family_are_for_who_is_close_to_it(sign_in, person):
    page = sign_in(person).get("/sager/SAG-2588?alt=1")
    close = sign_in("camilla.syd").get("/sager/SAG-2588")

    for secret in ("Noah", "Elleby", "sulten", "Vurderet ud fra skolens"):
        assert secret not in page.source
    assert "Træt og sulten" in close.one("//section[@aria-labelledby='tavle']").text_content()
    assert page.all("//section[@aria-labelledby='tavle']") == []


def test_who_the_child_is_stands_on_top_for_who_is_close_to_it(sign_in):
    close = sign_in("camilla.syd").get("/sager/SAG-2588").one("//dl[@class='fc-glance']").text_content()
    others = sign_in("vera.revisor").get("/sager/SAG-2588").one("//dl[@class='fc-glance']").text_content()

    assert "BarnetNoah Elleby" in close
    assert "Barnet" not in others


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (dt.date(2018, 3, 28), "Noah Elleby, 7 år"),
        (dt.date(2026, 3, 1), "Noah Elleby, 0 år"),
        (dt.date(2026, 4, 1), "Noah Elleby"),  # not born yet
        (None, "Noah Elleby"),
    ],
)
def test_a_child_is_called_by_name_with_its_age_where_that_is_known(app, born, words):
    child = Item(
        "r1", "Barn", {"navn": "Noah Elleby", "foedt": born}, dt.datetime(2026, 3, 24, tzinfo=dt.UTC)
    )

    with app.test_request_context("/"):
        assert called(child, dt.date(2026, 3, 27)) == words


def test_the_whole_story_is_told_on_request(sign_in):
    karen = sign_in("karen.fp")

    short, whole = karen.get("/sager/SAG-2588"), karen.get("/sager/SAG-2588?alt=1")

    assert len(whole.all("//ol[@class='fc-story']/li/ul/li")) > len(
        short.all("//ol[@class='fc-story']/li/ul/li")
    )
    assert "Vis kun det vigtigste" in whole.text


def test_the_short_story_tells_acts_and_the_whole_story_the_fields_that_they_filled_in(sign_in):
    camilla = sign_in("camilla.syd")

    pages = [camilla.get("/sager/SAG-2588"), camilla.get("/sager/SAG-2588?hele=1")]

    short, whole = (page.one("//ol[@class='fc-story']").text_content() for page in pages)
    assert "Gjorde opgaven" in short and "Gjorde opgaven" in whole
    assert "Skrevet i" not in short and "Tilføjet i" not in short
    assert "Skrevet i" in whole
    assert "hele=1" in pages[0].one("//a[text()='Vis hele historien']").get("href")


def test_who_looked_at_a_case_is_told_by_the_case(sign_in):
    sign_in("else.syd").get("/sager/SAG-2588")

    whole = sign_in("camilla.syd").get("/sager/SAG-2588?alt=1").one("//ol[@class='fc-story']")
    looks = [moment.text_content() for moment in whole.xpath("./li") if "Så sagen." in moment.text_content()]
    assert any("Else Brandt" in look for look in looks)
    assert any("Camilla Noer" in look for look in looks)


@pytest.mark.parametrize("person", ["granly", "bo.mentor", "drift"])
def test_who_has_no_work_with_cases_sees_none(sign_in, person):
    visitor = sign_in(person)

    assert visitor.get("/sager").status == 403
    assert visitor.get("/sager/SAG-2588").status == 403


def test_a_case_that_does_not_exist_says_so(sign_in):
    page = sign_in("karen.fp").get("/sager/SAG-0000")

    assert page.status == 404
    assert page.heading == "Det findes ikke"


def test_the_list_of_cases_finds_a_code(sign_in):
    page = sign_in("vera.revisor").get("/sager?kode=2588")

    assert [link.text for link in page.all("//tbody//a")] == ["SAG-2588"]
    assert "Camilla Noer" in page.one("//tbody/tr").text_content()
    assert "Ingen sager." in sign_in("vera.revisor").get("/sager?kode=findes-ikke").text


def test_the_list_of_cases_goes_on_where_the_page_before_ended(sign_in, monkeypatch):
    monkeypatch.setattr("flowcase.web.cases.cases.PAGE", 2)
    vera = sign_in("vera.revisor")
    codes, page = [], vera.get("/sager")

    while True:
        codes += [link.text for link in page.all("//tbody//td[1]/a")]
        older = page.all("//nav/a[text()='Ældre sager']")
        if not older:
            break
        page = vera.get(older[0].get("href"))

    assert len(codes) == len(set(codes)) == 5
    assert codes[0] == "SAG-2601"
    assert page.all("//nav/a[text()='De nyeste']")


def test_an_instance_shows_in_words_where_it_is(sign_in, world):
    karen = sign_in("karen.fp")
    instance = world.task("beslut_undersoegelse").instance

    page = karen.get(f"/forloeb/{instance}")
    diagram = karen.client.get(f"/forloeb/{instance}/diagram.bpmn")

    assert page.heading == "Familieteam modtager sagen"
    assert [line.text_content() for line in page.all("//main/ul/li")] == ["Beslut om undersøgelse"]
    assert page.one("//*[contains(@class, 'fc-p-you')]").text_content() == "▼ her er forløbet"
    passed = [line.text_content() for line in page.all("//main//details//li")]
    assert "Tildel sagen til en rådgiver" in passed
    assert not set(passed) & set(world.flow.instances.get(instance, actor=SYSTEM).completed_elements)
    assert "style-src-attr" not in page.headers["Content-Security-Policy"]
    assert diagram.mimetype == "application/xml"
    assert b"familieteam_modtag" in diagram.data


def test_operations_see_the_diagram_of_a_case_that_suppliers_do_not(sign_in, world):
    instance = world.task("beslut_undersoegelse").instance

    assert sign_in("drift").get(f"/forloeb/{instance}").status == 200
    assert sign_in("granly").get(f"/forloeb/{instance}").status == 403
    assert sign_in("granly").get(f"/forloeb/{instance}/diagram.bpmn").status == 403


def test_an_instance_that_was_cancelled_says_that_it_has_ended(sign_in, world):
    instance = world.task("beslut_undersoegelse").instance
    world.flow.instances.cancel(instance, reason="Oprettet ved en fejl", actor=SYSTEM)

    page = sign_in("karen.fp").get(f"/forloeb/{instance}")

    assert "Forløbet er slut." in page.text
    assert "Afbrudt." in page.text


def test_a_long_story_shows_its_newest_moments_and_the_rest_on_request(sign_in, world):
    for number in range(60):
        world.flow.clock.set(world.flow.clock.now() + dt.timedelta(minutes=1))
        world.flow.cases.set_fact("SAG-2588", "journalnr", str(number), reason="test", actor=SYSTEM)
    camilla = sign_in("camilla.syd")

    short, whole = camilla.get("/sager/SAG-2588"), camilla.get("/sager/SAG-2588?hele=1")

    assert len(short.all("//ol[@class='fc-story']/li")) == 12
    assert "Vis hele historien" in short.text
    assert len(whole.all("//ol[@class='fc-story']/li")) > 60
    assert "Vis hele historien" not in whole.text


def test_flows_that_have_ended_are_folded_beneath_those_that_run(sign_in):
    page = sign_in("camilla.syd").get("/sager/SAG-2588")

    flows = page.one("//section[@aria-labelledby='forloeb']")
    running = flows.xpath("./details/ul/li/a")
    ended = flows.xpath(".//details[@class='details']//a")
    assert [link.text for link in running] == ["Familieteam modtager sagen"]
    assert not {link.get("href") for link in running} & {link.get("href") for link in ended}


def test_the_flows_that_may_be_started_are_folded_with_their_number_and_led_to(sign_in):
    page = sign_in("camilla.syd").get("/sager/SAG-2588")

    fold = page.one("//section[@aria-labelledby='nyt-forloeb']/details")
    links = fold.xpath("./ul/li/a")
    assert fold.get("open") is None
    assert fold.xpath("string(./summary/h2)") == f"Start et forløb ({len(links)})"
    assert page.one("//nav[contains(@class, 'fc-jump')]//a[@href='#nyt-forloeb']").text == "Start et forløb"


def test_the_newest_of_the_story_stand_there_and_the_earlier_are_folded(sign_in, world):
    for number in range(60):
        world.flow.clock.set(world.flow.clock.now() + dt.timedelta(minutes=1))
        world.flow.cases.set_fact("SAG-2588", "journalnr", str(number), reason="test", actor=SYSTEM)
    camilla = sign_in("camilla.syd")

    page, whole = camilla.get("/sager/SAG-2588"), camilla.get("/sager/SAG-2588?hele=1")

    story = page.one("//section[@aria-labelledby='historie']")
    assert len(story.xpath("./ol[@class='fc-story']/li")) == 5
    assert story.xpath("string(./details/summary)") == "Tidligere i historien (7)"
    assert len(story.xpath("./details//ol[@class='fc-story']/li")) == 7
    assert "Tidligere i historien" not in whole.text


def test_what_adds_documents_is_folded_beneath_those_that_are_there(sign_in):
    page = sign_in("camilla.syd").get("/sager/SAG-2588")

    fold = page.one("//form[contains(@class, 'fc-upload')]/..")
    assert (fold.tag, fold.get("open")) == ("details", None)


@pytest.mark.parametrize(
    ("kind", "danish", "english"),
    [
        ("ungeplan", "Ungeplan, revision nr. 1", "Youth plan, revision no. 1"),
        ("handleplan", "Handleplan, revision nr. 1", "Action plan, revision no. 1"),
        (None, "Barnets plan, revision nr. 1", "Child’s plan, revision no. 1"),  # older than the word
    ],
)
def test_a_plan_is_called_what_its_rule_set_calls_it(sign_in, world, kind, danish, english):
    plan = {"slags": kind, "revision": 1, "status": "godkendt"}
    world.flow.cases.add_record("Handleplan", plan, case="SAG-2588", actor=SYSTEM)
    reader = sign_in("camilla.syd")

    headings = [each.text_content() for each in reader.get("/sager/SAG-2588").all("//h3")]
    page = reader.get("/sager/SAG-2588?sprog=en")
    translated = [each.text_content() for each in page.all("//h3")]

    assert danish in headings
    assert english in translated
