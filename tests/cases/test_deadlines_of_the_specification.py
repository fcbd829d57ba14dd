"""Exact instants of the scenarios S-01, S-02, S-03, S-05, S-07, S-08, S-09, S-11, S-13 and S-15."""

import datetime as dt

import pytest

from flowcase.cases.deadline_rules import Question
from flowcase.cases.deadlines import days_late

instant = dt.datetime.fromisoformat
day = dt.date.fromisoformat


def due(rules, rule, start, **question):
    return rules.calculate(Question(rule, start, **question)).due


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-03-27T16:40+01:00", "2026-03-28T16:40+01:00"),  # S-01
        ("2026-03-28T18:15+01:00", "2026-03-29T19:15+02:00"),  # S-02
        ("2026-10-24T18:15+02:00", "2026-10-25T17:15+01:00"),
        ("2026-10-25T02:30+02:00", "2026-10-26T01:30+01:00"),
        ("2026-10-25T02:30+01:00", "2026-10-26T02:30+01:00"),
        ("2026-05-12T08:12+02:00", "2026-05-13T08:12+02:00"),  # S-03
        ("2026-05-12T11:47+02:00", "2026-05-13T11:47+02:00"),
        ("2025-10-31T10:00+01:00", "2025-11-01T10:00+01:00"),  # S-05
        ("2026-09-07T13:20+02:00", "2026-09-08T13:20+02:00"),  # S-07
        ("2026-10-28T10:15+01:00", "2026-10-29T10:15+01:00"),  # S-13
    ],
)
def test_the_risk_assessment_is_due_24_elapsed_hours_after_receipt(rules, received, expected):
    """Proves R-001."""
    found = due(rules(), "T01", instant(received))

    assert found.at == instant(expected)
    assert found.at.isoformat(timespec="minutes") == expected


@pytest.mark.parametrize(
    ("received", "limit"),
    [
        ("2026-03-27T16:40+01:00", "2026-04-09"),
        ("2026-05-12T08:12+02:00", "2026-05-21"),
        ("2025-10-31T10:00+01:00", "2025-11-10"),
        ("2026-09-07T13:20+02:00", "2026-09-15"),
        ("2026-10-15T08:05+02:00", "2026-10-23"),
        ("2026-10-28T10:15+01:00", "2026-11-05"),
    ],
)
def test_the_receipt_has_an_outer_limit_of_six_hverdage(rules, received, limit):
    """Proves R-002."""
    assert due(rules(), "T02", instant(received)).day == day(limit)


def test_the_receipt_limit_comes_earlier_where_saturday_counts(rules):
    found = due(rules(saturday_is_hverdag=True), "T02", instant("2026-03-27T16:40+01:00"))

    assert found.day == day("2026-04-07")


@pytest.mark.parametrize(
    ("known", "expected", "target"),
    [
        ("2026-03-27", "2026-07-27T23:59:59+02:00", None),  # S-01
        ("2026-05-12", "2026-09-12T23:59:59+02:00", "2026-09-11"),  # S-03, not moved
        ("2025-10-31", "2026-02-28T23:59:59+01:00", "2026-02-27"),  # S-05
        ("2026-09-07", "2027-01-07T23:59:59+01:00", None),  # S-07
        ("2026-10-15", "2027-02-15T23:59:59+01:00", None),
        ("2026-10-28", "2027-02-28T23:59:59+01:00", "2027-02-26"),  # S-13
    ],
)
def test_the_examination_is_due_four_months_after_knowledge(rules, known, expected, target):
    """Proves R-020."""
    found = due(rules(), "T04", day(known))

    assert found.at.isoformat() == expected
    assert found.internal_target == (day(target) if target else None)


@pytest.mark.parametrize(
    ("known", "dates"),
    [
        ("2026-03-27", ["2026-06-27", "2026-07-13", "2026-07-24"]),
        ("2025-10-31", ["2026-01-29", "2026-02-14", "2026-02-25"]),
    ],
)
def test_the_examination_is_reminded_of_30_14_and_3_days_before_at_eight(rules, known, dates):
    reminders = rules().calculate(Question("T04", day(known))).plan.reminders

    assert [each.at.date() for each in reminders] == [day(text) for text in dates]
    assert {each.at.time() for each in reminders} == {dt.time(8)}


def test_reminders_come_at_the_hour_of_the_setting(rules):
    reminders = rules(paamindelse_kl="07:30").calculate(Question("T04", day("2026-03-27"))).plan.reminders

    assert {each.at.time() for each in reminders} == {dt.time(7, 30)}


def test_an_overrun_examination_escalates_to_the_team_leader_then_to_the_head_of_authority(rules):
    calculated = rules().calculate(Question("T04", day("2025-10-31")))

    first, second = calculated.plan.escalations
    assert (first.at.isoformat(), first.to) == ("2026-02-28T23:59:59+01:00", ("teamleder",))
    assert (second.at.date(), second.to) == (day("2026-03-07"), ("myndighedsansvarlig",))
    assert calculated.plan.repetition is None
    assert days_late(calculated.due, day("2026-03-10")) == 10


