"""A process has a size that can be read, and nests a few levels.

More than that no screen shows, and every step of it costs time.

Wrong (niveau9)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="niveau1"/>
    <subProcess id="niveau1"><startEvent id="s1"/><sequenceFlow id="g1" sourceRef="s1" targetRef="niveau2"/>
    <subProcess id="niveau2"><startEvent id="s2"/><sequenceFlow id="g2" sourceRef="s2" targetRef="niveau3"/>
    <subProcess id="niveau3"><startEvent id="s3"/><sequenceFlow id="g3" sourceRef="s3" targetRef="niveau4"/>
    <subProcess id="niveau4"><startEvent id="s4"/><sequenceFlow id="g4" sourceRef="s4" targetRef="niveau5"/>
    <subProcess id="niveau5"><startEvent id="s5"/><sequenceFlow id="g5" sourceRef="s5" targetRef="niveau6"/>
    <subProcess id="niveau6"><startEvent id="s6"/><sequenceFlow id="g6" sourceRef="s6" targetRef="niveau7"/>
    <subProcess id="niveau7"><startEvent id="s7"/><sequenceFlow id="g7" sourceRef="s7" targetRef="niveau8"/>
    <subProcess id="niveau8"><startEvent id="s8"/><sequenceFlow id="g8" sourceRef="s8" targetRef="niveau9"/>
    <subProcess id="niveau9"><startEvent id="s9"/><endEvent id="e9"/></subProcess>
    </subProcess></subProcess></subProcess></subProcess></subProcess></subProcess></subProcess></subProcess>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="niveau1"/>
    <subProcess id="niveau1">
      <startEvent id="s1"/>
      <sequenceFlow id="g1" sourceRef="s1" targetRef="e1"/>
      <endEvent id="e1"/>
    </subProcess>
    <sequenceFlow id="f2" sourceRef="niveau1" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document, Scope
from flowcase.modeling.report import Report

BLOCKS_READING = True
MAX_NODES = 2_000  # of one process, nested ones included
MAX_FLOWS = 6_000
MAX_XML_ELEMENTS = 60_000  # everything inside a process: mappings, headers, documentation
MAX_NESTING = 8  # sub-processes within each other
_DIVIDE = "Move parts of it into processes of their own and call them."


def check(document: Document, report: Report) -> None:
    for process in document.relevant_processes():
        counts = (
            ("elements", len(process.nodes), MAX_NODES),
            ("sequence flows", len(process.flows), MAX_FLOWS),
            ("entries", sum(1 for _ in process.xml.iter()), MAX_XML_ELEMENTS),
        )
        for what, count, limit in counts:
            if count > limit:
                report(process, f"This process has {count} {what}, more than {limit}.", _DIVIDE)
        depths: dict[Scope, int] = {}
        for scope in process.scopes:
            depth = depths[scope] = depths[scope.parent] + 1 if scope.parent else 0
            if depth == MAX_NESTING + 1:
                report(
                    scope,
                    f"This sub-process lies {depth} levels deep, deeper than the {MAX_NESTING} that are run.",
                    "Move inner parts into processes of their own and call them.",
                )
