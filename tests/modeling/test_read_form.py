"""Form files become typed fields with targets."""

from __future__ import annotations

import json

import pytest

from flowcase.errors import InvalidDefinition
from flowcase.modeling import CaseTarget, FieldType, VariableTarget, read_form


def form(*components, form_id="F-A1"):
    return json.dumps({"id": form_id, "type": "default", "components": list(components)}, indent=1).encode()


def test_the_same_content_is_read_once_and_refused_each_time():
    content = form({"id": "c1", "type": "textfield", "key": "navn", "label": "Navn"})

    assert read_form(content, "F-A1.form") is read_form(bytes(bytearray(content)), "F-A1.form")
    for _ in range(2):
        with pytest.raises(InvalidDefinition):
            read_form(b"{}", "F-A1.form")


def test_a_yes_no_radio_is_boolean_and_may_go_to_a_record_and_to_a_variable():
    content = form(
        {
            "id": "c1",
            "type": "radio",
            "key": "umiddelbar_fare",
            "label": "Umiddelbar fare?",
            "values": [{"label": "Ja", "value": "true"}, {"label": "Nej", "value": "false"}],
            "validate": {"required": True},
            "properties": {"target": "case:Underretning.umiddelbar_fare variable:umiddelbar_fare"},
        }
    )

    field = read_form(content, "F-A1.form").fields[0]

    assert (field.type, field.required, field.path) == (FieldType.BOOLEAN, True, ("umiddelbar_fare",))
    assert field.targets == (
        CaseTarget("Underretning", "umiddelbar_fare"),
        VariableTarget("umiddelbar_fare"),
    )


def test_a_dynamic_list_holds_its_rows_fields_and_a_group_puts_its_children_under_its_path():
    rows = {"id": "hvem", "type": "textfield", "key": "hvem", "label": "Hvem"}
    content = form(
        {
            "id": "tavle",
            "type": "group",
            "path": "tavle",
            "label": "Tavle",
            "properties": {"target": "case:Underretning.tavle"},
            "components": [
                {"id": "b", "type": "dynamiclist", "path": "bekymringer", "label": "B", "components": [rows]}
            ],
        }
    )

    read = read_form(content, "F-A2.form")

    group = read.fields[0]
    assert group.type is FieldType.GROUP
    assert group.children[0].path == ("tavle", "bekymringer")
    assert group.children[0].children[0].path == ("hvem",)
    assert [field.key for field in read.values()] == ["bekymringer"]


@pytest.mark.parametrize(
    ("subtype", "expected"),
    [("date", FieldType.DATE), ("time", FieldType.TIME), ("datetime", FieldType.INSTANT)],
)
def test_the_subtype_of_a_datetime_decides_its_type(subtype, expected):
    content = form({"id": "d", "type": "datetime", "subtype": subtype, "key": "d", "dateLabel": "Dato"})

    assert read_form(content, "x.form").fields[0].type is expected


def test_required_and_hidden_may_depend_on_other_fields():
    content = form(
        {
            "id": "k",
            "type": "textfield",
            "key": "underretter_kontakt",
            "conditional": {"hide": "=underretter_anonym"},
            "properties": {"flowcase.required": "=not(underretter_anonym)", "label_en": "Contact"},
        }
    )

    field = read_form(content, "x.form").fields[0]

    assert field.hide_if.text == "underretter_anonym"
    assert field.required_if.text == "not(underretter_anonym)"
    assert field.label_en == "Contact"


def test_what_a_readonly_field_shows_is_computed_from_the_others():
    content = form(
        {
            "id": "s",
            "type": "number",
            "key": "sagstal",
            "readonly": True,
            "properties": {"flowcase.shown": "=belastning[person = raadgiver].antal[1]"},
        }
    )

    read = read_form(content, "x.form")

    assert read.fields[0].shown.text == "belastning[person = raadgiver].antal[1]"
    assert "belastning" in read.expressions


def test_every_field_knows_its_line():
    content = form({"id": "a", "type": "textfield", "key": "a"}, {"id": "b", "type": "number", "key": "b"})

    lines = [field.line for field in read_form(content, "x.form").fields]

    text = content.decode().splitlines()
    assert [text[line].strip() for line in lines] == ['"id": "a",', '"id": "b",']


@pytest.mark.parametrize(
    "content",
    [b"", b"  \n", b"null", b"[1]", b'{"a":', b'{"a": NaN}', b"\xff\xfe\x00", b"[" * 100_000, b'{"id": "x"}'],
)
def test_what_is_no_form_is_refused_with_a_finding(content):
    with pytest.raises(InvalidDefinition) as refusal:
        read_form(content, "x.form")

    assert [finding.rule for finding in refusal.value.findings] == ["form-json"]
