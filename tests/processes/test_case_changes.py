"""What may happen to any open case: another caseworker, a deputy, a move, an acute turn (matrix c, d)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.errors import Conflict, Forbidden, InvalidValues, NotFound, Refused

PROCESSES = Path(__file__).parents[2] / "processes"
CHANGE = {"aarsag": "orlov", "overlevering": "Se sagen.", "familie_informeret": "2026-05-12"}
ABSENCE = {
    "stedfortraeder": "CW-03",
    "fra": "2026-05-13",
    "til": "2026-05-20",
    "grund": "ferie",
    "besked": "Moren ringer om skolestart.",
    "familie_informeret": "2026-05-12",
}
PLAN = {
    "fokus": "Trivsel.",
    "kilder": [{"hvem": "Skolen", "rolle": "skole", "hvad": "Fravær", "samtykke": "indhentes"}],
    "familiens_bidrag": "Dagbog.",
}


@pytest.fixture
def story(town):
    """A case of CW-07's with an examination under way."""
    told = town("2026-05-12T10:00")
    told.open_case(
        "S1",
        team="familieteam_syd",
        sagsbehandler="CW-07",
        omraade="syd",
        kendskabsdato=told.flow.clock.now().date(),
        status="aaben",
    )
    told.flow.instances.start(
        "boernefaglig_undersoegelse", {"sag_id": "S1"}, case="S1", actor=told.person("CW-07")
    )
    return told


def begin(story, process, by, case="S1"):
    return story.flow.startable_flows.start(process, case=case, actor=story.person(by))


def test_a_change_of_caseworker_hands_over_what_is_open_in_every_flow(story):
    """Proves R-022."""
    begin(story, "skift_raadgiver", "TL-SYD")

    story.complete("skift", "TL-SYD", ny="CW-03", **CHANGE)

    [planned] = story.tasks("planlaeg")
    assert planned.assignee == "CW-03"
    assert story.facts("S1")["sagsbehandler"] == "CW-03"
    with pytest.raises(Conflict):
        story.complete("planlaeg", "CW-07", **PLAN)
    story.complete("planlaeg", "CW-03", **PLAN)
    assert story.tasks("boernesamtale")[0].assignee == "CW-03"
    assert story.ends("skift_raadgiver") == ["skiftet"]
    told = [row.text for row in story.flow.history.story("S1", actor=story.person("CW-03"))]
    assert any("gik over til CW-03" in text for text in told)


def test_only_the_teams_own_leaders_change_its_caseworker(story):
    begin(story, "skift_raadgiver", "CW-07")

    with pytest.raises(Forbidden):
        story.complete("skift", "TL-NORD", ny="CW-03", **CHANGE)
    with pytest.raises(Forbidden):
        begin(story, "skift_raadgiver", "FP-1")


def test_a_deputy_does_the_tasks_and_the_case_keeps_its_owner(story):
    """Proves R-022."""
    begin(story, "raadgiver_fravaer", "TL-SYD")
    story.complete("meld", "TL-SYD", **ABSENCE)
    [task] = story.tasks("planlaeg")

    with pytest.raises(Conflict):  # the absence has not begun
        story.complete("planlaeg", "CW-03", **PLAN)
    story.go_to("2026-05-13T09:00")

    assert story.facts("S1")["stedfortraeder"] == "CW-03"
    assert story.facts("S1")["sagsbehandler"] == "CW-07"
    assert task.id in {row.id for row in story.flow.user_tasks.inbox(story.person("CW-03"))}
    story.complete("planlaeg", "CW-03", **PLAN)
    assert story.tasks("boernesamtale")[0].assignee == "CW-07"
    assert story.flow.cases.records("Sagsbehandlerskift") == []


def test_the_deputy_is_one_no_longer_when_the_last_day_has_passed(story):
    begin(story, "raadgiver_fravaer", "CW-07")
    story.complete("meld", "CW-07", **ABSENCE)

    story.go_to("2026-05-20T23:30")
    assert story.facts("S1")["stedfortraeder"] == "CW-03"
    story.go_to("2026-05-21T08:00")

    assert story.facts("S1")["stedfortraeder"] is None
    assert story.flow.user_tasks.inbox(story.person("CW-03")) == [
        row for row in story.flow.user_tasks.inbox(story.person("CW-03")) if row.assignee is None
    ]
    assert story.ends("raadgiver_fravaer")[-1] == "tilbage"


