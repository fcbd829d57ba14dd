"""Guest links: one item for somebody invited from outside, as long as a consent covers it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
import os
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from flowcase.access.actor import SYSTEM
from flowcase.access.events import CaseRead, GuestConfirmed, GuestLinkEnded, GuestLinkMade
from flowcase.errors import Conflict, Forbidden, InvalidValues, NotFound, Refused
from flowcase.store.guest_tables import guest_link
from flowcase.store.queries import guest_links as guest_rows
from tests.processes.consents_given import give_consent
from tests.web.conftest import FROM_OUR_PAGE, Visitor
from tests.web.test_accessibility import Checked
from tests.web.test_browser import sign_in as sign_in_there
from tests.web.test_by_tab import reflow, walk
from tests.web.test_meeting_page import CASE, PURPOSE, WORDS, caseworker, planned  # noqa: F401 - a fixture
from tests.web.waiting import width_of
from tests.web.walks.hands import Keyboard

ADDRESS = "pia@ppr.example"
WHEN = r"\w{3}\. \d+\. \w+\.? 2026 kl\. \d\d\.\d\d\."


@dataclasses.dataclass
class Town:
    """A network meeting to which PPR is invited with the mother's consent."""

    world: object
    caseworker: str
    meeting: str
    item: str
    consent: str
    sent: list

    @property
    def flow(self):
        return self.world.flow

    @property
    def actor(self):
        return self.flow.people.actor(self.caseworker)

    def make(self, *, days=7, address=ADDRESS, recipient="ppr", actor=None, item=None):
        until = self.flow.clock.now().date() + dt.timedelta(days=days)
        actor = actor or self.actor
        item = item or self.item
        links = self.flow.guest_links
        return links.make(self.meeting, item, recipient, address=address, until=until, actor=actor)

    def code(self):
        """The one in the mail that was sent last."""
        while self.flow.mails.send_due():
            pass
        return re.search(r"kode er (\d{6})", self.sent[-1].get_content())[1]

    def stop_consent(self):
        """As the process `samtykke_gyldighed` records that it was withdrawn."""
        with_consent = self.flow.cases.records("Samtykkeanmodning", case=CASE)
        (request,) = [each for each in with_consent if each.id == self.consent]

        def work(tx):
            open_work = self.flow.guest_links._open_work(tx, case=CASE)
            open_work.update("Samtykkeanmodning", request.id, {"status": "tilbagekaldt"})

        self.flow.guest_links._transactions.run(SYSTEM, work)

    def events(self, kind):
        told = [row for row in self.flow.history.everything() if row.stream == f"case:{CASE}"]
        return [(row.actor, row.event) for row in told if isinstance(row.event, kind)]


@pytest.fixture
def town(world, caseworker, monkeypatch):  # noqa: F811
    consent = give_consent(world.flow, CASE, "ppr", purpose=PURPOSE)
    meeting = planned(world, caseworker, guests=["ppr"])
    items = world.flow.cases.records("Dagsordenspunkt", case=CASE)
    (item,) = [each.id for each in items if each["moede_id"] == meeting and each["nr"] == 1]
    sent = []
    monkeypatch.setattr(world.flow.mails, "_send", sent.append)
    monkeypatch.setattr(world.flow.guest_links, "_sends_mail", True)
    return Town(world, caseworker, meeting, item, consent, sent)


def confirmed(stranger, town, secret):
    """The guest's browser after the code."""
    asked = stranger.get(f"/gaest/{secret}")
    stranger.submit(asked, asked.one("//form[contains(@action, '/kode')]"))
    page = stranger.get(f"/gaest/{secret}")
    return stranger.submit(page, page.one("//form[.//input[@name='kode']]"), kode=town.code())


def test_the_caseworker_makes_a_link_that_is_shown_once_and_the_guest_sees_the_item_alone(
    sign_in, stranger, town
):
    visitor = sign_in(town.caseworker)
    page = visitor.get(f"/moeder/{town.meeting}")
    form = page.one("//form[contains(@action, '/gaestelink')]")

    made = visitor.submit(page, form, adresse=ADDRESS)

    link = made.one("//input[@id='gaestelink-adresse']").get("value")
    secret = link.rpartition("/")[2]
    assert "Åbent" in made.text and "Ikke set endnu." in made.text
    assert secret not in visitor.get(f"/moeder/{town.meeting}").source
    asked = stranger.get(f"/gaest/{secret}")
    assert asked.heading == "Bekræft, at det er dig"
    assert (
        "p…@ppr.example" in asked.text and ADDRESS not in asked.source and "Skolefravær" not in asked.source
    )
    shown = confirmed(stranger, town, secret)
    assert shown.heading == "Netværksmøde"
    assert WORDS in shown.text and "Hvem følger ham om morgenen?" in shown.text
    for kept in ("Fritidspas", CASE, "Skolens bibliotek", "Mor Kastbjerg"):
        assert kept not in shown.source
    assert re.search(f"Set {WHEN}", visitor.get(f"/moeder/{town.meeting}").text)


