"""An operator's hand on one token: its element is done without it, or it goes away, or stands elsewhere.

Everything is checked before anything is changed: what could not go on afterwards is refused with a code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from flowcase.engine.migrating import blocked_joins
from flowcase.engine.nodes import ProcessNode
from flowcase.engine.nodes.gateways import MeetingGateway, ParallelGateway
from flowcase.engine.tokens import ROOT, Token
from flowcase.errors import Conflict
from flowcase.model import CancelToken, MoveToken, SkipElement
from flowcase.modeling.definition import Element, ElementKind

if TYPE_CHECKING:
    from flowcase.engine.step import Step

_MEETINGS = {ElementKind.PARALLEL_GATEWAY, ElementKind.INCLUSIVE_GATEWAY}
_GATEWAYS = {
    ElementKind.EXCLUSIVE_GATEWAY,
    ElementKind.INCLUSIVE_GATEWAY,
    ElementKind.PARALLEL_GATEWAY,
    ElementKind.EVENT_BASED_GATEWAY,
}
_BEGIN_BY_THEMSELVES = {  # no token can be put there
    ElementKind.START_EVENT,
    ElementKind.BOUNDARY_EVENT,
    ElementKind.EVENT_SUB_PROCESS,
}


class CannotMoveToken(Conflict):
    """Why an operator cannot do this to a token.

    `code` is gateway, repeated, not_begun, only_one, unknown_element, other_scope, begins_by_itself,
    many_flows, same_element or join_would_wait; `element` is the one that is the reason.
    """

    def __init__(self, attempt: str, code: str, element: str) -> None:
        self.code, self.element = code, element
        super().__init__(attempt, f"'{element}': {code}")


def skip(step: Step, command: SkipElement) -> None:
    token = _token(step, command.element_instance, "skip")
    node = token.task_spec
    element = node.element
    if element is None or element.kind in _GATEWAYS:
        raise CannotMoveToken(f"skip '{node.id}'", "gateway", node.id)
    if token.is_body:
        raise CannotMoveToken(f"skip '{node.id}'", "repeated", node.id)
    if token.phase == "new":
        raise CannotMoveToken(f"skip '{node.id}'", "not_begun", node.id)
    step.cancel_inside(token)
    if token.phase == "active":
        for event in node.withdrawn(step, token):
            step.emit(event)
    step.complete(token, command.variables)


def takes_a_token(element: Element) -> bool:
    """Whether a token may be put there at all: it does not begin by itself, and no flows meet in it."""
    is_meeting = element.kind in _MEETINGS and len(element.incoming) != 1
    return element.kind not in _BEGIN_BY_THEMSELVES and not is_meeting


def cancel(step: Step, command: CancelToken) -> None:
    token = _token(step, command.element_instance, "cancel the token at")
    attempt = f"cancel the token at '{token.task_spec.id}'"
    _check_single(step, token, attempt)
    if not any(other is not token for other in step.tree.unfinished(str(token.scope))):
        raise CannotMoveToken(attempt, "only_one", token.task_spec.id)
    _check_joins(step, token, None, attempt)
    step.cancel(token)


def move(step: Step, command: MoveToken) -> None:
    token = _token(step, command.element_instance, "move the token at")
    attempt = f"move the token at '{token.task_spec.id}' to '{command.target}'"
    _check_single(step, token, attempt)
    target = step.diagram.definition.elements.get(command.target)
    scope = token.enclosing
    inside = None if isinstance(scope.task_spec, ProcessNode) else scope.task_spec.id
    if target is None:
        raise CannotMoveToken(attempt, "unknown_element", command.target)
    if target.parent != inside:
        raise CannotMoveToken(attempt, "other_scope", target.id)
    if target.id == token.task_spec.id:
        raise CannotMoveToken(attempt, "same_element", target.id)
    if target.kind in _BEGIN_BY_THEMSELVES:
        raise CannotMoveToken(attempt, "begins_by_itself", target.id)
    node = step.diagram.node(target.id)
    notes = {}
    if isinstance(node, MeetingGateway):
        if len(target.incoming) != 1:
            raise CannotMoveToken(attempt, "many_flows", target.id)
        notes["flow"] = target.incoming[0]
    _check_joins(step, token, target.id, attempt)
    moved = step.tree.spawn(node, scope, **notes)
    step.cancel(token)
    moved.task_spec._update(moved)


def _token(step: Step, key: str, verb: str) -> Token:
    token = step.tree.tasks.get(key)
    if token is None or token.is_finished or key == ROOT:
        raise Conflict(f"{verb} element instance {key}", "it is no longer active")
    return token


def _check_single(step: Step, token: Token, attempt: str) -> None:
    """A repeated activity counts its instances: taking one away, or all, would leave it waiting."""
    if token.is_body or "index" in token.notes:
        raise CannotMoveToken(attempt, "repeated", token.task_spec.id)


def _check_joins(step: Step, token: Token, target: str | None, attempt: str) -> None:
    """No parallel join of the scope may be left waiting for a branch that nothing can reach any more."""
    tokens = [each for each in step.tree.unfinished(str(token.scope)) if "index" not in each.notes]

    def blocked(left: list[Token], added: list[str]) -> list[str]:
        arrived = [
            (each.task_spec.id, each.notes["flow"])
            for each in left
            if isinstance(each.task_spec, ParallelGateway) and each.has_state(TaskState.WAITING)
        ]
        return blocked_joins(step.diagram, [each.task_spec.id for each in left] + added, arrived)

    before = set(blocked(tokens, []))
    after = blocked([each for each in tokens if each is not token], [] if target is None else [target])
    for join in after:
        if join not in before:
            raise CannotMoveToken(attempt, "join_would_wait", join)
