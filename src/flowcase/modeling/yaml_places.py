"""YAML without surprises (dates stay text, only true and false are booleans), and where each value stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

Place = tuple[str | int, ...]


def compose(text: str) -> yaml.Node | None:
    """The document's nodes. Raises yaml.YAMLError."""
    return yaml.compose(text, Loader=_PlainLoader)


class _PlainLoader(yaml.SafeLoader):
    """YAML without surprises: dates stay text, only true and false are booleans."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), ["t", "f"])


def construct(node: yaml.Node, path: Place, lines: dict[Place, int]) -> Any:
    """The value of a node; `lines` is filled with the line of everything inside."""
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key == "<<":  # YAML's merge key: what stands here replaces what it brings
                result = {**construct(value_node, path, {}), **result}
                continue
            result[key] = construct(value_node, (*path, key), lines)
            lines[(*path, key)] = key_node.start_mark.line + 1
        return result
    if isinstance(node, yaml.SequenceNode):
        return [construct(item, (*path, index), lines) for index, item in enumerate(node.value)]
    loader = _PlainLoader("")
    try:
        return loader.construct_object(node)
    finally:
        loader.dispose()


def line_of(lines: Mapping[Place, int], path: Place) -> int:
    """The line of a value, or of the nearest that is around it."""
    while path not in lines and path:
        path = path[:-1]
    return lines.get(path, 1)