def test_a_link_is_made_by_sending_its_form_and_never_by_loading_its_page_again(sign_in, world, town):
    visitor = sign_in(town.caseworker)
    page = visitor.get(f"/moeder/{town.meeting}")
    other = planned(world, town.caseworker, guests=["ppr"])

    sent = {**dict(page.one("//form[contains(@action, '/gaestelink')]").form_values()), "adresse": ADDRESS}
    answer = visitor.client.post(f"/moeder/{town.meeting}/gaestelink", data=sent, headers=FROM_OUR_PAGE)
    elsewhere = visitor.get(f"/moeder/{other}")
    first, again = (visitor.get(answer.location.partition("#")[0]) for _ in range(2))

    assert answer.status_code == 303
    assert re.fullmatch(rf"/moeder/{town.meeting}\?vis=[0-9a-f]{{16}}#gaestelink", answer.location)
    assert not elsewhere.all("//*[@id='gaestelink']")
    assert first.one("//input[@id='gaestelink-adresse']").get("value").startswith("http://localhost/gaest/")
    assert not again.all("//*[@id='gaestelink']")
    assert len(town.events(GuestLinkMade)) == 1


def test_of_two_links_to_one_item_each_tells_when_it_was_used(sign_in, stranger, town):
    first, second = town.make(), town.make()

    confirmed(stranger, town, second)
    at = town.flow.clock.now()
    town.flow.clock.set(at + dt.timedelta(minutes=5))
    stranger.get(f"/gaest/{second}")

    links = town.flow.guest_links.of_meeting(town.meeting, actor=town.actor)
    made = [event.link for _, event in town.events(GuestLinkMade)]
    told = {each.id: list(each.read_at) for each in links}
    assert told == {made[0]: [], made[1]: [at, at + dt.timedelta(minutes=5)]}
    page = sign_in(town.caseworker).get(f"/moeder/{town.meeting}")
    assert page.text.count("Ikke set endnu.") == 1
    assert re.search(f"Set 2 gange, senest {WHEN}", page.text)
    assert stranger.get(f"/gaest/{first}").heading == "Bekræft, at det er dig"
    assert town.flow.altered_rows.find(casework=True) == []


def test_every_reading_is_in_the_history_with_who_and_in_the_log_of_disclosures(stranger, town):
    secret = town.make()

    confirmed(stranger, town, secret)
    stranger.get(f"/gaest/{secret}")

    ((by, made),) = town.events(GuestLinkMade)
    assert (by, made.recipient, made.item, made.grounds) == (
        town.caseworker,
        "ppr",
        town.item,
        (town.consent,),
    )
    looks = [(who, event.link) for who, event in town.events(CaseRead) if event.page == "guest"]
    assert looks == [("gaest:ppr", made.link)] * 2
    assert [event.is_right for _, event in town.events(GuestConfirmed)] == [True]
    (logged,) = [
        each for each in town.flow.cases.records("Videregivelse", case=CASE) if each["opgave"] == town.item
    ]
    assert (logged["til"], logged["grundlag"], logged["status"]) == (["ppr"], town.consent, "vist")


def test_a_guest_is_called_as_people_do_in_the_history_and_among_those_who_looked(sign_in, stranger, town):
    confirmed(stranger, town, town.make())
    visitor = sign_in(town.caseworker)

    story = visitor.get(f"/sager/{CASE}?alt=1")
    looks = visitor.get(f"/revision/sager/{CASE}/set")

    assert "Gæsten PPR tastede en kode, som var rigtig." in story.text
    assert "Gav PPR et link til ét punkt på et møde" in story.text
    assert "gæst (PPR)" in looks.text
    assert "gaest" not in story.one("//main").text_content() + looks.one("//main").text_content()


