"""Frontens dagsmøde on one screen: ten items in few keys, several people, undo, gates, no JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from flowcase.demo import preparing
from tests.web.test_browser import sign_in
from tests.web.test_pdf import text_of
from tests.web.waiting import press, width_of
from tests.web.world import at

MOST_KEYS = 25
CASES = [f"SAG-27{number:02}" for number in range(1, 11)]


def ten_items(world):
    """Ten children for Monday's meeting: one acute, two siblings, and one that Friday did not get to."""
    world.go_to(at(27, 10))
    world.notify("U-40", CASES[9], "Storm Vejlgård", umiddelbar_fare=True)
    for number, case in enumerate(CASES[:5]):
        world.go_to(at(27, 10, 1 + number))
        world.notify(f"U-{50 + number}", case, f"Barn {number}")
    world.go_to(at(27, 11))
    world.notify(
        "U-60",
        CASES[7],
        boern=[{"navn": "Agnes Vejlgård", "sag": CASES[7]}, {"navn": "Anton Vejlgård", "sag": CASES[8]}],
    )
    for case in (*CASES[:5], *CASES[7:9]):
        world.assess(case)
    world.assess(CASES[9], akut="ja", fare_sundhed_udvikling=True)
    world.assess("SAG-2601")
    world.go_to(at(30, 9, 5))
    return world.flow.daily_meetings.newest(world.flow.people.actor("karen.fp"))


def open_meeting(world):
    id = ten_items(world)
    begin(world)
    world.flow.daily_meetings.take_chair(id, actor=world.flow.people.actor("karen.fp"))
    return id


def begin(world, day="2026-03-30"):
    world.complete(
        "fremmoede",
        "karen.fp",
        dato=day,
        frontpersonale=["karen.fp", "jonas.fp"],
        forebyggende=["sofie.fr"],
        familieteam=["camilla.syd"],
    )


def items(world, id):
    return world.flow.daily_meetings.get(id, actor=world.flow.people.actor("karen.fp")).items


def test_the_agenda_has_acute_on_top_then_the_oldest_and_siblings_as_one_block(world, sign_in):
    id = ten_items(world)
    page = sign_in("karen.fp").get("/moeder/dagsmoede")

    entries = [" ".join(link.text_content().split()) for link in page.all("//ol[@data-keys-list]//a")]

    assert page.address == f"/moeder/dagsmoede/{id}"
    assert len(entries) == 10
    assert entries[:2] == ["1. SAG-2710", "2. SAG-2593"]
    block = page.one("//li[contains(@class, 'fc-siblings')]")
    assert [link.text_content().strip()[-8:] for link in block.iter("a")] == ["SAG-2708", "SAG-2709"]


@pytest.mark.browser
def test_a_meeting_of_ten_items_is_finished_by_at_most_25_keys_and_no_mouse(open_page, world):
    id = ten_items(world)
    page = open_page()
    sign_in(page, "karen.fp")
    page.goto("/moeder/dagsmoede")
    pressed = []

    def count(key):
        pressed.append(key)
        press(page, key)

    expect(page.get_by_role("button", name="Begynd mødet")).to_be_focused()
    count("Enter")
    for number, letter in enumerate("fdffhfdffu", 1):
        expect(page.locator("#punkt-overskrift")).to_contain_text(f"Punkt {number} af 10")
        count(letter)
        expect(page.get_by_role("button", name="Bekræft")).to_be_focused()
        expect(page.get_by_role("button", name="Bekræft")).to_be_in_viewport()
        expect(page.locator("#punkt-overskrift")).to_be_in_viewport()
        count("Enter")
    expect(page.locator("#punkt-overskrift")).to_have_text("Alle punkter er behandlet")
    count("m")
    count("Enter")
    expect(page.locator(".fc-alert")).to_contain_text("Mødet er lukket")

    assert len(pressed) <= MOST_KEYS
    meeting = world.flow.daily_meetings.get(id, actor=world.flow.people.actor("karen.fp"))
    assert meeting.status == "afholdt"
    assert [item.outcome for item in meeting.items][:5] == [
        "til_familieteam",
        "til_forebyggende",
        "til_familieteam",
        "til_familieteam",
        "til_handicapteam",
    ]
    assert [item.is_carried for item in meeting.items] == [False] * 9 + [True]
    assert not [row for row in world.flow.user_tasks.list() if row.process == "fronten_dagsmoede"]
    assert {row.case_code for row in world.flow.user_tasks.list() if row.element == "tildel"} > {"SAG-2710"}


