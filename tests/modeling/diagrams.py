"""Small diagrams for tests: the wrapping around a snippet, and the snippets of the rules' own pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from textwrap import dedent

_NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
_ROOT_ELEMENT = re.compile(
    r"^<(message|signal|error|escalation|collaboration|choreography|process|bpmndi:BPMNDiagram)\b"
)


@dataclass(frozen=True)
class Example:
    """A wrong or right diagram of a rule's page."""

    body: str
    element: str  # that the rule is to name; empty when the file as a whole is meant


def diagram(body: str) -> bytes:
    """A whole file around a snippet: what belongs to the root first, the rest inside one process `p`."""
    body = dedent(body).strip("\n")
    if body.startswith("<definitions"):
        return body.encode()
    roots, inside = _split(body)
    process = inside
    if inside.strip():
        process = f'<process id="p" isExecutable="true">\n{inside}\n</process>'
    start = f'<definitions {_NAMESPACES} id="definitions_1" targetNamespace="t">'
    return f"{start}\n{roots}\n{process}\n</definitions>".encode()


def _split(body: str) -> tuple[str, str]:
    """Separate top-level elements that belong to the root from those of the process."""
    roots: list[str] = []
    inside: list[str] = []
    closing = ""
    for line in body.split("\n"):
        if closing:
            roots.append(line)
            if line.startswith(closing):
                closing = ""
            continue
        match = _ROOT_ELEMENT.match(line)
        if not match:
            inside.append(line)
            continue
        roots.append(line)
        if not line.rstrip().endswith("/>") and f"</{match.group(1)}>" not in line:
            closing = f"</{match.group(1)}>"
    return "\n".join(roots), "\n".join(inside)


def examples(documentation: str) -> tuple[Example, Example]:
    """The wrong and the right example of a rule's docstring."""
    wrong = re.search(r"^Wrong \(([^)]*)\)::\n\n((?:    .*\n|\n)+)", documentation + "\n", re.MULTILINE)
    right = re.search(r"^Right::\n\n((?:    .*\n|\n)+)", documentation + "\n", re.MULTILINE)
    assert wrong and right, "The rule's docstring needs a wrong and a right example."
    return Example(wrong.group(2), wrong.group(1)), Example(right.group(1), "")


def in_a_row(*inner: str) -> str:
    """A start event, elements with the ids n1, n2, ... in a row, an end event."""
    lines = ['<startEvent id="start"/>']
    ids = ["start", *(f"n{number}" for number in range(1, len(inner) + 1)), "slut"]
    for number, element in enumerate(inner, start=1):
        lines.append(element.replace("ID", f'id="n{number}"'))
    lines += [
        f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(pairwise(ids))
    ]
    return "\n".join([*lines, '<endEvent id="slut"/>'])
