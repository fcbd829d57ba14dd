"""A user task that is offered to no group and no person is everybody's: no shipped diagram draws one."""

from __future__ import annotations

import pytest

from flowcase.cases.case_team import team_of
from flowcase.cases.rule_sets import read_manifest
from flowcase.cases.team_leaders import leaders_of
from flowcase.config import shipped_processes
from flowcase.feel import compile_expression
from flowcase.modeling import read_bpmn
from flowcase.modeling.definition import Element, ElementKind
from flowcase.values import Value

FACTS = frozenset({"sag", "sagens_team", "sagens_ledere", "indstilling"})
PROFILE = shipped_processes() / "rulesets/standard.yaml"
CASES: dict[str, dict[str, Value]] = {
    "no team": {"team": None, "sagsbehandler": None},
    "a team that nobody leads": {"team": "familieteam_vest", "sagsbehandler": None},
}


def _offered(element: Element, facts: dict[str, Value]) -> list[str] | None:
    """The groups and people; None where variables of the process say who."""
    task = element.user_task
    found: list[str] = []
    for drawn in () if task is None else (task.candidate_groups, task.candidate_users):
        if drawn is None:
            continue
        if drawn.is_static:
            found.append(drawn.text)
            continue
        expression = compile_expression(drawn.text)
        if not expression.names <= FACTS:
            return None
        found += expression.value(facts) or []
    return [name for name in found if name]


@pytest.mark.parametrize("case", CASES)
def test_a_user_task_is_offered_to_somebody_whatever_the_case_lacks(case: str) -> None:
    settings = read_manifest(PROFILE.read_bytes(), PROFILE.name).settings
    facts: dict[str, Value] = {
        "sag": CASES[case],
        "sagens_team": team_of(CASES[case]["team"], settings),
        "sagens_ledere": leaders_of(CASES[case]["team"], settings),
        "indstilling": settings,
    }

    offered = {
        f"{file.name} {element.id}": _offered(element, facts)
        for file in sorted(shipped_processes().glob("*.bpmn"))
        for definition in read_bpmn(file.read_bytes(), file.name).processes
        for element in definition.elements.values()
        if element.kind is ElementKind.USER_TASK
    }

    assert len([place for place, names in offered.items() if names]) > 150
    assert [place for place, names in offered.items() if names == []] == []
