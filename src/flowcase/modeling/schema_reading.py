"""Walking a BPMN file along the table of `bpmn_schema`: each element with what may stand in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from flowcase.modeling.bpmn_schema import schema
from flowcase.modeling.content_model import Content
from flowcase.modeling.document import BPMN, Document, local, namespace


@dataclass(frozen=True)
class Placed:
    """An element of a known type."""

    xml: etree._Element
    name: str
    content: Content
    runs: bool  # whether it is part of what runs: of a relevant process, or beside the processes


def placed(document: Document) -> Iterator[Placed]:
    """Every BPMN element whose place gives it a type, from the outside inwards; extensions stay out."""
    if not document.is_bpmn:
        return
    types = schema()
    relevant = {process.xml for process in document.relevant_processes()}
    waiting: list[tuple[etree._Element, str, bool]] = [(document.root, "definitions", True)]
    while waiting:
        xml, type_, runs = waiting.pop()
        content = types.get(type_)
        if content is None or type_ == "extensionElements":
            continue
        yield Placed(xml, local(xml), content, runs)
        below = []
        for child in bpmn_children_of(xml):
            name = local(child)
            found = content.children.get(name)
            inside = child in relevant if name == "process" else runs
            below.append((child, found.type if found is not None else name, inside))
        waiting.extend(reversed(below))


def bpmn_children_of(xml: etree._Element) -> Iterator[etree._Element]:
    for child in xml.iterchildren(f"{{{BPMN}}}*"):
        if namespace(child) == BPMN:
            yield child
