"""An XML element as plain facts: its attributes and the parts that belong to it, each by a path."""

from __future__ import annotations

from collections.abc import Collection

from lxml import etree

from flowcase.modeling.difference.change import Facts

# By which attribute parts of one name are told apart; the others are counted.
_KEYS = {"property": "name", "input": "target", "output": "target", "header": "key"}
# Names of parts that only hold others: they stay out of a path.
_HOLDERS = frozenset(
    ("extensionElements", "properties", "ioMapping", "taskHeaders", "inputExpression", "inputValues", "text")
)

# What holds where nothing is written: editors leave it out, and it means the same.
_ANYWAY = {("decisionTable", "hitPolicy"): "UNIQUE"}


def local(node: etree._Element) -> str:
    return etree.QName(node).localname


def facts(node: etree._Element, stops: Collection[str], left_out: Collection[str] = ()) -> Facts:
    """What the element says, without the elements named in `stops`, which stand for themselves.

    White space at the ends of a text means nothing; ids of parts neither.
    """
    found: Facts = {}
    _add(found, (), node, stops, left_out)
    return found


def _add(
    found: Facts,
    path: tuple[str, ...],
    node: etree._Element,
    stops: Collection[str],
    left_out: Collection[str],
) -> None:
    key = _KEYS.get(local(node))
    for name, value in node.attrib.items():
        plain = etree.QName(name).localname
        is_anyway = _ANYWAY.get((local(node), plain)) == value
        if plain != "id" and not is_anyway and not (path and plain == key):
            found[(*path, f"@{plain}")] = value
    words = (node.text or "").strip()
    if words:
        found[(*path, "")] = words
    counted: dict[tuple[str, ...], int] = {}
    for child in node:
        name = local(child) if isinstance(child.tag, str) else ""
        if not name or name in stops or name in left_out:
            continue
        step = () if name in _HOLDERS else (name,)
        of_child = _KEYS.get(name)
        if of_child:
            step = (f"{name}:{child.get(of_child, '')}",)
        number = counted[step] = counted.get(step, 0) + 1
        if number > 1 and step:
            step = (f"{step[0]}#{number}",)
        if step and not set(child.attrib) - {"id"} and not len(child) and not (child.text or "").strip():
            found[(*path, *step)] = ""  # an empty part means something by being there
        _add(found, (*path, *step), child, stops, left_out)
