"""How `make bench` goes on when a section fails or hangs, and says so."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sections(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("benchmarks.sections")


@pytest.fixture
def line(sections: ModuleType) -> Any:
    return sections.Measured("e", "timers, fired", 1200.0, "/s", at_least=1000)


def test_a_section_that_fails_keeps_what_it_had_found(sections: ModuleType, line: Any) -> None:
    def report() -> Iterator[Any]:
        yield line
        raise AssertionError("the join is wrong in round 3\nand more")

    found, failed = sections.measured("e", "SQLite: timers", report)

    assert found is line
    assert (failed.what, failed.failed) == ("SQLite: timers", "AssertionError: the join is wrong in round 3")
    assert failed.is_met is None


def test_a_section_that_hangs_is_left(sections: ModuleType) -> None:
    def report() -> Iterator[Any]:
        while True:
            try:
                time.sleep(5)
            except Exception:  # as the services do, which try again
                continue
        yield

    (failed,) = sections.measured("k", "PostgreSQL: fifty users", report, seconds=0.05)

    assert failed.failed.startswith("TooLong")


def test_a_database_that_cannot_be_had_leaves_the_others(sections: ModuleType) -> None:
    def places() -> Iterator[str]:
        yield "SQLite"
        raise OSError("no room")

    one_by_one, names, told = places(), [], []
    while (name := _returned(sections.next_or_told(one_by_one), told)) is not None:
        names.append(name)

    assert names == ["SQLite"]
    assert [each.failed for each in told] == ["OSError: no room"]


def test_the_page_tells_what_failed_beside_what_was_met_and_missed(sections: ModuleType, line: Any) -> None:
    slow = sections.Measured("f", "a page", 2.0, "ms", ratio=1.4, compared_with="the first", at_most=1.3)
    failed = sections.failed("k", "PostgreSQL: fifty users", OSError("no room"))

    page = importlib.import_module("benchmarks.writing").page(
        [line, slow, failed],
        aims=["| Aim |"],
        small="",
        machine="the machine was idle",
        speed="it was steady",
        seconds=60,
    )

    assert "| e | timers, fired | 1200.00 /s |  | ≥ 1000 | met |" in page
    assert "| f | a page | 2.00 ms | 1.40 × the first | ≤ 1.3 | **missed** |" in page
    assert "| k | PostgreSQL: fifty users | not measured: OSError: no room | | | **failed** |" in page
    assert "One run of 1.0 minutes; the machine was idle. 1 of 2 goals met; " in page
    assert "looked at beside each round: it was steady." in page
    assert "; not measured to the end: PostgreSQL: fifty users." in page


def test_the_aims_count_their_goals_and_name_what_is_missed(sections: ModuleType, line: Any) -> None:
    slow = sections.Measured("f", "a page", 2.0, "ms", ratio=1.4, compared_with="the first", at_most=1.3)
    unjudged = sections.Measured("e", "a wake-up", 1.0, "ms")
    failed = sections.failed("k", "PostgreSQL: fifty users", OSError("no room"))
    ahead = {"peer": "viewflow", "ours": "full", "database": "SQLite", "median": 3.2, "at_least": 1.0}
    behind = {"peer": "dbos", "ours": "bare", "database": "PostgreSQL", "median": 8.6, "at_least": 10.0}
    no_goal = {"peer": "spiffworkflow", "ours": "bare", "is_met": None}

    rows = importlib.import_module("benchmarks.goals").table(
        [line, slow, unjudged, failed], [ahead | {"is_met": True}, behind | {"is_met": False}, no_goal]
    )

    assert "| A million pending timers | 1 of 1 |  |" in rows
    assert "| Any list page of a million | 0 of 1 | a page 1.40 × (≤ 1.3) |" in rows
    assert "| Two workers; fifty users | 0 of 0 | PostgreSQL: fifty users: not measured |" in rows
    assert any(row.endswith("| 1 of 2 | dbos / bare step, PostgreSQL 8.60 × (≥ 10) |") for row in rows)


def test_every_section_belongs_to_an_aim_or_has_no_goal(sections: ModuleType) -> None:
    bench, goals = importlib.import_module("bench"), importlib.import_module("benchmarks.goals")

    assert {letter for _, letters in goals.AIMS for letter in letters} == set(bench.SECTIONS) - {"c"}


def test_peers_that_were_not_measured_are_said_as_such(sections: ModuleType, tmp_path: Path) -> None:
    goals = importlib.import_module("benchmarks.goals")

    rows = goals.table([], goals.read_peers(tmp_path / "bench-peers.json"))

    assert any(row.endswith("| 0 of 0 | not measured: `make bench-peers` |") for row in rows)


def test_random_walks_are_counted_beside_their_goal(sections: ModuleType) -> None:
    (found,) = importlib.import_module("benchmarks.walks").report(3)

    assert (found.value, found.at_least, found.is_met) == (3, 3, True)


def _returned(generator: Any, told: list[Any]) -> Any:
    """What it returns; what it yields meanwhile is told."""
    while True:
        try:
            told.append(next(generator))
        except StopIteration as end:
            return end.value
