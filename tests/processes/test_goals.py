"""What becomes of the goals of a plan: follow-ups tell how far they are, later plans keep or replace them."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.handlers.goals import set_goals, tell_of_goals

CASE = "S1"
SCHOOL = {
    "omraade": "skole",
    "maal": "Kommer i skole hver dag",
    "tegn": "Mødeprotokol",
    "maaldato": dt.date(2026, 9, 1),
}
CLUB = {
    "omraade": "fritid",
    "maal": "Går i klub",
    "tegn": "Klubben siger det",
    "maaldato": dt.date(2026, 6, 1),
}


@pytest.fixture
def story(town):
    story = town("2026-03-02T06:00")
    story.open_case(CASE, team="familieteam_syd", sagsbehandler="CW-07", status="foranstaltning")
    return story


def work(story, act):
    journal = story.flow.journal
    journal._transactions.run(SYSTEM, lambda tx: act(journal._open_work(tx, case=CASE)))


def approve(story, *rows, on):
    work(story, lambda case: set_goals(case, CASE, "plan", rows, on))


def goals(story):
    found = story.flow.cases.records("Maal", case=CASE)
    return sorted((each["maal"], each["status"], each["maaldato"]) for each in found)


def test_a_follow_up_says_how_far_each_goal_is(story):
    approve(story, SCHOOL, CLUB, on=dt.date(2026, 3, 2))

    said = [
        {"maal": "kommer i skole  hver dag", "status": "naaet"},  # as somebody may have typed it anew
        {"maal": "Går i klub", "status": "paa_vej"},
        {"maal": "Et mål, som planen ikke har", "status": "naaet"},
    ]
    work(story, lambda case: tell_of_goals(case, CASE, said))

    assert goals(story) == [
        ("Går i klub", "paa_vej", dt.date(2026, 6, 1)),
        ("Kommer i skole hver dag", "naaet", dt.date(2026, 9, 1)),
    ]


def test_a_later_plan_keeps_a_goal_once_and_replaces_what_it_leaves_out(story):
    approve(story, SCHOOL, CLUB, on=dt.date(2026, 3, 2))
    work(story, lambda case: tell_of_goals(case, CASE, [{"maal": SCHOOL["maal"], "status": "paa_vej"}]))

    approve(story, SCHOOL | {"maaldato": dt.date(2026, 12, 1)}, on=dt.date(2026, 5, 4))

    assert goals(story) == [
        ("Går i klub", "erstattet", dt.date(2026, 6, 1)),
        ("Kommer i skole hver dag", "paa_vej", dt.date(2026, 12, 1)),
    ]


def test_what_was_reached_or_whose_date_has_come_is_not_rewritten_by_a_later_plan(story):
    approve(story, SCHOOL, CLUB, on=dt.date(2026, 3, 2))
    work(story, lambda case: tell_of_goals(case, CASE, [{"maal": SCHOOL["maal"], "status": "naaet"}]))

    approve(story, CLUB | {"maaldato": dt.date(2026, 12, 1)}, on=dt.date(2026, 7, 1))

    assert goals(story) == [
        ("Går i klub", "aabent", dt.date(2026, 6, 1)),  # its date passed without it
        ("Går i klub", "aabent", dt.date(2026, 12, 1)),
        ("Kommer i skole hver dag", "naaet", dt.date(2026, 9, 1)),
    ]
