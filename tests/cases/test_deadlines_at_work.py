"""Deadlines on the real store with the drawn process `frist`: reminders, breach, escalation, moving."""

import dataclasses
import datetime as dt

import pytest

from flowcase.cases.deadlines import Policy, plan
from flowcase.values import YearMonthDuration

from .office import PROCESSES

instant = dt.datetime.fromisoformat
day = dt.date.fromisoformat


def open_case(office, code="SAG-2601", **facts):
    from flowcase.access.actor import SYSTEM

    return office.cases.open(code, child={"navn": "Barn"}, facts=facts, actor=SYSTEM)


def open_deadline(office, rule, start, case="SAG-2601", **about):
    return office.work(lambda work: work.open_deadline(rule, start, case=case, **about), case=case)


def test_a_deadline_remembers_why_it_is_that_date(office):
    at_work = office("2026-03-27T16:40+01:00")
    open_case(at_work)

    id = open_deadline(at_work, "T04", day("2026-03-27"))

    found = at_work.deadlines.get(id)
    assert found.due_at == instant("2026-07-27T21:59:59+00:00")
    assert found.due_local == "2026-07-27T23:59:59+02:00"
    assert (found.rule_set, found.rule_set_version) == ("LOV-BL", "2025.1")
    assert (found.start_fact, found.start) == ("kendskabsdato", day("2026-03-27"))
    assert (found.amount, found.unit, found.convention) == (4, "maaneder", "C3")
    assert "§ 20" in found.legal_basis
    assert [each["planned_at"].date() for each in found.planned_reminders] == [
        day("2026-06-27"),
        day("2026-07-13"),
        day("2026-07-24"),
    ]


def test_a_risk_assessment_is_reminded_of_breached_once_and_escalated_until_done(office):
    at_work = office("2026-03-27T16:40+01:00")
    open_case(at_work)
    id = open_deadline(at_work, "T01", instant("2026-03-27T16:40+01:00"))

    at_work.pass_time("2026-03-28T12:40+01:00")
    assert at_work.happened_at("ReminderSent") == [
        instant("2026-03-28T04:40+01:00"),
        instant("2026-03-28T12:40+01:00"),
    ]

    at_work.pass_time("2026-03-28T16:40+01:00")
    assert at_work.deadlines.get(id).status == "open"

    at_work.pass_time("2026-03-28T21:00+01:00")
    assert at_work.deadlines.get(id).status == "breached"
    assert at_work.happened_at("DeadlineBreached") == [instant("2026-03-28T16:40:01+01:00")]
    sent = at_work.events("EscalationSent")
    assert {each.groups for each in sent} == {("vagtleder", "myndighedsansvarlig")}
    assert at_work.happened_at("EscalationSent") == [
        instant("2026-03-28T16:40:01+01:00"),
        instant("2026-03-28T18:40+01:00"),
        instant("2026-03-28T20:40+01:00"),
    ]

    late = at_work.work(lambda work: work.meet_deadline(id))
    at_work.pass_time("2026-03-30T00:00+02:00")
    assert (late, at_work.deadlines.get(id).status) == (0, "met")
    assert at_work.deadlines.get(id).seconds_late == int(dt.timedelta(hours=4, minutes=20).total_seconds())
    assert len(at_work.happened_at("EscalationSent")) == 3
    assert (at_work.running(), at_work.incidents()) == ([], [])


def test_done_at_the_due_instant_is_met(office):
    at_work = office("2026-03-27T16:40+01:00")
    open_case(at_work)
    id = open_deadline(at_work, "T01", instant("2026-03-27T16:40+01:00"))

    at_work.pass_time("2026-03-28T16:40+01:00")
    at_work.work(lambda work: work.meet_deadline(rule="T01", case="SAG-2601"))
    at_work.pass_time("2026-03-29T16:40+02:00")

    found = at_work.deadlines.get(id)
    assert (found.status, found.seconds_late, found.breached_at) == ("met", 0, None)
    assert at_work.events("EscalationSent") == []


def test_a_deadline_that_has_passed_when_it_opens_is_breached_at_once(office):
    at_work = office("2026-03-29T09:00+02:00")
    open_case(at_work)

    id = open_deadline(at_work, "T01", instant("2026-03-27T16:40+01:00"))

    assert at_work.deadlines.get(id).status == "breached"
    assert at_work.happened_at("DeadlineBreached") == [instant("2026-03-29T09:00+02:00")]
    assert len(at_work.events("EscalationSent")) == 1


def test_who_registers_late_is_reminded_once(office):
    at_work = office("2026-03-28T13:00+01:00")
    open_case(at_work)
    open_deadline(at_work, "T01", instant("2026-03-27T16:40+01:00"))

    at_work.pass_time("2026-03-28T16:00+01:00")

    (sent,) = at_work.events("ReminderSent")
    assert sent.nr == 2


