"""FEEL values as Python values, and their lossless JSON form.

The value types are FEEL's: None, bool, str, decimal.Decimal (every number; int is accepted on the
way in), datetime.date, datetime.time, datetime.datetime (aware), DayTimeDuration, YearMonthDuration,
list, dict with string keys. Nothing else is a process variable.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Value = Any  # one of the types that the module's docstring lists
Variables = Mapping[str, Value]

DayTimeDuration = dt.timedelta


@dataclass(frozen=True, order=True)
class YearMonthDuration:
    """A duration in calendar months; a year is twelve of them (FEEL `years and months duration`)."""

    months: int  # may be negative


OWN_JSON = frozenset({type(None), bool, str, int})  # exactly of these types: their own JSON
_TAG = "$"  # a mapping with this key is a tagged value; a plain context that has the key is escaped


def to_json(value: Value) -> Any:
    """The JSON-able form of a value. Raises TypeError for anything that is no FEEL value."""
    kind = type(value)
    if kind in OWN_JSON:
        return value
    if kind is dict:
        plain = {str(key): to_json(item) for key, item in value.items()}
        return {_TAG: "context", "v": plain} if _TAG in plain else plain
    if isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, Decimal):
        as_int = int(value) if value.is_finite() and value == value.to_integral_value() else None
        if as_int is not None and abs(as_int) < 2**53 and value.as_tuple().exponent == 0:
            return as_int
        return {_TAG: "number", "v": str(value)}
    if isinstance(value, dt.datetime):
        tag = {_TAG: "instant", "v": value.isoformat()}
        if isinstance(value.tzinfo, ZoneInfo):
            tag["zone"] = value.tzinfo.key
        return tag
    if isinstance(value, dt.date):
        return {_TAG: "date", "v": value.isoformat()}
    if isinstance(value, dt.time):
        tag = {_TAG: "time", "v": value.replace(tzinfo=None).isoformat()}
        if isinstance(value.tzinfo, ZoneInfo):
            tag["zone"] = value.tzinfo.key
        elif value.tzinfo is not None:
            offset = value.utcoffset()
            tag["offset"] = str(int(offset.total_seconds())) if offset is not None else "0"
        return tag
    if isinstance(value, dt.timedelta):
        micros = (value.days * 86400 + value.seconds) * 1_000_000 + value.microseconds
        return {_TAG: "duration", "us": micros}
    if isinstance(value, YearMonthDuration):
        return {_TAG: "months", "v": value.months}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return to_json(dict(value))
    raise TypeError(f"Expected a FEEL value, but got {type(value).__name__}.")


def from_json(data: Any) -> Value:
    """The inverse of `to_json`; JSON numbers become Decimal."""
    if data is None or isinstance(data, (bool, str)):
        return data
    if isinstance(data, int):
        return Decimal(data)
    if isinstance(data, float):
        return Decimal(repr(data))
    if isinstance(data, list):
        return [from_json(item) for item in data]
    tag = data.get(_TAG)
    if tag is None:
        return {key: from_json(item) for key, item in data.items()}
    if tag == "number":
        return Decimal(data["v"])
    if tag == "instant":
        instant = dt.datetime.fromisoformat(data["v"])
        return instant.astimezone(ZoneInfo(data["zone"])) if "zone" in data else instant
    if tag == "date":
        return dt.date.fromisoformat(data["v"])
    if tag == "time":
        time = dt.time.fromisoformat(data["v"])
        if "zone" in data:
            return time.replace(tzinfo=ZoneInfo(data["zone"]))
        if "offset" in data:
            return time.replace(tzinfo=dt.timezone(dt.timedelta(seconds=int(data["offset"]))))
        return time
    if tag == "duration":
        return dt.timedelta(microseconds=data["us"])
    if tag == "months":
        return YearMonthDuration(data["v"])
    if tag == "context":
        return {key: from_json(item) for key, item in data["v"].items()}
    raise ValueError(f"Expected a known value tag, but got '{tag}'.")


def canonical_json(data: Any) -> bytes:
    """One byte string per JSON value: sorted keys, no spaces, UTF-8; what hashes are computed over."""
    return _CANONICAL(data).encode()


def json_encoder(*, sort_keys: bool) -> Callable[[Any], str]:
    """Writes JSON without spaces; what the library sets up anew for each text is kept for the next."""
    plain = json.JSONEncoder(sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=False)
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    parts = make(None, plain.default, json.encoder.encode_basestring, None, ":", ",", sort_keys, False, True)
    return lambda data: "".join(parts(data, 0))


_CANONICAL = json_encoder(sort_keys=True)
