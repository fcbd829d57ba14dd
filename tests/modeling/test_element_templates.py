"""Handlers become element templates that the editors read."""

from __future__ import annotations

import pytest

from flowcase.handlers import ErrorCode, Field, Registration, Side, load_handlers
from flowcase.modeling.element_templates import LANGUAGES, element_templates


def registration(**changes):
    values = {
        "type": "kvittering.send",
        "side": Side.OUTSIDE,
        "da": "Send kvittering",
        "en": "Send receipt",
        "handle": lambda job, case: None,
        "inputs": (
            Field("underretning_id", "string", "Underretning", "Notification"),
            Field("haster", "boolean", "Haster", "Urgent", required=False),
        ),
        "outputs": (Field("sendt", "date and time", "Sendt", "Sent"),),
        "errors": (ErrorCode("ukendt_modtager", "Ukendt modtager", "Unknown recipient"),),
    }
    return Registration(**{**values, **changes})


def bindings(template):
    return [property_["binding"] for property_ in template["properties"]]


def test_a_template_fixes_the_job_type_and_offers_inputs_and_outputs():
    (template,) = element_templates({"kvittering.send": registration()})

    assert template["id"] == "flowcase.kvittering.send"
    assert template["name"] == "Send kvittering"
    assert {"type": "zeebe:taskDefinition", "property": "type"} in bindings(template)
    assert {"type": "zeebe:input", "name": "underretning_id"} in bindings(template)
    assert {"type": "zeebe:output", "source": "=sendt"} in bindings(template)
    assert "ukendt_modtager" in template["description"]


def test_a_required_input_may_not_be_empty_and_another_may():
    (template,) = element_templates({"kvittering.send": registration()})

    by_name = {p["binding"].get("name"): p for p in template["properties"]}
    assert by_name["underretning_id"]["constraints"] == {"notEmpty": True}
    assert by_name["haster"]["optional"] is True


def test_retries_are_offered_for_outside_handlers_only():
    retries = {"type": "zeebe:taskDefinition", "property": "retries"}

    (outside,) = element_templates({"x": registration()})
    (inside,) = element_templates({"x": registration(side=Side.INSIDE)})

    assert retries in bindings(outside)
    assert retries not in bindings(inside)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_registered_handler_has_a_template_with_labels(language):
    handlers = load_handlers()

    templates = element_templates(handlers, language=language)

    assert [template["id"] for template in templates] == [f"flowcase.{name}" for name in sorted(handlers)]
    for template in templates:
        assert template["name"].strip()
        assert all(p.get("label", "x").strip() for p in template["properties"])
