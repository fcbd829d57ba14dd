"""YAML that somebody else wrote: it never unfolds, nests or counts without bounds, and makes no odd values.

A few lines of aliases can stand for a billion values, and a value can be part of itself. Whoever reads YAML
reads it through here.
"""

from __future__ import annotations

import math
from typing import Any

import yaml

from flowcase import yaml_nodes
from flowcase.yaml_nodes import MOST_LEVELS

MOST_NODES = 200_000  # that a file may unfold into: an alias (*name) may stand for much
LARGEST = 2**63  # numbers; to base sixty a line can hold one that fills a page
_UNUSED = ("binary", "set", "omap", "pairs")  # kinds that nothing here is written in


class BoundedLoader(yaml.SafeLoader):
    """As PyYAML's safe loader, but for kinds that have no place in our files, and depth without end."""

    _level = 0

    def compose_node(self, parent: Any, index: Any) -> yaml.Node | None:
        self._level += 1
        if self._level > MOST_LEVELS:
            raise _problem("it is nested too deep", self.peek_event().start_mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        self._level -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep=deep)
        except (ValueError, TypeError, OverflowError):  # days that there are not, numbers without end
            raise _problem("it holds a value that cannot be read", node.start_mark) from None
        is_beyond = isinstance(value, int) and abs(value) > LARGEST
        if is_beyond or (isinstance(value, float) and not math.isfinite(value)):
            raise _problem("it holds a number that is none", node.start_mark)
        return value


BoundedLoader.yaml_constructors = {
    tag: make
    for tag, make in yaml.SafeLoader.yaml_constructors.items()
    if tag not in {f"tag:yaml.org,2002:{kind}" for kind in _UNUSED}
}


def compose(content: str | bytes, loader: type[BoundedLoader] = BoundedLoader) -> yaml.Node | None:
    """The document's nodes. Raises yaml.YAMLError, also for what unfolds without bounds."""
    node = yaml_nodes.compose(content, loader)
    if node is not None:
        check_size(node)
    return node


def load(content: str | bytes) -> Any:
    """The document's value. Raises yaml.YAMLError, also for what unfolds without bounds."""
    node = compose(content)
    if node is None:
        return None
    loader = BoundedLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


def check_size(node: yaml.Node) -> None:
    """Raises yaml.YAMLError for aliases that stand for themselves, or for more than can be read."""
    sizes: dict[int, int] = {}

    def size(each: yaml.Node, level: int) -> int:
        each = getattr(each, "real", each)  # what an alias stands for
        if isinstance(each, yaml.ScalarNode):
            return 1
        known = sizes.get(id(each))
        if known == 0 or level > MOST_LEVELS:
            raise _problem("it holds itself, or is nested too deep", each.start_mark)
        if known is None:
            sizes[id(each)] = 0  # being measured
            inside = each.value
            if isinstance(each, yaml.MappingNode):
                inside = [part for pair in inside for part in pair]
            known = sizes[id(each)] = 1 + sum(size(part, level + 1) for part in inside)
        if known > MOST_NODES:
            raise _problem("its aliases unfold into more than can be read", each.start_mark)
        return known

    size(node, 0)


def _problem(said: str, mark: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=said, problem_mark=mark)