def test_a_caseworker_who_comes_back_early_takes_the_tasks_back(story):
    begin(story, "raadgiver_fravaer", "CW-07")
    story.complete("meld", "CW-07", **ABSENCE)
    story.go_to("2026-05-14T08:00")

    story.complete("tilbage_foer_tid", "CW-07")

    assert story.facts("S1")["stedfortraeder"] is None
    assert story.flow.absences.away(["CW-07"]) == {}
    with pytest.raises(Conflict):
        story.complete("planlaeg", "CW-03", **PLAN)


@pytest.mark.parametrize("last", [dt.date(2026, 5, 15), dt.date(2026, 5, 29)])
def test_the_deputy_stays_as_long_as_the_absence_whose_last_day_was_changed(story, last):
    """Proves R-022."""
    begin(story, "raadgiver_fravaer", "CW-07")
    story.complete("meld", "CW-07", **ABSENCE)
    moves, leader = story.flow.caseload_moves, story.person("TL-SYD")
    before, said = dt.date(2026, 5, 20), {"til": last.isoformat()}
    story.go_to("2026-05-14T08:00")
    with pytest.raises(Forbidden):
        moves.change_last_day("CW-07", before, said, actor=story.person("CW-03"))  # the deputy
    with pytest.raises(InvalidValues):
        moves.change_last_day("CW-07", before, {"til": "2026-05-13"}, actor=leader)

    moved = moves.change_last_day("CW-07", before, said, actor=leader)
    with pytest.raises(NotFound):  # pressed twice
        moves.change_last_day("CW-07", before, said, actor=leader)

    assert (moved.done, moved.not_done) == (["S1"], {})
    [absence] = story.flow.absences.shown_to(leader)
    assert (absence.last, absence.deputy, absence.cases, absence.reported_by) == (
        last,
        "CW-03",
        ("S1",),
        "CW-07",
    )
    assert story.notices("stedfortraeder_aendret")
    assert story.facts("S1")["stedfortraeder"] == "CW-03"
    story.go_to(f"{last}T23:30")
    assert story.facts("S1")["stedfortraeder"] == "CW-03"
    story.go_to(f"{last + dt.timedelta(days=1)}T08:00")
    assert story.facts("S1")["stedfortraeder"] is None
    assert story.ends("raadgiver_fravaer")[-1] == "tilbage"
    assert story.flow.altered_rows.find(casework=True) == []


@pytest.mark.parametrize("last", [dt.date(2026, 5, 15), dt.date(2026, 5, 29)])
def test_an_announced_absence_is_shortened_or_lengthened_and_its_deputy_stays_as_long(story, last):
    """Proves R-022."""
    begin(story, "raadgiver_fravaer", "CW-07")
    story.complete("meld", "CW-07", **ABSENCE)
    moves, own = story.flow.caseload_moves, story.person("CW-07")
    before, said = dt.date(2026, 5, 20), {"til": last.isoformat()}
    with pytest.raises(InvalidValues):  # the day before the first one, and not past
        moves.change_last_day("CW-07", before, {"til": "2026-05-12"}, actor=own)

    moved = moves.change_last_day("CW-07", before, said, actor=own)

    assert (moved.done, moved.not_done) == (["S1"], {})
    [absence] = story.flow.absences.of(own)
    assert (absence.first, absence.last, absence.deputy, absence.is_under_way) == (
        dt.date(2026, 5, 13),
        last,
        "CW-03",
        False,
    )
    assert len(story.notices("stedfortraeder_aendret")) == 1
    deputy_stands_in_until(story, last)


@pytest.mark.parametrize("when", ["2026-05-12T11:00", "2026-05-14T08:00"], ids=["announced", "under way"])
def test_a_flow_of_an_older_version_follows_when_the_last_day_is_changed(story, when):
    path, last = "raadgiver_fravaer.bpmn", dt.date(2026, 5, 29)
    newest = (PROCESSES / path).read_bytes()
    older = newest.replace(b'name="fravaer_aendret"', b'name="noget_andet"')
    story.flow.deployments.deploy({path: older}, actor=SYSTEM, note="Gammel udgave")
    begin(story, "raadgiver_fravaer", "CW-07")
    story.complete("meld", "CW-07", **ABSENCE)
    story.flow.deployments.deploy({path: newest}, actor=SYSTEM, note="Ny udgave")
    story.go_to(when)

    moved = story.flow.caseload_moves.change_last_day(
        "CW-07", dt.date(2026, 5, 20), {"til": last.isoformat()}, actor=story.person("TL-SYD")
    )

    assert (moved.done, moved.not_done) == (["S1"], {})
    assert len(story.notices("stedfortraeder_aendret")) == 1
    assert [row.due_at.date() for row in story.tasks("tilbage_foer_tid")] in ([], [last])
    deputy_stands_in_until(story, last)


