"""FEEL values as text: what `string(...)` gives."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

from flowcase.feel import temporal
from flowcase.feel.numbers import format_number
from flowcase.feel.ranges import AllBut, Range
from flowcase.feel.runtime import Run
from flowcase.feel.wide import WideDate, WideDateTime
from flowcase.values import Value, YearMonthDuration


def to_text(value: Value, run: Run) -> str:
    """The value as `string(value)` shows it; a string is itself, within a list or context it is quoted."""
    return value if type(value) is str else _text(value, run, 0)


def _text(value: Value, run: Run, level: int) -> str:
    run.charge(3)
    if type(value) is str:
        return json.dumps(value, ensure_ascii=False)
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is Decimal:
        return format_number(value)
    if isinstance(value, (dt.datetime, WideDateTime)):
        return temporal.format_date_time(value)
    if isinstance(value, (dt.date, WideDate)):
        return temporal.format_date(value)
    if isinstance(value, dt.time):
        return temporal.format_time(value)
    if isinstance(value, dt.timedelta):
        return temporal.format_days(value)
    if isinstance(value, YearMonthDuration):
        return temporal.format_months(value)
    return _compound(value, run, level)


def _compound(value: Value, run: Run, level: int) -> str:
    run.check_level(level)
    if type(value) is list:
        return run.checked_text(f"[{', '.join([_text(item, run, level + 1) for item in value])}]")
    if type(value) is dict:
        entries = [f"{_key(key)}: {_text(item, run, level + 1)}" for key, item in value.items()]
        return run.checked_text(f"{{{', '.join(entries)}}}")
    if isinstance(value, Range):
        return _range(value, run, level)
    if isinstance(value, AllBut):
        return f"!= {_text(value.value, run, level + 1)}"
    return f"function({', '.join(value.parameters)})"


def _key(key: str) -> str:
    return key if all(char.isalnum() or char in "_ " for char in key) and key else json.dumps(key)


def _range(value: Range, run: Run, level: int) -> str:
    start, end = (None if side is None else _text(side, run, level + 1) for side in (value.start, value.end))
    if start is None:
        return f"{'<=' if value.end_included else '<'} {end}"
    if end is None:
        return f"{'>=' if value.start_included else '>'} {start}"
    return f"{'[' if value.start_included else '('}{start}..{end}{']' if value.end_included else ')'}"
