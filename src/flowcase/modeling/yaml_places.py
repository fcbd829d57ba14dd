"""YAML without surprises (dates stay text, only true and false are booleans), and where each value stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from flowcase import bounded_yaml, yaml_nodes
from flowcase.bounded_yaml import BoundedLoader, check_size

Place = tuple[str | int, ...]


ALIAS = "!alias"  # tag of the node that stands where an alias stands; its `real` is what it means


def compose(text: str) -> yaml.Node | None:
    """The document's nodes. Raises yaml.YAMLError, also for what unfolds without bounds."""
    return bounded_yaml.compose(text, PlainLoader)


class PlainLoader(BoundedLoader):
    """YAML without surprises: dates stay text, only true and false are booleans."""


PlainLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), ["t", "f"])


def construct(node: yaml.Node, path: Place, lines: dict[Place, int]) -> Any:
    """The value of a node; `lines` is filled with the line of everything inside. Raises yaml.YAMLError."""
    loader = PlainLoader("")
    try:
        return _construct(node, path, lines, loader)
    finally:
        loader.dispose()


def _construct(node: yaml.Node, path: Place, lines: dict[Place, int], loader: PlainLoader) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key == "<<":  # YAML's merge key: what stands here replaces what it brings
                brought = _construct(value_node, path, {}, loader)
                if not isinstance(brought, dict):
                    raise yaml.MarkedYAMLError(
                        problem="what it merges is no mapping", problem_mark=value_node.start_mark
                    )
                result = {**brought, **result}
                continue
            result[key] = _construct(value_node, (*path, key), lines, loader)
            lines[(*path, key)] = key_node.start_mark.line + 1
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, (*path, index), lines, loader) for index, item in enumerate(node.value)]
    return loader.construct_object(node)


def line_of(lines: Mapping[Place, int], path: Place) -> int:
    """The line of a value, or of the nearest that is around it."""
    while path not in lines and path:
        path = path[:-1]
    return lines.get(path, 1)


def compose_marked(text: str, loader: type[yaml.SafeLoader]) -> yaml.Node | None:
    """Nodes in which an alias is a node of its own, at its own place."""

    class Marking(loader):  # type: ignore[misc, valid-type]
        def compose_node(self, parent: Any, index: Any) -> yaml.Node:
            if not self.check_event(yaml.AliasEvent):
                node: yaml.Node = super().compose_node(parent, index)
                return node
            event = self.peek_event()
            meant: yaml.Node = super().compose_node(parent, index)
            return _alias(event, event.start_mark, event.end_mark, meant)

    node = yaml_nodes.compose(text, Marking, _alias)
    if node is not None:
        check_size(node)
    return node


def _alias(event: yaml.AliasEvent, start: yaml.Mark, end: yaml.Mark, meant: yaml.Node) -> yaml.Node:
    node: Any = yaml.ScalarNode(ALIAS, event.anchor, start, end)
    node.real = meant
    marked: yaml.Node = node
    return marked


def aliases(node: yaml.Node | None) -> list[yaml.Node]:
    """Every alias, at its own place."""
    if node is None:
        return []
    if node.tag == ALIAS:
        return [node]
    if isinstance(node, yaml.MappingNode):
        return [each for pair in node.value for part in pair for each in aliases(part)]
    if isinstance(node, yaml.SequenceNode):
        return [each for part in node.value for each in aliases(part)]
    return []