def deputy_stands_in_until(story, last):
    """From the first day to the last one, and no longer."""
    story.go_to("2026-05-14T09:00")
    assert story.facts("S1")["stedfortraeder"] == "CW-03"
    story.go_to(f"{last}T23:30")
    assert story.facts("S1")["stedfortraeder"] == "CW-03"
    story.go_to(f"{last + dt.timedelta(days=1)}T08:00")
    assert story.facts("S1")["stedfortraeder"] is None
    assert story.ends("raadgiver_fravaer")[-1] == "tilbage"
    assert story.flow.altered_rows.find(casework=True) == story.flow.consistency.check() == []


def test_a_deputy_who_was_to_begin_behind_the_new_last_day_is_called_off(story):
    begin(story, "raadgiver_fravaer", "CW-07")
    story.complete("meld", "CW-07", **{**ABSENCE, "fra": "2026-05-18"})
    story.flow.absences.report(
        "CW-07", dt.date(2026, 5, 13), dt.date(2026, 5, 22), actor=story.person("CW-07")
    )

    moved = story.flow.caseload_moves.change_last_day(
        "CW-07", dt.date(2026, 5, 22), {"til": "2026-05-15"}, actor=story.person("CW-07")
    )

    assert (moved.done, story.ends("raadgiver_fravaer")) == (["S1"], ["aflyst"])
    [absence] = story.flow.absences.of(story.person("CW-07"))
    assert (absence.first, absence.last, absence.cases) == (dt.date(2026, 5, 13), dt.date(2026, 5, 15), ())


def test_another_absence_that_is_announced_keeps_its_days_when_the_one_before_gets_shorter(story):
    for days in ({}, {"fra": "2026-06-08", "til": "2026-06-12"}):
        begin(story, "raadgiver_fravaer", "CW-07")
        story.complete("meld", "CW-07", **{**ABSENCE, **days})

    story.flow.caseload_moves.change_last_day(
        "CW-07", dt.date(2026, 5, 20), {"til": "2026-05-15"}, actor=story.person("CW-07")
    )

    assert [(str(each.first), str(each.last)) for each in story.flow.absences.of(story.person("CW-07"))] == [
        ("2026-05-13", "2026-05-15"),
        ("2026-06-08", "2026-06-12"),
    ]


@pytest.mark.parametrize("by", ["CW-07", "TL-SYD"])
def test_an_absence_with_a_case_is_called_off_before_its_first_day(story, by):
    """Proves R-022."""
    begin(story, "raadgiver_fravaer", "CW-07")
    story.complete("meld", "CW-07", **ABSENCE)
    first, last = dt.date(2026, 5, 13), dt.date(2026, 5, 20)
    moves, actor = story.flow.caseload_moves, story.person(by)

    with pytest.raises(Forbidden):
        moves.call_off_absence("CW-07", first, last, actor=story.person("CW-03"))  # the deputy
    called_off = moves.call_off_absence("CW-07", first, last, actor=actor)

    assert (called_off.done, called_off.not_done) == (["S1"], {})
    assert story.ends("raadgiver_fravaer") == ["aflyst"]
    [record] = story.flow.cases.records("Fravaer", case="S1")
    assert (record["status"], str(record["sluttet"])) == ("aflyst", "2026-05-12")
    assert story.flow.absences.of(story.person("CW-07")) == []
    with pytest.raises(NotFound):
        moves.call_off_absence("CW-07", first, last, actor=actor)
    story.go_to("2026-05-13T09:00")
    assert story.facts("S1").get("stedfortraeder") is None and story.facts("S1")["sagsbehandler"] == "CW-07"
    assert story.tasks("planlaeg")[0].assignee == "CW-07"
    assert story.notices("stedfortraeder_sat") == story.notices("stedfortraeder_slut") == []


