"""Flows that people start by hand: offered to whom the start event names, refused to everybody else."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from sqlalchemy import select

from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.errors import Conflict, Forbidden, InvalidValues, NotFound, Refused
from flowcase.store import tables
from flowcase.store.queries import records
from tests.services.conftest import ANNA, CLARA, OPERATOR
from tests.services.diagrams import Node, end, process, user_task
from tests.services.test_forms_and_rules import GATE

FORM = {
    "type": "default",
    "id": "F-Y",
    "components": [
        {
            "type": "textarea",
            "key": "indhold",
            "id": "f1",
            "label": "Hvad",
            "validate": {"required": True},
            "properties": {"target": "case:Notat.indhold"},
        },
        {
            "type": "select",
            "key": "art",
            "id": "f2",
            "label": "Art",
            "values": [{"label": "X", "value": "x"}, {"label": "Y", "value": "y"}],
            "properties": {"target": "variable:art"},
        },
        {
            "type": "textfield",
            "key": "omraade",
            "id": "f3",
            "label": "Område",
            "properties": {"target": "case:Sag.omraade"},
        },
    ],
}


def start(starters: str = "", case: str = "", form: str = "") -> Node:
    properties = {"starters": starters, "case": case, "instruction": "Til dette"}
    inner = "".join(
        f'<zeebe:property name="flowcase.{name}" value="{value}"/>'
        for name, value in properties.items()
        if value
    )
    drawn = f'<zeebe:formDefinition formId="{form}"/>' if form else ""
    extension = f"<extensionElements>{drawn}<zeebe:properties>{inner}</zeebe:properties></extensionElements>"
    return Node("start", "startEvent", extension)


@pytest.fixture
def case(flow: Flowcase) -> str:
    files = {
        "a.bpmn": process("i_sag", start("fronten", form="F-Y"), user_task("a", groups="fronten"), end()),
        "b.bpmn": process("uden_sag", start("fronten", "none"), user_task("b", groups="fronten"), end()),
        "c.bpmn": process("begge", start("fronten familieteam", "optional"), user_task("c"), end()),
        "d.bpmn": process("kaldes", start(), user_task("d"), end()),
        "F-Y.form": json.dumps(FORM).encode(),
    }
    flow.deployments.deploy(files, actor=OPERATOR)
    return flow.cases.open("SAG-1", child={"navn": "Alma"}, facts={"omraade": "nord"}, actor=SYSTEM)


def names(flow: Flowcase, actor: Actor, case: str | None = None) -> list[str]:
    return [each.process for each in flow.startable_flows.list(case=case, actor=actor)]


def test_what_is_offered_follows_groups_and_whether_there_is_a_case(flow: Flowcase, case: str) -> None:
    familieteam = Actor("carl", groups=frozenset({"familieteam", "familieteam_nord"}))

    assert names(flow, ANNA) == ["begge", "uden_sag"]
    assert names(flow, ANNA, case) == ["begge", "i_sag"]
    assert names(flow, familieteam, case) == ["begge"]
    assert names(flow, Actor("bo", groups=frozenset({"mentor"}))) == []


def test_the_menu_knows_at_once_who_can_begin_a_flow(flow: Flowcase, case: str) -> None:
    bo = Actor("bo", groups=frozenset({"mentor"}))
    assert [flow.startable_flows.has_any(each) for each in (ANNA, SYSTEM, bo)] == [True, True, False]

    drawn = process("ny", start("mentor", "none"), user_task("a"), end())
    flow.deployments.deploy({"e.bpmn": drawn}, actor=OPERATOR)
    assert [flow.startable_flows.has_any(each) for each in (ANNA, bo)] == [True, True]

    drawn = process("ny", start("mentor"), user_task("a"), end())  # in a case alone
    flow.deployments.deploy({"e.bpmn": drawn}, actor=OPERATOR)
    assert [flow.startable_flows.has_any(each) for each in (ANNA, bo)] == [True, False]


def test_a_case_that_is_closed_or_not_ones_work_offers_nothing(flow: Flowcase, case: str) -> None:
    with pytest.raises(Forbidden):
        names(flow, CLARA, case)
    with pytest.raises(NotFound):
        names(flow, ANNA, "SAG-0")

    flow.instances.start("kaldes", case=case, actor=SYSTEM)
    close(flow, case)

    assert names(flow, ANNA, case) == []
    with pytest.raises(Conflict, match="closed"):
        flow.startable_flows.start("begge", case=case, actor=ANNA)


def close(flow: Flowcase, case: str) -> None:
    def work(tx: Any) -> None:
        flow.cases._open_work(tx, case=case).close_case(case, "afsluttet")

    flow.cases._transactions.run(SYSTEM, work)


def test_starting_stores_the_form_and_carries_the_flow_to_its_first_user_task(
    flow: Flowcase, case: str
) -> None:
    started = flow.startable_flows.start(
        "i_sag", {"indhold": "Fortroligt", "art": "x", "omraade": "syd"}, case=case, actor=ANNA
    )

    instance = flow.instances.get(started)
    (note,) = flow.cases.records("Notat", case=case)
    assert note["indhold"] == "Fortroligt"
    assert instance.case_code == case
    assert instance.variables == {"sag_id": case, "art": "x", "notat_id": note.id}
    assert flow.cases.get(case, actor=ANNA).facts["omraade"] == "syd"
    assert [row.element for row in flow.user_tasks.inbox(ANNA)] == ["a"]
    told = flow.history.of_case(case, actor=ANNA)
    assert {row.actor for row in told if type(row.event).__name__ == "InstanceStarted"} == {"anna"}


def test_a_form_shows_what_is_known_and_comes_back_with_every_wrong_field(flow: Flowcase, case: str) -> None:
    page = flow.startable_flows.page("i_sag", case=case, actor=ANNA)

    assert page.prefilled == {"omraade": "nord"}
    assert page.flow.purpose == "Til dette"
    with pytest.raises(InvalidValues) as refused:
        flow.startable_flows.start("i_sag", {"indhold": "", "fremmed": "1"}, case=case, actor=ANNA)
    assert set(refused.value.errors) == {"indhold", "fremmed"}
    assert flow.instances.list(process="i_sag") == []
    assert flow.cases.records("Notat", case=case) == []


def test_outside_of_a_case_it_has_a_stream_of_its_own(flow: Flowcase, case: str) -> None:
    started = flow.startable_flows.start("uden_sag", actor=ANNA)

    with flow.store.reading(flow.clock.now()) as tx:
        (row,) = tx.rows(select(tables.instance).where(tables.instance.c.id == started))
    assert (row.case_code, row.stream) == (None, f"process:{started}")


def test_the_same_page_sent_twice_starts_one_instance(flow: Flowcase, case: str) -> None:
    first = flow.startable_flows.start("begge", number="ABCD-EFGH-IJKL", actor=ANNA)
    second = flow.startable_flows.start("begge", number="ABCD-EFGH-IJKL", actor=ANNA)

    assert first == second
    assert len(flow.instances.list(process="begge")) == 1
    with pytest.raises(Conflict, match="something else"):
        flow.startable_flows.start("uden_sag", number="ABCD-EFGH-IJKL", actor=ANNA)


@pytest.mark.parametrize("process", ["kaldes", "uden_sag", "findes_ikke"])
def test_what_does_not_start_by_hand_here_is_not_found(flow: Flowcase, case: str, process: str) -> None:
    with pytest.raises(NotFound):
        flow.startable_flows.start(process, case=case, actor=ANNA)


def test_who_is_in_no_named_group_is_refused(flow: Flowcase, case: str) -> None:
    deputy = Actor("drift", groups=frozenset({"administrator", "socialafsnit"}))

    with pytest.raises(Forbidden, match="fronten"):
        flow.startable_flows.start("i_sag", {"indhold": "x"}, case=case, actor=deputy)
    with pytest.raises(Forbidden, match="fronten"):
        flow.startable_flows.page("uden_sag", actor=CLARA)


def test_words_on_a_start_form_outside_of_a_case_are_sealed_under_the_flows_own_key(
    flow: Flowcase, case: str
) -> None:
    form = {**FORM, "id": "F-Z", "components": FORM["components"][:2]}
    files = {
        "e.bpmn": process("raad", start("fronten", "none", "F-Z"), user_task("e"), end()),
        "F-Z.form": json.dumps(form).encode(),
    }
    flow.deployments.deploy(files, actor=OPERATOR)

    started = flow.startable_flows.start("raad", {"indhold": "Hemmeligt"}, actor=ANNA)

    with flow.store.reading(flow.clock.now()) as tx:
        (row,) = records.records(tx, entity="Notat")
        raw = tx.rows(select(tables.record))
    assert (row.stream, row.values["indhold"]) == (f"process:{started}", "Hemmeligt")
    assert not any("Hemmeligt" in str(each) for each in raw)


def test_a_gate_refuses_a_start_that_asks_for_nothing_too(flow: Flowcase, case: str) -> None:
    table = GATE.format(id="kun_andre", rule="R-9").replace("farlig", "aktoer")
    table = table.replace("<text>true</text>", '<text>"anna"</text>')
    drawn = start("fronten", "none")
    gated = '<zeebe:property name="flowcase.gate" value="kun_andre"/></zeebe:properties>'
    drawn = dataclasses.replace(drawn, inside=drawn.inside.replace("</zeebe:properties>", gated))
    files = {"e.bpmn": process("raad", drawn, user_task("e"), end()), "kun_andre.dmn": table.encode()}
    flow.deployments.deploy(files, actor=OPERATOR)

    with pytest.raises(Refused, match="Tal med lederen") as refused:
        flow.startable_flows.start("raad", actor=ANNA)
    assert refused.value.rules == ("R-9",)
    assert flow.instances.list(process="raad") == []
    assert flow.startable_flows.start("raad", actor=dataclasses.replace(ANNA, id="bo"))
