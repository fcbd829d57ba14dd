"""A user task with a form: values are validated, brought to their targets, or refused by a rule."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from flowcase.bootstrap import Flowcase
from flowcase.errors import InvalidValues, Refused
from flowcase.services.choosing.rule_hits import Hit
from flowcase.store import tables
from flowcase.store.queries import records
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import end, process, start, user_task

GATE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="{id}" name="{id}"><variable name="{id}"/>
<decisionTable id="t_{id}" hitPolicy="COLLECT">
<input id="i"><inputExpression id="ie"><text>farlig</text></inputExpression></input>
<output id="o1" name="regel"/><output id="o2" name="besked"/>
<rule id="r1"><inputEntry id="e1"><text>true</text></inputEntry>
<outputEntry id="e2"><text>"{rule}"</text></outputEntry>
<outputEntry id="e3"><text>"Tal med lederen"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def field(key: str, target: str, type: str = "textfield", **more: Any) -> dict[str, Any]:
    return {
        "type": type,
        "key": key,
        "id": f"id_{key}",
        "label": key,
        "properties": {"target": target},
        **more,
    }


def boolean(key: str, target: str) -> dict[str, Any]:
    values = [{"label": "Ja", "value": "true"}, {"label": "Nej", "value": "false"}]
    return field(key, target, "radio", values=values, validate={"required": True})


FORM = {
    "type": "default",
    "id": "F-X",
    "components": [
        boolean("farlig", "variable:farlig"),
        field("indhold", "case:Notat.indhold", "textarea", validate={"required": True}),
        field("art", "case:Notat.type"),
    ],
}


@pytest.fixture
def task(flow: Flowcase) -> str:
    drawn = user_task(
        "vurder",
        form="F-X",
        properties={"flowcase.gate": "spaer", "flowcase.warn": "varsel", "flowcase.instruction": "Tænk"},
    )
    files = {
        "p.bpmn": process("p", start(), drawn, user_task("efter"), end()),
        "F-X.form": json.dumps(FORM).encode(),
        "spaer.dmn": GATE.format(id="spaer", rule="R-001").encode(),
        "varsel.dmn": GATE.format(id="varsel", rule="R-002").replace("true<", "false<").encode(),
    }
    flow.deployments.deploy(files, actor=OPERATOR)
    flow.instances.start("p", actor=OPERATOR)
    (row,) = flow.user_tasks.list()
    return row.id


def test_values_go_where_the_form_aims_them(flow: Flowcase, task: str) -> None:
    values = {"farlig": "false", "indhold": "Fortroligt", "art": "samtale"}

    flow.user_tasks.complete(task, values, actor=ANNA)

    variables = flow.instances.get(task.rpartition(".")[0]).variables
    assert variables["farlig"] is False
    assert set(variables) == {"farlig", "notat_id"}
    with flow.store.reading(flow.clock.now()) as tx:
        record = records.record(tx, variables["notat_id"])
        (stored,) = tx.rows(select(tables.record))
    assert record is not None
    assert (record.open, record.secret) == ({"type": "samtale"}, {"indhold": "Fortroligt"})
    assert "Fortroligt" not in str(stored)


def test_wrong_values_are_told_all_at_once_and_nothing_is_stored(flow: Flowcase, task: str) -> None:
    with pytest.raises(InvalidValues) as refused:
        flow.user_tasks.complete(task, {"art": "x"}, actor=ANNA)

    assert set(refused.value.errors) == {"farlig", "indhold"}
    assert [row.element for row in flow.user_tasks.list()] == ["vurder"]


def test_a_rule_that_hits_refuses_with_its_id_and_nothing_is_stored(flow: Flowcase, task: str) -> None:
    with pytest.raises(Refused) as refused:
        flow.user_tasks.complete(task, {"farlig": "true", "indhold": "x"}, actor=ANNA)

    assert refused.value.rules == ("R-001",)
    assert "Tal med lederen" in refused.value.because
    assert [row.element for row in flow.user_tasks.list()] == ["vurder"]
    with flow.store.reading(flow.clock.now()) as tx:
        assert tx.rows(select(tables.record)) == []


def test_a_warning_is_recorded_and_does_not_hinder(flow: Flowcase, task: str) -> None:
    flow.user_tasks.complete(task, {"farlig": "false", "indhold": "x"}, actor=ANNA)

    told = [row.event for row in flow.history.of_instance(task.rpartition(".")[0], actor=OPERATOR)]
    (warned,) = [event for event in told if type(event).__name__ == "UserTaskWarned"]
    assert warned.rules == ("R-002",)
    decided = [event for event in told if type(event).__name__ == "DecisionEvaluated"]
    assert [(event.decision, event.rules) for event in decided] == [("spaer", ()), ("varsel", ("r1",))]


def test_a_warning_is_told_before_it_counts_and_who_turns_back_leaves_all_as_it_was(
    flow: Flowcase, task: str
) -> None:
    class TurnedBack(Exception):
        pass

    def look_again(hits: Sequence[Hit]) -> None:
        assert [(hit.rule, hit.sentence) for hit in hits] == [("R-002", "Tal med lederen")]
        raise TurnedBack

    with pytest.raises(TurnedBack):
        flow.user_tasks.complete(task, {"farlig": "false", "indhold": "x"}, look_again=look_again, actor=ANNA)

    assert [row.element for row in flow.user_tasks.list()] == ["vurder"]
    told = flow.history.of_instance(task.rpartition(".")[0], actor=OPERATOR)
    assert not {"UserTaskWarned", "DecisionEvaluated"} & {type(row.event).__name__ for row in told}


def test_a_second_form_changes_the_same_record_and_shows_what_is_known(flow: Flowcase) -> None:
    form = json.dumps(FORM).encode()
    drawn = process("p", start(), user_task("a", form="F-X"), user_task("b", form="F-X"), end())
    flow.deployments.deploy({"p.bpmn": drawn, "x.form": form}, actor=OPERATOR)
    flow.instances.start("p", actor=OPERATOR)
    (first,) = flow.user_tasks.list()
    flow.user_tasks.complete(first.id, {"farlig": "true", "indhold": "x", "art": "y"}, actor=ANNA)
    (second,) = flow.user_tasks.list()

    page = flow.user_tasks.get(second.id, actor=ANNA)
    flow.user_tasks.complete(second.id, {"farlig": "true", "indhold": "z", "art": "y"}, actor=ANNA)

    assert page.prefilled == {"farlig": True, "indhold": "x", "art": "y"}
    with flow.store.reading(flow.clock.now()) as tx:
        (record,) = records.records(tx, entity="Notat")
    assert record.secret == {"indhold": "z"}
