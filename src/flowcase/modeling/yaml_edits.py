"""Edits of YAML that leave everything else as it stands: comments, order, quotes, anchors and spacing.

An edit is made on the text, at the place of what changes. It counts only when the text then says exactly
what the edit means and nothing else has changed; an anchor that several places share is written out first
where that is needed. What cannot be written so is refused, and the text stays.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import yaml

from flowcase.modeling.yaml_changes import (
    copied,
    inserted,
    moved,
    removed,
    replaced,
    same,
)
from flowcase.modeling.yaml_places import ALIAS, Place, PlainLoader, aliases, compose_marked
from flowcase.modeling.yaml_values import WIDTH, block, flow, item, key_of


class EditRefused(ValueError):
    """An edit that the text cannot take; it stays as it was."""


class YamlText:
    """A text in one dialect: `PlainLoader` for scenarios, `yaml.SafeLoader` for rule sets.

    Making one raises yaml.YAMLError for what cannot be read; each edit gives a new one.
    """

    def __init__(self, text: str, loader: type[yaml.SafeLoader] = PlainLoader) -> None:
        self.text, self._loader = text, loader
        self.root = compose_marked(text, loader)
        self.data: Any = self._value(self.root) if self.root is not None else None

    # --- looking -----------------------------------------------------------------------------------

    def get(self, place: Place) -> Any:
        """The value at a place; None where there is none."""
        found: Any = self.data
        for part in place:
            try:
                found = found[part]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def lines(self, place: Place) -> tuple[int, int]:
        """First and last line of what stands at a place, counted from 1; (0, 0) where nothing stands."""
        node = self._node(place)
        if node is None:
            return 0, 0
        return node.start_mark.line + 1, self._line_at(self._end(node)) + 1

    def comment(self, place: Place) -> str:
        """The comment behind an entry, on its first line."""
        entry = self._entry(place)
        if entry is None:
            return ""
        tail = self._tail(entry)
        return tail.partition("#")[2].strip() if tail.lstrip().startswith("#") else ""

    def parse(self, typed: str) -> Any:
        """What somebody typed into a field as a value of this dialect. Raises yaml.YAMLError."""
        if not typed.strip():
            return ""
        node = compose_marked(typed, self._loader)
        return None if node is None else self._value(node)

    def shown(self, value: Any) -> str:
        """A value as it is typed, on one line."""
        return flow(value, self._loader)

    # --- changing ----------------------------------------------------------------------------------

    def set(self, place: Place, value: Any, order: Sequence[str] = ()) -> YamlText:
        """Put a value there; a new key stands behind those that `order` names before it."""
        return self._edited(place, lambda text: text._with(place, value, order), replaced, place, value)

    def remove(self, place: Place) -> YamlText:
        return self._edited(place, lambda text: text._without(place), removed, place)

    def insert(self, place: Place, index: int, value: Any) -> YamlText:
        """Put an item into the list at a place; where there is no list it is begun."""
        if not self.get(place):
            return self.set(place, [value])
        return self._edited(
            place, lambda text: text._with_item(place, index, value), inserted, place, index, value
        )

    def move(self, place: Place, index: int, to: int) -> YamlText:
        """Item `index` of a list becomes item `to`, with its comments."""
        touched = (*place, index)
        return self._edited(touched, lambda text: text._moved(place, index, to), moved, place, index, to)

    def copy(self, place: Place, index: int) -> YamlText:
        """A copy of an item stands behind it."""
        value = self.get((*place, index))
        return self._edited(
            (*place, index), lambda text: text._copied(place, index), inserted, place, index + 1, value
        )

    def set_comment(self, place: Place, comment: str) -> YamlText:
        """The comment behind an entry; nothing for none."""
        entry = self._entry(place)
        said = " ".join(comment.split())
        if entry is None or said == self.comment(place):
            return self
        start = self._tail_start(entry)
        end = self._line_end(start)
        tail = self.text[start:end]
        if tail.strip() and not tail.lstrip().startswith("#"):
            raise EditRefused("there is more on the line")
        made = YamlText(self.text[:start] + (f" # {said}" if said else "") + self.text[end:], self._loader)
        if not same(made.data, self.data):
            raise EditRefused("the comment would change what the file says")
        return made

    def _edited(self, touched: Place, change: Callable[[YamlText], str], expect: Any, *told: Any) -> YamlText:
        try:
            expected = expect(copied(self.data), *told)
        except (KeyError, IndexError, TypeError, AttributeError):
            raise EditRefused("there is no such place") from None
        for text in (lambda: self, lambda: self._written_out(touched)):
            try:
                made = YamlText(change(text()), self._loader)
            except (yaml.YAMLError, EditRefused, RecursionError):
                continue
            if same(made.data, expected):
                return made
        raise EditRefused("the text cannot be changed so")

    # --- the text ----------------------------------------------------------------------------------

    def _with(self, place: Place, value: Any, order: Sequence[str]) -> str:
        parent = self._node(place[:-1])
        if parent is None:
            around = _nested(place[-1], value)
            return self._with(place[:-1], around, order)
        if parent.tag == ALIAS:
            raise EditRefused("it stands elsewhere")
        node = self._child(parent, place[-1])
        indent = self._indent(place[:-1], parent)
        if node is not None:
            start, end = node.start_mark.index, self._end(node)
            return self._joined(start, end, self._written(value, parent, indent, start))
        if not isinstance(parent, yaml.MappingNode):
            raise EditRefused("there is no such item")
        key = str(place[-1])
        if not parent.value and not parent.flow_style:
            raise EditRefused("an empty mapping without braces")
        before = self._before(parent, key, order)
        if parent.flow_style:
            entry = f"{key_of(key)}: {flow(value, self._loader)}"
            if before is None:
                at = self._open(parent) + 1
                return self._joined(at, at, entry + (", " if parent.value else ""))
            at = self._end(before)
            return self._joined(at, at, f", {entry}")
        lead = f"{key_of(key)}:"
        written = self._written(value, parent, indent, None, len(lead) + 1)
        entry = f"{lead}{written if written.startswith(chr(10)) else ' ' + written}"
        if before is None:
            at = parent.value[0][0].start_mark.index
            return self._joined(at, at, f"{entry}\n{' ' * indent}")
        at = self._line_end(self._end(before))
        return self._joined(at, at, f"\n{' ' * indent}{entry}")

    def _without(self, place: Place) -> str:
        parent = self._node(place[:-1])
        if isinstance(parent, yaml.SequenceNode):
            return self._without_item(parent, int(place[-1]))
        if not isinstance(parent, yaml.MappingNode):
            raise EditRefused("it stands elsewhere")
        keys = [key.value for key, _ in parent.value]
        if str(place[-1]) not in keys:
            raise EditRefused("it comes from elsewhere")
        at = len(keys) - 1 - keys[::-1].index(str(place[-1]))
        key, value = parent.value[at]
        if len(keys) == 1:
            return self._joined(parent.start_mark.index, self._end(parent), "{}")
        if parent.flow_style:
            return self._without_flow([k for k, _ in parent.value], [v for _, v in parent.value], at)
        start, end = key.start_mark.index, self._end(value)
        line = self.text.rfind("\n", 0, start) + 1
        if self.text[line:start].strip():  # behind the dash of an item
            return self._joined(start, parent.value[at + 1][0].start_mark.index, "")
        return self._joined(line, min(self._line_end(end) + 1, len(self.text)), "")

    def _without_item(self, parent: yaml.SequenceNode, index: int) -> str:
        if len(parent.value) == 1:
            return self._joined(parent.start_mark.index, self._end(parent), "[]")
        if parent.flow_style:
            return self._without_flow(parent.value, parent.value, index)
        bounds = self._chunks(parent)
        lines = self.text.splitlines(keepends=True)
        return "".join(lines[: bounds[index]] + lines[bounds[index + 1] :])

    def _without_flow(self, starts: Sequence[yaml.Node], ends: Sequence[yaml.Node], at: int) -> str:
        if at + 1 < len(starts):
            return self._joined(starts[at].start_mark.index, starts[at + 1].start_mark.index, "")
        return self._joined(self._end(ends[at - 1]), self._end(ends[at]), "")

    def _with_item(self, place: Place, index: int, value: Any) -> str:
        parent = self._list(place)
        if parent.flow_style:
            written = flow(value, self._loader)
            if index < len(parent.value):
                at = parent.value[index].start_mark.index
                return self._joined(at, at, f"{written}, ")
            at = self._end(parent.value[-1])
            return self._joined(at, at, f", {written}")
        dash = parent.start_mark.column
        lines = self.text.splitlines(keepends=True)
        at = self._chunks(parent)[index]
        if at == len(lines) and lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        return "".join([*lines[:at], item(value, dash, self._loader), *lines[at:]])

    def _moved(self, place: Place, index: int, to: int) -> str:
        parent = self._list(place)
        if parent.flow_style:
            items = self.get(place)
            items = moved({"x": list(items)}, ("x",), index, to)["x"]
            return self._joined(parent.start_mark.index, self._end(parent), flow(items, self._loader))
        bounds = self._chunks(parent)
        lines = self._whole_lines()
        chunks = [lines[a:b] for a, b in itertools.pairwise(bounds)]
        chunks.insert(to, chunks.pop(index))
        return "".join(
            [*lines[: bounds[0]], *(line for chunk in chunks for line in chunk), *lines[bounds[-1] :]]
        )

    def _copied(self, place: Place, index: int) -> str:
        parent = self._list(place)
        if parent.flow_style:
            return self._with_item(place, index + 1, self.get((*place, index)))
        bounds = self._chunks(parent)
        lines = self._whole_lines()
        start = sum(map(len, lines[: bounds[index]]))
        chunk = "".join(lines[bounds[index] : bounds[index + 1]])
        for anchor in reversed([t for t in yaml.scan(self.text) if isinstance(t, yaml.AnchorToken)]):
            a, b = anchor.start_mark.index - start, anchor.end_mark.index - start
            if a >= 0 and b <= len(chunk):
                while chunk[b : b + 1] == " ":
                    b += 1
                chunk = (chunk[:a].rstrip(" ") if chunk[b : b + 1] == "\n" else chunk[:a]) + chunk[b:]
        at = start + sum(map(len, lines[bounds[index] : bounds[index + 1]]))
        whole = "".join(lines)
        return whole[:at] + chunk + whole[at:]

    def _written_out(self, touched: Place) -> YamlText:
        """The same with every alias written out that leads into what is touched, or stands in it."""
        inside: set[str] = set()
        depth = next((n for n in range(len(touched), 0, -1) if isinstance(touched[n - 1], int)), len(touched))
        area = self._node(touched[:depth]) or self.root
        if area is None:
            return self
        start, end = area.start_mark.index, self._end(area)
        for token in yaml.scan(self.text):
            if isinstance(token, yaml.AnchorToken) and start <= token.start_mark.index <= end:
                inside.add(token.value)
        text = self.text
        those = [
            each
            for each in aliases(self.root)
            if each.value in inside or start <= each.start_mark.index < end
        ]
        for alias in sorted(those, key=lambda each: -each.start_mark.index):
            value = flow(self._value(alias), self._loader)
            text = text[: alias.start_mark.index] + value + text[alias.end_mark.index :]
        return YamlText(text, self._loader)

    # --- nodes -------------------------------------------------------------------------------------

    def _value(self, node: yaml.Node) -> Any:
        if node.tag == ALIAS:
            return self._value(node.real)  # type: ignore[attr-defined]
        if isinstance(node, yaml.MappingNode):
            result: dict[str, Any] = {}
            for key, value in node.value:
                if key.value == "<<":
                    merged = self._value(value)
                    for each in merged if isinstance(merged, list) else [merged]:
                        result = {**(each if isinstance(each, dict) else {}), **result}
                    continue
                result[str(key.value)] = self._value(value)
            return result
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item) for item in node.value]
        loader = self._loader("")
        try:
            return loader.construct_object(node)
        except ValueError:
            raise yaml.MarkedYAMLError(
                problem="a value cannot be read", problem_mark=node.start_mark
            ) from None
        finally:
            loader.dispose()

    def _node(self, place: Place) -> yaml.Node | None:
        node = self.root
        for part in place:
            if node is None:
                return None
            node = self._child(node, part)
        return node

    @staticmethod
    def _child(node: yaml.Node, part: str | int) -> yaml.Node | None:
        if isinstance(node, yaml.MappingNode):
            return next((value for key, value in reversed(node.value) if key.value == part), None)
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            child: yaml.Node = node.value[part]
            return child
        return None

    def _list(self, place: Place) -> yaml.SequenceNode:
        node = self._node(place)
        if not isinstance(node, yaml.SequenceNode):
            raise EditRefused("there is no list")
        return node

    def _end(self, node: yaml.Node) -> int:
        """Where the text of a node ends; the packages' own mark is behind the blank lines that follow."""
        if isinstance(node, (yaml.MappingNode, yaml.SequenceNode)) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(node, yaml.MappingNode) else last)
        start, end = node.start_mark.index, node.end_mark.index
        return start + len(self.text[start:end].rstrip())

    def _open(self, node: yaml.Node) -> int:
        return self.text.index("{", node.start_mark.index)

    def _line_at(self, index: int) -> int:
        return self.text.count("\n", 0, index)

    def _line_end(self, index: int) -> int:
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found

    def _whole_lines(self) -> list[str]:
        lines = self.text.splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        return lines

    def _indent(self, place: Place, node: yaml.Node) -> int:
        if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
            return int(node.value[0][0].start_mark.column)
        return int(node.start_mark.column)

    def _before(self, parent: yaml.MappingNode, key: str, order: Sequence[str]) -> yaml.Node | None:
        """The value that a new key stands behind; None: it stands first."""
        if key not in order:
            return parent.value[-1][1] if parent.value else None
        earlier = set(order[: order.index(key)])
        found = None
        for each, value in parent.value:
            if each.value in earlier:
                found = value
        return found

    def _chunks(self, node: yaml.SequenceNode) -> list[int]:
        """Number of the first line of each item, comments above it included, and the one behind the last."""
        lines = self.text.splitlines()
        dash = node.start_mark.column
        bounds: list[int] = []
        for each in node.value:
            line = each.start_mark.line
            while line >= 0 and not (lines[line][dash : dash + 1] == "-" and not lines[line][:dash].strip()):
                line -= 1
            if line < 0:
                raise EditRefused("an item without a line of its own")
            while bounds and (not lines[line - 1].strip() or lines[line - 1].lstrip().startswith("#")):
                line -= 1
            bounds.append(line)
        return [*bounds, self._line_at(self._end(node.value[-1])) + 1]

    def _entry(self, place: Place) -> tuple[yaml.Node, yaml.Node] | None:
        parent = self._node(place[:-1])
        if not isinstance(parent, yaml.MappingNode) or parent.flow_style:
            return None
        return next(((key, value) for key, value in parent.value if key.value == place[-1]), None)

    def _tail_start(self, entry: tuple[yaml.Node, yaml.Node]) -> int:
        key, value = entry
        is_below = value.start_mark.line > key.end_mark.line
        return self.text.index(":", key.end_mark.index) + 1 if is_below else self._end(value)

    def _tail(self, entry: tuple[yaml.Node, yaml.Node]) -> str:
        start = self._tail_start(entry)
        return self.text[start : self._line_end(start)]

    def _written(self, value: Any, parent: yaml.Node, indent: int, start: int | None, lead: int = 0) -> str:
        on_one_line = flow(value, self._loader)
        column = indent + lead
        if start is not None:
            column = start - (self.text.rfind("\n", 0, start) + 1)
        is_nested = isinstance(value, (dict, list)) and bool(value)
        is_item = isinstance(parent, yaml.SequenceNode)
        if (
            getattr(parent, "flow_style", False)
            or not is_nested
            or is_item
            or column + len(on_one_line) <= WIDTH
        ):
            return on_one_line
        return "\n" + block(value, indent + 2, self._loader).rstrip("\n")

    def _joined(self, start: int, end: int, between: str) -> str:
        head = self.text[:start]
        if between.startswith("\n"):
            head = head.rstrip(" ")
        return head + between + self.text[end:]


def _nested(part: str | int, value: Any) -> Any:
    return [value] if isinstance(part, int) else {str(part): value}
