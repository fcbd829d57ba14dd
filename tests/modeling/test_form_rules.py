"""Every rule for forms refuses the wrong form of its page at its field, and takes the right one."""

from __future__ import annotations

import pytest
from diagrams import examples

from flowcase.modeling import Severity, check_form, read_form
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.form_rules import load_form_rules

CATALOGUE = Catalogue(
    entities={
        "Underretning.bekymring",
        "Underretning.kanal",
        "Underretning.kontakt",
    },
    variables={"alder"},
)


def form(body: str) -> bytes:
    if '"type": "default"' in body:
        return body.encode()
    return f'{{"id": "F-X", "type": "default", "components": [\n{body}\n]}}'.encode()


@pytest.mark.parametrize("rule", load_form_rules(), ids=lambda rule: rule.id)
def test_the_wrong_form_of_a_rule_is_found_at_its_field(rule):
    wrong, _ = examples(rule.documentation)

    findings = [f for f in check_form(form(wrong.body), "F-X.form", CATALOGUE) if f.rule == rule.id]

    assert findings, f"{rule.id} found nothing"
    assert {finding.element or "" for finding in findings} == {wrong.element}
    assert all(finding.line and finding.line > 0 for finding in findings)


@pytest.mark.parametrize("rule", load_form_rules(), ids=lambda rule: rule.id)
def test_the_right_form_of_a_rule_is_accepted(rule):
    _, right = examples(rule.documentation)

    findings = check_form(form(right.body), "F-X.form", CATALOGUE)

    assert [f for f in findings if f.severity is Severity.ERROR or f.rule == rule.id] == []


def test_a_target_at_a_list_holds_for_all_of_its_fields():
    body = """{"id": "l", "type": "dynamiclist", "path": "boern", "label": "Børn",
     "properties": {"target": "case:Underretning.kontakt"},
     "components": [{"id": "n", "type": "textfield", "key": "navn", "label": "Navn"}]}"""

    assert check_form(form(body), "F-X.form", CATALOGUE) == []


def test_a_property_that_stands_twice_in_one_object_is_told_at_its_line():
    body = '{"id": "a", "type": "number", "key": "alder",\n "key": "alder2", "label": "Alder"}'

    [told] = check_form(form(body), "F-X.form", CATALOGUE)

    assert (told.rule, told.line, told.severity) == ("form-json", 2, Severity.ERROR)
    assert told.message == "'key' stands twice in the object that begins in this line."
    [field] = read_form(form(body), "F-X.form").fields  # one that was deployed before goes on
    assert field.key == "alder2"


@pytest.mark.parametrize("content", [b'{"a": [1],\n}', b'{"a": [1,\n]}', b'{"a":\n [1], }'])
def test_a_comma_too_many_is_told_as_one_at_its_line(content):
    [told] = check_form(content, "F-X.form", CATALOGUE)

    assert told.message == "The file is no JSON: a comma stands after the last value."
    assert told.line == content[: content.rindex(b",")].count(b"\n") + 1


def test_the_form_reader_and_the_check_survive_what_is_no_form():
    for content in (b"", b"null", b'{"components": [1, null, {"type": 3}]}', b'{"components": {"a": 1}}'):
        assert check_form(content, "F-X.form")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('"validate": {"minLength": 3, "maxLength": "=n"}', []),
        ('"noget_eget": [1, 2]', []),
        ('"readonly": "=afvist"', []),
        ('"layout": {"row": "Row_1", "columns": null}', []),
        (
            '"validate": {"minLength": "tre"}',
            ["The property validate.minLength is 'tre', not a number or FEEL."],
        ),
        ('"validate": []', ["The property validate is a list, not an object."]),
        ('"description": 3', ["The property description is '3', not text."]),
        ('"conditional": {"hide": true}', ["The property conditional.hide is 'True', not text."]),
    ],
)
def test_the_shape_of_known_properties_is_judged_and_others_are_left_alone(more, expected):
    body = f"""{{"id": "a", "type": "textfield", "key": "kontakt", "label": "Kontakt", {more},
     "properties": {{"target": "case:Underretning.kontakt"}}}}"""

    findings = [each for each in check_form(form(body), "F-X.form", CATALOGUE) if each.rule == "form-shape"]

    assert [each.message for each in findings] == expected
    assert all(each.severity is Severity.WARNING for each in findings)


DAY = (
    '{"id": "d", "type": "datetime", "subtype": "date", "key": "dag", "dateLabel": "Dagen", "properties": %s}'
)


@pytest.mark.parametrize(
    ("properties", "severity", "said"),
    [
        ('"flowcase.warn.ny": "=dag > today()"', Severity.ERROR, "no sentence"),
        ('"flowcase.warn.ny": "=dag > today()", "warn.ny": "Ret den."', Severity.WARNING, "no English"),
        ('"warn.ny": "Ret den.", "warn_en.ny": "Mend it."', Severity.WARNING, "never said"),
    ],
)
def test_a_check_without_its_sentences_and_a_sentence_without_its_check_are_told(properties, severity, said):
    target = '"target": "variable:alder"'

    found = check_form(form(DAY % f"{{{target}, {properties}}}"), "F-X.form", CATALOGUE)

    [told] = [each for each in found if each.rule == "form-property"]
    assert (told.severity, told.element_name) == (severity, "Dagen")
    assert said in told.message
