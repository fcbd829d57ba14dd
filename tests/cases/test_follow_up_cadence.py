"""S-06: follow-up cadences side by side, and the dates of S-08, S-09 and S-14."""

import datetime as dt

import pytest

from flowcase.cases.cadence import Anchor, meeting_instants, meetings
from flowcase.cases.deadline_rules import Question
from flowcase.cases.deadlines import Unit

day = dt.date.fromisoformat


def first(rules, start, kind="anbringelse", **facts):
    return rules.calculate(Question("T05", day(start), kind=kind, facts=facts))


def following(rules, held, kind="anbringelse", nr=2, given=None, **facts):
    question = Question("T06", day(held), kind=kind, occurrence=nr, facts=facts, given=given)
    return rules.calculate(question)


@pytest.mark.parametrize(
    ("rule_set", "kind", "start", "first_due", "held", "then"),
    [
        ("BALLERUP-2016", "forebyggende", "2025-11-30", "2026-02-28", "2026-02-24", "2026-08-24"),
        ("BALLERUP-2016", "anbringelse", "2026-06-01", "2026-09-01", "2026-09-01", "2027-03-01"),
        ("BALLERUP-2016", "anbringelse", "2025-08-31", "2025-11-30", "2025-11-28", "2026-05-28"),
        ("HERNING", "anbringelse", "2026-03-02", "2026-03-16", "2026-03-16", "2026-04-27"),
        ("HERNING", "anbringelse", "2026-06-01", "2026-06-15", "2026-06-15", "2026-07-27"),
        ("HERNING", "anbringelse", "2025-08-31", "2025-09-14", "2025-09-14", "2025-10-26"),
        ("HERNING", "forebyggende", "2026-01-31", "2026-02-28", "2026-02-27", "2026-05-27"),
        ("LOV-SEL", "forebyggende", "2025-11-30", "2026-02-28", "2026-02-24", "2026-08-24"),
    ],
)
def test_follow_ups_by_one_rule_set(rules, rule_set, kind, start, first_due, held, then):
    """Proves D-02, R-027, R-028, R-029, R-030, R-031, R-032, T05 and T06."""
    alone = rules(rule_set)

    assert first(alone, start, kind).due.day == day(first_due)
    assert following(alone, held, kind).due.day == day(then)


@pytest.mark.parametrize(
    ("rule_set", "kind", "held", "then"),
    [
        ("BALLERUP-2016", "forebyggende", "2026-08-24", "2027-02-24"),
        ("HERNING", "anbringelse", "2026-04-27", "2026-06-08"),
        ("HERNING", "forebyggende", "2026-05-27", "2026-08-27"),
    ],
)
def test_the_third_follow_up_counts_like_the_second(rules, rule_set, kind, held, then):
    assert following(rules(rule_set), held, kind, nr=3).due.day == day(then)


@pytest.mark.parametrize(("anchor", "then"), [("origin", "2026-08-30"), ("planned", "2026-08-28")])
def test_the_anchor_of_a_series_is_a_setting(rules, anchor, then):
    found = following(
        rules("BALLERUP-2016", serie_anker=anchor),
        "2026-02-24",
        serie_start=day("2025-11-30"),
        forrige_frist=day("2026-02-28"),
    )

    assert found.due.day == day(then)


def test_by_current_law_the_end_of_a_parallel_examination_comes_first(rules):
    """Proves R-034."""
    found = first(rules("LOV-BL"), "2026-01-31", undersoegelse_afsluttet=day("2026-04-10"))

    assert found.due.day == day("2026-04-10")
    assert found.start_fact == "undersoegelse_afsluttet"


def test_by_current_law_three_months_are_the_outer_limit(rules):
    alone = rules("LOV-BL")

    assert first(alone, "2026-01-31").due.day == day("2026-04-30")
    late = first(alone, "2026-01-31", undersoegelse_afsluttet=day("2026-05-04"))
    assert late.due.day == day("2026-04-30")


def test_an_examination_that_ended_before_the_measure_began_is_not_parallel(rules):
    found = first(rules("LOV-BL"), "2026-01-31", undersoegelse_afsluttet=day("2026-01-12"))

    assert found.due.day == day("2026-04-30")


