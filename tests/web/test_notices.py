"""The bell, the list of notices, the choices, the calendar feed, and what a demonstration has sent."""

from __future__ import annotations

import datetime as dt
import re

import icalendar
import pytest

from flowcase import scheduler
from flowcase.access.actor import SYSTEM
from flowcase.cases.entities import ENTITIES
from flowcase.cases.events import NoticeSent
from flowcase.demo import preparing, town
from flowcase.web.tasks.notice_groups import READ_AT_ONCE
from tests.services.diagrams import end, process, start, user_task
from tests.web.world import PASSWORD, PEOPLE


def test_the_bell_says_how_many_are_unread_and_reading_lowers_it(world, sign_in):
    camilla = sign_in("camilla.syd")
    seen = camilla.get("/beskeder")
    before = world.flow.notices.unread(world.flow.people.actor("camilla.syd"))

    row = seen.all("//ul[@class='fc-notices']/li[contains(@class, 'fc-is-unread')]")[0]
    after = camilla.submit(seen, row.xpath(".//form")[0])

    assert before > 0
    assert seen.one("//*[@class='fc-unread']").text_content() == f"{before} ulæste"
    assert world.flow.notices.unread(world.flow.people.actor("camilla.syd")) == before - 1
    assert after.heading == "Mine beskeder"


def test_the_bell_comes_alone_for_pages_that_stay_open(sign_in):
    seen = sign_in("camilla.syd").get("/beskeder/antal")

    assert seen.one("//*[@id='klokke']//a").get("href") == "/beskeder"
    assert not seen.all("//main")


def test_a_notice_opens_its_case(sign_in):
    camilla = sign_in("camilla.syd")
    seen = camilla.get("/beskeder")

    opened = camilla.press(seen, "aabn")

    assert opened.address.startswith("/sager/SAG-")


def test_who_opens_no_cases_is_not_led_to_one_that_a_notice_is_about(world, sign_in):
    world.flow.people.add("vera.udvalg", groups=["visitation_central"], password=PASSWORD, actor=SYSTEM)
    world.flow.instances.start("visitation", {"sag_id": "SAG-2588"}, case="SAG-2588", actor=SYSTEM)
    referral = {"tilbud": "specialundervisning", "henviser": "camilla.syd", "grundlag": "Trivsel."}
    world.complete("henvis", "camilla.syd", "SAG-2588", **referral, foraeldre_tilslutning="ja")

    seen = sign_in("vera.udvalg").get("/beskeder")

    assert "Der er en ny henvisning. SAG-2588" in " ".join(seen.text.split())
    assert "Åbn sagen" not in seen.text


def test_a_notice_of_a_user_task_leads_to_it_until_it_is_done(world, sign_in):
    drawn = process("p", start(), user_task("vurder_nu", assignee="camilla.syd"), end())
    world.flow.deployments.deploy({"p.bpmn": drawn}, actor=SYSTEM)
    instance = world.flow.instances.start("p", {}, actor=SYSTEM)
    camilla, [task] = sign_in("camilla.syd"), world.flow.user_tasks.list(instance=instance)
    to_it = f"//ul[@class='fc-notices']//a[@href='/opgaver/{task.id}']"

    waiting = camilla.get("/beskeder")
    world.flow.user_tasks.complete(task.id, {}, actor=world.flow.people.actor("camilla.syd"))
    over = camilla.get("/beskeder")
    unread = camilla.get("/beskeder?vis=ulaeste")

    assert waiting.one(to_it).text_content() == "vurder_nu"
    assert not over.all(to_it)
    assert "Ikke længere aktuel" in over.text
    assert "vurder_nu" in over.text
    assert "vurder_nu" not in unread.text


def test_a_notice_of_somebody_else_is_not_found(world, sign_in):
    [row, *_] = world.flow.notices.page(world.flow.people.actor("camilla.syd")).rows

    refused = sign_in("granly").post(f"/beskeder/{row.id}")

    assert refused.status == 404


def test_all_are_marked_as_read_at_once(world, sign_in):
    camilla = sign_in("camilla.syd")
    seen = camilla.get("/beskeder")

    after = camilla.submit(seen, seen.one("//form[@action='/beskeder/laest'][not(./input[@name='besked'])]"))

    assert "Alle beskeder er markeret som læst." in after.text
    assert not after.all("//*[@class='fc-unread']")
    assert "Der er ingen ulæste beskeder." in camilla.get("/beskeder?vis=ulaeste").text


