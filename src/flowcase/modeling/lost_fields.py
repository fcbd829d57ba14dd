"""What a form no longer asks in its new version, while a diagram that shows the form still reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from lxml import etree

from flowcase.errors import InvalidDefinition
from flowcase.feel import Expression
from flowcase.finding import Finding, Severity
from flowcase.modeling.document import Document, Flow, Node, read_document, zeebe_children
from flowcase.modeling.expressions import parse, written_in_process
from flowcase.modeling.form import Form, VariableTarget
from flowcase.modeling.read_form import read_form
from flowcase.modeling.variables import first_segment, outputs_of

_FORM_ID = re.compile(r'formId="([^"]+)"')
RULE = "form-field-lost"


def lost_fields(
    file: str, old: bytes, new: bytes, others: Callable[[], Mapping[str, bytes]]
) -> list[Finding]:
    """Warnings about `new`, which is to take the place of `old`.

    `others` gives the other files (path -> content), asked for where a field is gone. Nothing is said of a
    variable that the diagram sets itself, or that another form of it fills in.
    """
    try:
        before, after = read_form(old, file), read_form(new, file)
    except InvalidDefinition:
        return []
    lost = {name: label for name, label in _asked(before).items() if name not in _asked(after)}
    if not lost:
        return []
    found: list[Finding] = []
    beside = others()
    for path, content in beside.items():
        shown = set(_FORM_ID.findall(content.decode("utf-8", "replace"))) if path.endswith(".bpmn") else set()
        if before.id in shown:
            kept = _asked_by(shown - {before.id}, beside)
            found += _readers(file, path, content, {k: v for k, v in lost.items() if k not in kept})
    return found


def _asked(form: Form) -> dict[str, str]:
    """The variables that its fields fill in, each with the field's label."""
    return {
        target.name: field.label or field.key
        for field in form.walk()
        for target in field.targets
        if isinstance(target, VariableTarget)
    }


def _asked_by(forms: Iterable[str], beside: Mapping[str, bytes]) -> set[str]:
    wanted, found = set(forms), set()
    for path, content in beside.items():
        if path.endswith(".form"):
            try:
                form = read_form(content, path)
            except InvalidDefinition:
                continue
            found |= set(_asked(form)) if form.id in wanted else set()
    return found


def _readers(file: str, path: str, content: bytes, lost: Mapping[str, str]) -> list[Finding]:
    try:
        document = read_document(content, path)
    except InvalidDefinition:
        return []
    names = lost.keys() - set().union(*(_set_by(node) for node in document.relevant_nodes()))
    told: dict[str, Finding] = {}
    for written in sorted(written_in_process(document), key=lambda each: each.field != "condition"):
        read = parse(written.feel) if written.is_feel and written.feel else None
        for name in sorted(names & read.names) if isinstance(read, Expression) else ():
            told.setdefault(
                name,
                Finding(
                    rule=RULE,
                    severity=Severity.WARNING,
                    file=file,
                    element=None,
                    element_name=None,
                    line=None,
                    message=f"The field '{lost[name]}' is gone, and '{owner_of(document, written.xml)}' "
                    f"in '{path}' reads the variable '{name}' that it filled in.",
                    remedy="Keep the field, or change the diagram too.",
                ),
            )
    return list(told.values())


def _set_by(node: Node) -> set[str]:
    """What it sets for those after it; to empty a variable, or to hand it on, sets nothing."""
    handed_on = {
        first_segment(item.get("target"))
        for mapping in zeebe_children(node.xml, "ioMapping")
        for item in mapping
        if (item.get("source") or "").replace(" ", "") in ("=null", f"={first_segment(item.get('target'))}")
    }
    return outputs_of(node) - handed_on


def owner_of(document: Document, xml: etree._Element | None) -> str:
    """What it is called; of a flow the gateway, which decides by it."""
    while xml is not None:
        drawn = document.flows.get(xml.get("id", "")) or document.nodes.get(xml.get("id", ""))
        if drawn is not None and drawn.xml is xml:
            gateway = drawn.source if isinstance(drawn, Flow) else None
            return gateway.name if gateway and gateway.name else drawn.called
        xml = xml.getparent()
    return ""
