"""Deployments: all or nothing, versions only for what changed, drafts that can be taken back."""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from flowcase import modeling
from flowcase.bootstrap import Flowcase
from flowcase.errors import Conflict, InvalidDefinition, NotFound
from flowcase.store import tables
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import end, message, process, start, user_task

read_bpmn = importlib.import_module("flowcase.modeling.read_bpmn")  # the package has a function of its name
FIRST = process("p", start(), user_task("a"), end())
SECOND = process("p", start(), user_task("b"), end())
FORM = json.dumps(
    {
        "type": "default",
        "id": "F-X",
        "components": [
            {
                "type": "number",
                "key": "antal",
                "id": "f1",
                "label": "Antal",
                "properties": {"target": "variable:antal"},
            }
        ],
    }
).encode()


def test_only_what_changed_gets_a_new_version(flow: Flowcase) -> None:
    first = flow.deployments.deploy({"p.bpmn": FIRST, "x.form": FORM}, actor=OPERATOR, note="one")
    same = flow.deployments.deploy({"p.bpmn": FIRST, "x.form": FORM}, actor=OPERATOR)
    changed = flow.deployments.deploy({"p.bpmn": SECOND, "x.form": FORM}, actor=OPERATOR)
    back = flow.deployments.deploy({"p.bpmn": FIRST}, actor=OPERATOR)

    assert (first.definitions, first.resources) == (("p:1",), ("form:F-X:1",))
    assert (same.definitions, same.resources) == ((), ())
    assert (changed.definitions, changed.resources) == (("p:2",), ())
    assert back.definitions == ("p:3",)
    assert [row.version for row in flow.deployments.definitions(all_versions=True)] == [3, 2, 1]
    assert [row.version for row in flow.deployments.definitions()] == [3]
    with flow.store.reading(flow.clock.now()) as tx:
        assert tx.scalar(select(func.count()).select_from(tables.resource)) == 3