def test_an_item_without_words_is_offered_and_shown_in_words(sign_in, stranger, town):
    def wordless(tx):
        work = town.flow.guest_links._open_work(tx, case=CASE)
        work.update("Dagsordenspunkt", town.item, {"emne": None, "opgave": None})

    town.flow.guest_links._transactions.run(SYSTEM, wordless)

    offered = sign_in(town.caseworker).get(f"/moeder/{town.meeting}").one("//select[@name='punkt']")
    shown = confirmed(stranger, town, town.make())

    assert "None" not in offered.text_content()
    assert f"1. Barnet i {CASE}" in offered.text_content()
    assert "Der er ikke skrevet noget om punktet endnu." in shown.text


def test_a_consent_that_is_stopped_closes_the_link_at_once_and_a_new_one_does_not_open_it_again(
    sign_in, stranger, town
):
    secret = town.make()
    assert confirmed(stranger, town, secret).heading == "Netværksmøde"

    town.stop_consent()

    closed = stranger.get(f"/gaest/{secret}")
    assert (closed.status, closed.heading) == (404, "Linket virker ikke")
    assert "Skolefravær" not in closed.source
    page = sign_in(town.caseworker).get(f"/moeder/{town.meeting}")
    assert "Standset" in page.text and "Samtykket dækker det ikke længere" in page.text
    give_consent(town.flow, CASE, "ppr", purpose=PURPOSE)
    assert stranger.get(f"/gaest/{secret}").status == 404


def test_it_closes_when_its_time_is_over_when_it_is_ended_and_when_the_item_or_the_meeting_falls(
    stranger, sign_in, town
):
    ended, lasting = town.make(), town.make(days=1)
    visitor = sign_in(town.caseworker)
    page = visitor.get(f"/moeder/{town.meeting}")

    visitor.submit(page, page.all("//form[contains(@action, '/luk')]")[0])

    assert stranger.get(f"/gaest/{ended}").status == 404
    assert len(town.events(GuestLinkEnded)) == 1
    assert stranger.get(f"/gaest/{lasting}").status == 200
    town.flow.clock.set(town.flow.clock.now() + dt.timedelta(days=2))
    assert stranger.get(f"/gaest/{lasting}").status == 404


def test_it_closes_when_who_made_it_has_left_and_colleagues_see_where_its_codes_go(sign_in, stranger, town):
    secret = town.make(address="eget@privat.dk")
    confirmed(stranger, town, secret)
    shown = sign_in(town.caseworker).get(f"/moeder/{town.meeting}").text
    assert "Koden sendes til eget@privat.dk." in shown

    town.flow.people.deactivate(town.caseworker, actor=SYSTEM)

    assert stranger.get(f"/gaest/{secret}").status == 404
    with pytest.raises(NotFound):
        town.flow.guest_links.send_code(secret)


def test_it_closes_when_the_meeting_is_cancelled(stranger, town):
    secret = town.make()

    town.world.complete(
        "afhold", town.caseworker, CASE, forloeb="aflyst", aflyst_af="indkalder", aflyst_begrundelse="Sygdom"
    )

    assert stranger.get(f"/gaest/{secret}").status == 404


def test_a_wrong_code_shows_nothing_and_too_many_lock_the_link(stranger, town):
    secret = town.make()
    links = town.flow.guest_links
    links.send_code(secret)
    right = town.code()
    wrong = f"{(int(right) + 1) % 10**6:06}"
    page = stranger.get(f"/gaest/{secret}")

    refused = stranger.submit(page, page.one("//form[.//input[@name='kode']]"), kode=wrong)

    assert refused.status == 422 and "Koden er forkert eller for gammel." in refused.text
    assert "Skolefravær" not in refused.source
    for _ in range(4):
        assert links.confirm(secret, wrong) is None
    assert links.confirm(secret, right) is None  # five wrong ones, and the code is worth nothing
    for _ in range(3):
        town.flow.clock.set(town.flow.clock.now() + dt.timedelta(minutes=2))
        links.send_code(secret)
        wrong = f"{(int(town.code()) + 1) % 10**6:06}"
        for _ in range(5):
            links.confirm(secret, wrong)
    with pytest.raises(NotFound):
        links.send_code(secret)
    assert stranger.get(f"/gaest/{secret}").status == 404
    assert town.flow.altered_rows.find(casework=True) == []


def test_a_code_counts_once_for_ten_minutes_and_only_the_last_one(town):
    secret = town.make()
    links = town.flow.guest_links
    links.send_code(secret)
    first = town.code()
    with pytest.raises(Conflict):
        links.send_code(secret)  # one a minute
    town.flow.clock.set(town.flow.clock.now() + dt.timedelta(minutes=2))
    links.send_code(secret)
    second = town.code()

    assert first == second or links.confirm(secret, first) is None
    assert links.confirm(secret, f" {second[:3]} {second[3:]}")
    assert links.confirm(secret, second) is None
    town.flow.clock.set(town.flow.clock.now() + dt.timedelta(minutes=2))
    links.send_code(secret)
    late = town.code()
    town.flow.clock.set(town.flow.clock.now() + dt.timedelta(minutes=10))
    assert links.confirm(secret, late) is None


