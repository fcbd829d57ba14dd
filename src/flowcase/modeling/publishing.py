"""Properties of elements, and how an element that throws a message says whom it reaches."""

from __future__ import annotations

from lxml import etree

from flowcase.modeling.document import local, zeebe_child, zeebe_children

_PUBLISHING = frozenset({"correlationKey", "timeToLive", "messageId"})


def read_properties(xml: etree._Element) -> dict[str, str]:
    """The `zeebe:property` names and values of an element."""
    return {
        item.get("name", ""): item.get("value", "")
        for holder in zeebe_children(xml, "properties")
        for item in holder
        if local(item) == "property"
    }


def publishing_fields(xml: etree._Element) -> dict[str, str]:
    """`correlationKey`, `timeToLive` and `messageId` of an element that throws a message.

    They are flowcase properties, which every editor keeps; `zeebe:publishMessage` is read as well, but
    Camunda Modeler's own description of Camunda 8 (zeebe-bpmn-moddle 2.0) lacks it and drops it on saving.
    """
    publish = zeebe_child(xml, "publishMessage")
    found = dict(publish.attrib) if publish is not None else {}
    for name, value in read_properties(xml).items():
        prefix, _, field = name.partition(".")
        if prefix == "flowcase" and field in _PUBLISHING:
            found[field] = value
    return {str(name): str(value).strip() for name, value in found.items()}
