"""Who may see and do what; what no rule allows is refused."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.groups import NAMES, group_name
from flowcase.access.permissions import (
    may_deliver_notifications,
    may_have_work,
    may_operate,
    may_register_notifications,
    may_see_case,
    may_see_cases,
    may_see_instance,
    may_work_on,
)

OUTSIDERS = (
    "leverandoer",
    "mentor",
    "mentor_styregruppe",
    "skole",
    "politisk_myndighed",
    "indtag",
    "procesejer",
)
CASEWORK = ("fronten", "akutvagt", "forebyggende_raadgiver", "familieteam_syd", "teamleder_nord", "revisor")


def member(*groups: str, id: str = "x") -> Actor:
    return Actor(id, groups=frozenset(groups))


@pytest.mark.parametrize("group", CASEWORK)
def test_casework_staff_leaders_and_auditors_see_cases(group):
    assert may_see_cases(member(group))
    assert may_see_case(member(group), team="familieteam_nord")


@pytest.mark.parametrize("group", [*OUTSIDERS, "administrator"])
def test_nobody_else_sees_cases(group):
    assert not may_see_cases(member(group))
    assert not may_see_case(member(group), team="familieteam_nord", caseworkers=("y", None))


def test_who_is_in_no_group_may_do_nothing():
    nobody = member()

    assert not may_see_cases(nobody)
    assert not may_register_notifications(nobody)
    assert not may_deliver_notifications(nobody)
    assert not may_operate(nobody)
    assert not may_work_on(nobody, assignee="y", candidate_groups=["fronten"], candidate_users=[])


def test_the_team_and_the_caseworker_of_a_case_see_it():
    assert may_see_case(member("nyt_team"), team="nyt_team")
    assert may_see_case(member("skole", id="x"), team=None, caseworkers=("x",))


def test_operations_see_diagrams_with_tokens_but_no_cases():
    operator = member("administrator")

    assert may_operate(operator)
    assert may_see_instance(operator, may_see_its_case=False)
    assert not may_see_instance(member("skole"), may_see_its_case=False)


def test_a_user_task_is_for_its_assignee_and_its_candidates():
    offered = {"assignee": None, "candidate_groups": ["fronten"], "candidate_users": ["z"]}

    assert may_work_on(member("fronten"), **offered)
    assert may_work_on(member(id="z"), **offered)
    assert not may_work_on(member("familieteam_syd"), **offered)
    assert may_work_on(SYSTEM, **offered)


def test_a_user_task_that_was_given_to_one_person_is_for_no_other():
    given = {"assignee": "x", "candidate_groups": [], "candidate_users": []}

    assert may_work_on(member(id="x"), **given)
    assert not may_work_on(member("fronten", id="y"), **given)


def test_an_administrator_at_a_page_does_nobodys_casework_but_the_terminal_may():
    offered = {"assignee": None, "candidate_groups": ["fronten"], "candidate_users": []}
    terminal = Actor("terminal:x", groups=frozenset({"administrator"}), kind="terminal")

    assert not may_work_on(member("administrator"), **offered)
    assert may_work_on(terminal, **offered)


def test_programs_deliver_notifications_and_do_not_register_them_by_hand():
    program = Actor("skoleportal", groups=frozenset({"indtag"}), kind="service")

    assert may_deliver_notifications(program)
    assert not may_register_notifications(program)


def test_every_group_of_a_rule_has_a_name_in_both_languages():
    for code in (*OUTSIDERS, *CASEWORK, "administrator"):
        assert code in NAMES
        assert group_name(code) != code
        assert group_name(code, "en") != code
    assert group_name("nyt_team") == "nyt_team"


@pytest.mark.parametrize(
    ("kind", "groups", "has_work"),
    [
        ("person", {"familieteam_syd"}, True),
        ("person", {"leverandoer"}, True),
        ("person", {"administrator", "fronten"}, True),
        ("person", {"administrator"}, False),
        ("person", {"revisor", "procesejer"}, False),
        ("person", set(), False),
        ("service", {"indtag"}, False),
        ("service", {"fronten"}, False),
    ],
)
def test_who_is_offered_as_somebody_to_have_work(kind, groups, has_work):
    assert may_have_work(kind, groups) is has_work
