"""A leader moves a case to another rule-set version: computed deadlines follow, decided dates stay."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.errors import Conflict, Forbidden, NotFound, Refused
from tests.moved_deadlines import move_deadline
from tests.processes.conftest import PROCESSES

TABLE = "decisions/D-11_fristpolitik.dmn"
_ROW = '<outputEntry id="frist_laengde_raekke_4_ud_1">\n          <text>4</text>'


@pytest.fixture
def story(town):
    """A case under examination since 4 May, and a law that since then gives three months, not four."""
    told = town("2026-05-12T10:00")
    told.open_case(
        "S1",
        team="familieteam_syd",
        sagsbehandler="CW-07",
        kendskabsdato=dt.date(2026, 5, 4),
        status="aaben",
    )
    told.flow.instances.start("boernefaglig_undersoegelse", {"sag_id": "S1"}, case="S1", actor=SYSTEM)
    told.old = told.flow.cases.get("S1", actor=told.person("CW-07")).rule_set_version
    content = (PROCESSES / TABLE).read_text("utf-8")
    assert _ROW in content
    changed = content.replace(_ROW, _ROW.replace(">4<", ">3<"))
    told.flow.deployments.deploy({TABLE: changed.encode()}, actor=SYSTEM, note="Ny lov")
    return told


def version(story):
    return story.flow.cases.get("S1", actor=story.person("CW-07")).rule_set_version


def due(story):
    [t04] = story.deadlines("T04")
    return t04.due_at.astimezone(dt.UTC).date()


def test_a_case_keeps_its_version_until_a_leader_moves_it(story):
    assert version(story) == story.old
    assert due(story) == dt.date(2026, 9, 4)

    done = story.flow.rule_set_moves.move("S1", reason="Ny lov i kraft", actor=story.person("TL-SYD"))

    assert version(story) != story.old
    assert due(story) == dt.date(2026, 8, 4)
    assert [(each.rule, each.changes) for each in done.deadlines] == [("T04", True)]
    instances = story.flow.instances.list(case="S1", process="boernefaglig_undersoegelse")
    assert {row.rule_set for row in instances} == {f"STANDARD:{version(story)}"}


def test_the_timer_drawn_from_the_deadline_moves_with_it(story):
    story.flow.rule_set_moves.move("S1", reason="Ny lov i kraft", actor=story.person("TL-SYD"))

    story.go_to("2026-08-05T09:00")

    assert story.tasks("foreloebig_vurdering")


def test_a_decided_date_is_kept(story):
    [t04] = story.deadlines("T04")
    move_deadline(story.flow, t04.id, due=dt.date(2026, 10, 1), reason="Aftalt", actor=story.person("TL-SYD"))

    planned = story.flow.rule_set_moves.preview("S1", actor=story.person("TL-SYD"))
    story.flow.rule_set_moves.move("S1", reason="Ny lov", actor=story.person("TL-SYD"))

    assert [(each.is_kept, each.changes) for each in planned.deadlines] == [(True, False)]
    assert due(story) == dt.date(2026, 10, 1)


def test_a_preview_changes_nothing(story):
    planned = story.flow.rule_set_moves.preview("S1", actor=story.person("MA-1"))

    assert planned.is_needed
    assert (version(story), due(story)) == (story.old, dt.date(2026, 9, 4))


def test_the_move_is_told_with_its_reason_and_signalled(story):
    story.flow.rule_set_moves.move("S1", reason="Ny lov i kraft", actor=story.person("TL-SYD"))

    told = [row.text for row in story.flow.history.story("S1", actor=story.person("CW-07"))]
    assert any(
        "Sagen følger fra nu af regelsæt STANDARD" in text and "Ny lov i kraft" in text for text in told
    )
    signals = [
        row.event.name
        for row in story.flow.history.of_case("S1", actor=story.person("CW-07"))
        if type(row.event).__name__ == "SignalAccepted"
    ]
    assert "regelsaet_skiftet" in signals


def test_a_case_may_go_back_to_a_version_that_it_had(story):
    leader = story.person("TL-SYD")
    story.flow.rule_set_moves.move("S1", reason="Ny lov", actor=leader)

    story.flow.rule_set_moves.move("S1", reason="Overgangsregel", to=f"STANDARD:{story.old}", actor=leader)

    assert (version(story), due(story)) == (story.old, dt.date(2026, 9, 4))


@pytest.mark.parametrize("person", ["CW-07", "TL-NORD", "FP-1"])
def test_only_the_cases_own_leaders_move_it(story, person):
    with pytest.raises(Forbidden):
        story.flow.rule_set_moves.move("S1", reason="Ny lov", actor=story.person(person))
    with pytest.raises(Forbidden):
        story.flow.rule_set_moves.preview("S1", actor=story.person(person))


def test_a_move_needs_a_reason_a_version_that_exists_and_something_to_move(story):
    leader = story.person("TL-SYD")
    with pytest.raises(Refused, match="Skriv, hvorfor"):
        story.flow.rule_set_moves.move("S1", reason=" ", actor=leader)
    for unknown in ("STANDARD:1+999999", "FINDES-IKKE:1+1", "sludder"):
        with pytest.raises(NotFound):
            story.flow.rule_set_moves.move("S1", reason="x", to=unknown, actor=leader)
    story.flow.rule_set_moves.move("S1", reason="Ny lov", actor=leader)

    with pytest.raises(Conflict, match="already"):
        story.flow.rule_set_moves.move("S1", reason="Ny lov", actor=leader)
