"""Values of an instance's variables, from an operator: typed as FEEL or sent as JSON, never running text."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from flowcase import feel
from flowcase.cases.typed_text import has_cpr_number
from flowcase.values import Value
from flowcase.web.language import gettext

_NAME = re.compile(r"[A-Za-z_]\w{0,79}", re.ASCII)
_CODE = re.compile(r"[\w.:/+-]{0,80}")  # a variable holds codes, never words about a person
NO_CODE = "En variabel rummer kun koder, aldrig ord om mennesker eller CPR-numre."


def is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def holds_codes_only(value: Value) -> bool:
    return all(_CODE.fullmatch(each) and not has_cpr_number(each) for each in _texts(value))


def read_value(text: str) -> Value:
    """A FEEL literal. Raises ValueError, with a sentence, for anything else and for running text."""
    how = gettext('Skriv en værdi: 14, true, "kode", date("2026-03-01") eller null.')
    try:
        expression = feel.compile_expression(text)
        if expression.names:
            raise ValueError(how)
        value, warnings = expression.evaluate({})
    except (feel.FeelSyntaxError, feel.FeelLimitError):
        raise ValueError(how) from None
    if warnings or (value is None and text != "null"):
        raise ValueError(how)
    if not holds_codes_only(value):
        raise ValueError(gettext(NO_CODE))
    return value


def sent_values(rows: int) -> tuple[dict[str, Value], dict[str, str]]:
    """(values by name, what is wrong by field) of what was sent as `navn-0`, `vaerdi-0` …"""
    values: dict[str, Value] = {}
    errors: dict[str, str] = {}
    for number in range(rows):
        name = request.form.get(f"navn-{number}", "").strip()
        text = request.form.get(f"vaerdi-{number}", "").strip()
        if not name and not text:
            continue
        if not is_name(name):
            errors[f"navn-{number}"] = gettext("Et navn er bogstaverne a-z, tal og _.")
            continue
        try:
            values[name] = read_value(text)
        except ValueError as wrong:
            errors[f"vaerdi-{number}"] = str(wrong)
    return values, errors


def _texts(value: Value) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return [str(value).zfill(10)]  # a CPR number whose leading zero is gone is one
    return []


def as_feel(value: Value) -> str:
    """A value as one would type it."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(as_feel(each) for each in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {as_feel(each)}' for name, each in value.items())}}}"
    said = feel.compile_expression("string(x)").value({"x": value})
    return (
        said
        if isinstance(value, (bool, int)) or str(said).lstrip("-").replace(".", "").isdigit()
        else f'@"{said}"'
    )


def from_json(value: Any) -> Any:
    """Numbers become exact. Raises BadRequest for a number that is none."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise BadRequest("A number has to be finite.")
        return Decimal(repr(value))
    if isinstance(value, list):
        return [from_json(inner) for inner in value]
    if isinstance(value, dict):
        return {name: from_json(inner) for name, inner in value.items()}
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