@pytest.mark.browser
def test_keys_move_undo_and_tell_what_they_do(open_page, world):
    open_meeting(world)
    page = open_page(width=360)
    sign_in(page, "karen.fp")
    page.goto("/moeder/dagsmoede")
    heading = page.locator("#punkt-overskrift")

    press(page, "?")
    expect(page.get_by_role("dialog", name="Tastaturgenveje")).to_contain_text("Til Handicapteam")
    press(page, "Escape")
    press(page, "j")
    expect(heading).to_contain_text("Punkt 2 af 10")
    press(page, "ArrowLeft")
    expect(heading).to_contain_text("Punkt 1 af 10")
    press(page, "l")
    expect(page.locator("[name=begrundelse]").first).to_be_focused()
    page.keyboard.type("Familien er flyttet; alt er talt igennem med skolen.")
    press(page, "Control+Enter")
    expect(heading).to_contain_text("Punkt 2 af 10")
    press(page, "z")

    expect(heading).to_contain_text("Punkt 1 af 10")
    expect(page.locator("#dagsorden li").first).to_contain_text("Venter")
    assert width_of(page) <= 360


@pytest.mark.browser
def test_a_colleague_sees_by_itself_what_was_noted(open_page, world):
    id = open_meeting(world)
    first = items(world, id)[0]
    page = open_page()
    sign_in(page, "jonas.fp")
    page.goto(f"/moeder/dagsmoede/{id}")

    sofie = world.flow.people.actor("sofie.fr")
    proposed = world.flow.daily_meetings.proposed(id, first.id, "udsaettes", actor=sofie)
    raw = {"udfald": "udsaettes", "begrundelse": proposed["begrundelse"]}
    world.flow.daily_meetings.note(id, first.id, raw, seen=first.version, actor=sofie)

    expect(page.locator("#dagsorden li").first).to_contain_text(re.compile("Noteret:.*Sofie Lykke"))
    expect(page.locator("#nyt")).to_contain_text("Sofie Lykke har ændret det punkt, du ser på.")


def test_without_javascript_a_decision_is_two_clicks_and_takes_effect_at_the_end(sign_in, world):
    id = open_meeting(world)
    visitor = sign_in("karen.fp")
    page = visitor.get(f"/moeder/dagsmoede/{id}")
    first = items(world, id)[0]

    link = page.one("//a[contains(@href, 'udfald=til_forebyggende')]").get("href")
    chosen = visitor.get(link)
    form = chosen.one("//form[contains(@class, 'fc-decision')]")
    again = visitor.submit(chosen, form)

    assert "fortsat håndteres forebyggende" in chosen.value("begrundelse")
    assert chosen.value("informerer_familie") == "sofie.fr"
    assert again.heading.startswith("Frontens dagsmøde")
    assert "Punkt 2 af 10" in again.text
    assert items(world, id)[0].is_noted
    assert world.task("afgoer", first.case).status == "open"


def test_what_a_rule_refuses_is_told_at_the_item_and_nothing_typed_is_lost(sign_in, world):
    id = open_meeting(world)
    visitor = sign_in("karen.fp")
    item = items(world, id)[0]
    page = visitor.get(f"/moeder/dagsmoede/{id}?punkt={item.id}&udfald=til_familieteam")

    again = visitor.submit(
        page,
        page.one("//form[contains(@class, 'fc-decision')]"),
        omraade="handicap",
        uenighed="Sofie ser det nu",
    )

    assert again.status == 422
    assert "Med området Handicap går sagen til Handicapteam." in again.text
    assert again.value("uenighed") == "Sofie ser det nu"
    assert not items(world, id)[0].is_noted


