"""Our table of BPMN's elements is complete: it holds everything that bpmn-moddle's descriptor knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from diagrams import diagram

from flowcase.modeling import Severity, check_bpmn
from flowcase.modeling.bpmn_schema import ABSTRACT, KINDS, schema

REPOSITORY = Path(__file__).parents[2]
DESCRIPTOR = REPOSITORY / "src/flowcase/web/frontend/node_modules/bpmn-moddle/resources/bpmn/json/bpmn.json"
SCHEMA_RULES = {"misplaced-child", "attribute-value", "required-attribute", "child-order"}

# Types of the metamodel that no file writes, and properties that a file writes otherwise.
NOT_WRITTEN = {"ExtensionDefinition", "ExtensionAttributeDefinition", "ExtensionElements", "InteractionNode"}
OTHERWISE = {"extensionDefinitions", "valueRef", "extensionAttributeDefinition", "values", "diagrams"}
RENAMED = {"InputOutputSpecification": "ioSpecification", "InputOutputBinding": "ioBinding"}
ANYTHING = {("Lane", "partitionElement")} | {
    ("Documentation", each) for each in ("documentation", "extensionElements")
}


@pytest.fixture(scope="module")
def types():
    if not DESCRIPTOR.exists():
        pytest.skip("the front end is not built here")
    return {each["name"]: each for each in json.loads(DESCRIPTOR.read_text("utf-8"))["types"]}


def tag(name: str) -> str:
    return RENAMED.get(name, name[0].lower() + name[1:])


def ancestry(types, name: str) -> list[str]:
    return [name, *(each for base in types[name].get("superClass", ()) for each in ancestry(types, base))]


def written(types) -> Iterator[tuple[str, dict]]:
    """(type, property) of everything that a file may hold."""
    for name, each in types.items():
        if each.get("isAbstract") or name in NOT_WRITTEN:
            continue
        for ancestor in dict.fromkeys(ancestry(types, name)):
            for found in types[ancestor].get("properties", ()):
                if not (found.get("isVirtual") or found.get("isBody") or found["name"] in OTHERWISE):
                    yield name, {**found, "name": found["name"].removeprefix("bpmn:")}


def children(types, found: dict) -> list[str]:
    """The names of the elements that a property is written as."""
    name, kind = found["name"], found["type"].removeprefix("bpmn:")
    if found.get("isReference") or found.get("xml", {}).get("serialize") or kind not in types:
        return [name]
    return [
        tag(each) for each in types if kind in ancestry(types, each) and not types[each].get("isAbstract")
    ]


def test_every_type_and_attribute_is_in_the_table(types):
    missing = [
        (name, found["name"])
        for name, found in written(types)
        if found.get("isAttr") and found["name"] not in schema()[tag(name)].attributes
    ]

    assert missing == []


def test_every_child_is_in_the_table(types):
    missing = [
        (name, child)
        for name, found in written(types)
        if not found.get("isAttr") and (name, found["name"]) not in ANYTHING
        for child in children(types, found)
        if child not in schema()[tag(name)].children
    ]

    assert missing == []


def test_the_table_has_no_type_that_bpmn_has_not(types):
    assert set(schema()) - {tag(name) for name in types} == set()
    assert {tag(name) for name, each in types.items() if each.get("isAbstract")} - {"interactionNode"} <= (
        ABSTRACT | {"rootElement", "eventDefinition", "flowElementsContainer"}
    )


def test_the_values_of_enumerations_are_those_of_bpmn(types):
    listed = json.loads(DESCRIPTOR.read_text("utf-8"))["enumerations"]
    known = {tag(each["name"]): {value["name"] for value in each["literalValues"]} for each in listed}

    assert {kind: set(values) for kind, values in KINDS.items() if kind != "boolean"} == known
    kinds = {kind for content in schema().values() for kind in content.attributes.values()}
    assert kinds - KINDS.keys() == {"", "integer"}


def found_in(body: str) -> list[tuple[str, str | None, str]]:
    findings = check_bpmn(diagram(body), "a.bpmn")
    return [(each.rule, each.element, each.severity.value) for each in findings if each.rule in SCHEMA_RULES]


ROW = """
<startEvent id="start"/>
<sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
<endEvent id="slut">{inside}</endEvent>
{beside}
"""


@pytest.mark.parametrize(
    ("inside", "beside", "expected"),
    [
        ("<script>1</script>", "", ("misplaced-child", "slut", "error")),
        ("<multiInstanceLoopCharacteristics/>", "", ("misplaced-child", "slut", "error")),
        ("", "<flowNodeRef>slut</flowNodeRef>", ("misplaced-child", "p", "error")),
        ("", "<lane id='bane'/>", ("misplaced-child", "bane", "error")),
        ("<extensionElements/><extensionElements/>", "", ("misplaced-child", "slut", "warning")),
        ("<outputSet/>", "", ("misplaced-child", "slut", "error")),
        ("<incoming>f1</incoming><documentation>x</documentation>", "", ("child-order", "slut", "warning")),
        ("", "<association id='a' targetRef='slut'/>", ("required-attribute", "a", "warning")),
        ("", "<userTask id='u' priority='5'/>", ("attribute-value", "u", "warning")),
        ("", "<userTask id='u' startQuantity='to'/>", ("attribute-value", "u", "warning")),
        (
            "",
            "<association id='a' sourceRef='slut' targetRef='slut' associationDirection='Hither'/>",
            ("attribute-value", "a", "warning"),
        ),
    ],
)  # fmt: skip
def test_what_the_schema_does_not_have_is_found(inside, beside, expected):
    assert found_in(ROW.format(inside=inside, beside=beside)) == [expected]


def test_a_file_that_follows_the_schema_is_left_alone():
    assert (
        found_in(ROW.format(inside="<documentation>x</documentation><incoming>f1</incoming>", beside=""))
        == []
    )


def test_what_stands_in_a_process_that_does_not_run_only_warns():
    body = (
        '<process id="p" isExecutable="true">\n<startEvent id="s"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="e"/><endEvent id="e"/>\n</process>\n'
        '<process id="q">\n<task id="t"><script>1</script></task>\n</process>'
    )

    assert found_in(body) == [("misplaced-child", "t", "warning")]


def test_shipped_diagrams_follow_the_schema():
    for path in sorted((REPOSITORY / "processes").glob("*.bpmn")):
        findings = check_bpmn(path.read_bytes(), path.name)
        assert [each for each in findings if each.rule in SCHEMA_RULES] == [], path.name
        assert not any(each.severity is Severity.ERROR for each in findings)
