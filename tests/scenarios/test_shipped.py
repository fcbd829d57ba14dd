"""Every shipped scenario comes true, with the shipped processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowcase.scenarios import coverage, read, report, run

PROCESSES = Path(__file__).parents[2] / "processes"
SHIPPED = sorted((PROCESSES / "scenarios").glob("*.yaml"))


def test_scenarios_are_shipped_with_ids_of_their_own():
    ids = [read(file).id for file in SHIPPED]

    assert {"S-01", "S-02", "S-03", "S-05", "S-06", "S-12"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_what_no_scenario_has_to_reach_is_still_drawn():
    argued = [exception for file in SHIPPED for exception in read(file).not_covered]

    found = coverage(PROCESSES, [], argued)

    assert [problem for _, problem in found.stale] == []


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_it_comes_true(file: Path):
    story = read(file)

    variants = run(story, processes=PROCESSES)

    assert all(
        len(variant.steps) == len(told.steps) for variant, told in zip(variants, story.variants, strict=True)
    )
    failed = [variant for variant in variants if not variant.passed]
    assert not failed, "\n" + "\n".join(report.lines(story, failed))