def test_nobody_who_writes_waits_while_files_are_checked(
    flow: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow.people.add("karen", name="Karen", groups=["fronten"], actor=OPERATOR)
    written: list[str] = []
    check = modeling.check_bundle

    def checked_while_others_write(*given: Any) -> Any:
        id = f"ny-{len(written)}"

        def add() -> None:
            flow.people.add(id, name="Ny", groups=["fronten"], actor=OPERATOR)
            written.append(id)

        other = threading.Thread(target=add, daemon=True)
        other.start()
        other.join(20)
        assert written == [id]
        return check(*given)

    monkeypatch.setattr(modeling, "check_bundle", checked_while_others_write)

    flow.deployments.deploy({"p.bpmn": FIRST}, actor=OPERATOR)


def test_nobody_who_writes_waits_while_files_are_read(
    flow: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    read_bpmn.read_bpmn.cache_clear()
    read_document, deploy_within = read_bpmn.read_document, flow.deployments.deploy_within

    def noted(content: bytes, file: str) -> Any:
        read.append(file)
        return read_document(content, file)

    def within(*given: Any, **more: Any) -> Any:
        assert read == ["ny.bpmn"]
        made = deploy_within(*given, **more)
        assert read == ["ny.bpmn"]
        return made

    monkeypatch.setattr(read_bpmn, "read_document", noted)
    monkeypatch.setattr(flow.deployments, "deploy_within", within)
    new = process("ny", start(), user_task("kun_her"), end())

    made = flow.deployments.deploy({"ny.bpmn": new}, actor=OPERATOR)

    assert made.definitions == ("ny:1",)


@pytest.mark.parametrize("meanwhile", ["nothing", "a group", "a deployment"])
def test_what_changed_since_the_check_is_checked_again(
    flow: Flowcase, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    checks: list[int] = []
    check = modeling.check_bundle

    def counted(files: Any, *beside: Any) -> Any:
        checks.append(len(files))
        found = check(files, *beside)
        if len(checks) == 1 and meanwhile == "a group":
            flow.people.add("ny", name="Ny", groups=["en_ny_gruppe"], actor=OPERATOR)
        elif len(checks) == 1 and meanwhile == "a deployment":
            flow.deployments.deploy({"x.form": FORM}, actor=OPERATOR)
        return found

    monkeypatch.setattr(modeling, "check_bundle", counted)

    flow.deployments.deploy({"p.bpmn": FIRST}, actor=OPERATOR)
    times = len(checks)
    flow.deployments.deploy({"p.bpmn": SECOND}, actor=OPERATOR)

    assert times == {"nothing": 1, "a group": 2, "a deployment": 3}[meanwhile]
    assert len(checks) == times + 1  # other files are looked at


def test_a_running_instance_stays_on_its_version(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(FIRST)
    old = flow.instances.start("p", actor=OPERATOR)
    deploy(SECOND)
    new = flow.instances.start("p", actor=OPERATOR)

    assert flow.instances.get(old).active_elements == ("a",)
    assert flow.instances.get(new).active_elements == ("b",)
    assert flow.instances.source(old) == FIRST == flow.deployments.source("p", 1)
    assert flow.deployments.source("p") == SECOND


def test_one_blocking_finding_refuses_every_file_and_all_findings_are_named(flow: Flowcase) -> None:
    broken = process("q", start(), user_task("a", form="F-404"), end())

    with pytest.raises(InvalidDefinition) as refused:
        flow.deployments.deploy({"p.bpmn": FIRST, "q.bpmn": broken, "r.bpmn": b"<no"}, actor=OPERATOR)

    assert {finding.file for finding in refused.value.findings} >= {"q.bpmn", "r.bpmn"}
    assert flow.deployments.definitions() == []
    assert flow.deployments.list() == []


def test_a_draft_starts_nothing_and_can_be_deleted(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    inside, roots = message("ny")
    deploy(FIRST)
    drawn = process("p", start("begynd", inside, roots=roots), user_task("b"), end())
    draft = flow.deployments.deploy({"p.bpmn": drawn}, actor=ANNA, draft=True)
    assert draft.definitions == ("p:2",)

    flow.messages.correlate("ny", "", actor=ANNA)
    assert flow.instances.list() == []
    assert flow.instances.get(flow.instances.start("p", actor=OPERATOR)).version == 1

    flow.deployments.delete_draft(draft.id, actor=ANNA)
    assert [row.id for row in flow.deployments.definitions(all_versions=True)] == ["p:1"]
    with pytest.raises(NotFound):
        flow.deployments.delete_draft(draft.id, actor=ANNA)


def test_a_deployment_in_force_cannot_be_deleted(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deployment = deploy(FIRST)

    with pytest.raises(Conflict, match="active"):
        flow.deployments.delete_draft(deployment.id, actor=OPERATOR)


def test_a_draft_that_was_tried_out_cannot_be_deleted(flow: Flowcase) -> None:
    draft = flow.deployments.deploy({"p.bpmn": FIRST}, actor=ANNA, draft=True)
    flow.instances.start("p", version=1, actor=ANNA)

    with pytest.raises(Conflict, match="instances"):
        flow.deployments.delete_draft(draft.id, actor=ANNA)


def test_a_start_message_that_a_new_version_no_longer_has_starts_nothing(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    inside, roots = message("ny")
    deploy(process("p", start("begynd", inside, roots=roots), user_task("a"), end()))
    deploy(FIRST)

    flow.messages.correlate("ny", "", actor=ANNA)

    assert flow.instances.list() == []


def test_what_is_unknown_is_not_found(flow: Flowcase) -> None:
    for ask in (
        lambda: flow.deployments.source("p"),
        lambda: flow.deployments.form("F-404"),
        lambda: flow.instances.start("p", actor=OPERATOR),
        lambda: flow.instances.get("nothing"),
        lambda: flow.incidents.retry("nothing", actor=OPERATOR, reason="prøve"),
    ):
        with pytest.raises(NotFound):
            ask()


def test_the_files_of_a_deployment_are_known_to_the_check_of_the_next(flow: Flowcase) -> None:
    flow.deployments.deploy({"x.form": FORM}, actor=OPERATOR)
    uses = process("p", start(), user_task("a", form="F-X"), end())

    assert flow.deployments.deploy({"p.bpmn": uses}, actor=OPERATOR).definitions == ("p:1",)
