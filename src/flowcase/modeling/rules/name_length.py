"""A name can be read at a glance.

It stands in lists, in headings, in mails and on the drawing. What takes longer to say belongs in the
documentation or in the instruction.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder" name="Vurdér henvendelsen sammen med skolen, dagtilbuddet, sundhedsplejen og
      familiens øvrige netværk, og skriv bagefter alt ned, som nogen af dem har sagt, både det,
      der er sikkert, og det, der endnu kun er en formodning hos en af dem"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder" name="Vurdér henvendelsen"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import BPMN, Document
from flowcase.modeling.report import Report

MAX_NAME = 200  # letters; also of decisions, of tables' columns and of forms' labels


def check(document: Document, report: Report) -> None:
    for xml in document.root.iter(f"{{{BPMN}}}*"):
        if len(name := " ".join((xml.get("name") or "").split())) > MAX_NAME:
            report(
                xml,
                f"The name '{name[:40]} …' has {len(name)} letters, more than {MAX_NAME}.",
                "Give it a short name; the documentation has room for the rest.",
            )
