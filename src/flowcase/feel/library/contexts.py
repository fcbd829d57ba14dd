"""Boolean functions (DMN 1.5, section 10.3.4.2), context functions (10.3.4.10) and `is` (10.3.4.6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from flowcase.feel import operators, temporal
from flowcase.feel.errors import NullResult
from flowcase.feel.functions import builtin
from flowcase.feel.runtime import Run
from flowcase.feel.types import type_name
from flowcase.feel.wide import WideDateTime
from flowcase.values import Value


@builtin("not(negand: any)")
def _not(run: Run, value: Value) -> bool | None:
    if type(value) is bool:
        return not value
    if value is not None:
        raise NullResult(f"not: 'negand' should be boolean and is {type_name(value)}")
    return None


@builtin("is(value1: any, value2: any)")
def _is(run: Run, one: Value, other: Value) -> bool:
    if type_name(one) != type_name(other):
        return False
    if isinstance(one, (dt.time, dt.datetime, WideDateTime)) and _zone(one) != _zone(other):
        return False
    return operators.equal(one, other, run) is True


def _zone(value: dt.time | dt.datetime | WideDateTime) -> tuple:
    return value.tzinfo is None, temporal.zone_name(value), temporal.offset_of(value)


@builtin("get value(m: context, key: string)")
def _get_value(run: Run, context: dict, key: str) -> Value:
    if key not in context:
        raise NullResult("get value: the context has no entry of this name")
    return context[key]


@builtin("get value(m: context, keys: list)")
def _get_value_along(run: Run, context: dict, keys: list) -> Value:
    value: Value = context
    for key in keys:
        if type(value) is not dict or type(key) is not str or key not in value:
            raise NullResult("get value: the context has no entry along these names")
        value = value[key]
    return value


@builtin("get entries(m: context)")
def _get_entries(run: Run, context: dict) -> list:
    run.charge(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context(entries: list)")
def _context(run: Run, entries: list) -> dict:
    run.charge(len(entries))
    made: dict[str, Value] = {}
    for entry in entries:
        if type(entry) is not dict or type(entry.get("key")) is not str or "value" not in entry:
            raise NullResult("context: an entry has no 'key' and 'value'")
        if entry["key"] in made:
            raise NullResult("context: a key stands twice")
        made[entry["key"]] = entry["value"]
    return made


@builtin("context put(context: context, key: string, value: any)")
def _context_put(run: Run, context: dict, key: str, value: Value) -> dict:
    run.charge(len(context) >> 2)
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value: any)")
def _context_put_along(run: Run, context: dict, keys: list, value: Value) -> dict:
    if not keys or not all(type(key) is str for key in keys):
        raise NullResult("context put: the keys are no list of strings")
    run.check_level(len(keys))
    return _put(run, context, keys, value)


def _put(run: Run, context: Value, keys: Sequence[str], value: Value) -> dict:
    if type(context) is not dict:
        raise NullResult("context put: there is no context along these keys")
    run.charge(len(context) >> 2)
    if len(keys) > 1:
        value = _put(run, context.get(keys[0]), keys[1:], value)
    return {**context, keys[0]: value}


@builtin("context merge(contexts: list)")
def _context_merge(run: Run, contexts: list) -> dict:
    merged: dict[str, Value] = {}
    for context in contexts:
        if type(context) is not dict:
            raise NullResult("context merge: an item is no context")
        run.charge(1 + len(context))
        merged.update(context)
    return merged