def test_a_notice_says_which_deadline_it_is_about_and_when_it_ends(world, sign_in):
    """In words and in either language; which case is the heading that it stands under."""
    due = world.flow.clock.now().replace(year=2027, month=2, day=3, hour=13, minute=5)

    def tell(tx):
        for text, ends in (("frist_paamindelse.T04", due), ("frist_overskredet.T17", None)):
            sent = NoticeSent(
                notice=tx.new_id(),
                kind=text.partition(".")[0],
                text=text,
                groups=(),
                people=("camilla.syd",),
                case="SAG-2601",
                due_at=ends,
            )
            tx.append("installation", sent)

    world.flow.notices._transactions.run(SYSTEM, tell)
    camilla = sign_in("camilla.syd")

    danish, english = camilla.get("/beskeder").text, camilla.get("/beskeder?sprog=en").text

    assert "En frist nærmer sig: »Børnefaglig undersøgelse« (T04), senest 3.2.2027 kl. 14.05." in danish
    assert "En frist er overskredet: »Plan for barnet eller den unge« (T17)." in danish
    assert "A deadline is near: “Examination of the child” (T04), due 3.2.2027 14:05." in english


def test_notices_stand_by_day_and_by_case_the_newest_first(world, sign_in):
    actor = world.flow.people.actor("camilla.syd")
    rows = world.flow.notices.page(actor).rows

    seen = sign_in("camilla.syd").get("/beskeder")

    days = [each.get("datetime")[:10] for each in seen.all("//ul[@class='fc-notices']//time")]
    assert days == sorted(days, reverse=True)
    told = 0
    for section in seen.all("//section[starts-with(@aria-labelledby, 'dag-')]"):
        cases = section.xpath("./div/h3/text()")
        assert len({case.split(" (")[0] for case in cases}) == len(cases)
        told += len(section.xpath(".//ul[@class='fc-notices']/li"))
    assert told == len(rows)


def test_what_was_told_of_a_case_on_a_day_is_marked_as_read_together(world, sign_in):
    flow, actor = world.flow, world.flow.people.actor("camilla.syd")
    for number in range(3):
        flow.comments.add(f"@camilla.syd nr. {number}", case="SAG-2588", actor=flow.people.actor("omar.syd"))
    camilla, before = sign_in("camilla.syd"), flow.notices.unread(actor)
    seen = camilla.get("/beskeder?vis=ulaeste")
    form = next(
        form
        for form in seen.all("//div[@class='fc-notice-group']/form")
        if len(form.xpath("./input[@name='besked']")) >= 3
    )
    number = len(form.xpath("./input[@name='besked']"))

    after = camilla.submit(seen, form)

    assert f"Markér {number} som læst" in form.text_content()
    assert flow.notices.unread(actor) == before - number
    assert after.all("//a[@aria-current='page' and text()='Ulæste']")


def test_opening_a_case_reads_what_stands_with_it(world, sign_in):
    flow, actor = world.flow, world.flow.people.actor("camilla.syd")
    for number in range(2):
        flow.comments.add(f"@camilla.syd nr. {number}", case="SAG-2588", actor=flow.people.actor("omar.syd"))
    camilla, before = sign_in("camilla.syd"), flow.notices.unread(actor)
    seen = camilla.get("/beskeder")
    first = seen.all("//div[@class='fc-notice-group']/form")[0]
    number = len(first.xpath("./input[@name='besked']"))

    opened = camilla.press(seen, "aabn")

    assert number >= 2
    assert opened.address == "/sager/SAG-2588"
    assert flow.notices.unread(actor) == before - number


def test_days_before_the_newest_seven_are_folded_by_month_and_lose_nothing(world, sign_in):
    flow, actor = world.flow, world.flow.people.actor("camilla.syd")
    for number in range(12):
        flow.clock.set(world.flow.clock.now() + dt.timedelta(days=1))
        flow.comments.add(f"@camilla.syd nr. {number}", case="SAG-2588", actor=flow.people.actor("omar.syd"))
    camilla, rows = sign_in("camilla.syd"), flow.notices.page(actor).rows
    before = flow.notices.unread(actor)

    seen = camilla.get("/beskeder")

    main = "//main//section[starts-with(@aria-labelledby, 'dag-')]"
    assert len(seen.all(f"{main}[not(ancestor::details)]")) == READ_AT_ONCE
    folds = seen.all("//details[starts-with(@id, 'maaned-')]")
    assert [each.get("id") for each in folds] == ["maaned-2026-04", "maaned-2026-03"]
    assert all(each.get("open") is None for each in folds)
    assert len(seen.all("//ul[@class='fc-notices']/li")) == len(rows)
    april = folds[0].xpath(".//ul[@class='fc-notices']/li")
    assert f"Ældre fra apr. 2026 ({len(april)}, ulæste: {len(april)})" in folds[0].text_content()

    read = camilla.submit(seen, april[0].xpath(".//form")[0])

    assert flow.notices.unread(actor) == before - 1
    assert [each.get("id") for each in read.all("//details[@open]")] == ["maaned-2026-04"]
    everything = camilla.submit(
        read, read.one("//form[@action='/beskeder/laest'][not(./input[@name='besked'])]")
    )
    assert flow.notices.unread(actor) == 0 and not everything.all("//*[@class='fc-is-unread']")


