"""What each command does to a process instance: checked first, refused as a whole or done as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from SpiffWorkflow.util.task import TaskState

from flowcase.engine import cycles, going_back, moving_tokens, subscriptions, triggering
from flowcase.engine.nodes.activities import UserTask
from flowcase.engine.step import Step
from flowcase.engine.stuck import Stuck
from flowcase.engine.subscriptions import MessageSubscription, PendingTimer, SignalSubscription, Subscription
from flowcase.engine.timers import TimerTextError
from flowcase.engine.tokens import ROOT, Token
from flowcase.errors import Conflict
from flowcase.model import (
    CancelInstance,
    CancelToken,
    Command,
    CompleteElement,
    DeliverMessage,
    DeliverSignal,
    FailElement,
    FireTimer,
    GoBack,
    IncidentKind,
    InstanceCancelled,
    InstanceStatus,
    MessageReceived,
    MoveTimer,
    MoveToken,
    ReevaluateTimers,
    RetryElement,
    SetVariables,
    SignalReceived,
    SkipElement,
    StartInstance,
    ThrowError,
    ThrowEscalation,
)
from flowcase.modeling.definition import ElementKind, TimerEvent, TimerKind


def start(step: Step, command: StartInstance) -> None:
    root = step.tree.root
    if command.start_element is not None:
        element = step.diagram.definition.elements.get(command.start_element)
        if element is None or element.kind is not ElementKind.START_EVENT or element.parent is not None:
            raise Conflict(
                f"start process '{step.diagram.definition.id}' at '{command.start_element}'",
                "that is no start event of the process",
            )
    else:
        element = step.diagram.none_start_event_of(None)
        if element is None:
            raise Conflict(
                f"start process '{step.diagram.definition.id}'", "it has no start event without a trigger"
            )
    root.notes["start"] = element.id
    if element.event is not None and element.outputs:
        root.results = dict(command.variables)  # local to the start event, whose mapping picks from them
    else:
        step.state.variable_scopes.set_local(ROOT, command.variables)
    root.task_spec._update(root)


def complete(step: Step, command: CompleteElement) -> None:
    token = _active(step, command.element_instance, "complete")
    if token.task_spec.is_scope or token.is_body or _listens(step, token):
        raise Conflict(
            f"complete '{token.task_spec.id}' ({token.key})", "it does not wait for somebody to complete it"
        )
    step.resolve_incident(token)
    for event in token.task_spec.answered(step, token):
        step.emit(event)
    step.complete(token, command.variables)


def throw_error(step: Step, command: ThrowError) -> None:
    token = _active(step, command.element_instance, "throw an error at")
    if not triggering.throw_error(step, token, command.code, command.message, command.variables):
        _stuck_again(
            step,
            token,
            IncidentKind.UNCAUGHT_ERROR,
            f"Expected somebody to catch error '{command.code}' of '{token.task_spec.id}', but nobody does.",
        )


def throw_escalation(step: Step, command: ThrowEscalation) -> None:
    token = _active(step, command.element_instance, "escalate at")
    triggering.throw_escalation(step, token, command.code, command.variables)


def fail(step: Step, command: FailElement) -> None:
    token = _active(step, command.element_instance, "fail")
    _stuck_again(step, token, command.kind, command.message)


def retry(step: Step, command: RetryElement) -> None:
    token = _token(step, command.element_instance, "retry")
    if not token.has_incident:
        raise Conflict(f"retry '{token.task_spec.id}' ({token.key})", "it has no incident")
    step.resolve_incident(token)
    if token.phase != "active":
        token._set_state(TaskState.READY)
        step.queue(token)
        return
    try:
        token.task_spec.resume(step, token)
    except Stuck as stuck:
        step.raise_incident(token, stuck.kind, stuck.message)


def fire_timer(step: Step, command: FireTimer) -> None:
    timer = _subscription(step, command.timer, PendingTimer, "fire timer")
    if step.now < timer.due_at:
        raise Conflict(f"fire timer {timer.key}", f"it is not due before {timer.due_at.isoformat()}")
    if cycles.fire(step, timer, command.late_after):
        triggering.occur(step, timer, {})


def move_timer(step: Step, command: MoveTimer) -> None:
    timer = _subscription(step, command.timer, PendingTimer, "move timer")
    cycles.reschedule(step, timer, command.due_at.astimezone(dt.UTC), by_hand=True)


def deliver_message(step: Step, command: DeliverMessage) -> None:
    subscription = _subscription(step, command.subscription, MessageSubscription, "deliver a message to")
    step.emit(
        MessageReceived(
            element=subscription.element,
            element_instance=subscription.host,
            subscription=subscription.key,
            name=subscription.name,
        )
    )
    _happen(step, subscription, command.variables)


def deliver_signal(step: Step, command: DeliverSignal) -> None:
    subscription = _subscription(step, command.subscription, SignalSubscription, "deliver a signal to")
    step.emit(
        SignalReceived(
            element=subscription.element,
            element_instance=subscription.host,
            subscription=subscription.key,
            name=subscription.name,
        )
    )
    _happen(step, subscription, command.variables)


def _happen(step: Step, subscription: Subscription, variables: Any) -> None:
    if subscriptions.is_consumed(step.diagram.node(subscription.element).element):
        subscriptions.close(step, subscription)
    triggering.occur(step, subscription, variables)


def set_variables(step: Step, command: SetVariables) -> None:
    token = step.tree.root if command.scope is None else _token(step, command.scope, "set variables of")
    step.set_local(token, dict(command.variables))


def reevaluate_timers(step: Step, command: ReevaluateTimers) -> None:
    """What can no longer be computed stays as it was: a timer is never lost by a fact that went away."""
    for timer in list(step.state.subscriptions.values()):
        if not isinstance(timer, PendingTimer) or timer.cycle is not None or timer.is_set_by_hand:
            continue
        event = step.diagram.node(timer.element).element.event
        if not isinstance(event, TimerEvent) or event.kind is TimerKind.CYCLE:
            continue
        host = step.tree.tasks[timer.host]
        try:
            value = step.evaluate(event.expression, host, f"the timer of '{timer.element}'")
            due_at = subscriptions.due_at(step, event, value, timer.entered_at)
        except (Stuck, TimerTextError):
            continue
        if due_at != timer.due_at:
            cycles.reschedule(step, timer, due_at)
    for token in list(step.tree.tasks.values()):
        if isinstance(token.task_spec, UserTask) and token.phase == "active" and not token.is_body:
            token.task_spec.reschedule(step, token)


def cancel_instance(step: Step, command: CancelInstance) -> None:
    step.cancel_inside(step.tree.root)
    subscriptions.close_all(step, ROOT)
    step.resolve_incident(step.tree.root)
    step.state.status = InstanceStatus.CANCELLED
    step.emit(InstanceCancelled(reason=command.reason))


# --- checks ----------------------------------------------------------------------------------------


def _token(step: Step, key: str, verb: str) -> Token:
    token = step.tree.tasks.get(key)
    if token is None or token.is_finished:
        raise Conflict(f"{verb} element instance {key}", "it is no longer active")
    return token


def _active(step: Step, key: str, verb: str) -> Token:
    token = _token(step, key, verb)
    if token.phase != "active" or key == ROOT:
        raise Conflict(f"{verb} '{token.task_spec.id}' ({key})", "it waits for something else")
    return token


def _listens(step: Step, token: Token) -> bool:
    """Whether the element itself waits for an event; boundary events around it do not count."""
    return any(
        subscription.host == token.key
        and step.diagram.node(subscription.element).element.kind
        not in (ElementKind.BOUNDARY_EVENT, ElementKind.START_EVENT)
        for subscription in step.state.subscriptions.values()
    )


def _subscription(step: Step, key: str, kind: type, verb: str) -> Any:
    subscription = step.state.subscriptions.get(key)
    if not isinstance(subscription, kind):
        raise Conflict(f"{verb} {key}", "nothing waits there any more")
    return subscription


def _stuck_again(step: Step, token: Token, kind: IncidentKind, message: str) -> None:
    step.resolve_incident(token)
    step.raise_incident(token, kind, message)


HANDLERS: dict[type[Command], Callable[[Step, Any], None]] = {
    StartInstance: start,
    CompleteElement: complete,
    ThrowError: throw_error,
    ThrowEscalation: throw_escalation,
    FailElement: fail,
    RetryElement: retry,
    FireTimer: fire_timer,
    MoveTimer: move_timer,
    DeliverMessage: deliver_message,
    DeliverSignal: deliver_signal,
    SetVariables: set_variables,
    ReevaluateTimers: reevaluate_timers,
    CancelInstance: cancel_instance,
    GoBack: going_back.go_back,
    SkipElement: moving_tokens.skip,
    CancelToken: moving_tokens.cancel,
    MoveToken: moving_tokens.move,
}
