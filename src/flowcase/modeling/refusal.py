"""What rules that refuse a whole construct share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from flowcase.modeling.document import BPMN, Document, local, namespace
from flowcase.modeling.report import Report


def refuse_elements(document: Document, report: Report, refuses: Mapping[str, str], remedy: str) -> None:
    """Report every element of these names inside the processes that run; `refuses` says why."""
    for xml in relevant_elements(document):
        because = refuses.get(local(xml))
        if because:
            report(xml, because, remedy)


def relevant_elements(document: Document) -> Iterator[etree._Element]:
    """All BPMN elements of the processes that run, in document order."""
    for process in document.relevant_processes():
        for xml in process.xml.iter():
            if namespace(xml) == BPMN:
                yield xml