def test_nobody_marks_what_was_sent_to_others(world):
    flow = world.flow
    camilla, granly = flow.people.actor("camilla.syd"), flow.people.actor("granly")
    before, ids = flow.notices.unread(camilla), [row.id for row in flow.notices.page(camilla).rows]

    flow.notices.mark_several_read(ids, actor=granly)
    flow.notices.mark_several_read(ids, actor=camilla)
    flow.notices.mark_several_read(ids, actor=camilla)

    assert before > 0
    assert flow.notices.unread(camilla) == max(0, before - len(ids))
    assert all(row.is_read for row in flow.notices.page(camilla).rows)


def test_choices_are_kept_and_wrong_ones_come_back_as_they_were_typed(world, sign_in):
    camilla = sign_in("camilla.syd")
    seen = camilla.get("/beskeder/valg")
    form = seen.one("//main//form[.//input[@name='adresse']]")

    refused = camilla.submit(seen, form, adresse="camilla", kl="07:45", omtaler="straks")
    form = refused.one("//main//form[.//input[@name='adresse']]")
    kept = camilla.submit(refused, form, adresse="camilla@kommune.dk")

    assert refused.status == 422
    assert refused.summary == ["Skriv en mailadresse som navn@kommune.dk, eller lad feltet være tomt."]
    assert refused.value("adresse") == "camilla"
    assert "Dine valg er gemt." in kept.text
    assert (kept.value("kl"), kept.value("omtaler")) == ("07:45", "straks")


def test_the_language_of_mails_and_of_the_calendar_is_ones_own_choice_and_danish_without_one(world, sign_in):
    camilla = sign_in("camilla.syd")
    seen = camilla.get("/beskeder/valg")
    form = seen.one("//main//form[.//input[@name='adresse']]")

    refused = camilla.submit(seen, form, adresse="camilla@kommune.dk", kl="07:45", mailsprog="de")
    form = refused.one("//main//form[.//input[@name='adresse']]")
    kept = camilla.submit(refused, form, mailsprog="en", opgaver="straks", frister="straks")

    assert seen.value("mailsprog") == "da"
    assert (refused.status, refused.summary) == (422, ["Vælg en af mulighederne."])
    assert kept.value("mailsprog") == "en" and "Dine valg er gemt." in kept.text
    world.flow.user_tasks.claim(
        world.task("vurder", "SAG-2601").id, actor=world.flow.people.actor("karen.fp")
    )
    said = [each.summary for each in _own_events(world, "camilla.syd")]
    assert said and all(each.startswith(("Deadline: ", "Task", "Meeting")) for each in said), said
    assert any(each.summary.startswith(("Frist: ", "Opgave")) for each in _own_events(world, "karen.fp"))


def _own_events(world, person):
    actor = world.flow.people.actor(person)
    return world.flow.own_calendars.events(actor, address="http://localhost")


def test_the_feed_holds_codes_and_links_and_a_new_address_ends_the_old_one(world, sign_in, stranger):
    vurder = world.task("vurder", "SAG-2601")
    world.flow.user_tasks.claim(vurder.id, actor=world.flow.people.actor("karen.fp"))
    world.flow.cases.set_fact("SAG-2601", "sagsbehandler", "karen.fp", reason="Hun har den.", actor=SYSTEM)
    karen = sign_in("karen.fp")
    seen = karen.get("/beskeder/valg")
    shown = karen.submit(seen, seen.one("//form[@action='/beskeder/kalender']"))
    address = shown.one("//code").text.removeprefix("http://localhost")

    feed = stranger.client.get(address)
    renewed = karen.submit(shown, shown.one("//form[@action='/beskeder/kalender']"))

    assert feed.status_code == 200
    calendar = icalendar.Calendar.from_ical(feed.data)
    said = {str(event["SUMMARY"]) for event in calendar.walk("VEVENT")}
    assert {"Frist: »Vurdering af underretning« (T01), SAG-2601", "Opgave SAG-2601"} <= said
    assert stranger.client.get(address).status_code == 404
    assert stranger.client.get(renewed.one("//code").text.removeprefix("http://localhost")).status_code == 200
    for secret in _confidential(world):
        assert secret not in feed.get_data(as_text=True)