def test_an_overrun_examination_goes_to_the_team_leader_then_to_the_head_of_authority(office):
    at_work = office("2025-10-31T10:00+01:00")
    open_case(at_work, team="familieteam_syd", sagsbehandler="cw-07")
    id = open_deadline(at_work, "T04", day("2025-10-31"))

    at_work.pass_time("2026-03-10T12:00+01:00")
    late = at_work.work(lambda work: work.meet_deadline(id, met_at=day("2026-03-10")))

    reminders = at_work.events("ReminderSent")
    assert [each.planned_at.date() for each in reminders] == [
        day("2026-01-29"),
        day("2026-02-14"),
        day("2026-02-25"),
    ]
    assert {each.people for each in reminders} == {("cw-07",)}
    first, second = at_work.events("EscalationSent")
    assert (first.groups, second.groups) == (("teamleder_syd",), ("myndighedsansvarlig",))
    assert at_work.happened_at("EscalationSent") == [
        instant("2026-03-01T00:00+01:00"),
        instant("2026-03-07T08:00+01:00"),
    ]
    assert late == 10
    assert at_work.deadlines.get(id).days_late == 10


def test_correcting_the_date_of_knowledge_moves_the_deadline_and_its_timers(office):
    from flowcase.access.actor import SYSTEM

    at_work = office("2026-10-16T09:00+02:00")
    open_case(at_work, kendskabsdato=day("2026-09-07"))
    id = open_deadline(at_work, "T04", day("2026-09-07"))
    assert at_work.deadlines.get(id).due_local == "2027-01-07T23:59:59+01:00"

    at_work.cases.set_fact(
        "SAG-2601", "kendskabsdato", day("2026-10-15"), reason="Ny bekymring", actor=SYSTEM
    )

    moved = at_work.deadlines.get(id)
    assert moved.due_local == "2027-02-15T23:59:59+01:00"
    assert moved.start == day("2026-10-15")
    at_work.pass_time("2027-02-15T23:59:59+01:00")
    assert [each.planned_at.date() for each in at_work.events("ReminderSent")] == [
        day("2027-01-16"),
        day("2027-02-01"),
        day("2027-02-12"),
    ]
    assert at_work.deadlines.get(id).status == "open"
    at_work.pass_time("2027-02-16T00:00:01+01:00")
    assert at_work.deadlines.get(id).status == "breached"
    assert at_work.running() == ["frist"]


def test_a_breach_is_taken_back_when_the_corrected_date_lies_ahead(office):
    at_work = office("2026-03-01T09:00+01:00")
    open_case(at_work)
    id = open_deadline(at_work, "T04", day("2025-10-31"))
    assert at_work.deadlines.get(id).status == "breached"

    at_work.work(lambda work: work.move_deadline(id, start=day("2025-11-30"), reason="rettet"))

    assert at_work.deadlines.get(id).status == "open"
    at_work.pass_time("2026-03-31T00:00+02:00")
    assert at_work.deadlines.get(id).status == "breached"
    assert len(at_work.events("DeadlineBreached")) == 2
    assert len(at_work.events("EscalationSent")) == 2


def test_what_was_sent_is_not_sent_again_when_a_deadline_moves(office):
    at_work = office("2026-03-27T09:00+01:00")
    open_case(at_work)
    id = open_deadline(at_work, "T04", day("2026-03-27"))
    at_work.pass_time("2026-07-01T09:00+02:00")
    assert len(at_work.events("ReminderSent")) == 1

    at_work.work(lambda work: work.move_deadline(id, start=day("2026-03-28"), reason="rettet"))
    at_work.pass_time("2026-07-28T12:00+02:00")

    assert [each.planned_at.date() for each in at_work.events("ReminderSent")] == [
        day("2026-06-27"),
        day("2026-07-14"),
        day("2026-07-25"),
    ]


def test_a_cancelled_deadline_is_silent(office):
    at_work = office("2026-03-27T16:40+01:00")
    open_case(at_work)
    id = open_deadline(at_work, "T01", instant("2026-03-27T16:40+01:00"))

    at_work.work(lambda work: work.cancel_deadline(id, reason="dublet"))
    at_work.pass_time("2026-04-01T00:00+02:00")

    assert at_work.deadlines.get(id).status == "cancelled"
    assert at_work.events("ReminderSent", "EscalationSent", "DeadlineBreached") == []
    assert at_work.running() == []