def test_by_current_law_the_next_follow_up_must_be_decided(rules):
    found = following(rules("LOV-BL"), "2026-04-10")

    assert found.needs_date
    assert found.due is None
    assert found.proposal is None


def test_of_two_rule_sets_the_stricter_wins(rules):
    """Proves X-01."""
    found = first(rules("HERNING", "LOV-BL"), "2026-01-31", "forebyggende")

    assert found.due.day == day("2026-02-28")
    assert found.length.rule_set == "HERNING"
    assert {each.length.rule_set: each.due.day for each in found.candidates} == {
        "HERNING": day("2026-02-28"),
        "LOV-BL": day("2026-04-30"),
    }


def test_where_a_date_must_be_decided_the_local_interval_is_the_proposal(rules):
    found = following(rules("HERNING", "LOV-BL"), "2026-02-27", "forebyggende")

    assert found.needs_date
    assert found.due is None
    assert found.proposal == day("2026-05-27")


@pytest.mark.parametrize(("decided_wins", "expected"), [(True, "2026-06-15"), (False, "2026-05-27")])
def test_a_decided_date_counts_and_a_setting_lets_the_local_interval_limit_it(rules, decided_wins, expected):
    found = following(
        rules("HERNING", "LOV-BL", besluttet_dato_gaelder=decided_wins),
        "2026-02-27",
        "forebyggende",
        given=day("2026-06-15"),
    )

    assert found.due.day == day(expected)


def test_the_shipped_profile_asks_current_law_and_ballerups_cadence(rules):
    assert first(rules(), "2025-11-30").due.day == day("2026-02-28")
    found = following(rules(), "2026-02-24")
    assert (found.needs_date, found.proposal) == (True, day("2026-08-24"))


def test_a_rule_set_chosen_for_one_measure_replaces_the_profiles(rules):
    question = Question("T05", day("2026-03-02"), kind="anbringelse", chosen=("HERNING",))

    assert rules().calculate(question).due.day == day("2026-03-16")


def test_other_deadlines_keep_the_profiles_rule_sets_when_one_is_selected(rules):
    received = dt.datetime.fromisoformat("2026-03-27T16:40+01:00")

    found = rules("HERNING").calculate(Question("T01", received))

    assert found.length.rule_set == "LOV-BL"
    assert found.length.legal_basis == "Barnets Lov § 136"


def test_follow_ups_in_weeks_are_reminded_of_by_working_days_and_in_months_by_days(rules):
    weeks = first(rules("HERNING"), "2026-03-02").plan.reminders
    months = first(rules("BALLERUP-2016"), "2025-11-30").plan.reminders

    assert [each.at.date() for each in weeks] == [day("2026-03-09"), day("2026-03-13")]
    assert [each.at.date() for each in months] == [day("2026-01-29"), day("2026-02-14"), day("2026-02-25")]


def test_school_conferences_keep_their_clock_time_across_the_clock_change(rules):
    """Proves R-061 and T12."""
    conditions = rules().conditions

    days = meetings(day("2026-08-12"), 14, Unit.DAYS, 7, conditions, Anchor.HELD)
    instants = meeting_instants(days, dt.time(14), conditions)

    assert days == [
        day(text)
        for text in (
            "2026-08-26",
            "2026-09-09",
            "2026-09-23",
            "2026-10-07",
            "2026-10-21",
            "2026-11-04",
            "2026-11-18",
        )
    ]
    assert [each.astimezone(dt.UTC).hour for each in instants] == [12, 12, 12, 12, 12, 13, 13]


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        (Anchor.ORIGIN, ["2026-09-30", "2026-11-02", "2026-11-30", "2027-01-04"]),
        (Anchor.HELD, ["2026-09-30", "2026-10-30", "2026-11-30", "2026-12-30"]),
    ],
)
def test_day_care_conferences_move_to_working_days(rules, anchor, expected):
    """Proves R-062 and T13."""
    found = meetings(day("2026-08-31"), 1, Unit.MONTHS, 4, rules().conditions, anchor)

    assert found == [day(text) for text in expected]
