"""The pages of who leads a team: load, what is late, allocation, a whole caseload handed over, absence."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.store.queries.records import records
from tests.web.world import at

HELD = ["SAG-2570", "SAG-2588"]  # Camilla's
CHANGE = {
    "ny": "omar.syd",
    "aarsag": "sagstal",
    "overlevering": "Se planen.",
    "familie_informeret": "27.03.2026",
}
ABSENCE = {
    "stedfortraeder": "omar.syd",
    "fra": "30.03.2026",
    "til": "03.04.2026",
    "grund": "ferie",
    "besked": "Ring til skolen.",
    "familie_informeret": "27.03.2026",
}


@pytest.fixture
def leader(sign_in):
    return sign_in("else.syd")


def caseworker(world, case):
    return world.flow.cases.get(case, actor=SYSTEM).caseworker


def test_the_load_of_each_caseworker_stands_against_the_limit_in_words_and_as_a_drawing(leader):
    page = leader.get("/team")

    camilla, omar = page.all("//tbody/tr")
    assert "2 af 20: plads til 18" in " ".join(camilla.text_content().split())
    assert "0 af 20: plads til 20" in " ".join(omar.text_content().split())
    bars = [float(bar.get("width")) for bar in page.all("//*[@class='fc-load-bar']")]
    limits = {float(line.get("x1")) for line in page.all("//*[@class='fc-load-limit']")}
    rooms = {float(room.get("width")) for room in page.all("//*[@class='fc-load-room']")}
    assert bars == [18.0, 0.0] and limits == rooms == {180.0}
    assert "Familieteam Nord" not in page.text


def test_over_the_limit_is_said_and_drawn(leader, world):
    world.flow.rule_sets.use(settings={"sagstal_graense": 1}, actor=SYSTEM)

    page = leader.get("/team")

    assert "2 af 1: 1 over grænsen" in page.text and "Over grænsen: 1" in page.text
    assert len(page.all("//*[contains(@class, 'fc-load-over')]")) == 1


def test_only_who_leads_a_team_sees_it_and_its_caseloads(sign_in):
    for person, path in (
        ("camilla.syd", "/team"),
        ("camilla.syd", "/team/raadgivere/omar.syd/overdragelse"),
        ("else.syd", "/team/familieteam_nord/overskredet"),
        ("else.syd", "/team/raadgivere/peter.nord/overdragelse"),
        ("else.syd", "/team/raadgivere/peter.nord/fravaer"),
        ("granly", "/team"),
    ):
        assert sign_in(person).get(path).status == 403, (person, path)
    assert "Mit team" in sign_in("anders.myn").get("/opgaver").text
    assert "Mit team" not in sign_in("camilla.syd").get("/opgaver").text


def test_what_is_late_in_the_team_is_counted_and_opens_as_a_list(leader, world):
    assert "Ingen opgaver er overskredet." in leader.get("/team").text

    world.flow.clock.set(world.flow.clock.now() + dt.timedelta(days=400))
    page = leader.get("/team")
    late = leader.get(page.one("//a[contains(text(), 'Overskredne opgaver')]/@href"))

    number = page.one("//a[contains(text(), 'Overskredne opgaver')]").text_content().rpartition(" ")[2]
    assert len(late.all("//tbody/tr")) == int(number) > 0
    assert all("Familieteam Syd" in row.text_content() for row in late.all("//tbody/tr"))


def test_a_case_that_waits_is_offered_with_who_has_room_who_is_here_and_who_knows_the_family(leader, world):
    page = leader.get("/team")
    assert page.one("//a[contains(@href, '/tildeling')]").get("href") == "/team/sager/SAG-2590/tildeling"

    offered = leader.get("/team/sager/SAG-2590/tildeling")
    own = leader.get("/team/sager/SAG-2588/tildeling")

    assert [row.text for row in offered.all("//tbody//th")] == ["Omar Haddad", "Camilla Noer"]
    assert offered.one("//main//a[contains(@class, 'button-primary')]").text == "Tildel sagen til en rådgiver"
    assert [row.text for row in own.all("//tbody//th")] == ["Camilla Noer", "Omar Haddad"]
    assert "Ja: SAG-2588" in own.text


def test_a_caseload_is_shown_with_its_tasks_and_deadlines_before_anything_happens(leader, world):
    page = leader.get("/team/raadgivere/camilla.syd/overdragelse")
    assert [row.get("value") for row in page.all("//input[@name='sag']")] == HELD
    assert "Beslut" in page.text

    shown = leader.press(page, "vis", **CHANGE)

    assert "SAG-2588: Camilla Noer → Omar Haddad" in shown.text
    assert shown.one("//button[@name='gennemfoer']").text_content() == "Overdrag 2 sager"
    assert [caseworker(world, case) for case in HELD] == ["camilla.syd", "camilla.syd"]


def test_a_whole_caseload_goes_over_with_its_tasks_in_one_entry_of_each_history(leader, world):
    page = leader.press(leader.get("/team/raadgivere/camilla.syd/overdragelse"), "vis", **CHANGE)

    done = leader.press(page, "gennemfoer", **{"om.SAG-2570": "Mormor ringer om fredagen."})

    assert done.heading == "Mit team" and "Sager overdraget: 2." in done.text
    assert [caseworker(world, case) for case in HELD] == ["omar.syd", "omar.syd"]
    assert not [row for row in world.flow.user_tasks.list() if row.assignee == "camilla.syd"]
    changes = {row.case: row["overlevering"] for row in world.flow.cases.records("Sagsbehandlerskift")}
    assert changes == {"SAG-2570": "Se planen.\n\nMormor ringer om fredagen.", "SAG-2588": "Se planen."}


def test_what_somebody_leaves_behind_whose_account_was_closed_is_handed_over_by_who_leads_them(
    leader, sign_in, world
):
    world.flow.people.deactivate("camilla.syd", actor=SYSTEM)

    team = leader.get("/team")
    left, there = team.all("//tbody/tr")
    page = leader.press(leader.get("/team/raadgivere/camilla.syd/overdragelse"), "vis", **CHANGE)
    done = leader.press(page, "gennemfoer")

    assert "Kontoen er lukket: overdrag sagerne" in left.text_content()
    assert "Meld fravær" not in left.text_content() and "Meld fravær" in there.text_content()
    assert "plads til" not in left.text_content() and "plads til" in there.text_content()
    assert "Sager overdraget: 2." in done.text
    assert [caseworker(world, case) for case in HELD] == ["omar.syd", "omar.syd"]
    assert not [row for row in world.flow.user_tasks.list() if row.assignee == "camilla.syd"]
    assert "Camilla Noer" not in leader.get("/team").one("//tbody").text_content()


def test_what_somebody_leaves_behind_who_lost_their_groups_is_handed_over_by_who_leads_the_team(
    leader, sign_in, world
):
    world.flow.people.change_groups("camilla.syd", (), actor=SYSTEM)

    left, there = leader.get("/team").all("//tbody/tr")
    page = leader.press(leader.get("/team/raadgivere/camilla.syd/overdragelse"), "vis", **CHANGE)
    done = leader.press(page, "gennemfoer")

    assert "Er ikke i teamet længere: overdrag sagerne" in left.text_content()
    assert "Meld fravær" not in left.text_content() and "Meld fravær" in there.text_content()
    assert "plads til" not in left.text_content()
    assert "Sager overdraget: 2." in done.text
    assert [caseworker(world, case) for case in HELD] == ["omar.syd", "omar.syd"]
    assert not [row for row in world.flow.user_tasks.list() if row.assignee == "camilla.syd"]
    assert "Camilla Noer" not in leader.get("/team").one("//tbody").text_content()


def test_who_went_to_another_team_is_led_there_and_not_where_they_have_cases_still(leader, world):
    world.flow.people.change_groups("camilla.syd", ("familieteam_nord",), actor=SYSTEM)

    page = leader.get("/team")

    assert "Camilla Noer" not in page.text
    assert leader.get("/team/raadgivere/camilla.syd/overdragelse").status == 403
    (elsewhere,) = page.all("//li[contains(., 'Sager, som rådgivere i andre team har: 2')]")
    assert [each.get("href") for each in elsewhere.iter("a")] == [f"/sager/{code}" for code in HELD]
    assert leader.get(f"/sager/{HELD[0]}/nyt-forloeb/skift_raadgiver").status == 200  # one at a time


def test_no_case_is_handed_over_to_a_closed_account(leader, world):
    held = "/team/raadgivere/camilla.syd/overdragelse"
    assert leader.get(held).all("//option[@value='omar.syd']")

    world.flow.people.deactivate("omar.syd", actor=SYSTEM)

    assert leader.get(held).all("//option[@value='omar.syd']") == []


def test_no_user_task_is_handed_over_to_a_closed_account(leader, world):
    team = "/opgaver?vis=team"
    assert leader.get(team).all("//option[@value='omar.syd']")

    world.flow.people.deactivate("omar.syd", actor=SYSTEM)

    assert leader.get(team).all("//option[@value='omar.syd']") == []


def test_a_cpr_number_in_a_reason_of_the_hand_over_is_warned_of_once(leader, world):
    page = leader.get("/team/raadgivere/camilla.syd/overdragelse")

    warned = leader.press(page, "vis", **CHANGE, **{"om.SAG-2570": "Mor er 010180-1234"})
    typed = {"overlevering": "Far er 020279-4321", "om.SAG-2588": "Se planen"}
    again = leader.press(warned, "gennemfoer", **typed)

    told = [line.text_content().split(":")[0] for line in warned.all("//*[@id='se-efter']//li")]
    assert told == ["Særligt om sagen SAG-2570"]
    assert warned.one("//*[@id='felt-om-SAG-2570-cpr']").text.startswith("Det ligner et CPR-nummer.")
    assert [line.text_content().split(":")[0] for line in again.all("//*[@id='se-efter']//li")] == [
        "Overlevering"
    ]
    assert [caseworker(world, case) for case in HELD] == ["camilla.syd", "camilla.syd"]
    assert "Sager overdraget: 2." in leader.press(again, "gennemfoer").text


def test_a_cpr_number_and_a_day_without_a_year_in_an_absence_are_to_be_looked_at_once(leader, world):
    page = leader.get("/team/raadgivere/camilla.syd/fravaer")

    warned = leader.press(page, "meld", **ABSENCE | {"til": "3. april", "besked": "Mor er 010180-1234"})

    assert len(warned.all("//*[@id='se-efter']//li")) == 2 and not world.flow.absences.of(
        world.flow.people.actor("camilla.syd")
    )
    assert "Fravær meldt i 2 sager." in leader.press(warned, "meld").text


def test_what_cannot_be_handed_over_stays_and_is_told_with_its_reason(leader, world):
    world.flow.cases.set_fact(
        "SAG-2570", "team", "familieteam_nord", reason="Flyttet", actor=world.flow.people.actor("else.syd")
    )
    page = leader.press(leader.get("/team/raadgivere/camilla.syd/overdragelse"), "vis", **CHANGE)

    done = leader.press(page, "gennemfoer")

    assert "Gjort: SAG-2588" in done.text and "SAG-2570: Din rolle giver ikke adgang" in done.text
    assert [caseworker(world, case) for case in HELD] == ["camilla.syd", "omar.syd"]
    assert not [
        row for row in world.flow.user_tasks.list(case="SAG-2570") if row.process == "skift_raadgiver"
    ]


def test_a_wrong_field_of_the_hand_over_is_said_and_nothing_is_changed(leader, world):
    page = leader.get("/team/raadgivere/camilla.syd/overdragelse")

    none = leader.press(page, "vis", **{**CHANGE, "ny": ""})
    shown = leader.press(page, "vis", **{**CHANGE, "overlevering": ""})
    wrong = leader.press(shown, "gennemfoer")

    assert "Vælg den nye rådgiver for SAG-2570, SAG-2588" in none.text
    assert wrong.all("//*[@aria-invalid]") and "Et felt herunder skal rettes." in wrong.text
    assert [caseworker(world, case) for case in HELD] == ["camilla.syd", "camilla.syd"]


def test_an_absence_gives_every_case_a_deputy_and_both_see_it_in_their_inboxes(sign_in, world):
    camilla, omar = sign_in("camilla.syd"), sign_in("omar.syd")
    page = camilla.get(camilla.get("/stedfortraedere").one("//a[text()='Meld mit fravær']/@href"))
    reported = camilla.press(page, "meld", **ABSENCE)
    assert "Fravær meldt i 2 sager." in reported.text and "Begynder af sig selv" in reported.text
    assert "Omar Haddad er din stedfortræder fra man. 30. mar. 2026" in camilla.get("/opgaver").text

    world.go_to(dt.datetime(2026, 3, 30, 9, 0, tzinfo=dt.UTC))
    inbox = omar.get("/opgaver?vis=mine")

    standing_in = "Du er stedfortræder for Camilla Noer til og med fre. 3. apr. 2026."
    assert standing_in in inbox.text
    task = world.task("beslut_undersoegelse")
    assert omar.get(f"/opgaver/{task.id}").one("//*[@id='stedfortraeder']").text == standing_in
    assert not camilla.get(f"/opgaver/{task.id}").all("//*[@id='stedfortraeder']")
    assert inbox.all("//tbody/tr")
    assert "Fraværende til fre. 3. apr. 2026" in sign_in("else.syd").get("/team").text


def test_what_a_deputy_typed_is_there_to_copy_when_their_days_ended_meanwhile(sign_in, world):
    camilla, peter = sign_in("camilla.syd"), sign_in("peter.nord")
    task = world.task("beslut_undersoegelse")
    world.flow.user_tasks.claim(task.id, actor=world.flow.people.actor("camilla.syd"))
    camilla.press(
        camilla.get(camilla.get("/stedfortraedere").one("//a[text()='Meld mit fravær']/@href")),
        "meld",
        **{**ABSENCE, "stedfortraeder": "peter.nord"},
    )
    world.go_to(dt.datetime(2026, 3, 30, 9, 0, tzinfo=dt.UTC))
    page = peter.get(f"/opgaver/{task.id}")

    world.go_to(dt.datetime(2026, 4, 7, 9, 0, tzinfo=dt.UTC))
    refused = peter.press(page, "_faerdig", begrundelse="Skrevet i stedet for Camilla <b>")

    assert (refused.status, refused.heading) == (403, "Det har du ikke adgang til")
    assert "stedfortræder for Camilla Noer i sagen til og med fre. 3. apr. 2026" in refused.text
    kept = refused.one("//*[@id='skrevet-foer']").text_content().strip()
    assert kept == "Skrevet i stedet for Camilla <b>"
    assert world.task("beslut_undersoegelse").status == "open"


def test_a_deputy_whose_days_have_ended_reads_until_when_they_were_and_nobody_else_does(sign_in, world):
    camilla, peter = sign_in("camilla.syd"), sign_in("peter.nord")
    task = world.task("beslut_undersoegelse")
    world.flow.user_tasks.claim(task.id, actor=world.flow.people.actor("camilla.syd"))
    before = peter.get(f"/opgaver/{task.id}")
    camilla.press(
        camilla.get(camilla.get("/stedfortraedere").one("//a[text()='Meld mit fravær']/@href")),
        "meld",
        **{**ABSENCE, "stedfortraeder": "peter.nord"},
    )
    announced = peter.get(f"/opgaver/{task.id}")
    world.go_to(dt.datetime(2026, 3, 30, 9, 0, tzinfo=dt.UTC))
    assert peter.get(f"/opgaver/{task.id}").status == 200

    world.go_to(dt.datetime(2026, 4, 7, 9, 0, tzinfo=dt.UTC))
    refused = peter.get(f"/opgaver/{task.id}")

    until = "Du var stedfortræder for Camilla Noer i sagen til og med fre. 3. apr. 2026. Spørg Camilla Noer"
    assert refused.status == 403 and until in refused.text
    assert "You were the deputy of Camilla Noer" in peter.get(f"/opgaver/{task.id}?sprog=en").text
    others = sign_in("karen.fp").get(f"/opgaver/{task.id}")
    for page in (before, announced, others):
        assert page.status == 403
        assert "stedfortræder" not in page.text


def test_a_deputyship_that_ended_early_is_said_to_have_lasted_until_that_day(sign_in, world):
    camilla, peter = sign_in("camilla.syd"), sign_in("peter.nord")
    task = world.task("beslut_undersoegelse")
    world.flow.user_tasks.claim(task.id, actor=world.flow.people.actor("camilla.syd"))
    camilla.press(
        camilla.get(camilla.get("/stedfortraedere").one("//a[text()='Meld mit fravær']/@href")),
        "meld",
        **{**ABSENCE, "stedfortraeder": "peter.nord"},
    )
    world.go_to(dt.datetime(2026, 3, 31, 9, 0, tzinfo=dt.UTC))
    page = camilla.get("/stedfortraedere")
    camilla.submit(page, page.one("//form[contains(@action, '/stedfortraedere/slut')]"))

    assert "til og med tirs. 31. mar. 2026" in peter.get(f"/opgaver/{task.id}").text


def test_one_case_is_told_in_the_singular(sign_in, world):
    leader = sign_in("else.syd")
    page = leader.get("/team/raadgivere/camilla.syd/fravaer")
    reported = leader.press(page, "meld", **ABSENCE, sag="SAG-2588")
    assert "Fravær meldt i 1 sag." in reported.text

    world.go_to(dt.datetime(2026, 3, 31, 9, 0, tzinfo=dt.UTC))
    shown = leader.get("/stedfortraedere")
    back = leader.submit(shown, shown.one("//form[contains(@action, '/stedfortraedere/slut')]"))
    assert "Camilla Noer er tilbage i 1 sag." in back.text

    page = leader.get("/team/raadgivere/camilla.syd/overdragelse")
    preview = leader.press(page, "vis", **CHANGE, sag="SAG-2588")
    assert preview.one("//button[@name='gennemfoer']").text_content() == "Overdrag 1 sag"
    english = leader.press(leader.get(page.address + "?sprog=en"), "vis", **CHANGE, sag="SAG-2588")
    assert english.one("//button[@name='gennemfoer']").text_content() == "Hand over 1 case"


def test_lists_of_colleagues_say_who_is_away_today_and_who_stands_in(sign_in, world):
    leader = sign_in("else.syd")
    allocation, task = world.task("tildel"), world.task("beslut_undersoegelse")
    before = leader.get(f"/opgaver/{allocation.id}")
    leader.press(
        leader.get("/team/raadgivere/camilla.syd/fravaer"), "meld", **{**ABSENCE, "fra": "27.03.2026"}
    )
    world.go_to(world.flow.clock.now())
    # Omar's own by now: who has one already is not offered it.
    world.flow.user_task_moves.hand_over(task.id, "omar.syd", actor=world.flow.people.actor("else.syd"))

    offered = leader.get(f"/opgaver/{allocation.id}").all("//select[@name='sagsbehandler']/option")
    colleagues = sign_in("omar.syd").get(f"/opgaver/{task.id}").all("//select[@name='_overdrag_til']/option")
    in_inbox = sign_in("omar.syd").get("/opgaver").all("//select[@name='overdrag_til']/option")

    assert "fraværende" not in before.text
    absence = "fraværende til og med fre. 3. apr. 2026, stedfortræder: Omar Haddad"
    assert [each.get("value") for each in offered if absence in each.text_content()] == ["camilla.syd"]
    away = f"Camilla Noer ({absence})"
    assert [each.get("value") for each in colleagues if each.text_content() == away] == ["camilla.syd"]
    assert [each.get("value") for each in in_inbox if each.text_content() == away] == ["camilla.syd"]


def test_the_load_and_the_absence_of_caseworkers_are_english_on_an_english_page(sign_in, world):
    leader = sign_in("else.syd")
    leader.press(
        leader.get("/team/raadgivere/camilla.syd/fravaer"), "meld", **{**ABSENCE, "fra": "27.03.2026"}
    )
    world.go_to(world.flow.clock.now())

    page = leader.get(f"/opgaver/{world.task('tildel').id}?sprog=en")
    [offered] = page.all("//select[@name='sagsbehandler']/option[@value='camilla.syd']")

    said = re.sub(r"\d+", "N", offered.text_content())
    assert said == (
        "Camilla Noer: N cases, N after the assignment (away until Fri N Apr N, deputy: Omar Haddad)"
    )


def test_whoever_hands_over_cases_reads_until_when_a_colleague_is_away_or_from_when(sign_in, world):
    leader = sign_in("else.syd")
    reports, hands_over = ("/team/raadgivere/omar.syd/fravaer", "/team/raadgivere/omar.syd/overdragelse")
    asked = leader.get("/team/raadgivere/camilla.syd/overdragelse")
    leader.press(leader.press(asked, "vis", **CHANGE, sag="SAG-2570"), "gennemfoer")
    leader.press(leader.get("/team/raadgivere/camilla.syd/fravaer"), "meld", **ABSENCE)

    def offered(address, name):
        options = leader.get(address).all(f"//select[@name='{name}']/option[@value='camilla.syd']")
        return {each.text_content().rpartition(":")[0] for each in options}

    announced = {*offered(reports, "stedfortraeder"), *offered(hands_over, "ny")}
    world.go_to(dt.datetime(2026, 3, 30, 9, 0, tzinfo=dt.UTC))
    away = {*offered(reports, "stedfortraeder"), *offered(hands_over, "ny")}

    days = "man. 30. mar. 2026 til og med fre. 3. apr. 2026"
    assert announced == {f"Camilla Noer (fraværende fra {days}, stedfortræder: Omar Haddad)"}
    assert away == {"Camilla Noer (fraværende til og med fre. 3. apr. 2026, stedfortræder: Omar Haddad)"}


def test_an_absence_ends_early_for_all_its_cases_at_once(sign_in, world):
    leader = sign_in("else.syd")
    leader.press(
        leader.get("/team/raadgivere/camilla.syd/fravaer"), "meld", **{**ABSENCE, "fra": "27.03.2026"}
    )
    world.go_to(world.flow.clock.now())
    page = leader.get("/stedfortraedere")

    back = leader.submit(page, page.one("//form[contains(@action, '/stedfortraedere/slut')]"))

    assert "Camilla Noer er tilbage i 2 sager." in back.text
    assert "Ingen er fraværende" in back.text
    assert world.flow.cases.get("SAG-2588", actor=SYSTEM).facts.get("stedfortraeder") is None


def test_a_leader_reports_and_ends_the_absence_of_somebody_without_a_case_on_the_teams_page(sign_in):
    leader = sign_in("else.syd")
    page = leader.get("/team")
    [link] = page.all("//tr[th[contains(text(), 'Omar')]]//a[contains(@href, '/fravaer')]")
    asked = leader.get(link.get("href"))
    assert not asked.all("//input[@name='sag']") and not asked.all("//*[@name='stedfortraeder']")

    reported = leader.press(asked, "meld", fra="27.03.2026", til="03.04.2026")

    assert "Fravær meldt. Ingen sag har fået en stedfortræder." in reported.text
    assert "meldt af Else" in sign_in("omar.syd").get("/stedfortraedere").text
    assert "Du er meldt fraværende fra fre. 27. mar. 2026" in sign_in("omar.syd").get("/opgaver").text
    away = leader.get("/team")
    assert "Fraværende til fre. 3. apr. 2026" in away.text
    back = leader.submit(away, away.one("//form[contains(@action, '/stedfortraedere/slut')]"))
    assert back.heading == "Mit team" and "Omar Haddad er tilbage." in back.text
    assert "Fraværende" not in back.text


def test_handing_over_the_whole_caseload_leaves_the_caseworker_away(sign_in, world):
    leader = sign_in("else.syd")
    leader.press(
        leader.get("/team/raadgivere/camilla.syd/fravaer"), "meld", **{**ABSENCE, "fra": "27.03.2026"}
    )
    world.go_to(world.flow.clock.now())
    asked = leader.press(leader.get("/team/raadgivere/camilla.syd/overdragelse"), "vis", **CHANGE)

    leader.press(asked, "gennemfoer")

    [camilla] = leader.get("/team").all("//tr[th[contains(text(), 'Camilla')]]")
    assert "Fraværende til fre. 3. apr. 2026" in " ".join(camilla.text_content().split())
    assert "stedfortræder" not in camilla.text_content()
    camilla = sign_in("camilla.syd")
    page = camilla.get("/stedfortraedere")
    back = camilla.submit(page, page.one("//form[contains(@action, '/stedfortraedere/slut')]"))
    assert "Camilla Noer er tilbage." in back.text and "Ingen er fraværende" in back.text


def test_days_alone_are_reported_when_no_case_is_ticked_and_can_be_cancelled_before_they_come(sign_in, world):
    camilla = sign_in("camilla.syd")
    page = camilla.get("/team/raadgivere/camilla.syd/fravaer")

    wrong = camilla.press(page, "meld", sag=[], fra="03.04.2026", til="30.03.2026")
    reported = camilla.press(wrong, "meld", sag=[], fra="30.03.2026", til="03.04.2026")

    assert wrong.status == 422 and "Sidste fraværsdag ligger før den første." in " ".join(wrong.summary)
    assert "Fravær meldt. Ingen sag har fået en stedfortræder." in reported.text
    cancelled = camilla.submit(reported, reported.one("//form[contains(@action, '/stedfortraedere/slut')]"))
    assert "Fraværet er aflyst: Camilla Noer." in cancelled.text and "Ingen er fraværende" in cancelled.text


def test_an_announced_absence_with_cases_is_called_off_by_the_person_or_by_who_leads_them(sign_in, world):
    camilla, leader, omar = sign_in("camilla.syd"), sign_in("else.syd"), sign_in("omar.syd")
    reported = camilla.press(camilla.get("/team/raadgivere/camilla.syd/fravaer"), "meld", **ABSENCE)
    to_end = "//form[contains(@action, '/stedfortraedere/slut')]"
    assert not omar.get("/stedfortraedere").all(to_end)  # the deputy

    called_off = camilla.submit(reported, reported.one(to_end))

    assert "Fraværet er aflyst: Camilla Noer. Der kommer ingen stedfortræder i 2 sager." in called_off.text
    assert "Ingen er fraværende" in called_off.text
    camilla.press(camilla.get("/team/raadgivere/camilla.syd/fravaer"), "meld", **ABSENCE, sag="SAG-2588")
    team = leader.get("/team")
    [button] = team.all(f"{to_end}//button")
    assert button.text_content() == "Aflys fravær Camilla Noer"
    by_leader = leader.submit(team, team.one(to_end))
    assert by_leader.heading == "Mit team" and "ingen stedfortræder i 1 sag." in by_leader.text
    world.go_to(at(31, 9))
    assert world.flow.cases.get("SAG-2588", actor=SYSTEM).facts.get("stedfortraeder") is None
    assert world.flow.cases.get("SAG-2588", actor=SYSTEM).facts["sagsbehandler"] == "camilla.syd"


def test_days_that_are_none_are_refused_where_an_absence_is_called_off(sign_in):
    camilla = sign_in("camilla.syd")
    page = camilla.get("/team/raadgivere/camilla.syd/fravaer")

    sent = camilla.client.post(
        "/stedfortraedere/slut",
        data={
            "person": "camilla.syd",
            "fra": "i morgen",
            "til": "2026-04-03",
            "csrf_token": page.value("csrf_token"),
        },
    )

    assert sent.status_code == 400


def test_somebody_away_without_a_deputy_is_so_called_where_colleagues_are_chosen(sign_in, world):
    leader, camilla, task = sign_in("else.syd"), sign_in("camilla.syd"), world.task("beslut_undersoegelse")
    leader.press(leader.get("/team/raadgivere/omar.syd/fravaer"), "meld", fra="27.03.2026", til="03.04.2026")

    allocation = leader.get(f"/opgaver/{world.task('tildel').id}").all("//select/option")
    colleagues = camilla.get(f"/opgaver/{task.id}").all("//select[@name='_overdrag_til']/option")

    away = "Omar Haddad (fraværende til og med fre. 3. apr. 2026)"
    assert away in {each.text_content() for each in colleagues}
    assert any("(fraværende til og med fre. 3. apr. 2026)" in each.text_content() for each in allocation)
    offered = leader.get("/team/sager/SAG-2590/tildeling")
    assert [row.text for row in offered.all("//tbody//th")] == ["Camilla Noer", "Omar Haddad"]


def test_an_auditor_reads_of_an_absence_in_a_sentence(sign_in, world):
    camilla = sign_in("camilla.syd")
    camilla.press(
        camilla.get("/team/raadgivere/camilla.syd/fravaer"),
        "meld",
        sag=[],
        fra="30.03.2026",
        til="03.04.2026",
    )

    found = sign_in("vera.revisor").get("/revision?formaal=tilsyn&slags=AbsenceReported")

    assert "Camilla Noer blev meldt fraværende fra 30.3.2026 til og med 3.4.2026." in found.text


def test_an_absence_that_is_sent_twice_gives_each_case_one_deputyship(sign_in, world):
    camilla = sign_in("camilla.syd")
    page = camilla.get("/team/raadgivere/camilla.syd/fravaer")
    assert page.all("//form[@data-once]//button[@name='meld']"), "pressed twice, it is sent once"

    for _ in range(2):
        answer = camilla.press(page, "meld", **ABSENCE)
        assert "Fravær meldt i 2 sager." in answer.text

    for case in HELD:
        running = [row.process for row in world.flow.instances.list(case=case, limit=None)]
        assert running.count("raadgiver_fravaer") == 1
    assert len(answer.all("//tbody/tr")) == 1


def test_an_absence_with_another_message_is_another_one(sign_in, world):
    camilla = sign_in("camilla.syd")
    page = camilla.get("/team/raadgivere/camilla.syd/fravaer")

    for message in ("Ring til skolen.", "Ring til lægen."):
        camilla.press(page, "meld", **(ABSENCE | {"besked": message}))

    running = [row.process for row in world.flow.instances.list(case=HELD[0], limit=None)]
    assert running.count("raadgiver_fravaer") == 2


def test_who_ends_an_absence_that_another_window_has_ended_reads_so_on_the_page(sign_in, world):
    camilla = sign_in("camilla.syd")
    page = camilla.get("/team/raadgivere/camilla.syd/fravaer")
    away = camilla.press(page, "meld", sag=[], fra="27.03.2026", til="03.04.2026")
    form = away.one("//form[@data-once][contains(@action, '/stedfortraedere/slut')]")

    first, second = (camilla.submit(away, form) for _ in range(2))

    assert "Camilla Noer er tilbage." in first.text
    assert (
        second.status == 200
        and "Fraværet er ændret imens: Camilla Noer. Se, hvad der står nu." in second.text
    )
    assert camilla.post("/stedfortraedere/slut", {"person": "omar.syd"}).status == 403


def test_a_case_whose_flow_is_suspended_says_what_to_do_about_its_deputys_last_day(sign_in, world):
    leader, flow = sign_in("else.syd"), world.flow
    leader.press(leader.get("/team/raadgivere/camilla.syd/fravaer"), "meld", **ABSENCE)
    suspended, _ = [row.id for row in flow.instances.list(limit=None) if row.process == "raadgiver_fravaer"]
    flow.instances.suspend(suspended, reason="Vent.", actor=SYSTEM)

    told = leader.press(
        leader.get("/team/raadgivere/camilla.syd/fravaer/2026-04-03"), "ret", til="10.04.2026"
    )

    assert told.text.count(": Stedfortræderen har stadig den gamle sidste dag") == 1
    flow.instances.resume(suspended, reason="Videre.", actor=SYSTEM)
    again = leader.press(
        leader.get("/team/raadgivere/camilla.syd/fravaer/2026-04-03"), "ret", til="10.04.2026"
    )
    assert "Sidste fraværsdag er rettet: Camilla Noer." in again.text
    assert "gamle sidste dag" not in again.text
    [row] = flow.absences.of(flow.people.actor("camilla.syd"))
    assert (row.last, list(row.cases)) == (dt.date(2026, 4, 10), HELD)


@pytest.mark.parametrize("first", ["30.03.2026", "27.03.2026"], ids=["announced", "under way"])
def test_a_case_whose_flow_is_suspended_says_what_to_do_about_a_deputy_who_was_to_go(sign_in, world, first):
    leader, flow = sign_in("else.syd"), world.flow
    page = leader.get("/team/raadgivere/camilla.syd/fravaer")
    leader.press(page, "meld", **{**ABSENCE, "fra": first})
    world.go_to(world.flow.clock.now())
    suspended, _ = [row.id for row in flow.instances.list(limit=None) if row.process == "raadgiver_fravaer"]
    flow.instances.suspend(suspended, reason="Vent.", actor=SYSTEM)
    ends = "//form[@data-once][contains(@action, '/stedfortraedere/slut')]"

    page = leader.get("/stedfortraedere")
    told = leader.submit(page, page.one(ends))

    assert told.text.count(": Stedfortræderen står der stadig, for sagens forløb") == 1
    flow.instances.resume(suspended, reason="Videre.", actor=SYSTEM)
    page = leader.get("/stedfortraedere")
    again = leader.submit(page, page.one(ends))
    assert "står der stadig" not in again.text
    assert flow.absences.of(flow.people.actor("camilla.syd")) == []


def test_a_last_day_that_was_cut_off_in_the_middle_is_changed_in_the_cases_when_it_is_sent_again(
    sign_in, world
):
    leader = sign_in("else.syd")
    reported = leader.get("/team/raadgivere/camilla.syd/fravaer")
    leader.press(reported, "meld", **{**ABSENCE, "fra": "27.03.2026"})
    world.go_to(world.flow.clock.now())
    page = leader.get("/team/raadgivere/camilla.syd/fravaer/2026-04-03")
    days = dt.date(2026, 4, 3), dt.date(2026, 4, 10)
    world.flow.absences.change_last_day("camilla.syd", *days, actor=SYSTEM)

    told = leader.press(page, "ret", til="10.04.2026")

    assert "Sidste fraværsdag er rettet: Camilla Noer." in told.text
    for case in HELD:
        [absence] = world.flow.user_tasks._transactions.read(partial(records, entity="Fravaer", case=case))
        assert absence.open["til"] == dt.date(2026, 4, 10)
    again = leader.press(page, "ret", til="10.04.2026")
    assert "Fraværet er ændret imens: Camilla Noer." in again.text
