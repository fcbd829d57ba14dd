"""Several notifications about a child and its siblings are seen together where one of them is decided."""

from __future__ import annotations

import pytest

from flowcase.errors import Forbidden


@pytest.fixture
def story(town):
    """S-03: the health visitor notifies of A, three hours later the school of B and C, and of A again."""
    told = town("2026-05-12T07:00")
    told.go_to("2026-05-12T08:12")
    told.notify(
        "U1", "A", received="2026-05-12T08:12", underretter_type="sundhedspleje", soeskende="ved_ikke"
    )
    told.go_to("2026-05-12T11:47")
    told.notify("U2", "B", "C", "A", received="2026-05-12T11:47", soeskende="naevnt")
    return told


def picture(story, case, by, **more):
    return story.flow.concerns.of_case(case, actor=story.person(by), **more)


def test_all_notifications_about_a_child_come_in_order_with_who_notified(story):
    seen = picture(story, "A", "FP-1", this="U2", decides=True)

    assert [(each.id, each.role, each.outcome, each.is_this) for each in seen.concerns] == [
        ("U1", "sundhedspleje", None, False),
        ("U2", "skole", None, True),
    ]
    assert seen.roles == ("sundhedspleje", "skole")
    assert seen.adds_up


def test_siblings_bring_theirs_and_each_such_look_is_in_the_siblings_own_history(story):
    seen = picture(story, "A", "FP-1", decides=True)

    assert [sibling.case for sibling in seen.siblings] == ["B", "C"]
    assert [(each.id, each.also_about_child) for each in seen.siblings[0].concerns] == [("U2", True)]
    for case in ("B", "C"):
        looks = [
            row
            for row in story.flow.history.of_case(case, actor=story.person("FP-1"))
            if type(row.event).__name__ == "CaseRead"
        ]
        assert [(row.actor, row.event.page) for row in looks] == [("FP-1", "concern")]


def test_earlier_outcomes_stay_beside_a_new_notification(story):
    """S-07: a concern that went back to the district, and a further notification a month later."""
    story.assess("A")
    story.assess("B")
    story.assess("C")
    story.go_to("2026-05-13T09:00")
    story.meet("2026-05-13")
    for case in ("A", "B", "C"):
        story.decide(case, "til_forebyggende", kendskabsdato="2026-05-12", omraade="syd")
    story.go_to("2026-06-12T10:00")

    story.notify("U3", "A", received="2026-06-12T10:00", underretter_type="politi")

    seen = picture(story, "A", "FP-1", this="U3", decides=True)
    assert [(each.id, each.outcome) for each in seen.concerns] == [
        ("U1", "til_forebyggende"),
        ("U2", "til_forebyggende"),
        ("U3", None),
    ]


def test_who_notified_is_for_those_closest_to_the_case(story):
    story.flow.cases.set_fact("A", "team", "familieteam_syd", reason="test", actor=story.person("FP-1"))

    assert picture(story, "A", "VL-1").roles == ()
    assert len(picture(story, "A", "VL-1").concerns) == 2
    assert picture(story, "A", "CW-07").roles == ("sundhedspleje", "skole")
    assert [each.role for each in picture(story, "A", "CW-07").siblings[0].concerns] == [None]


def test_who_may_not_see_the_cases_sees_neither_child_nor_sibling(story):
    story.flow.people.add("LEV-1", name="LEV-1", groups=["leverandoer"], actor=story.person("FP-1"))

    with pytest.raises(Forbidden):
        picture(story, "A", "LEV-1")
    decides = picture(story, "A", "LEV-1", decides=True)
    assert (decides.siblings, decides.hidden_siblings) == ((), 2)
    assert decides.adds_up


def test_one_notification_about_an_only_child_does_not_add_up(town):
    story = town("2026-05-12T08:00")
    story.notify("U1", "A", received="2026-05-12T08:00")

    assert not picture(story, "A", "FP-1").adds_up
