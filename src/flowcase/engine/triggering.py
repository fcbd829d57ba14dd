"""An event happens: a timer fires, a message or signal arrives, an error or escalation finds its catcher."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from flowcase.engine import subscriptions
from flowcase.engine.nodes import ProcessNode
from flowcase.engine.subscriptions import Subscription
from flowcase.engine.tokens import Token
from flowcase.model import ErrorThrown, EscalationThrown, InstanceFailed, InstanceStatus
from flowcase.modeling.definition import Element, ElementKind, ErrorEvent, EscalationEvent
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.engine.step import Step


def occur(step: Step, subscription: Subscription, variables: Mapping[str, Value]) -> None:
    """What was waited for has come; the caller has told how and taken a used-up subscription away."""
    event = step.diagram.node(subscription.element).element
    host = step.tree.tasks[subscription.host]
    if event.kind in (ElementKind.BOUNDARY_EVENT, ElementKind.START_EVENT):
        start_catching(step, host, event, variables)
        return
    if host.task_spec.id != event.id:  # an event-based gateway waits in place of the events behind it
        host.notes["chosen"] = event.id
    step.complete(host, variables)


def start_catching(step: Step, host: Token, event: Element, variables: Mapping[str, Value]) -> None:
    """A boundary event of `host`, or an event sub-process inside it, begins; what it interrupts ends."""
    if event.kind is ElementKind.BOUNDARY_EVENT:
        scope, node = host.enclosing, step.diagram.node(event.id)
        if event.is_interrupting:
            step.cancel(host)
    else:
        scope, node = host, step.diagram.node(str(event.parent))
        if event.is_interrupting:
            step.cancel_inside(scope)
            inner = step.diagram.event_sub_processes.get(node.element.parent, [])
            subscriptions.close_all(
                step, scope.key, only={step.diagram.start_event_of(each.id).id for each in inner}
            )
            scope.notes["interrupted"] = True
        if scope.phase != "active":  # it was stuck while it ended, and now has work inside again
            step.resolve_incident(scope)
            scope.phase = "active"
    token = step.tree.spawn(node, scope)
    token.results = dict(variables)
    token.task_spec._update(token)


# --- errors and escalations ------------------------------------------------------------------------


def throw_error(step: Step, token: Token, code: str, message: str, variables: Mapping[str, Value]) -> bool:
    """Find who catches an error, from the element outwards. False when nobody in this instance does."""
    for host, event in _catchers(step, token, ErrorEvent, code):
        _tell_error(step, token, code, message, event.id)
        start_catching(step, host, event, variables)
        return True
    _tell_error(step, token, code, message, None)
    if not step.state.is_called:
        return False
    fail_instance(step, code, message, variables)
    return True


def _tell_error(step: Step, token: Token, code: str, message: str, caught_by: str | None) -> None:
    step.emit(
        ErrorThrown(
            element=token.task_spec.id,
            element_instance=token.key,
            code=code,
            message=message,
            caught_by=caught_by,
        )
    )


def fail_instance(step: Step, code: str, message: str, variables: Mapping[str, Value]) -> None:
    """An error leaves a called process, which ends."""
    step.cancel_inside(step.tree.root)
    subscriptions.close_all(step, step.tree.root.key)
    step.state.status = InstanceStatus.CANCELLED
    step.emit(InstanceFailed(code=code, message=message, variables=dict(variables)))


def throw_escalation(step: Step, token: Token, code: str, variables: Mapping[str, Value]) -> None:
    """Whoever catches it begins; without a catcher it goes to the calling instance or into the history."""
    catcher = next(_catchers(step, token, EscalationEvent, code), None)
    step.emit(
        EscalationThrown(
            element=token.task_spec.id,
            element_instance=token.key,
            code=code,
            caught_by=catcher[1].id if catcher else None,
            variables=dict(variables),
        )
    )
    if catcher:
        start_catching(step, *catcher, variables)


def _catchers(
    step: Step, token: Token, kind: type[ErrorEvent] | type[EscalationEvent], code: str
) -> Iterator[tuple[Token, Element]]:
    """Boundary events and event sub-processes that would catch: the nearest first, exact codes before any."""
    inside = token
    for host in [token, *step.tree.ancestors(token)]:
        node = host.task_spec
        candidates: list[Element] = []
        if host is not token and node.is_scope and not host.is_body and not host.notes.get("interrupted"):
            scope = None if isinstance(node, ProcessNode) else node.id
            candidates += [
                step.diagram.start_event_of(inner.id)
                for inner in step.diagram.event_sub_processes.get(scope, [])
                if inner.id != inside.task_spec.id  # it never catches what it throws itself
            ]
        inside = host
        yield from ((host, event) for event in _matching(candidates, kind, code))
        if not isinstance(node, ProcessNode) and "index" not in host.notes:
            around = step.diagram.boundary_events.get(node.id, [])
            yield from ((host, event) for event in _matching(around, kind, code))


def _matching(
    candidates: list[Element], kind: type[ErrorEvent] | type[EscalationEvent], code: str
) -> list[Element]:
    exact, every = [], []
    for element in candidates:
        if isinstance(element.event, kind):
            if element.event.code == code:
                exact.append(element)
            elif element.event.code is None:
                every.append(element)
    return exact + every