def test_a_flow_of_an_older_version_ends_when_the_absence_is_called_off(story):
    """Proves R-022."""
    path = "raadgiver_fravaer.bpmn"
    newest = (PROCESSES / path).read_bytes()
    older = newest.replace(b'name="fravaer_aflyst"', b'name="noget_andet"')
    story.flow.deployments.deploy({path: older}, actor=SYSTEM, note="Gammel udgave")
    begin(story, "raadgiver_fravaer", "CW-07")
    story.complete("meld", "CW-07", **ABSENCE)
    story.flow.deployments.deploy({path: newest}, actor=SYSTEM, note="Ny udgave")
    days = dt.date(2026, 5, 13), dt.date(2026, 5, 20)

    called_off = story.flow.caseload_moves.call_off_absence("CW-07", *days, actor=story.person("CW-07"))

    assert (called_off.done, called_off.not_done) == (["S1"], {})
    [record] = story.flow.cases.records("Fravaer", case="S1")
    assert (record["status"], str(record["sluttet"])) == ("aflyst", "2026-05-12")
    assert story.flow.absences.of(story.person("CW-07")) == []
    [instance] = [row for row in story.flow.instances.list() if row.process == "raadgiver_fravaer"]
    assert instance.status == "cancelled"
    story.go_to("2026-05-13T09:00")
    assert story.facts("S1").get("stedfortraeder") is None and story.tasks("tilbage_foer_tid") == []
    assert story.notices("stedfortraeder_sat") == story.notices("stedfortraeder_slut") == []
    assert story.flow.altered_rows.find(casework=True) == story.flow.consistency.check() == []


def test_an_absence_that_has_begun_is_not_called_off(story):
    begin(story, "raadgiver_fravaer", "CW-07")
    story.complete("meld", "CW-07", **ABSENCE)
    story.go_to("2026-05-14T08:00")

    with pytest.raises(NotFound):
        story.flow.caseload_moves.call_off_absence(
            "CW-07", dt.date(2026, 5, 13), dt.date(2026, 5, 20), actor=story.person("CW-07")
        )

    assert story.facts("S1")["stedfortraeder"] == "CW-03"
    assert "CW-07" in story.flow.absences.away(["CW-07"])


def test_calling_off_days_leaves_what_lasts_longer(story):
    begin(story, "raadgiver_fravaer", "CW-07")
    story.complete("meld", "CW-07", **ABSENCE)
    story.flow.absences.report(
        "CW-07", dt.date(2026, 5, 18), dt.date(2026, 5, 25), actor=story.person("CW-07")
    )

    story.flow.caseload_moves.call_off_absence(
        "CW-07", dt.date(2026, 5, 13), dt.date(2026, 5, 20), actor=story.person("CW-07")
    )

    [left] = story.flow.absences.of(story.person("CW-07"))
    assert (str(left.first), str(left.last), left.cases) == ("2026-05-13", "2026-05-25", ())


def test_an_absence_stays_the_persons_when_the_last_case_goes_to_somebody_else(story):
    begin(story, "raadgiver_fravaer", "CW-07")
    story.complete("meld", "CW-07", **ABSENCE)
    story.go_to("2026-05-14T08:00")
    begin(story, "skift_raadgiver", "TL-SYD")

    story.complete("skift", "TL-SYD", ny="CW-03", **CHANGE)

    away = story.flow.absences.away(["CW-07"])["CW-07"]
    assert (str(away.last), away.deputy, away.cases) == ("2026-05-20", None, ())
    told = [row for row in story.flow.history.everything() if type(row.event).__name__ == "AbsenceReported"]
    assert [(row.stream, row.event.person) for row in told] == [("installation", "CW-07")]
    assert story.flow.caseload_moves.end_absence("CW-07", actor=story.person("CW-07")).done == []
    assert story.flow.absences.away(["CW-07"]) == {}


def test_an_absence_whose_last_day_has_passed_ends_without_a_word_of_coming_back_early(story):
    begin(story, "raadgiver_fravaer", "CW-07")
    story.complete("meld", "CW-07", **ABSENCE)

    story.go_to("2026-05-21T08:00")

    kinds = [type(row.event).__name__ for row in story.flow.history.everything()]
    assert "AbsenceReported" in kinds and "AbsenceEnded" not in kinds
    assert story.flow.absences.of(story.person("CW-07")) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"stedfortraeder": "CW-07"}, "selv"), ({"til": "2026-05-12"}, "før den første")],
)
def test_an_impossible_absence_is_refused_with_its_reason(story, wrong, sentence):
    begin(story, "raadgiver_fravaer", "TL-SYD")

    with pytest.raises(Refused, match=sentence):
        story.complete("meld", "TL-SYD", **{**ABSENCE, **wrong})