def test_the_mail_says_the_code_and_nothing_of_the_case(town):
    town.flow.guest_links.send_code(town.make())

    town.code()

    (message,) = town.sent
    said = email.message_from_bytes(message.as_bytes(), policy=email.policy.default).as_string()
    assert message["To"] == ADDRESS and message["Subject"] == "flowcase: din engangskode"
    for kept in (CASE, "Skolefravær", "/gaest/", "ppr,", "Netværksmøde"):
        assert kept not in said


def test_the_mail_is_in_the_language_in_which_the_guest_reads_the_page(stranger, town):
    asked = stranger.get(f"/gaest/{town.make()}?sprog=en")

    stranger.submit(asked, asked.one("//form[contains(@action, '/kode')]"))
    while town.flow.mails.send_due():
        pass

    (message,) = town.sent
    assert message["Subject"] == "flowcase: your one-time code"
    assert re.match(r"Your one-time code is \d{6}\n\nIt holds for 10 minutes", message.get_content())


def test_address_secret_and_code_are_nowhere_in_the_clear(town):
    secret = town.make()
    town.flow.guest_links.send_code(secret)

    with town.flow.store.reading(town.flow.clock.now()) as tx:
        (row,) = tx.rows(select(guest_link))
    kept = repr(tuple(row))
    assert secret not in kept and ADDRESS not in kept
    assert town.code() not in kept


def test_only_who_is_close_to_the_case_makes_links_and_only_where_consent_opens_the_item(
    world, stranger, town
):
    for stranger_to_case in ("karen.fp", "peter.nord", "granly", "vera.revisor"):
        with pytest.raises((Forbidden, NotFound)):
            town.make(actor=world.flow.people.actor(stranger_to_case))
    with pytest.raises(NotFound):
        town.make(recipient="skole")  # not invited
    for wrong in ({"address": "ingen"}, {"days": -1}, {"address": "a@b.dk\nBcc: x@y.dk"}):
        with pytest.raises(InvalidValues):
            town.make(**wrong)
    town.stop_consent()
    with pytest.raises(Refused) as refused:
        town.make()
    assert refused.value.rules == ("R-080",)


def test_it_does_not_outlast_the_consent(town):
    last = town.flow.clock.now().date() + dt.timedelta(days=3)
    (answer,) = [
        each
        for each in town.flow.cases.records("Samtykke", case=CASE)
        if each["anmodning_id"] == town.consent
    ]

    def work(tx):
        town.flow.guest_links._open_work(tx, case=CASE).update("Samtykke", answer.id, {"gyldigt_til": last})

    town.flow.guest_links._transactions.run(SYSTEM, work)

    with pytest.raises(InvalidValues):
        town.make(days=4)
    assert town.make(days=3)


def test_nothing_else_is_reachable_and_guessing_is_braked(stranger, app, town):
    secret = town.make()
    confirmed(stranger, town, secret)

    for path in (f"/moeder/{town.meeting}", f"/sager/{CASE}", "/opgaver", "/moeder"):
        assert stranger.get(path).heading.startswith("Log på")
    answers = [stranger.client.get(f"/gaest/gaet-{number}").status_code for number in range(31)]
    assert answers[:30] == [404] * 30 and answers[30] == 429


def test_another_browser_has_to_confirm_for_itself_and_half_an_hour_later_so_has_this_one(
    app, stranger, town
):
    secret = town.make()
    confirmed(stranger, town, secret)

    assert Visitor(app).get(f"/gaest/{secret}").heading == "Bekræft, at det er dig"
    town.flow.clock.set(town.flow.clock.now() + dt.timedelta(minutes=31))
    assert stranger.get(f"/gaest/{secret}").heading == "Bekræft, at det er dig"


@pytest.mark.browser
def test_a_double_click_and_a_reload_make_one_link(open_page, town):
    page = open_page()
    sign_in_there(page, town.caseworker)
    page.goto(f"/moeder/{town.meeting}")
    page.get_by_text("Lav et gæstelink").click()
    page.fill("#gl-adresse", ADDRESS)

    page.get_by_role("button", name="Lav linket").dblclick()
    expect(page.locator("#gaestelink-adresse")).to_be_visible()

    expect(page.locator("#gaestelink")).to_be_focused()
    page.reload()
    assert page.locator("#gaestelink-adresse").count() == 0
    page.go_back()
    page.wait_for_selector("#gaestelinks")
    assert page.locator("#gaestelink-adresse").count() == 0
    assert len(town.events(GuestLinkMade)) == 1


