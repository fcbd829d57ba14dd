"""Twelve tasks of somebody's first hour, tried by the words on the pages, with every click counted.

The test fails when one needs more than four clicks. What it counted is written down in docs/usability.md,
which is compared with what this test did; with FLOWCASE_WRITE=1 in the environment it is written anew.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.test_browser import sign_in
from tests.web.waiting import follow
from tests.web.world import PEOPLE, World

pytestmark = pytest.mark.browser

MOST_CLICKS = 4
TOLD = Path(__file__).parents[2] / "docs/usability.md"


@dataclass
class Tried:
    """One task: what was pressed, in the words that stand there, and how many fields were filled in."""

    page: Page
    pressed: list[str] = field(default_factory=list)
    answers: int = 0

    def press(self, words: str, *, within: str = "body") -> None:
        """A link, a button, or something that unfolds."""
        target = self.page.locator(within).locator("a, button, summary").filter(has_text=words, visible=True)
        self._click(target.first, words)

    def _click(self, target: Locator, words: str) -> None:
        follow(self.page, target)
        self.pressed.append(words)

    def answer(self, name: str, value: str) -> None:
        """A field of a form: typed, chosen from a list, or ticked."""
        asked = self.page.locator(f"[name='{name}']")
        if asked.first.get_attribute("type") == "radio":
            asked.and_(self.page.locator(f"[value='{value}']")).check(force=True)
        elif asked.first.evaluate("field => field.tagName") == "SELECT":
            asked.first.select_option(label=value)
        else:
            asked.first.fill(value)
        self.answers += 1

    def sees(self, words: str, *, within: str = "main") -> None:
        expect(self.page.locator(within).first).to_contain_text(words)


# --- the tasks: each begins on the list of one's tasks --------------------------------------------


def _open_what_is_due_first(tried: Tried, world: World) -> None:
    first = tried.page.locator("tbody tr").first.locator("td:nth-child(2) a")
    tried.press(first.inner_text(), within="tbody")

    open_ones = [row for row in world.flow.inboxes.offered(world.flow.people.actor("karen.fp")) if row.due_at]
    assert tried.page.url.endswith(min(open_ones, key=lambda row: row.due_at).id)


def _see_why_it_is_due_then(tried: Tried, world: World) -> None:
    tried.press("Vurdér risiko", within="tbody")
    tried.press("Hvorfor denne frist?")

    tried.sees("Barnets Lov § 136", within=".fc-deadlines")
    tried.sees("24 timer", within=".fc-deadlines")


def _hand_it_over_to_a_colleague(tried: Tried, world: World) -> None:
    tried.press("Vurdér risiko", within="tbody")
    tried.press("Overdrag til en kollega")
    tried.answer("_overdrag_til", "Jonas Aagaard")
    tried.press("Overdrag", within=".fc-filter-act")

    tried.sees("Opgaver overdraget: 1.")
    assert world.task("vurder").assignee == "jonas.fp"


def _find_who_decided(tried: Tried, world: World) -> None:
    tried.press("SAG-2588", within="tbody")
    tried.press("Historie", within=".fc-jump")

    tried.sees("Karen Bilde", within=".fc-story")
    expect(tried.page.locator("#historie")).to_be_in_viewport()


def _stop_a_consent(tried: Tried, world: World) -> None:
    tried.press("SAG-2570", within="tbody")
    tried.press("Stop samtykket")
    tried.press("Begynd forløbet")
    expect(tried.page.locator("[name=samtykke] option:checked")).not_to_have_text("")
    for name, value in (
        ("aendring", "tilbagekaldt"),
        ("tidspunkt", "27.03.2026 kl. 8.30"),
        ("form", "mundtligt"),
        ("omfang", "Udtalelsen fra skolen."),
        ("naeste_skridt", "intet"),
    ):
        tried.answer(name, value)
    tried.press("Gør opgaven færdig")

    tried.sees("er færdig.")
    consents = world.flow.cases.records("Samtykke", case="SAG-2570")
    [stopped] = [each for each in consents if each["tilbagekaldt"] is not None]
    assert stopped["foranstaltning_id"] is not None  # that to the measure stands first


def _name_a_deputy(tried: Tried, world: World) -> None:
    tried.press("Fravær og stedfortrædere")
    tried.press("Meld mit fravær")
    for name, value in (
        ("fra", "30.03.2026"),
        ("til", "03.04.2026"),
        ("besked", "Ring til skolen."),
        ("familie_informeret", "27.03.2026"),
    ):
        tried.answer(name, value)
    tried.page.locator("[name=stedfortraeder]").select_option("omar.syd")
    tried.answers += 1
    tried.answer("grund", "Ferie")
    tried.press("Meld fravær", within=".fc-buttons")

    tried.sees("Omar Haddad", within="tbody")


def _find_a_case_by_its_code(tried: Tried, world: World) -> None:
    tried.press("Sager", within="nav")
    tried.answer("kode", "2590")
    tried.press("Søg", within="main")
    tried.press("SAG-2590", within="tbody")

    expect(tried.page.locator("h1")).to_have_text("Sag SAG-2590")


def _see_what_is_late_in_the_team(tried: Tried, world: World) -> None:
    tried.press("Mit team", within="nav")
    tried.press("Overskredne opgaver")

    tried.sees("SAG-2593", within="tbody")


def _mention_a_colleague(tried: Tried, world: World) -> None:
    tried.press("Vurdér risiko", within="tbody")
    tried.press("Kollegers brugernavne")
    tried.sees("@jonas.fp", within="#kommentarer")
    tried.answer("_kommentar", "@jonas.fp Har du talt med skolen?")
    tried.press("Gem kommentar")

    tried.sees("Har du talt med skolen?", within=".fc-comments")
    assert world.flow.notices.unread(world.flow.people.actor("jonas.fp")) > 0


def _narrow_the_list(tried: Tried, world: World) -> None:
    tried.answer("soeg", "risiko")
    tried.press("Vis", within="form[role=search]")

    rows = tried.page.locator("tbody tr")
    assert rows.count() > 0
    assert all("Vurdér risiko" in row.inner_text() for row in rows.all())


def _share_a_list(tried: Tried, world: World) -> None:
    tried.press("Gem dette udvalg")
    tried.answer("navn", "Mine risici")
    tried.press("Gem", within=".fc-save form")
    tried.press("Del", within=".fc-saved")
    tried.answer("kollega", "Jonas Aagaard")
    tried.press("Del", within=".fc-buttons")

    tried.sees("Udvalget er delt med Jonas Aagaard.")


def _see_who_has_read_a_case(tried: Tried, world: World) -> None:
    tried.press("Sager", within="nav")
    tried.press("SAG-2588", within="tbody")
    tried.press("Hvem har set sagen")

    tried.sees("Camilla Noer", within="#personer")


@dataclass(frozen=True)
class Task:
    words: str
    person: str
    do: Callable[[Tried, World], None]


TASKS = [
    Task("Open the task that is due first", "karen.fp", _open_what_is_due_first),
    Task("See why it is due at that time", "karen.fp", _see_why_it_is_due_then),
    Task(
        "Comment on it and mention a colleague, whose user name is looked up",
        "karen.fp",
        _mention_a_colleague,
    ),
    Task("Narrow the list to the tasks of one kind by a word", "karen.fp", _narrow_the_list),
    Task("Save a list and share it with a colleague", "karen.fp", _share_a_list),
    Task("Hand it over to a colleague", "karen.fp", _hand_it_over_to_a_colleague),
    Task("Find who decided that a case is examined", "camilla.syd", _find_who_decided),
    Task("Stop a consent that a mother has withdrawn", "camilla.syd", _stop_a_consent),
    Task("Name a deputy for a week's holiday", "camilla.syd", _name_a_deputy),
    Task("Find a child's case by a part of its code", "camilla.syd", _find_a_case_by_its_code),
    Task("See who has read a case", "anders.myn", _see_who_has_read_a_case),
    Task("See what is late in my team", "else.syd", _see_what_is_late_in_the_team),
]


def test_twelve_tasks_of_a_first_hour_need_four_clicks_at_most(open_page: Any, world: World) -> None:
    world.flow.reading_log.note("SAG-2588", page="case", actor=world.flow.people.actor("camilla.syd"))
    page = open_page()
    who, done = "", []

    for task in TASKS:
        if task is TASKS[-1]:
            world.flow.clock.set(world.flow.clock.now() + dt.timedelta(days=400))
            page.context.clear_cookies()
            who = ""
        if task.person != who:
            page.context.clear_cookies()
            sign_in(page, task.person)
            who = task.person
        page.goto("/opgaver")
        tried = Tried(page)
        task.do(tried, world)
        done.append((task, tried))

    assert len(done) == 12
    assert {task.words: len(tried.pressed) for task, tried in done if len(tried.pressed) > MOST_CLICKS} == {}
    told = page_of(done)
    if os.environ.get("FLOWCASE_WRITE"):
        TOLD.write_text(told, "utf-8")
    assert TOLD.read_text("utf-8") == told


def page_of(done: list[tuple[Task, Tried]]) -> str:
    """docs/usability.md: the table and how each was done."""
    return "\n".join(
        [
            "<!-- Written by tests/web/test_first_hour.py with FLOWCASE_WRITE=1; change it there. -->",
            "",
            "# Usability: twelve tasks of a first hour",
            "",
            "Each task is tried by `make test` in a real Chromium, as by somebody who sees the product for "
            "the first time: from the list of one's own tasks, by the Danish words that stand on the pages, "
            f"without knowing an address. More than {MOST_CLICKS} clicks, or an outcome that is not the one "
            "wanted, fail the test. A click is a press on a link, a button or something that unfolds. An "
            "answer is a field that is filled in, whether typed, ticked or chosen from a list: those the "
            "rules ask for, and no click can save them.",
            "",
            "| Task | As | Clicks | Answers | Pressed |",
            "|---|---|---|---|---|",
            *(
                f"| {task.words} | {PEOPLE[task.person][0]} | {len(tried.pressed)} | {tried.answers} | "
                f"{' → '.join(f'»{words}«' for words in tried.pressed)} |"
                for task, tried in done
            ),
            "",
            "An [auditor's ten questions](auditors-questions.md) are tried in the same way; a daily meeting "
            "of ten items takes at most 25 keys and no mouse in `tests/web/test_meeting_in_the_browser.py`; "
            "five whole scenarios are walked by mouse, by keyboard alone and 360 pixels wide by "
            "`make walks-browser`.",
            "",
            "## Pictures that were looked at",
            "",
            "On 29 November 2026 every picture was looked at by eye of the five scenarios (S-01, S-04, S-08, "
            "S-10, S-14) on a phone's width, by keyboard alone and, at half their size, by mouse: fifteen "
            "walks, of the forms, the meeting and the pages on which flows begin.",
            "",
            "Found and mended: the walks on a phone had stopped, because what narrows the inbox is folded "
            "there; the button of the calendar and the warning of a CPR number went away when an answer "
            "brought other fields; *Mere* stood on a line of its own; the longest word of a heading was "
            "cut in two; alerts kept room for an icon that they have not; forms said the name of their "
            "task twice; hints said numbers of rules and a key of a setting; what follows a task was a "
            "chain of questions and commas; a list of sixty recipients was two thousand pixels long; the "
            "drawing of deadlines scrolled sideways. By hand besides, *Det Kreative Råd* from request to "
            "minutes at 1,280 and 360 pixels, a guest's link up to its code, and a deputy whose days end "
            "while they fill in a form: who was invited from outside was not invited; those whom consent "
            "does not cover were not named, or by a user name; a double click on *Gør opgaven færdig* "
            "ended at a refusal; what a deputy had written was gone. *Mine sager* was looked at on both "
            "widths with a deadline far off and overdue: four cases took 1,951 pixels of a phone, and take "
            "1,211 since labels stand beside what they name.",
            "",
            "Seen and left: the time may stand on the line beneath its *kl.*; what follows lists every "
            "combination of answers, also those that lead to the same, and says *sagen* where there is none; "
            "a meeting's page tells when it was planned, not when it was held.",
            "",
            "On 30 November the withdrawal of a consent was walked by keyboard at 1,280 and 360 pixels, in "
            "Danish and English, and a consent that can no longer be chosen. Mended: the first page did not "
            "say which consent is stopped; a long chosen option was cut off in its select on a phone; what "
            "cannot be chosen was pale; *Omfang* did not say what to write.",
            "",
            "On 1 December seventeen more flows were walked to their end 360 pixels wide, by keyboard "
            "alone or by pressing: network meetings and efforts, family meetings, conferences of youths, "
            "the council, referrals, forums, contracts and their breach, mentors, open advice, SSD "
            "meetings, boards, the range of offers, policies and evaluations. Mended: what a finger hits "
            "was 21 to 40 pixels high; the deadline stood beneath the form and the child nowhere; a "
            "committee decided about a case code; 49 of 65 tables that bar a task led to no field; a task "
            "without a deadline took as many lines as one with; a case with 150 comments was twenty-one "
            "thousand pixels long, and is nine.",
            "",
        ]
    )