def test_a_new_caseworker_ends_the_absence_of_the_former_one(story):
    begin(story, "raadgiver_fravaer", "TL-SYD")
    story.complete("meld", "TL-SYD", **ABSENCE)
    story.go_to("2026-05-14T08:00")
    begin(story, "skift_raadgiver", "TL-SYD")

    story.complete("skift", "TL-SYD", ny="CW-03", **CHANGE)

    assert story.facts("S1")["stedfortraeder"] is None
    assert story.ends("raadgiver_fravaer")[-1] == "ophoert"


def test_an_absence_that_is_announced_does_not_become_the_new_caseworkers(story):
    begin(story, "raadgiver_fravaer", "TL-SYD")
    story.complete("meld", "TL-SYD", **ABSENCE)
    begin(story, "skift_raadgiver", "TL-SYD")

    story.complete("skift", "TL-SYD", ny="CW-03", **CHANGE)

    assert story.ends("raadgiver_fravaer") == ["ophoert"]
    assert story.flow.absences.of(story.person("CW-03")) == []
    [absence] = story.flow.absences.of(story.person("CW-07"))
    assert (absence.deputy, absence.cases) == (None, ())
    story.go_to("2026-05-13T09:00")
    assert story.facts("S1").get("stedfortraeder") is None
    assert list(story.flow.absences.away(["CW-03", "CW-07"])) == ["CW-07"]
    assert story.notices("stedfortraeder_sat") == story.notices("stedfortraeder_slut") == []


def test_a_family_that_moves_to_another_municipality_takes_its_material_along(story):
    begin(story, "flytning", "CW-07")
    moved = {"dato": "2026-05-20", "ny_adresse": "Havnegade 3", "kommune": "Nabokommunen"}
    story.complete("registrer", "CW-07", hvorhen="anden_kommune", **moved)

    story.complete(
        "underret_kommune",
        "CW-07",
        modtager="Modtagelsen",
        underrettet="2026-05-12T09:30+02:00",
        materiale="Undersøgelsen indtil nu.",
        igangvaerende="Samtaler hver uge.",
        familie_orienteret="2026-05-11",
    )
    told = (story.facts("S1")["status"], story.deadlines("T04")[0].status, len(story.tasks("planlaeg")))
    story.go_to("2026-05-20T00:00")

    assert told == ("undersoegelse", "open", 1)
    assert story.ends("flytning") == ["flyttet"]
    assert story.ends("boernefaglig_undersoegelse")[-1] == "sag_lukket"
    [t04] = story.deadlines("T04")
    assert t04.status == "cancelled"
    assert story.flow.cases.get("S1", actor=story.person("CW-07")).outcome == "flyttet"
    sent = [
        row.event
        for row in story.flow.history.everything()
        if type(row.event).__name__ == "MessagePublished" and row.event.name == "til_anden_kommune"
    ]
    assert [event.correlation_key for event in sent] == ["S1"]
    assert story.tasks("planlaeg") == []


def move_north(story):
    begin(story, "flytning", "CW-07")
    story.complete(
        "registrer",
        "CW-07",
        hvorhen="i_kommunen",
        dato="2026-05-20",
        ny_adresse="Nordvej 1",
        nyt_omraade="nord",
    )


def test_continuity_may_outweigh_the_area(story):
    move_north(story)

    story.complete(
        "kontinuitet", "TL-SYD", kontinuitet="behold", kontinuitet_begrundelse="Barnet kender sin rådgiver."
    )

    facts = story.facts("S1")
    assert (facts["omraade"], facts["team"], facts["sagsbehandler"]) == ("nord", "familieteam_syd", "CW-07")
    assert story.ends("flytning") == ["samme_raadgiver"]
    [child] = story.flow.cases.records("Barn", case="S1")
    assert child["adresse"] == "Nordvej 1"


def test_otherwise_the_new_areas_team_and_a_new_caseworker_take_over(story):
    move_north(story)
    story.complete(
        "kontinuitet", "TL-SYD", kontinuitet="nyt_team", kontinuitet_begrundelse="Langt til møder."
    )

    story.complete("skift", "TL-NORD", ny="CW-03", **{**CHANGE, "aarsag": "flytning"})

    facts = story.facts("S1")
    assert (facts["omraade"], facts["team"], facts["sagsbehandler"]) == ("nord", "familieteam_nord", "CW-03")
    assert story.ends("flytning") == ["nyt_omraade_team"]


