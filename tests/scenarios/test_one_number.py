"""One number, changed in one table or rule set, makes exactly the stories fail that depend on it.

No code is changed: a copy of the processes differs from the shipped ones in one number. Which stories
depend on it is read from what they did with the shipped ones: which rows of tables they matched, which
lengths their deadlines were counted by. Stories that cannot come near it are played as a sample.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from flowcase.scenarios import VariantReport, read, run

PROCESSES = Path(__file__).parents[2] / "processes"
SHIPPED = sorted((PROCESSES / "scenarios").glob("*.yaml"))
EVERY = 20  # of the other stories, how many one stands for


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


def stories(files: list[Path], processes: Path) -> dict[tuple[str, str], VariantReport]:
    played = [report for file in files for report in run(read(file), processes=processes)]
    return {(report.scenario, report.variant): report for report in played}


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
    before = stories([*near, *far], PROCESSES)
    depending = {name for name, report in before.items() if change.depends(report)}

    after = stories([*near, *far], changed(change, tmp_path / "processes"))

    assert all(report.passed for report in before.values())
    assert depending
    assert {name for name, report in after.items() if not report.passed} == depending
