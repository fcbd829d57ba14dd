"""Whatever deploys is given back as it came, byte for byte; what does not deploy is stored nowhere."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import select

from flowcase.bootstrap import Flowcase
from flowcase.errors import InvalidDefinition
from flowcase.modeling import Severity, check_bpmn, check_dmn, check_form, read_bpmn
from flowcase.store import tables
from tests.services.conftest import OPERATOR

REPOSITORY = Path(__file__).parents[2]
OURS = sorted((REPOSITORY / "tests" / "engine" / "conformance").glob("*.bpmn"))
SUITES = Path(os.environ.get("FLOWCASE_SUITES") or REPOSITORY.parent / "shared" / "suites") / "bpmn"
CHECKS = {".bpmn": check_bpmn, ".dmn": check_dmn, ".form": check_form}
OTHERS = sorted(path for path in SUITES.rglob("*") if path.suffix in CHECKS)

SPELLED_ODDLY = (
    "\ufeff<?xml version='1.0' encoding='utf-8' ?>\r\n<!-- æøå -->\r\n"
    "<b:definitions\txmlns:b='http://www.omg.org/spec/BPMN/20100524/MODEL' id='d' targetNamespace='t' >\r\n"
    "<b:process isExecutable='true'   id='skaev' ><b:startEvent id='a'></b:startEvent>"
    "<b:sequenceFlow targetRef='b' id='f' sourceRef='a' /><b:endEvent id='b'/>\r\n</b:process>"
    "</b:definitions>\r\n<!-- slut -->"
).encode()


def canonical(content: bytes) -> bytes:
    out = io.BytesIO()
    etree.fromstring(content).getroottree().write_c14n(out)
    return out.getvalue()


def deployed_and_given_back(flow: Flowcase, path: str, content: bytes) -> bool:
    """Deploy one file; False when it is refused. Each of its processes is downloaded and compared."""
    try:
        flow.deployments.deploy({path: content}, actor=OPERATOR)
    except InvalidDefinition as refusal:
        assert any(finding.severity is Severity.ERROR for finding in refusal.findings)
        return False
    with flow.store.reading(flow.clock.now()) as tx:
        stored = tx.scalar(
            select(tables.resource.c.content).where(
                tables.resource.c.hash == hashlib.sha256(content).hexdigest()
            )
        )
    assert stored == content
    if path.endswith(".bpmn"):
        for process in read_bpmn(content, path).processes:
            back = flow.deployments.source(process.id)
            assert back == content
            assert canonical(back) == canonical(content)
    return True


def test_a_file_in_an_odd_spelling_comes_back_unchanged(flow: Flowcase) -> None:
    assert deployed_and_given_back(flow, "skaev.bpmn", SPELLED_ODDLY)


def test_every_diagram_of_the_behaviour_suite_comes_back_unchanged(flow: Flowcase) -> None:
    decision = (
        b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="t">'
        b'<decision id="D" name="D"><variable name="D"/><literalExpression><text>1</text></literalExpression>'
        b"</decision></definitions>"
    )
    flow.deployments.deploy({"D.dmn": decision}, actor=OPERATOR)
    needs_a_handler = {"service-task", "send-task-with-job", "boundary-error", "boundary-error-any"}

    came_back = {path.stem: deployed_and_given_back(flow, path.name, path.read_bytes()) for path in OURS}

    assert {name for name, deploys in came_back.items() if not deploys} == needs_a_handler


@pytest.fixture(scope="module")
def accepted() -> list[Path]:
    """The files of others that the check alone has nothing against."""
    if not OTHERS:
        pytest.skip(f"the files of others are absent: there is nothing at {SUITES} (FLOWCASE_SUITES)")
    return [
        path
        for path in OTHERS
        if all(
            finding.severity is not Severity.ERROR
            for finding in CHECKS[path.suffix](path.read_bytes(), path.name)
        )
    ]


def test_every_file_of_others_that_deploys_comes_back_unchanged(flow: Flowcase, accepted: list[Path]) -> None:
    came_back = [deployed_and_given_back(flow, path.name, path.read_bytes()) for path in accepted]

    print(f"{sum(came_back)} of {len(OTHERS)} files of others deployed and came back unchanged")
    assert any(came_back)
