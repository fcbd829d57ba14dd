"""Values as the formats of exports write them."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from flowcase.values import Value


def scalar(value: Value) -> bool | int | float | str | dt.datetime:
    """One of the types that XES and OCEL know; lists and contexts become JSON text."""
    if isinstance(value, (bool, int, str, dt.datetime)):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(jsonable(value), ensure_ascii=False)
    return str(value)


def jsonable(value: Any) -> Any:
    """The same in the types of JSON."""
    if isinstance(value, dict):
        return {str(name): jsonable(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(inner) for inner in value]
    if isinstance(value, dt.datetime):
        return instant(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return scalar(value)


def instant(at: dt.datetime) -> str:
    """UTC with milliseconds, as all the formats take it."""
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