def test_the_risk_assessment_is_reminded_of_after_12_and_20_hours(rules):
    reminders = rules().calculate(Question("T01", instant("2026-03-27T16:40+01:00"))).plan.reminders

    assert [each.at.isoformat(timespec="minutes") for each in reminders] == [
        "2026-03-28T04:40+01:00",
        "2026-03-28T12:40+01:00",
    ]
    assert [each.to for each in reminders] == [("ansvarlig",), ("ansvarlig", "vagtleder")]


def test_a_missed_risk_assessment_escalates_at_once_and_every_two_hours(rules):
    """Proves D-11."""
    calculated = rules().calculate(Question("T01", instant("2026-03-27T16:40+01:00")))

    (at_once,) = calculated.plan.escalations
    assert at_once.at == calculated.due.at
    assert at_once.to == ("vagtleder", "myndighedsansvarlig")
    assert calculated.plan.repetition.every == dt.timedelta(hours=2)


def test_done_at_the_due_instant_is_met_and_a_second_later_is_breached(rules):
    found = due(rules(), "T01", instant("2026-03-27T16:40+01:00"))

    assert not found.is_breached(instant("2026-03-28T15:40:00+00:00"))
    assert found.is_breached(instant("2026-03-28T15:40:01+00:00"))


def test_a_plan_by_current_law_is_due_three_months_after_the_decision(rules):
    assert due(rules(), "T17", day("2026-05-27")).day == day("2026-08-27")


@pytest.mark.parametrize(("placed", "expected"), [("2025-08-31", "2026-02-28"), ("2027-08-31", "2028-02-29")])
def test_an_institution_stay_has_a_target_of_six_months(rules, placed, expected):
    """Proves R-042."""
    assert due(rules(), "T07", day(placed)).day == day(expected)


def test_stepping_down_is_planned_four_and_five_months_into_an_institution_stay(rules):
    reminders = rules().calculate(Question("T07", day("2025-08-31"))).plan.reminders

    assert [each.at.date() for each in reminders] == [day("2025-12-31"), day("2026-01-31")]


@pytest.mark.parametrize(
    ("given", "last_valid"), [("2025-03-15", "2026-03-14"), ("2028-02-29", "2029-02-27")]
)
def test_a_one_year_consent_is_valid_up_to_the_day_before(rules, given, last_valid):
    assert due(rules(), "T14", day(given)).day == day(last_valid)


def test_an_expiring_consent_is_reminded_of_30_days_before_it_lapses_and_never_escalates(rules):
    calculated = rules().calculate(Question("T14", day("2025-03-15")))

    assert [each.at.date() for each in calculated.plan.reminders] == [day("2026-02-13")]
    assert calculated.plan.escalations == ()
    assert not calculated.policy.counts_breach


def test_status_reports_of_a_network_effort_count_from_the_planned_dates(rules):
    """Proves R-131."""
    found = rules()
    first = due(found, "T08", day("2026-01-30"), kind="netvaerksindsats")
    second = due(
        found,
        "T09",
        day("2026-04-08"),
        kind="netvaerksindsats",
        occurrence=2,
        facts={"serie_start": day("2026-01-30"), "forrige_frist": first.day},
    )
    third = due(
        found,
        "T09",
        day("2026-07-08"),
        kind="netvaerksindsats",
        occurrence=3,
        facts={"serie_start": day("2026-01-30"), "forrige_frist": second.day},
    )

    assert [each.day for each in (first, second, third)] == [
        day("2026-03-30"),
        day("2026-06-30"),
        day("2026-09-30"),
    ]


def test_a_late_status_report_is_counted_in_days_and_escalated(rules):
    calculated = rules().calculate(
        Question(
            "T09",
            day("2026-03-30"),
            kind="netvaerksindsats",
            occurrence=2,
            facts={"forrige_frist": day("2026-03-30")},
        )
    )

    assert days_late(calculated.due, day("2026-07-08")) == 8
    assert [each.at.date() for each in calculated.plan.escalations] == [day("2026-06-30"), day("2026-07-07")]


def test_a_network_effort_has_a_window_of_three_to_five_months(rules):
    """Proves X-19."""
    found = rules()

    assert due(found, "T10", day("2026-01-30"), kind="kort").day == day("2026-04-30")
    assert due(found, "T10", day("2026-01-30"), kind="lang").day == day("2026-06-30")


def test_the_check_after_a_network_effort_comes_half_a_year_after_its_end(rules):
    assert due(rules(), "T11", day("2026-08-31")).day == day("2027-02-28")


def test_months_can_stick_to_the_end_of_the_month(rules):
    assert due(rules(month_end="stick_to_end"), "T04", day("2026-02-28")).day == day("2026-06-30")


def test_an_agreement_is_due_on_the_agreed_date(rules):
    calculated = rules().calculate(Question("T20", day("2026-05-20"), given=day("2026-06-12")))

    assert calculated.due.at.isoformat() == "2026-06-12T23:59:59+02:00"
    assert [each.at.date() for each in calculated.plan.reminders] == [day("2026-06-04"), day("2026-06-11")]


def test_an_agreement_without_a_date_asks_for_one(rules):
    assert rules().calculate(Question("T20", day("2026-05-20"))).needs_date


def test_supervisory_visits_are_due_by_the_end_of_the_calendar_year(rules):
    assert due(rules(), "T18", day("2026-03-05")).day == day("2026-12-31")
