"""Who is a person and who is a group is asked of the accounts, whatever the ids look like."""

from __future__ import annotations

import pytest

from flowcase.access import groups
from flowcase.access.actor import SYSTEM
from flowcase.modeling.form import Field, FieldType
from flowcase.web.words import answers, case_words


@pytest.fixture
def in_page(app, world, monkeypatch):
    world.flow.people.add("mette", name="Mette Holm", groups=("familieteam_syd",), actor=SYSTEM)
    monkeypatch.setattr(groups, "NAMES", {**groups.NAMES, "team.vest": ("Team Vest", "Team West")})
    with app.test_request_context():
        yield


def test_a_person_without_a_dot_and_a_group_with_one_are_named_as_what_they_are(in_page):
    asked = Field(
        id="felt",
        key="modtagere",
        path=("modtagere",),
        type=FieldType.CHOICES,
        component="taglist",
        label="Modtagere",
    )

    named = case_words.recipients(["mette", "team.vest", "camilla.syd", "familieteam_syd"])
    answered = answers.said(asked, ["mette", "team.vest", "camilla.syd", "familieteam_syd"])

    assert named == "Mette Holm, Team Vest, Camilla Noer, Familieteam Syd"
    assert answered == ("Modtagere", named)
