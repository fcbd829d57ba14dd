"""What differs between two files of plain data: rule sets and scenarios as YAML or JSON."""

from __future__ import annotations

from typing import Any

import yaml

from flowcase import yaml_nodes
from flowcase.errors import InvalidDefinition
from flowcase.finding import Finding, Severity
from flowcase.modeling.difference.change import Change, Facts, Kind, Place

_KEYS = ("id", "key", "regel", "rule", "name", "navn", "value")


def plain_changes(path: str, old: bytes, new: bytes) -> list[Change]:
    was, now = flattened(_read(path, old)), flattened(_read(path, new))
    found = []
    for entry in dict.fromkeys((*was, *now)):
        before, after = was.get(entry), now.get(entry)
        if before != after:
            kind = Kind.ADDED if before is None else Kind.REMOVED if after is None else Kind.CHANGED
            found.append(Change(kind, _place(entry), (), before, after))
    return found


def plain_places(path: str, content: bytes) -> list[Place]:
    """Every value in a file, as a change of it would name it."""
    return [_place(entry) for entry in flattened(_read(path, content))]


def _place(entry: tuple[str, ...]) -> Place:
    """`id` is the way there. What lies in a setting or a rule is told by that setting or rule."""
    sorts = {"settings": "setting", "rules": "rule"}
    if len(entry) > 1 and entry[0] in sorts:
        return Place(".".join(entry), sorts[entry[0]], " › ".join(entry[2:]), entry[1], ".".join(entry[1:]))
    return Place(".".join(entry), "entry", " › ".join(entry))


def flattened(value: Any, path: tuple[str, ...] = ()) -> Facts:
    """Every value by its way there; things of a list by their id where they have one."""
    found: Facts = {}
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            found |= flattened(inner, (*path, str(key)))
    elif isinstance(value, list) and value:
        keys = [_key(each) for each in value]
        is_named = all(keys) and len(set(keys)) == len(keys)
        for number, inner in enumerate(value):
            found |= flattened(inner, (*path, str(keys[number]) if is_named else str(number + 1)))
    else:
        found[path] = told(value)
    return found


def told(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _key(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    return next((str(value[key]) for key in _KEYS if isinstance(value.get(key), (str, int))), None)


def _read(path: str, content: bytes) -> Any:
    try:
        text = content.decode("utf-8")
        may_have_some = "&" in text or "*" in text
        if may_have_some and any(isinstance(each, yaml.AliasEvent) for each in yaml.parse(text)):
            raise yaml.YAMLError("an alias (*name) is not read")  # a few could stand for millions
        return yaml_nodes.safe_load(text)
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        finding = Finding(
            rule="rule-set-file",
            severity=Severity.ERROR,
            file=path,
            element=None,
            element_name=None,
            line=None,
            message=f"It cannot be read: {error}.",
            remedy="Mend its text.",
        )
        raise InvalidDefinition([finding]) from None
