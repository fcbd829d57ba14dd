"""One command at work on one process instance: tokens are carried on until every one of them waits."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from SpiffWorkflow.util.task import TaskState

from flowcase.engine import mappings, subscriptions
from flowcase.engine.nodes import FlowNode, ProcessNode, loops
from flowcase.engine.stuck import Stuck, wrong_value
from flowcase.engine.tokens import ROOT, Token
from flowcase.errors import FlowcaseError
from flowcase.model import (
    ElementCancelled,
    ElementCompleted,
    ElementEntered,
    Event,
    FlowTaken,
    IncidentKind,
    IncidentRaised,
    IncidentResolved,
    InstanceCompleted,
    InstanceStarted,
    InstanceStatus,
    VariablesChanged,
)
from flowcase.modeling.definition import ElementKind, Expression, MultiInstance
from flowcase.values import Value, to_json

if TYPE_CHECKING:
    from flowcase.engine.diagram import Diagram
    from flowcase.engine.state import State

MAX_VISITS = 1_000  # of one element in one scope within one command: an automatic loop that never waits
MAX_RUNS = 100_000  # of all elements within one command

IsWorkingDay = Callable[[dt.date], bool]


class Step:
    """What one `advance` works with. Reads no clock: `now` is the only instant it knows."""

    def __init__(
        self,
        state: State,
        *,
        now: dt.datetime,
        facts: Mapping[str, Value],
        zone: str,
        is_working_day: IsWorkingDay | None = None,
    ) -> None:
        self.state = state
        self.tree = state.tree
        self.diagram: Diagram = state.tree.spec
        self.zone = ZoneInfo(zone)
        self.now = now.astimezone(dt.UTC)
        self._local_now: tuple[dt.datetime, dt.datetime] | None = None  # of `now`, once it was asked for
        self.facts = facts
        self.is_working_day = is_working_day
        self.events: list[Event] = []
        self._ready: deque[Token] = deque()
        self._visits: dict[tuple[str | None, str], int] = {}
        self._runs = 0

    # --- carrying tokens on ---

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def queue(self, token: Token) -> None:
        self._ready.append(token)

    def run(self) -> None:
        """Until nothing can move without a command. First come, first served."""
        while True:
            while self._ready:
                token = self._ready.popleft()
                if token.has_state(TaskState.READY):
                    token.run()
            if not any(join.fire_if_due(self) for join in self._waiting_joins()):
                return

    def _waiting_joins(self) -> list[FlowNode]:
        return self.diagram.inclusive_joins if self.state.status is InstanceStatus.ACTIVE else []

    def carry(self, token: Token) -> bool | None:
        """Take a token through its element as far as it goes.

        True: completed; None: it waits, for a command or with an incident. Each phase evaluates all its
        expressions before it changes anything, so that a retry can begin with the phase that failed.
        """
        node = token.task_spec
        try:
            self._count(token)
            if token.phase == "new":
                self._entered(token)
                loops.define_loop_variables(self, token)
                token.phase = "body" if token.is_body else "inputs"
            if token.phase == "inputs":
                mappings.apply_inputs(self, token)
                token.phase = "subscribe"
            if token.phase == "body":
                loops.prepare(self, token)
                token.phase = "subscribe"
            if token.phase == "subscribe":
                subscriptions.open_around(self, token)
                token.phase = "activate"
            if token.phase == "activate":
                activate = loops.activate if token.is_body else node.activate
                goes_on = activate(self, token)
                if token.is_finished:  # what it threw has interrupted it
                    return None
                token.phase = "leave" if goes_on else "active"
            if token.phase == "active":
                return None
            if token.phase == "leave":
                mappings.apply_results(self, token)
                token.phase = "outputs"
            if token.phase == "outputs":
                mappings.apply_outputs(self, token)
                token.phase = "flows"
            token.flows = self._choose_flows(token)
        except Stuck as stuck:
            self.raise_incident(token, stuck.kind, stuck.message)
            return None
        return True

    def _count(self, token: Token) -> None:
        """A loop that never waits becomes an incident instead of hanging."""
        self._runs += 1
        element = token.task_spec.element
        visits = 0
        if token.phase == "new" and not (
            "index" in token.notes and element is not None and isinstance(element.loop, MultiInstance)
        ):  # instances of a multi-instance are bounded by their collection
            place = (token.scope, token.task_spec.id)
            visits = self._visits[place] = self._visits.get(place, 0) + 1
        if visits > MAX_VISITS or self._runs > MAX_RUNS:
            raise Stuck(
                IncidentKind.RUNAWAY_LOOP,
                f"Expected to come to a wait, but '{token.task_spec.id}' came {MAX_VISITS} times.",
            )

    def _choose_flows(self, token: Token) -> list:
        if "index" in token.notes:
            loops.collect(self, token)
            return []
        return token.task_spec.choose_flows(self, token)

    def _entered(self, token: Token) -> None:
        node = token.task_spec
        if isinstance(node, ProcessNode):
            self.emit(
                InstanceStarted(process=node.id, variables=dict(self.state.variable_scopes.local(ROOT)))
            )
            return
        index = token.notes.get("index")
        self.emit(
            ElementEntered(
                element=node.id,
                element_instance=token.key,
                kind=self.kind_of(token),
                scope=None if token.scope == ROOT else token.scope,
                loop_counter=None if index is None else int(index) + 1,
            )
        )

    def kind_of(self, token: Token) -> str:
        if token.is_body:
            return loops.kind(token)
        return token.task_spec.element.kind.value

    # --- completing ---

    def complete(self, token: Token, results: Mapping[str, Value]) -> None:
        """A waiting element is done: its results are merged when the token is carried on."""
        self.resolve_incident(token)
        token.results = dict(results)
        token.phase = "leave"
        token._set_state(TaskState.READY)
        self.queue(token)

    def leave(self, token: Token) -> None:
        """A token has completed: tell it, close what waited around it, and take its flows."""
        subscriptions.close_all(self, token.key)
        node = token.task_spec
        if isinstance(node, ProcessNode):
            self.state.status = InstanceStatus.COMPLETED
            self.emit(
                InstanceCompleted(
                    end_elements=tuple(self.state.end_elements),
                    variables=dict(self.state.variable_scopes.local(ROOT)),
                )
            )
            return
        self.emit(ElementCompleted(element=node.id, element_instance=token.key, kind=self.kind_of(token)))
        if node.element.kind is ElementKind.END_EVENT and token.scope == ROOT:
            self.state.reached_end(node.id)
        for flow in token.flows:
            self.emit(FlowTaken(flow=flow.id))
            child = token._add_child(self.diagram.node(flow.target), TaskState.FUTURE)
            child.notes["flow"] = flow.id
            if "chosen" in token.notes:  # the event that an event-based gateway waited for has happened
                child.notes["happened"] = True
                child.results = token.results

    def token_completed(self, token: Token) -> None:
        """SpiffWorkflow has made the successors ready: forget the token, and see if its scope is done."""
        enclosing = self.tree.tasks[token.scope] if token.scope is not None else None
        if enclosing is not None and enclosing.is_body:
            loops.instance_completed(self, enclosing, token)
        if token.key != ROOT:
            self.state.variable_scopes.drop(token.key)
        self.tree.remove_finished(token)
        if enclosing is not None:
            self.complete_scope_if_empty(enclosing)

    def complete_scope_if_empty(self, scope: Token) -> None:
        """A scope whose last token has gone is done; a body knows that by itself."""
        if scope.is_finished or scope.phase != "active" or scope.is_body:
            return
        if not self.tree.members.get(scope.key):
            self.complete(scope, {})

    # --- cancelling ---

    def cancel(self, token: Token) -> None:
        """Take a token away, with everything inside it; the inside goes first."""
        self.cancel_inside(token)
        if not token.is_finished:
            token.cancel()

    def cancel_inside(self, scope: Token, *, but: Token | None = None) -> None:
        for token in self.tree.unfinished(scope.key):
            if token is not but:
                self.cancel(token)

    def token_cancelled(self, token: Token) -> None:
        subscriptions.close_all(self, token.key)
        self.resolve_incident(token)
        node = token.task_spec
        if token.phase != "new" and not isinstance(node, ProcessNode):
            if token.phase == "active" and not token.is_body:
                for event in node.withdrawn(self, token):
                    self.emit(event)
            self.emit(ElementCancelled(element=node.id, element_instance=token.key, kind=self.kind_of(token)))
        if token.scope is not None:
            self.state.variable_scopes.drop(token.key)
            self.tree.remove_finished(token)

    def begin(self, scope: Token, node: FlowNode) -> None:
        """The first token inside a scope that has just been entered."""
        token = self.tree.spawn(node, scope)
        token.results, scope.results = scope.results, None
        token.task_spec._update(token)

    # --- incidents ---

    def raise_incident(self, token: Token, kind: IncidentKind, message: str) -> None:
        token.notes["incident"] = kind.value
        self.emit(
            IncidentRaised(
                element=token.task_spec.id, element_instance=token.key, kind=kind.value, message=message
            )
        )

    def resolve_incident(self, token: Token) -> None:
        if token.notes.pop("incident", None) is not None:
            self.emit(IncidentResolved(element=token.task_spec.id, element_instance=token.key))

    # --- variables and expressions ---

    def chain(self, token: Token) -> list[str]:
        """Scope keys from the token outwards."""
        return [token.key, *(enclosing.key for enclosing in self.tree.ancestors(token))]

    def visible(self, token: Token) -> dict[str, Value]:
        return self.state.variable_scopes.visible(self.chain(token))

    def set_local(self, token: Token, values: Mapping[str, Value]) -> None:
        if values:
            self.state.variable_scopes.set_local(token.key, values)
            self._tell_changes(token.key, values, token)

    def propagate(self, token: Token, values: Mapping[str, Value], *, from_parent: bool = False) -> None:
        """Write results upwards, beginning with the token's own scope or with the one around it."""
        chain = self.chain(token)
        changes = self.state.variable_scopes.propagate(chain[1:] if from_parent else chain, values)
        for scope, changed in changes.items():
            self._tell_changes(scope, changed, token)

    def _tell_changes(self, scope: str, changes: Mapping[str, Value], token: Token) -> None:
        self.emit(
            VariablesChanged(
                scope=None if scope == ROOT else scope,
                changes=dict(changes),
                element=None if token.key == ROOT else token.task_spec.id,
            )
        )

    def evaluate(
        self,
        expression: Expression,
        token: Token,
        what: str,
        *,
        extra: Mapping[str, Value] | None = None,
        chain: list[str] | None = None,
    ) -> Value:
        """The value of a drawn expression at a token. Raises Stuck when it cannot be evaluated at all."""
        if expression.is_static:
            return expression.text
        try:
            compiled = self.diagram.expression(expression.text)
            names: Mapping[str, Value] = {}
            if compiled.names:
                names = self._known(compiled.names, chain or self.chain(token), extra or {})
            if self._local_now is None or self._local_now[0] is not self.now:
                self._local_now = self.now, self.now.astimezone(self.zone)
            return compiled.value(names, now=self._local_now[1])
        except FlowcaseError as error:
            raise Stuck(
                IncidentKind.EXPRESSION_FAILED, f"Expected to evaluate {what}, but {_reason(error)}"
            ) from error

    def value(self, expression: Expression, token: Token, what: str, **scope: Any) -> Value:
        """A value that a variable can keep: a range or a function is none."""
        value = self.evaluate(expression, token, what, **scope)
        try:
            to_json(value)
        except TypeError as error:
            raise wrong_value(what, "a value to keep", value, expression.text) from error
        return value

    def is_true(self, expression: Expression, token: Token, what: str, **scope: Any) -> bool:
        value = self.evaluate(expression, token, what, **scope)
        if not isinstance(value, bool):
            raise wrong_value(
                what, "true or false", value, expression.text, self.undefined(expression, token, **scope)
            )
        return value

    def text(self, expression: Expression, token: Token, what: str, **scope: Any) -> str:
        """A name, key or code: text as it is, a number in its plain form."""
        value = self.evaluate(expression, token, what, **scope)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, (int, mappings.Decimal)) and not isinstance(value, bool):
            return mappings.plain_number(value)
        raise wrong_value(what, "a text", value, expression.text, self.undefined(expression, token, **scope))

    def undefined(self, expression: Expression, token: Token, **scope: Any) -> tuple[str, ...]:
        """The names of an expression that nothing defines, for the sentence of an incident."""
        if expression.is_static:
            return ()
        names = self.diagram.expression(expression.text).names
        known = self._known(names, scope.get("chain") or self.chain(token), scope.get("extra") or {})
        return tuple(sorted(name for name in names if name not in known))

    def _known(self, names: Any, chain: list[str], extra: Mapping[str, Value]) -> dict[str, Value]:
        """Variables first, then facts: a fact never hides a variable."""
        known: dict[str, Value] = {}
        for name in names:
            if name in extra:
                known[name] = extra[name]
                continue
            found, value = self.state.variable_scopes.find(chain, name)
            if found:
                known[name] = value
            elif name in self.facts:
                known[name] = self.facts[name]
        return known


def _reason(error: FlowcaseError) -> str:
    sentence = str(error)
    _, separator, reason = sentence.partition(", but ")
    return reason if separator else sentence
