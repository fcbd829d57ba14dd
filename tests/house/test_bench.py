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
        [line, slow, failed], small="", machine="the machine was idle", seconds=60
    )

    assert "| e | timers, fired | 1200.00 /s |  | ≥ 1000 | met |" in page
    assert "| f | a page | 2.00 ms | 1.40 × the first | ≤ 1.3 | **missed** |" in page
    assert "| k | PostgreSQL: fifty users | not measured: OSError: no room | | | **failed** |" in page
    assert "One run of 1.0 minutes; the machine was idle. 1 of 2 goals met; " in page
    assert "; not measured to the end: PostgreSQL: fifty users." in page


def _returned(generator: Any, told: list[Any]) -> Any:
    """What it returns; what it yields meanwhile is told."""
    while True:
        try:
            told.append(next(generator))
        except StopIteration as end:
            return end.value
