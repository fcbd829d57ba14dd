"""A form that loses a field or a choice which tables and diagrams ask for: the studio says who does."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from flowcase.access.actor import Actor
from flowcase.bootstrap import Flowcase
from tests.services.conftest import OPERATOR
from tests.services.diagrams import Node, end, process, start, user_task

JENS = Actor("jens", groups=frozenset({"procesejer"}))
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
  <decision id="{id}" name="{name}">
    <informationRequirement id="k"><requiredDecision href="#{id}_under"/></informationRequirement>
    <decisionTable id="t1" hitPolicy="COLLECT">
      <input id="i1">
        <inputExpression id="e1" typeRef="boolean"><text>{id}_under</text></inputExpression></input>
      <output id="o1" name="regel" typeRef="string"/>
      <rule id="r1"><inputEntry id="c1"><text>true</text></inputEntry>
        <outputEntry id="c2"><text>"R-1"</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <decision id="{id}_under" name="{name}, det den bygger på">
    <variable id="v2" name="{id}_under" typeRef="boolean"/>
    <decisionTable id="t2" hitPolicy="FIRST">
      <input id="i2"><inputExpression id="e2" typeRef="string"><text>{reads}</text></inputExpression></input>
      <output id="o2" name="svar" typeRef="boolean"/>
      <rule id="r2"><inputEntry id="c3"><text>not("{code}")</text></inputEntry>
        <outputEntry id="c4"><text>true</text></outputEntry></rule>
      <rule id="r3"><inputEntry id="c5"><text></text></inputEntry>
        <outputEntry id="c6"><text>false</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"""


def form(*codes: str, key: str = "udfald", target: str = "variable:udfald", id: str = "f") -> bytes:
    field = {
        "id": "felt",
        "type": "select",
        "key": key,
        "label": "Udfald",
        "values": [{"value": code, "label": code.title()} for code in codes],
        "properties": {"target": target},
    }
    return json.dumps({"id": id, "type": "default", "components": [field]}).encode()


def table(id: str, name: str, reads: str = "udfald", code: str = "lukkes") -> bytes:
    return TABLE.format(id=id, name=name, reads=reads, code=code).encode()


def rule_task(id: str, decision: str) -> Node:
    called = f'<zeebe:calledDecision decisionId="{decision}" resultVariable="svar"/>'
    return Node(id, "businessRuleTask", f"<extensionElements>{called}</extensionElements>")


def asks_again(condition: str) -> Node:
    """A task that is repeated while a condition holds."""
    tag = "standardLoopCharacteristics"
    loop = f"<{tag}><loopCondition>{condition}</loopCondition></{tag}>"
    return Node("igen", "task", loop, 'name="Spørg igen"')


@pytest.fixture
def told(flow: Flowcase) -> Callable[..., list[str]]:
    """Deploys a diagram with its form and tables; then what is said of another version of the form."""

    def tell(drawn: bytes, changed: bytes, /, **tables: bytes) -> list[str]:
        files = {"p.bpmn": drawn, "f.form": form("ja", "lukkes")}
        files |= {f"{name}.dmn": content for name, content in tables.items()}
        flow.deployments.deploy(files, actor=OPERATOR)
        found = flow.studio.check("f.form", changed, actor=JENS)
        return [f"{each.rule}: {each.message}" for each in found if each.rule.endswith("-lost")]

    return tell


@pytest.mark.parametrize("gate", ["gate", "warn", "suggest"])
def test_a_key_that_is_written_otherwise_while_a_table_reads_it_is_told(
    told: Callable[..., list[str]], gate: str
) -> None:
    drawn = process(
        "p", start(), user_task("vurder", form="f", properties={f"flowcase.{gate}": "bom"}), end()
    )

    said = told(drawn, form("ja", "lukkes", key="udfaldet"), bom=table("bom", "Må det lukkes?"))

    assert said == [
        "form-field-lost: The field 'Udfald' is gone or has another key, and the table "
        "'Må det lukkes?, det den bygger på' in 'bom.dmn', which 'vurder' in 'p.bpmn' asks, reads 'udfald'."
    ]


def test_a_choice_that_is_gone_while_a_table_asks_for_it_is_told(told: Callable[..., list[str]]) -> None:
    gated = user_task("vurder", form="f", properties={"flowcase.gate": "bom"})
    drawn = process("p", start(), gated, rule_task("regn", "vej"), end())

    said = told(
        drawn,
        form("ja"),
        bom=table("bom", "Må det lukkes?"),
        vej=table("vej", "Hvor går den hen?"),
        andet=table("andet", "Som ingen spørger"),
    )

    assert said == [
        "form-choice-lost: The choice 'lukkes' of 'Udfald' is gone, and the table "
        f"'{name}, det den bygger på' in '{file}.dmn' asks for it."
        for file, name in (("bom", "Må det lukkes?"), ("vej", "Hvor går den hen?"))
    ]


def test_a_choice_that_is_gone_while_the_diagram_compares_with_it_is_told(
    told: Callable[..., list[str]],
) -> None:
    drawn = process("p", start(), user_task("vurder", form="f"), asks_again('=udfald = "lukkes"'), end())

    said = told(drawn, form("ja", "lukket"))

    assert said == [
        "form-choice-lost: The choice 'lukkes' of 'Udfald' is gone, and 'Spørg igen' in 'p.bpmn' asks for it."
    ]


def test_nothing_is_told_of_a_choice_that_nobody_asks_for_or_another_form_still_offers(
    flow: Flowcase, told: Callable[..., list[str]]
) -> None:
    flow.deployments.deploy({"g.form": form("ja", "lukkes", id="g")}, actor=OPERATOR)
    again = asks_again('=udfald = "lukkes"')
    elsewhere = process("p", start(), user_task("vurder", form="f"), user_task("b", form="g"), again, end())

    assert told(elsewhere, form("ja")) == []
    assert told(process("p", start(), user_task("vurder", form="f"), again, end()), form("lukkes")) == []


def test_answers_keep_what_they_were_called_when_the_form_offers_them_no_more(flow: Flowcase) -> None:
    target = "case:Dagsordenspunkt.udfald"
    for codes in (("ja", "lukkes"), ("ja",)):
        flow.deployments.deploy({"f.form": form(*codes, target=target)}, actor=OPERATOR)
    renamed = form("ja", target=target).replace(b'"Ja"', b'"Ja, gerne"')
    flow.deployments.deploy({"f.form": renamed}, actor=OPERATOR)

    labels = flow.deployments.option_labels()

    found = {code: words["da"] for (_, attribute, code), words in labels.items() if attribute == "udfald"}
    assert found == {"ja": "Ja, gerne", "lukkes": "Lukkes"}
