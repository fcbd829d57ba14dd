"""Who does the caseworker's tasks of a case, as its diagrams read it."""

from __future__ import annotations

import pytest

from flowcase.cases.case_team import groups_of, team_of

SETTINGS = {"roller": {"sagsbehandler": ["socialafsnit", "fronten"]}}


@pytest.mark.parametrize(
    ("team", "settings", "expected"),
    [
        ("familieteam_syd", SETTINGS, ["familieteam_syd"]),
        (None, SETTINGS, ["socialafsnit", "fronten"]),
        ("", SETTINGS, ["socialafsnit", "fronten"]),
        (None, {"roller": {"sagsbehandler": []}}, ["sagsbehandler"]),
        (None, {}, ["sagsbehandler"]),
    ],
)
def test_its_team_does_them_and_without_one_who_the_settings_name_and_never_everybody(
    team, settings, expected
):
    assert team_of(team, settings) == expected


def test_a_role_that_no_setting_maps_is_a_group():
    assert groups_of("tovholder", SETTINGS) == ["tovholder"]
