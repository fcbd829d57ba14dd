"""The people that the rule sets count on: reception staff, preventive workers, a team per school district."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM


@pytest.fixture
def story(town):
    return town("2026-05-12T08:00")


def line(story, group):
    [found] = [each for each in story.flow.rosters.lines() if each.group == group]
    return found


def test_two_reception_workers_and_three_preventive_ones_are_counted_on(story):
    """Proves R-003 and R-007."""
    reception = line(story, "frontpersonale")
    assert (reception.needed, reception.people, reception.is_staffed) == (2, ("FP-1", "FP-2"), True)
    preventive = line(story, "forebyggende_raadgiver")
    assert (preventive.needed, preventive.people, preventive.is_staffed) == (3, ("FR-1",), False)


def test_who_has_left_counts_no_longer(story):
    story.flow.people.deactivate("FP-2", actor=SYSTEM)

    assert not line(story, "frontpersonale").is_staffed


def test_a_direct_team_has_adviser_ppr_and_health_visitor_in_each_district(story):
    """Proves R-011 and X-24."""
    story.flow.rule_sets.use(
        settings={
            "intake_mode": "direct",
            "skoledistrikter": {"D1": "sverigesteam"},
            "sverigesteam_funktioner": ["raadgiver", "ppr", "sundhedspleje"],
        },
        actor=SYSTEM,
    )
    for id, groups in (("SV-1", ["sverigesteam"]), ("SV-2", ["sverigesteam", "ppr"])):
        story.flow.people.add(id, name=id, groups=groups, actor=SYSTEM)
    assert (line(story, "sverigesteam").district, line(story, "sverigesteam").missing) == (
        "D1",
        ("sundhedspleje",),
    )

    story.flow.people.add("SV-3", name="SV-3", groups=["sverigesteam", "sundhedspleje"], actor=SYSTEM)

    assert line(story, "sverigesteam").is_staffed
