"""The rows of the inbox are written by hand: what comes from elsewhere is escaped in each of their cells."""

from __future__ import annotations

import datetime as dt

import pytest
from lxml import html

from flowcase.access.actor import Actor
from flowcase.cases.civil_time import COPENHAGEN as LOCAL
from flowcase.services.tasks.inboxes import UserTaskRow
from flowcase.web.application import routes_only
from flowcase.web.tasks.inbox_rows import InboxRows
from flowcase.web.words.presenting import due_words

NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
EVIL = "<script>&\"'"


def row(**values) -> UserTaskRow:
    known = dict.fromkeys(UserTaskRow._fields)
    known |= {"id": "i1.7", "name": "Ring", "process": "p", "priority": 50, "created_at": NOW}
    known |= {"candidate_groups": [], "candidate_users": [], "status": "open"}
    return UserTaskRow(**{**known, **values})


@pytest.fixture
def written():
    app = routes_only()
    app.config["SERVER_NAME"] = "localhost"

    def written(*rows, groups=("fronten",), may_take=True, ticked=(), meetings=None):
        with app.test_request_context("/"):
            frame = InboxRows(
                Actor("anna", groups=frozenset(groups)),
                now=NOW,
                process_names={"p": EVIL},
                ticked=ticked,
                may_take=may_take,
                meetings=meetings,
            )
            return html.fragments_fromstring(f"<table>{frame.html(rows)}</table>")[0]

    return written


def test_nothing_that_is_shown_becomes_markup(written):
    table = written(row(id="i<1.7", name=EVIL, case_code=EVIL, candidate_groups=[EVIL]))

    assert not table.xpath("//script")
    assert table.xpath("//td[2]/a")[0].text_content() == EVIL
    assert table.xpath("//td[2]/span")[0].text_content() == EVIL
    assert EVIL in table.xpath("//td[3]")[0].text_content()
    assert EVIL in table.xpath("//td[6]")[0].text_content()
    assert table.xpath("//td[2]/a/@href")[0].endswith("/opgaver/i%3C1.7")
    assert table.xpath("//td[7]/button/@formaction")[0].endswith("/opgaver/i%3C1.7/tag")


def test_each_cell_says_what_the_row_has(written):
    own = row(assignee="anna", due_at=NOW - dt.timedelta(days=1), follow_up_at=NOW + dt.timedelta(days=2))
    table = written(own, row(priority=90, id="i2.8"), ticked={"i2.8"})

    first, second = ([cell.text_content().strip() for cell in each] for each in table.xpath("//tr"))
    assert first[2] == "–" and first[5] == "Mig" and first[6] == ""
    assert first[3] == "søn. 1. mar. 2026 kl. 09.00 Overskredet Vises igen ons. 4. mar. 2026"
    assert second[3:6] == ["–", "Høj (90)", "Alle"]
    assert [bool(box.get("checked")) for box in table.xpath("//td[1]//input")] == [False, True]


def test_a_task_of_a_suspended_instance_says_so(written):
    table = written(row(is_suspended=True), row(is_suspended=False))

    first, second = (each.text_content() for each in table.xpath("//td[2]"))
    assert "Forløbet er sat på pause" in first
    assert "sat på pause" not in second


def test_rows_that_say_the_same_say_it_each_with_their_own_case_and_address(written):
    told = row(id="i2.8", name="Skriv", case_code="SAG-1")
    table = written(told, told._replace(id="i3.9", case_code="SAG-2"), row(id="i4.1", process="q"))

    cells = [[each.text_content() for each in of.xpath("td")] for of in table.xpath("//tr")]
    assert [each[2] for each in cells] == ["SAG-1", "SAG-2", "–"]
    assert [each[0] for each in cells] == ["Vælg Skriv SAG-1", "Vælg Skriv SAG-2", "Vælg Ring "]
    assert [each[6] for each in cells] == ["Tag Skriv SAG-1", "Tag Skriv SAG-2", "Tag Ring "]
    assert [EVIL in each[1] for each in cells] == [True, True, False]
    assert [each.rpartition("/")[2] for each in table.xpath("//td[2]/a/@href")] == ["i2.8", "i3.9", "i4.1"]


def test_who_is_offered_it_twice_is_named_once(written):
    table = written(row(candidate_groups=["fronten", "akutvagt", "fronten"]))

    assert table.xpath("//td[6]")[0].text_content().strip() == "Fronten, Akutvagt"


def test_who_may_not_open_the_case_or_take_the_task_gets_neither_link_nor_button(written):
    table = written(row(case_code="SAG-1"), groups=(), may_take=False)

    assert table.xpath("//td[3]/text()") == ["SAG-1"]
    assert not table.xpath("//form")


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("2026-03-27T23:59", "I dag"),
        ("2026-03-28T00:01", "I morgen"),
        ("2026-03-29T12:00", "Denne uge"),
        ("2026-03-30T12:00", ""),
    ],
)
def test_what_is_due_tomorrow_says_so(app, due, said):
    now = dt.datetime(2026, 3, 27, 9, tzinfo=LOCAL)  # a Friday

    with app.test_request_context("/"):
        assert due_words(dt.datetime.fromisoformat(due).replace(tzinfo=LOCAL), now)[1] == said


def test_sunday_evening_says_monday_is_tomorrow(app):
    now = dt.datetime(2026, 3, 29, 20, tzinfo=LOCAL)

    with app.test_request_context("/"):
        assert due_words(now + dt.timedelta(hours=12), now) == ("week", "I morgen")


def test_a_task_outside_of_any_case_says_which_meeting_it_is_about_also_to_who_hears_it(written):
    told = {"i1.7": "Operationel, Skole", "i2.8": EVIL}
    table = written(row(), row(id="i2.8"), row(id="i3.9"), meetings=told)

    cells = [each.text_content() for each in table.xpath("//td[2]")]
    assert [each.endswith(said) for each, said in zip(cells, (*told.values(), EVIL), strict=True)] == [
        True
    ] * 3
    assert cells[2].count(EVIL) == 1  # the name of its flow, and no meeting
    heard = [each.text_content() for each in table.xpath("//td[1]//span[@class='sr-only']")]
    assert heard == ["Vælg Ring Operationel, Skole", f"Vælg Ring {EVIL}", "Vælg Ring "]
    assert "Tag Ring Operationel, Skole" in table.xpath("//td[7]")[0].text_content()
