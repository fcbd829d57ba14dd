"""Item definitions: what fits, what is converted, what becomes null (DMN 1.5, 7.3.2 and 10.3.2.9)."""

import datetime as dt
from decimal import Decimal

import pytest
from small_decisions import decide, decision, definitions, input_data, literal, needs

from flowcase.modeling.read_dmn import load_dmn

TYPES = """
<itemDefinition name="tColour"><typeRef>string</typeRef>
  <allowedValues><text>"red", "green"</text></allowedValues></itemDefinition>
<itemDefinition name="tColours" isCollection="true"><typeRef>tColour</typeRef></itemDefinition>
<itemDefinition name="tPair" isCollection="true"><typeRef>number</typeRef>
  <typeConstraint><text>count(?) = 2</text></typeConstraint></itemDefinition>
<itemDefinition name="tPerson">
  <itemComponent name="full name"><typeRef>string</typeRef></itemComponent>
  <itemComponent name="children" isCollection="true"><typeRef>tPerson</typeRef></itemComponent>
</itemDefinition>
<itemDefinition name="tName"><typeRef>tPerson.full name</typeRef></itemDefinition>
<itemDefinition name="tLoop"><typeRef>tLoop</typeRef></itemDefinition>
"""


def typed(type_ref, text, **inputs):
    return decide(TYPES, decision("d", literal(text), type_ref=type_ref), **inputs).value


@pytest.mark.parametrize(
    ("type_ref", "text", "expected"),
    [
        ("number", "1", 1),
        ("number", '"1"', None),
        ("number", "[1]", 1),
        ("number", "[1, 2]", None),
        ("string", "null", None),
        ("Any", "[1]", [1]),
        ("integer", "5", 5),
        ("tColour", '"red"', "red"),
        ("tColour", '"blue"', None),
        ("tColour", '["red"]', "red"),
        ("tColours", '"red"', ["red"]),
        ("tColours", '["red", "blue"]', None),
        ("tColours", '["red", "green"]', ["red", "green"]),
        ("tPair", "[1, 2]", [1, 2]),
        ("tPair", "[1, 2, 3]", None),
        ("tPerson", '{full name: "A", children: []}', {"full name": "A", "children": []}),
        ("tPerson", '{full name: "A"}', {"full name": "A"}),
        ("tPerson", "{full name: 1}", None),
        ("tPerson", '{full name: "A", children: [{full name: 1}]}', None),
        ("tName", '"A"', "A"),
        ("tName", "5", None),
        ("tLoop", "5", 5),
    ],
)
def test_a_decision_fits_its_value_to_its_type(type_ref, text, expected):
    assert typed(type_ref, text) == expected


def test_a_date_becomes_midnight_utc_where_a_date_and_time_is_asked_for():
    midnight = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)

    assert typed("dateTime", 'date("2024-05-01")') == midnight
    assert typed("date", 'date and time("2024-05-01T00:00:00Z")') is None


def test_components_with_blanks_are_read_in_paths():
    parts = [
        TYPES,
        input_data("i", "tPerson", name="the person"),
        decision("d", literal("the person.full name"), requires=[needs("Input", "i")]),
    ]

    assert decide(*parts, **{"the person": {"full name": "B"}}).value == "B"


def test_item_definitions_serve_instance_of():
    assert typed("boolean", '{full name: "A", children: []} instance of tPerson') is True
    assert typed("boolean", "5 instance of tPerson") is False


def test_an_unknown_type_is_named_and_everything_fits_it():
    model, findings = load_dmn(definitions(decision("d", literal("1"), type_ref="tMissing")), "x.dmn")

    assert [(finding.rule, finding.element) for finding in findings] == [("dmn-unknown-type", "d")]
    assert model.evaluate("d", {}).value == Decimal(1)


def test_types_of_dmn_1_1_are_read_by_prefix():
    content = definitions(
        decision("d", literal("x"), type_ref="feel:number"),
        xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        attributes='xmlns:feel="http://www.omg.org/spec/FEEL/20140401"',
    )

    model, findings = load_dmn(content, "x.dmn")

    assert findings == []
    assert model.evaluate("d", {"x": "text"}).value is None