@pytest.mark.browser
@pytest.mark.parametrize("width", [1200, 360])
def test_a_guest_gets_there_by_keys_alone_and_axe_finds_nothing_on_the_way(open_page, town, width, tmp_path):
    page = open_page(width=width)
    page.emulate_media(reduced_motion="reduce")
    seen, keys = Checked(page), Keyboard(page)
    secret = town.make()

    seen.visit(f"/gaest/{secret}", "before the code")
    wrong = walk(page) + reflow(page)
    keys.press(page.locator("form[action$='/kode'] button"))
    page.wait_for_selector("#kode")
    seen.check("code asked for")
    keys.type(page.locator("#kode"), "12")
    keys.press(page.locator("form:has(#kode) button"))
    page.wait_for_selector("#fejl")
    seen.check("wrong code")
    wrong += walk(page) + reflow(page)
    keys.type(page.locator("#kode"), town.code())
    keys.press(page.locator("form:has(#kode) button"))
    page.wait_for_selector("#punkt")
    seen.check("the item")
    wrong += walk(page) + reflow(page)
    assert wrong == []
    if (folder := os.environ.get("FLOWCASE_SHOTS")) is not None:
        page.screenshot(path=f"{folder}/guest-{width}.png", full_page=True)
    town.stop_consent()
    seen.visit(f"/gaest/{secret}", "closed")
    sign_in_there(page, town.caseworker)
    seen.visit(f"/moeder/{town.meeting}", "links of a meeting")
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    seen.check("making a link")
    if folder is not None:
        page.screenshot(path=f"{folder}/meeting-{width}.png", full_page=True)

    assert seen.violations == []
    assert width_of(page) <= width


def test_who_has_confirmed_and_sends_the_code_again_goes_on_to_the_item(stranger, town):
    secret = town.make()
    asked = stranger.get(f"/gaest/{secret}")
    stranger.submit(asked, asked.one("//form[contains(@action, '/kode')]"))
    page = stranger.get(f"/gaest/{secret}")
    form, code = page.one("//form[@data-once][.//input[@name='kode']]"), town.code()

    first, again = (stranger.submit(page, form, kode=code) for _ in range(2))

    assert WORDS in first.text and WORDS in again.text
    assert [event.is_right for _, event in town.events(GuestConfirmed)] == [True]


def test_whose_link_has_sent_all_its_codes_is_told_whom_to_ask_and_not_to_wait(stranger, town, monkeypatch):
    monkeypatch.setattr("flowcase.services.meetings.guest_links.MOST_CODES", 1)
    secret = town.make()
    asked = stranger.get(f"/gaest/{secret}")
    form = asked.one("//form[contains(@action, '/kode')]")
    stranger.submit(asked, form)
    town.flow.clock.set(town.flow.clock.now() + dt.timedelta(minutes=20))

    later = stranger.submit(asked, form)

    assert later.status == 409 and "Vent et minut" not in later.text
    assert "Kontakt den rådgiver, som gav dig det, hvis du skal bruge et nyt." in later.text
    assert not stranger.get(f"/gaest/{secret}").all("//form[contains(@action, '/kode')]")


def test_a_link_that_another_window_ended_a_moment_ago_ends_once(town, monkeypatch):
    town.make()
    links, read = town.flow.guest_links, guest_rows.link
    (link,) = links.of_meeting(town.meeting, actor=town.actor)
    answers = iter([links._transactions.read(lambda tx: read(tx, link.id))])  # before the other one waited
    links.end(link.id, actor=town.actor)

    monkeypatch.setattr(guest_rows, "link", lambda tx, id: next(answers, None) or read(tx, id))
    links.end(link.id, actor=town.actor)

    assert len(town.events(GuestLinkEnded)) == 1
    assert town.flow.altered_rows.find(casework=True) == []


def test_no_link_lasts_until_the_end_of_the_calendar(sign_in, town):
    visitor = sign_in(town.caseworker)
    page = visitor.get(f"/moeder/{town.meeting}")

    refused = visitor.submit(
        page, page.one("//form[contains(@action, '/gaestelink')]"), adresse=ADDRESS, til="31.12.9999"
    )

    assert refused.status == 422 and "ikke senere end samtykket gælder" in refused.text
