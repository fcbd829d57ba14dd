"""Every id occurs once in a file, and every node, flow and process has one.

References, history and running cases name elements by their id. Of two elements with one id, only one
could ever be found again.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="beslut"/>
    <userTask id="beslut"/>
    <sequenceFlow id="f3" sourceRef="beslut" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

import re

from flowcase.modeling.document import Document, local
from flowcase.modeling.report import Report

BLOCKS_READING = True
MAX_LENGTH = 200
_NAME = re.compile(r"[^\W\d][\w.\-]*\Z")  # XML's NCName, near enough: no colon, no blank, no leading digit


def check(document: Document, report: Report) -> None:
    for identifier, found in document.ids.items():
        for xml in found[1:]:
            first = found[0]
            report(
                xml,
                f"The id '{identifier[:80]}' of this {local(xml)} is already the id of line "
                f"{first.sourceline}.",
                "Give one of the two another id.",
            )
    for process in document.relevant_processes():
        for item in process.named_items():
            tag = local(item.xml)
            if not item.id:
                report(item, f"This {tag} has no id.", "Give it an id of its own.")
            elif len(item.id) > MAX_LENGTH or not _NAME.match(item.id):
                report(
                    item,
                    f"The id '{item.id[:80]}' of this {tag} is not one that XML allows.",
                    f"Use at most {MAX_LENGTH} letters, digits, '_', '-', '.'; begin with a letter or '_'.",
                )
