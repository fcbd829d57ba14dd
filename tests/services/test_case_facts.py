"""What a diagram reads beside its variables: who does the tasks of the case, and who leads it."""

from __future__ import annotations

import pytest

from flowcase.bootstrap import Flowcase
from flowcase.config import shipped_processes
from tests.services.conftest import OPERATOR
from tests.services.diagrams import end, process, start, user_task

PROCESS = process(
    "p", start(), user_task("udfoer", groups="=sagens_team"), user_task("led", groups="=sagens_ledere"), end()
)


def _offered(flow: Flowcase) -> list[str]:
    (row,) = flow.user_tasks.list()
    return list(row.candidate_groups)


@pytest.mark.parametrize(
    ("case", "does", "leads"),
    [
        ({"team": "familieteam_syd"}, ["familieteam_syd"], ["teamleder_syd"]),
        ({"team": None}, ["socialafsnit"], ["teamleder_fronten"]),
        (None, ["socialafsnit"], ["teamleder_fronten"]),
    ],
    ids=["a team", "no team", "no case"],
)
def test_tasks_go_to_the_team_and_its_leaders_or_to_those_who_act_without_one(
    flow: Flowcase, case: dict[str, str | None] | None, does: list[str], leads: list[str]
) -> None:
    manifests = (shipped_processes() / "rulesets").glob("*.yaml")
    files = {f"rulesets/{path.name}": path.read_bytes() for path in manifests}
    tables = (shipped_processes() / "decisions").glob("*.dmn")
    files |= {f"decisions/{path.name}": path.read_bytes() for path in tables}
    flow.deployments.deploy({"p.bpmn": PROCESS, **files}, actor=OPERATOR)
    if case is not None:
        flow.cases.open("SAG-1", child={"navn": "Alma"}, facts=case, actor=OPERATOR)

    flow.instances.start("p", case=None if case is None else "SAG-1", actor=OPERATOR)

    assert _offered(flow) == does
    (task,) = flow.user_tasks.list()
    flow.user_tasks.complete(task.id, {}, actor=OPERATOR)
    assert _offered(flow) == leads
