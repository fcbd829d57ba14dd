"""Every shipped scenario comes true, with the shipped processes; and rests on the numbers that it should.

One number, changed in one table or rule set, makes exactly the stories fail that depend on it. No code is
changed: a copy of the processes differs from the shipped ones in one number. Which stories depend on it is
read from what they did with the shipped ones: which rows of tables they matched, which lengths their
deadlines were counted by. Stories that cannot come near it are played as a sample.
"""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from flowcase.scenarios import VariantReport, coverage, read, report, run

PROCESSES = Path(__file__).parents[2] / "processes"
SHIPPED = sorted((PROCESSES / "scenarios").glob("*.yaml"))
EVERY = 20  # of the other stories, how many one stands for


@functools.cache
def played(file: Path) -> list[VariantReport]:
    """With the shipped processes; each file is played once for all that is asked of it."""
    return run(read(file), processes=PROCESSES)


@dataclass(frozen=True)
class Change:
    file: str
    before: str  # a pattern that is found once; its group is the number
    number: str
    may_depend: str  # a story without this in its text cannot come near the number
    depends: Callable[[VariantReport], bool]


CADENCE = Change(
    file="decisions/D-02_opfoelgning_kadence.dmn",
    before=r'"HERNING"</text>\s*</inputEntry>\s*<inputEntry[^>]*>\s*<text>"anbringelse"</text>\s*'
    r"</inputEntry>\s*<inputEntry[^>]*>\s*<text>&gt;= 2</text>\s*</inputEntry>\s*"
    r"<outputEntry[^>]*>\s*<text>(6)</text>",
    number="5",
    may_depend="HERNING",
    depends=lambda story: "T06 HERNING 6 uger" in story.rests_on,
)
CASELOAD = Change(
    file="rulesets/standard.yaml",
    before=r"^  sagstal_graense: (20)\b",
    number="18",
    may_depend="caseload:",
    # Near the limit and at it; what is far above a limit of 20 is above one of 18 as well.
    depends=lambda story: bool({"sagstal.regel_sagstal_2", "sagstal.regel_sagstal_3"} & story.rests_on),
)


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

    variants = played(file)

    assert all(
        len(variant.steps) == len(told.steps) for variant, told in zip(variants, story.variants, strict=True)
    )
    failed = [variant for variant in variants if not variant.passed]
    assert not failed, "\n" + "\n".join(report.lines(story, failed))


def named(reports: Iterable[VariantReport]) -> dict[tuple[str, str], VariantReport]:
    return {(report.scenario, report.variant): report for report in reports}


def changed(change: Change, folder: Path) -> Path:
    shutil.copytree(PROCESSES, folder, ignore=shutil.ignore_patterns("scenarios", "rules"))
    file = folder / change.file
    text = file.read_text("utf-8")
    [match] = re.finditer(change.before, text, re.MULTILINE)
    file.write_text(text[: match.start(1)] + change.number + text[match.end(1) :], "utf-8")
    return folder


@pytest.mark.parametrize("change", [CADENCE, CASELOAD], ids=["follow-up of a placement", "case limit"])
def test_exactly_the_stories_fail_that_depend_on_the_number(change: Change, tmp_path: Path):
    near = [file for file in SHIPPED if change.may_depend in file.read_text("utf-8")]
    far = [file for file in SHIPPED if file not in near][::EVERY]
    before = named(report for file in [*near, *far] for report in played(file))
    depending = {name for name, report in before.items() if change.depends(report)}

    processes = changed(change, tmp_path / "processes")
    after = named(report for file in [*near, *far] for report in run(read(file), processes=processes))

    assert all(report.passed for report in before.values())
    assert depending
    assert {name for name, report in after.items() if not report.passed} == depending
