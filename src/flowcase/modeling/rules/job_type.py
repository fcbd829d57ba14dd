"""The handler of a job type is registered.

Nobody would ever do the job otherwise.

Wrong (send)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="send"/>
    <serviceTask id="send">
      <extensionElements><zeebe:taskDefinition type="kvitering.send"/></extensionElements>
    </serviceTask>
    <sequenceFlow id="f2" sourceRef="send" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="send"/>
    <serviceTask id="send">
      <extensionElements><zeebe:taskDefinition type="kvittering.send"/></extensionElements>
    </serviceTask>
    <sequenceFlow id="f2" sourceRef="send" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.document import Document, zeebe_child
from flowcase.modeling.references import plain, report_missing
from flowcase.modeling.report import Report


def check(document: Document, report: Report, catalogue: Catalogue) -> None:
    if catalogue.job_types is None:
        return
    for node in document.relevant_nodes():
        definition = zeebe_child(node.xml, "taskDefinition")
        name = plain(definition.get("type")) if definition is not None else None
        if name and name not in catalogue.job_types:
            report_missing(
                report,
                definition,
                "handler for the job type",
                name,
                catalogue.job_types,
                "Choose a handler from the templates.",
            )
