"""Nothing small can be computed: not from siblings, not from the whole, not from another team's figures."""

from __future__ import annotations

import itertools
import random

import pytest

from flowcase.history.indicators import Question, compute
from flowcase.history.indicators.figure import count, share, without_small_groups, without_small_parts
from tests.history.counting import SETTINGS, SPRING, case, material

LIMIT = 5


def _of_team(team: str | None) -> Question:
    return Question(SPRING.first, SPRING.last, team=team)


def _shown(sizes: dict[str, int]) -> dict[str, int | None]:
    found = without_small_parts({part: [count(size)] for part, size in sizes.items()}, LIMIT)
    return {part: figures[0].numerator for part, figures in found.items()}


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 20, "b": 30}, set()),
        ({"a": 20, "b": 2}, {"a", "b"}),  # b is the whole without a
        ({"a": 20, "b": 2, "c": 30}, {"b", "a"}),
        ({"a": 1, "b": 1, "c": 30, "d": 40}, {"a", "b", "c"}),  # a and b together are two people
        ({"a": 3, "b": 4, "c": 30}, {"a", "b"}),  # together seven
        ({"a": 0, "b": 2, "c": 30}, {"b", "c"}),  # nobody is no hiding place
        ({"a": 2}, {"a"}),
    ],
)
def test_what_is_hidden_cannot_be_told_from_the_whole(sizes: dict[str, int], hidden: set[str]) -> None:
    assert {part for part, shown in _shown(sizes).items() if shown is None} == hidden


def test_whatever_the_sizes_are_the_rest_of_the_whole_is_never_small() -> None:
    chance = random.Random(20260327)
    for _ in range(500):
        sizes = {str(n): chance.choice((0, 1, 2, 3, 4, 5, 6, 9, 30)) for n in range(chance.randint(1, 6))}

        shown = _shown(sizes)

        rest = [sizes[part] for part, size in shown.items() if size is None]
        assert all(size == sizes[part] for part, size in shown.items() if size is not None)
        told = [part for part, size in shown.items() if size]
        if told:  # with nothing told beside it, the whole itself is left out where it is small
            assert not rest or sum(rest) >= LIMIT, (sizes, shown)
            assert len([size for size in rest if size]) != 1, (sizes, shown)
        assert all(size == 0 or size >= LIMIT for size in shown.values() if size is not None)


def test_parts_of_one_indicator_that_are_small_together_take_the_next_smallest_with_them() -> None:
    steps = [share(n, 40, (f"trin {n}", f"step {n}"), group="steps") for n in (1, 1, 8, 30)]

    found = without_small_groups(steps, LIMIT)

    assert [each.is_suppressed for each in found] == [True, True, True, True] or [
        each.is_suppressed for each in found
    ] == [True, True, True, False]
    assert [each.numerator for each in found if not each.is_suppressed] in ([], [30])


def test_a_team_is_not_shown_where_the_whole_without_it_would_tell_of_a_small_one() -> None:
    """Twenty cases in the whole town; asking for the big team would leave the two of the small one."""
    known = material(
        cases=[
            *(case(f"SAG-S{n}", team="syd", caseworker=f"s{n}") for n in range(18)),
            *(case(f"SAG-N{n}", team="nord", caseworker=f"n{n}") for n in range(2)),
        ],
        settings={**SETTINGS, "statistik_mindste_celle": LIMIT},
    )

    whole, syd, nord = (
        {(id, figure.label): figure for id, figures in compute(known, question).items() for figure in figures}
        for question in (SPRING, _of_team("syd"), _of_team("nord"))
    )

    told = 0
    for key, figure in whole.items():
        for part in (syd, nord):
            if key in part and figure.is_personal:
                for name in ("numerator", "denominator"):
                    all_, some = getattr(figure, name), getattr(part[key], name)
                    if all_ is not None and some:
                        told += 1
                        assert not 0 < all_ - some < LIMIT, (key, name, all_, some)
    assert all(not figure.denominator for figure in nord.values() if figure.is_personal)
    assert any(figure.denominator for figure in whole.values())
    assert told == 0  # with two teams, both are left out


