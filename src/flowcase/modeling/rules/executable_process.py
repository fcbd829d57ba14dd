"""A file has at least one process that is executable.

A process without `isExecutable="true"` is a drawing. A file of nothing but drawings would be deployed
in silence and never run.

Wrong (tegning)::

    <process id="tegning">
      <startEvent id="start"/>
      <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
      <endEvent id="slut"/>
    </process>

Right::

    <process id="sag" isExecutable="true">
      <startEvent id="start"/>
      <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
      <endEvent id="slut"/>
    </process>
"""

from __future__ import annotations

from flowcase.modeling.document import Document
from flowcase.modeling.report import Report

BLOCKS_READING = True


def check(document: Document, report: Report) -> None:
    if not document.is_bpmn or any(process.is_executable for process in document.processes):
        return
    if not document.processes:
        report(document.root, "The file has no process at all.", "Draw a process with a start event.")
        return
    report(
        document.processes[0],
        "The file has no executable process, so nothing in it would ever run.",
        "Tick 'Executable' in the properties of the process (isExecutable=\"true\").",
    )
