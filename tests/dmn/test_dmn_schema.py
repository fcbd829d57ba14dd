"""Our table of DMN's elements is complete, and what it does not have is told without blocking."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flowcase.modeling import Severity, check_dmn
from flowcase.modeling.dmn_schema import KINDS, schema

REPOSITORY = Path(__file__).parents[2]
DESCRIPTOR = REPOSITORY / "src/flowcase/web/frontend/node_modules/dmn-moddle/resources/dmn/json/dmn13.json"
RULES = {"dmn-element", "dmn-attribute", "dmn-order"}

NOT_WRITTEN = {"Element", "ExtensionElements", "ExtensionAttribute"}
RENAMED = {"DMNElementReference": "reference"}


@pytest.fixture(scope="module")
def types():
    if not DESCRIPTOR.exists():
        pytest.skip("the front end is not built here")
    return {each["name"]: each for each in json.loads(DESCRIPTOR.read_text("utf-8"))["types"]}


def tag(name: str) -> str:
    return RENAMED.get(name) or (name if name.startswith("DMN") else name[0].lower() + name[1:])


def ancestry(types, name):
    return [name, *(each for base in types[name].get("superClass", ()) for each in ancestry(types, base))]


def children(types, found):
    kind = found["type"]
    if found.get("isReference") or found.get("xml") or kind not in types or kind == "Element":
        return [found["name"]]
    # A part of an abstract type is written under the name of what it is.
    if kind in ("Expression", "DRGElement", "Artifact", "BusinessContextElement"):
        concrete = [each for each in types if not types[each].get("isAbstract")]
        return [tag(each) for each in concrete if kind in ancestry(types, each) and each != "UnaryTests"]
    return [found["name"]]


def test_every_type_attribute_and_child_is_in_the_table(types):
    missing = []
    for name, each in types.items():
        if each.get("isAbstract") or name in NOT_WRITTEN:
            continue
        kind = {"DMNElement": "dmnElement"}.get(name, tag(name))
        content = schema()[kind]
        for ancestor in dict.fromkeys(ancestry(types, name)):
            for found in types[ancestor].get("properties", ()):
                if found.get("isVirtual") or found.get("isBody") or found["name"] == "dmnDI":
                    continue
                if found.get("isAttr"):
                    missing += [(name, found["name"])] * (found["name"] not in content.attributes)
                else:
                    missing += [(name, c) for c in children(types, found) if c not in content.children]

    assert missing == []


def test_the_values_of_enumerations_are_those_of_dmn(types):
    listed = json.loads(DESCRIPTOR.read_text("utf-8"))["enumerations"]
    known = {frozenset(value["name"] for value in each["literalValues"]) for each in listed}

    assert set(KINDS.values()) - {KINDS["boolean"]} == known


def found_in(inside: str, attributes: str = "") -> list[tuple[str, str]]:
    content = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dd" name="d" namespace="n"'
        f'{attributes}><decision id="d_frist" name="Frist">{inside}</decision></definitions>'
    )
    findings = check_dmn(content.encode(), "a.dmn")
    assert all(each.severity is Severity.WARNING for each in findings if each.rule in RULES)
    return [(each.rule, each.element) for each in findings if each.rule in RULES]


TEXT = "<literalExpression id='l'><text>24</text></literalExpression>"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (TEXT, []),
        (f"<rule id='r'/>{TEXT}", [("dmn-element", "r")]),
        (f"<desicion id='x'/>{TEXT}", [("dmn-element", "x")]),
        (f"{TEXT}<variable id='v' name='Frist'/>", [("dmn-order", "v")]),
        (f"<variable id='v' nmae='Frist'/>{TEXT}", [("dmn-attribute", "v")]),
        (f"<variable id='v' name='a'/><variable id='w' name='b'/>{TEXT}", [("dmn-element", "w")]),
        (
            f"<informationRequirement id='i'><requiredInput/></informationRequirement>{TEXT}",
            [("dmn-attribute", "i")],
        ),
        (f"<extensionElements><anything/></extensionElements>{TEXT}", []),
    ],
)  # fmt: skip
def test_what_the_schema_does_not_have_is_told(inside, expected):
    assert found_in(inside) == expected


def test_shipped_tables_follow_the_schema():
    for path in sorted((REPOSITORY / "processes" / "decisions").glob("*.dmn")):
        assert [each for each in check_dmn(path.read_bytes(), path.name) if each.rule in RULES] == []
