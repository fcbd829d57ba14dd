"""Element templates: registered handlers as a list to pick from in Camunda Modeler and the bpmn.io editors.

The format is Camunda 8's element template (JSON). A template fixes the job type and offers the handler's
inputs and outputs as fields, so that a process owner fills in a form instead of knowing names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

# How the editors tell templates for Camunda 8 from those for other engines; nothing is fetched from it.
SCHEMA = "https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json"
PREFIX = "flowcase."
LANGUAGES = ("da", "en")

_WORDS = {
    "inputs": {"da": "Input", "en": "Inputs"},
    "outputs": {"da": "Resultater", "en": "Results"},
    "retries": {"da": "Gentagelser", "en": "Retries"},
    "attempts": {"da": "Antal forsøg", "en": "Number of attempts"},
    "errors": {"da": "Fejl, der kan fanges: ", "en": "Errors that can be caught: "},
    "into": {"da": "Gemmes i variablen", "en": "Stored in the variable"},
}


class Labelled(Protocol):
    """An input, an output or an error of a handler."""

    @property
    def da(self) -> str: ...
    @property
    def en(self) -> str: ...


def template_id(job_type: str) -> str:
    return PREFIX + job_type


def element_templates(registrations: Mapping[str, Any], *, language: str = "da") -> list[dict[str, Any]]:
    """One template per handler, by job type; `registrations` as `handlers.load_handlers()` gives them."""
    return [_template(registrations[job_type], language) for job_type in sorted(registrations)]


def _template(registration: Any, language: str) -> dict[str, Any]:
    properties: list[dict[str, Any]] = [
        {
            "type": "Hidden",
            "value": registration.type,
            "binding": {"type": "zeebe:taskDefinition", "property": "type"},
        }
    ]
    properties += [_input(field, language) for field in registration.inputs]
    properties += [_output(field, language) for field in registration.outputs]
    if str(registration.side) == "outside":
        properties.append(
            {
                "label": _WORDS["attempts"][language],
                "type": "String",
                "value": "3",
                "group": "retries",
                "feel": "optional",
                "binding": {"type": "zeebe:taskDefinition", "property": "retries"},
            }
        )
    used = {str(item["group"]) for item in properties if "group" in item}
    return {
        "$schema": SCHEMA,
        "id": template_id(registration.type),
        "name": _label(registration, language),
        "description": _description(registration, language),
        "category": {"id": "flowcase", "name": "flowcase"},
        "appliesTo": ["bpmn:Task", "bpmn:ServiceTask"],
        "elementType": {"value": "bpmn:ServiceTask"},
        "groups": [
            {"id": group, "label": _WORDS[group][language]}
            for group in ("inputs", "outputs", "retries")
            if group in used
        ],
        "properties": properties,
    }


def _input(field: Any, language: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "label": _label(field, language),
        "description": _also(field, language) + f" ({field.type})",
        "type": "String",
        "feel": "required",
        "value": f"={field.name}",
        "group": "inputs",
        "binding": {"type": "zeebe:input", "name": field.name},
    }
    if field.required:
        found["constraints"] = {"notEmpty": True}
    else:
        found["optional"] = True
    return found


def _output(field: Any, language: str) -> dict[str, Any]:
    return {
        "label": _label(field, language),
        "description": f"{_WORDS['into'][language]} ({field.type})",
        "type": "String",
        "value": field.name,
        "optional": True,
        "group": "outputs",
        "binding": {"type": "zeebe:output", "source": f"={field.name}"},
    }


def _description(registration: Any, language: str) -> str:
    errors: Iterable[Any] = registration.errors
    named = ", ".join(f"{error.code} ({_label(error, language)})" for error in errors)
    text = _also(registration, language)
    return f"{text}. {_WORDS['errors'][language]}{named}" if named else text


def _label(item: Labelled, language: str) -> str:
    return item.da if language == "da" else item.en


def _also(item: Labelled, language: str) -> str:
    """The label in the other language."""
    return item.en if language == "da" else item.da
