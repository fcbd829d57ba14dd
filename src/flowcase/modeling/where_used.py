"""Which element uses what: forms, decisions, called processes, handlers and rules, read from the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from flowcase.modeling.definition import Element, Expression, ProcessDefinition
from flowcase.modeling.rule_registry import RuleSection
from flowcase.modeling.safe_xml import parse_xml

GATES = ("flowcase.gate", "flowcase.warn", "flowcase.suggest")


class Used(StrEnum):
    """What can be used."""

    DECISION = "decision"
    FORM = "form"
    PROCESS = "process"
    HANDLER = "handler"
    RULE = "rule"


@dataclass(frozen=True)
class Use:
    """One element that uses one thing."""

    kind: Used
    name: str  # of what is used: a decision's, form's or process's id, a job type, a rule's id
    file: str
    element: str
    element_name: str = ""
    process: str = ""  # name of the process, or nothing for a table


def uses_of_process(process: ProcessDefinition, file: str) -> Iterator[Use]:
    """In the order of the diagram; what an expression computes is not known beforehand and left out."""
    for element in process.elements.values():
        for kind, name in dict.fromkeys(_named(element)):
            yield Use(kind, name, file, element.id, element.name, process.name or process.id)


def _named(element: Element) -> Iterator[tuple[Used, str]]:
    form = element.user_task.form_id if element.user_task is not None else None
    for name in (form, element.form_id):
        if name:
            yield Used.FORM, name
    if element.decision is not None:
        yield from _static(Used.DECISION, element.decision.decision_id)
    for key in GATES:
        for name in element.properties.get(key, "").replace(",", " ").split():
            yield Used.DECISION, name
    if element.call is not None:
        yield from _static(Used.PROCESS, element.call.process_id)
    if element.job is not None:
        yield from _static(Used.HANDLER, element.job.type)


def _static(kind: Used, expression: Expression) -> Iterator[tuple[Used, str]]:
    if expression.is_static:
        yield kind, expression.text


def uses_of_tables(content: bytes, file: str) -> Iterator[Use]:
    """Which decision of a file asks which other one."""
    for decision in parse_xml(content, file).iter("{*}decision"):
        for asked in decision.iter("{*}requiredDecision"):
            name = (asked.get("href") or "").rpartition("#")[2]
            if name:
                yield Use(Used.DECISION, name, file, decision.get("id", ""), decision.get("name", ""), "")


def uses_of_rules(
    sections: Iterable[RuleSection], handlers: Mapping[str, Iterable[str]], found: Iterable[Use]
) -> Iterator[Use]:
    """Where each rule of the domain lives: its homes in files, and every element that calls its handler.

    `handlers` tells which rules live in a job type.
    """
    for section in sections:
        for rule in section.rules:
            for home in rule.home:
                file, mark, element = home.partition("#")
                if mark and file.endswith((".bpmn", ".dmn", ".form")):
                    yield Use(Used.RULE, rule.id, file, element)
    for use in found:
        if use.kind is Used.HANDLER:
            for id in handlers.get(use.name, ()):
                yield Use(Used.RULE, id, use.file, use.element, use.element_name, use.process)
