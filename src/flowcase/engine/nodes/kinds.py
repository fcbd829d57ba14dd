"""Which class of node runs which kind of element."""

from __future__ import annotations

from flowcase.engine.nodes import activities, events, gateways
from flowcase.engine.nodes.node import FlowNode
from flowcase.modeling.definition import Element, ElementKind

_CLASSES: dict[ElementKind, type[FlowNode]] = {
    ElementKind.START_EVENT: events.StartEvent,
    ElementKind.END_EVENT: events.ThrowEvent,
    ElementKind.INTERMEDIATE_CATCH_EVENT: events.CatchEvent,
    ElementKind.INTERMEDIATE_THROW_EVENT: events.ThrowEvent,
    ElementKind.BOUNDARY_EVENT: events.BoundaryEvent,
    ElementKind.USER_TASK: activities.UserTask,
    ElementKind.MANUAL_TASK: activities.ManualTask,
    ElementKind.SERVICE_TASK: activities.JobTask,
    ElementKind.SCRIPT_TASK: activities.ScriptTask,
    ElementKind.BUSINESS_RULE_TASK: activities.BusinessRuleTask,
    ElementKind.SEND_TASK: activities.JobTask,
    ElementKind.RECEIVE_TASK: activities.ReceiveTask,
    ElementKind.CALL_ACTIVITY: activities.CallActivity,
    ElementKind.SUB_PROCESS: activities.SubProcess,
    ElementKind.EVENT_SUB_PROCESS: activities.EventSubProcess,
    ElementKind.EXCLUSIVE_GATEWAY: gateways.ExclusiveGateway,
    ElementKind.INCLUSIVE_GATEWAY: gateways.InclusiveGateway,
    ElementKind.PARALLEL_GATEWAY: gateways.ParallelGateway,
    ElementKind.EVENT_BASED_GATEWAY: gateways.EventBasedGateway,
}


def node_class(element: Element) -> type[FlowNode]:
    """A task definition makes a job of any task or throwing event; a user task keeps its own."""
    if element.kind is ElementKind.SEND_TASK and element.job is None and element.message is not None:
        return events.ThrowEvent
    if element.job is not None and element.user_task is None and element.kind in _MAY_BE_JOBS:
        return activities.JobTask
    return _CLASSES[element.kind]


_MAY_BE_JOBS = {
    ElementKind.USER_TASK,
    ElementKind.SCRIPT_TASK,
    ElementKind.BUSINESS_RULE_TASK,
    ElementKind.END_EVENT,
    ElementKind.INTERMEDIATE_THROW_EVENT,
}