def test_who_is_late_is_told_and_keeps_what_was_written(sign_in, world):
    id = open_meeting(world)
    item = items(world, id)[0]
    karen, jonas = sign_in("karen.fp"), sign_in("jonas.fp")
    address = f"/moeder/dagsmoede/{id}?punkt={item.id}&udfald="
    slow = karen.get(address + "til_familieteam")
    fast = jonas.get(address + "til_forebyggende")

    jonas.submit(fast, fast.one("//form[contains(@class, 'fc-decision')]"))
    late = karen.submit(slow, slow.one("//form[contains(@class, 'fc-decision')]"), begrundelse="Mine ord")

    assert late.status == 409
    assert "Jonas Aagaard har noteret: Tilbage til forebyggende rådgiver og distrikt." in late.text
    assert late.value("begrundelse") == "Mine ord"
    done = karen.submit(late, late.one("//form[contains(@class, 'fc-decision')]"))
    assert done.status == 200
    assert items(world, id)[0].outcome == "til_familieteam"


def test_closing_early_asks_why_the_rest_is_carried_over_and_only_the_chair_closes(sign_in, world):
    id = open_meeting(world)
    karen, sofie = sign_in("karen.fp"), sign_in("sofie.fr")

    asked = karen.post(f"/moeder/dagsmoede/{id}/luk")
    refused = sofie.post(f"/moeder/dagsmoede/{id}/luk", {"begrundelse": "Tiden gik"})
    closed = karen.post(f"/moeder/dagsmoede/{id}/luk", {"begrundelse": "Alarm i huset"})

    assert asked.status == 422
    assert "hvorfor de punkter, der ikke er afgjort, udsættes" in asked.text
    assert refused.status == 409
    assert "Mødet er lukket" in closed.text
    waiting = [row for row in world.flow.cases.records("Dagsordenspunkt") if row["status"] == "afventer"]
    assert {row["udskudt_begrundelse"] for row in waiting} == {"Alarm i huset"}
    assert len(waiting) == 10


def test_nobody_becomes_the_chair_of_a_meeting_that_is_not_going_on(sign_in, world):
    id = ten_items(world)
    karen = sign_in("karen.fp")

    before = karen.post(f"/moeder/dagsmoede/{id}/leder")
    begin(world)
    world.flow.daily_meetings.take_chair(id, actor=world.flow.people.actor("karen.fp"))
    karen.post(f"/moeder/dagsmoede/{id}/luk", {"begrundelse": "Alarm i huset"})
    after = sign_in("jonas.fp").post(f"/moeder/dagsmoede/{id}/leder")

    assert (before.status, after.status) == (409, 409)
    assert world.flow.daily_meetings.get(id, actor=world.flow.people.actor("karen.fp")).chair == "karen.fp"


@pytest.mark.parametrize("person", ["sofie.fr", "camilla.syd"])
def test_those_who_decide_see_the_agenda_before_the_front_staff_begin_and_cannot_begin_it(
    sign_in, world, person
):
    id = ten_items(world)
    visitor = sign_in(person)

    page = visitor.get("/moeder/dagsmoede")
    begun = visitor.post(f"/moeder/dagsmoede/{id}/fremmoede", {"frontpersonale": "karen.fp"})

    assert page.address == f"/moeder/dagsmoede/{id}"
    assert "Mødet er ikke begyndt" in page.text
    assert len(page.all("//ol[@data-keys-list]//a")) == 10
    assert not page.all("//button[contains(., 'Begynd mødet')]")
    assert begun.status == 403
    assert f"/moeder/dagsmoede/{id}" in visitor.get("/moeder").source
    assert world.task("fremmoede").status == "open"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("da", "Familieteam mangler. Vælg, hvem der er med, eller skriv stedfortræderen nedenfor."),
        ("en", "Nobody from Family team is there. Choose who is, or write the stand-in below."),
    ],
)
def test_a_function_that_is_missing_at_the_beginning_is_named_with_what_to_do(sign_in, world, language, said):
    id = ten_items(world)
    karen = sign_in("karen.fp")
    karen.get(f"/moeder/dagsmoede?sprog={language}")

    page = karen.post(
        f"/moeder/dagsmoede/{id}/fremmoede",
        {"dato": "30.03.2026", "frontpersonale": "karen.fp", "forebyggende": "sofie.fr"},
    )

    assert page.status == 422
    assert said in page.text
    assert "Feltet skal udfyldes." not in page.text