def test_what_nobody_ran_for_days_is_breached_once_and_not_escalated_sixty_times(office):
    at_work = office("2026-03-27T16:40+01:00")
    open_case(at_work)
    id = open_deadline(at_work, "T01", instant("2026-03-27T16:40+01:00"))

    at_work.clock.set(instant("2026-04-06T16:40+02:00"))
    at_work.fire_due()

    assert at_work.deadlines.get(id).status == "breached"
    assert len(at_work.events("DeadlineBreached")) == 1
    assert len(at_work.events("EscalationSent")) == 1
    at_work.pass_time("2026-04-06T18:40+02:00")
    assert len(at_work.events("EscalationSent")) == 2


def test_a_deadline_opened_again_moves_instead_of_doubling(office):
    at_work = office("2026-05-12T08:12+02:00")
    open_case(at_work)

    first = open_deadline(at_work, "T04", day("2026-05-12"), subject="u-1")
    again = open_deadline(at_work, "T04", day("2026-05-13"), subject="u-1")
    other = open_deadline(at_work, "T04", day("2026-05-13"), subject="u-2")

    assert first == again != other
    assert at_work.deadlines.get(first).start == day("2026-05-13")


def test_a_follow_up_that_must_be_decided_is_refused_without_a_date(office):
    from flowcase.errors import Refused

    at_work = office("2026-04-10T10:00+02:00")
    open_case(at_work)

    with pytest.raises(Refused, match="T06"):
        open_deadline(at_work, "T06", day("2026-04-10"), occurrence=2, kind="anbringelse")
    proposal = at_work.work(
        lambda work: work.propose_deadline("T06", day("2026-04-10"), occurrence=2, kind="anbringelse")
    )

    assert (proposal.needs_date, proposal.proposal) == (True, day("2026-10-10"))


def test_a_case_keeps_the_rule_sets_it_was_opened_with(office):
    at_work = office("2026-04-30T10:00+02:00")
    open_case(at_work, "SAG-1")
    table = "decisions/D-11_fristpolitik.dmn"
    from .office import PROCESSES

    changed = (PROCESSES / table).read_bytes().replace(b"<text>4</text>", b"<text>5</text>", 1)
    at_work.clock.advance(dt.timedelta(days=1))

    at_work.deploy((), more={table: changed})

    open_case(at_work, "SAG-2")
    old = open_deadline(at_work, "T04", day("2026-05-01"), case="SAG-1")
    new = open_deadline(at_work, "T04", day("2026-05-01"), case="SAG-2")
    assert at_work.deadlines.get(old).due_local == "2026-09-01T23:59:59+02:00"
    assert at_work.deadlines.get(new).due_local == "2026-10-01T23:59:59+02:00"


def test_reminders_go_to_the_group_that_is_responsible(office):
    at_work = office("2026-03-27T16:40+01:00")
    open_case(at_work)
    open_deadline(at_work, "T01", instant("2026-03-27T16:40+01:00"), responsible="akutvagt")

    at_work.pass_time("2026-03-28T13:00+01:00")

    first, second = at_work.events("ReminderSent")
    assert (first.groups, second.groups) == (("akutvagt",), ("akutvagt", "vagtleder"))
    assert {each.text for each in at_work.events("NoticeSent")} == {"frist_paamindelse.T01"}
    assert {each.due_at for each in at_work.events("NoticeSent")} == {instant("2026-03-28T16:40+01:00")}


def test_a_setting_that_came_after_a_case_was_opened_is_read_as_it_is_in_force(office):
    at_work = office("2026-03-27T16:40+01:00")
    open_case(at_work)
    profile = (PROCESSES / "rulesets/standard.yaml").read_text("utf-8")
    kept, changed = "sagstal_graense: 20", "sagstal_graense: 18"
    assert kept in profile
    newer = profile.replace(kept, f"{changed}\n  ny_graense: 7")

    at_work.deploy((), {"rulesets/standard.yaml": newer.encode()})

    assert at_work.work(lambda work: work.setting("ny_graense", case="SAG-2601")) == 7
    assert at_work.work(lambda work: work.setting("sagstal_graense", case="SAG-2601")) == 20


@pytest.mark.parametrize("every", [YearMonthDuration(1), None, dt.timedelta(), dt.timedelta(days=-1), "P1D"])
def test_a_repetition_that_is_no_length_of_time_says_what_to_write_in_which_table(every):
    policy = Policy((), (), {"hver": every, "til": ["teamleder_syd"]}, "", counts_breach=True)

    with pytest.raises(ValueError, match=r"'hver' of a deadline's 'gentag'.*duration\(\"P1D\"\).*D-11"):
        plan(policy, None, day("2026-03-27"), None)
    assert plan(dataclasses.replace(policy, repeat=None), None, day("2026-03-27"), None).repetition is None
