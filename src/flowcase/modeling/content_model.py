"""Content models of XML languages as one compact table: which attributes and children an element may have.

A line of a table reads `type < base | attributes | children`. `!` marks what must be there, `?` a child
that stands once at most, `*` one that may stand often; `<type>` is any element of that type or of one made
from it. `name:kind` gives an attribute's kind or the type of a child whose name is not its type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Child:
    """A child that may stand in an element: where in the order, how often, and of which type it is."""

    type: str
    position: int
    is_many: bool


@dataclass(frozen=True)
class Content:
    """What may stand in an element, inherited parts first."""

    base: str | None
    attributes: Mapping[str, str]  # name -> kind, empty for any text
    required: frozenset[str]
    children: Mapping[str, Child]


_Drawn = Mapping[str, tuple[str | None, list[str], list[str]]]


def read_table(table: str, abstract: frozenset[str]) -> Mapping[str, Content]:
    """The content of each type by its name. No element has the name of an `abstract` type."""
    rows = [line.split("|") for line in table.replace("\\\n", "").strip().split("\n")]
    drawn = {}
    for head, attributes, children in (row + [""] * (3 - len(row)) for row in rows):
        name, _, base = (part.strip() for part in head.partition("<"))
        drawn[name] = (base or None, attributes.split(), children.split())
    return {name: _content(name, drawn, abstract) for name in drawn}


def _content(name: str, drawn: _Drawn, abstract: frozenset[str]) -> Content:
    attributes: dict[str, str] = {}
    required: set[str] = set()
    children: dict[str, Child] = {}
    position = 0
    for each in reversed(list(_ancestry(name, drawn))):
        for text in drawn[each][1]:
            attribute, _, kind = text.rstrip("!").partition(":")
            attributes[attribute] = kind
            if text.endswith("!"):
                required.add(attribute)
        for text in drawn[each][2]:
            child, _, kind = text.rstrip("?*").partition(":")
            for tag in _tags(child, drawn, abstract):
                children[tag] = Child(kind or tag, position, text.endswith("*"))
            position += 1
    return Content(drawn[name][0], attributes, frozenset(required), children)


def _ancestry(name: str | None, drawn: _Drawn) -> Iterator[str]:
    while name is not None:
        yield name
        name = drawn[name][0]


def _tags(child: str, drawn: _Drawn, abstract: frozenset[str]) -> Iterator[str]:
    """The element names that a child of the table stands for."""
    if not child.startswith("<"):
        yield child
        return
    group = child.strip("<>")
    for name in drawn:
        if name not in abstract and group in _ancestry(name, drawn):
            yield name
