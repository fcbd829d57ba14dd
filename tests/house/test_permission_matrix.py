"""Every route has a rule and every group a kind: what nobody thought of is refused here."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowcase.access.groups import NAMES
from flowcase.access.kinds import KINDS, kinds_of
from flowcase.web import permission_matrix, permission_page
from flowcase.web.application import routes_only
from flowcase.web.route_rules import Answer


def test_every_route_says_who_may_open_it() -> None:
    known = {route.endpoint for route in permission_matrix.routes(routes_only())}

    assert known == set(permission_matrix.RULES)


@pytest.mark.parametrize("group", NAMES)
def test_every_group_is_of_exactly_one_kind(group: str) -> None:
    assert len(kinds_of(group)) == 1, group


@pytest.mark.parametrize("kind", KINDS)
def test_the_groups_of_a_kind_are_answered_alike_by_every_rule(kind: str) -> None:
    for rule in permission_matrix.RULES.values():
        assert permission_matrix.answer(rule, KINDS[kind]) in Answer


@pytest.mark.parametrize("place", [test for _, _, test in permission_page.FOUR_EYES])
def test_what_takes_two_people_is_tried_by_one_alone(place: str) -> None:
    file, _, name = place.partition("::")

    assert f"def {name}(" in (Path(__file__).parents[2] / file).read_text("utf-8")


def test_a_route_that_nobody_wrote_down_stops_the_page() -> None:
    app = routes_only()
    app.add_url_rule("/nyt", "somewhere.new", lambda: "")

    with pytest.raises(KeyError, match=r"somewhere\.new"):
        permission_page.page(app)
