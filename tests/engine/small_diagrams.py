"""Small definitions by hand: `process(start(), user("vurder"), end())`, joined by arrows.

A part is an element; `process` joins parts that follow one another by a flow, and `flows` adds others in
the form `"a -> b"` or `"a -> b : condition"`, `"a -> b : default"`.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import pairwise
from typing import Any

from flowcase.modeling.definition import (
    CallDetails,
    CatchUp,
    DecisionDetails,
    Element,
    ElementKind,
    ErrorEvent,
    EscalationEvent,
    Expression,
    JobDetails,
    MessageEvent,
    MultiInstance,
    ProcessDefinition,
    ScriptDetails,
    SequenceFlow,
    SignalEvent,
    StandardLoop,
    TerminateEvent,
    TimerEvent,
    TimerKind,
    UserTaskDetails,
    VariableMapping,
)

K = ElementKind


def drawn(text: str) -> Expression:
    """As in a diagram: with `=` in front it is FEEL, else plain text."""
    return Expression(text[1:]) if text.startswith("=") else Expression(text, is_static=True)


def feel(text: str) -> Expression:
    return Expression(text)


def mapped(*pairs: str) -> tuple[VariableMapping, ...]:
    """`mapped("a + 1 -> b")`."""
    return tuple(
        VariableMapping(source=feel(pair.rsplit("->", 1)[0].strip()), target=pair.rsplit("->", 1)[1].strip())
        for pair in pairs
    )


def element(kind: ElementKind, id: str, **details: Any) -> Element:
    for name in ("inputs", "outputs"):
        if name in details and details[name] and isinstance(details[name][0], str):
            details[name] = mapped(*details[name])
    return Element(id=id, kind=kind, name=details.pop("name", id), **details)


def start(id: str = "start", **details: Any) -> Element:
    return element(K.START_EVENT, id, **details)


def end(id: str = "end", **details: Any) -> Element:
    return element(K.END_EVENT, id, **details)


def user(id: str, **details: Any) -> Element:
    known = {
        name: details.pop(name) for name in list(details) if name in UserTaskDetails.__dataclass_fields__
    }
    known = {name: drawn(value) if name != "form_id" else value for name, value in known.items()}
    return element(K.USER_TASK, id, user_task=UserTaskDetails(**known), **details)


def service(id: str, type: str = "gem", **details: Any) -> Element:
    job = JobDetails(drawn(type), drawn(details.pop("retries", "3")), details.pop("headers", {}))
    return element(K.SERVICE_TASK, id, job=job, **details)


def script(id: str, expression: str, result: str | None = None, **details: Any) -> Element:
    return element(K.SCRIPT_TASK, id, script=ScriptDetails(feel(expression), result), **details)


def rule(id: str, decision: str, result: str = "resultat", **details: Any) -> Element:
    return element(K.BUSINESS_RULE_TASK, id, decision=DecisionDetails(drawn(decision), result), **details)


def call(id: str, process: str, **details: Any) -> Element:
    known = {name: details.pop(name) for name in list(details) if name in CallDetails.__dataclass_fields__}
    return element(K.CALL_ACTIVITY, id, call=CallDetails(drawn(process), **known), **details)


def manual(id: str, **details: Any) -> Element:
    return element(K.MANUAL_TASK, id, **details)


def exclusive(id: str, **details: Any) -> Element:
    return element(K.EXCLUSIVE_GATEWAY, id, **details)


def parallel(id: str, **details: Any) -> Element:
    return element(K.PARALLEL_GATEWAY, id, **details)


def inclusive(id: str, **details: Any) -> Element:
    return element(K.INCLUSIVE_GATEWAY, id, **details)


def event_based(id: str, **details: Any) -> Element:
    return element(K.EVENT_BASED_GATEWAY, id, **details)


def catch(id: str, event: Any, **details: Any) -> Element:
    return element(K.INTERMEDIATE_CATCH_EVENT, id, event=event, **details)


def throw(id: str, event: Any = None, **details: Any) -> Element:
    return element(K.INTERMEDIATE_THROW_EVENT, id, event=event, **details)


def boundary(id: str, on: str, event: Any, *, interrupting: bool = True, **details: Any) -> Element:
    return element(K.BOUNDARY_EVENT, id, event=event, attached_to=on, is_interrupting=interrupting, **details)


def receive(id: str, name: str, key: str = "=sag_id", **details: Any) -> Element:
    return element(K.RECEIVE_TASK, id, message=message(name, key), **details)


def sub_process(id: str, **details: Any) -> Element:
    return element(K.SUB_PROCESS, id, **details)


def event_sub_process(id: str, **details: Any) -> Element:
    return element(K.EVENT_SUB_PROCESS, id, **details)


def message(name: str, key: str | None = "=sag_id", **details: Any) -> MessageEvent:
    return MessageEvent(drawn(name), None if key is None else drawn(key), **details)


def signal(name: str, *, is_global: bool = False) -> SignalEvent:
    return SignalEvent(drawn(name), is_global)


def error(code: str | None = None) -> ErrorEvent:
    return ErrorEvent(code)


def escalation(code: str | None = None) -> EscalationEvent:
    return EscalationEvent(code)


def terminate() -> TerminateEvent:
    return TerminateEvent()


def date(text: str, catch_up: CatchUp = CatchUp.ALL) -> TimerEvent:
    return TimerEvent(TimerKind.DATE, drawn(text), catch_up)


def duration(text: str, catch_up: CatchUp = CatchUp.ALL) -> TimerEvent:
    return TimerEvent(TimerKind.DURATION, drawn(text), catch_up)


def cycle(text: str, catch_up: CatchUp = CatchUp.ONCE, calendar: str | None = None) -> TimerEvent:
    return TimerEvent(TimerKind.CYCLE, drawn(text), catch_up, calendar)


def each(
    collection: str,
    item: str | None = None,
    *,
    sequential: bool = False,
    output: str | None = None,
    output_element: str | None = None,
    until: str | None = None,
) -> MultiInstance:
    return MultiInstance(
        is_sequential=sequential,
        input_collection=feel(collection),
        input_element=item,
        output_collection=output,
        output_element=feel(output_element) if output_element else None,
        completion_condition=feel(until) if until else None,
    )


def loop(
    condition: str | None = None, *, test_before: bool = False, maximum: int | None = None
) -> StandardLoop:
    return StandardLoop(feel(condition) if condition else None, test_before, maximum)


def process(*parts: Element, flows: tuple[str, ...] = (), id: str = "proces") -> ProcessDefinition:
    """Parts that are neighbours in the same scope are joined, unless flows are given."""
    drawn_flows = list(flows)
    if not flows:
        drawn_flows = [
            f"{before.id} -> {after.id}" for before, after in pairwise(parts) if before.parent == after.parent
        ]
    elements = {part.id: part for part in parts}
    sequence: dict[str, SequenceFlow] = {}
    for text in drawn_flows:
        arrow, _, condition = text.partition(":")
        source, target = (side.strip() for side in arrow.split("->"))
        condition = condition.strip()
        flow_id = f"{source}_{target}"
        while flow_id in sequence:
            flow_id += "_"
        is_default = condition == "default"
        sequence[flow_id] = SequenceFlow(
            id=flow_id,
            source=source,
            target=target,
            condition=feel(condition) if condition and not is_default else None,
        )
        elements[source] = replace(
            elements[source],
            outgoing=(*elements[source].outgoing, flow_id),
            default_flow=flow_id if is_default else elements[source].default_flow,
        )
        elements[target] = replace(elements[target], incoming=(*elements[target].incoming, flow_id))
    content = repr((id, elements, sequence)).encode()
    return ProcessDefinition(
        id=id,
        name=id,
        file=f"{id}.bpmn",
        content_hash=hashlib.sha256(content).hexdigest(),
        elements=elements,
        flows=sequence,
    )