def test_an_unknown_address_of_a_feed_is_not_found(stranger):
    assert stranger.client.get("/kalender/forkert.ics").status_code == 404


def test_no_mail_says_a_word_of_what_is_confidential(world, app):
    """Everybody asks for every mail at once; all confidential texts of the municipality are searched for."""
    flow = world.flow
    everything = dict.fromkeys(flow.notices.chosen(SYSTEM).ways, "straks")
    for person in PEOPLE:
        if person != "skoleportal":
            who = flow.people.actor(person)
            flow.notices.choose(address=f"{person}@kommune.dk", digest_at="07:30", ways=everything, actor=who)
    world.notify("U-9", "SAG-2588", "Noah Elleby", umiddelbar_fare=True)
    world.assess("SAG-2601")
    flow.comments.add("@omar.syd Noah ringede i går", case="SAG-2588", actor=flow.people.actor("camilla.syd"))

    scheduler.run_once(flow)

    sent = [path.read_bytes().decode() for path in (flow.settings.home / "mail").glob("*.eml")]
    assert len(sent) >= 10
    secrets = _confidential(world)
    assert len(secrets) >= 25
    together = "\n".join(sent)
    assert [secret for secret in secrets if secret in together] == []


def test_a_demonstration_shows_what_was_sent_to_who_operates_it_alone(world, sign_in):
    flow = world.flow
    flow.notices.choose(
        address="henrik@kommune.dk", digest_at="07:30", ways={}, actor=flow.people.actor("henrik.vagt")
    )
    world.notify("U-9", "SAG-2588", "Noah Elleby", umiddelbar_fare=True)
    scheduler.run_once(flow)

    seen = sign_in("drift").get("/drift/mails")
    refused = sign_in("camilla.syd").get("/drift/mails")

    assert "Til henrik@kommune.dk" in seen.text
    assert "Umiddelbar fare er meldt".lower() in seen.text.lower()
    assert refused.status == 403


def test_the_first_deployment_of_a_demonstration_is_noted_in_danish(world, sign_in, tmp_path):
    (tmp_path / "foerste.bpmn").write_bytes(process("foerste", start(), user_task("skriv"), end()))

    preparing.deploy_processes(world.flow, tmp_path)

    seen = sign_in("lone.proces").get("/studie/udgaver/foerste.bpmn")
    assert "Processerne, som de følger med flowcase" in seen.text


def test_a_new_demonstration_mails_what_happens_from_now_on_and_not_its_past(world, monkeypatch):
    here = [person for person in town.PEOPLE if person.id in PEOPLE]
    monkeypatch.setattr(town, "PEOPLE", here)
    sent = world.flow.settings.home / "mail"

    preparing._give_addresses(world.flow)
    scheduler.run_once(world.flow)
    of_the_past = list(sent.glob("*.eml"))
    world.notify("U-9", "SAG-2588", "Noah Elleby", umiddelbar_fare=True)
    scheduler.run_once(world.flow)

    assert of_the_past == []
    assert any(b"To: henrik.vagt@kommune.example" in path.read_bytes() for path in sent.glob("*.eml"))


CODE = re.compile(r"[a-z0-9_]+|[A-Z]+-[0-9A-Za-z.-]+")  # of a list, a case or a record


@pytest.fixture(autouse=True)
def _no_limit(app):
    from flowcase.web.limiting import limiter

    limiter.reset()


def _confidential(world) -> set[str]:
    """Every text of class K1 or K2 that is longer than a code."""
    found: set[str] = set()

    def collect(value) -> None:
        if isinstance(value, str) and len(value) > 4 and not CODE.fullmatch(value):
            found.add(value)
        elif isinstance(value, dict):
            for each in value.values():
                collect(each)
        elif isinstance(value, (list, tuple)):
            for each in value:
                collect(each)

    for name, kept in ENTITIES.items():
        confidential = {each.name for each in kept.attributes if str(each.data_class) != "K0"}
        for record in world.flow.cases.records(name):
            collect({key: value for key, value in record.values.items() if key in confidential})
    return found - set(PEOPLE)
