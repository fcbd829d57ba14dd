"""Notification, daily meeting and allocation from end to end (S-01, S-03, S-05, S-12).

Dates and instants come from the domain specification.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from flowcase.errors import Refused

LOCAL = ZoneInfo("Europe/Copenhagen")
EXAMINE = {"undersoegelse": "ja", "begrundelse": "Behov for undersøgelse."}


def at(text: str) -> dt.datetime:
    """A local instant, written as the specification does."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def test_an_acute_notification_goes_both_ways_and_reaches_the_team(town):
    """Proves R-006."""
    story = town("2026-03-27T08:00")
    story.go_to("2026-03-27T16:40")

    story.notify("U1", "SAG-2601", received="2026-03-27T16:40", mistanke_overgreb=True)

    [t01] = story.deadlines("T01", case_code="SAG-2601")
    assert t01.due_at == at("2026-03-28T16:40")
    [t02] = story.deadlines("T02")
    assert (t02.due_at.astimezone(LOCAL).date(), t02.status) == (dt.date(2026, 4, 9), "met")
    [task] = story.tasks("vurder", "SAG-2601")
    assert task.due_at == at("2026-03-28T16:40")

    story.go_to("2026-03-27T18:05")
    story.assess("SAG-2601", akut="ja")
    assert story.deadlines("T01")[0].status == "met"
    assert story.tasks("akut_handling", "SAG-2601")
    assert story.notices("leder_samme_dag")

    story.go_to("2026-03-30T09:00")
    story.meet("2026-03-30")
    story.decide("SAG-2601", kendskabsdato="2026-03-27", omraade="syd")
    assert story.facts("SAG-2601")["kendskabsdato"] == dt.date(2026, 3, 27)
    [allocation] = story.tasks("tildel", "SAG-2601")
    assert allocation.candidate_groups == ["teamleder_syd"]
    offered = story.flow.user_tasks.get(allocation.id).facts["personer_med_sagstal"]
    assert {"value": "CW-03", "label": "CW-03: 0 sager, 1 efter tildelingen"} in offered

    story.complete("tildel", "TL-SYD", "SAG-2601", team="familieteam_syd", sagsbehandler="CW-07")
    assert story.facts("SAG-2601")["sagsbehandler"] == "CW-07"
    story.complete("beslut_undersoegelse", "CW-07", "SAG-2601", besluttet="2026-03-30", **EXAMINE)
    [t04] = story.deadlines("T04", case_code="SAG-2601")
    assert t04.due_at == at("2026-07-27T23:59:59")


def test_siblings_share_a_family_an_agenda_block_and_a_caseworker(town):
    story = town("2026-05-12T07:00")
    story.go_to("2026-05-12T08:12")
    story.notify("U1", "A", received="2026-05-12T08:12", underretter_type="sundhedspleje")
    story.go_to("2026-05-12T11:47")
    story.notify("U2", "B", "C", "A", received="2026-05-12T11:47", soeskende="naevnt")

    assert [row.due_at for row in story.deadlines("T01", subject="U1")] == [at("2026-05-13T08:12")]
    assert {row.due_at for row in story.deadlines("T01", subject="U2")} == {at("2026-05-13T11:47")}
    assert len(story.deadlines("T01", subject="U2")) == 3
    limits = {row.subject: row.due_at.astimezone(LOCAL).date() for row in story.deadlines("T02")}
    assert limits == {"U1": dt.date(2026, 5, 21), "U2": dt.date(2026, 5, 21)}
    assert len({story.facts(code)["familie_id"] for code in ("A", "B", "C")}) == 1

    story.go_to("2026-05-13T07:55")
    for code in ("A", "B", "C"):
        story.assess(code)
    assert {row.status for row in story.deadlines("T01", case_code="A")} == {"met"}

    story.go_to("2026-05-13T09:00")
    story.meet("2026-05-13")
    assert sorted(row.case_code for row in story.tasks("afgoer")) == ["A", "B", "C"]
    for code in ("A", "B", "C"):
        story.decide(code, kendskabsdato="2026-05-12", omraade="nord")
    for code in ("A", "B", "C"):
        [allocation] = story.tasks("tildel", code)
        proposed = story.flow.user_tasks.get(allocation.id).prefilled.get("sagsbehandler")
        assert proposed == (None if code == "A" else "CW-03")
        story.complete("tildel", "TL-NORD", code, team="familieteam_nord", sagsbehandler="CW-03")
        story.complete("beslut_undersoegelse", "CW-03", code, besluttet="2026-05-13", **EXAMINE)
    for code in ("A", "B", "C"):
        [t04] = story.deadlines("T04", case_code=code)
        assert t04.due_at == at("2026-09-12T23:59:59")
        assert t04.internal_target == dt.date(2026, 9, 11)


def test_a_date_of_knowledge_at_the_end_of_a_long_month_is_clamped(town):
    story = town("2025-10-31T09:00")
    story.go_to("2025-10-31T10:00")
    story.notify("U1", "SAG-2605", received="2025-10-31T10:00")

    assert story.deadlines("T01")[0].due_at == at("2025-11-01T10:00")
    assert story.deadlines("T02")[0].due_at.astimezone(LOCAL).date() == dt.date(2025, 11, 10)

    story.assess("SAG-2605")
    story.go_to("2025-11-03T09:00")
    story.meet("2025-11-03")
    story.decide("SAG-2605", kendskabsdato="2025-10-31", omraade="syd")
    story.complete("tildel", "TL-SYD", "SAG-2605", team="familieteam_syd", sagsbehandler="CW-07")
    story.complete("beslut_undersoegelse", "CW-07", "SAG-2605", besluttet="2025-11-03", **EXAMINE)
    assert story.deadlines("T04")[0].due_at == at("2026-02-28T23:59:59")


def test_the_limit_is_asked_when_the_leader_allocates_and_not_before(town):
    story = town("2026-11-02T08:00", sagstal_graense=2)
    story.open_case("CW-07-1", status="aaben", sagsbehandler="CW-07")
    for code in ("S1", "S2"):
        story.open_case(code, omraade="syd")
        story.send("til_familieteam", code, sag_id=code)
    choice = {"team": "familieteam_syd", "sagsbehandler": "CW-07"}

    story.complete("tildel", "TL-SYD", "S1", **choice)
    assert story.notices("sagstal_fuld")
    with pytest.raises(Refused) as refusal:
        story.complete("tildel", "TL-SYD", "S2", **choice)
    assert refusal.value.rules == ("R-023",)
    assert "CW-03 (0)" in str(refusal.value)

    story.complete("tildel", "TL-SYD", "S2", **choice, godkendelse_over_graense="Kender familien.")
    assert story.facts("S2")["sagsbehandler"] == "CW-07"


@pytest.mark.parametrize(("counted", "is_refused"), [("barn", True), ("familie", False)])
def test_siblings_count_one_by_one_or_as_one_family(town, counted, is_refused):
    story = town("2026-11-02T08:00", sagstal_graense=2, taeller=counted)
    story.open_case("CW-07-1", status="aaben", sagsbehandler="CW-07")
    for code in ("S1", "S2", "S3"):
        story.open_case(code, omraade="syd", familie_id="F1")
        story.send("til_familieteam", code, sag_id=code)
    choice = {"team": "familieteam_syd", "sagsbehandler": "CW-07"}

    if is_refused:
        with pytest.raises(Refused):
            story.complete("tildel", "TL-SYD", "S1", **choice)
    else:
        story.complete("tildel", "TL-SYD", "S1", **choice)
        assert story.notices("sagstal_fuld")