def test_a_meeting_is_not_closed_before_it_begins_nor_twice(sign_in, world):
    id = ten_items(world)
    karen = sign_in("karen.fp")

    before = karen.post(f"/moeder/dagsmoede/{id}/luk", {"begrundelse": "Alarm i huset"})
    begin(world)
    world.flow.daily_meetings.take_chair(id, actor=world.flow.people.actor("karen.fp"))
    karen.post(f"/moeder/dagsmoede/{id}/luk", {"begrundelse": "Alarm i huset"})
    after = karen.post(f"/moeder/dagsmoede/{id}/luk", {"begrundelse": "Igen"})

    assert (before.status, after.status) == (409, 409)
    assert "Mødet er ikke begyndt. Registrér først, hvem der er med." in before.text
    assert "Mødet er lukket. Beslutningerne står i referatet." in after.text


def test_the_minutes_of_each_meeting_keep_the_reason_that_it_gave(sign_in, world):
    first = open_meeting(world)
    karen = sign_in("karen.fp")
    karen.post(f"/moeder/dagsmoede/{first}/luk", {"begrundelse": "Alarm i huset"})
    world.go_to(at(31, 9, 5))
    second = world.flow.daily_meetings.newest(world.flow.people.actor("karen.fp"))
    begin(world, "2026-03-31")
    world.flow.daily_meetings.take_chair(second, actor=world.flow.people.actor("karen.fp"))

    karen.post(f"/moeder/dagsmoede/{second}/luk", {"begrundelse": "Strømmen gik"})

    one, two = (karen.get(f"/moeder/dagsmoede/{each}").text for each in (first, second))
    assert ("Alarm i huset" in one, "Strømmen gik" in one) == (True, False)
    assert ("Alarm i huset" in two, "Strømmen gik" in two) == (False, True)


def test_the_minutes_are_kept_as_pdf_by_those_who_have_a_part_in_the_meeting(sign_in, world):
    id = open_meeting(world)
    karen = sign_in("karen.fp")
    karen.post(f"/moeder/dagsmoede/{id}/luk", {"begrundelse": "Alarm </p><h1>i huset"})

    answer = karen.client.get(f"/moeder/dagsmoede/{id}/referat.pdf")

    said = text_of(answer.data)
    assert "referat-dagsmoede-2026-03-30.pdf" in answer.headers["Content-Disposition"]
    assert "Frontens dagsmøde man. 30. mar. 2026" in said
    assert said.count("Alarm </p><h1>i huset") == 10
    assert "Sofie Lykke" in said
    assert sign_in("vera.revisor").client.get(f"/moeder/dagsmoede/{id}/referat.pdf").status_code == 403


def test_a_decision_noted_in_a_meeting_that_nobody_closed_is_there_the_next_day(world):
    id = open_meeting(world)
    karen = world.flow.people.actor("karen.fp")
    item = items(world, id)[0]
    proposed = world.flow.daily_meetings.proposed(id, item.id, "til_familieteam", actor=karen)
    raw = {**proposed, "kendskabsdato": proposed["kendskabsdato"].isoformat()}
    world.flow.daily_meetings.note(id, item.id, raw, seen=item.version, actor=karen)

    world.go_to(at(31, 9, 5))

    following = world.flow.daily_meetings.newest(karen)
    assert following != id
    [again] = [each for each in items(world, following) if each.case == item.case]
    assert again.outcome == "til_familieteam"
    assert again.noted_by == "karen.fp"


def test_on_a_saturday_the_pages_say_when_the_next_meeting_opens(sign_in, world):
    world.go_to(at(28, 11))  # Friday's meeting ended with its day
    karen = sign_in("karen.fp")

    over, week, other = karen.get("/moeder/dagsmoede"), karen.get("/moeder"), sign_in("granly").get("/moeder")

    monday = "man. 30. mar. 2026 kl. 09.00"
    assert over.one("//p[@id='naeste']").text_content() == (
        f"Det næste dagsmøde åbner {monday}, på en arbejdsdag."
    )
    assert week.one("//p[@id='naeste']").text_content().startswith(f"Frontens næste dagsmøde åbner {monday}.")
    assert not other.all("//p[@id='naeste']")
    assert f"Det næste åbner {monday}." in sign_in("granly").get("/moeder/dagsmoede").text


