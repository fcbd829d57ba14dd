"""Values and records as scenario files write them: typed as the product holds them, named by reference."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flowcase.cases.entities import Kind, entity
from flowcase.errors import FlowcaseError
from flowcase.values import Value, from_json

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase

_DATED = frozenset({Kind.DATE, Kind.INSTANT, Kind.ROWS})  # kinds whose text may be a date or an instant


def value_of(value: Any) -> Value:
    """Dates and instants of a file as FEEL values, inside lists and contexts as well."""
    if isinstance(value, str):
        return _moment(value)
    if isinstance(value, list):
        return [value_of(item) for item in value]
    if isinstance(value, Mapping):
        return {key: value_of(item) for key, item in value.items()}
    return from_json(value)


def typed(entity_name: str, values: Mapping[str, Any]) -> dict[str, Value]:
    """The values of a record by the kinds of its attributes: a text that looks like a date stays text."""
    kind = entity(entity_name)
    return {
        name: value_of(value) if kind.attribute(name).kind in _DATED else from_json(value)
        for name, value in values.items()
    }


def resolved(flow: Flowcase, value: Any, case: str | None) -> Any:
    """The value with every `{record: <entity>}` replaced by the id of the last such record of the case.

    `{record: <entity>, values: {…}}` is the last one that has these values.
    """
    if isinstance(value, list):
        return [resolved(flow, item, case) for item in value]
    if isinstance(value, Mapping):
        if "record" in value and set(value) <= {"record", "values"}:
            return last_record(flow, value["record"], case, typed(value["record"], value.get("values") or {}))
        return {key: resolved(flow, item, case) for key, item in value.items()}
    return value


def last_record(
    flow: Flowcase, entity_name: str, case: str | None, having: Mapping[str, Value] | None = None
) -> str:
    """Id of the newest record of an entity with these values, of a case or (None) of all."""
    wanted = (having or {}).items()
    records = [
        each
        for each in flow.cases.records(entity_name, case=case)
        if all(each[name] == value for name, value in wanted)
    ]
    if not records:
        of = f" of case '{case}'" if case else ""
        raise FlowcaseError(f"Expected a record {entity_name}{of}, but there is none.")
    return records[-1].id


def _moment(text: str) -> Value:
    for parse in (dt.date.fromisoformat, dt.datetime.fromisoformat):
        try:
            parsed = parse(text)
        except ValueError:
            continue
        if not isinstance(parsed, dt.datetime) or parsed.tzinfo is not None:
            return parsed
    return text
