"""What `make bench` makes of its rounds on a machine whose speed moves."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    module = importlib.import_module("benchmarks.pace")
    monkeypatch.setattr(module, "RUN", module.Paces())
    return module


@pytest.fixture
def measuring(pace: ModuleType) -> ModuleType:
    return importlib.import_module("benchmarks.measuring")


def _paces(pace: ModuleType, *milliseconds: float) -> Callable[[], Any]:
    """Each look in turn finds both loops that slow."""
    seen: Iterator[float] = iter(milliseconds)

    def look() -> Any:
        each = next(seen) / 1e3
        return pace.Pace(each, each)

    return look


def test_a_ratio_is_the_median_of_its_rounds_ratios(measuring: ModuleType) -> None:
    ours, theirs = measuring.Times((1.0, 4.0, 2.0)), measuring.Times((1.0, 2.0, 2.0))

    line = measuring.timed("a", "a step", ours, theirs, "the commit", at_most=1.2)

    assert (line.value, line.ratio, line.ratio_spread) == (2000, 1, "(1.00-2.00)")
    assert line.is_met
    assert (
        importlib.import_module("benchmarks.writing")
        ._row(line)
        .endswith("| 2000.00 ms (1000.00-4000.00) | 1.00 (1.00-2.00) × the commit | ≤ 1.2 | met |")
    )


def test_only_what_was_measured_in_the_same_rounds_is_compared(measuring: ModuleType) -> None:
    with pytest.raises(ValueError, match="shorter"):
        measuring.Times((1.0, 1.0)) / measuring.Times((1.0,))


def test_a_machine_that_gets_slower_from_round_to_round_does_not_move_the_ratio(
    measuring: ModuleType,
) -> None:
    speed = iter((1.0, 1.5, 2.0))

    def one_round() -> tuple[float, float]:
        slow = next(speed)
        return 3 * slow, slow

    ours, theirs = measuring.in_turn(one_round, rounds=3, retakes=0)

    assert (ours / theirs).rounds == (3, 3, 3)


def test_a_round_in_which_the_speed_moved_is_taken_anew_whatever_it_found(pace: ModuleType) -> None:
    found = iter([[1.0], [9.0], [2.0]])

    kept = pace.in_rounds(lambda: next(found), rounds=2, look=_paces(pace, 1, 2, 2, 2, 2, 2.1))

    assert [seconds for seconds, _ in kept] == [[9.0], [2.0]]
    assert [each.arithmetic for _, each in kept] == pytest.approx([2e-3, 2.05e-3])
    assert (pace.RUN.rounds, pace.RUN.retaken, pace.RUN.kept) == (2, 1, 0)


def test_no_more_rounds_are_taken_anew_than_may_be_and_the_rest_is_told(pace: ModuleType) -> None:
    found, prepared = iter([[1.0], [2.0], [3.0], [4.0]]), []

    kept = pace.in_rounds(
        lambda: next(found),
        before=lambda: prepared.append(True),
        rounds=2,
        retakes=1,
        look=_paces(pace, 1, 2, 2, 1, 1, 2),
    )

    assert [seconds for seconds, _ in kept] == [[2.0], [3.0]]
    assert len(prepared) == 3, "what is taken anew is prepared anew"
    assert (pace.RUN.retaken, pace.RUN.kept) == (1, 2)
    pace.RUN.seen.append(pace.Pace(1e-3, 1e-3))
    assert "Of 3 rounds 1 were taken anew" in str(pace.RUN)
    assert str(pace.RUN).endswith("; 2 were kept though it did")


def test_a_change_of_either_loop_is_a_change(pace: ModuleType) -> None:
    before = pace.Pace(1e-3, 1e-3)

    assert not pace.Pace(1.2e-3, 0.85e-3).is_other_than(before)
    assert pace.Pace(1e-3, 1.3e-3).is_other_than(before)
    assert pace.Pace(0.7e-3, 1e-3).is_other_than(before)


def test_how_the_speed_moved_is_told_by_tenths_of_the_run(pace: ModuleType) -> None:
    pace.RUN.seen += [pace.Pace(each / 1e3, 1e-3) for each in (1, 1, 1, 1, 3)]

    said = str(pace.RUN)

    assert said.startswith("a loop of arithmetic took 1.00 (")
    assert "of the run 2.00, 2.00, 2.00, 2.00, 4.00 ms" in said


def test_a_goal_that_is_no_ratio_is_told_with_the_calibration_of_its_rounds(
    pace: ModuleType, measuring: ModuleType
) -> None:
    times = measuring.Times((1e-3, 1e-3), (pace.Pace(1e-3, 1e-3), pace.Pace(2e-3, 2e-3)))

    absolute = measuring.timed("f", "fifty rows", times, at_most=1)
    ratio = measuring.timed("f", "a page", times, times, "the first", at_most=1)

    told = importlib.import_module("benchmarks.writing")._row(absolute)
    assert "| 1.00 ms (1.00-1.00), calibration 3.00 ms | " in told
    assert str(absolute).endswith("calibration 3.00 ms  [goal <= 1: met]")
    assert not ratio.paced


def test_the_loops_take_a_blink(pace: ModuleType) -> None:
    found = pace.look()

    assert found.arithmetic > 0 and found.memory > 0
    assert pace.RUN.seen == [found]


def test_a_life_tells_its_state_at_each_mark_also_where_rounds_are_taken_anew(
    pace: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives = importlib.import_module("benchmarks.lives")
    monkeypatch.setattr(lives, "_round", lambda flow, instance: 1.0)
    monkeypatch.setattr(lives, "_started", lambda flow: "another")
    monkeypatch.setattr(lives, "state_size", lambda flow, instance: 300)
    life = lives._Life(None, "one")

    for _ in range(lives.EARLY_WINDOW + lives.RETAKES):
        life.beside_a_first_round()

    assert life.number < lives.MARKS[1], "the second mark has not begun"
    assert life.sizes == {1: 300}


def test_whoever_is_measured_first_changes_from_round_to_round(
    pace: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives = importlib.import_module("benchmarks.lives")
    begun = iter("abcdefgh")
    monkeypatch.setattr(lives, "_started", lambda flow: next(begun))
    monkeypatch.setattr(lives, "state_size", lambda flow, instance: 1)
    worked: list[str] = []
    seconds = {"a": 7.0, "b": 1.0, "d": 1.0}
    monkeypatch.setattr(
        lives, "_round", lambda flow, instance: worked.append(instance) or seconds.get(instance, 50.0)
    )
    life = lives._Life(None, next(begun))

    found = [life.beside_a_first_round() for _ in range(2)]

    assert worked == ["c", "b", "a", "e", "a", "d"], "the first of each three warms up and does not count"
    assert found == [(7, 1), (7, 1)]
