"""What rules that refuse a whole construct share."""

from __future__ import annotations

from collections.abc import Mapping

from flowcase.modeling.document import BPMN, Document, local
from flowcase.modeling.report import Report


def refuse_elements(document: Document, report: Report, refuses: Mapping[str, str], remedy: str) -> None:
    """Report every element of these names inside the processes that run; `refuses` says why."""
    tags = [f"{{{BPMN}}}{name}" for name in refuses]
    for process in document.relevant_processes():
        for xml in process.xml.iter(*tags):
            report(xml, refuses[local(xml)], remedy)
