"""Form values lie at paths: reading, placing and joining them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def at(values: Mapping[str, Any], path: Sequence[str]) -> Any:
    """The value at a path; None when there is nothing."""
    found: Any = values
    for segment in path:
        found = found.get(segment) if isinstance(found, Mapping) else None
    return found


def put(values: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Place a value at a path, with the groups that it needs."""
    for segment in path[:-1]:
        values = values.setdefault(segment, {})
    values[path[-1]] = value


def merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add what `more` has; groups that both have are joined."""
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value
