"""A fault in a diagram or a table makes the scenario fail that is about it, and nothing hides it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flowcase.scenarios import read, run

PROCESSES = Path(__file__).parents[2] / "processes"
_IGNORED = shutil.ignore_patterns("scenarios")

FROM_THE_SERVICE = '<bpmn:timeDate xsi:type="bpmn:tFormalExpression">=frist.T04</bpmn:timeDate>'
BY_THE_ENGINE = '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P4M</bpmn:timeDuration>'


@pytest.mark.parametrize(
    ("scenario", "file", "right", "wrong", "step", "kind"),
    [
        pytest.param(
            "S-05_undersoegelse_overskrider",
            "boernefaglig_undersoegelse.bpmn",
            FROM_THE_SERVICE,
            BY_THE_ENGINE,
            "overskredet",
            "tasks",
            id="four months counted by the engine from where the token stands",
        ),
        pytest.param(
            "S-12_sagstal",
            "rulesets/standard.yaml",
            "sagstal_graense: 20",
            "sagstal_graense: 21",
            "fuld",
            "decisions",
            id="a limit that is one too high",
        ),
    ],
)
def test_the_scenario_finds_it(
    tmp_path: Path, scenario: str, file: str, right: str, wrong: str, step: str, kind: str
):
    processes = tmp_path / "processes"
    shutil.copytree(PROCESSES, processes, ignore=_IGNORED)
    text = (processes / file).read_text("utf-8")
    assert text.count(right) == 1
    (processes / file).write_text(text.replace(right, wrong), "utf-8")

    main = run(read(PROCESSES / "scenarios" / f"{scenario}.yaml"), processes=processes)[0]

    [told] = [each for each in main.steps if each.step.id == step]
    assert kind in {difference.kind for difference in told.differences}