def test_a_move_within_the_area_only_corrects_the_address(story):
    begin(story, "flytning", "CW-07")

    story.complete(
        "registrer",
        "CW-07",
        hvorhen="i_kommunen",
        dato="2026-05-20",
        ny_adresse="Sydvej 9",
        nyt_omraade="syd",
    )

    assert story.ends("flytning") == ["adresse_rettet"]
    assert story.facts("S1")["sagsbehandler"] == "CW-07"


ACTED = {
    "handling": "Barnet er hos moster.",
    "kontaktet": ["politi"],
    "barnets_opholdssted": "Hos moster",
    "samtykke": "ja",
    "foreloebig_afgoerelse": False,
    "tidspunkt": "2026-05-12T09:50+02:00",
}


def test_an_acute_turn_is_told_to_the_duty_and_the_caseworker_when_it_is_reported(story):
    begin(story, "akut_vending", "FR-1")

    [told] = story.notices("akut_vending")
    assert (told.kind, told.groups, told.people) == ("akut", ("akutvagt",), ("CW-07",))


def test_whoever_reports_an_acute_turn_of_their_own_case_is_not_told_of_it(story):
    begin(story, "akut_vending", "CW-07")

    [told] = story.notices("akut_vending")
    assert (told.groups, told.people) == (("akutvagt",), ())


def test_whoever_reports_an_acute_turn_can_act_and_write_though_in_no_team_of_the_case(story):
    begin(story, "akut_vending", "FR-1")

    story.complete("akut_handling", "FR-1", **ACTED)

    assert story.ends("akut_vending") == ["akut_ivaerksat"]


def test_an_acute_turn_is_acted_on_and_the_examination_looks_at_its_plan_again(story):
    begin(story, "akut_vending", "CW-07")
    story.complete("akut_handling", "AV-1", **ACTED)

    assert story.ends("akut_vending") == ["akut_ivaerksat"]
    assert story.notices("akut_ivaerksat")
    assert story.tasks("planlaeg")  # the examination goes on
    story.complete(
        "genovervej", "CW-07", betydning="Skolen først.", tempo="fremskyndes", genovervejet="2026-05-12"
    )
    [record] = story.flow.cases.records("Genovervejelse", case="S1")
    assert record["tempo"] == "fremskyndes"


def test_parents_who_refuse_need_a_lawful_way_that_is_written_down(story):
    story.complete("planlaeg", "CW-07", medvirken="nej", **PLAN)
    assert story.tasks("boernesamtale") == []
    way = {
        "foraeldrenes_grunde": "De frygter anbringelse.",
        "uden_dem": "Skole og sundhedspleje kan høres.",
        "vej": "uden_samtykke",
        "besluttet_af": "Myndighedsansvarlig",
        "besluttet": "2026-05-12",
        "begrundelse": "Barnets udvikling er i fare.",
    }

    with pytest.raises(Refused, match="Tal først med forældrene"):
        story.complete("uden_medvirken", "CW-07", forsoegt=["netvaerk"], **way)
    story.complete("uden_medvirken", "CW-07", forsoegt=["samtale", "netvaerk"], **way)

    assert story.tasks("boernesamtale")
    [record] = story.flow.cases.records("Undersoegelse", case="S1")
    assert record["medvirken_vej"] == "uden_samtykke"


@pytest.mark.parametrize("by", ["FR-1", "FP-1"])
@pytest.mark.parametrize(
    ("process", "first"),
    [
        ("samtykke", "familieforhold"),
        ("samtykke_tilbagekaldelse", "registrer"),
        ("videregivelse", "videregiv"),
        ("anonym_droeftelse", "anonymitet"),
        ("ssd_samarbejde", "fem_spoergsmaal"),
    ],
)
def test_whoever_begins_about_consent_in_a_case_without_a_team_can_go_on(story, process, first, by):
    """With the preventive worker, and while the reception has it, a case has neither team nor caseworker."""
    story.open_case("S2", status="forebyggende")
    begin(story, process, by, case="S2")

    [task] = story.tasks(first, "S2")
    story.flow.user_tasks.claim(task.id, actor=story.person(by))

    assert story.tasks(first, "S2")[0].assignee == by
