"""Back to an earlier state of the same instance: what would come of it, and the command that does it.

What waits in both states is left alone, under the keys that it has. What has come since is cancelled. What
has gone since waits again, under new keys: a key is unique in an instance for all time. Variables are as
they were.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flowcase.engine import subscriptions
from flowcase.engine.nodes.activities import BusinessRuleTask, CallActivity, JobTask, UserTask
from flowcase.engine.state import State
from flowcase.engine.stuck import Stuck
from flowcase.engine.subscriptions import MessageSubscription, PendingTimer, SignalSubscription, Subscription
from flowcase.engine.tokens import ROOT, Token
from flowcase.engine.variables import VariableScopes
from flowcase.errors import Conflict
from flowcase.model import (
    ElementEntered,
    GoBack,
    MessageSubscribed,
    SignalSubscribed,
    VariablesChanged,
)

if TYPE_CHECKING:
    from flowcase.engine.step import Step

_ASKS_OTHERS = (JobTask, BusinessRuleTask, CallActivity)


@dataclass(frozen=True)
class WayBack:
    """What going back would do, by elements of the diagram."""

    opens: tuple[str, ...]  # wait again
    cancels: tuple[str, ...]  # wait now and will not
    keeps: tuple[str, ...]  # wait in both
    timers: tuple[PendingTimer, ...]  # run again, with the instants that they had
    variables: tuple[str, ...]  # names that get another value; those of the instance itself
    stuck: tuple[str, ...]  # stood still with an incident then
    done_since: tuple[str, ...]  # jobs, decisions and calls that were asked for then and have ended since

    @property
    def is_possible(self) -> bool:
        return not self.stuck and not self.done_since


def way_back(present: State, earlier: State) -> WayBack:
    """Changes neither. Both are states of one instance and one definition."""
    kept = _kept(present, earlier)
    gone = [token for key, token in earlier.tree.tasks.items() if key not in kept]
    now, then = present.variables(), earlier.variables()
    names = [name for name in {**now, **then} if now.get(name) != then.get(name)]
    return WayBack(
        opens=tuple(token.task_spec.id for token in gone),
        cancels=tuple(
            token.task_spec.id
            for key, token in present.tree.tasks.items()
            if key not in kept and not token.is_finished
        ),
        keeps=tuple(present.tree.tasks[key].task_spec.id for key in kept if key != ROOT),
        timers=tuple(
            wait
            for key, wait in earlier.subscriptions.items()
            if isinstance(wait, PendingTimer) and key not in present.subscriptions
        ),
        variables=tuple(sorted(names)),
        stuck=tuple(token.task_spec.id for token in gone if token.has_incident),
        done_since=tuple(
            token.task_spec.id
            for token in gone
            if isinstance(token.task_spec, _ASKS_OTHERS) and not token.is_body
        ),
    )


def go_back(step: Step, command: GoBack) -> None:
    """Raises Conflict when something stands in the way; see `way_back`."""
    state, tree = step.state, step.tree
    earlier = State.from_bytes(command.earlier, step.diagram.definition)
    if not way_back(state, earlier).is_possible:
        raise Conflict(
            f"go back in process '{step.diagram.definition.id}'", "what was asked for then has ended since"
        )
    kept = _kept(state, earlier)
    _cancel_all_but(step, kept, ROOT)
    for wait in list(state.subscriptions.values()):
        if wait.key not in earlier.subscriptions:
            subscriptions.close(step, wait)
    renamed = {key: key for key in kept}
    again = [
        _made_again(step, token, renamed) for key, token in earlier.tree.tasks.items() if key not in kept
    ]
    for key in kept:
        if key == ROOT or tree.tasks[key].task_spec.is_scope or tree.tasks[key].is_body:
            tree.tasks[key].notes = earlier.tree.tasks[key].notes
    _restore_variables(step, earlier, renamed)
    for token in again:
        if isinstance(token.task_spec, UserTask) and token.phase == "active" and not token.is_body:
            try:
                token.task_spec.activate(step, token)
            except Stuck as stuck:
                step.raise_incident(token, stuck.kind, stuck.message)
    for wait in earlier.subscriptions.values():
        if wait.key not in state.subscriptions:
            listen_again(step, wait, renamed[wait.host])
    state.end_elements = list(earlier.end_elements)


def _kept(present: State, earlier: State) -> list[str]:
    """Keys of tokens that wait in both states in the same way, enclosing ones first."""
    kept = []
    for key, then in earlier.tree.tasks.items():
        now = present.tree.tasks.get(key)
        if now is None or now.is_finished or now.phase != then.phase or then.has_incident:
            continue
        if now.scope is None or now.scope in kept:
            kept.append(key)
    return kept


def _cancel_all_but(step: Step, kept: list[str], scope: str) -> None:
    for token in step.tree.unfinished(scope):
        if token.key in kept:
            _cancel_all_but(step, kept, token.key)
        else:
            step.cancel(token)


def _made_again(step: Step, then: Token, renamed: dict[str, str]) -> Token:
    """The same token under a new key. A token that waits at a join has not entered it yet."""
    scope = renamed[str(then.scope)]
    tree = step.tree
    token = Token(tree, then.task_spec, tree.tasks[scope], then.state, scope=scope)
    token.phase, token.notes, token.results = then.phase, dict(then.notes), then.results
    renamed[then.key] = token.key
    if token.phase != "new":
        index = token.notes.get("index")
        step.emit(
            ElementEntered(
                element=token.task_spec.id,
                element_instance=token.key,
                kind=step.kind_of(token),
                scope=None if scope == ROOT else scope,
                loop_counter=None if index is None else int(index) + 1,
            )
        )
    return token


def _restore_variables(step: Step, earlier: State, renamed: dict[str, str]) -> None:
    before, scopes = step.state.variable_scopes, {}
    for then, now in renamed.items():
        values = dict(earlier.variable_scopes.local(then))
        present = before.local(now)
        changes: dict[str, Any] = {
            name: values.get(name)
            for name in {**present, **values}
            if name not in present or name not in values or present[name] != values[name]
        }
        if values or now == ROOT:
            scopes[now] = values
        if changes:
            step.emit(VariablesChanged(scope=None if now == ROOT else now, changes=changes))
    step.state.variable_scopes = VariableScopes(scopes)


def listen_again(step: Step, wait: Subscription, host: str) -> None:
    """Wait for the same once more, under a new key; a timer has the instant that it had."""
    element = step.diagram.node(wait.element).element
    again = replace(wait, key=f"{wait.key[0]}{step.tree.new_key()}", host=host)
    if isinstance(again, PendingTimer):
        subscriptions.schedule(step, element, again)
        return
    step.state.subscriptions[again.key] = again
    told = {"element": again.element, "element_instance": host, "subscription": again.key}
    if isinstance(again, MessageSubscription):
        step.emit(
            MessageSubscribed(
                **told,
                name=again.name,
                correlation_key=again.correlation_key,
                is_interrupting=subscriptions.is_consumed(element),
            )
        )
    elif isinstance(again, SignalSubscription):
        is_global = getattr(element.event, "is_global", False)
        step.emit(SignalSubscribed(**told, name=again.name, is_global=is_global))