def test_three_teams_of_which_one_is_small_leave_no_pair_that_tells_of_it() -> None:
    sizes = {"syd": 12, "nord": 3, "midt": 9}
    known = material(
        cases=[
            case(f"SAG-{team}{n}", team=team, caseworker=f"{team}{n}")
            for team, size in sizes.items()
            for n in range(size)
        ],
        settings={**SETTINGS, "statistik_mindste_celle": LIMIT},
    )

    shown = {
        team: {
            (id, figure.label): figure
            for id, figures in compute(known, _of_team(team)).items()
            for figure in figures
            if figure.is_personal
        }
        for team in sizes
    }

    for one, two in itertools.combinations(sizes, 2):
        for key in shown[one].keys() & shown[two].keys():
            pair = [shown[team][key].denominator for team in (one, two)]
            assert not all(pair), (one, two, key)
    assert any(figure.denominator == sizes["syd"] for figure in shown["syd"].values())


def _told(known, question):
    return {
        (id, figure.label): figure
        for id, figures in compute(known, question).items()
        for figure in figures
        if figure.is_personal
    }


def test_cases_of_no_team_are_not_what_is_left_when_every_team_is_taken_from_the_whole() -> None:
    known = material(
        cases=[
            *(case(f"SAG-S{n}", team="syd", caseworker=f"s{n}") for n in range(18)),
            *(case(f"SAG-I{n}", team=None, caseworker=f"i{n}") for n in range(2)),
        ],
        settings={**SETTINGS, "statistik_mindste_celle": LIMIT},
    )

    whole, syd = _told(known, SPRING), _told(known, _of_team("syd"))

    assert any(figure.denominator == 20 for figure in whole.values())
    assert not any(figure.denominator for figure in syd.values())


def test_a_rule_set_is_not_shown_where_the_whole_without_it_is_small() -> None:
    sets = {"HERNING": 18, "LOV-BL": 3}
    known = material(
        cases=[
            case(f"SAG-{name}{n}", team="syd", caseworker=f"{name}{n}", rule_sets=frozenset({name}))
            for name, size in sets.items()
            for n in range(size)
        ],
        settings={**SETTINGS, "statistik_mindste_celle": LIMIT},
    )

    for name in sets:
        shown = _told(known, Question(SPRING.first, SPRING.last, rule_set=name))

        assert not any(figure.denominator for figure in shown.values()), name


def test_two_filters_at_once_are_refused_since_cells_could_be_put_together() -> None:
    with pytest.raises(ValueError, match="not of several together"):
        compute(material(), Question(SPRING.first, SPRING.last, team="syd", district="D1"))


def test_whatever_anybody_asks_for_no_small_cell_follows_from_the_answers() -> None:
    """Every answer that is shown is an equation; together they must not settle a small number of cases."""
    chance = random.Random(20260328)
    for _ in range(12):
        sizes = {team: chance.choice((0, 1, 2, 4, 6, 9)) for team in (None, "syd", "nord", "midt")}
        known = material(
            cases=[
                case(f"SAG-{team}{n}", team=team, caseworker=f"{team}{n}")
                for team, size in sizes.items()
                for n in range(size)
            ],
            settings={**SETTINGS, "statistik_mindste_celle": LIMIT},
        )
        whole = _told(known, SPRING)
        by_team = {team: _told(known, _of_team(team)) for team in sizes if team}
        for key, figure in whole.items():
            if not figure.denominator:
                continue
            shown = {team: told[key].denominator for team, told in by_team.items() if key in told}
            rest = figure.denominator - sum(each or 0 for each in shown.values())
            assert rest == 0 or rest >= LIMIT, (key, sizes, shown, figure.denominator)