def test_a_demonstration_made_on_a_sunday_has_a_meeting_to_try_and_mondays_opens_as_ever(sign_in, world):
    world.notify("U-70", CASES[0], "Barn 70")
    world.assess(CASES[0])
    world.go_to(at(29, 12))

    opened = [preparing.open_a_daily_meeting(world.flow), preparing.open_a_daily_meeting(world.flow)]
    seen = sign_in("karen.fp").get("/moeder/dagsmoede").text
    world.go_to(at(30, 9, 5))
    on_monday = sign_in("karen.fp").get("/moeder/dagsmoede").text

    assert opened == [True, False]
    assert "29. mar. 2026" in seen and CASES[0] in seen and "Begynd mødet" in seen
    assert "30. mar. 2026" in on_monday and CASES[0] in on_monday and "Begynd mødet" in on_monday


def test_who_has_no_part_in_the_meeting_sees_nothing_of_it(sign_in, world):
    id = ten_items(world)

    assert sign_in("granly").get(f"/moeder/dagsmoede/{id}").status == 403
    assert sign_in("drift").get(f"/moeder/dagsmoede/{id}/tilstand").status == 403
    assert "ikke noget dagsmøde" in sign_in("vera.revisor").get("/moeder/dagsmoede").text


def test_the_week_shows_the_meetings_of_those_who_have_a_part_in_them(sign_in, world):
    open_meeting(world)

    for person, sees in (("karen.fp", True), ("camilla.syd", True), ("granly", False)):
        page = sign_in(person).get("/moeder")
        assert bool(page.all("//main//a[contains(@href, '/moeder/dagsmoede/')]")) is sees, person


def test_a_meeting_that_nobody_began_says_so_and_still_shows_what_was_on_its_agenda(world, sign_in):
    world.go_to(at(27, 10))
    world.notify("U-40", CASES[0], "Storm Vejlgård")
    world.assess(CASES[0])
    world.go_to(at(30, 9, 5))
    id = world.flow.daily_meetings.newest(world.flow.people.actor("karen.fp"))

    world.go_to(at(31, 0, 30))

    page = sign_in("karen.fp").get(f"/moeder/dagsmoede/{id}")
    agenda = [" ".join(link.text_content().split()) for link in page.all("//ol[@data-keys-list]//a")]
    assert "Mødet blev ikke holdt." in page.text and "Mødet er lukket" not in page.text
    assert CASES[0] in " ".join(agenda)
    assert [each.is_carried for each in items(world, id)] == [True] * len(agenda)


def test_a_decision_is_confirmed_below_what_it_consists_of(world, sign_in):
    id = open_meeting(world)
    (first, *_) = items(world, id)
    page = sign_in("karen.fp").get(f"/moeder/dagsmoede/{id}?punkt={first.id}&udfald=til_familieteam")

    form = page.one("//form[@data-keys-send and contains(@class, 'fc-decision')]")
    order = form.xpath(
        ".//*[self::input[not(@type='hidden')] or self::select or self::textarea or self::button]"
    )
    assert [each.tag for each in order].index("button") == len(order) - 1 > 0


def test_who_is_away_today_is_not_ticked_among_those_who_are_likely_there(world, sign_in):
    ten_items(world)
    karen, jonas = sign_in("karen.fp"), world.flow.people.actor("jonas.fp")

    def ticked(name):
        boxes = karen.get("/moeder/dagsmoede").all(f"//input[@name='{name}' and @checked]")
        return [box.get("value") for box in boxes]

    before = {name: ticked(name) for name in ("frontpersonale", "forebyggende", "familieteam")}
    world.flow.absences.report("jonas.fp", at(30, 9).date(), at(31, 9).date(), actor=jonas)
    away = ticked("frontpersonale")
    world.flow.absences.end("jonas.fp", actor=jonas)

    assert "jonas.fp" in before["frontpersonale"]
    assert away == [each for each in before["frontpersonale"] if each != "jonas.fp"]
    assert {name: ticked(name) for name in before} == before


def test_when_all_who_came_last_time_from_the_front_are_away_the_others_stay_ticked(world, sign_in):
    ten_items(world)
    karen = sign_in("karen.fp")

    def ticked():
        boxes = karen.get("/moeder/dagsmoede").all("//input[@type='checkbox' and @checked]")
        return {(box.get("name"), box.get("value")) for box in boxes}

    before = ticked()
    front = {each for each in before if each[0] == "frontpersonale"}
    for _, id in front:
        world.flow.absences.report(id, at(30, 9).date(), at(31, 9).date(), actor=world.flow.people.actor(id))

    assert front and before - front and not front & ticked()
    assert before - front <= ticked()
