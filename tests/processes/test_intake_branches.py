"""The other ways through notification, daily meeting and allocation."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.errors import Forbidden, Refused


def test_an_anonymous_notifier_gets_no_receipt_and_that_is_recorded(town):
    """Proves R-002."""
    story = town("2026-05-12T08:00")

    story.notify("U1", "S1", received="2026-05-12T08:00", underretter_anonym=True, underretter_kontakt=None)

    [record] = story.flow.cases.records("Underretning")
    assert record["kvittering_ikke_mulig"] is True
    assert [row.status for row in story.deadlines("T02")] == ["cancelled"]


def test_a_public_notification_is_registered_by_staff_while_its_clock_runs(town):
    story = town("2026-05-12T08:00")
    story.flow.notifications.receive(
        {
            "underretning_id": "U1",
            "boern": [{"navn": "Barn på hjørnet"}],
            "bekymring": "Der bliver råbt hver aften.",
            "umiddelbar_fare": False,
            "aftalt_med_familien": "ikke_orienteret",
            "underretter_type": "borger",
            "underretter_anonym": False,
            "underretter_kontakt": "12345678",
        },
        source="public",
        actor=story.person("FP-1"),
    )

    [t01] = story.deadlines("T01")
    [registering] = story.tasks("registrer")
    assert registering.due_at == t01.due_at
    assert story.tasks("vurder") == []

    shown = story.flow.user_tasks.get(registering.id).prefilled
    story.complete(
        "registrer",
        "FP-1",
        **{**shown, "mistanke_overgreb": False, "aeresrelateret": True, "soeskende": "ingen"},
    )
    [assessing] = story.tasks("vurder")
    assert assessing.case_code == t01.case_code
    assert [row.due_at for row in story.deadlines("T01")] == [t01.due_at]


def test_a_late_registration_is_warned_of(town):
    story = town("2026-05-12T08:00")
    story.go_to("2026-05-12T11:00")

    story.notify("U1", "S1", received="2026-05-12T09:30")

    assert story.notices("sen_registrering")


def test_a_further_notification_joins_the_first_one_s_item(town):
    """Proves R-010."""
    story = town("2026-05-12T08:00")
    story.notify("U1", "S1", received="2026-05-12T08:00")
    story.go_to("2026-05-12T10:00")
    story.notify("U2", "S1", received="2026-05-12T10:00")

    story.assess("S1")

    assert sorted(set(story.ends("underretning")) & {"til_fronten", "registreret_dublet"}) == [
        "registreret_dublet",
        "til_fronten",
    ]
    [item] = story.flow.cases.records("Dagsordenspunkt")
    assert item["underretninger"] == ["U1", "U2"]
    assert story.flow.cases.records("Underretning")[1]["dublet_af"] == "U1"


def test_a_notification_in_an_open_case_is_assessed_by_another_than_its_caseworker(town):
    story = town("2026-05-12T08:00")
    story.open_case("S1", status="aaben", sagsbehandler="CW-07", team="familieteam_syd")

    story.notify("U1", "S1", received="2026-05-12T08:00")

    assert story.notices("ny_underretning_i_sag")
    with pytest.raises(Refused) as refusal:
        story.assess("S1", by="FP-1", vurderet_af="CW-07")
    assert refusal.value.rules == ("D-08",)
    story.assess("S1")
    story.go_to("2026-05-12T09:00")
    story.meet("2026-05-12")
    story.decide("S1", kendskabsdato="2026-05-12")
    assert "til_raadgiver" in story.ends("fronten_dagsmoede")
    assert story.tasks("tildel") == []


def test_siblings_who_were_not_named_get_the_same_clock(town):
    story = town("2026-05-12T08:00")
    story.go_to("2026-05-12T09:30")
    story.notify("U1", "S1", received="2026-05-12T09:30", soeskende="ikke_naevnt")
    story.go_to("2026-05-12T14:00")

    story.complete("soeskende", "FP-1", vurder_soeskende=True, soeskende_boern=[{"navn": "Lillebror"}])

    assert len({row.due_at for row in story.deadlines("T01")}) == 1
    assert len(story.tasks("vurder")) == 2
    assert len(story.deadlines("T02")) == 1


def test_why_siblings_are_not_assessed_and_no_receipt_is_sent_stands_in_the_case_of_each_child(town):
    story = town("2026-05-12T08:00")
    unreachable = {"underretter_anonym": True, "underretter_kontakt": None}
    story.notify("U1", "S1", "S2", received="2026-05-12T08:00", soeskende="ikke_naevnt", **unreachable)

    story.complete("soeskende", "FP-1", vurder_soeskende=False, soeskende_begrundelse="De bor hos far.")

    assert story.notes("soeskende") == ["S1", "S2"]
    assert story.notes("kvittering_ikke_mulig") == ["S1", "S2"]


def test_a_child_who_lives_elsewhere_goes_to_the_other_municipality(town):
    story = town("2026-05-12T08:00")
    story.notify("U1", "S1", received="2026-05-12T08:00")

    story.assess("S1", anden_kommune=True, kommune="Nabokommunen")

    assert "videresendt_kommune" in story.ends("underretning")
    assert story.facts("S1")["status"] == "afsluttet"
    assert story.flow.cases.records("Dagsordenspunkt") == []


def test_without_a_reception_unit_the_team_gets_the_case_at_once(town):
    """Proves R-009, R-011 and X-03."""
    story = town("2026-05-12T08:00", intake_mode="direct")
    story.flow.people.add("SV-1", name="SV-1", groups=["sverigesteam"], actor=story.person("FP-1"))
    story.notify("U1", "S1", received="2026-05-12T08:00")
    with pytest.raises(Forbidden):
        story.assess("S1", by="FP-1")

    story.assess("S1", by="SV-1")

    assert story.tasks("tildel", "S1")
    assert story.flow.cases.records("Dagsordenspunkt") == []


def test_each_school_district_has_its_own_team_that_assesses_and_keeps_the_child(town):
    """Proves R-009, R-011 and D-18."""
    story = town(
        "2026-05-12T08:00",
        intake_mode="direct",
        skoledistrikter={"D1": "familieteam_syd", "D2": "familieteam_nord"},
    )
    story.open_case("S1", distrikt="D1")
    story.open_case("S2", distrikt="D2")
    story.notify("U1", "S1", "S2", received="2026-05-12T08:00", soeskende="naevnt")
    assert set(story.tasks("vurder", "S1")[0].candidate_groups) == {"familieteam_syd", "akutvagt"}
    assert set(story.tasks("vurder", "S2")[0].candidate_groups) == {"familieteam_nord", "akutvagt"}

    story.assess("S1", by="CW-07")

    [task] = story.tasks("tildel", "S1")
    assert list(task.candidate_groups) == ["teamleder_syd"]
    story.complete("tildel", "TL-SYD", "S1", team="familieteam_syd", sagsbehandler="CW-07")
    assert story.facts("S1")["team"] == "familieteam_syd"
    assert [row.case_code for row in story.tasks("vurder")] == ["S2"]


def test_immediate_danger_starts_acute_action_before_the_assessment(town):
    story = town("2026-05-12T08:00")
    story.notify("U1", "S1", received="2026-05-12T08:00", umiddelbar_fare=True)
    assert story.notices("umiddelbar_fare_meldt")

    story.send("umiddelbar_fare", "S1")

    assert story.tasks("akut_handling")
    assert story.tasks("vurder")
    story.assess("S1", akut="ja")
    assert len(story.tasks("akut_handling")) == 1


def test_the_agenda_has_acute_on_top_then_the_oldest_with_siblings_together(town):
    story = town("2026-05-12T07:00")
    story.notify("U1", "OLD", received="2026-05-12T06:30")
    story.notify("U2", "B", "C", received="2026-05-12T07:00", soeskende="naevnt")
    story.notify("U3", "ACUTE", received="2026-05-12T07:00")
    for code in ("B", "ACUTE", "OLD", "C"):
        story.assess(code, akut="ja" if code == "ACUTE" else "nej")

    story.go_to("2026-05-12T09:00")

    items = sorted(story.flow.cases.records("Dagsordenspunkt"), key=lambda item: item["nr"])
    assert [item.case for item in items] == ["ACUTE", "OLD", "B", "C"]


def test_no_meeting_is_held_on_a_day_off_or_without_items(town):
    """Proves R-004 and T03."""
    story = town("2026-05-13T12:00")
    story.notify("U1", "S1", received="2026-05-13T12:00")
    story.assess("S1")

    story.go_to("2026-05-14T12:00")  # Ascension Day
    assert story.tasks("fremmoede") == []
    story.go_to("2026-05-15T09:00")
    assert len(story.tasks("fremmoede")) == 1


def test_what_is_not_decided_is_carried_on_and_alarms_when_it_grows_old(town):
    story = town("2026-05-11T07:00")
    story.notify("U1", "S1", received="2026-05-11T07:00")
    story.notify("U2", "S2", received="2026-05-11T07:00")
    story.assess("S1")
    story.assess("S2")
    story.go_to("2026-05-11T09:00")
    story.meet("2026-05-11")
    story.decide("S1", "udsaettes")

    story.go_to("2026-05-12T09:00")
    assert "dagsorden_overfoert" in story.ends("fronten_dagsmoede")
    assert len(story.tasks("fremmoede")) == 1
    assert not story.notices("dagsordenspunkt_for_gammelt")
    story.meet("2026-05-12")
    assert sorted(row.case_code for row in story.tasks("afgoer")) == ["S1", "S2"]

    story.go_to("2026-05-13T09:00")
    assert len(story.notices("dagsordenspunkt_for_gammelt")) == 2


@pytest.mark.parametrize(
    ("outcome", "end", "status"),
    [
        ("til_forebyggende", "til_forebyggende", "forebyggende"),
        ("lukkes", "lukket", "afsluttet"),
        ("videresendes", "til_anden_kommune", "afsluttet"),
    ],
)
def test_the_daily_meeting_can_end_a_case_elsewhere(town, outcome, end, status):
    """Proves R-006."""
    story = town("2026-05-12T08:00")
    story.notify("U1", "S1", received="2026-05-12T08:00")
    story.assess("S1")
    story.go_to("2026-05-12T09:00")
    story.meet("2026-05-12")

    story.decide("S1", outcome, kendskabsdato="2026-05-12")

    assert end in story.ends("fronten_dagsmoede")
    assert "dagsorden_tom" in story.ends("fronten_dagsmoede")
    assert story.facts("S1")["status"] == status


def test_the_disability_team_gets_its_cases_from_the_meeting(town):
    story = town("2026-05-12T08:00")
    story.notify("U1", "S1", received="2026-05-12T08:00")
    story.assess("S1")
    story.go_to("2026-05-12T09:00")
    story.meet("2026-05-12")

    story.decide("S1", "til_handicapteam", kendskabsdato="2026-05-12")

    [allocation] = story.tasks("tildel", "S1")
    assert allocation.candidate_groups == ["teamleder_handicap"]


def test_a_case_without_an_area_waits_for_any_team_leader(town):
    story = town("2026-05-12T08:00")
    story.open_case("S1")

    story.send("til_familieteam", "S1", sag_id="S1")

    [allocation] = story.tasks("tildel", "S1")
    assert {"teamleder_nord", "teamleder_midt", "teamleder_syd"} <= set(allocation.candidate_groups)


def test_a_case_that_nobody_got_by_the_next_working_day_is_reported(town):
    story = town("2026-05-13T10:00")
    story.open_case("S1", omraade="syd")
    story.send("til_familieteam", "S1", sag_id="S1")

    story.go_to("2026-05-15T23:59:59")  # 14 May is a holiday
    assert not story.notices("ikke_tildelt")
    story.go_to("2026-05-16T00:00:01")

    [notice] = story.notices("ikke_tildelt")
    assert notice.groups == ("teamleder_syd",)
    assert story.tasks("tildel", "S1")


@pytest.mark.parametrize(
    ("choice", "end", "status"),
    [
        ("forebyggende", "forebyggende", "forebyggende"),
        ("raadgivning_kort", "raadgivning_kort", "raadgivning"),
        ("afsluttes", "afsluttet", "afsluttet"),
    ],
)
def test_less_than_an_examination_can_be_enough(town, choice, end, status):
    """Proves R-036."""
    story = town("2026-05-12T10:00")
    story.open_case("S1", omraade="syd")
    story.send("til_familieteam", "S1", sag_id="S1")
    story.complete(
        "tildel",
        "TL-SYD",
        team="familieteam_syd",
        sagsbehandler="CW-07",
        forebyggende_bliver=True,
    )
    story.complete(
        "afklar_roller",
        "CW-07",
        rolle_familieteam="Myndighed",
        rolle_forebyggende="Støtte i hverdagen",
        familien_kender_roller=True,
    )

    story.complete(
        "beslut_undersoegelse",
        "CW-07",
        undersoegelse=choice,
        begrundelse="Mindre er nok.",
        besluttet="2026-05-12",
    )

    assert end in story.ends("familieteam_modtag")
    assert story.facts("S1")["status"] == status


def test_a_change_of_caseworker_needs_another_one_and_is_told(town):
    """Proves R-022."""
    story = town("2026-05-12T10:00")
    story.open_case("S1", omraade="syd")
    story.send("til_familieteam", "S1", sag_id="S1")
    story.complete("tildel", "TL-SYD", team="familieteam_syd", sagsbehandler="CW-07")
    story.send("skift_raadgiver", "S1", sag_id="S1")
    change = {"aarsag": "orlov", "overlevering": "Se sagen.", "familie_informeret": "2026-05-12"}

    with pytest.raises(Refused):
        story.complete("skift", "TL-SYD", ny="CW-07", **change)
    story.complete("skift", "TL-SYD", ny="CW-03", **change)

    assert story.facts("S1")["sagsbehandler"] == "CW-03"
    [record] = story.flow.cases.records("Sagsbehandlerskift")
    assert (record["fra"], record["ny"]) == ("CW-07", "CW-03")
    [handed_over] = story.tasks("beslut_undersoegelse")
    assert handed_over.assignee == "CW-03"


def test_a_breach_is_recorded_at_once_when_the_registration_comes_too_late(town):
    story = town("2026-05-12T08:00")
    story.go_to("2026-05-13T12:00")

    story.notify("U1", "S1", received="2026-05-12T08:00")

    [t01] = story.deadlines("T01")
    assert t01.status == "breached"
    assert story.tasks("vurder")
    assert t01.due_at.astimezone(dt.UTC) == dt.datetime(2026, 5, 13, 6, tzinfo=dt.UTC)


def test_a_meeting_caught_up_on_late_does_not_take_an_item_twice(town):
    story = town("2026-05-11T08:00")
    story.notify("U1", "S1", received="2026-05-11T08:00")
    story.assess("S1")
    story.flow.clock.set(dt.datetime(2026, 5, 12, 5, tzinfo=dt.UTC))  # nothing ran since

    while story.flow.timers.fire_due():
        pass
    assert len(story.tasks("fremmoede")) == 1
    story.go_to("2026-05-12T09:00")

    assert len(story.tasks("fremmoede")) == 1
