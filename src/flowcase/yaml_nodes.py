"""PyYAML's nodes and values, several times sooner: by libyaml's parser, where that reads the same.

PyYAML brings libyaml along, and the two part in rare places. What could be read otherwise, what libyaml
refuses, and all where there is no libyaml is read by PyYAML's own parser. So values, places and sentences of
errors are always those of PyYAML.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

CParser: Any
try:
    from yaml._yaml import CParser
except ImportError:  # a PyYAML that was built without libyaml
    CParser = None

MOST_LEVELS = 100  # that libyaml's events are followed into

Aliased = Callable[[yaml.AliasEvent, yaml.Mark, yaml.Mark, yaml.Node], yaml.Node]

# Characters of which each parser has its own idea, and a comment at once behind the sign of a block (|#).
_UNUSUAL = re.compile(
    "[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[|>][-+0-9]*#"
)
_SEQUENCE = yaml.resolver.BaseResolver.DEFAULT_SEQUENCE_TAG
_MAPPING = yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG


def compose(
    content: str | bytes,
    loader: type[yaml.SafeLoader] = yaml.SafeLoader,
    aliased: Aliased | None = None,
) -> yaml.Node | None:
    """As `yaml.compose`, but that a list's `flow_style` may be False for None. Raises yaml.YAMLError.

    `aliased` makes the node that stands where an alias stands, of the alias, its places and what it means;
    `loader` then has to do the same.
    """
    if CParser is not None:
        try:
            return _Reading(content, loader, aliased).document()
        except (_Unsure, yaml.YAMLError, UnicodeDecodeError):
            pass
    node: yaml.Node | None = yaml.compose(content, Loader=loader)
    return node


def safe_load(content: str | bytes) -> Any:
    """As `yaml.safe_load`. Raises yaml.YAMLError."""
    node = compose(content)
    if node is None:
        return None
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


class _Unsure(Exception):
    """PyYAML's own parser may read this otherwise."""


class _Reading:
    """One document by libyaml's events. Raises _Unsure or yaml.YAMLError: PyYAML has to read it."""

    def __init__(self, content: str | bytes, loader: type[yaml.SafeLoader], aliased: Aliased | None) -> None:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
        if type(text) is not str or _UNUSUAL.search(text):
            raise _Unsure
        self._name = "<byte string>" if isinstance(content, bytes) else "<unicode string>"
        self._buffer = text + "\0"
        self._end = (len(text), text.count("\n"), len(text) - text.rfind("\n") - 1)
        self._next: Callable[[], Any] = CParser(text).get_event
        self._resolve = loader("").resolve
        self._plain: dict[str, str] = {}  # tags of values without quotes
        self._anchors: dict[str, yaml.Node] = {}
        self._aliased = aliased

    def document(self) -> yaml.Node | None:
        self._next()  # the stream's beginning
        begun = self._next()
        if type(begun) is yaml.StreamEndEvent:
            return None
        if begun.version or begun.tags:
            raise _Unsure
        node = self._node(self._next(), 1, False)
        self._next()  # the document's end
        if type(self._next()) is not yaml.StreamEndEvent:
            raise _Unsure
        return node

    def _node(self, event: Any, level: int, is_in_flow: bool) -> yaml.Node:
        if level > MOST_LEVELS:
            raise _Unsure
        kind = type(event)
        start, end = self._mark(event.start_mark), self._mark(event.end_mark)
        if kind is yaml.AliasEvent:
            if event.anchor not in self._anchors:
                raise _Unsure
            meant = self._anchors[event.anchor]
            return meant if self._aliased is None else self._aliased(event, start, end, meant)
        if event.tag is not None or event.anchor in self._anchors:
            raise _Unsure
        node: yaml.Node
        if kind is yaml.ScalarEvent:
            node = self._scalar(event, start, end, is_in_flow)
            if event.anchor is not None:
                self._anchors[event.anchor] = node
            return node
        flow = event.flow_style
        inside: list[Any] = []
        is_list = kind is yaml.SequenceStartEvent
        if is_list:
            node = yaml.SequenceNode(_SEQUENCE, inside, start, None, flow_style=flow)
        else:
            node = yaml.MappingNode(_MAPPING, inside, start, None, flow_style=flow)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        ends = yaml.SequenceEndEvent if is_list else yaml.MappingEndEvent
        while type(each := self._next()) is not ends:
            part = self._node(each, level + 1, flow)
            inside.append(part if is_list else (part, self._node(self._next(), level + 1, flow)))
        node.end_mark = self._mark(each.end_mark)
        return node

    def _scalar(self, event: Any, start: yaml.Mark, end: yaml.Mark, is_in_flow: bool) -> yaml.ScalarNode:
        value = event.value
        if event.style:
            tag = self._resolve(yaml.ScalarNode, value, event.implicit)
            return yaml.ScalarNode(tag, value, start, end, style=event.style)
        # Between brackets, PyYAML takes no question mark into a value, and puts one that is empty elsewhere.
        if is_in_flow and (not value or "?" in value):
            raise _Unsure
        known = self._plain.get(value)
        if known is None:
            known = self._plain[value] = self._resolve(yaml.ScalarNode, value, event.implicit)
        return yaml.ScalarNode(known, value, start, end)

    def _mark(self, mark: Any) -> yaml.Mark:
        """As PyYAML's own, with the text around it; libyaml ends a last line that has no end."""
        index, line, column = mark.index, mark.line, mark.column
        if index >= self._end[0]:
            index, line, column = self._end
        return yaml.Mark(self._name, index, line, column, self._buffer, index)
