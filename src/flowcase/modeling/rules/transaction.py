"""Transactions and cancel events are refused.

A BPMN transaction ends by compensating what it did, which is not run here.

Wrong (aftale)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="aftale"/>
    <transaction id="aftale">
      <startEvent id="s1"/>
      <sequenceFlow id="g1" sourceRef="s1" targetRef="s2"/>
      <endEvent id="s2"/>
    </transaction>
    <sequenceFlow id="f2" sourceRef="aftale" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="aftale"/>
    <subProcess id="aftale">
      <startEvent id="s1"/>
      <sequenceFlow id="g1" sourceRef="s1" targetRef="s2"/>
      <endEvent id="s2"/>
    </subProcess>
    <sequenceFlow id="f2" sourceRef="aftale" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document
from flowcase.modeling.refusal import refuse_elements
from flowcase.modeling.report import Report

BLOCKS_READING = True
REFUSES = {"transaction": "BPMN transactions are not run."}


def check(document: Document, report: Report) -> None:
    refuse_elements(
        document, report, REFUSES, "Use a sub-process and an error end event with an error boundary event."
    )
