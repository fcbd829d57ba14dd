"""Anything may be asked of the API: it never breaks down, and every answer is as its document says."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks

from flowcase.access.actor import SYSTEM
from flowcase.access.scopes import SCOPES
from flowcase.services.operating.batches import Asked
from flowcase.web import create_app, permission_matrix
from flowcase.web.application import routes_only
from tests.web import world as worlds

# Of each operation; `make api-fuzz` asks for many more.
EXAMPLES = int(os.environ.get("FLOWCASE_API_EXAMPLES", "8"))
GROUPS = ("administrator", "procesejer", "revisor", "indtag", "fronten", "frontpersonale", "familieteam_syd")
GROUPS += ("teamleder_syd",)
CHECKED = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]

OPERATIONS = [
    (route.method, route.path)
    for route in permission_matrix.routes(routes_only())
    if route.endpoint.startswith("api.")
]


@pytest.fixture(scope="module")
def opened(municipality: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str, dict]]:
    """An application, the token of a program that may do everything, and ids that there are."""
    home = tmp_path_factory.mktemp("api") / "home"
    shutil.copytree(municipality, home)
    world = worlds.open_world(home)
    token = world.flow.service_accounts.make("alt", groups=GROUPS, scopes=SCOPES, actor=SYSTEM)
    world.flow.api_limits.limit = 1_000_000  # more than are asked: the headers come, nobody is refused
    instance = world.task("vurder").instance
    known = {
        "code": ["SAG-2601", "SAG-2588", "SAG-2570"],
        "process": ["underretning", "frist"],
        "version": [1],
        "timers": [row.id for row in world.flow.timers.list()],
        "jobs": [row.id for row in world.flow.jobs.list()],
        "batches": [_batch(world, act) for act in ("retry", "suspend", "move", "cancel")],
        "token": [place.element_instance for place in world.flow.token_moves.places(instance, actor=SYSTEM)],
        "user-tasks": [row.id for row in world.flow.user_tasks.list()],
        "instances": [instance, *(row.id for row in world.flow.instances.list(limit=5))],
        "step": [step.element_instance for step in world.flow.going_back.steps(instance, actor=SYSTEM)],
    }
    app = create_app(world.flow)
    yield app, token, known
    world.flow.close()


def _batch(world: Any, act: str) -> str:
    chosen = Asked(process="underretning")
    return world.flow.batches.plan(
        chosen, act, reason="prøve", element="vurder", target="vurder", actor=SYSTEM
    )


@pytest.fixture(scope="module")
def described(opened: tuple[Flask, str, dict]) -> Any:
    return schemathesis.openapi.from_wsgi("/api/openapi.json", opened[0])


@pytest.mark.parametrize("method, path", OPERATIONS, ids=[" ".join(each) for each in OPERATIONS])
def test_the_api_never_breaks_down_and_keeps_to_its_document(
    method: str, path: str, described: Any, opened: tuple[Flask, str, dict]
) -> None:
    _, token, known = opened
    headers = {"Authorization": f"Bearer {token}"}
    operation = described[re.sub(r"<(?:int:)?(\w+)>", r"{\1}", path)][method]

    @given(operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKED)
        there = _with_ids_that_there_are(case, known)
        if there:
            case.path_parameters = there
            case.call_and_validate(headers=headers, checks=CHECKED)

    ask()


def _with_ids_that_there_are(case: schemathesis.Case, known: dict[str, list[Any]]) -> dict[str, Any] | None:
    """Its path with real ids, another one for each body; None when the path has none."""
    there = dict(case.path_parameters or {})
    if not there:
        return None
    turn = len(str(case.body)) + len(str(case.query))
    for name in there:
        wanted = case.path.split("/")[2] if name == "id" else name
        if known.get(wanted):
            there[name] = known[wanted][turn % len(known[wanted])]
    return there


def test_every_operation_asks_for_a_token_before_anything_else(opened: tuple[Flask, str, dict]) -> None:
    app = opened[0]
    document = app.test_client().get("/api/openapi.json").get_json()

    for path, methods in document["paths"].items():
        for method in set(methods) - {"parameters"}:
            address = path.replace("{version}", "1").replace("{", "").replace("}", "")
            answer = app.test_client().open(address, method=method.upper(), data="nonsense")
            assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), address
