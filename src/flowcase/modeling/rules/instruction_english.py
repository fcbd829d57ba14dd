"""Where a diagram has instructions in English, each of its instructions has (warning).

Who reads in English would be told in Danish what to do at one step among others.

Wrong (afgoer)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder" name="Vurdér">
      <extensionElements>
        <zeebe:properties>
          <zeebe:property name="flowcase.instruction" value="Læs underretningen."/>
          <zeebe:property name="flowcase.instruction_en" value="Read the notification."/>
        </zeebe:properties>
      </extensionElements>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="afgoer"/>
    <userTask id="afgoer" name="Afgør">
      <extensionElements>
        <zeebe:properties>
          <zeebe:property name="flowcase.instruction" value="Skriv hvorfor."/>
        </zeebe:properties>
      </extensionElements>
    </userTask>
    <sequenceFlow id="f3" sourceRef="afgoer" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder" name="Vurdér">
      <extensionElements>
        <zeebe:properties>
          <zeebe:property name="flowcase.instruction" value="Læs underretningen."/>
          <zeebe:property name="flowcase.instruction_en" value="Read the notification."/>
        </zeebe:properties>
      </extensionElements>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="afgoer"/>
    <userTask id="afgoer" name="Afgør">
      <extensionElements>
        <zeebe:properties>
          <zeebe:property name="flowcase.instruction" value="Skriv hvorfor."/>
          <zeebe:property name="flowcase.instruction_en" value="Write why."/>
        </zeebe:properties>
      </extensionElements>
    </userTask>
    <sequenceFlow id="f3" sourceRef="afgoer" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.finding import Severity
from flowcase.modeling.document import Document
from flowcase.modeling.publishing import read_properties
from flowcase.modeling.report import Report

SEVERITY = Severity.WARNING
_DANISH, _ENGLISH = "flowcase.instruction", "flowcase.instruction_en"


def check(document: Document, report: Report) -> None:
    told = [(node, read_properties(node.xml)) for node in document.relevant_nodes()]
    if not any(properties.get(_ENGLISH, "").strip() for _, properties in told):
        return
    for node, properties in told:
        if properties.get(_DANISH, "").strip() and not properties.get(_ENGLISH, "").strip():
            report(
                node,
                "This instruction has no English, and others of the diagram have.",
                "Write the same in English (flowcase.instruction_en).",
            )
