"""Camunda 8's extension elements stand where they have a meaning, and have one here.

What flowcase does not run (listeners, linked resources, forms of other systems) is refused; what it can leave
out without changing the run is told as a warning.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <extensionElements>
        <zeebe:taskListeners><zeebe:taskListener eventType="creating" type="log"/></zeebe:taskListeners>
      </extensionElements>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="log"/>
    <serviceTask id="log">
      <extensionElements><zeebe:taskDefinition type="kvittering.send"/></extensionElements>
    </serviceTask>
    <sequenceFlow id="f2" sourceRef="log" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f3" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from lxml import etree

from flowcase.finding import Severity
from flowcase.modeling.document import BPMN, ZEEBE, Document, local, namespace
from flowcase.modeling.report import Report
from flowcase.modeling.zeebe import ATTRIBUTES, EXTENSIONS, Extension, Field, Meaning

_EXTENSION_ELEMENTS = f"{{{BPMN}}}extensionElements"
_BINDINGS = frozenset({"latest", "deployment", "versionTag"})
_ONCE = frozenset(EXTENSIONS) - {"input", "output", "property", "header", "userTaskForm"}


def check(document: Document, report: Report) -> None:
    # Messages and signals carry extensions too; processes that do not run are left alone.
    roots = [process.xml for process in document.relevant_processes()]
    roots += list(document.root_elements.values())
    for root in roots:
        for xml in root.iter():
            if namespace(xml) == ZEEBE:
                _check_extension(xml, report)
            elif xml.tag == _EXTENSION_ELEMENTS:
                _check_once(xml, report)
            elif namespace(xml) == BPMN:
                _check_attributes(xml, report)


def _check_once(holder: etree._Element, report: Report) -> None:
    seen = set()
    for xml in holder:
        name = local(xml)
        if namespace(xml) == ZEEBE and name in seen and name in _ONCE:
            report(
                xml, f"'zeebe:{name}' stands here twice; only the first is read.", "Remove one of the two."
            )
        seen.add(name)


def _check_attributes(xml: etree._Element, report: Report) -> None:
    for attribute in xml.attrib:
        space, _, name = str(attribute)[1:].partition("}")
        if space == ZEEBE:
            _check_field(xml, name, ATTRIBUTES.get(name), local(xml), report)


def _check_extension(xml: etree._Element, report: Report) -> None:
    name = local(xml)
    parent = xml.getparent()
    if parent is not None and _is_judged_as_a_whole(parent):
        return
    extension = EXTENSIONS.get(name)
    if extension is None:
        report(
            xml,
            f"'zeebe:{name[:60]}' is no extension element that is read here.",
            "Remove it, or say what is meant in another way.",
        )
        return
    place = _place(xml, extension)
    if place not in extension.allowed_in and "*" not in extension.allowed_in:
        report(
            xml,
            f"'zeebe:{name}' has no meaning at a {place or 'place like this'}.",
            f"Remove it; it belongs to: {', '.join(sorted(extension.allowed_in))}.",
        )
        return
    if extension.meaning is not Meaning.RUNS:
        report(xml, *_sentences(f"zeebe:{name}", extension.note), severity=_severity(extension.meaning))
        return
    if name == "taskHeaders" and place == "userTask":
        report(
            xml,
            "The task headers of a user task have no meaning here.",
            "Remove them.",
            severity=Severity.WARNING,
        )
    if name == "publishMessage":
        report(xml, *_lost_on_saving(), severity=Severity.WARNING)
    if parent is not None and name == "taskDefinition" and _does_something_else(parent):
        report(
            xml,
            "This task has a job type and another implementation as well; only one can run.",
            "Remove one of the two.",
        )
    for attribute in xml.attrib:
        if not str(attribute).startswith("{"):
            _check_field(xml, str(attribute), extension.fields.get(str(attribute)), f"zeebe:{name}", report)
    _check_binding(xml, report)


def _lost_on_saving() -> tuple[str, str]:
    return (
        "'zeebe:publishMessage' is lost when the diagram is saved in Camunda Modeler.",
        "Write the properties flowcase.correlationKey, flowcase.timeToLive and flowcase.messageId instead.",
    )


def _is_judged_as_a_whole(parent: etree._Element) -> bool:
    """Whether the zeebe element around it has been refused or left out already."""
    while parent is not None and namespace(parent) == ZEEBE:
        around = EXTENSIONS.get(local(parent))
        if around is None or around.meaning is not Meaning.RUNS:
            return True
        parent = parent.getparent()
    return False


def _place(xml: etree._Element, extension: Extension) -> str:
    parent = xml.getparent()
    if parent is None:
        return ""
    if extension.inner:
        return local(parent) if namespace(parent) == ZEEBE else ""
    if local(parent) != "extensionElements" or namespace(parent) != BPMN:
        return ""
    owner = parent.getparent()
    return local(owner) if owner is not None else ""


def _does_something_else(holder: etree._Element) -> bool:
    others = {f"{{{ZEEBE}}}{name}" for name in ("script", "calledDecision", "publishMessage")}
    return any(child.tag in others for child in holder)


def _check_field(xml: etree._Element, name: str, field: Field | None, owner: str, report: Report) -> None:
    if field is None:
        report(
            xml,
            f"'{name[:60]}' is no field of {owner} that is read here.",
            "Remove it, or correct its name.",
        )
    elif field.meaning is not Meaning.RUNS and field.note and field.rule == report.rule:
        report(xml, *_sentences(f"{name} of {owner}", field.note), severity=_severity(field.meaning))


def _sentences(what: str, note: str) -> tuple[str, str]:
    """The note as message and remedy: what stands after a colon is the remedy."""
    because, _, remedy = note.rstrip(".").partition(": ")
    return f"'{what}' is not used: {because}.", (remedy[:1].upper() + remedy[1:] or "Remove it") + "."


def _severity(meaning: Meaning) -> Severity:
    return Severity.ERROR if meaning is Meaning.REFUSED else Severity.WARNING


def _check_binding(xml: etree._Element, report: Report) -> None:
    if local(xml) not in {"calledElement", "calledDecision"}:
        return
    binding = xml.get("bindingType")
    if binding is not None and binding not in _BINDINGS:
        report(
            xml,
            f"The binding '{binding[:40]}' is not known.",
            "Write latest, deployment or versionTag.",
        )
    if binding == "versionTag" and not (xml.get("versionTag") or "").strip():
        report(xml, "The binding to a version tag names no tag.", "Write the version tag.")
    for attribute in ("propagateAllChildVariables", "propagateAllParentVariables"):
        if xml.get(attribute, "true") not in {"true", "false"}:
            report(xml, f"{attribute} is neither true nor false.", "Write true or false.")
