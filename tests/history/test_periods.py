"""Whole periods for who may not see the cases: whatever they take from one another, nothing small is left."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Iterable, Mapping
from fractions import Fraction

import pytest

from flowcase.history.indicators import Figure, Question
from flowcase.history.indicators.figure import count, share
from flowcase.history.indicators.periods import Kind, Period, Rule, decided
from flowcase.history.indicators.reports import compute_periods
from tests.history.counting import SETTINGS, case, material

LIMIT = 5
RULE = Rule.read({"alle": ["kvartal", "aar"], "udsnit": "aar"})
YEAR = RULE.finished(dt.date(2025, 1, 1), dt.date(2026, 1, 1))
OUTCOMES = ("a", "b", "c")


def _counts(numbers: Iterable[int], rule: Rule = RULE) -> dict[str, int | None]:
    """What is shown of a year in whose shortest periods so many were counted."""
    periods = rule.finished(dt.date(2025, 1, 1), dt.date(2026, 1, 1))
    short = [each for each in periods if each.kind is rule.of_all[0]]
    by_period = dict(zip(short, numbers, strict=True))
    counted = {
        each: [count(sum(n for one, n in by_period.items() if one == each or each.holds(one)))]
        for each in periods
    }
    found = decided(counted, rule.of_all, LIMIT)
    return {each.code: figures[0].numerator for each, figures in found.items()}


@pytest.mark.parametrize(
    ("numbers", "hidden"),
    [
        ((20, 30, 40, 50), set()),
        ((0, 30, 40, 50), set()),  # nobody is nobody
        ((3, 30, 40, 50), {"K1", "K2"}),  # K1 is the year without the others: K2 hides it
        ((3, 4, 40, 50), {"K1", "K2"}),
        ((20, 30, 40, 3), {"K4", "year"}),  # the others were shown when they ended: the year cannot be
        ((1, 1, 1, 1), {"K1", "K2", "K3", "K4", "year"}),
        ((2, 2, 2, 2), {"K1", "K2", "K3", "K4"}),  # the year tells of eight
    ],
)
def test_a_small_period_is_not_what_is_left_of_the_year(numbers: tuple[int, ...], hidden: set[str]) -> None:
    shown = _counts(numbers)

    names = {code: code[5:] or "year" for code in shown}
    assert {names[code] for code, number in shown.items() if number is None} == hidden


def test_what_was_shown_when_a_period_had_ended_is_shown_ever_after_and_what_was_not_never() -> None:
    chance = random.Random(20261128)
    for _ in range(100):
        numbers = [chance.choice((0, 1, 3, 4, 6, 9, 30)) for _ in range(4)]
        whole = _counts(numbers)
        short = [each for each in YEAR if each.kind is Kind.QUARTER]
        for known in range(1, 4):
            early = {each: [count(n)] for each, n in zip(short[:known], numbers, strict=False)}

            found = decided(early, RULE.of_all, LIMIT)

            assert all(figures[0].numerator == whole[each.code] for each, figures in found.items())


def _world(chance: random.Random) -> dict[tuple[str, str], int]:
    """How many went each way in each quarter."""
    short = [each.code for each in YEAR if each.kind is Kind.QUARTER]
    return {(q, way): chance.choice((0, 0, 1, 2, 4, 6, 8, 12, 30)) for q in short for way in OUTCOMES}


def _figures(period: Period, world: Mapping[tuple[str, str], int]) -> list[Figure]:
    inside = {key: n for key, n in world.items() if key in _atoms(period)}
    all_ = sum(inside.values())
    ways = {way: sum(n for (_, one), n in inside.items() if one == way) for way in OUTCOMES}
    told = [share(n, all_, (way, way), group="ways") for way, n in ways.items()]
    return [count(all_), *told]


def _atoms(period: Period, way: str | None = None) -> set[tuple[str, str]]:
    short = [each for each in YEAR if each.kind is Kind.QUARTER and (each == period or period.holds(each))]
    return {(each.code, one) for each in short for one in OUTCOMES if way in (None, one)}


def _rank(rows: list[list[int]]) -> int:
    left, rank = [[Fraction(n) for n in row] for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in left[rank:] if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(rank, pivot)
        for n in range(rank + 1, len(left)):
            factor = left[n][column] / pivot[column]
            left[n] = [a - factor * b for a, b in zip(left[n], pivot, strict=True)]
        rank += 1
    return rank


def test_all_that_is_shown_taken_together_as_equations_settles_no_small_group() -> None:
    chance, told = random.Random(20261129), 0
    for _ in range(60):
        world = _world(chance)
        places = sorted(world)
        shown = decided({each: _figures(each, world) for each in YEAR}, RULE.of_all, LIMIT)
        known = set()
        for period, figures in shown.items():
            for figure in figures:
                if not figure.is_suppressed:
                    known.add(frozenset(_atoms(period, figure.label[0] or None)))
                    known.add(frozenset(_atoms(period)))
        told += len(known)
        rows = [[int(place in atoms) for place in places] for atoms in known]
        rank = _rank(rows)
        quarters = [each for each in YEAR if each.kind is Kind.QUARTER]
        groups = [
            frozenset().union(*(_atoms(each, way) for each in some))
            for size in range(1, 5)
            for some in itertools.combinations(quarters, size)
            for way in (None, *OUTCOMES)
        ]
        for group in groups:
            if 0 < sum(world[place] for place in group) < LIMIT:
                target = [int(place in group) for place in places]

                assert _rank([*rows, target]) > rank, (world, sorted(group))
    assert told > 300


def test_a_case_that_was_open_in_the_year_but_not_in_the_quarter_is_not_what_is_left_of_both() -> None:
    quarter, *_, year = YEAR
    counted = {quarter: [count(28)], year: [count(30)]}

    found = decided(counted, RULE.of_all, LIMIT)

    assert [figures[0].numerator for figures in found.values()] == [28, None]


def test_what_stood_at_the_end_of_the_year_is_told_of_the_year_where_it_is_told_of_its_last_quarter() -> None:
    counted = {each: [count(n)] for each, n in zip(YEAR, (20, 22, 21, 23, 23), strict=True)}

    found = decided(counted, RULE.of_all, LIMIT)

    assert [figures[0].numerator for figures in found.values()] == [20, 22, 21, 23, 23]


def test_a_team_is_not_told_where_the_whole_is_not() -> None:
    known = material(
        cases=[
            *(
                case(f"SAG-S{n}", "2025-02-01", "2025-12-01", team="syd", caseworker=f"s{n}")
                for n in range(8)
            ),
            *(
                case(f"SAG-N{n}", "2025-02-01", "2025-12-01", team="nord", caseworker=f"n{n}")
                for n in range(8)
            ),
        ],
        settings={**SETTINGS, "statistik_mindste_celle": LIMIT},
    )
    year = YEAR[-1]
    question = Question(year.first, year.last)
    for team in ("syd", "nord"):
        whole = compute_periods(known, year, question, None, RULE)[year]
        part = compute_periods(known, year, Question(year.first, year.last, team=team), None, RULE)

        assert set(part) == {year}
        for id, figures in part[year].items():
            hidden = {each.label for each in whole[id] if each.is_suppressed}
            assert all(each.is_suppressed for each in figures if each.label in hidden)


@pytest.mark.parametrize(
    "setting",
    [None, [], {"alle": []}, {"alle": ["uge"], "udsnit": "aar"}, {"alle": ["kvartal"], "udsnit": "aar"}],
)
def test_a_setting_that_is_no_rule_of_periods_is_refused(setting: object) -> None:
    with pytest.raises(ValueError, match=r"expected|uge"):
        Rule.read(setting)
