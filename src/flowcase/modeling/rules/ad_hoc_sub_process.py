"""Ad-hoc sub-processes are refused.

Tasks in free order are not run here.

Wrong (frit)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="frit"/>
    <adHocSubProcess id="frit"><userTask id="a"/><userTask id="b"/></adHocSubProcess>
    <sequenceFlow id="f2" sourceRef="frit" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="frit"/>
    <subProcess id="frit">
      <startEvent id="s1"/>
      <sequenceFlow id="g1" sourceRef="s1" targetRef="a"/>
      <userTask id="a"/>
      <sequenceFlow id="g2" sourceRef="a" targetRef="s2"/>
      <endEvent id="s2"/>
    </subProcess>
    <sequenceFlow id="f2" sourceRef="frit" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document
from flowcase.modeling.refusal import refuse_elements
from flowcase.modeling.report import Report

BLOCKS_READING = True
REFUSES = {"adHocSubProcess": "Ad-hoc sub-processes are not run."}


def check(document: Document, report: Report) -> None:
    refuse_elements(
        document,
        report,
        REFUSES,
        "Use a sub-process, or event sub-processes for work that may come at any time.",
    )
