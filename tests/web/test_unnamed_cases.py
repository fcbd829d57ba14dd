"""Whose an anonymous meeting is, nobody outside learns from lists, filters, the API, mails or calendars."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.services.entitled.meeting_parts import is_unnamed
from flowcase.services.tasks.asked import Asked
from flowcase.services.tasks.inboxes import Order
from flowcase.store.queries.task_lists import Place
from tests.web.test_api import Program
from tests.web.test_meeting_page import (  # noqa: F401 - fixtures
    CASE,
    caseworker,
    hold,
    outsiders,
    planned,
)

NOBODYS = "SAG-9999"
NAME = "Følg op på aftalen"


@pytest.fixture
def anonymous(world, caseworker, outsiders):  # noqa: F811
    """A psychologist of PPR coordinates an agreement of an anonymous meeting; returns the user task."""
    planned(world, caseworker, guests=["ppr"], is_anonymous=True)
    hold(world, caseworker, coordinator="pia.ppr")
    return world.task("foelg_op", CASE)


def rows_of(page):
    return [each.text_content().strip() for each in page.all("//main//a[starts-with(@href, '/opgaver/')]")]


def without(page, *codes):
    """What a page says, but for what was asked, what is new on each page, and the codes."""
    said = re.sub(r'(nonce|value|content|data-token|data-etag)="[^"]*"', "", page.source)
    for code in codes:
        said = said.replace(code, "").replace(code.lower(), "")
    return re.sub(r"[0-9a-f]{20,}", "", said)


@pytest.mark.parametrize("narrowed", ["sag=", "soeg="])
@pytest.mark.parametrize("where", ["/opgaver", "/opgaver/nu"])
def test_a_list_narrowed_to_its_case_is_the_same_as_one_of_a_case_that_is_nobodys(
    sign_in, anonymous, where, narrowed
):
    outsider = sign_in("pia.ppr")

    of_the_case, of_none = (outsider.get(f"{where}?{narrowed}{code}") for code in (CASE, NOBODYS))

    assert NAME not in of_the_case.source
    assert without(of_the_case, CASE, NOBODYS) == without(of_none, CASE, NOBODYS)


def test_it_is_found_by_its_own_words(sign_in, anonymous):
    page = sign_in("pia.ppr").get("/opgaver?soeg=aftalen")

    assert NAME in page.source and CASE not in page.source
    assert NAME not in sign_in("pia.ppr").get(f"/opgaver?soeg=aftalen+{CASE}").source


@pytest.mark.parametrize("order", ["sag", "trin", "status", "raadgiver", "distrikt", "team"])
def test_a_list_is_not_sorted_by_what_its_reader_is_not_told(sign_in, world, anonymous, order):
    outsider = sign_in("pia.ppr")

    page = outsider.get(f"/opgaver?sorter={order}")

    assert NAME in page.source and CASE not in page.source
    assert order not in [each.get("value") for each in page.all("//select[@name='sorter']/option[@selected]")]
    actor = world.flow.people.actor("pia.ppr")
    assert world.flow.inboxes.order(actor, Asked(order=Order.CASE)) is Order.DUE


@pytest.mark.parametrize("way", ["page", "shown"])
def test_a_list_tells_its_reader_no_more_by_a_place_than_by_itself(world, anonymous, way):
    rows = getattr(world.flow.inboxes, way)
    outsider = world.flow.people.actor("pia.ppr")
    behind, ahead = (Place(code, world.flow.clock.now(), "") for code in (NOBODYS, "A"))
    whole = rows(outsider, Asked())

    assert [row.case_code for row in whole.rows if row.id == anonymous.id] == [None]
    assert rows(outsider, Asked(order=Order.CASE), after=behind) == whole
    assert rows(outsider, Asked(order=Order.CASE), before=ahead) == whole
    assert rows(outsider, Asked(case=CASE)).rows == rows(outsider, Asked(words=CASE)).rows == []


def test_those_whose_case_it_is_find_and_sort_it_as_ever(sign_in, world, caseworker, outsiders):  # noqa: F811
    planned(world, caseworker, guests=["ppr"], is_anonymous=True)
    hold(world, caseworker, coordinator=caseworker)
    insider = sign_in(caseworker)

    for asked in (f"sag={CASE}", f"soeg={CASE}", "sorter=sag"):
        page = insider.get(f"/opgaver?vis=mine&{asked}")
        assert NAME in page.source and CASE in page.source, asked


def test_an_outsider_finds_what_is_not_anonymous_by_its_code(sign_in, world, caseworker, outsiders):  # noqa: F811
    planned(world, caseworker, guests=["ppr"])
    hold(world, caseworker, coordinator="pia.ppr")
    outsider = sign_in("pia.ppr")

    assert NAME in outsider.get(f"/opgaver?sag={CASE}").source
    assert NAME in outsider.get(f"/opgaver?soeg={CASE.lower()}").source
    assert world.flow.inboxes.order(world.flow.people.actor("pia.ppr"), Asked(order=Order.CASE)) is Order.CASE


def test_the_api_names_it_neither_in_a_list_nor_by_itself_nor_by_a_search(app, world, anonymous):
    program = Program(app, world.flow.people.new_token("pia.ppr", actor=SYSTEM))

    listed = program.get("/api/user-tasks").get_json()
    got = program.get(f"/api/user-tasks/{anonymous.id}")
    sought = program.get(f"/api/user-tasks?words={CASE}")
    told = [program.get(f"/api/{each}") for each in (f"cases/{CASE}", f"cases/{CASE}/history", "history")]

    assert [row["case_code"] for row in listed if row["id"] == anonymous.id] == [None]
    assert (got.status_code, got.get_json()["case_code"]) == (200, None)
    assert CASE not in got.get_data(as_text=True)
    assert sought.get_json() == []
    assert all(answer.status_code in (403, 404) for answer in told)


def test_the_calendar_of_its_coordinator_names_no_case(stranger, world, anonymous):
    actor = world.flow.people.actor("pia.ppr")
    secret = world.flow.notices.new_feed(actor=actor)

    feed = stranger.client.get(f"/kalender/{secret}.ics").get_data(as_text=True)

    assert "SUMMARY:Frist: »Aftale« (T20)" in feed and f"opgave-{anonymous.id}" in feed
    assert CASE not in feed


@pytest.mark.parametrize("way", ["straks", "samlet"])
def test_neither_the_list_of_notices_nor_a_mail_names_it(sign_in, world, anonymous, monkeypatch, way):
    flow, sent = world.flow, []
    actor = flow.people.actor("pia.ppr")
    monkeypatch.setattr(flow.mails, "_send", sent.append)
    ways = dict.fromkeys(flow.notices.chosen(actor).ways, way)
    flow.notices.choose(address="pia@ppr.example", digest_at="08:00", ways=ways, actor=actor)

    world.go_to(dt.datetime(2026, 4, 23, 7, tzinfo=dt.UTC))  # the agreement is due on the 20th
    flow.mails.sort_waiting()
    world.go_to(dt.datetime(2026, 4, 24, 9, tzinfo=dt.UTC))
    while flow.mails.send_due():
        pass
    page = sign_in("pia.ppr").get("/beskeder")

    told = [str(each) for each in sent if "pia@ppr.example" in each["To"]]
    assert told and page.all("//ul[@class='fc-notices']/li")
    assert CASE not in "".join(told) and CASE not in page.source
    [notice, *_] = flow.notices.page(actor).rows
    assert flow.notices.mark_read(notice.id, actor=actor).case_code is None


def test_a_council_names_no_case_until_it_is_settled_on_what_footing_it_sits(
    sign_in,
    world,
    caseworker,  # noqa: F811
    outsiders,  # noqa: F811
):
    """*Saml deltagerlisten* comes before consent is asked for: without it the council sits anonymously."""
    asked = {"sag_id": CASE, "paataenkt": "plejefamilie", "trin_af": 4}
    world.flow.instances.start("kreativt_raad", asked, case=CASE, actor=SYSTEM)
    task, leader = world.task("saml_deltagere", CASE), sign_in("dorte.skole")

    pages = [leader.get(each) for each in ("/opgaver", f"/opgaver/{task.id}", f"/opgaver?sag={CASE}")]

    assert [page.status for page in pages] == [200] * 3
    assert task.name in pages[0].source and task.name in pages[1].source
    assert task.name not in pages[2].source
    assert all(CASE not in page.source for page in pages[:2])
    assert CASE in sign_in(caseworker).get(f"/opgaver/{task.id}").source


@pytest.mark.parametrize(
    ("kind", "is_anonymous", "is_kept"),
    [
        ("kreativt_raad", None, True),
        ("kreativt_raad", True, True),
        ("kreativt_raad", False, False),
        ("netvaerksmoede", None, False),
        ("netvaerksmoede", True, True),
    ],
)
def test_a_meeting_is_unnamed_when_it_is_anonymous_and_a_council_until_that_is_known(
    kind, is_anonymous, is_kept
):
    assert is_unnamed(SimpleNamespace(open={"slags": kind, "anonymt": is_anonymous})) is is_kept
