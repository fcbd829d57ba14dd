"""Reads a form file into fields."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from typing import Any

from flowcase.errors import InvalidDefinition
from flowcase.finding import Finding, Severity
from flowcase.modeling.definition import Expression
from flowcase.modeling.form import CaseTarget, Check, Field, FieldType, Form, Option, Target, VariableTarget
from flowcase.modeling.form_json import Located, parse_form_json

COMPONENTS: dict[str, FieldType] = {
    "textfield": FieldType.TEXT,
    "textarea": FieldType.LONG_TEXT,
    "number": FieldType.NUMBER,
    "checkbox": FieldType.BOOLEAN,
    "radio": FieldType.CHOICE,
    "select": FieldType.CHOICE,
    "checklist": FieldType.CHOICES,
    "taglist": FieldType.CHOICES,
    "datetime": FieldType.INSTANT,
    "filepicker": FieldType.FILE,
    "dynamiclist": FieldType.LIST,
    "group": FieldType.GROUP,
    "text": FieldType.DISPLAY,
    "separator": FieldType.DISPLAY,
    "spacer": FieldType.DISPLAY,
}
IGNORED = frozenset({"button"})  # every task page has its own buttons
_DATETIME = {"date": FieldType.DATE, "time": FieldType.TIME, "datetime": FieldType.INSTANT}
CHECKS = ("flowcase.refuse.", "flowcase.warn.")  # and the name of the check; its sentence has it too
MAX_DEPTH = 8
_FILES_KEPT = 512  # more than a municipality has forms; what is read of one never changes


@functools.lru_cache(maxsize=_FILES_KEPT)
def read_form(content: bytes, file: str) -> Form:
    """The form of a file; the same content is read once. Raises InvalidDefinition when it is no form-js JSON.

    A component that the dialect has no field for is left out; the check refuses it.
    """
    root = parse_form_json(content, file)
    if not isinstance(root.get("components"), list):
        raise InvalidDefinition(
            [
                Finding(
                    rule="form-json",
                    severity=Severity.ERROR,
                    file=file,
                    element=None,
                    element_name=None,
                    line=root.line,
                    message="The file has no list of components, so it is no form.",
                    remedy="Save the form with the form editor (form-js).",
                )
            ]
        )
    return Form(
        id=_text(root.get("id")),
        file=file,
        fields=_fields(root["components"], (), 0),
        content_hash=hashlib.sha256(content).hexdigest(),
    )


def targets_of(text: str) -> tuple[Target, ...]:
    """The targets named in `properties.target`, separated by blanks. Raises ValueError for a wrong one."""
    found: list[Target] = []
    for part in text.split():
        kind, _, rest = part.partition(":")
        entity, _, attribute = rest.partition(".")
        if kind == "variable" and rest.isidentifier():
            found.append(VariableTarget(rest))
        elif kind == "case" and entity.isidentifier() and attribute.isidentifier():
            found.append(CaseTarget(entity, attribute))
        else:
            raise ValueError(part)
    return tuple(found)


def _fields(components: list[Any], prefix: tuple[str, ...], depth: int) -> tuple[Field, ...]:
    if depth > MAX_DEPTH:
        return ()
    found = []
    for component in components:
        if isinstance(component, Located) and component.get("type") in COMPONENTS:
            found.append(_field(component, prefix, depth))
    return tuple(found)


def _field(component: Located, prefix: tuple[str, ...], depth: int) -> Field:
    name = component["type"]
    kind = COMPONENTS[name]
    properties = _mapping(component.get("properties"))
    validate = _mapping(component.get("validate"))
    options = _options(component.get("values"))
    if name == "datetime":
        kind = _DATETIME.get(_text(component.get("subtype")) or "date", FieldType.DATE)
    elif kind is FieldType.CHOICE and {option.value for option in options} == {"true", "false"}:
        kind = FieldType.BOOLEAN
    is_container = kind in {FieldType.LIST, FieldType.GROUP}
    key = _text(component.get("path" if is_container else "key"))
    path = prefix if not key else (*prefix, *key.split("."))
    children: tuple[Field, ...] = ()
    if is_container and isinstance(component.get("components"), list):
        children = _fields(component["components"], () if kind is FieldType.LIST else path, depth + 1)
    return Field(
        id=_text(component.get("id")),
        key="" if kind is FieldType.DISPLAY else key,
        path=path,
        type=kind,
        component=name,
        label=_text(component.get("dateLabel") or component.get("timeLabel") or component.get("label")),
        label_en=_text(properties.get("label_en")),
        description=_text(component.get("description")),
        description_en=_text(properties.get("description_en")),
        required=validate.get("required") is True,
        required_if=_feel(properties.get("flowcase.required")),
        hide_if=_feel(_mapping(component.get("conditional")).get("hide")),
        readonly=component.get("readonly") is True,
        shown=_feel(properties.get("flowcase.shown")),
        disabled=component.get("disabled") is True,
        options=options,
        options_expression=_feel(component.get("valuesExpression")),
        options_key=_text(component.get("valuesKey")) or None,
        min_length=_number(validate.get("minLength")),
        max_length=_number(validate.get("maxLength")),
        pattern=_text(validate.get("pattern")) or None,
        minimum=_decimal(validate.get("min")),
        maximum=_decimal(validate.get("max")),
        decimal_digits=_number(component.get("decimalDigits")),
        checks=_checks(properties),
        default=component.get("defaultValue"),
        targets=_targets(properties.get("target")),
        sources=_targets(properties.get("flowcase.from")),
        children=children,
        text=_text(component.get("text")),
        properties={str(name): _text(value) for name, value in properties.items()},
        line=component.line,
    )


def _targets(text: Any) -> tuple[Target, ...]:
    try:
        return targets_of(_text(text))
    except ValueError:  # rule form-target says so
        return ()


def check_named(name: str) -> tuple[str, str] | None:
    """Kind (refuse, warn) and name of the check that a property holds."""
    kind, _, which = name.removeprefix("flowcase.").partition(".")
    return (kind, which) if name.startswith(CHECKS) and which else None


def _checks(properties: Mapping[str, Any]) -> tuple[Check, ...]:
    found = []
    for name, text in properties.items():
        named = check_named(str(name))
        if named is not None and (wrong_if := _feel(text)) is not None:
            kind, which = named
            said, english = (_text(properties.get(f"{each}.{which}")) for each in (kind, f"{kind}_en"))
            found.append(Check(wrong_if, kind == "refuse", said, english))
    return tuple(found)


def _options(values: Any) -> tuple[Option, ...]:
    if not isinstance(values, list):
        return ()
    return tuple(
        Option(_code(item.get("value")), _text(item.get("label")) or _code(item.get("value")))
        for item in values
        if isinstance(item, Mapping)
    )


def _code(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else _text(value)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> int | None:
    text = _text(value)
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _decimal(value: Any) -> str | None:
    text = _text(value)
    return text or None


def _feel(value: Any) -> Expression | None:
    """FEEL with the leading `=`; a boolean stands for itself."""
    if isinstance(value, bool):
        return Expression(str(value).lower())
    text = _text(value)
    return Expression(text.removeprefix("=").strip()) if text else None
